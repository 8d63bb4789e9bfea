# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who decided each managed value.

The order of evidence: what a GPO sent and the host logged (RSoP), what device management set, what the file of the
local GPO says; a live policy value that none of them backs was written by a script or a tool. That last answer needs
proof that the log is complete and not older than the last run of Group Policy, else the answer is "unknown": no rows,
an error and old rows must not be read as "no policy".

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .._registry.model import KeyState, Observed, RegistryKey, RegistryValue
from . import evidence
from .catalogue import CONTROL_PANEL, HELPER_KEY, POLICIES, POLICY_KEY, PREFERENCE_KEY, PREFERENCES
from .effective import DEFAULT_SOURCE, OFF, POLICY_SOURCE, PREFERENCE_SOURCE, UNKNOWN, Answer
from .host_facts import LOCAL_GPO, HostFacts, MdmSetting, PolicyRow, Rsop, Unread
from .plan import Plan, same_value

DOMAIN_GPO_SOURCE: t.Final = "domain_gpo"
LOCAL_GPO_SOURCE: t.Final = "local_gpo"
MDM_SOURCE: t.Final = "mdm"
KINDS: t.Final = (
    DOMAIN_GPO_SOURCE,
    LOCAL_GPO_SOURCE,
    POLICY_SOURCE,
    MDM_SOURCE,
    PREFERENCE_SOURCE,
    DEFAULT_SOURCE,
    UNKNOWN,
)

