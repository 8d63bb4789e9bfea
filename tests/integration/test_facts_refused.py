# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts that cannot be read are unknown, with the reason; only a lost connection is an exception."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import UTC, datetime

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import FirewallPolicy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HostFacts,
    OperatingSystem,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable

from tests.integration.facts_expected import (
    APPLIED,
    DENIED,
    DENIED_KEY,
    FIREWALL_POLICY,
    GROUP,
    GROUP_POLICY,
    MEMBER,
    NO_POLICY,
    NOT_ASKED,
    POLICY_MANAGER,
    SYSTEM_POLICY,
    VERSION,
    Everything,
    everything,
    read,
)
from tests.integration.newest import newest_only
from tests.integration.real_channels import channel_to
from tests.lab import Drop, Fault, Garbage, StandInHost, Trouble, When

pytestmark = newest_only


def replaced(**changes: t.Any) -> HostFacts:
    return dataclasses.replace(MEMBER, **changes)


UNKNOWN_FACTS: dict[str, HostFacts] = {
    "RSOP_RegistryPolicySetting": replaced(rsop=DENIED, applied=APPLIED),
    "RSOP_GPO": replaced(rsop=DENIED, applied=APPLIED),
    "RSOP_ExtensionStatus": replaced(rsop=DENIED, applied=APPLIED),
    "Win32_OperatingSystem": replaced(system=DENIED, feature=DENIED),
    "Win32_ComputerSystem": replaced(membership=DENIED),
    "CIM_DataFile": replaced(feature=DENIED),
    "MSFT_NetFirewallRule": MEMBER,
    "Win32_Group": MEMBER,
    "Win32_GroupUser": MEMBER,
}
GROUP_NEEDS = {"Win32_ComputerSystem", "Win32_Group", "Win32_GroupUser"}


@pytest.mark.parametrize("class_name", UNKNOWN_FACTS)
def test_a_class_that_is_refused_is_unknown_and_nothing_else_is(
    member: StandInHost, connection: str, class_name: str
) -> None:
    member.windows.refused = {class_name: 5}
    found = read(member, connection)
    assert UNKNOWN_FACTS[class_name] == found.facts
    assert (DENIED if class_name in GROUP_NEEDS else GROUP) == found.group
    assert (found.rules == DENIED) is (class_name == "MSFT_NetFirewallRule")
    assert NO_POLICY == found.policy


# What is not there is not denied either.
DENIED_KEYS = (
    rf"{POLICY_MANAGER}\current\device\RemoteAssistance",
    SYSTEM_POLICY,
    rf"{FIREWALL_POLICY}\FirewallRules",
)
UNKNOWN_KEYS: dict[str, tuple[HostFacts, FirewallPolicy | Unread]] = {
    POLICY_MANAGER: (replaced(mdm=DENIED_KEY), NO_POLICY),
    SYSTEM_POLICY: (replaced(local_gpo_off=DENIED_KEY), NO_POLICY),
    rf"{GROUP_POLICY}\State": (replaced(refreshed=None), NO_POLICY),
    rf"{GROUP_POLICY}\History": (MEMBER, NO_POLICY),
    FIREWALL_POLICY: (MEMBER, DENIED_KEY),
}


@pytest.mark.parametrize("key", UNKNOWN_KEYS)
def test_a_key_that_is_refused_is_unknown_and_nothing_else_is(member: StandInHost, connection: str, key: str) -> None:
    for one in DENIED_KEYS:
        member.registry.create(one)
    member.registry.deny(key, read=True)
    found = read(member, connection)
    assert UNKNOWN_KEYS[key] == (found.facts, found.policy)


def test_the_edition_is_less_than_the_system(member: StandInHost, connection: str) -> None:
    member.registry.deny(VERSION, read=True)
    assert isinstance(MEMBER.system, OperatingSystem)
    system = dataclasses.replace(MEMBER.system, edition="", is_core=None)
    assert replaced(system=system) == read(member, connection).facts


def test_neither_log_nor_list(member: StandInHost, connection: str) -> None:
    member.windows.refused = {"RSOP_GPO": 5}
    member.registry.deny(rf"{GROUP_POLICY}\History", read=True)
    assert replaced(rsop=DENIED, applied=DENIED_KEY) == read(member, connection).facts


def test_a_host_that_refuses_everything(member: StandInHost, connection: str) -> None:
    member.windows.refused = dict.fromkeys(UNKNOWN_FACTS, 5)
    for one in DENIED_KEYS:
        member.registry.create(one)
    member.registry.deny("HKLM", read=True)
    found = read(member, connection)
    unknown = HostFacts(
        rsop=DENIED,
        applied=DENIED_KEY,
        mdm=DENIED_KEY,
        local_gpo_off=DENIED_KEY,
        system=DENIED,
        membership=DENIED,
        feature=DENIED,
    )
    assert Everything(facts=unknown, rules=DENIED, policy=DENIED_KEY, group=DENIED) == found


