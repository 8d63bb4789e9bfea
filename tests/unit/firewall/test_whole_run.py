# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that write the registry, the local GPO and the firewall, made to fail and broken off at every message."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.outcome import Outcome
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.firewall.whole import RULES, Broken, Host
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import wider
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import POLICY_KEY

Raw = dict[str, t.Any]
OPEN: Observed = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 1), dword("fAllowFullControl", 1))}
CLOSED: Observed = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0))}
SHIPPED = dict(zip(RULES, (True, True, False), strict=True))
ALL_OFF = dict.fromkeys(RULES, False)
OFF = {"state": "disabled"}
VIEW = {"state": "enabled", "control": "view_only"}

# Before: registry and rules; the declaration; whether the core, and the firewall, open.
CASES = {
    "both close": (OPEN, SHIPPED, {"solicited": OFF, "firewall": "disabled"}, False, False),
    "both open": (CLOSED, ALL_OFF, {"solicited": VIEW, "firewall": "enabled"}, True, True),
    "firewall closes": (CLOSED, SHIPPED, {"solicited": VIEW, "firewall": "disabled"}, True, False),
    "firewall opens": (OPEN, ALL_OFF, {"solicited": OFF, "firewall": "all_rules"}, False, True),
    "firewall alone closes": (CLOSED, SHIPPED, {"firewall": "disabled"}, False, False),
    "firewall alone opens": (CLOSED, ALL_OFF, {"firewall": "enabled"}, False, True),
}
PLACES = [pytest.param(False, id="registry"), pytest.param(True, id="both")]


def host_of(case: str, *, gpo: bool) -> Host:
    state, rules, *dummy = CASES[case]
    return Host(state, rules, gpo=gpo)


def finished(case: str, *, gpo: bool) -> Host:
    host = host_of(case, gpo=gpo)
    outcomes = host.run(CASES[case][2])
    assert [None] * len(outcomes) == [outcome.failure for outcome in outcomes]
    return host


def moments(case: str, *, gpo: bool) -> range:
    """Return the numbers of the messages of a run without trouble."""
    return range(finished(case, gpo=gpo).messages)


class Watch:
    """Looks at a host before every message, and notes where more is open than before and than wanted."""

    def __init__(self, host: Host, after: Host) -> None:
        self._host = host
        self._sides = (host.registry.state(), after.registry.state())
        self._rules = (host.firewall.passing(), after.firewall.passing())
        self.order: list[str] = []
        self.found: list[str] = []
        self._last = host.picture()

    def look(self) -> None:
        now = self._host.picture()
        for number, place in enumerate(("registry", "files", "firewall")):
            if now[number] != self._last[number] and [place] != self.order[-1:]:
                self.order.append(place)
        self._last = now
        self.found += wider(self._host.registry.state(), *self._sides)
        passing = self._host.firewall.passing()
        if not any(passing <= side for side in self._rules):
            self.found.append(f"firewall: {sorted(passing)}")


def watched(case: str, *, gpo: bool, trouble: t.Callable[[int], None]) -> tuple[Host, Watch]:
    host = host_of(case, gpo=gpo)
    watch = Watch(host, finished(case, gpo=gpo))

    def between(number: int) -> None:
        watch.look()
        trouble(number)

    host.between = between
    return host, watch


@pytest.mark.parametrize("gpo", PLACES)
@pytest.mark.parametrize("case", CASES)
def test_a_run_reaches_what_is_wanted_in_the_right_order(case: str, gpo: bool) -> None:
    host, watch = watched(case, gpo=gpo, trouble=lambda number: None)
    outcomes = host.run(CASES[case][2])
    watch.look()
    assert ([None] * len(outcomes), []) == ([outcome.failure for outcome in outcomes], watch.found)
    dummy, before, raw, core_opens, firewall_opens = CASES[case]
    if len(raw) == 1:
        assert ["firewall"] == watch.order
    elif core_opens and not firewall_opens:
        assert "firewall" == watch.order[0]
    else:
        assert "firewall" == watch.order[-1]
    assert before != host.firewall.states()
    again = host.run(raw)
    assert [()] * len(again) == [outcome.made for outcome in again]


@pytest.mark.parametrize("gpo", PLACES)
@pytest.mark.parametrize("case", CASES)
def test_check_mode_tells_the_same_and_writes_nothing(case: str, gpo: bool) -> None:
    host = host_of(case, gpo=gpo)
    before = host.picture()
    told = host.run(CASES[case][2], check_mode=True)
    assert before == host.picture()
    made = [[(step.layer, step.setting) for step in outcome.made] for outcome in told]
    real = host.run(CASES[case][2])
    assert made == [[(step.layer, step.setting) for step in outcome.made] for outcome in real]
    assert all(made[-1:])


def stays(case: str, host: Host, before: tuple[t.Any, ...], *, gpo: bool) -> None:
    """Check that a run that failed left the host as before, except for what only closes."""
    dummy, rules, dummy, core_opens, firewall_opens = CASES[case]
    values, files, states = host.picture()
    if core_opens:
        assert before[0] == values
        assert before[1] == files
    if firewall_opens:
        assert rules == states
    else:
        assert {name for name, on in states.items() if on} <= {name for name, on in rules.items() if on}
    assert [] == wider(host.registry.state(), CASES[case][0])
    assert gpo or before[1] == files