_EMPTY: t.Final = KeyState()


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Who decided something.

    Attributes:
        kind: domain_gpo, local_gpo, live_policy, mdm, preference, default or unknown.
        name: The display name of the GPO; for unknown, who it may be; or None.
        id: The GPO's GUID or LocalGPO, the enrollment of MDM, or None.
        linked_at: Where the GPO is linked, or None.
        as_of: When the host last applied policies as far as this answer rests on it (ISO 8601, UTC), or None.
    """

    kind: str
    name: str | None = None
    id: str | None = None
    linked_at: str | None = None
    as_of: str | None = None

    def to_result(self) -> dict[str, str | None]:
        """Return this source as plain types; see ``schemas/host_info.schema.json``."""
        return {
            "kind": self.kind,
            "name": self.name,
            "id": self.id,
            "linked_at": self.linked_at,
            "as_of": self.as_of,
        }

    def in_words(self) -> str:
        """Return this source in a few words for a person."""
        name = f" {self.name!r}" if self.name else ""
        if self.kind == DOMAIN_GPO_SOURCE:
            return f"the domain GPO{name or f' {self.id}'}"
        if self.kind == UNKNOWN:
            return f"an unknown source{f' (perhaps {self.name})' if self.name else ''}"
        return {LOCAL_GPO_SOURCE: "the local GPO", MDM_SOURCE: "device management (MDM)"}.get(self.kind, self.kind)


_DEFAULT: t.Final = Source(kind=DEFAULT_SOURCE)
_PREFERENCE: t.Final = Source(kind=PREFERENCE_SOURCE)


def source_of(facts: HostFacts, key: RegistryKey, name: str, value: RegistryValue | None) -> Source:
    """Return who decided one managed value.

    Args:
        facts: What is known of the host.
        key: The value's key.
        name: Its name.
        value: What stands there, or None.
    """
    if value is None or key == PREFERENCE_KEY:
        return _DEFAULT if value is None else _PREFERENCE
    row = evidence.applied_row(facts, key, name)
    gpo = gpo_source(facts, row) if row is not None and same_value(row.value, value) else None
    managed = evidence.mdm_setting(facts, key, name)
    mdm = mdm_source(managed) if managed and evidence.may_be_of_mdm(managed, key, name, value) else None
    if gpo is None or (mdm is not None and evidence.mdm_wins(facts)):
        return mdm or _unlogged(facts, key, name, value)
    if mdm is not None:
        # Without MDMWinsOverGP the two overwrite each other, and Microsoft promises no winner.
        return Source(kind=UNKNOWN, name=f"{gpo.in_words()} or {mdm.in_words()}", as_of=gpo.as_of)
    return replace(gpo, kind=UNKNOWN, name=gpo.in_words()) if evidence.is_stale(facts) else gpo


def _unlogged(facts: HostFacts, key: RegistryKey, name: str, value: RegistryValue) -> Source:
    """Return who set a value that no log names anybody for."""
    if same_value(evidence.local_value(facts, key, name), value):
        return Source(kind=LOCAL_GPO_SOURCE, id=LOCAL_GPO)
    if evidence.nothing_hidden(facts):
        return Source(kind=POLICY_SOURCE, as_of=_as_of(facts))
    return Source(kind=UNKNOWN, name=evidence.candidates(facts), as_of=_as_of(facts))


def setting_sources(observed: Observed, facts: HostFacts) -> dict[str, Source]:
    """Return who decided each setting, by dotted word; the list of helpers as a whole.

    Args:
        observed: The whole catalogue as read; see ``words.EVERYTHING``.
        facts: What is known of the host.
    """
    found: dict[str, Source] = {}
    policy_values = observed.get(POLICY_KEY, _EMPTY)
    for policy in POLICIES:
        places = {"state": policy.switch} | {option.name: option.value_name for option in policy.options}
        for option, name in places.items():
            found[f"{policy.name}.{option}"] = source_of(facts, POLICY_KEY, name, policy_values.get(name))
        if policy.has_helpers:
            found[f"{policy.name}.helpers"] = _combined([*helper_sources(observed, facts).values()])
    preferences = observed.get(PREFERENCE_KEY, _EMPTY)
    for setting in PREFERENCES:
        value = preferences.get(setting.value_name)
        found[f"{CONTROL_PANEL}.{setting.name}"] = source_of(facts, PREFERENCE_KEY, setting.value_name, value)
    return found


def plan_sources(plan: Plan, facts: HostFacts) -> dict[str, Source]:
    """Return who decided what stands where a plan changes something, by dotted word.

    Args:
        plan: What a run will change.
        facts: What is known of the host.
    """
    found: dict[str, list[Source]] = {}
    for step in plan.steps:
        source = source_of(facts, step.target.key, step.target.name, step.before)
        found.setdefault(step.setting, []).append(source)
    # A name that is to come has no source yet; that of those which stand there counts.
    return {
        setting: _combined([source for source in sources if source != _DEFAULT]) for setting, sources in found.items()
    }


def helper_sources(observed: Observed, facts: HostFacts) -> dict[str, Source]:
    """Return who listed each helper, by value name."""
    values = observed.get(HELPER_KEY, _EMPTY).by_name.values()
    return {value.name: source_of(facts, HELPER_KEY, value.name, value) for value in values}


# Where the values behind an answer stand: in the policy key, and in the preference key.
_BEHIND: t.Final[t.Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "invitations": (("solicited.state",), ("control_panel.invitations",)),
    "offers": (("offer.state",), ()),
    "solicited_control": (("solicited.control",), ("control_panel.control",)),
    "offer_control": (("offer.control",), ()),
    "ticket_lifetime": (
        ("solicited.ticket_lifetime", "solicited.ticket_lifetime_unit"),
        ("control_panel.ticket_lifetime", "control_panel.ticket_lifetime_unit"),
    ),
    "helpers": (("offer.helpers",), ()),
    "logging": (("session_logging.state",), ()),
}
# Whose answer an answer is where that one is off.
_UNDER: t.Final = {
    "solicited_control": "invitations",
    "ticket_lifetime": "invitations",
    "offer_control": "offers",
    "helpers": "offers",
}


def answer_sources(answers: t.Mapping[str, Answer], by_setting: t.Mapping[str, Source]) -> dict[str, Source]:
    """Return who decided each answer of ``effective``.

    Args:
        answers: The answers.
        by_setting: See ``setting_sources``.
    """
    found: dict[str, Source] = {}
    for subject, answer in answers.items():
        above = _UNDER.get(subject, "")
        is_off = bool(above) and answers[above].state == OFF
        policy_settings, preference_settings = _BEHIND[above if is_off else subject]
        settings = {POLICY_SOURCE: policy_settings, PREFERENCE_SOURCE: preference_settings}.get(answer.source, ())
        behind = [by_setting[setting] for setting in settings]
        # An empty list has no value of its own: whoever switched Offer on left it empty.
        other = found.get(above) if answer.source == POLICY_SOURCE else None
        found[subject] = next(
            (one for one in behind if one.kind != DEFAULT_SOURCE), other or Source(kind=answer.source)
        )
    return found


def last_refresh(facts: HostFacts) -> str | None:
    """Return when the host last applied policies of the registry (ISO 8601, UTC), or None where that is not known."""
    logged = facts.rsop.processed if isinstance(facts.rsop, Rsop) else None
    known = [moment for moment in (logged, facts.refreshed) if moment is not None]
    return _text(max(known)) if known else None


def gpo_source(facts: HostFacts, row: PolicyRow) -> Source:
    """Return the GPO that sent a row."""
    rsop = facts.rsop if isinstance(facts.rsop, Rsop) else Rsop()
    applied = () if isinstance(facts.applied, Unread) else facts.applied
    name = rsop.names.get(row.gpo) or next((one.name for one in applied if one.gpo == row.gpo), "")
    return Source(
        kind=LOCAL_GPO_SOURCE if row.gpo == LOCAL_GPO else DOMAIN_GPO_SOURCE,
        name=name or None,
        id=row.gpo,
        linked_at=row.linked_at or None,
        as_of=_text(rsop.processed or row.created),
    )


def mdm_source(setting: MdmSetting) -> Source:
    """Return device management as the source of a setting."""
    return Source(kind=MDM_SOURCE, id=setting.provider or None)


def _combined(sources: t.Sequence[Source]) -> Source:
    """Return who decided a list as a whole."""
    if not sources:
        return _DEFAULT
    if len({(source.kind, source.id) for source in sources}) == 1:
        return sources[0]
    words = dict.fromkeys(source.in_words() for source in sources)
    return Source(kind=UNKNOWN, name=f"several: {', '.join(words)}")


def _as_of(facts: HostFacts) -> str | None:
    return _text(facts.rsop.processed if isinstance(facts.rsop, Rsop) else facts.refreshed)


def _text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
