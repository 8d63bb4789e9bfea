# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that brings the firewall into line beside its core, the registry or the registry and the local GPO.

Everything is read, planned and refused before the first write. A run that only closes does its core first, then the
firewall, whatever became of the core, and takes nothing back. In every other run a firewall that closes goes first, one
that opens goes last; if either fails, both are put back, except what only closes.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._policy.declaration import FirewallWanted
from ..._policy.firewall_plan import FirewallPlan
from ..._registry.errors import HostUnreachable
from ..enforce import UNDO_SECONDS
from ..outcome import Begin, Outcome
from .enforce import FirewallOutcome, carry_out, prepare
from .ports import FirewallWay

Tell = t.Callable[[t.Sequence[Outcome[t.Any]]], None]
CoreEnded = t.TypeVar("CoreEnded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Core(t.Generic[CoreEnded]):
    """The run of the other places.

    Attributes:
        run: Does it, in check mode or not; gets whom to tell of an interruption and whom to ask before the first
            write, and raises HostError where nothing was written.
        outcomes: Returns how it ended in each place.
        take_back: Puts back what it made, except what only closes. Raises no error of ours.
    """

    run: t.Callable[[Tell, Begin], CoreEnded]
    outcomes: t.Callable[[CoreEnded], t.Sequence[Outcome[t.Any]]]
    take_back: t.Callable[[CoreEnded], CoreEnded]


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeEnded(t.Generic[CoreEnded]):
    """How a whole run ended.

    Attributes:
        core: In the other places.
        firewall: In the firewall.
        firewall_plan: What was to change there.
    """

    core: CoreEnded
    firewall: FirewallOutcome
    firewall_plan: FirewallPlan


def enforce_with_firewall(
    core: Core[CoreEnded], way: FirewallWay, wanted: FirewallWanted, *, check_mode: bool, interrupted: Tell
) -> WholeEnded[CoreEnded]:
    """Bring a host with its firewall to the declared state, or say what that would change.

    Args:
        core: The run of the other places.
        way: The way to the firewall.
        wanted: What is wanted of it.
        check_mode: Stop before the first write.
        interrupted: Told how the host was left when the run is broken off, just before the interruption goes on.

    Raises:
        HostError: Nothing was written.
    """
    decided = prepare(way, wanted)
    run = _WholeRun(core, way, decided, interrupted)
    if check_mode:
        return run.ended(core.run(interrupted, run.begin), Outcome(plan=decided.plan, made=decided.steps))
    return run.go()


class _WholeRun(t.Generic[CoreEnded]):
    """The part of a run that writes."""

    def __init__(self, core: Core[CoreEnded], way: FirewallWay, decided: FirewallPlan, interrupted: Tell) -> None:
        self._core = core
        self._way = way
        self._decided = decided
        self._interrupted = interrupted
        self._firewall: FirewallOutcome = Outcome(plan=decided.plan, left=decided.steps)
        self._is_done = False
        self._only_closes = False

    def begin(self, untouched: t.Sequence[Outcome[t.Any]], *, closing: bool) -> bool:
        """Let the core begin, after a firewall that closes where the core does not; see Begin."""
        self._only_closes = closing and self._decided.closing
        if self._decided.closing and not closing:
            self._switch(lambda: untouched)
        return self._firewall.failure is None

    def go(self) -> WholeEnded[CoreEnded]:
        """Do both in their order."""
        core = self._core.run(self._broken_off, self.begin)
        failures = [outcome.failure for outcome in self._core.outcomes(core) if outcome.failure is not None]
        is_lost = any(isinstance(failure, HostUnreachable) for failure in failures)
        if self._is_done or is_lost or (failures and not self._only_closes):
            return self.ended(core, self._firewall)
        self._switch(lambda: self._core.outcomes(self._after_firewall(core)))
        return self.ended(self._after_firewall(core), self._firewall)

    def ended(self, core: CoreEnded, firewall: FirewallOutcome) -> WholeEnded[CoreEnded]:
        """Return how both ended."""
        return WholeEnded(core=core, firewall=firewall, firewall_plan=self._decided)

    def _switch(self, others: t.Callable[[], t.Sequence[Outcome[t.Any]]]) -> None:
        """Switch the rules; if that is broken off, tell of the others too."""

        def broken_off(outcome: FirewallOutcome) -> None:
            self._firewall = outcome
            self._interrupted([*others(), outcome])

        self._is_done = True
        self._firewall = carry_out(self._way, self._decided, interrupted=broken_off)

    def _broken_off(self, outcomes: t.Sequence[Outcome[t.Any]]) -> None:
        self._interrupted([*outcomes, self._firewall])

    def _after_firewall(self, core: CoreEnded) -> CoreEnded:
        """Take the core back where the firewall failed after it; a host that is lost cannot be."""
        failure = self._firewall.failure
        if failure is None or self._only_closes or isinstance(failure, HostUnreachable):
            return core
        try:
            return self._core.take_back(core)
        except BaseException:
            self._way.limit(UNDO_SECONDS)
            self._interrupted([*self._core.outcomes(self._core.take_back(core)), self._firewall])
            raise
