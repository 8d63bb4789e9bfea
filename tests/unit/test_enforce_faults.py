# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run on one host, against a registry in memory that is made to fail at every point."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Outcome, enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyState,
    Observed,
    RegistryValue,
    ValueType,
    Write,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import wider
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY, PREFERENCE_KEY

Raw = dict[str, t.Any]


def helper(name: str) -> RegistryValue:
    return string(name, name)


OPEN: Observed = {
    POLICY_KEY: KeyState.of(
        dword("fAllowToGetHelp", 1),
        dword("fAllowFullControl", 1),
        dword("fAllowUnsolicited", 1),
        dword("fAllowUnsolicitedFullControl", 1),
        dword("fDenyTSConnections", 1),
    ),
    HELPER_KEY: KeyState.of(helper("CORP\\old"), helper("CORP\\b")),
    PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1), dword("fAllowFullControl", 1)),
}
CLOSING: Raw = {
    "solicited": {"state": "disabled"},
    "offer": {"state": "disabled"},
    "control_panel": {"invitations": False},
}
OPENING: Raw = {
    "solicited": {"state": "enabled", "control": "full_control", "ticket_lifetime": 6, "ticket_lifetime_unit": "days"},
    "offer": {"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\a", "CORP\\b"]}},
    "control_panel": {"invitations": True},
}
CLOSED: Observed = {
    POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0), dword("fAllowUnsolicited", 0)),
    HELPER_KEY: KeyState.of(string("CORP\\stale", "something")),
    PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 0)),
}


def run(channel: InMemoryChannel, raw: Raw, *, check_mode: bool = False) -> Outcome:
    def interrupted(dummy: Outcome) -> None:
        raise AssertionError("nothing was broken off")

    return enforce(channel, from_mapping(raw), check_mode=check_mode, interrupted=interrupted)


def contents(state: Observed) -> dict[tuple[str, str], tuple[int, object]]:
    return {
        (key.path, folded): (int(value.type), value.data)
        for key, values in state.items()
        for folded, value in values.by_name.items()
    }


def wanted_state(before: Observed, raw: Raw) -> Observed:
    host = InMemoryHost(before)
    assert run(InMemoryChannel(host), raw).failure is None
    return host.state()


def writes_of(before: Observed, raw: Raw) -> int:
    return len(run(InMemoryChannel(InMemoryHost(before)), raw, check_mode=True).plan.steps)


BOTH = [pytest.param(OPEN, CLOSING, id="closing"), pytest.param(CLOSED, OPENING, id="opening")]
CLOSING_WRITES = range(writes_of(OPEN, CLOSING))
OPENING_WRITES = range(writes_of(CLOSED, OPENING))


@pytest.mark.parametrize(("before", "raw"), BOTH)
def test_a_run_reaches_the_wanted_state_and_the_second_changes_nothing(before: Observed, raw: Raw) -> None:
    host = InMemoryHost(before)
    first = run(InMemoryChannel(host), raw)
    assert (None, first.plan.steps) == (first.failure, first.made)
    channel = InMemoryChannel(host)
    second = run(channel, raw)
    assert ((), None, []) == (second.plan.steps, second.failure, channel.log)


@pytest.mark.parametrize(("before", "raw"), BOTH)
def test_check_mode_writes_nothing_and_tells_the_same_changes(before: Observed, raw: Raw) -> None:
    host = InMemoryHost(before)
    channel = InMemoryChannel(host)
    told = run(channel, raw, check_mode=True)
    assert ([], contents(before)) == (channel.log, contents(host.state()))
    assert told.made == run(InMemoryChannel(host), raw).made


@pytest.mark.parametrize("number", CLOSING_WRITES)
def test_a_refused_step_of_a_closing_plan_is_left_and_the_rest_is_done(number: int) -> None:
    host = InMemoryHost(OPEN)
    channel = InMemoryChannel(host)
    channel.refused = {number}
    outcome = run(channel, CLOSING)
    assert isinstance(outcome.failure, HostError)
    assert ((outcome.plan.steps[number].target,), ()) == (tuple(s.target for s in outcome.left), outcome.restored)
    assert len(CLOSING_WRITES) - 1 == len(outcome.made)
    assert [] == wider(host.state(), OPEN)


def test_a_denied_key_of_a_closing_plan_leaves_only_that_key() -> None:
    host = InMemoryHost(OPEN)
    channel = InMemoryChannel(host)
    channel.denied = {PREFERENCE_KEY}
    outcome = run(channel, CLOSING)
    assert isinstance(outcome.failure, AccessDenied)
    assert ["control_panel.invitations"] == [step.target.setting for step in outcome.left]
    assert dword("fAllowToGetHelp", 0) == host.values_of(POLICY_KEY)["FALLOWTOGETHELP"]


@pytest.mark.parametrize("number", OPENING_WRITES)
def test_a_refused_step_of_an_opening_undoes_everything(number: int) -> None:
    host = InMemoryHost(CLOSED)
    channel = InMemoryChannel(host)
    channel.refused = {number}
    outcome = run(channel, OPENING)
    assert outcome.failure is not None
    assert contents(CLOSED) == contents(host.state())
    assert ((), (), number) == (outcome.made, outcome.unknown, len(outcome.restored))
    undone = [write.name for write in channel.log[number:]]
    assert [step.target.name for step in reversed(outcome.restored)] == undone


