# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the firewall are switched and the task of the helpers started, over real connections of Ansible."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.firewall import (
    rules_of as rules_through,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.firewall import (
    switch,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.helper_sync import (
    read_group,
    start_task,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallRule,
    state_of,
    to_switch,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HelperGroup,
    TaskOutcome,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)

from tests.integration.facts_expected import CLIENT
from tests.integration.newest import newest_only
from tests.integration.real_channels import channel_to
from tests.lab import Drop, Fault, Return, Run, StandInHost, Trouble, When
from tests.lab.wmi import HELPER_GROUP
from tests.lab.wmi import FirewallRule as HostRule

pytestmark = newest_only

OFF = "RemoteAssistance-Out-TCP"
ON = "RemoteAssistance-Out-TCP-Active"
OTHER = "CoreNet-DHCP-In"


@pytest.fixture
def channel(client: StandInHost, connection: str) -> t.Iterator[t.Any]:
    with channel_to(client, connection) as opened:
        yield opened


def rules_of(channel: t.Any) -> tuple[FirewallRule, ...]:
    return rules_through(channel.exchange)


def rule_of(channel: t.Any, name: str) -> FirewallRule:
    (found,) = [rule for rule in rules_of(channel) if rule.id == name]
    return found


def enabled(host: StandInHost) -> set[str]:
    return {name for name, rule in host.windows.firewall.rules.items() if rule.enabled}


@pytest.mark.parametrize("returns_value", [False, True], ids=["empty-output", "documented-output"])
def test_the_group_is_switched_off_on_and_to_what_windows_ships(
    client: StandInHost, channel: t.Any, returns_value: bool
) -> None:
    client.windows.firewall.returns_value = returns_value
    shipped = enabled(client)
    states = [state_of(rules_of(channel))]
    for wanted in ("disabled", "all_rules", "enabled"):
        for rule in to_switch(rules_of(channel), wanted):
            switch(channel.exchange, rule, on=not rule.is_enabled)
        states.append(state_of(rules_of(channel)))
        expected = {"disabled": {OTHER}, "all_rules": set(client.windows.firewall.rules), "enabled": shipped}
        assert expected[wanted] == enabled(client)
    assert ["enabled", "disabled", "all_rules", "enabled"] == states
    assert () == client.journal.writes


def test_switching_twice_does_no_harm(client: StandInHost, channel: t.Any) -> None:
    rule = rule_of(channel, OFF)
    switch(channel.exchange, rule, on=True)
    switch(channel.exchange, rule, on=True)
    assert rule_of(channel, OFF).is_enabled


def test_a_rule_that_does_not_move_shows_when_it_is_read_again(client: StandInHost, channel: t.Any) -> None:
    client.windows.firewall.deaf = {OFF}
    switch(channel.exchange, rule_of(channel, OFF), on=True)
    assert not rule_of(channel, OFF).is_enabled


def test_rules_of_policies_blocks_and_other_spellings(client: StandInHost, channel: t.Any) -> None:
    group = "@%SystemRoot%\\system32\\FirewallAPI.dll,-33002"
    client.windows.firewall.rules = {
        "P": HostRule(name="P", enabled=True, group=group, source=2),
        "B": HostRule(name="B", enabled=True, group=group, action=4, direction=2, profiles=4),
        "O": HostRule(name="O", enabled=True, group="@FirewallAPI.dll,-133002"),
    }
    seen = [(rule.id, rule.is_local, rule.allows, rule.is_inbound, rule.profiles) for rule in rules_of(channel)]
    assert [("P", False, True, True, 3), ("B", True, False, False, 4)] == seen
    with pytest.raises(AccessDenied):
        switch(channel.exchange, rule_of(channel, "P"), on=False)
    assert {"P", "B", "O"} == enabled(client)


@pytest.mark.parametrize(
    ("trouble", "error", "words"),
    [
        (Fault(code=5), AccessDenied, "access denied"),
        (Fault(code=0x80041001), HostError, "WMI on the host failed"),
        (Return(code=5), AccessDenied, "access denied"),
        (Return(code=4294967295), HostError, "returned an error"),
    ],
)
def test_a_refused_switch_changes_nothing(
    client: StandInHost, channel: t.Any, trouble: t.Any, error: type[HostError], words: str
) -> None:
    rule = rule_of(channel, OFF)
    client.script.add(Trouble(when=When(method="Enable"), do=trouble))
    with pytest.raises(error, match=words) as caught:
        switch(channel.exchange, rule, on=True)
    assert f"switching on the firewall rule {OFF}" == caught.value.doing
    assert not rule_of(channel, OFF).is_enabled


def test_a_rule_that_has_gone(client: StandInHost, channel: t.Any) -> None:
    rule = rule_of(channel, OFF)
    del client.windows.firewall.rules[OFF]
    with pytest.raises(HostError, match="does not have"):
        switch(channel.exchange, rule, on=True)


@pytest.mark.parametrize("performed", [False, True])
def test_a_switch_whose_answer_is_lost_may_have_been_done(client: StandInHost, channel: t.Any, performed: bool) -> None:
    rule = rule_of(channel, ON)
    client.script.add(Trouble(when=When(method="Disable", times=None), do=Drop(performed=performed)))
    with pytest.raises(HostUnreachable) as caught:
        switch(channel.exchange, rule, on=False)
    assert caught.value.outcome_unknown
    client.script.clear()
    assert performed is not rule_of(channel, ON).is_enabled


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def start(channel: t.Any) -> tuple[TaskOutcome, float]:
    """Return the outcome, and how many seconds were waited."""
    clock = Clock()
    return start_task(channel.exchange, clock=clock, pause=clock.pause), clock.now


@pytest.mark.parametrize("result", [0, 0x80070005])
@pytest.mark.parametrize("polls", [0, 3])
def test_a_task_that_runs_to_its_end(client: StandInHost, channel: t.Any, polls: int, result: int) -> None:
    (task,) = client.windows.tasks
    task.polls, task.next_result = polls, result
    # One second before the start, one before each look.
    assert (TaskOutcome(state="finished", result=result), float(polls + 2)) == start(channel)
    assert 1 == task.starts


def test_a_task_that_never_ran_before(client: StandInHost, channel: t.Any) -> None:
    (task,) = client.windows.tasks
    task.last_run, task.result = None, 0x41303
    assert (TaskOutcome(state="finished", result=0), 2.0) == start(channel)


def test_nobody_waits_longer_than_fifteen_seconds(client: StandInHost, channel: t.Any) -> None:
    (task,) = client.windows.tasks
    task.polls = None
    assert (TaskOutcome(state="started"), 15.0) == start(channel)
    assert task.running


def test_a_run_right_after_another_one_is_told_from_it(client: StandInHost, channel: t.Any) -> None:
    clock = Clock()
    began = datetime(2026, 1, 6, 7, 8, 9, 900000, tzinfo=UTC)
    client.windows.now = lambda: (began + timedelta(seconds=clock())).replace(microsecond=0)
    (task,) = client.windows.tasks
    task.last_run = client.windows.now()
    outcome = start_task(channel.exchange, clock=clock, pause=clock.pause)
    assert (TaskOutcome(state="finished", result=0), 1) == (outcome, task.starts)


def test_a_task_that_is_missing_or_disabled_is_not_started(client: StandInHost, channel: t.Any) -> None:
    (task,) = client.windows.tasks
    task.enabled = False
    assert (TaskOutcome(state="disabled"), 0.0) == start(channel)
    assert 0 == task.starts
    client.windows.tasks = []
    assert (TaskOutcome(state="missing"), 0.0) == start(channel)


def test_a_windows_without_tasks_in_wmi(client: StandInHost, channel: t.Any) -> None:
    client.windows.absent = {"root/microsoft/windows/taskscheduler"}
    why = "this Windows does not offer its tasks over WMI"
    assert (TaskOutcome(state="failed", why=why), 0.0) == start(channel)


SAYS_DENIED = "access denied (the host says: Access is denied.) (0x00000005)"


@pytest.mark.parametrize(
    ("method", "trouble", "why", "starts"),
    [
        ("Enumerate", Fault(code=5), SAYS_DENIED, 0),
        ("GetInfoByName", Fault(code=5), SAYS_DENIED, 0),
        ("StartByPath", Fault(code=5), SAYS_DENIED, 0),
        ("StartByPath", Return(code=0x80041326), "the host's WMI returned an error (0x80041326)", 0),
        (
            "StartByPath",
            Fault(code=0x80041326, text="The task is disabled. ", shape="wmi_error"),
            "the host refuses the request (InternalError; the host says: The task is disabled.) (0x80041326)",
            0,
        ),
    ],
)
def test_a_refused_start_is_an_outcome(
    client: StandInHost, channel: t.Any, method: str, trouble: t.Any, why: str, starts: int
) -> None:
    client.script.add(Trouble(when=When(method=method, resource="*taskscheduler*"), do=trouble))
    assert TaskOutcome(state="failed", why=why) == start(channel)[0]
    assert [starts] == [task.starts for task in client.windows.tasks]


def test_a_task_that_vanishes_in_between(client: StandInHost, channel: t.Any) -> None:
    vanish = Run(function=client.windows.tasks.clear)
    client.script.add(Trouble(when=When(method="StartByPath"), do=vanish))
    outcome, dummy = start(channel)
    assert "failed" == outcome.state
    assert "The system cannot find the file specified." in outcome.why


def test_a_start_whose_answer_is_lost_is_an_error(client: StandInHost, channel: t.Any) -> None:
    client.script.add(Trouble(when=When(method="StartByPath", times=None), do=Drop(performed=True)))
    with pytest.raises(HostUnreachable) as caught:
        start(channel)
    assert caught.value.outcome_unknown


def test_what_the_task_does_shows_in_the_group(client: StandInHost, channel: t.Any) -> None:
    (task,) = client.windows.tasks
    members = [("Win32_UserAccount", "CORP", "anna"), ("Win32_Group", "CORP", "Хелпдеск")]
    task.effect = lambda: client.windows.groups.update({HELPER_GROUP: members})

    def group() -> HelperGroup | Unread:
        return read_group(channel.exchange, CLIENT.system, CLIENT.membership)

    assert HelperGroup(exists=False) == group()
    assert "finished" == start(channel)[0].state
    assert HelperGroup(exists=True, members=("CORP\\anna", "CORP\\Хелпдеск")) == group()
    client.windows.groups[HELPER_GROUP] = []
    assert HelperGroup(exists=True) == group()