def test_a_user_who_is_no_administrator(connection: str) -> None:
    with StandInHost(seed="domain_member", not_administrators=["STANDIN\\Administrator"]) as host:
        found = read(host, connection)
        unknown = [getattr(found.facts, field.name) for field in dataclasses.fields(HostFacts)]
        assert [DENIED] * 7 == [one for one in unknown if one not in (NOT_ASKED, None)]
        assert (DENIED, DENIED, DENIED) == (found.rules, found.policy, found.group)
        assert host.errors == ()


@pytest.mark.parametrize(("code", "words"), [(0x8004100E, "Invalid namespace"), (0x80338000, "could not be found.")])
def test_a_host_without_the_namespaces(member: StandInHost, connection: str, code: int, words: str) -> None:
    member.windows.absent = {"root/rsop/computer", "root/standardcimv2"}
    member.windows.absent_code = code
    found = read(member, connection)
    assert isinstance(found.facts.rsop, Unread)
    start = "the host's WMI does not have this namespace, class or property (the host says: "
    assert found.facts.rsop.why.startswith(start)
    assert found.facts.rsop.why.endswith(f"{words}) (0x{code:08X})")
    assert replaced(rsop=found.facts.rsop, applied=APPLIED) == found.facts
    assert found.facts.rsop == found.rules


def test_a_log_that_is_switched_off_or_old(member: StandInHost, connection: str) -> None:
    member.windows.rsop.ended = datetime(2026, 1, 4, 6, 7, 9, tzinfo=UTC)
    assert isinstance(MEMBER.rsop, Rsop)
    old = dataclasses.replace(MEMBER.rsop, processed=member.windows.rsop.ended)
    assert replaced(rsop=old, applied=APPLIED) == read(member, connection).facts
    member.registry.set(SYSTEM_POLICY, "RSoPLogging", "REG_DWORD", 0)
    member.registry.set(SYSTEM_POLICY, "DisableLGPOProcessing", "REG_DWORD", 1)
    off = Unread(why="this host does not log its policies (RSoPLogging is 0)")
    assert replaced(rsop=off, applied=APPLIED, local_gpo_off=True) == read(member, connection).facts


def test_a_fault_between_pages_is_unknown_and_the_rest_is_released(member: StandInHost, connection: str) -> None:
    member.windows.page = 2
    trouble = When(method="Pull", resource="*/MSFT_NetFirewallRule", message=2)
    member.script.add(Trouble(when=trouble, do=Fault(code=0x80041001, text="Generic failure ")))
    found = read(member, connection)
    assert Unread(why="WMI on the host failed (the host says: Generic failure) (0x80041001)") == found.rules
    assert (MEMBER, GROUP) == (found.facts, found.group)
    assert 0 == member.open_enumerations
    assert ["Release"] == [entry.method for entry in member.wmi if entry.method == "Release"]


# The switch of the log: where it cannot be read, the log itself tells.
SWITCH = 5
# The settings of the log in two pages: refused for another reason than rights, they are asked for without a condition.
SETTINGS = {6, 7}
BAD = {
    "denied": (Fault(code=5), {SWITCH}),
    "failed": (Fault(code=0x80041001), {SWITCH} | SETTINGS),
    "absent": (Fault(code=0x8033801A), {SWITCH} | SETTINGS),
    "garbage": (Garbage(body=b"<s:Envelope", performed=True), {SWITCH} | SETTINGS),
    "page": (Garbage(body=b"<html/>", status=503, sealed=False), {SWITCH} | SETTINGS),
}


@pytest.mark.parametrize("kind", BAD)
def test_trouble_at_any_message_is_at_most_unknown(member: StandInHost, connection: str, kind: str) -> None:
    healthy = read(member, connection)
    unchanged = set()
    messages = member.counters.soap_messages
    with channel_to(member, connection) as channel:
        for number in range(1, messages + 1):
            member.script.clear()
            member.script.add(Trouble(when=When(message=number), do=BAD[kind][0]))
            found = everything(channel)
            assert 1 == member.script.applied, number
            assert set() == worse(found, healthy), number
            if found == healthy:
                unchanged.add(number)
    assert BAD[kind][1] == unchanged
    assert 0 == member.open_enumerations or kind in {"garbage", "page"}


def worse(found: Everything, healthy: Everything) -> set[str]:
    """Return what is neither as it was nor unknown."""
    now, before = plain(found.facts), plain(healthy.facts)
    # The list of GPOs is read where the log is unknown; the edition and the last refresh can be missing.
    now = {name: value for name, value in now.items() if name not in {"applied", "system", "refreshed"}}
    more = {name: (getattr(found, name), getattr(healthy, name)) for name in ("rules", "policy", "group")}
    pairs = {name: (value, before[name]) for name, value in now.items()} | more
    return {name for name, (value, known) in pairs.items() if value != known and not isinstance(value, Unread)}


def plain(facts: HostFacts) -> dict[str, t.Any]:
    return {field.name: getattr(facts, field.name) for field in dataclasses.fields(facts)}


def test_a_lost_connection_is_an_error(member: StandInHost, connection: str) -> None:
    member.script.add(Trouble(when=When(message=4, times=None), do=Drop()))
    with pytest.raises(HostUnreachable) as caught, channel_to(member, connection) as channel:
        everything(channel)
    assert not caught.value.outcome_unknown
