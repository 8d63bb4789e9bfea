# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts over a real ssh connection of Ansible, by reg.exe of Wine: what it costs, other languages, refusals.

Wine has no group and no task: its net.exe and schtasks.exe answer with success and say nothing that helps.
"""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.opening import facts_reader
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.opening import firewall_way
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.catalogue import (
    HELPER_KEY,
    POLICY_KEY,
    PREFERENCE_KEY,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import FirewallPolicy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall_plan import FirewallState
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    AppliedGpo,
    HostFacts,
    Mdm,
    Membership,
    OperatingSystem,
    TaskOutcome,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import KeyRead

from tests.integration.facts_expected import GPO, GROUP_POLICY, PROCESSED
from tests.integration.facts_on_wine import HISTORY, feature, set_system
from tests.integration.newest import newest_only
from tests.integration.real_channels import ssh_channel_to
from tests.lab.wine import WineHost
from tests.lab.wmi.state import System

pytestmark = newest_only

EXTENSION = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
APPLIED = rf"{HISTORY}\{EXTENSION}"
NAME, PLACE = "Рабочие станции – 日本語", "OU=Arbeitsplätze,DC=corp,DC=example"
BLIND = Unread(why="reg.exe cannot read any key above it either")

KINDS = [{"shell": "cmd"}, {"shell": "powershell"}, {"shell": "cmd", "locale": "ja_JP.UTF-8"}]


def furnish(host: WineHost) -> None:
    set_system(host, System(domain="corp.example"))
    values = {
        "GPOName": GPO,
        "DSPath": f"LDAP://CN=Machine,CN={GPO},CN=Policies,CN=System,DC=corp,DC=example",
        "DisplayName": NAME,
        "Link": f"LDAP://{PLACE}",
    }
    for name, text in values.items():
        host.registry.set(rf"{APPLIED}\0", name, "REG_SZ", text)
    host.registry.set(rf"{APPLIED}\0", "lParam", "REG_BINARY", bytes(range(40)))
    ticks = int((PROCESSED - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    state = rf"{GROUP_POLICY}\State\Machine\Extension-List\{EXTENSION}"
    host.registry.set(state, "EndTimeLo", "REG_DWORD", ticks % 2**32)
    host.registry.set(state, "EndTimeHi", "REG_DWORD", ticks >> 32)


@pytest.fixture
def host(wine: t.Callable[..., WineHost]) -> t.Iterator[WineHost]:
    lent = wine("domain_member", shell="cmd")
    furnish(lent)
    with feature(lent, installed=True):
        yield lent
    assert () == lent.errors


def expected(computer: str) -> HostFacts:
    return HostFacts(
        rsop=Unread(why="RSoP is not readable over ssh"),
        applied=(AppliedGpo(gpo=GPO, name=NAME, linked_at=PLACE),),
        mdm=Mdm(),
        local_gpo_off=False,
        refreshed=PROCESSED,
        # The seed of no edition: that value is none of Wine's.
        system=OperatingSystem(caption="Windows 11 Pro", build=22631, kind="client", windows_folder="C:\\windows"),
        membership=Membership(is_member=True, domain="corp.example", computer=computer),
        feature=True,
    )


def computer_of(facts: HostFacts) -> str:
    assert isinstance(facts.membership, Membership)
    return facts.membership.computer


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind.values()))
def test_a_member_in_any_language_and_shell(wine: t.Callable[..., WineHost], kind: dict[str, str]) -> None:
    lent = wine("domain_member", **kind)
    furnish(lent)
    with feature(lent, installed=True), ssh_channel_to(lent) as channel:
        facts = facts_reader(channel).gather()
    assert computer_of(facts)
    assert expected(computer_of(facts)) == facts
    assert [] == lent.temp_files()
    assert () == lent.errors


def test_what_it_costs_beside_the_reading_of_the_managed_values(host: WineHost) -> None:
    with ssh_channel_to(host) as channel:
        channel.read([KeyRead(key=key) for key in (POLICY_KEY, HELPER_KEY, PREFERENCE_KEY)])
        assert (1, 1) == (host.counters.commands, host.counters.sftp_sessions)
        reader = facts_reader(channel)
        facts = reader.gather()
        assert (2, 2) == (host.counters.commands, host.counters.sftp_sessions)
        firewall_way(channel).read()
        assert (3, 2) == (host.counters.commands, host.counters.sftp_sessions)
        reader.read_group(facts)
        assert (4, 2) == (host.counters.commands, host.counters.sftp_sessions)
    # The line before has left nothing to remove.
    assert (4, []) == (host.counters.commands, host.temp_files())


def test_a_host_that_was_never_furnished(wine: t.Callable[..., WineHost]) -> None:
    bare = wine(None, shell="cmd")
    with ssh_channel_to(bare) as channel:
        reader = facts_reader(channel)
        facts = reader.gather()
        assert FirewallState(rules=(), policy=FirewallPolicy(rules=(), merge_off=())) == firewall_way(channel).read()
    assert isinstance(facts.system, OperatingSystem)
    assert ("client", 7601, (), None, False, False) == (
        facts.system.kind,
        facts.system.build,
        facts.applied,
        facts.refreshed,
        facts.feature,
        facts.local_gpo_off,
    )
    assert Membership(is_member=None, computer=computer_of(facts)) == facts.membership


def test_programs_that_say_nothing(host: WineHost) -> None:
    with ssh_channel_to(host) as channel:
        reader = facts_reader(channel)
        assert Unread(why="what net localgroup prints is not understood") == reader.read_group(HostFacts())
        assert TaskOutcome(state="started") == reader.start_task()
    assert 2 == host.counters.executions


@pytest.mark.parametrize("reg_exe", ["denied", "missing"])
def test_without_reg_exe_everything_of_the_registry_is_unknown(host: WineHost, reg_exe: t.Any) -> None:
    host.reg_exe = reg_exe
    with ssh_channel_to(host) as channel:
        reader = facts_reader(channel)
        facts = reader.gather()
        assert (BLIND, BLIND, BLIND, BLIND, BLIND, None, True) == (
            facts.applied,
            facts.mdm,
            facts.local_gpo_off,
            facts.system,
            facts.membership,
            facts.refreshed,
            facts.feature,
        )
        with pytest.raises(HostError) as caught:
            firewall_way(channel).read()
        assert BLIND.why == caught.value.reason


def test_a_folder_that_takes_no_files(host: WineHost) -> None:
    host.temp_writable = False
    with ssh_channel_to(host) as channel:
        facts = facts_reader(channel).gather()
    assert isinstance(facts.applied, Unread)
    assert "cannot export it to" in facts.applied.why
    assert PROCESSED == facts.refreshed


def test_a_connection_that_is_lost_is_an_error(host: WineHost) -> None:
    with ssh_channel_to(host) as channel:
        host.refuse_connections()
        reader = facts_reader(channel)
        for ask in (
            reader.gather,
            reader.start_task,
            firewall_way(channel).read,
            lambda: reader.read_group(HostFacts()),
        ):
            with pytest.raises(HostUnreachable):
                ask()
