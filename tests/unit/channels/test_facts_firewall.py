# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's rules over the real channel, what a policy says of them, and switching them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.attempts import attempt
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.firewall import (
    read_policy,
    rules_of,
    switch,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallPolicy,
    FirewallRule,
    blocking,
    default_state,
    is_of_group,
    state_of,
    to_switch,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import Unread
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import AccessDenied, HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_windows import (
    DENIED_FAULT,
    INVALID_NAMESPACE,
    Windows,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import NIL, Rows

GROUP = "@FirewallAPI.dll,-33002"
NAME = "RemoteAssistance-Out-TCP-Active"
POLICIES = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"

# Windows 10 as installed: the rule and whether it is on.
SHIPPED = {
    "RemoteAssistance-In-TCP-EdgeScope": False,
    "RemoteAssistance-In-TCP-EdgeScope-Active": True,
    "RemoteAssistance-Out-TCP": False,
    "RemoteAssistance-Out-TCP-Active": True,
    "RemoteAssistance-PnrpSvc-UDP-In-EdgeScope": False,
    "RemoteAssistance-PnrpSvc-UDP-OUT": False,
    "RemoteAssistance-PnrpSvc-UDP-In-EdgeScope-Active": True,
    "RemoteAssistance-PnrpSvc-UDP-OUT-Active": True,
    "RemoteAssistance-RAServer-In-TCP-NoScope-Active": True,
    "RemoteAssistance-RAServer-Out-TCP-NoScope-Active": True,
    "RemoteAssistance-DCOM-In-TCP-NoScope-Active": True,
    "RemoteAssistance-SSDPSrv-In-UDP-Active": True,
    "RemoteAssistance-SSDPSrv-Out-UDP-Active": True,
    "RemoteAssistance-SSDPSrv-In-TCP-Active": True,
    "RemoteAssistance-SSDPSrv-Out-TCP-Active": True,
}


def rule_row(name: str = NAME, *, enabled: object = 1, group: str = GROUP, **changes: object) -> Rows:
    row = {
        "InstanceID": name,
        "CreationClassName": f"MSFT|FW|FirewallRule|{name}",
        "PolicyRuleName": "",
        "SystemCreationClassName": "",
        "SystemName": "",
        "RuleGroup": group,
        "Enabled": enabled,
        "Direction": 2,
        "Action": 2,
        "Profiles": 3,
        "PolicyStoreSourceType": 1,
    }
    return [*(row | changes).items()]


def windows(*rows: Rows) -> Windows:
    host = Windows()
    host.classes["MSFT_NetFirewallRule"] = list(rows)
    host.methods = {"MSFT_NetFirewallRule.Enable": [[]], "MSFT_NetFirewallRule.Disable": [[]]}
    return host


def rule(name: str = NAME, *, on: bool = True, is_local: bool = True) -> FirewallRule:
    keys = {"CreationClassName": f"MSFT|FW|FirewallRule|{name}"}
    keys |= dict.fromkeys(("PolicyRuleName", "SystemCreationClassName", "SystemName"), "")
    return FirewallRule(id=name, is_enabled=on, is_inbound=False, allows=True, profiles=3, is_local=is_local, keys=keys)


def test_the_group_by_its_resource_id() -> None:
    host = windows(rule_row(), rule_row("RemoteAssistance-Out-TCP", enabled=2))

    expected = (rule(), rule("RemoteAssistance-Out-TCP", on=False))
    assert expected == rules_of(host.channel().exchange)
    ((namespace, wql),) = host.queries
    assert "root/standardcimv2" == namespace
    assert wql.endswith("FROM MSFT_NetFirewallRule WHERE RuleGroup LIKE '%,-33002'")


def test_who_has_no_use_for_rules_that_are_off_asks_for_the_others_alone() -> None:
    host = windows(rule_row())

    assert (rule(),) == rules_of(host.channel().exchange, only_on=True)
    ((dummy, wql),) = host.queries
    assert wql.endswith("FROM MSFT_NetFirewallRule WHERE RuleGroup LIKE '%,-33002' AND Enabled=1")


def test_another_spelling_of_the_group_counts_and_strangers_are_left_out() -> None:
    path = r"@%SystemRoot%\System32\FirewallAPI.dll,-33002"
    host = windows(rule_row(group=path), rule_row("Other", group="@other.dll,-33002"), rule_row("None", group=NIL))

    assert (rule(),) == rules_of(host.channel().exchange)


def test_a_host_without_the_group_has_no_rules() -> None:
    assert () == rules_of(windows().channel().exchange)


def test_what_else_a_rule_says() -> None:
    host = windows(rule_row(Direction=1, Action=4, Profiles=0, PolicyStoreSourceType=2, CreationClassName=NIL))
    (found,) = rules_of(host.channel().exchange)

    assert (True, False, 0, False) == (found.is_inbound, found.allows, found.profiles, found.is_local)
    assert f"MSFT|FW|FirewallRule|{NAME}" == found.keys["CreationClassName"]


@pytest.mark.parametrize(
    ("code", "why"), [(INVALID_NAMESPACE, "does not have this namespace"), (DENIED_FAULT, "access denied")]
)
def test_a_refusal_is_unknown(code: int, why: str) -> None:
    host = windows()
    host.classes["MSFT_NetFirewallRule"] = code

    assert why in attempt(lambda: rules_of(host.channel().exchange)).why


@pytest.mark.parametrize("row", [rule_row(enabled=3), rule_row(enabled=NIL), rule_row("")])
def test_a_rule_without_sense_is_unknown(row: Rows) -> None:
    assert "neither on nor off" in attempt(lambda: rules_of(windows(row).channel().exchange)).why


@pytest.mark.parametrize(("on", "method"), [(True, "Enable"), (False, "Disable")])
def test_switching_names_the_rule_by_its_keys(on: bool, method: str) -> None:
    host = windows()
    switch(host.channel().exchange, rule(), on=on)

    assert [(f"MSFT_NetFirewallRule.{method}", dict(rule().keys), {})] == host.calls


def test_a_refused_switch_is_an_error() -> None:
    host = windows()
    host.methods["MSFT_NetFirewallRule.Disable"] = DENIED_FAULT
    with pytest.raises(AccessDenied, match=f"switching off the firewall rule {NAME}: access denied"):
        switch(host.channel().exchange, rule(), on=False)
    host.methods["MSFT_NetFirewallRule.Enable"] = [[("ReturnValue", 50)]]
    with pytest.raises(HostError, match=r"switching on .*\(0x00000032\)"):
        switch(host.channel().exchange, rule(), on=True)


def test_what_a_policy_says() -> None:
    host = windows()
    text = "v2.30|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt={}|"
    host.registry = {
        rf"{POLICIES}\DomainProfile": {"AllowLocalPolicyMerge": 0},
        rf"{POLICIES}\PublicProfile": {"AllowLocalPolicyMerge": 1},
        rf"{POLICIES}\FirewallRules": {"A": text.format(GROUP), "B": text.format("@FirewallAPI.dll,-28502"), "C": 1},
    }

    assert FirewallPolicy(rules=("A",), merge_off=("DomainProfile",)) == read_policy(host.channel())
    assert FirewallPolicy(rules=(), merge_off=()) == read_policy(Windows().channel())
    host.denied = ("WindowsFirewall",)
    assert Unread(why="access denied (0x00000005)") == read_policy(host.channel())


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (GROUP, True),
        (GROUP.upper(), True),
        (r"@%SystemRoot%\system32\firewallapi.dll,-33002", True),
        ("@FirewallAPI.dll,-28502", False),
        ("@other.dll,-33002", False),
        ("Remoteunterstützung", False),
        ("", False),
        (None, False),
    ],
)
def test_what_belongs_to_the_group(group: str | None, expected: bool) -> None:
    assert expected is is_of_group(group)


