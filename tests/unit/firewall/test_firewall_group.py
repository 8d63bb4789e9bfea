# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The group that can only be switched as a whole, as netsh does: what is refused, and an undo that is not exact."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.enforce import (
    FirewallOutcome,
    carry_out,
    prepare,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import FirewallWanted
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.firewall.memory_firewall import (
    InMemoryFirewall,
    InMemoryWay,
    rule,
)

A, B, BLOCK = "RemoteAssistance-A", "RemoteAssistance-B-Active", "RemoteAssistance-Block"


def way_to(*, a: bool, b: bool, block: bool | None = None) -> InMemoryWay:
    rules = [rule(A, on=a), rule(B, on=b)]
    rules += [] if block is None else [rule(BLOCK, on=block, allows=False)]
    return InMemoryWay(InMemoryFirewall(*rules), whole_group=True)


def run(way: InMemoryWay, wanted: str) -> FirewallOutcome:
    return carry_out(way, prepare(way, FirewallWanted(state=wanted)), interrupted=lambda dummy: None)


@pytest.mark.parametrize(("wanted", "on"), [("disabled", False), ("all_rules", True)])
def test_one_command_switches_the_group(wanted: str, on: bool) -> None:
    way = way_to(a=False, b=True)
    outcome = run(way, wanted)
    assert (None, [((A, B), on)]) == (outcome.failure, way.log)
    assert [B if wanted == "disabled" else A] == [step.rule.id for step in outcome.made]
    assert ((), 1) == (run(way, wanted).made, len(way.log))


def test_the_defaults_are_refused_before_anything_is_sent() -> None:
    way = way_to(a=True, b=True)
    with pytest.raises(HostError, match=r"only be switched all at once.*firewall: all_rules, or use a winrm or psrp"):
        prepare(way, FirewallWanted(state="enabled"))
    assert 0 == way.messages


@pytest.mark.parametrize(
    ("wanted", "block", "refused"),
    [("disabled", True, True), ("disabled", False, False), ("all_rules", True, True), ("all_rules", False, True)],
)
def test_rules_that_block_are_not_switched_along(wanted: str, block: bool, refused: bool) -> None:
    way = way_to(a=False, b=True, block=block)
    if refused:
        with pytest.raises(HostError, match=f"these of them block, so that they must stay as they are: {BLOCK}"):
            prepare(way, FirewallWanted(state=wanted))
        by_preset = prepare(way, FirewallWanted(state=wanted, is_named=False))
        assert ((), True) == (by_preset.steps, "the firewall is left as it is" in by_preset.warnings[0])
    else:
        assert {A: False, B: False, BLOCK: False} == (run(way, wanted).failure or way.host.states())


def test_an_opening_of_a_group_that_was_off_is_taken_back_exactly() -> None:
    way = way_to(a=False, b=False)
    seen = way.host.states()
    told = broken_off(way, "all_rules", 2)
    assert (seen, {A, B}, ()) == (way.host.states(), {step.rule.id for step in told.restored}, told.made)


def broken_off(way: InMemoryWay, wanted: str, message: int) -> FirewallOutcome:
    told: list[FirewallOutcome] = []
    decided = prepare(way, FirewallWanted(state=wanted))

    def break_off(number: int) -> None:
        if number == message:
            raise KeyboardInterrupt

    way.between = break_off
    with pytest.raises(KeyboardInterrupt):
        carry_out(way, decided, interrupted=told.append)
    return told[0]


def test_an_opening_of_a_mixed_group_is_taken_back_in_part_and_says_so() -> None:
    way = way_to(a=False, b=True)
    told = broken_off(way, "all_rules", 2)
    assert {A: False, B: False} == way.host.states()
    assert ([A], [(B, True, False)]) == (
        [step.rule.id for step in told.restored],
        [(step.rule.id, step.before, step.after) for step in told.made],
    )
    assert "taken back only in part: over ssh the group is switched as a whole, and these rules, which were on " in (
        str(told.failure)
    )
    assert f"before, are off now: {B}" in str(told.failure)


def test_a_closing_of_a_mixed_group_that_is_broken_off_stays_closed() -> None:
    way = way_to(a=False, b=True)
    told = broken_off(way, "disabled", 2)
    assert ({A: False, B: False}, [B], ()) == (way.host.states(), [s.rule.id for s in told.made], told.restored)
