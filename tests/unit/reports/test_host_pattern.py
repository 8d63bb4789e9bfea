# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host patterns of exceptions; where Ansible is installed, its own inventory is the judge."""

from __future__ import annotations

import typing as t
from unittest import mock

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.host_pattern import matches, parsed
from hypothesis import given
from hypothesis import strategies as st

GROUPS: t.Final = {
    "web": ["web01", "web02"],
    "db": ["db01", "web02"],
    "berlin": ["web01", "db01"],
    "windows": ["web01", "web02", "db01", "10.0.0.7"],
}
HOSTS: t.Final = ("web01", "web02", "db01", "10.0.0.7", "fe80::1")


def chosen(pattern: str) -> list[str]:
    return [host for host in HOSTS if matches(pattern, host, [name for name in GROUPS if host in GROUPS[name]])]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("all", [*HOSTS]),
        ("*", [*HOSTS]),
        ("web01", ["web01"]),
        ("web", ["web01", "web02"]),
        ("web0?", ["web01", "web02"]),
        ("web0[12]x", []),
        ("*01", ["web01", "db01"]),
        ("web:db", ["web01", "web02", "db01"]),
        ("web,db", ["web01", "web02", "db01"]),
        ("web:&berlin", ["web01"]),
        ("web:!berlin", ["web02"]),
        ("!berlin:web", ["web02"]),
        ("!web", ["db01", "10.0.0.7", "fe80::1"]),
        ("&db", ["web02", "db01"]),
        ("windows:&web:!db", ["web01"]),
        ("~(web|db)01$", ["web01", "db01"]),
        ("~^b", ["web01", "db01"]),
        ("10.0.0.7", ["10.0.0.7"]),
        ("fe80::1", ["fe80::1"]),
        ("WEB01", []),
        ("nobody", []),
    ],
)
def test_a_pattern_names_these_hosts(pattern: str, expected: list[str]) -> None:
    assert expected == chosen(pattern)


@pytest.mark.parametrize("pattern", ["", " ", ",", ":", "web[0]", "web[0:1]", "web[-1]", "~(", "web:!", "&"])
def test_what_is_not_supported_is_refused(pattern: str) -> None:
    with pytest.raises(FormatError):
        parsed(pattern)


WORDS: t.Final = st.sampled_from(
    ["all", "*", "web", "db", "berlin", "web01", "web02", "web0*", "*01", "d?01", "~.*2$", "~web", "none", "w[a-e]b*"]
)
PARTS: t.Final = st.builds(lambda sign, word: sign + word, st.sampled_from(["", "", "!", "&"]), WORDS)


@given(st.lists(PARTS, min_size=1, max_size=4), st.sampled_from([":", ",", ", "]))
def test_ansible_chooses_the_same_hosts(parts: list[str], between: str) -> None:
    pytest.importorskip("ansible")
    from ansible import constants  # noqa: PLC0415  not in every environment
    from ansible.inventory.manager import InventoryManager  # noqa: PLC0415  the same
    from ansible.parsing.dataloader import DataLoader  # noqa: PLC0415  the same

    inventory = InventoryManager(loader=DataLoader(), sources=None)
    for host in HOSTS:
        inventory._inventory.add_host(host)
    for name, members in GROUPS.items():
        inventory._inventory.add_group(name)
        for host in members:
            inventory._inventory.add_child(name, host)
    inventory._inventory.reconcile_inventory()
    pattern = between.join(parts)
    # ansible-test has Ansible fail for a word that matches nothing.
    with mock.patch.object(constants, "HOST_PATTERN_MISMATCH", "ignore"):
        assert sorted(str(host) for host in inventory.get_hosts(pattern)) == sorted(chosen(pattern))