@pytest.mark.parametrize("number", OPENING_WRITES)
def test_a_value_that_somebody_else_wrote_is_not_undone(number: int) -> None:
    host = InMemoryHost(CLOSED)
    channel = InMemoryChannel(host)
    steps = run(InMemoryChannel(host), OPENING, check_mode=True).plan.steps
    foreign = Write(key=steps[number].target.key, name=steps[number].target.name, value=dword("x", 777))
    # Messages: one read for each of three keys, then the writes; the change comes in before the read-back.
    channel.between = lambda message: host.put(foreign) if message == 3 + len(steps) else None
    outcome = run(channel, OPENING)
    assert outcome.failure is not None
    assert "somebody else changed the host at the same time" in str(outcome.failure)
    assert "777 (REG_DWORD)" in " ".join(outcome.foreign)
    expected = contents(CLOSED) | {(foreign.key.path, foreign.name.upper()): (4, 777)}
    assert expected == contents(host.state())


@pytest.mark.parametrize(("before", "raw"), BOTH)
@pytest.mark.parametrize("when", ["lost_before", "lost_after"])
def test_a_connection_that_is_lost_once_is_opened_again_and_the_run_finished(
    before: Observed, raw: Raw, when: str
) -> None:
    for number in range(writes_of(before, raw)):
        host = InMemoryHost(before)
        channel = InMemoryChannel(host)
        setattr(channel, when, {number})
        outcome = run(channel, raw)
        assert (None, 1) == (outcome.failure, channel.reconnects)
        assert contents(wanted_state(before, raw)) == contents(host.state())


@pytest.mark.parametrize(("before", "raw"), BOTH)
@pytest.mark.parametrize("when", ["lost_before", "lost_after"])
def test_a_connection_that_does_not_come_back_is_unreachable_and_says_what_is_unknown(
    before: Observed, raw: Raw, when: str
) -> None:
    for number in range(writes_of(before, raw)):
        host = InMemoryHost(before)
        channel = InMemoryChannel(host)
        setattr(channel, when, {number})
        channel.dead_from = 1
        outcome = run(channel, raw)
        assert isinstance(outcome.failure, HostUnreachable)
        assert outcome.plan.steps[:number] == outcome.made
        assert outcome.plan.steps[number : number + 1] == outcome.unknown
        assert [] == wider(host.state(), before, wanted_state(before, raw))


@pytest.mark.parametrize(("before", "raw"), BOTH)
def test_a_second_loss_is_unreachable_and_nothing_is_claimed_that_is_not_there(before: Observed, raw: Raw) -> None:
    for number in range(writes_of(before, raw) - 1):
        host = InMemoryHost(before)
        channel = InMemoryChannel(host)
        channel.lost_after = {number, number + 1}
        outcome = run(channel, raw)
        assert isinstance(outcome.failure, HostUnreachable)
        state = host.state()
        for step in outcome.made:
            assert step.after == step.current(state) or (step.after, step.current(state)) == (None, None)
        assert outcome.unknown


@pytest.mark.parametrize(("before", "raw"), BOTH)
def test_a_refused_logon_is_never_tried_again(before: Observed, raw: Raw) -> None:
    channel = InMemoryChannel(InMemoryHost(before))

    def refuse(message: int) -> None:
        if message >= 5:
            raise HostUnreachable(doing="writing", reason="logon refused", logon_refused=True)

    channel.between = refuse
    outcome = run(channel, raw)
    assert (0, 2) == (channel.reconnects, len(outcome.made))
    assert isinstance(outcome.failure, HostUnreachable)


class Broken(BaseException):
    """What a task time-out is: no Exception."""


def broken_off(channel: InMemoryChannel, raw: dict[str, t.Any], message: int) -> list[Outcome]:
    """Break a run off before a message; return what was told of it."""
    told: list[Outcome] = []

    def break_off(number: int) -> None:
        if number == message:
            raise Broken

    channel.between = break_off
    with pytest.raises(Broken):
        enforce(channel, from_mapping(raw), check_mode=False, interrupted=told.append)
    return told


@pytest.mark.parametrize("message", range(3, 3 + len(OPENING_WRITES) + 3))
def test_an_opening_that_is_broken_off_is_undone_and_the_interruption_goes_on(message: int) -> None:
    host = InMemoryHost(CLOSED)
    channel = InMemoryChannel(host)
    told = broken_off(channel, OPENING, message)
    assert contents(CLOSED) == contents(host.state())
    assert ([10.0], 1, ()) == (channel.limits, len(told), told[0].made)


@pytest.mark.parametrize("message", range(3, 3 + len(CLOSING_WRITES)))
def test_a_closing_that_is_broken_off_stays_as_far_as_it_came(message: int) -> None:
    host = InMemoryHost(OPEN)
    channel = InMemoryChannel(host)
    told = broken_off(channel, CLOSING, message)
    assert message - 3 == len(channel.log) == len(told[0].made)
    assert [] == wider(host.state(), OPEN)


def test_an_interruption_on_a_dead_host_says_that_all_is_unknown() -> None:
    channel = InMemoryChannel(InMemoryHost(CLOSED))
    channel.dead_from = 1

    def break_off(number: int) -> None:
        if number == 5:
            raise Broken

    channel.between = break_off
    told: list[Outcome] = []
    with pytest.raises(Broken):
        enforce(channel, from_mapping(OPENING), check_mode=False, interrupted=told.append)
    assert told[0].plan.steps == told[0].unknown


def test_a_value_that_cannot_be_put_back_is_refused_before_the_first_write() -> None:
    odd = RegistryValue(name="fAllowToGetHelp", type=ValueType(99), data=UNREADABLE)
    channel = InMemoryChannel(InMemoryHost({POLICY_KEY: KeyState.of(odd)}))
    with pytest.raises(HostError, match="has type REG_TYPE_99, whose data cannot be read without loss"):
        run(channel, CLOSING)
    assert [] == channel.log
