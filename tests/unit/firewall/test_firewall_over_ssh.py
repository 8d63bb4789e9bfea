# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the firewall behind ssh: one line, one transfer."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.over_commands import (
    CommandFirewall,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallPolicy,
    FirewallRule,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall_plan import FirewallState
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import Unread
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)
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


def state_of(made: CommandHost, temp_dir: str = r"C:\Windows\Temp") -> FirewallState:
    return CommandFirewall(made.channel(temp_dir=temp_dir)).read()


def test_rules_and_policy_come_together() -> None:
    made = host()
    assert FirewallState(rules=(RULE,), policy=POLICY) == state_of(made)
    assert (2, 1) == (made.calls, len(made.lines))


def test_rules_are_read_afresh() -> None:
    made = host()
    way = CommandFirewall(made.channel())
    assert (RULE,) == way.rules()
    del made.registry[RULES]["RemoteAssistance-In"]
    assert () == way.rules()
    assert 4 == made.calls


def test_a_host_without_rules_and_policies() -> None:
    made = CommandHost()
    made.registry = {r"SYSTEM\x": {}, r"SOFTWARE\x": {}}
    assert (FirewallState(rules=(), policy=NO_POLICY), 1) == (state_of(made), made.calls)


@pytest.mark.parametrize("folder", [r"C:\Windows\Temp", "C:\\" + "x" * 97])
def test_the_line_fits_with_any_folder(folder: str) -> None:
    assert FirewallState(rules=(RULE,), policy=POLICY) == state_of(host(), folder)


def test_policies_that_are_denied_are_unknown_and_rules_an_error() -> None:
    made = host()
    made.denied = (POLICIES,)
    unread = Unread(why=rf"the account may not read HKLM\{POLICIES}")
    assert FirewallState(rules=(RULE,), policy=unread) == state_of(made)
    made = host()
    made.denied = (RULES,)
    with pytest.raises(AccessDenied, match="the account may not read"):
        state_of(made)


def test_a_rule_that_cannot_be_used_is_an_error() -> None:
    made = host()
    made.registry[RULES]["RemoteAssistance-Out"] = "v2.30|Active=TRUE|Dir=In|EmbedCtxt=@FirewallAPI.dll,-33002|"
    why = "the firewall rule 'RemoteAssistance-Out' cannot be used: action is said 0 times"
    with pytest.raises(HostError, match=why):
        state_of(made)


@pytest.mark.parametrize("call", [0, 1])
def test_a_lost_connection_is_raised(call: int) -> None:
    made = host()
    made.lost_at = call
    with pytest.raises(HostUnreachable, match="gone"):
        state_of(made)
