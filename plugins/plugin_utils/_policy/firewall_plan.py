# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for the firewall: which rules of the group are switched on a host, and what keeps that from being done.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.errors import HostError
from .catalogue import DISABLED, ENABLED, FIREWALL
from .declaration import FirewallWanted
from .firewall import RULE_GROUP, FirewallPolicy, FirewallRule, blocking, default_state, to_switch, word
from .host_facts import Unread
from .plan import SET, Plan

DOING: t.Final = "planning the change of the firewall"


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallStep:
    """One rule that is switched over.

    Attributes:
        rule: The rule as it was.
    """

    rule: FirewallRule

    @property
    def before(self) -> bool:
        """Whether it was on."""
        return self.rule.is_enabled

    @property
    def after(self) -> bool:
        """Whether it will be on."""
        return not self.rule.is_enabled

    @property
    def setting(self) -> str:
        """The dotted word of the setting."""
        return f"{FIREWALL}.{self.rule.id}"

    @property
    def layer(self) -> str:
        """Where it stands."""
        return FIREWALL

    def to_result(self) -> dict[str, t.Any]:
        """Return this change as plain types; see ``schemas/changes.schema.json``."""
        return {
            "layer": self.layer,
            "setting": self.setting,
            "path": None,
            "type": None,
            "before": word(is_on=self.before),
            "after": word(is_on=self.after),
            "action": SET,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallState:
    """What was read of a host's firewall.

    Attributes:
        rules: The rules of the group, perhaps without those that are off where that is what is wanted; none where
            there is no such group.
        policy: What Group Policy says of the firewall.
    """

    rules: tuple[FirewallRule, ...]
    policy: FirewallPolicy | Unread


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallPlan:
    """What one run will change in the firewall of one host.

    Attributes:
        wanted: enabled, disabled or all_rules.
        rules: The rules that were read, as they were.
        steps: What goes off first, then what goes on.
        plan: Notes, and whether it only closes.
        warnings: Why nothing is done although something was asked for.
    """

    wanted: str
    rules: tuple[FirewallRule, ...]
    steps: tuple[FirewallStep, ...]
    plan: Plan
    warnings: tuple[str, ...] = ()

    @property
    def closing(self) -> bool:
        """True if every step switches a rule off."""
        return self.plan.closing

    def sides(self, made: t.Sequence[FirewallStep]) -> dict[str, dict[str, t.Any]]:
        """Return before and after of what was made, in words."""
        return {
            "before": {step.rule.id: word(is_on=step.before) for step in made},
            "after": {step.rule.id: word(is_on=step.after) for step in made},
        }


def nothing_to_do(wanted: FirewallWanted, warning: str) -> FirewallPlan:
    """Return the plan for a host on which the firewall is left alone, although something was asked for."""
    return FirewallPlan(wanted=wanted.state, rules=(), steps=(), plan=_summary((), ()), warnings=(warning,))


def refuse_over(wanted: FirewallWanted, *, whole_group: bool) -> None:
    """Refuse what a way to the host can never do.

    Args:
        wanted: What the user, or a preset, wants.
        whole_group: True if the way to the host can only switch all rules at once.

    Raises:
        HostError: With what can be done instead.
    """
    if wanted.state == ENABLED and whole_group:
        raise HostError(
            doing=DOING,
            reason="over ssh the rules can only be switched all at once, and enabled restores each to its default",
            advice="Declare firewall: all_rules, or use a winrm or psrp connection",
        )


def plan_firewall(wanted: FirewallWanted, state: FirewallState, *, whole_group: bool) -> FirewallPlan:
    """Return which rules must be switched.

    Args:
        wanted: What the user, or a preset, wants.
        state: What was read of the host.
        whole_group: True if the way to the host can only switch all rules at once.

    Raises:
        HostError: What is wanted cannot be done on this host; it says what can.
    """
    if wanted.state != DISABLED and not state.rules:
        raise HostError(
            doing=DOING,
            reason=f"this host has no firewall rules for Remote Assistance (group {RULE_GROUP})",
            advice="On a server, install the feature Remote-Assistance first; or declare firewall: unmanaged",
        )
    steps = steps_to(wanted.state, state.rules)
    if whole_group and steps:
        _refuse_others(state.rules, steps)
    return FirewallPlan(
        wanted=wanted.state, rules=state.rules, steps=steps, plan=_summary(steps, tuple(_notes(wanted.state, state)))
    )


def steps_to(wanted: str, rules: t.Iterable[FirewallRule]) -> tuple[FirewallStep, ...]:
    """Return what must be switched, first what goes off: so no more passes in between than before or afterwards."""
    steps = [FirewallStep(rule=rule) for rule in to_switch(rules, wanted)]
    return tuple(sorted(steps, key=lambda step: step.after))


def _summary(steps: t.Collection[FirewallStep], notes: tuple[str, ...]) -> Plan:
    closing = not any(step.after for step in steps)
    return Plan(steps=(), notes=notes, before={}, after={}, closing=closing, whole_list=False)


def _refuse_others(rules: t.Iterable[FirewallRule], steps: t.Sequence[FirewallStep]) -> None:
    """Refuse what netsh would switch along, to and fro: rules that block, which must stay as they are."""
    others = [rule.id for rule in rules if rule.is_local and not rule.allows and (rule.is_enabled or steps[0].after)]
    if others:
        raise HostError(
            doing=DOING,
            reason="over ssh the rules can only be switched all at once, and these of them block, so that they must "
            f"stay as they are: {', '.join(others)}",
            advice="Use a winrm or psrp connection, or remove these rules on the host",
        )


def _notes(wanted: str, state: FirewallState) -> t.Iterator[str]:
    blocked = [rule.id for rule in blocking(state.rules)]
    if blocked:
        effect = "" if wanted == DISABLED else ", so that Remote Assistance stays closed"
        yield f"firewall: these rules block, and are left as they are{effect}: {', '.join(blocked)}"
    if wanted == ENABLED:
        foreign = [rule.id for rule in state.rules if rule.is_local and default_state(rule) is None]
        if foreign:
            yield f"firewall: these rules are none of Windows', and are left as they are: {', '.join(foreign)}"
    if isinstance(state.policy, Unread):
        yield f"firewall: what policies say of it is {state.policy}"
        return
    delivered = dict.fromkeys((*state.policy.rules, *(rule.id for rule in state.rules if not rule.is_local)))
    if delivered:
        yield f"firewall: these rules come from a policy, and only that changes them: {', '.join(delivered)}"
    if state.policy.merge_off:
        profiles = ", ".join(state.policy.merge_off)
        yield f"firewall: a policy keeps the host's own rules from counting (AllowLocalPolicyMerge is 0) in: {profiles}"
