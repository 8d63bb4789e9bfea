# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gPLink: order, options, and that nothing foreign is lost."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_links import (
    GpoLink,
    GpoLinks,
)
from hypothesis import given
from hypothesis import strategies as st


def dn(letter: str) -> str:
    return f"CN={{{letter * 8}-0000-0000-0000-000000000000}},CN=Policies,CN=System,DC=ra,DC=test"


def text(*links: tuple[str, int]) -> str:
    return "".join(f"[LDAP://{dn(letter)};{options}]" for letter, options in links)


def shown(links: GpoLinks) -> list[tuple[str, int]]:
    """Return first letter of the GUID and options, highest precedence first."""
    return [(link.dn[4], link.options) for link in links.links]


A_B_C = text(("A", 0), ("B", 2), ("C", 1))


def test_the_last_element_has_order_1() -> None:
    links = GpoLinks.from_text(A_B_C)
    assert [("C", 1), ("B", 2), ("A", 0)] == shown(links)
    assert (3, 2, 1, None) == tuple(links.order_of(dn(letter)) for letter in "ABCD")
    assert [(False, False), (True, True), (True, False)] == [(link.enabled, link.enforced) for link in links.links]


@pytest.mark.parametrize(
    "value", ["", " ", "nonsense", "[LDAP://x]", "[LDAP://x;]", "[", A_B_C, A_B_C.lower(), f" {A_B_C} "]
)
def test_what_is_not_changed_stays_as_it_was_written(value: str) -> None:
    assert value == GpoLinks.from_text(value).to_text()


def test_a_new_link_is_the_lowest_and_stands_first() -> None:
    links = GpoLinks.from_text(A_B_C).having(dn("D"))
    assert text(("D", 0)) + A_B_C == links.to_text()
    assert 4 == links.order_of(dn("D"))
    assert text(("D", 3)) == GpoLinks().having(dn("D"), enabled=False, enforced=True).to_text()


@pytest.mark.parametrize(
    ("order", "expected"), [(1, "DCBA"), (2, "CDBA"), (3, "CBDA"), (4, "CBAD"), (99, "CBAD"), (None, "CBAD")]
)
def test_a_new_link_goes_to_its_order(order: int | None, expected: str) -> None:
    links = GpoLinks.from_text(A_B_C).having(dn("D"), order=order)
    assert expected == "".join(letter for letter, dummy in shown(links))


@pytest.mark.parametrize(("order", "expected"), [(1, "ACB"), (2, "CAB"), (3, "CBA"), (9, "CBA"), (None, "CBA")])
def test_a_link_moves_to_its_order(order: int | None, expected: str) -> None:
    links = GpoLinks.from_text(A_B_C).having(dn("A"), order=order)
    assert expected == "".join(letter for letter, dummy in shown(links))


def test_options_change_alone_and_unknown_bits_stay() -> None:
    value = text(("A", 0)) + f"[ldap://{dn('b')};6]" + text(("C", 1))
    links = GpoLinks.from_text(value)
    assert text(("A", 0)) + f"[LDAP://{dn('b')};4]" + text(("C", 1)) == links.having(dn("B"), enforced=False).to_text()
    assert text(("A", 0)) + f"[LDAP://{dn('b')};7]" + text(("C", 1)) == links.having(dn("B"), enabled=False).to_text()
    # As it is already: not even its spelling changes.
    assert value == links.having(dn("B"), enabled=True, enforced=True).to_text()


def test_removing_takes_every_link_of_the_gpo_in_any_case_and_nothing_else() -> None:
    value = f"junk{text(('A', 0))}[LDAP://{dn('b').lower()};0][what]{text(('B', 2), ('C', 1))} "
    links = GpoLinks.from_text(value)
    assert f"junk{text(('A', 0))}[what]{text(('C', 1))} " == links.without(dn("B")).to_text()
    assert value == links.without(dn("D")).to_text()


def test_of_two_links_of_one_gpo_the_higher_one_stays() -> None:
    links = GpoLinks.from_text(text(("A", 0), ("B", 0), ("A", 2), ("C", 0)))
    assert [("C", 0), ("A", 3), ("B", 0)] == shown(links.having(dn("A"), enabled=False))


def test_a_name_with_semicolon_and_comma_is_one_link() -> None:
    odd = r"CN={x},CN=Policies,DC=a\;b\, c"
    assert [GpoLink(dn=odd, options=2, text=f"[LDAP://{odd};2]")] == list(GpoLinks.from_text(f"[LDAP://{odd};2]").links)


def test_numbers_beyond_reason_are_kept_as_text() -> None:
    value = f"[LDAP://{dn('A')};99999999999]"
    assert () == GpoLinks.from_text(value).links
    assert value == GpoLinks.from_text(value).to_text()


LINKS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(0, 7)), max_size=6)


@given(
    LINKS, st.sampled_from("ABCDE"), st.none() | st.booleans(), st.none() | st.booleans(), st.none() | st.integers(1, 9)
)
def test_others_keep_their_order_and_the_second_time_changes_nothing(
    have: list[tuple[str, int]], letter: str, enabled: bool | None, enforced: bool | None, order: int | None
) -> None:
    links = GpoLinks.from_text(text(*have))
    done = links.having(dn(letter), enabled=enabled, enforced=enforced, order=order)
    others = [pair for pair in shown(links) if pair[0] != letter]
    assert others == [pair for pair in shown(done) if pair[0] != letter]
    link = done.find(dn(letter))
    assert link is not None
    assert 1 == sum(pair[0] == letter for pair in shown(done))
    if enabled is not None:
        assert enabled is link.enabled
    if enforced is not None:
        assert enforced is link.enforced
    if order is not None:
        assert min(order, len(others) + 1) == done.order_of(dn(letter))
    again = GpoLinks.from_text(done.to_text())
    assert done.to_text() == again.having(dn(letter), enabled=enabled, enforced=enforced, order=order).to_text()


@given(st.text(max_size=60))
def test_any_text_survives(value: str) -> None:
    links = GpoLinks.from_text(value)
    assert value == links.to_text()
    assert value == links.having(dn("A")).without(dn("A")).to_text()
