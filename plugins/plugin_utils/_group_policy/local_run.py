# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run on one host that writes the registry and the local GPO: which goes first, and what if one of them fails.

A run that only closes writes the registry first and takes nothing back. Every other run writes the files first, because
they open nothing by themselves until Windows applies them, then the registry; where a policy that is applied in between
could open more than before and than wanted, it is the other way round. If either fails, both are put back.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._channels.enforce import UNDO_SECONDS, Review, carry_out, take_back
from .._channels.outcome import Begin, Outcome, begin_at_once
from .._policy.declaration import Declaration
from .._policy.plan import Plan, Step
from .._registry.errors import HostUnreachable
from .local_closing import closed_again
from .local_ended import Copies, Ended, FileOutcome, Tell, Ways, would_be, would_stay
from .local_files import FilesRun
from .local_plan import LocalPlan, files_first
from .local_reading import plan_both


def enforce_both(  # noqa: PLR0913  each is another thing that the caller knows
    ways: Ways,
    declaration: Declaration,
    *,
    check_mode: bool,
    copies: Copies,
    interrupted: Tell,
    review: Review | None = None,
    begin: Begin = begin_at_once,
) -> Ended:
    """Bring registry and local GPO of a host to the declared state, or say what that would change.

    Args:
        ways: The ways to the host.
        declaration: What the user wants.
        check_mode: Stop before the first write.
        copies: What becomes of the files that are replaced.
        interrupted: Told how the host was left when the run is broken off, just before the interruption goes on.
        review: Looks at the plan for the registry before anything is written, if the run changes anything; a plan that
            is made anew because somebody else edits the files meanwhile is not looked at again.
        begin: Asked before the first write on the host whether to go on.

    Raises:
        HostError: Nothing was written.
    """
    decided, planned = plan_both(ways, declaration)
    # Files that may not be written open nothing.
    closing = decided.closing and (planned.plan.closing or planned.refusal is not None)
    if planned.refusal is not None and not closing:
        raise planned.refusal
    if review is not None and (decided.steps or planned.steps):
        review(decided, planned.sets)
    if planned.steps and planned.refusal is None:
        copies.check() if check_mode else copies.keep(planned.before)
    if check_mode:
        return would_be(decided, planned)
    untouched = would_stay(decided, planned)
    if not begin(untouched.outcomes, closing=closing):
        return untouched
    run = _Run(ways, declaration, decided, planned, copies)
    if closing:
        return run.closing(interrupted)
    go = run.files_first if files_first(planned, decided, declaration) else run.registry_first
    return go(interrupted)


def take_both_back(ways: Ways, declaration: Declaration, ended: Ended) -> Ended:
    """Put back what a run has made in both places, because it failed elsewhere; a closing stays closed.

    Args:
        ways: The ways to the host.
        declaration: What the user wants.
        ended: How the run ended, without a failure.
    """
    decided, planned = ended.registry.plan, ended.local_plan
    if decided.closing and planned.plan.closing:
        return ended
    run = _Run(ways, declaration, decided, planned, Copies.none())
    return run.taken_back(ended, registry_first=files_first(planned, decided, declaration))


class _Run:
    """The part of a run that writes."""

    def __init__(self, ways: Ways, declaration: Declaration, decided: Plan, planned: LocalPlan, copies: Copies) -> None:
        self._channel = ways.registry
        self._folder = ways.folder
        self._declaration = declaration
        self._decided = decided
        self._files = FilesRun(ways, declaration, decided, planned, copies)

    def closing(self, interrupted: Tell) -> Ended:
        """Write the registry, then the files whatever became of that; nothing is taken back."""

        def broken_off(outcome: Outcome[t.Any]) -> None:
            interrupted([outcome, self._files.outcome(left=self._files.planned.steps)])

        registry = carry_out(self._channel, self._declaration, self._decided, interrupted=broken_off)
        if isinstance(registry.failure, HostUnreachable):
            return self._ended(registry, self._files.outcome(left=self._files.planned.steps))
        try:
            files = self._files.write()
            if self._files.met_others:
                registry = closed_again(self._channel, self._declaration, registry)
            return self._ended(registry, files)
        except BaseException:
            interrupted([registry, self._files.outcome(unknown=self._files.planned.steps)])
            raise

    def registry_first(self, interrupted: Tell) -> Ended:
        """Write the registry, then the files; put both back if either fails."""

        def broken_off(outcome: Outcome[t.Any]) -> None:
            interrupted([outcome, self._files.outcome(left=self._files.planned.steps)])

        registry = carry_out(self._channel, self._declaration, self._decided, interrupted=broken_off)
        if registry.failure is not None:
            return self._ended(registry, self._files.outcome(left=self._files.planned.steps))
        try:
            files = self._files.write()
        except BaseException:
            self._folder.limit(UNDO_SECONDS)
            files = self._files.after_interruption()
            self._channel.limit(UNDO_SECONDS)
            interrupted([self._registry_after(files, registry), files])
            raise
        return self._ended(registry if files.failure is None else self._registry_after(files, registry), files)

    def _registry_after(self, files: FileOutcome, registry: Outcome[Step]) -> Outcome[Step]:
        """Take the registry back, unless the files may be as wanted: those beside the old registry open too much."""
        if files.unknown or files.made:
            return registry
        return take_back(self._channel, self._declaration, self._decided)

    def files_first(self, interrupted: Tell) -> Ended:
        """Write the files, then the registry; put both back if either fails."""
        untouched: Outcome[Step] = Outcome(plan=self._decided, left=self._decided.steps)
        try:
            files = self._files.write()
        except BaseException:
            self._folder.limit(UNDO_SECONDS)
            interrupted([untouched, self._files.after_interruption()])
            raise
        if files.failure is not None:
            return self._ended(untouched, files)

        def broken_off(outcome: Outcome[t.Any]) -> None:
            self._folder.limit(UNDO_SECONDS)
            interrupted([outcome, self._files.taken_back(files)])

        registry = carry_out(self._channel, self._declaration, self._decided, interrupted=broken_off)
        if registry.failure is None:
            return self._ended(registry, files)
        try:
            return self._ended(registry, self._files.taken_back(files))
        except BaseException:
            self._folder.limit(UNDO_SECONDS)
            interrupted([registry, self._files.after_interruption()])
            raise

    def taken_back(self, ended: Ended, *, registry_first: bool) -> Ended:
        """Put both places back in the opposite order of making. Raises no error of ours."""
        files = ended.files if registry_first else self._files.taken_back(ended.files)
        registry = take_back(self._channel, self._declaration, self._decided)
        return replace(ended, registry=registry, files=self._files.taken_back(files) if registry_first else files)

    def _ended(self, registry: Outcome[Step], files: FileOutcome) -> Ended:
        return Ended(registry=registry, files=files, local_plan=self._files.planned, copies=tuple(self._folder.copies))
