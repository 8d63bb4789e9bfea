# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run in the firewall of one host: read, plan, switch, read back, and what happens when something goes wrong.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.catalogue import DISABLED
from ..._policy.declaration import FirewallWanted
from ..._policy.firewall import FirewallRule
from ..._policy.firewall_plan import FirewallPlan, FirewallStep, nothing_to_do, plan_firewall, refuse_over, steps_to
from ..._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from ..enforce import UNDO_SECONDS
from ..outcome import Outcome
from ..wsman.codes import NotOffered
from .ports import FirewallWay

Rules = tuple[FirewallRule, ...]
FirewallOutcome = Outcome[FirewallStep]


def prepare(way: FirewallWay, wanted: FirewallWanted) -> FirewallPlan:
    """Read a host's firewall and return what must change there.

    Args:
        way: The way to the host's firewall.
        wanted: What the user, or a playbook's preset, wants. What only a preset wants warns where the host cannot do
            it.

    Raises:
        HostError: What is wanted cannot be done on this host, or it cannot be read.
    """
    refuse_over(wanted, whole_group=way.whole_group)
    try:
        state = way.read(only_on=wanted.state == DISABLED)
    except NotOffered as missing:
        refusal = HostError(
            doing=missing.doing,
            reason="this Windows does not offer its firewall rules in WMI, as none does before Windows 8 and Server "
            "2012",
            code=missing.code,
            advice="Declare firewall: unmanaged, or use an ssh connection",
        )
    else:
        try:
            return plan_firewall(wanted, state, whole_group=way.whole_group)
        except HostError as error:
            refusal = error
    if wanted.is_named:
        raise refusal
    return nothing_to_do(wanted, f"the firewall is left as it is: {refusal}")


def carry_out(
    way: FirewallWay, decided: FirewallPlan, *, interrupted: t.Callable[[FirewallOutcome], None]
) -> FirewallOutcome:
    """Make a plan true, read back, and settle what went wrong; a failure is part of the outcome.

    Args:
        way: The way to the host's firewall.
        decided: What ``prepare`` returned.
        interrupted: Told how the host was left when the run is broken off, just before the interruption goes on.
    """
    if not decided.steps:
        return Outcome(plan=decided.plan)
    run = _Run(way, decided)
    try:
        return run.switch_and_verify()
    except BaseException:
        way.limit(UNDO_SECONDS)
        interrupted(run.settle_after_interruption())
        raise


