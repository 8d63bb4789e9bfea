# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys that were read with one line, asked one by one."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.snapshot import Snapshot
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyRead,
    KeyState,
    RegistryKey,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.command_host import CommandHost

TREE = RegistryKey(path=r"SOFTWARE\Tree")
PLAIN = RegistryKey(path=r"SOFTWARE\Plain")


def loaded(host: CommandHost) -> Snapshot:
    snapshot = Snapshot(host.channel().files)
    snapshot.load([PLAIN], tree=TREE, doing="reading")
    return snapshot


def host() -> CommandHost:
    made = CommandHost()
    made.registry = {
        PLAIN.path: {"Number": 7, "Text": "x"},
        TREE.path: {},
        rf"{TREE.path}\a": {"Name": "日本"},
        rf"{TREE.path}\B": {},
    }
    return made


def test_values_and_names_in_any_letter_case() -> None:
    snapshot = loaded(host())
    asked = RegistryKey(path=r"software\PLAIN")
    assert {asked: KeyState.of(dword("Number", 7))} == snapshot.read([KeyRead(key=asked, names=("NUMBER", "None"))])
    assert {PLAIN: KeyState.of(dword("Number", 7), string("Text", "x"))} == snapshot.read([KeyRead(key=PLAIN)])
    below = RegistryKey(path=r"SOFTWARE\Tree\A")
    assert {below: KeyState.of(string("Name", "日本"))} == snapshot.read([KeyRead(key=below)])
    assert ["a", "b"] == sorted(name.lower() for name in snapshot.keys(TREE) or ())


def test_absent_keys_have_no_values() -> None:
    made = CommandHost()
    made.registry = {r"SOFTWARE\Other": {}}
    snapshot = loaded(made)
    assert {PLAIN: KeyState()} == snapshot.read([KeyRead(key=PLAIN)])
    assert snapshot.keys(TREE) is None


def test_a_key_that_did_not_come_is_not_taken_for_absent() -> None:
    snapshot = loaded(host())
    for key in (RegistryKey(path=r"SOFTWARE\Tree\C"), RegistryKey(path=r"SOFTWARE\Other")):
        with pytest.raises(HostError, match="does not hold the key"):
            snapshot.read([KeyRead(key=key)])


def test_nothing_is_asked_for_nothing() -> None:
    made = host()
    Snapshot(made.channel().files).load([], doing="reading")
    assert 0 == made.calls
