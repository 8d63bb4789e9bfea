# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a host over real connections of Ansible."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import FirewallPolicy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HelperGroup,
    Mdm,
    MdmSetting,
    Membership,
    OperatingSystem,
    Unread,
)

from tests.integration.facts_expected import (
    CLIENT,
    FIREWALL_POLICY,
    GROUP,
    MEMBER,
    NO_POLICY,
    POLICY_MANAGER,
    SERVER,
    VERSION,
    read,
)
from tests.integration.newest import newest_only
from tests.lab import StandInHost

pytestmark = newest_only


def test_a_domain_member(member: StandInHost, connection: str) -> None:
    found = read(member, connection)
    assert MEMBER == found.facts
    assert (GROUP, NO_POLICY) == (found.group, found.policy)
    assert (15, 11) == (len(found.rules), sum(rule.is_enabled for rule in found.rules))
    # Nothing was started, written or left behind.
    assert (0, 0, ()) == (member.counters.shells_opened, member.open_enumerations, member.journal.writes)


def test_a_client(client: StandInHost, connection: str) -> None:
    found = read(client, connection)
    assert CLIENT == found.facts
    assert HelperGroup(exists=False) == found.group


def test_a_server_without_the_feature(server: StandInHost, connection: str) -> None:
    found = read(server, connection)
    assert SERVER == found.facts
    assert () == found.rules


def test_the_kinds_of_windows(client: StandInHost, connection: str) -> None:
    system = client.windows.system
    system.product_type, system.domain, system.folder = 2, "corp.example", "D:\\Win"
    client.registry.set(VERSION, "InstallationType", "REG_SZ", "Server Core")
    facts = read(client, connection).facts
    assert isinstance(facts.system, OperatingSystem)
    assert ("domain_controller", True, "D:\\Win") == (
        facts.system.kind,
        facts.system.is_core,
        facts.system.windows_folder,
    )
    assert (Membership(is_member=True, domain="corp.example", computer="CLIENT01"), True) == (
        facts.membership,
        facts.feature,
    )
    system.product_type, system.domain, system.says_membership, system.sku = 3, "", False, None
    facts = read(client, connection).facts
    assert isinstance(facts.system, OperatingSystem)
    assert ("server", None) == (facts.system.kind, facts.system.sku)
    assert Membership(is_member=False, domain="WORKGROUP", computer="CLIENT01") == facts.membership


def test_a_domain_controller_is_not_asked_for_local_groups(member: StandInHost, connection: str) -> None:
    member.windows.system.product_type = 2
    assert Unread(why="a domain controller has no local groups") == read(member, connection).group
    assert not [entry for entry in member.wmi if entry.resource.lower().endswith(("group", "groupuser"))]


def test_device_management(member: StandInHost, connection: str) -> None:
    enrollment = "4F6C7C1E-2D5A-4B0B-9B7A-0A1B2C3D4E5F"
    current = rf"{POLICY_MANAGER}\current\device\RemoteAssistance"
    member.registry.set(current, "UnsolicitedRemoteAssistance_ProviderSet", "REG_DWORD", 1)
    member.registry.set(current, "UnsolicitedRemoteAssistance_WinningProvider", "REG_SZ", enrollment)
    sent = rf"{POLICY_MANAGER}\Providers\{enrollment}\default\Device\RemoteAssistance"
    member.registry.set(sent, "UnsolicitedRemoteAssistance", "REG_SZ", "<disabled/>")
    conflict = rf"{POLICY_MANAGER}\current\device\ControlPolicyConflict"
    member.registry.set(conflict, "MDMWinsOverGP", "REG_DWORD", 1)
    setting = MdmSetting(policy="offer", provider=enrollment, state="disabled")
    assert Mdm(settings={"offer": setting}, wins_over_gpo=True) == read(member, connection).facts.mdm


def test_what_a_policy_says_of_the_firewall(member: StandInHost, connection: str) -> None:
    rule = "v2.30|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt=@FirewallAPI.dll,-33002|"
    member.registry.set(rf"{FIREWALL_POLICY}\FirewallRules", "{1}", "REG_SZ", rule)
    member.registry.set(rf"{FIREWALL_POLICY}\FirewallRules", "{2}", "REG_SZ", rule.replace("33002", "28752"))
    member.registry.set(rf"{FIREWALL_POLICY}\PublicProfile", "AllowLocalPolicyMerge", "REG_DWORD", 0)
    assert FirewallPolicy(rules=("{1}",), merge_off=("PublicProfile",)) == read(member, connection).policy


@pytest.mark.parametrize(("first", "page"), [(None, None), (1, 1), (2, 3)])
def test_pages_of_any_size(member: StandInHost, connection: str, first: int | None, page: int | None) -> None:
    member.windows.first_page, member.windows.page = first, page
    found = read(member, connection)
    assert (MEMBER, GROUP, 15) == (found.facts, found.group, len(found.rules))


def test_references_as_paths(member: StandInHost, connection: str) -> None:
    member.windows.references = "path"
    assert GROUP == read(member, connection).group
