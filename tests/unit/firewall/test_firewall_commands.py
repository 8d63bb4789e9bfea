# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall by reg.exe and netsh: what stands on lines, what is made of an export, what is made of codes."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.opening import firewall_way
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import FirewallPolicy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.reg_exe_host import (
    Lost,
    ScriptedConnection,
    channel,
    export,
)

LOCAL = "SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules"
POLICIES = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"


def key(path: str, **values: str) -> str:
    return f"{path}]" + "".join(f'\r\n"{name}"={data}' for name, data in values.items())


def text(*fields: str, group: str = "@FirewallAPI.dll,-33002") -> str:
    return f'"v2.33|{"|".join(fields)}|EmbedCtxt={group}|"'


RULES = key(
    LOCAL,
    On=text("Action=Allow", "Active=TRUE", "Dir=In", "Profile=Domain", "Profile=Public"),
    Off=text("Action=Block", "Active=FALSE", "Dir=Out", group="@%SystemRoot%\\\\system32\\\\firewallapi.dll,-33002"),
    Other=text("Action=Allow", "Active=TRUE", group="@FirewallAPI.dll,-28752"),
    Number="dword:00000001",
)
POLICY = (
    key(POLICIES),
    key(f"{POLICIES}\\DomainProfile", AllowLocalPolicyMerge="dword:00000000"),
    key(f"{POLICIES}\\PublicProfile", AllowLocalPolicyMerge="dword:00000001"),
    key(f"{POLICIES}\\FirewallRules", Sent=text("Active=TRUE"), Else=text(group="@other.dll,-33002")),
)


def test_rules_and_policies_of_one_export() -> None:
    connection = ScriptedConnection(export(*POLICY, RULES))
    state = firewall_way(channel(connection)).read()
    assert [("On", True, True, True, 5), ("Off", False, False, False, 0)] == [
        (one.id, one.is_enabled, one.is_inbound, one.allows, one.profiles) for one in state.rules
    ]
    assert FirewallPolicy(rules=("Sent",), merge_off=("DomainProfile",)) == state.policy
    assert ["exec", "fetch"] == connection.events


def test_a_rule_that_is_neither_on_nor_off_is_an_error() -> None:
    connection = ScriptedConnection(export(key(LOCAL, X=text("Action=Allow", "Dir=In"))))
    expected = "reading the firewall rules: the firewall rule .X. cannot be used: active is said 0 times"
    with pytest.raises(HostError, match=expected):
        firewall_way(channel(connection)).rules()


@pytest.mark.parametrize(("on", "word"), [(True, "yes"), (False, "no")])
def test_the_line_names_the_group_by_its_id(on: bool, word: str) -> None:
    connection = ScriptedConnection()
    firewall_way(channel(connection)).switch((), on=on)
    (line,) = connection.lines
    command = (
        '%SystemRoot%\\System32\\netsh.exe advfirewall firewall set rule group="@FirewallAPI.dll,-33002" new enable='
    )
    assert f"& {command}{word} >nul 2>&1 & " in line


@pytest.mark.parametrize(("code", "words"), [(1, "netsh reports that it could not do it"), (None, "cut off")])
def test_a_netsh_that_fails_or_says_nothing_is_an_error(code: int | None, words: str) -> None:
    connection = ScriptedConnection()
    connection.codes = {"netsh": code}
    with pytest.raises(HostError, match=words):
        firewall_way(channel(connection)).switch((), on=False)


def test_a_lost_line_may_have_run() -> None:
    connection = ScriptedConnection()
    connection.fails = {0: Lost("gone")}
    with pytest.raises(HostUnreachable) as lost:
        firewall_way(channel(connection)).switch((), on=False)
    assert lost.value.outcome_unknown


def test_the_longest_folder_fits_on_the_line() -> None:
    connection = ScriptedConnection(export(*POLICY, RULES), export(*POLICY, RULES))
    way = firewall_way(channel(connection, temp_dir="C:\\" + 97 * "x"))
    way.read()
    way.read()
    assert 5000 < max(len(line) for line in connection.lines) < 8000
