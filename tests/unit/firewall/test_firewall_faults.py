# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run in a firewall in memory that is made to fail at every point."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.enforce import (
    FirewallOutcome,
    carry_out,
    prepare,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import FirewallWanted
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from ansible_collections.winfleet.remote_assistance.tests.unit.firewall.memory_firewall import (
    InMemoryFirewall,
    InMemoryWay,
    rule,
)

# Typed from Windows 10 as installed: rule, and whether it is on.
SHIPPED = {
    "RemoteAssistance-In-TCP-EdgeScope": False,
    "RemoteAssistance-In-TCP-EdgeScope-Active": True,
    "RemoteAssistance-Out-TCP": False,
    "RemoteAssistance-Out-TCP-Active": True,
    "RemoteAssistance-DCOM-In-TCP-NoScope-Active": True,
}
ALL_OFF = dict.fromkeys(SHIPPED, False)
ALL_ON = dict.fromkeys(SHIPPED, True)
# Some as shipped, some the other way round: enabled has to switch both ways.
MIXED = SHIPPED | {"RemoteAssistance-Out-TCP": True, "RemoteAssistance-Out-TCP-Active": False}

# What a run starts from, what it is to be, what stands afterwards.
RUNS = (
    pytest.param(SHIPPED, "disabled", ALL_OFF, id="disabled"),
    pytest.param(ALL_ON, "disabled", ALL_OFF, id="disabled from all"),
    pytest.param(ALL_OFF, "enabled", SHIPPED, id="enabled"),
    pytest.param(MIXED, "enabled", SHIPPED, id="enabled from mixed"),
    pytest.param(ALL_ON, "enabled", SHIPPED, id="enabled from all"),
    pytest.param(SHIPPED, "all_rules", ALL_ON, id="all_rules"),
)
OPENING = [one for one in RUNS if one.id in ("enabled", "enabled from mixed", "all_rules")]
CLOSING = [one for one in RUNS if one not in OPENING]
States = dict[str, bool]


def host_of(states: States) -> InMemoryFirewall:
    return InMemoryFirewall(*(rule(name, on=on) for name, on in states.items()))


def run(way: InMemoryWay, wanted: str) -> FirewallOutcome:
    def interrupted(dummy: FirewallOutcome) -> None:
        raise AssertionError("nothing was broken off")

    return carry_out(way, prepare(way, FirewallWanted(state=wanted)), interrupted=interrupted)


def differing(before: States, after: States) -> set[str]:
    return {name for name in before if before[name] is not after[name]}


def names(steps: t.Iterable[t.Any]) -> set[str]:
    return {step.rule.id for step in steps}


def never_wider(host: InMemoryFirewall, before: States, after: States) -> bool:
    """Return True if at every moment no rule lets pass what neither before nor afterwards was let through."""
    sides = [{name for name, on in states.items() if on} for states in (before, after)]
    return all(any(moment <= side for side in sides) for moment in host.history)


@pytest.mark.parametrize(("before", "wanted", "after"), RUNS)
def test_a_run_reaches_what_is_wanted_and_the_second_changes_nothing(
    before: States, wanted: str, after: States
) -> None:
    host = host_of(before)
    outcome = run(InMemoryWay(host), wanted)
    assert (None, after, differing(before, after)) == (outcome.failure, host.states(), names(outcome.made))
    assert never_wider(host, before, after)
    second = InMemoryWay(host)
    assert (None, ()) == (run(second, wanted).failure, run(second, wanted).made)
    assert [] == second.log


@pytest.mark.parametrize(("before", "wanted", "after"), CLOSING)
def test_a_refused_step_of_a_closing_is_left_and_the_rest_is_done(before: States, wanted: str, after: States) -> None:
    count = len(differing(before, after))
    for number in range(count):
        host = host_of(before)
        way = InMemoryWay(host)
        way.refused = {number}
        outcome = run(way, wanted)
        assert "the host answered with a fault" in str(outcome.failure)
        assert (count - 1, 1, ()) == (len(outcome.made), len(outcome.left), outcome.restored)
        assert names(outcome.left) == differing(host.states(), after)
        assert never_wider(host, before, after)


@pytest.mark.parametrize(("before", "wanted", "after"), OPENING)
def test_a_refused_step_of_an_opening_undoes_everything(before: States, wanted: str, after: States) -> None:
    for number in range(len(differing(before, after))):
        host = host_of(before)
        way = InMemoryWay(host)
        way.refused = {number}
        outcome = run(way, wanted)
        assert "the host answered with a fault" in str(outcome.failure)
        assert (before, number, ()) == (host.states(), len(outcome.restored), outcome.made)
        assert never_wider(host, before, after)


@pytest.mark.parametrize(("before", "wanted", "after"), OPENING)
def test_a_refused_undo_is_told_and_opens_nothing_beside_it(before: States, wanted: str, after: States) -> None:
    count = len(differing(before, after))
    for number in range(1, count):
        for undo in range(number):
            host = host_of(before)
            way = InMemoryWay(host)
            way.refused = {number, number + 1 + undo}
            outcome = run(way, wanted)
            assert names(outcome.made) == differing(before, host.states())
            assert outcome.made
            assert never_wider(host, before, after)


