# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same host over WS-Management and over ssh: what both ways can tell is equal."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.opening import facts_reader
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.opening import firewall_way
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallPolicy,
    FirewallRule,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HostFacts,
    OperatingSystem,
    Unread,
)

from tests.integration.facts_expected import FIREWALL_POLICY, POLICY_MANAGER, SYSTEM_POLICY
from tests.integration.facts_on_wine import feature, resemble
from tests.integration.newest import newest_only
from tests.integration.real_channels import channel_to, ssh_channel_to
from tests.lab import StandInHost
from tests.lab.wine import WineHost

pytestmark = newest_only

ENROLLMENT = "4F6C7C1E-2D5A-4B0B-9B7A-0A1B2C3D4E5F"
CURRENT = rf"{POLICY_MANAGER}\current\device"
RULE = "v2.30|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt=@FirewallAPI.dll,-33002|"

SEEDS = {"domain_member": True, "open_client": True, "compliant_server": False}
KINDS = {"domain_member": "client", "open_client": "client", "compliant_server": "server"}


@pytest.fixture(scope="module", params=SEEDS)
def pair(request: pytest.FixtureRequest, wine: t.Callable[..., WineHost]) -> t.Iterator[tuple[StandInHost, WineHost]]:
    """Lend two hosts that are the same one."""
    host = wine(request.param, shell="cmd")
    with StandInHost(seed=request.param, name=request.param) as model, feature(host, installed=SEEDS[request.param]):
        # Only then is the list of applied GPOs asked for over WS-Management too.
        model.windows.refused = {"RSOP_GPO": 5}
        resemble(host, model)
        for registry in (model.registry, host.registry):
            registry.set(SYSTEM_POLICY, "DisableLGPOProcessing", "REG_DWORD", 1)
            area = rf"{CURRENT}\RemoteAssistance"
            registry.set(area, "UnsolicitedRemoteAssistance_ProviderSet", "REG_DWORD", 1)
            registry.set(area, "UnsolicitedRemoteAssistance_WinningProvider", "REG_SZ", ENROLLMENT)
            sent = rf"{POLICY_MANAGER}\Providers\{{{ENROLLMENT}}}\default\Device\RemoteAssistance"
            registry.set(sent, "UnsolicitedRemoteAssistance", "REG_SZ", '<enabled/><data id="x" value="1"/>')
            registry.set(rf"{CURRENT}\ControlPolicyConflict", "MDMWinsOverGP", "REG_DWORD", 1)
            registry.set(rf"{FIREWALL_POLICY}\FirewallRules", "{1}", "REG_SZ", RULE)
            registry.set(rf"{FIREWALL_POLICY}\PublicProfile", "AllowLocalPolicyMerge", "REG_DWORD", 0)
        yield model, host
        assert () == (*model.errors, *host.errors)


def comparable(facts: HostFacts) -> HostFacts:
    """Leave out what only one way knows: the log of policies, the name that Windows gives itself, its number."""
    assert isinstance(facts.system, OperatingSystem)
    system = dataclasses.replace(facts.system, caption="", sku=None, windows_folder=facts.system.windows_folder.lower())
    return dataclasses.replace(facts, rsop=Unread(why=""), membership=Unread(why=""), system=system)


def test_both_ways_tell_the_same(
    pair: tuple[StandInHost, WineHost], connection: str, request: pytest.FixtureRequest
) -> None:
    model, host = pair
    with channel_to(model, connection) as channel, ssh_channel_to(host) as ssh:
        over_wsman, over_ssh = facts_reader(channel).gather(), facts_reader(ssh).gather()
    assert comparable(over_wsman) == comparable(over_ssh)
    # And that is not nothing.
    assert isinstance(over_ssh.system, OperatingSystem)
    seed = request.node.callspec.params["pair"]
    assert (KINDS[seed], SEEDS[seed], True) == (over_ssh.system.kind, over_ssh.feature, over_ssh.local_gpo_off)
    assert over_ssh.applied
    assert over_ssh.refreshed
    assert Unread(why="RSoP is not readable over ssh") == over_ssh.rsop


def test_the_firewall(pair: tuple[StandInHost, WineHost], connection: str) -> None:
    def without_keys(rules: tuple[FirewallRule, ...]) -> set[tuple[object, ...]]:
        return {dataclasses.astuple(dataclasses.replace(rule, keys={}))[:6] for rule in rules}

    model, host = pair
    with channel_to(model, connection) as channel, ssh_channel_to(host) as ssh:
        first, second = firewall_way(channel).read(), firewall_way(ssh).read()
        ons = [firewall_way(way).read(only_on=True) for way in (channel, ssh)]
    rules = without_keys(first.rules)
    assert rules == without_keys(second.rules)
    assert (15 if model.windows.firewall.rules else 0) == len(rules)
    assert isinstance(first.policy, FirewallPolicy)
    assert first.policy == second.policy
    only_on = {row for row in rules if row[1]}
    assert [only_on, only_on] == [without_keys(state.rules) for state in ons]
