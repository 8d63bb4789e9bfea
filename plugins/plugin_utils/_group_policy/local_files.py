# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a run that replaces the files of the local GPO, and puts them back.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t

from .._channels.outcome import Outcome
from .._policy.declaration import Declaration
from .._policy.plan import Plan
from .._policy.words import EVERYTHING
from .._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from .local_ended import ATTEMPTS, Copies, FileOutcome, Ways
from .local_plan import LocalPlan, plan_local
from .ports import EditedMeanwhile, LocalGpoFiles


class FilesRun:
    """Replaces the files of one host.

    Args:
        ways: The ways to the host.
        declaration: What the user wants.
        decided: What changes in the registry in the same run.
        planned: What is to change in the files.
        copies: What becomes of the files that are replaced.

    Attributes:
        planned: What is to change in the files, by the last look at them.
        met_others: True if somebody else edited them at the same time.
    """

    def __init__(self, ways: Ways, declaration: Declaration, decided: Plan, planned: LocalPlan, copies: Copies) -> None:
        self.planned = planned
        self.met_others = False
        self._channel = ways.registry
        self._folder = ways.folder
        self._declaration = declaration
        self._decided = decided
        self._keep = copies.keep
        self._suffix = copies.suffix
        self._attempts = 0

    def outcome(self, **what: t.Any) -> FileOutcome:
        """Return how the run ended in the files."""
        return Outcome(plan=self.planned.plan, **what)

    def write(self) -> FileOutcome:
        """Replace the files; plan anew where somebody else edits them at the same time."""
        for attempts_left in reversed(range(ATTEMPTS)):
            planned = self.planned
            if not planned.steps or planned.refusal is not None:
                return self.outcome(left=planned.steps, failure=planned.refusal)
            try:
                self._replace(planned.before, planned.after)
            except EditedMeanwhile as edited:
                refusal = self._plan_anew() if attempts_left else edited
                if refusal is not None:
                    return self.outcome(left=planned.steps, failure=refusal)
            except HostUnreachable as lost:
                return self._after_loss(lost)
            except HostError as error:
                return self._settled(error)
            else:
                break
        return self.outcome(made=self.planned.steps)

    def _plan_anew(self) -> HostError | None:
        """Plan against what somebody else has made of the files; return why that cannot be."""
        self.met_others = True
        try:
            self.planned = self._plan(self._folder.read())
            if self.planned.steps:
                self._keep(self.planned.before)
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
        planned = self.planned
        in_doubt = {"unknown" if lost.outcome_unknown else "left": planned.steps}
        if lost.logon_refused:
            return self.outcome(**in_doubt, failure=lost)
        try:
            self._folder.reconnect()
            now = self._folder.read()
        except HostError as error:
            return self.outcome(**in_doubt, failure=error if isinstance(error, HostUnreachable) else lost)
        if not self.planned.is_between(now):
            return self._seen(now, lost)
        try:
            self._replace(now, planned.after)
        except HostUnreachable as again:
            return (
                self.outcome(unknown=planned.steps, failure=again) if again.outcome_unknown else self._seen(now, again)
            )
        except HostError as error:
            return self._settled(error)
        return self.outcome(made=planned.steps)

    def _settled(self, failure: HostError) -> FileOutcome:
        """Put back what a refused replacement may have left half done; each file by itself is always whole."""
        planned = self.planned
        try:
            now = self._folder.read()
            if not self._plan(now).steps:
                # Only what came after the last move failed, such as reading back; a closing must not be opened again.
                return self.outcome(made=planned.made_in(now))
            if self.planned.is_between(now):
                self._folder.replace(now, planned.before, backup_suffix=None)
                now = planned.before
        except HostError:
            return self.outcome(unknown=planned.steps, failure=failure)
        return self._seen(now, failure)

    def _seen(self, now: LocalGpoFiles, failure: HostError | None, foreign: tuple[str, ...] = ()) -> FileOutcome:
        """Return an outcome that tells which changes stand in these files."""
        steps = self.planned.steps
        try:
            made = self.planned.made_in(now)
        except HostError:
            return self.outcome(unknown=steps, foreign=foreign, failure=failure)
        left = tuple(step for step in steps if step not in made)
        return self.outcome(made=made, left=left, foreign=foreign, failure=failure)

    def taken_back(self, files: FileOutcome) -> FileOutcome:
        """Put the files back, if they still are as this run left them. Raises no error of ours."""
        if not files.made:
            return files
        with contextlib.suppress(HostError):
            try:
                return self._put_back(self.planned.after)
            except HostUnreachable:
                self._folder.reconnect()
                return self._put_back(self._folder.read())
        return self.outcome(unknown=self.planned.steps)

    def _put_back(self, now: LocalGpoFiles) -> FileOutcome:
        """Put the files back; what somebody else has made of them meanwhile stays."""
        if self.planned.is_between(now):
            try:
                self._folder.replace(now, self.planned.before, backup_suffix=None)
                return self.outcome(restored=self.planned.steps)
            except EditedMeanwhile:
                now = self._folder.read()
        return self._seen(now, None, foreign=("local GPO: somebody else edited it meanwhile",))

    def after_interruption(self) -> FileOutcome:
        """Put back what a replacement that was broken off may have done. Raises no error of ours."""
        with contextlib.suppress(RemoteAssistanceError):
            self._folder.reconnect()
            now = self._folder.read()
            return self.outcome(left=self.planned.steps) if now == self.planned.before else self._put_back(now)
        return self.outcome(unknown=self.planned.steps)
