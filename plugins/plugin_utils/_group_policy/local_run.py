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

import contextlib
import typing as t
from dataclasses import replace

from .._channels.enforce import UNDO_SECONDS, Review, carry_out, prepare, take_back
from .._channels.outcome import Outcome
from .._policy.declaration import Declaration
from .._policy.plan import Plan, Step
from .._policy.words import EVERYTHING
from .._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from .local_ended import ATTEMPTS, Copies, Ended, FileOutcome, Tell, Ways, would_be
from .local_plan import LocalPlan, files_first, plan_local
from .local_reading import plan_both
from .ports import EditedMeanwhile, LocalGpoFiles


def enforce_both(  # noqa: PLR0913  each is another thing that the caller knows
    ways: Ways,
    declaration: Declaration,
    *,
    check_mode: bool,
    copies: Copies,
    interrupted: Tell,
    review: Review | None = None,
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
        if check_mode:
            copies.check()
        else:
            copies.keep(planned.before)
    if check_mode:
        return would_be(decided, planned)
    run = _Run(ways, declaration, decided, planned, copies)
    if closing:
        return run.closing(interrupted)
    go = run.files_first if files_first(planned, decided, declaration) else run.registry_first
    return go(interrupted)


class _Run:
    """The part of a run that writes."""

    def __init__(self, ways: Ways, declaration: Declaration, decided: Plan, planned: LocalPlan, copies: Copies) -> None:
        self._channel = ways.registry
        self._folder = ways.folder
        self._declaration = declaration
        self._decided = decided
        self._planned = planned
        self._keep = copies.keep
        self._suffix = copies.suffix
        self._attempts = 0
        self._met_others = False

    def closing(self, interrupted: Tell) -> Ended:
        """Write the registry, then the files whatever became of that; nothing is taken back."""

        def broken_off(outcome: Outcome[t.Any]) -> None:
            interrupted([outcome, self._files(left=self._planned.steps)])

        registry = carry_out(self._channel, self._declaration, self._decided, interrupted=broken_off)
        if isinstance(registry.failure, HostUnreachable):
            return self._ended(registry, self._files(left=self._planned.steps))
        try:
            files = self._write_files()
            return self._ended(self._closed_again(registry) if self._met_others else registry, files)
        except BaseException:
            interrupted([registry, self._files(unknown=self._planned.steps)])
            raise

    def _closed_again(self, registry: Outcome[Step]) -> Outcome[Step]:
        """Close what somebody who edited the files meanwhile has opened in the registry too; the run fails then."""
        if registry.failure is not None:
            return registry
        try:
            still = prepare(self._channel, self._declaration)
        except HostError as error:
            return replace(registry, made=(), unknown=registry.made, failure=error)
        if not still.steps:
            return registry
        foreign = tuple(f"{step.setting}: {step.target.word(step.before)}" for step in still.steps)
        reason = f"somebody else changed the host at the same time ({', '.join(foreign)})"
        failure = HostError(doing="reading the registry back", reason=reason)
        again = Outcome(plan=still, left=still.steps)
        if still.closing:
            again = carry_out(self._channel, self._declaration, still, interrupted=lambda dummy: None)
        writes = {step.write() for step in still.steps}
        made = (*(step for step in registry.made if step.write() not in writes), *again.made)
        return replace(again, plan=registry.plan, made=made, foreign=foreign, failure=again.failure or failure)

    def registry_first(self, interrupted: Tell) -> Ended:
        """Write the registry, then the files; put both back if either fails."""

        def broken_off(outcome: Outcome[t.Any]) -> None:
            interrupted([outcome, self._files(left=self._planned.steps)])

        registry = carry_out(self._channel, self._declaration, self._decided, interrupted=broken_off)
        if registry.failure is not None:
            return self._ended(registry, self._files(left=self._planned.steps))
        try:
            files = self._write_files()
        except BaseException:
            self._folder.limit(UNDO_SECONDS)
            files = self._after_interruption()
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
            files = self._write_files()
        except BaseException:
            self._folder.limit(UNDO_SECONDS)
            interrupted([untouched, self._after_interruption()])
            raise
        if files.failure is not None:
            return self._ended(untouched, files)

        def broken_off(outcome: Outcome[t.Any]) -> None:
            self._folder.limit(UNDO_SECONDS)
            interrupted([outcome, self._taken_back(files)])

        registry = carry_out(self._channel, self._declaration, self._decided, interrupted=broken_off)
        if registry.failure is None:
            return self._ended(registry, files)
        try:
            return self._ended(registry, self._taken_back(files))
        except BaseException:
            self._folder.limit(UNDO_SECONDS)
            interrupted([registry, self._after_interruption()])
            raise

    def _ended(self, registry: Outcome[Step], files: FileOutcome) -> Ended:
        return Ended(registry=registry, files=files, local_plan=self._planned, copies=tuple(self._folder.copies))

    def _files(self, **what: t.Any) -> FileOutcome:
        return Outcome(plan=self._planned.plan, **what)

    def _write_files(self) -> FileOutcome:
        """Replace the files; plan anew where somebody else edits them at the same time."""
        for attempts_left in reversed(range(ATTEMPTS)):
            planned = self._planned
            if not planned.steps or planned.refusal is not None:
                return self._files(left=planned.steps, failure=planned.refusal)
            try:
                self._replace(planned.before, planned.after)
            except EditedMeanwhile as edited:
                refusal = self._plan_anew() if attempts_left else edited
                if refusal is not None:
                    return self._files(left=planned.steps, failure=refusal)
            except HostUnreachable as lost:
                return self._after_loss(lost)
            except HostError as error:
                return self._settled(error)
            else:
                break
        return self._files(made=self._planned.steps)

    def _plan_anew(self) -> HostError | None:
        """Plan against what somebody else has made of the files; return why that cannot be."""
        self._met_others = True
        try:
            self._planned = self._plan(self._folder.read())
            if self._planned.steps:
                self._keep(self._planned.before)
        except HostError as error:
            return error
        return None

    def _plan(self, files: LocalGpoFiles) -> LocalPlan:
        return plan_local(self._declaration, files, self._decided, lambda: self._channel.read(EVERYTHING))

    def _replace(self, before: LocalGpoFiles, after: LocalGpoFiles) -> None:
        """Replace the files; copies of a second attempt must not meet those of the first."""
        self._attempts += 1
        again = "" if self._attempts == 1 else f".{self._attempts}"
        suffix = None if self._suffix is None else f"{self._suffix}{again}"
        self._folder.replace(before, after, backup_suffix=suffix)

    def _after_loss(self, lost: HostUnreachable) -> FileOutcome:
        """Reconnect once, look at what the host holds, and finish."""
        planned = self._planned
        in_doubt = {"unknown" if lost.outcome_unknown else "left": planned.steps}
        if lost.logon_refused:
            return self._files(**in_doubt, failure=lost)
        try:
            self._folder.reconnect()
            now = self._folder.read()
        except HostError as error:
            return self._files(**in_doubt, failure=error if isinstance(error, HostUnreachable) else lost)
        if not self._planned.is_between(now):
            return self._seen(now, lost)
        try:
            self._replace(now, planned.after)
        except HostUnreachable as again:
            return (
                self._files(unknown=planned.steps, failure=again) if again.outcome_unknown else self._seen(now, again)
            )
        except HostError as error:
            return self._settled(error)
        return self._files(made=planned.steps)

    def _settled(self, failure: HostError) -> FileOutcome:
        """Put back what a refused replacement may have left half done; each file by itself is always whole."""
        planned = self._planned
        try:
            now = self._folder.read()
            if not self._plan(now).steps:
                # Only what came after the last move failed, such as reading back; a closing must not be opened again.
                return self._files(made=planned.made_in(now))
            if self._planned.is_between(now):
                self._folder.replace(now, planned.before, backup_suffix=None)
                now = planned.before
        except HostError:
            return self._files(unknown=planned.steps, failure=failure)
        return self._seen(now, failure)

    def _seen(self, now: LocalGpoFiles, failure: HostError | None, foreign: tuple[str, ...] = ()) -> FileOutcome:
        """Return an outcome that tells which changes stand in these files."""
        steps = self._planned.steps
        try:
            made = self._planned.made_in(now)
        except HostError:
            return self._files(unknown=steps, foreign=foreign, failure=failure)
        left = tuple(step for step in steps if step not in made)
        return self._files(made=made, left=left, foreign=foreign, failure=failure)

    def _taken_back(self, files: FileOutcome) -> FileOutcome:
        """Put the files back, if they still are as this run left them. Raises no error of ours."""
        if not files.made:
            return files
        with contextlib.suppress(HostError):
            try:
                return self._put_back(self._planned.after)
            except HostUnreachable:
                self._folder.reconnect()
                return self._put_back(self._folder.read())
        return self._files(unknown=self._planned.steps)

    def _put_back(self, now: LocalGpoFiles) -> FileOutcome:
        """Put the files back; what somebody else has made of them meanwhile stays."""
        if self._planned.is_between(now):
            try:
                self._folder.replace(now, self._planned.before, backup_suffix=None)
                return self._files(restored=self._planned.steps)
            except EditedMeanwhile:
                now = self._folder.read()
        return self._seen(now, None, foreign=("local GPO: somebody else edited it meanwhile",))

    def _after_interruption(self) -> FileOutcome:
        """Put back what a replacement that was broken off may have done. Raises no error of ours."""
        with contextlib.suppress(RemoteAssistanceError):
            self._folder.reconnect()
            now = self._folder.read()
            return self._files(left=self._planned.steps) if now == self._planned.before else self._put_back(now)
        return self._files(unknown=self._planned.steps)
