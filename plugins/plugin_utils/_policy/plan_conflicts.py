# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who will set back what a plan changes, and where a plan opens a host against them.

Windows does not heal a value of a GPO that somebody changed or deleted until that GPO changes (or gpupdate /force): a
change that widens access against a domain GPO or device management therefore opens the host for good, silently.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.model import RegistryKey, RegistryValue, Write
from . import evidence
from .access import is_closing
from .catalogue import DISABLED, HELPER_KEY, LIVE_POLICY, POLICY_KEY, STATE
from .conflicts import (
    FAIL,
    FEATURE_MISSING,
    GPO_AND_MDM,
    LIVE_DIFFERS,
    LOCAL_GPO_OFF,
    LOG_FOLDER,
    OFFER_WITHOUT_HELPERS,
    OFFER_WITHOUT_SOLICITED,
    WARN,
    Conflict,
)
from .effective import UNKNOWN
from .host_facts import LOCAL_GPO, HostFacts, MdmSetting
from .plan import Plan, Step, applied, same_value
from .sources import DOMAIN_GPO_SOURCE, LOCAL_GPO_SOURCE, MDM_SOURCE, Source, gpo_source, mdm_source, source_of

WIDENS_DOMAIN_GPO: t.Final = "widens_against_domain_gpo"
WIDENS_MDM: t.Final = "widens_against_mdm"
DOMAIN_GPO_SETS_BACK: t.Final = "domain_gpo_sets_back"
MDM_SETS_BACK: t.Final = "mdm_sets_back"
LOCAL_GPO_SETS_BACK: t.Final = "local_gpo_sets_back"
OWNER_UNKNOWN: t.Final = "owner_unknown"

CODES: t.Final = (
    LIVE_DIFFERS,
    GPO_AND_MDM,
    LOCAL_GPO_OFF,
    OFFER_WITHOUT_SOLICITED,
    OFFER_WITHOUT_HELPERS,
    LOG_FOLDER,
    FEATURE_MISSING,
    WIDENS_DOMAIN_GPO,
    WIDENS_MDM,
    DOMAIN_GPO_SETS_BACK,
    MDM_SETS_BACK,
    LOCAL_GPO_SETS_BACK,
    OWNER_UNKNOWN,
)
"""The codes of all conflicts, those of a host's state first."""

