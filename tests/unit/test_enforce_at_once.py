# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once, values that do not stick, and what a refused step means for the steps after it."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Outcome, enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import wider
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import (
    HELPER_KEY,
    POLICY_KEY,
    PREFERENCE_KEY,
    declarations,
    hosts,
)
from hypothesis import given
from hypothesis import strategies as st

Raw = dict[str, t.Any]
OFFERED: Observed = {
    POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1), dword("fAllowUnsolicitedFullControl", 0)),
    HELPER_KEY: KeyState.of(string("CORP\\old", "CORP\\old")),
}


def run(channel: InMemoryChannel, raw: Raw) -> Outcome:
    return enforce(channel, from_mapping(raw), check_mode=False, interrupted=lambda dummy: None)


def interleaved(before: Observed, first: Raw, second: Raw) -> t.Iterator[tuple[InMemoryHost, Outcome, Outcome]]:
    """Run the second inside the first, once before each message of the first after its first read."""
    for number in itertools.count(1):
        host = InMemoryHost(before)
        channel = InMemoryChannel(host)
        inner: list[Outcome] = []

        def between(
            message: int, number: int = number, host: InMemoryHost = host, inner: list[Outcome] = inner
        ) -> None:
            if message == number:
                inner.append(run(InMemoryChannel(host), second))

        channel.between = between
        outer = run(channel, first)
        if not inner:
            return
        yield host, outer, inner[0]


def names_on(host: InMemoryHost) -> set[str]:
    for value in host.values_of(HELPER_KEY).values():
        assert value.name == value.data, "every entry is whole at every time"
    return {value.name for value in host.values_of(HELPER_KEY).values()}


def test_adding_and_removing_different_names_at_once_both_take_effect() -> None:
    first = {"offer": {"helpers": {"add": ["CORP\\a", "CORP\\c"]}}}
    second = {"offer": {"helpers": {"add": ["CORP\\b"], "remove": ["CORP\\old"]}}}
    for one, other in ((first, second), (second, first)):
        for host, outer, inner in interleaved(OFFERED, one, other):
            assert {"CORP\\a", "CORP\\b", "CORP\\c"} == names_on(host)
            assert (None, None) == (outer.failure, inner.failure)


# Each pair cannot be true at once.
CONTRADICTIONS = (
    ({"offer": {"helpers": {"set": ["CORP\\a"]}}}, {"offer": {"helpers": {"set": ["CORP\\b"]}}}),
    ({"offer": {"helpers": {"set": []}}}, {"offer": {"helpers": {"add": ["CORP\\b"]}}}),
    (
        {"offer": {"state": "disabled"}},
        {"offer": {"state": "enabled", "control": "full_control", "helpers": {"set": ["CORP\\b"]}}},
    ),
    ({"offer": {"state": "not_configured"}}, {"offer": {"state": "disabled"}}),
)


def holds(host: InMemoryHost, raw: Raw) -> bool:
    return not enforce(
        InMemoryChannel(host), from_mapping(raw), check_mode=True, interrupted=lambda dummy: None
    ).plan.steps


@pytest.mark.parametrize(("first", "second"), [*CONTRADICTIONS, *(pair[::-1] for pair in CONTRADICTIONS)])
def test_of_two_contradicting_runs_at_least_one_fails_or_they_ran_one_after_the_other(first: Raw, second: Raw) -> None:
    for host, outer, inner in interleaved(OFFERED, first, second):
        if outer.failure is None and inner.failure is None:
            # Neither saw the other: then one ran wholly after the other's last look, and the last word is whole.
            assert holds(host, first) or holds(host, second)


def test_a_helper_is_not_added_to_a_list_whose_policy_another_run_has_just_disabled() -> None:
    disabled = {"offer": {"state": "disabled"}}
    for host, outer, inner in interleaved(OFFERED, {"offer": {"helpers": {"add": ["CORP\\a"]}}}, disabled):
        assert holds(host, disabled) or outer.failure is not None or inner.failure is not None