def test_the_defaults_of_windows() -> None:
    assert SHIPPED == {name: default_state(rule(name)) for name in SHIPPED}
    assert default_state(rule("Somebody-Active")) is None


@pytest.mark.parametrize(
    ("wanted", "from_off", "from_on"),
    [
        ("disabled", set(), set(SHIPPED)),
        ("all_rules", set(SHIPPED), set()),
        ("enabled", {n for n, on in SHIPPED.items() if on}, {n for n, on in SHIPPED.items() if not on}),
    ],
)
def test_what_is_switched(wanted: str, from_off: set[str], from_on: set[str]) -> None:
    for on, expected in ((False, from_off), (True, from_on)):
        assert expected == {found.id for found in to_switch([rule(name, on=on) for name in SHIPPED], wanted)}
        assert () == to_switch([rule(name, on=on, is_local=False) for name in SHIPPED], wanted)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({}, "absent"),
        (dict.fromkeys(SHIPPED, False), "disabled"),
        (SHIPPED, "enabled"),
        (dict.fromkeys(SHIPPED, True), "all_rules"),
        (SHIPPED | {NAME: False}, "mixed"),
        ({"Somebody": True}, "all_rules"),
    ],
)
def test_the_state_of_the_group(states: dict[str, bool], expected: str) -> None:
    assert expected == state_of([rule(name, on=on) for name, on in states.items()])


def test_rules_that_block() -> None:
    allowing, blocked, off = rule("a"), replace(rule("b"), allows=False), replace(rule("c", on=False), allows=False)

    assert (blocked,) == blocking([allowing, blocked, off])
