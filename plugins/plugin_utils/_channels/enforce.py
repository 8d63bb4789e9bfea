# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run on one host: read, plan, write, read back, and what happens when something goes wrong in between.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._policy.declaration import Declaration
from .._policy.host_facts import NOT_ASKED, Unread
from .._policy.plan import Plan, Step, plan, same_value
from .._policy.targets import needed_reads
from .._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from .._registry.model import Observed, Write
from .outcome import Begin, Outcome, begin_at_once
from .ports import RegistryChannel
from .sending import Record, Sender

UNDO_SECONDS: t.Final = 10.0
"""How long an undo may take after an interruption; Ansible's own time-out must not hang on it."""


class Review(t.Protocol):
    """Looks at a plan that changes something before the first write, in check mode too; may raise HostError."""

    def __call__(self, decided: Plan, local_gpo: Observed | Unread = NOT_ASKED) -> None:
        """Look at a plan.

        Args:
            decided: What will change in the registry.
            local_gpo: What the file of the local GPO sets, where the run has read it.
        """


def enforce(  # noqa: PLR0913  each is another thing that the caller knows
    channel: RegistryChannel,
    declaration: Declaration,
    *,
    check_mode: bool,
    interrupted: t.Callable[[Outcome[Step]], None],
    review: Review | None = None,
    begin: Begin = begin_at_once,
) -> Outcome[Step]:
    """Bring a host's registry to the declared state, or say what that would change.

    Args:
        channel: The way to the host's registry.
        declaration: What the user wants.
        check_mode: Stop before the first write.
        interrupted: Told how the host was left when the run is broken off, just before the interruption goes on.
        review: Looks at a plan before it is made true, if that changes anything.
        begin: Asked before the first write whether to go on.

    Returns:
        How it ended. A failure after the first write is part of the outcome, with what was restored.

    Raises:
        HostError: Nothing was written.
    """
    decided = prepare(channel, declaration)
    if review is not None and decided.steps:
        review(decided)
    if check_mode:
        return Outcome(plan=decided, made=decided.steps)
    untouched: Outcome[Step] = Outcome(plan=decided, left=decided.steps)
    if not begin([untouched], closing=decided.closing):
        return untouched
    return carry_out(channel, declaration, decided, interrupted=interrupted)


def prepare(channel: RegistryChannel, declaration: Declaration) -> Plan:
    """Read a host's registry and return what must change there; raises HostError.

    Args:
        channel: The way to the host's registry.
        declaration: What the user wants.
    """
    decided = plan(declaration, channel.read(needed_reads(declaration)))
    _refuse_unreadable(decided)
    return decided


def carry_out(
    channel: RegistryChannel, declaration: Declaration, decided: Plan, *, interrupted: t.Callable[[Outcome[Step]], None]
) -> Outcome[Step]:
    """Make a plan true, read back, and settle what went wrong; a failure is part of the outcome.

    Args:
        channel: The way to the host's registry.
        declaration: What the user wants.
        decided: What ``prepare`` returned.
        interrupted: Told how the host was left when the run is broken off, just before the interruption goes on.
    """
    if not decided.steps:
        return Outcome(plan=decided)
    run = _Run(channel, declaration, decided)
    try:
        return run.write_and_verify()
    except BaseException:
        channel.limit(UNDO_SECONDS)
        interrupted(run.settle_after_interruption())
        raise


def take_back(channel: RegistryChannel, declaration: Declaration, decided: Plan) -> Outcome[Step]:
    """Put back what a plan has made, because the run failed elsewhere; a closing stays closed.

    Args:
        channel: The way to the host's registry.
        declaration: What the user wants.
        decided: A plan that was made true.

    Returns:
        How that ended; it has no failure of its own.
    """
    if decided.closing:
        return Outcome(plan=decided, made=decided.steps)
    return _Run(channel, declaration, decided).take_everything_back()


def _refuse_unreadable(decided: Plan) -> None:
    for step in decided.unreadable():
        if step.before is not None:
            raise HostError(
                doing=f"planning the change of {step.target.key}\\{step.before.name}",
                reason=f"the value has type {step.before.type.name}, whose data cannot be read without loss, so it "
                "could not be put back if something went wrong; nothing was written",
                advice="Look at it on the host, delete it there by hand, and run this again",
            )