_CODES: t.Final = {
    (DOMAIN_GPO_SOURCE, True): WIDENS_DOMAIN_GPO,
    (DOMAIN_GPO_SOURCE, False): DOMAIN_GPO_SETS_BACK,
    (MDM_SOURCE, True): WIDENS_MDM,
    (MDM_SOURCE, False): MDM_SETS_BACK,
    (LOCAL_GPO_SOURCE, True): LOCAL_GPO_SETS_BACK,
    (LOCAL_GPO_SOURCE, False): LOCAL_GPO_SETS_BACK,
}
_WHEN: t.Final = {
    DOMAIN_GPO_SOURCE: "that GPO changes or gpupdate /force runs",
    MDM_SOURCE: "the device synchronizes",
    LOCAL_GPO_SOURCE: "the local GPO changes or gpupdate /force runs",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Somebody else who sets a value.

    Attributes:
        source: Who.
        value: What they set, or None for nothing (they delete it).
        is_known: False if it is not known what they set.
        is_derived: True if they are known to set the policy, and the value only follows from that.
    """

    source: Source
    value: RegistryValue | None
    is_known: bool = True
    is_derived: bool = False

    def is_met(self, after: RegistryValue | None) -> bool:
        """Return True if a value is what they set."""
        return self.is_known and same_value(self.value, after)


def plan_conflicts(plan: Plan, facts: HostFacts, *, uses_local_gpo: bool = False) -> tuple[Conflict, ...]:
    """Return what a plan is up against, one conflict for each setting and adversary.

    Args:
        plan: What a run will change.
        facts: What is known of the host.
        uses_local_gpo: True if the run brings the local GPO into line as well; it is then no adversary.
    """
    found: dict[tuple[str, str, str | None], _Found] = {}
    opening = _opening(plan)
    for step in plan.steps:
        if step.target.layer != LIVE_POLICY:
            continue
        widens = _group(step) in opening
        for one in _found(plan, step, facts, widens=widens):
            if not (uses_local_gpo and one.claim is not None and one.claim.source.kind == LOCAL_GPO_SOURCE):
                origin = one.claim.source.id if one.claim is not None else None
                found.setdefault((one.conflict.setting, one.conflict.code, origin), one)
    return tuple(one.conflict for one in found.values() if not _is_told(one, found.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    conflict: Conflict
    claim: Claim | None
    is_switch: bool


def _found(plan: Plan, step: Step, facts: HostFacts, *, widens: bool) -> t.Iterator[_Found]:
    key, name = step.target.key, step.target.name
    is_switch = evidence.is_switch(key, name)
    others = claims(facts, key, name)
    for claim in others:
        if not claim.is_met(step.after):
            conflict = _against(step, claim, widens=widens and _exceeds(plan, step, claim))
            yield _Found(conflict=conflict, claim=claim, is_switch=is_switch)
    if widens and step.before is not None and not others:
        source = source_of(facts, key, name, step.before)
        if source.kind == UNKNOWN:
            text = f"{source.in_words()} set this value, which your change opens: it may be set back"
            conflict = Conflict(code=OWNER_UNKNOWN, setting=step.target.setting, text=text)
            yield _Found(conflict=conflict, claim=None, is_switch=is_switch)


def _is_told(one: _Found, found: t.Iterable[_Found]) -> bool:
    """Return True if a conflict only follows from one about the switch of its policy."""
    if one.claim is None or one.is_switch or not one.claim.is_derived:
        return False
    policy = one.conflict.setting.split(".")[0]
    return any(
        other.is_switch
        and other.claim is not None
        and other.claim.source == one.claim.source
        and other.conflict.setting.split(".")[0] == policy
        for other in found
    )


def claims(facts: HostFacts, key: RegistryKey, name: str) -> tuple[Claim, ...]:
    """Return everybody who sets a value, or the policy that it belongs to."""
    found: list[Claim] = []
    row = evidence.applied_row(facts, key, name)
    if row is not None and row.gpo == LOCAL_GPO and facts.local_gpo_off is True:
        row = None
    if row is not None:
        found.append(Claim(source=gpo_source(facts, row), value=row.value))
    else:
        found.extend(_claims_by_policy(facts, key, name))
    local = evidence.local_value(facts, key, name)
    if local is not None and facts.local_gpo_off is not True and row is None:
        found.append(Claim(source=Source(kind=LOCAL_GPO_SOURCE), value=local))
    setting = evidence.mdm_setting(facts, key, name)
    if setting is not None:
        found.append(_mdm_claim(setting, key, name))
    return tuple(found)


def _claims_by_policy(facts: HostFacts, key: RegistryKey, name: str) -> t.Iterator[Claim]:
    """Yield the GPO that sets the policy of a value without this value: it owns all of them.

    The list of helpers is replaced as a whole, and a disabled policy deletes its other values.
    """
    policy = evidence.policy_of(key, name)
    if policy is None or evidence.is_switch(key, name):
        return
    switch = evidence.applied_row(facts, POLICY_KEY, policy.switch)
    senders = {row.gpo: row for row in (evidence.applied_rows(facts, HELPER_KEY) if key == HELPER_KEY else ())}
    if switch is not None and (key == HELPER_KEY or switch.value is None or STATE.decode(switch.value) == DISABLED):
        senders[switch.gpo] = switch
    for row in senders.values():
        if row.gpo != LOCAL_GPO or facts.local_gpo_off is not True:
            yield Claim(source=gpo_source(facts, row), value=None, is_derived=True)


def _mdm_claim(setting: MdmSetting, key: RegistryKey, name: str) -> Claim:
    source = mdm_source(setting)
    if setting.state is not None and evidence.is_switch(key, name):
        return Claim(source=source, value=STATE.encode(name, setting.state))
    return Claim(source=source, value=None, is_known=setting.state == DISABLED, is_derived=True)


def _against(step: Step, claim: Claim, *, widens: bool) -> Conflict:
    kind = claim.source.kind
    who = claim.source.in_words()
    what = "something" if not claim.is_known else step.target.word(claim.value) or "nothing"
    if step.target.key == HELPER_KEY:
        name = step.target.name
        text = f"{who} {'lists' if claim.value is not None else 'does not list'} {name}"
        text = f"{who} sets the list of helpers" if not claim.is_known else text
    else:
        text = f"{who} sets this to {what}"
    is_failure = widens and kind != LOCAL_GPO_SOURCE
    effect = "would open the host until" if is_failure else "will be set back when"
    consequence = f"your change {effect} {_WHEN[kind]}"
    return Conflict(
        code=_CODES[kind, widens],
        severity=FAIL if is_failure else WARN,
        setting=step.target.setting,
        text=f"{text}: {consequence}",
        who=who,
        consequence=consequence,
    )


def _group(step: Step) -> str:
    """Return what is looked at together: a thousand helpers are one question."""
    if step.target.key != HELPER_KEY:
        return f"{step.target.key}\\{step.target.name}"
    return "helpers that go" if step.after is None else "helpers that come"


def _opening(plan: Plan) -> set[str]:
    """Return the groups of steps without which the plan would lead to a host that is less open."""
    if plan.closing:
        return set()
    groups: dict[str, list[Step]] = {}
    for step in plan.steps:
        groups.setdefault(_group(step), []).append(step)
    return {name for name, steps in groups.items() if _opens(plan, steps)}


def _exceeds(plan: Plan, step: Step, claim: Claim) -> bool:
    """Return False if what the plan leads to is within what it would be with the value that somebody else sets."""
    if not claim.is_known or step.target.key == HELPER_KEY:
        return True
    theirs = applied(plan.after, [Write(key=step.target.key, name=step.target.name, value=claim.value)])
    return not is_closing(theirs, plan.after)


def _opens(plan: Plan, steps: t.Sequence[Step]) -> bool:
    return not is_closing(applied(plan.after, [step.undo() for step in steps]), plan.after)
