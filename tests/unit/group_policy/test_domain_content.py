# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which content and which version a domain GPO gets."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol import (
    PolicyEntry,
    PolicyFile,
    decode,
    encode,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_content import (
    next_version,
    plan_content,
    plan_restore,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    NOTHING_DECLARED,
    GpoBackup,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_state import (
    GpoState,
    packed,
    unpacked,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_view import (
    foreign_entries,
    sides,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_object import GpoObject
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_query import Entry
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import ValueType
from hypothesis import given
from hypothesis import strategies as st

PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
SCRIPTS = "[{42B5FAAE-6536-11D2-AE5A-0000F87571E3}{40B6664F-4972-11D1-A7CA-0000F87571E3}]"
SECURITY = "[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]"
LOGGING = from_mapping({"session_logging": {"state": "enabled"}})
KEY = r"Software\policies\Microsoft\Windows NT\Terminal Services"
ENTRY = PolicyEntry(key=KEY, value_name="LoggingEnabled", type=ValueType(4), data=b"\1\0\0\0")
OTHER = PolicyEntry(key=r"Software\Other", value_name="x", type=ValueType(4), data=b"\1\0\0\0")
APPLIED = encode(PolicyFile(entries=(ENTRY,)))


def state(
    content: bytes | None = None,
    *,
    version: int | None = 1,
    ini: int | None = 1,
    names: str = PAIR,
    functionality: int | None = 2,
    redo: bytes | None = None,
) -> GpoState:
    gpo = GpoObject(
        dn="CN=x",
        guid="{X}",
        name="X",
        version=version,
        flags=0,
        path=r"\\d\sysvol\d\Policies\{X}",
        functionality_version=functionality,
        machine_extensions=names,
        user_extensions="",
        descriptor=None,
        may_write=True,
        entry=Entry(dn="CN=x", attributes={}),
    )
    text = None if ini is None else f"[General]\r\nVersion={ini}\r\n".encode()
    return GpoState(gpo=gpo, gpt_ini=text, registry_pol=content, redo=redo)


def test_what_is_applied_already_needs_nothing() -> None:
    planned = plan_content(LOGGING, state(APPLIED))
    assert (False, (), None, "") == (planned.is_needed, planned.file.steps, planned.change, planned.healing)


def test_a_new_gpo_gets_entries_version_and_extension() -> None:
    planned = plan_content(LOGGING, state(version=0, ini=0, names=""))
    assert (APPLIED, 1, {"gPCMachineExtensionNames": PAIR.encode()}) == (
        planned.registry_pol,
        planned.machine_version,
        dict(planned.attributes),
    )


def test_extensions_of_others_stay_and_ours_goes_to_its_place() -> None:
    planned = plan_content(LOGGING, state(names=SCRIPTS + SECURITY))
    assert {"gPCMachineExtensionNames": (PAIR + SCRIPTS + SECURITY).encode()} == dict(planned.attributes)


def test_the_pair_goes_with_the_last_entry() -> None:
    not_configured = from_mapping({"session_logging": {"state": "not_configured"}})
    planned = plan_content(not_configured, state(APPLIED, names=PAIR + SCRIPTS))
    assert (encode(PolicyFile()), {"gPCMachineExtensionNames": SCRIPTS.encode()}) == (
        planned.registry_pol,
        dict(planned.attributes),
    )
    with_other = encode(PolicyFile(entries=(ENTRY, OTHER)))
    planned = plan_content(not_configured, state(with_other, names=PAIR + SCRIPTS))
    assert ((OTHER,), {}) == (decode(planned.registry_pol or b"").entries, dict(planned.attributes))


@pytest.mark.parametrize(
    "never_applied", [{"names": ""}, {"names": SCRIPTS + PAIR}, {"version": 0, "ini": 0}, {"functionality": None}]
)
def test_what_clients_do_not_apply_is_repaired_without_writing_the_same_entries(never_applied: t.Any) -> None:
    planned = plan_content(LOGGING, state(APPLIED, **never_applied))
    assert (True, None, ()) == (planned.is_needed, planned.registry_pol, planned.file.steps)
    untouched = plan_content(from_mapping({"offer": {"helpers": {"remove": ["x"]}}}), state(APPLIED, **never_applied))
    assert not untouched.is_needed


@pytest.mark.parametrize(
    ("version", "ini", "new"), [(5, 4, 6), (4, 5, 6), (0xFFFF, 1, 2), (1, 0xFFFF, 2), (0xFFFF, 0xFFFF, 1)]
)
def test_halves_that_differ_are_healed_upwards(version: int, ini: int, new: int) -> None:
    planned = plan_content(LOGGING, state(APPLIED, version=version, ini=ini))
    if version != ini:
        assert (new, None) == (planned.machine_version, planned.registry_pol)
        assert "left half done" in planned.healing
    assert new == next_version(version, ini)
    assert not plan_content(NOTHING_DECLARED, state(APPLIED, version=version, ini=ini)).is_needed


@given(st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=3))
def test_a_next_version_is_never_0_and_never_known(known: list[int]) -> None:
    new = next_version(*known)
    assert 0 < new <= 0xFFFF
    assert new not in known


def test_the_user_half_of_the_version_is_kept() -> None:
    planned = plan_content(LOGGING, state(version=0xFFFE0001, ini=1))
    assert 0xFFFE0002 == planned.version


def test_a_broken_off_edit_is_finished_and_planned_upon() -> None:
    wanted = encode(PolicyFile(entries=(OTHER,)))
    broken = state(b"PReg torn", version=2, ini=1, redo=wanted)
    planned = plan_content(LOGGING, broken)
    assert (OTHER, ENTRY) == decode(planned.registry_pol or b"").entries
    assert wanted == plan_content(NOTHING_DECLARED, broken).registry_pol


def test_a_damaged_file_or_attribute_is_refused() -> None:
    with pytest.raises(HostError, match="nothing was written"):
        plan_content(LOGGING, state(b"PReg torn"))
    with pytest.raises(HostError, match="gPCMachineExtensionNames"):
        plan_content(LOGGING, state(names="[{nonsense"))


@given(st.binary(max_size=200), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_a_redo_counts_only_whole_and_for_its_version(content: bytes, version: int, other: int) -> None:
    data = packed(content, version)
    assert content == unpacked(data, version)
    assert (content if other == version else None) == unpacked(data, other)
    for end in range(0, len(data), 7):
        assert unpacked(data[:end], version) in ({None} if content or end < len(data) else {None, content})
    assert unpacked(None, version) is None


def test_a_restore_counts_the_version_up_and_names_every_value() -> None:
    backup = GpoBackup(
        guid="{X}",
        name="X",
        registry_pol=APPLIED,
        gpt_ini=b"",
        attributes={"gPCMachineExtensionNames": PAIR + SCRIPTS, "versionNumber": "1"},
    )
    planned = plan_restore(backup, state(encode(PolicyFile()), version=7, ini=7))
    assert (8, APPLIED, ["session_logging.state"], {"gPCMachineExtensionNames": (PAIR + SCRIPTS).encode()}) == (
        planned.machine_version,
        planned.registry_pol,
        [step.setting for step in planned.file.steps],
        dict(planned.attributes),
    )
    assert {"session_logging": {"state": "enabled"}} == sides(planned.file.before, planned.file.steps)["after"]
    assert not plan_restore(backup, state(APPLIED, version=8, ini=8, names=PAIR + SCRIPTS)).is_needed
    assert APPLIED == plan_restore(backup, state(b"PReg torn")).registry_pol


def test_a_restore_of_nothing_empties_the_file() -> None:
    backup = GpoBackup(guid="{X}", name="X", registry_pol=None, gpt_ini=None, attributes={})
    planned = plan_restore(backup, state(APPLIED))
    assert (encode(PolicyFile()), {"gPCMachineExtensionNames": None}) == (
        planned.registry_pol,
        dict(planned.attributes),
    )
    assert not plan_restore(backup, state(None, names="")).is_needed


def test_entries_of_others_are_named() -> None:
    shared = PolicyEntry(key=KEY.upper(), value_name="fDenyTSConnections", type=ValueType(4), data=b"\1\0\0\0")
    ours = PolicyEntry(key=KEY + r"\RAUnsolicit", value_name="**delvals.", type=ValueType(1), data=b" \0\0\0")
    several = PolicyEntry(
        key=KEY, value_name="**DeleteValues", type=ValueType(1), data="LoggingEnabled;x\0".encode("utf-16-le")
    )
    key_only = PolicyEntry(key=KEY)
    file = PolicyFile(entries=(ENTRY, shared, ours, OTHER, several, key_only))
    assert (
        rf"{KEY.upper()}\fDenyTSConnections",
        r"Software\Other\x",
        rf"{KEY}\**DeleteValues",
        f"{KEY}\\",
    ) == foreign_entries(file)
