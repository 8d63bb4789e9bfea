# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names in the spellings in which directories and people write them."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.distinguished_name import (
    base_of,
    domain_of,
    escape,
    is_within,
    normal,
    parent,
    parts,
    same,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("dn", "values"),
    [
        ("", ()),
        ("DC=ra,DC=test", ("ra", "test")),
        (r"OU=Sales\, North,DC=ra", ("Sales, North", "ra")),
        (r"OU=Sales\2C North,DC=ra", ("Sales, North", "ra")),
        ('OU="Sales, North",DC=ra', ("Sales, North", "ra")),
        (r"CN=a\\b,DC=ra", (r"a\b", "ra")),
        (r"CN=\ a\ ,DC=ra", (" a ", "ra")),
        (r"CN=Gr\C3\B6\C3\9Fe,DC=ra", ("Größe", "ra")),
        ("CN=Größe & Co,DC=ra", ("Größe & Co", "ra")),
        (" ou = Clients , dc = ra ", ("Clients", "ra")),
        (
            "CN={31B2F340-016D-11D2-945F-00C04FB984F9},CN=Policies",
            ("{31B2F340-016D-11D2-945F-00C04FB984F9}", "Policies"),
        ),
        ("CN=a=b,DC=ra", ("a=b", "ra")),
    ],
)
def test_a_name_is_taken_apart(dn: str, values: tuple[str, ...]) -> None:
    assert values == tuple(part.value for part in parts(dn))


@pytest.mark.parametrize(
    "text", ["nonsense", "OU=a,,DC=ra", "OU=,DC=ra", "=x", "O U=x", "OU=a,DC=ra\\", 'OU="a,DC=ra', "OU=a,"]
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parts(text)
    assert same(text, text)
    assert not same(text, "DC=ra")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (r"OU=Sales\, North,DC=ra,DC=test", r"ou=sales\2c north, dc=RA, dc=Test", True),
        ("OU=Größe,DC=ra", "ou=GRÖßE,dc=ra", True),
        ("OU=Straße,DC=ra", "OU=Strasse,DC=ra", False),
        ("OU=a,DC=ra", "OU=a,DC=ra,DC=test", False),
        ("OU=a,DC=ra", "CN=a,DC=ra", False),
    ],
)
def test_names_compare_as_the_directory_compares(one: str, other: str, *, equal: bool) -> None:
    assert equal is same(one, other)


def test_above_and_below() -> None:
    dn = r"OU=B\, C,OU=A,DC=ra,DC=test"
    assert "OU=A,DC=ra,DC=test" == parent(dn)
    assert "" == parent("DC=test")
    assert is_within(dn, "dc=RA,dc=test")
    assert is_within(dn, dn)
    assert not is_within("DC=ra,DC=test", dn)
    assert not is_within("OU=x,DC=tra,DC=test", "DC=ra,DC=test")


def test_a_domain_and_its_object() -> None:
    assert "corp.example" == domain_of("CN=x,DC=corp,DC=example")
    assert "DC=corp,DC=example" == base_of("corp.example.")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_an_escaped_value_comes_back(value: str) -> None:
    dn = f"OU={escape(value)},DC=ra"
    assert (value, "ra") == tuple(part.value for part in parts(dn))
    assert normal(dn) == normal(f"{parts(dn)[0].text} , {parts(dn)[1].text}")