def test_the_run_that_fails_names_the_foreign_entry() -> None:
    first, second = CONTRADICTIONS[0]
    texts = [str(outer.failure) for dummy, outer, inner in interleaved(OFFERED, first, second) if outer.failure]
    assert texts
    for text in texts:
        assert "somebody else changed the host at the same time (offer.helpers: CORP\\b" in text


def test_a_closing_write_that_does_not_stick_fails_the_run_and_is_left() -> None:
    host = InMemoryHost(OFFERED)
    channel = InMemoryChannel(host)
    channel.pretended = {0}
    outcome = run(channel, {"offer": {"state": "disabled"}})
    assert "the host accepted every write, and now does not hold what was written (1 differ)" in str(outcome.failure)
    assert (["offer.state"], ()) == ([step.target.setting for step in outcome.left], outcome.foreign)
    assert outcome.plan.steps[1:] == outcome.made


def test_an_opening_write_that_does_not_stick_fails_the_run_and_undoes_the_rest() -> None:
    host = InMemoryHost(OFFERED)
    channel = InMemoryChannel(host)
    channel.pretended = {1}
    outcome = run(channel, {"offer": {"helpers": {"add": ["CORP\\a", "CORP\\b", "CORP\\c"]}}})
    assert outcome.failure is not None
    assert {"CORP\\old"} == names_on(host)
    assert (2, ()) == (len(outcome.restored), outcome.made)


# A host that Solicited, or the box, still holds closed when its partner opens.
HELD_BY_ANOTHER_STEP = (
    (
        {PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1))}
        | {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0))},
        {"solicited": {"state": "not_configured"}, "control_panel": {"invitations": False}},
        PREFERENCE_KEY,
    ),
    (
        {PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 0))},
        {"solicited": {"state": "disabled"}, "control_panel": {"invitations": True}},
        POLICY_KEY,
    ),
)


@pytest.mark.parametrize(("before", "raw", "denied"), HELD_BY_ANOTHER_STEP)
def test_a_denied_key_never_lets_the_rest_of_a_closing_plan_open_the_host(
    before: Observed, raw: Raw, denied: t.Any
) -> None:
    host = InMemoryHost(before)
    channel = InMemoryChannel(host)
    channel.denied = {denied}
    outcome = run(channel, raw)
    assert outcome.failure is not None
    assert [] == wider(host.state(), before)


def test_a_refused_undo_never_lets_the_rest_of_the_undo_open_the_host() -> None:
    before = {
        POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0), dword("fAllowUnsolicited", 0)),
        PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1)),
    }
    raw = {
        "solicited": {"state": "not_configured"},
        "offer": {"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\a"]}},
        "control_panel": {"invitations": False},
    }
    wanted = InMemoryHost(before)
    steps = run(InMemoryChannel(wanted), raw).plan.steps
    for number in range(len(steps)):
        for undo in range(number):
            host = InMemoryHost(before)
            channel = InMemoryChannel(host)
            channel.refused = {number, number + 1 + undo}
            assert run(channel, raw).failure is not None
            assert [] == wider(host.state(), before, wanted.state())


@given(
    hosts(),
    declarations(),
    st.sets(st.integers(0, 12), max_size=3),
    st.sets(st.integers(0, 12), max_size=1),
    st.sampled_from(((), (POLICY_KEY,), (HELPER_KEY,), (PREFERENCE_KEY,))),
)
def test_whatever_is_refused_or_lost_the_host_is_never_wider_than_before_or_wanted(
    before: Observed, raw: Raw, refused: set[int], lost: set[int], denied: t.Any
) -> None:
    wanted = InMemoryHost(before)
    assert run(InMemoryChannel(wanted), raw).failure is None
    host = InMemoryHost(before)
    channel = InMemoryChannel(host)
    channel.refused, channel.lost_after, channel.denied = refused, lost, set(denied)
    channel.between = lambda dummy: widths.append(wider(host.state(), before, wanted.state()))
    widths: list[list[str]] = []
    outcome = run(channel, raw)
    assert [] == [width for width in [*widths, wider(host.state(), before, wanted.state())] if width]
    if outcome.plan.closing:
        assert [] == wider(host.state(), before)