@pytest.mark.parametrize(
    ("place", "gpo"),
    [("channel", False), ("way", False), ("channel", True), ("folder", True), ("way", True)],
)
@pytest.mark.parametrize("case", CASES)
def test_a_refusal_at_any_point_never_leaves_a_host_wider(case: str, gpo: bool, place: str) -> None:
    for refused in range(20):
        host, watch = watched(case, gpo=gpo, trouble=lambda number: None)
        getattr(host, place).refused = {refused}
        before = host.picture()
        try:
            outcomes = host.run(CASES[case][2])
        except HostError:
            assert before == host.picture(), "what is raised is raised before the first write"
            continue
        watch.look()
        assert [] == watch.found
        if all(outcome.failure is None for outcome in outcomes):
            assert finished(case, gpo=gpo).picture() == host.picture()
        else:
            stays(case, host, before, gpo=gpo)


@pytest.mark.parametrize("gpo", PLACES)
@pytest.mark.parametrize("case", CASES)
def test_a_connection_that_is_lost_at_any_switch_is_opened_again(case: str, gpo: bool) -> None:
    for number in range(3):
        host, watch = watched(case, gpo=gpo, trouble=lambda dummy: None)
        host.way.lost_after = {number}
        assert [None] == list({outcome.failure for outcome in host.run(CASES[case][2])})
        watch.look()
        assert ([], finished(case, gpo=gpo).picture()) == (watch.found, host.picture())


@pytest.mark.parametrize("gpo", PLACES)
@pytest.mark.parametrize("case", CASES)
def test_a_run_that_is_broken_off_at_any_message_never_leaves_a_host_wider(case: str, gpo: bool) -> None:
    for broken in moments(case, gpo=gpo):

        def trouble(number: int, broken: int = broken) -> None:
            if number == broken:
                raise Broken

        host, watch = watched(case, gpo=gpo, trouble=trouble)
        before = host.picture()
        with pytest.raises(Broken):
            host.run(CASES[case][2])
        watch.look()
        assert [] == watch.found
        stays(case, host, before, gpo=gpo)
        if host.picture() != before:
            (told,) = host.told
            assert not lies(host, told)


def lies(host: Host, told: t.Sequence[Outcome[t.Any]]) -> list[str]:
    """Return what was told of the firewall that is not so."""
    states = host.firewall.states()
    firewall = told[-1]
    found = [f"made {step.rule.id}" for step in firewall.made if states[step.rule.id] is not step.after]
    found += [f"restored {step.rule.id}" for step in firewall.restored if states[step.rule.id] is not step.before]
    return found + [f"left {step.rule.id}" for step in firewall.left if states[step.rule.id] is not step.before]


def test_a_closing_goes_on_to_the_firewall_when_the_core_is_refused() -> None:
    host = host_of("both close", gpo=False)
    host.channel.denied = {POLICY_KEY}
    core, firewall = host.run(CASES["both close"][2])
    assert (True, None, ALL_OFF) == (core.failure is not None, firewall.failure, host.firewall.states())


def test_a_closing_ends_when_the_host_is_lost() -> None:
    host = host_of("both close", gpo=False)
    host.channel.lost_after, host.channel.dead_from = {0}, 1
    core, firewall = host.run(CASES["both close"][2])
    assert isinstance(core.failure, HostUnreachable)
    assert ((), 2, SHIPPED) == (firewall.made, len(firewall.left), host.firewall.states())


def test_an_opening_of_the_core_does_not_begin_when_the_firewall_cannot_be_closed() -> None:
    host = host_of("firewall closes", gpo=True)
    before = host.picture()
    host.way.refused = {0, 1}
    registry, files, firewall = host.run(CASES["firewall closes"][2])
    assert ((), (), True) == (registry.made, files.made, firewall.failure is not None)
    assert registry.left
    assert before == host.picture()


@pytest.mark.parametrize("gpo", PLACES)
def test_an_opening_of_the_core_is_taken_back_when_the_firewall_cannot_be_opened(gpo: bool) -> None:
    host = host_of("both open", gpo=gpo)
    before = host.picture()
    host.way.refused = {1}
    *core, firewall = host.run(CASES["both open"][2])
    assert (before, 1) == (host.picture(), len(firewall.restored))
    assert all(outcome.restored and not outcome.made for outcome in core)


def test_a_core_that_only_closes_stays_closed_when_the_firewall_cannot_be_opened() -> None:
    host = host_of("firewall opens", gpo=False)
    host.way.refused = {1}
    core, firewall = host.run(CASES["firewall opens"][2])
    assert (ALL_OFF, True) == (host.firewall.states(), firewall.failure is not None)
    assert core.made
    assert dword("fAllowToGetHelp", 0) == host.registry.values_of(POLICY_KEY)["FALLOWTOGETHELP"]
