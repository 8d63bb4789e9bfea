# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the firewall behind ssh: one line, one transfer."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.over_commands import (
    CommandFacts,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallPolicy,
    FirewallRule,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import Unread
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.command_host import CommandHost

RULES = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
POLICIES = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
OURS = "v2.30|Action=Allow|Active=TRUE|Dir=In|Profile=Domain|EmbedCtxt=@FirewallAPI.dll,-33002|"
OTHER = "v2.30|Action=Block|Active=TRUE|Dir=In|Name=Ärger|EmbedCtxt=@FirewallAPI.dll,-28752|"
RULE = FirewallRule(
    id="RemoteAssistance-In", is_enabled=True, is_inbound=True, allows=True, profiles=1, is_local=True, keys={}
)
POLICY = FirewallPolicy(rules=("{1}",), merge_off=("PublicProfile",))
NO_POLICY = FirewallPolicy(rules=(), merge_off=())


def host() -> CommandHost:
    made = CommandHost()
    made.registry = {
        RULES: {"RemoteAssistance-In": OURS, "RemoteDesktop-In": OTHER},
        rf"{POLICIES}\FirewallRules": {"{1}": OURS, "{2}": OTHER},
        rf"{POLICIES}\PublicProfile": {"AllowLocalPolicyMerge": 0},
        rf"{POLICIES}\DomainProfile": {"AllowLocalPolicyMerge": 1},
    }
    return made


def test_rules_and_policy_come_together() -> None:
    made = host()
    reader = CommandFacts(made.channel())
    assert (RULE,) == reader.read_firewall_rules()
    assert POLICY == reader.read_firewall_policy()
    assert (2, 1) == (made.calls, len(made.lines))


def test_the_policy_alone() -> None:
    made = host()
    reader = CommandFacts(made.channel())
    assert [POLICY, POLICY] == [reader.read_firewall_policy(), reader.read_firewall_policy()]
    assert (2, 1) == (made.calls, len(made.lines))


def test_rules_are_read_afresh() -> None:
    made = host()
    reader = CommandFacts(made.channel())
    reader.read_firewall_rules()
    del made.registry[RULES]["RemoteAssistance-In"]
    assert () == reader.read_firewall_rules()
    assert 4 == made.calls


def test_a_host_without_rules_and_policies() -> None:
    made = CommandHost()
    made.registry = {r"SYSTEM\x": {}, r"SOFTWARE\x": {}}
    reader = CommandFacts(made.channel())
    assert ((), NO_POLICY, 1) == (reader.read_firewall_rules(), reader.read_firewall_policy(), made.calls)


@pytest.mark.parametrize("folder", [r"C:\Windows\Temp", "C:\\" + "x" * 97])
def test_the_line_fits_with_any_folder(folder: str) -> None:
    reader = CommandFacts(host().channel(temp_dir=folder))
    assert ((RULE,), POLICY) == (reader.read_firewall_rules(), reader.read_firewall_policy())


def test_one_of_them_is_denied() -> None:
    made = host()
    made.denied = (POLICIES,)
    reader = CommandFacts(made.channel())
    assert (RULE,) == reader.read_firewall_rules()
    assert Unread(why=rf"the account may not read HKLM\{POLICIES}") == reader.read_firewall_policy()
    made = host()
    made.denied = (RULES,)
    reader = CommandFacts(made.channel())
    assert Unread(why=rf"the account may not read HKLM\{RULES}") == reader.read_firewall_rules()
    assert POLICY == reader.read_firewall_policy()


def test_a_rule_that_cannot_be_used_makes_the_rules_unknown() -> None:
    made = host()
    made.registry[RULES]["RemoteAssistance-Out"] = "v2.30|Active=TRUE|Dir=In|EmbedCtxt=@FirewallAPI.dll,-33002|"
    reader = CommandFacts(made.channel())
    why = "the firewall rule 'RemoteAssistance-Out' cannot be used: action is said 0 times"
    assert (Unread(why=why), POLICY) == (reader.read_firewall_rules(), reader.read_firewall_policy())


@pytest.mark.parametrize("call", [0, 1])
def test_a_lost_connection_is_raised(call: int) -> None:
    made = host()
    made.lost_at = call
    with pytest.raises(HostUnreachable, match="gone"):
        CommandFacts(made.channel()).read_firewall_rules()