class _Run:
    """The part of a run that writes."""

    def __init__(self, channel: RegistryChannel, declaration: Declaration, decided: Plan) -> None:
        self._channel = channel
        self._declaration = declaration
        self._reads = needed_reads(declaration)
        self._plan = decided
        self._sender = Sender(channel, decided)
        self._record = Record()
        # What may have been made: only this is ever taken back.
        self._tried: set[Write] = set()

    def write_and_verify(self) -> Outcome[Step]:
        """Make every step, read back, and settle whatever did not work."""
        try:
            failure = self._write(self._plan.steps, self._plan.before)
            now = self._channel.read(self._reads)
        except HostUnreachable as lost:
            return self._go_on_after(lost)
        except HostError as error:
            return self._settle_unseen(error)
        return self._judge(now, failure)

    def _write(self, steps: t.Sequence[Step], state: Observed) -> HostError | None:
        """Return the first refusal, or None; a closing plan goes on after a refusal."""
        writes = [step.write() for step in steps]
        try:
            return self._sender.send(writes, state, self._record, go_on=self._plan.closing)
        finally:
            self._tried |= self._record.confirmed | self._record.doubtful

    def _go_on_after(self, lost: HostUnreachable) -> Outcome[Step]:
        """Reconnect once, look at what the host holds, and finish."""
        if lost.logon_refused:
            return self._unreachable(lost)
        try:
            self._channel.reconnect()
            now = self._channel.read(self._reads)
            made = self._made(now)
            self._record = Record(confirmed={step.write() for step in made})
            failure = self._write([step for step in self._plan.steps if step not in made], now)
            now = self._channel.read(self._reads)
        except HostUnreachable as again:
            return self._unreachable(again)
        except HostError as error:
            return self._settle_unseen(error)
        return self._judge(now, failure)

    def _judge(self, now: Observed, failure: HostError | None) -> Outcome[Step]:
        still = plan(self._declaration, now)
        # Other notes: a policy was switched on or off meanwhile, and the declaration means something else now.
        if failure is None and not still.steps and still.notes == self._plan.notes:
            return Outcome(plan=self._plan, made=self._made(now))
        foreign = self._foreign(still)
        failure = failure or self._did_not_stick(still.steps or self._plan.steps, foreign)
        if not self._plan.closing:
            return self._undo(now, foreign, failure)
        if foreign and still.closing:
            now = self._close_again(still, now)
        left = plan(self._declaration, now).steps
        return Outcome(plan=self._plan, made=self._made(now), left=left, foreign=foreign, failure=failure)

    def _close_again(self, still: Plan, now: Observed) -> Observed:
        """Close once more what somebody else opened meanwhile, and return what the host holds then.

        What this run deleted can be what the other one relied on: Offer on without a value for control. The run fails
        all the same, because nobody can say who has the last word.
        """
        try:
            self._write(still.steps, now)
            return self._channel.read(self._reads)
        except HostError:
            return now

    def take_everything_back(self) -> Outcome[Step]:
        """Undo a plan that was made true, as far as it still is as this run wrote it. Raises no error of ours."""
        self._tried = {step.write() for step in self._plan.steps}
        try:
            return self._undo(self._channel.read(self._reads), (), None)
        except HostError:
            return Outcome(plan=self._plan, unknown=self._plan.steps)

    def _undo(self, now: Observed, foreign: tuple[str, ...], failure: HostError | None) -> Outcome[Step]:
        """Take back, in reverse order, what still is as this run wrote it."""
        made = self._written(now)
        try:
            try:
                now = self._take_back(made, now)
            except HostUnreachable:
                self._channel.reconnect()
                now = self._channel.read(self._reads)
                now = self._take_back(self._written(now), now)
        except HostError:
            return Outcome(plan=self._plan, unknown=made, foreign=foreign, failure=failure)
        restored = tuple(step for step in made if same_value(step.current(now), step.before))
        kept = tuple(step for step in made if step not in restored)
        return Outcome(plan=self._plan, made=kept, restored=restored, foreign=foreign, failure=failure)

    def _take_back(self, made: t.Sequence[Step], now: Observed) -> Observed:
        self._sender.send([step.undo() for step in reversed(made)], now, Record(), go_on=True)
        return self._channel.read(self._reads)

    def _settle_unseen(self, failure: HostError) -> Outcome[Step]:
        """Settle after a failure that is no lost connection and hides what the host holds."""
        try:
            now = self._channel.read(self._reads)
        except HostError:
            return Outcome(plan=self._plan, unknown=self._plan.steps, failure=failure)
        return self._judge(now, failure)

    def settle_after_interruption(self) -> Outcome[Step]:
        """Take back an opening that was broken off; leave a closing as far as it came. Raises no error of ours."""
        failure = HostError(doing="changing the host", reason="broken off")
        try:
            # The old connection may have half an answer in it.
            self._channel.reconnect()
            now = self._channel.read(self._reads)
            if not self._plan.closing:
                return self._undo(now, (), failure)
        except RemoteAssistanceError:
            return Outcome(plan=self._plan, unknown=self._plan.steps, failure=failure)
        left = plan(self._declaration, now).steps
        return Outcome(plan=self._plan, made=self._made(now), left=left, failure=failure)

    def _unreachable(self, lost: HostUnreachable) -> Outcome[Step]:
        seen = self._record.confirmed | self._record.doubtful
        return Outcome(
            plan=self._plan,
            made=self._steps_of(self._record.confirmed),
            unknown=self._steps_of(self._record.doubtful),
            left=tuple(step for step in self._plan.steps if step.write() not in seen),
            failure=lost,
        )

    def _steps_of(self, writes: t.Container[Write]) -> tuple[Step, ...]:
        return tuple(step for step in self._plan.steps if step.write() in writes)

    def _made(self, now: Observed) -> tuple[Step, ...]:
        return tuple(step for step in self._plan.steps if same_value(step.current(now), step.after))

    def _written(self, now: Observed) -> tuple[Step, ...]:
        """Return the steps that this run may have made and nobody has changed since."""
        return tuple(step for step in self._made(now) if step.write() in self._tried)

    def _foreign(self, still: Plan) -> tuple[str, ...]:
        """Return what stands on the host although neither this run nor the host before it put it there."""
        found = [note for note in still.notes if note not in self._plan.notes]
        for step in still.steps:
            then = step.current(self._plan.before)
            planned = step.current(self._plan.after)
            if not same_value(step.before, then) and not same_value(step.before, planned):
                found.append(f"{step.target.setting}: {step.target.word(step.before)}")
        return tuple(found)

    @staticmethod
    def _did_not_stick(left: t.Sequence[Step], foreign: t.Sequence[str]) -> HostError:
        first = left[0].target
        reason = (
            f"the host accepted every write, and now does not hold what was written ({len(left)} differ): "
            "it did not keep it, or somebody else took it away at the same time"
        )
        if foreign:
            reason = f"somebody else changed the host at the same time ({', '.join(foreign)})"
        return HostError(doing=f"reading back {first.key}\\{first.name}", reason=reason)