@pytest.mark.parametrize(("before", "wanted", "after"), RUNS)
@pytest.mark.parametrize("when", ["lost_before", "lost_after"])
def test_a_connection_that_is_lost_once_is_opened_again(before: States, wanted: str, after: States, when: str) -> None:
    for number in range(len(differing(before, after))):
        host = host_of(before)
        way = InMemoryWay(host)
        setattr(way, when, {number})
        outcome = run(way, wanted)
        assert (None, 1, after) == (outcome.failure, way.reconnects, host.states())
        assert differing(before, after) == names(outcome.made)


@pytest.mark.parametrize(("before", "wanted", "after"), RUNS)
@pytest.mark.parametrize("when", ["lost_before", "lost_after"])
def test_a_host_that_is_lost_is_unreachable_and_what_is_unknown_is_said(
    before: States, wanted: str, after: States, when: str
) -> None:
    count = len(differing(before, after))
    for number in range(count):
        host = host_of(before)
        way = InMemoryWay(host)
        setattr(way, when, {number})
        way.dead_from = 1
        outcome = run(way, wanted)
        assert isinstance(outcome.failure, HostUnreachable)
        assert (number, 1, count - number - 1) == (len(outcome.made), len(outcome.unknown), len(outcome.left))
        assert names(outcome.made) <= differing(before, host.states()) <= names((*outcome.made, *outcome.unknown))
        assert never_wider(host, before, after)


def test_a_refused_logon_is_never_tried_again() -> None:
    way = InMemoryWay(host_of(SHIPPED))

    def refuse(message: int) -> None:
        if message >= 2:
            raise HostUnreachable(doing="switching", reason="logon refused", logon_refused=True)

    way.between = refuse
    outcome = run(way, "disabled")
    assert (0, 1) == (way.reconnects, len(outcome.made))
    assert isinstance(outcome.failure, HostUnreachable)


@pytest.mark.parametrize(("before", "wanted", "after"), RUNS)
def test_a_switch_that_does_not_stick_fails_the_run(before: States, wanted: str, after: States) -> None:
    host = host_of(before)
    way = InMemoryWay(host)
    way.pretended = {0}
    outcome = run(way, wanted)
    assert "the host accepted every change, and now its rules are not so" in str(outcome.failure)
    opening = any(after[name] for name in differing(before, after))
    assert names(outcome.made) == differing(before, host.states())
    assert (0 if opening else len(differing(before, after)) - 1) == len(outcome.made)


class Broken(BaseException):
    """What a task time-out is: no Exception."""


def broken_off(way: InMemoryWay, wanted: str, message: int) -> list[FirewallOutcome]:
    told: list[FirewallOutcome] = []
    decided = prepare(way, FirewallWanted(state=wanted))

    def break_off(number: int) -> None:
        if number == message:
            raise Broken

    way.between = break_off
    with pytest.raises(Broken):
        carry_out(way, decided, interrupted=told.append)
    return told


@pytest.mark.parametrize(("before", "wanted", "after"), RUNS)
def test_a_run_that_is_broken_off_is_undone_or_stays_as_closed_as_it_came(
    before: States, wanted: str, after: States
) -> None:
    opening = any(after[name] for name in differing(before, after))
    # Message 0 reads; then one for each switch, and the reading back.
    for message in range(1, len(differing(before, after)) + 2):
        host = host_of(before)
        way = InMemoryWay(host)
        (told,) = broken_off(way, wanted, message)
        assert [10.0] == way.limits
        assert names(told.made) == differing(before, host.states())
        assert (message - 1 if not opening else 0) == len(told.made)
        assert never_wider(host, before, after)


def test_an_interruption_on_a_dead_host_says_that_all_is_unknown() -> None:
    way = InMemoryWay(host_of(ALL_OFF))
    way.dead_from = 1
    (told,) = broken_off(way, "all_rules", 3)
    assert set(SHIPPED) == names(told.unknown)


def test_a_rule_that_somebody_else_switches_meanwhile_is_closed_again_and_the_run_fails() -> None:
    host = host_of(ALL_OFF | {"RemoteAssistance-Out-TCP": True})
    way = InMemoryWay(host)
    foreign = "RemoteAssistance-In-TCP-EdgeScope"
    way.between = lambda message: host.put([foreign], on=True) if message == 2 else None
    outcome = run(way, "disabled")
    assert f"somebody else changed the host at the same time (firewall.{foreign})" in str(outcome.failure)
    assert (ALL_OFF, ()) == (host.states(), outcome.left)


def test_what_somebody_else_switches_during_an_opening_is_not_undone() -> None:
    host = host_of(SHIPPED)
    way = InMemoryWay(host)
    foreign = "RemoteAssistance-Out-TCP-Active"
    way.between = lambda message: host.put([foreign], on=False) if message == 3 else None
    outcome = run(way, "all_rules")
    assert "somebody else changed the host" in str(outcome.failure)
    assert SHIPPED | {foreign: False} == host.states()