class _Run:
    """The part of a run that switches."""

    def __init__(self, way: FirewallWay, decided: FirewallPlan) -> None:
        self._way = way
        self._decided = decided
        # Rules by id: what the host says that it switched, what it may have switched.
        self._confirmed: set[str] = set()
        self._doubtful: set[str] = set()
        # What may ever have been switched by this run: only this is ever switched back.
        self._tried: set[str] = set()

    def switch_and_verify(self) -> FirewallOutcome:
        """Switch every rule, read back, and settle whatever did not work."""
        try:
            failure = self._switch(self._decided.steps)
            now = self._way.rules()
        except HostUnreachable as lost:
            return self._go_on_after(lost)
        except HostError as error:
            return self._settle_unseen(error)
        return self._judge(now, failure)

    def _switch(self, steps: t.Sequence[FirewallStep]) -> HostError | None:
        """Return the first refusal, or None; a closing plan goes on after a refusal."""
        first: HostError | None = None
        for batch in self._batches(steps):
            ids = {step.rule.id for step in batch}
            # Until the host says so: an interruption can strike at any moment.
            self._doubtful |= ids
            self._tried |= ids
            try:
                self._way.switch([step.rule for step in batch], on=batch[0].after)
            except HostUnreachable as lost:
                if not lost.outcome_unknown:
                    self._doubtful -= ids
                raise
            except HostError as error:
                first = first or error
                if not self._decided.closing:
                    break
            else:
                self._doubtful -= ids
                self._confirmed |= ids
        return first

    def _batches(self, steps: t.Sequence[FirewallStep]) -> list[t.Sequence[FirewallStep]]:
        if self._way.whole_group:
            return [steps] if steps else []
        return [[step] for step in steps]

    def _go_on_after(self, lost: HostUnreachable) -> FirewallOutcome:
        """Reconnect once, look at what the host holds, and finish."""
        if lost.logon_refused:
            return self._unreachable(lost)
        try:
            self._way.reconnect()
            made = self._made(self._way.rules())
            self._confirmed, self._doubtful = {step.rule.id for step in made}, set()
            failure = self._switch([step for step in self._decided.steps if step not in made])
            now = self._way.rules()
        except HostUnreachable as again:
            return self._unreachable(again)
        except HostError as error:
            return self._settle_unseen(error)
        return self._judge(now, failure)

    def _judge(self, now: Rules, failure: HostError | None) -> FirewallOutcome:
        decided = self._decided
        still = steps_to(decided.wanted, now)
        if failure is None and not still and (now or decided.wanted == DISABLED):
            return self._outcome(made=self._made(now))
        planned = {step.rule.id for step in decided.steps}
        foreign = tuple(step.setting for step in still if step.rule.id not in planned)
        failure = failure or self._did_not_stick(still, foreign)
        if not decided.closing:
            return self._undo(now, foreign, failure)
        if foreign:
            now = self._close_again(still, now)
        left = steps_to(decided.wanted, now)
        return self._outcome(made=self._made(now), left=left, foreign=foreign, failure=failure)

    def _close_again(self, still: t.Sequence[FirewallStep], now: Rules) -> Rules:
        """Switch off once more what somebody else switched on meanwhile; the run fails all the same."""
        try:
            self._switch(still)
            return self._way.rules()
        except HostError:
            return now

    def _undo(self, now: Rules, foreign: tuple[str, ...], failure: HostError) -> FirewallOutcome:
        """Switch back what this run switched and nobody has changed since."""
        tried = self._written(now)
        try:
            try:
                now = self._switch_back(tried)
            except HostUnreachable:
                self._way.reconnect()
                tried = self._written(self._way.rules())
                now = self._switch_back(tried)
        except HostError:
            return self._outcome(unknown=tried, foreign=foreign, failure=failure)
        states = _states(now)
        restored = tuple(step for step in tried if states.get(step.rule.id) is step.before)
        kept = tuple(step for step in tried if step not in restored)
        beside = self._switched_along(states)
        if beside:
            failure = _only_in_part(failure, beside)
        return self._outcome(made=(*kept, *beside), restored=restored, foreign=foreign, failure=failure)

    def _switch_back(self, tried: t.Sequence[FirewallStep]) -> Rules:
        if self._way.whole_group:
            self._switch_group_back(tried)
        else:
            self._switch_each_back(tried)
        return self._way.rules()

    def _switch_each_back(self, tried: t.Sequence[FirewallStep]) -> None:
        """Switch off first; where that is refused, nothing is switched on: together they would let more pass."""
        is_refused = False
        for step in sorted(tried, key=lambda step: step.before):
            if step.before and is_refused:
                return
            try:
                self._way.switch([step.rule], on=step.before)
            except HostUnreachable:
                raise
            except HostError:
                is_refused = True

    def _switch_group_back(self, tried: t.Sequence[FirewallStep]) -> None:
        """Switch the group back as a whole, unless that would switch on what was off before."""
        if not tried:
            return
        on = tried[0].before
        was_uniform = all(rule.is_enabled is on for rule in self._decided.rules if rule.is_local)
        if was_uniform or not on:
            try:
                self._way.switch([step.rule for step in tried], on=on)
            except HostUnreachable:
                raise
            except HostError:
                # What the host holds is read next, and tells.
                return

    def _switched_along(self, states: t.Mapping[str, bool]) -> tuple[FirewallStep, ...]:
        """Return the rules that were right before, and went over when the group was switched back as a whole."""
        planned = {step.rule.id for step in self._decided.steps}
        others = [rule for rule in self._decided.rules if rule.is_local and rule.id not in planned]
        if not self._way.whole_group:
            return ()
        return tuple(FirewallStep(rule=rule) for rule in others if states.get(rule.id) is (not rule.is_enabled))

    def _settle_unseen(self, failure: HostError) -> FirewallOutcome:
        """Settle after a failure that is no lost connection and hides what the host holds."""
        try:
            now = self._way.rules()
        except HostError:
            return self._outcome(unknown=self._decided.steps, failure=failure)
        return self._judge(now, failure)

    def settle_after_interruption(self) -> FirewallOutcome:
        """Take back an opening that was broken off; leave a closing as far as it came. Raises no error of ours."""
        failure = HostError(doing="changing the firewall", reason="broken off")
        try:
            # The old connection may have half an answer in it.
            self._way.reconnect()
            now = self._way.rules()
            if not self._decided.closing:
                return self._undo(now, (), failure)
        except RemoteAssistanceError:
            return self._outcome(unknown=self._decided.steps, failure=failure)
        return self._outcome(made=self._made(now), left=steps_to(self._decided.wanted, now), failure=failure)

    def _unreachable(self, lost: HostUnreachable) -> FirewallOutcome:
        seen = self._confirmed | self._doubtful
        steps = self._decided.steps
        return self._outcome(
            made=tuple(step for step in steps if step.rule.id in self._confirmed),
            unknown=tuple(step for step in steps if step.rule.id in self._doubtful),
            left=tuple(step for step in steps if step.rule.id not in seen),
            failure=lost,
        )

    def _made(self, now: Rules) -> tuple[FirewallStep, ...]:
        states = _states(now)
        return tuple(step for step in self._decided.steps if states.get(step.rule.id) is step.after)

    def _written(self, now: Rules) -> tuple[FirewallStep, ...]:
        return tuple(step for step in self._made(now) if step.rule.id in self._tried)

    def _outcome(self, **what: t.Any) -> FirewallOutcome:
        return Outcome(plan=self._decided.plan, **what)

    @staticmethod
    def _did_not_stick(still: t.Sequence[FirewallStep], foreign: t.Sequence[str]) -> HostError:
        reason = "the host accepted every change, and now its rules are not so: "
        reason += ", ".join(step.rule.id for step in still) or "they are gone"
        if foreign:
            reason = f"somebody else changed the host at the same time ({', '.join(foreign)})"
        return HostError(doing="reading the firewall rules back", reason=reason)


def _states(rules: Rules) -> dict[str, bool]:
    return {rule.id: rule.is_enabled for rule in rules}


def _only_in_part(failure: HostError, beside: t.Sequence[FirewallStep]) -> HostError:
    names = ", ".join(step.rule.id for step in beside)
    return HostError(
        doing=failure.doing,
        reason=f"{failure.reason}; taken back only in part: over ssh the group is switched as a whole, and these "
        f"rules, which were on before, are off now: {names}",
        code=failure.code,
        advice=failure.advice,
    )
