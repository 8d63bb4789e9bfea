# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What on a host contradicts itself, and what a plan is up against.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.model import KeyState, Observed, RegistryKey, RegistryValue
from . import evidence
from .catalogue import DISABLED, ENABLED, HELPER_KEY, OFFER, POLICIES, POLICY_KEY, PREFERENCE_KEY, SOLICITED, STATE
from .effective import ON, effective
from .host_facts import CLIENT, HostFacts, OperatingSystem, Unread
from .kinds import Kind, shown
from .plan import same_value
from .sources import gpo_source, mdm_source
from .targets import helper_word
from .words import helpers_in_words

FAIL: t.Final = "fail"
WARN: t.Final = "warn"
IGNORE: t.Final = "ignore"
MODES: t.Final = (FAIL, WARN, IGNORE)

LIVE_DIFFERS: t.Final = "live_differs_from_gpo"
GPO_AND_MDM: t.Final = "gpo_and_mdm"
LOCAL_GPO_OFF: t.Final = "local_gpo_off"
OFFER_WITHOUT_SOLICITED: t.Final = "offer_without_solicited"
OFFER_WITHOUT_HELPERS: t.Final = "offer_without_helpers"
LOG_FOLDER: t.Final = "session_logging_folder"
FEATURE_MISSING: t.Final = "feature_missing"

_EMPTY: t.Final = KeyState()


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Something that an administrator should know before relying on a host's state.

    Attributes:
        code: The word for programs.
        severity: ``fail`` for what stops a run unless the user decides otherwise, else ``warn``.
        setting: The dotted word of the setting that it is about; a single word where it is about a whole policy.
        text: One sentence for a person.
        who: Who else decides, in words; empty where nobody does.
        consequence: What follows from that for a change, the end of the text; empty where nobody else decides.
    """

    code: str
    severity: str = WARN
    setting: str
    text: str
    who: str = ""
    consequence: str = ""

    def to_result(self) -> dict[str, str]:
        """Return this conflict as plain types; see ``schemas/host_info.schema.json``."""
        return {"code": self.code, "severity": self.severity, "setting": self.setting, "text": self.text}


def sorted_out(conflicts: t.Iterable[Conflict], mode: str | None) -> tuple[tuple[Conflict, ...], tuple[Conflict, ...]]:
    """Return what stops a run, and what is only warned of.

    Args:
        conflicts: What was found.
        mode: The user's ``conflicts``: fail (all of them stop), warn (none stops), ignore (nothing is said), or None
            for each according to its severity.
    """
    found = () if mode == IGNORE else tuple(conflicts)
    stopping = tuple(one for one in found if (mode or one.severity) == FAIL)
    return stopping, tuple(one for one in found if one not in stopping)


def in_lines(conflicts: t.Iterable[Conflict]) -> tuple[str, ...]:
    """Return conflicts as lines for a person: one line for all settings of the same decider and effect."""
    groups: dict[tuple[str, ...], list[Conflict]] = {}
    for one in conflicts:
        key = (one.code, one.who, one.consequence) if one.who else (one.code, one.setting, one.text)
        groups.setdefault(key, []).append(one)
    return tuple(_in_a_line(group) for group in groups.values())


def _in_a_line(group: t.Sequence[Conflict]) -> str:
    first = group[0]
    settings = ", ".join(dict.fromkeys(one.setting for one in group))
    text = first.text if len(group) == 1 else f"{first.who} sets them otherwise: {first.consequence}"
    return f"{settings}: {text}"


def state_conflicts(
    observed: Observed, facts: HostFacts, *, whole_list: bool = True, uses_local_gpo: bool = False
) -> tuple[Conflict, ...]:
    """Return the conflicts in what a host holds, or would hold after a plan.

    Args:
        observed: What stands there; values that were not read are never taken for absent ones here.
        facts: What is known of the host; what is unread raises no conflict.
        whole_list: False if only some names of the list of helpers were read.
        uses_local_gpo: True if the run relies on the local GPO.
    """
    return (
        *_offer_conflicts(observed, whole_list=whole_list),
        *_logging_conflicts(observed),
        *_feature_conflicts(observed, facts),
        *_local_gpo_conflicts(facts, uses_local_gpo=uses_local_gpo),
    )


def source_conflicts(observed: Observed, facts: HostFacts) -> tuple[Conflict, ...]:
    """Return where what stands there and those who send policies disagree.

    Args:
        observed: The whole catalogue as read; see ``words.EVERYTHING``.
        facts: What is known of the host.
    """
    return (*_differences(observed, facts), *_contests(facts))


def _is(values: KeyState, name: str, state: str) -> bool:
    value = values.get(name)
    return value is not None and STATE.decode(value) == state


def _offer_conflicts(observed: Observed, *, whole_list: bool) -> t.Iterator[Conflict]:
    policy = observed.get(POLICY_KEY, _EMPTY)
    if not _is(policy, OFFER.switch, ENABLED):
        return
    preference = observed.get(PREFERENCE_KEY, _EMPTY)
    why = ""
    if _is(policy, SOLICITED.switch, DISABLED):
        why = "Solicited is disabled: documented to stop offers up to Windows Server 2003, not documented since"
    elif policy.get(SOLICITED.switch) is None and _is(preference, SOLICITED.switch, DISABLED):
        why = "invitations are off in the Control Panel: no source says whether offers work then"
    if why:
        yield Conflict(code=OFFER_WITHOUT_SOLICITED, setting="offer.state", text=f"Offer is on, but {why}")
    if whole_list and not helpers_in_words(observed):
        text = "Offer is on without any helper: nobody, or only administrators, can offer help"
        yield Conflict(code=OFFER_WITHOUT_HELPERS, setting="offer.helpers", text=text)


def _logging_conflicts(observed: Observed) -> t.Iterator[Conflict]:
    if _is(observed.get(POLICY_KEY, _EMPTY), "LoggingEnabled", ENABLED):
        text = "session logging is on: Windows ends a session whose log file cannot be written (event 12)"
        yield Conflict(code=LOG_FOLDER, setting="session_logging.state", text=text)


def _feature_conflicts(observed: Observed, facts: HostFacts) -> t.Iterator[Conflict]:
    if facts.feature is not False:
        return
    answers = effective(observed)
    # By its default a host without any value is not meant to be on.
    on = [name for name in ("invitations", "offers") if answers[name].state == ON]
    if not on:
        return
    text = f"Remote Assistance is not installed, nothing listens although {' and '.join(on)} are on"
    system = facts.system
    if isinstance(system, OperatingSystem) and system.is_core:
        text += "; it cannot be installed on Server Core"
    elif isinstance(system, OperatingSystem) and system.kind != CLIENT:
        text += "; this task installs it: ansible.windows.win_feature: {name: Remote-Assistance, state: present}"
    yield Conflict(code=FEATURE_MISSING, setting="offer.state" if "offers" in on else "solicited.state", text=text)


def _local_gpo_conflicts(facts: HostFacts, *, uses_local_gpo: bool) -> t.Iterator[Conflict]:
    sets_something = not isinstance(facts.local_gpo, Unread) and any(
        state.by_name for state in facts.local_gpo.values()
    )
    if facts.local_gpo_off is True and (sets_something or uses_local_gpo):
        text = "this host does not process its local GPO (DisableLGPOProcessing): what it sets has no effect"
        yield Conflict(code=LOCAL_GPO_OFF, setting="local_gpo", text=text)


def _differences(observed: Observed, facts: HostFacts) -> t.Iterator[Conflict]:
    """Yield where the live value is not what the winning GPO sent, and what the local GPO would set."""
    for key, name, setting, kind in _places(observed, facts):
        live = observed.get(key, _EMPTY).get(name)
        row = evidence.applied_row(facts, key, name)
        if row is not None and evidence.is_stale(facts):
            continue  # what stands there may be what was sent since
        if row is not None:
            sender, sent = gpo_source(facts, row).in_words(), row.value
        else:
            sender, sent = "the file of the local GPO", evidence.local_value(facts, key, name)
            if sent is None or facts.local_gpo_off is True:
                continue
        if not same_value(live, sent):
            text = f"{sender} sets this to {_word(sent, kind)}, but the registry holds {_word(live, kind)}"
            yield Conflict(code=LIVE_DIFFERS, setting=setting, text=text)


def _places(observed: Observed, facts: HostFacts) -> t.Iterator[tuple[RegistryKey, str, str, Kind | None]]:
    for policy in POLICIES:
        yield POLICY_KEY, policy.switch, f"{policy.name}.state", STATE
        for option in policy.options:
            yield POLICY_KEY, option.value_name, f"{policy.name}.{option.name}", option.kind
    names = {row.name: None for row in evidence.applied_rows(facts, HELPER_KEY)}
    if not isinstance(facts.local_gpo, Unread):
        names |= {value.name: None for value in facts.local_gpo.get(HELPER_KEY, _EMPTY).by_name.values()}
    names |= {value.name: None for value in observed.get(HELPER_KEY, _EMPTY).by_name.values()}
    for name in names:
        yield HELPER_KEY, name, "offer.helpers", None


def _word(value: RegistryValue | None, kind: Kind | None) -> str:
    if value is None:
        return "nothing"
    return str(shown(value, kind)) if kind is not None else helper_word(value)


def _contests(facts: HostFacts) -> t.Iterator[Conflict]:
    """Yield the policies that a GPO and device management both set."""
    if isinstance(facts.mdm, Unread):
        return
    for policy in POLICIES:
        setting = facts.mdm.settings.get(policy.name)
        row = evidence.applied_row(facts, POLICY_KEY, policy.switch)
        if setting is None or row is None:
            continue
        end = "MDM wins (MDMWinsOverGP)" if facts.mdm.wins_over_gpo else "nobody promises which of them wins"
        text = f"{gpo_source(facts, row).in_words()} and {mdm_source(setting).in_words()} both set this: {end}"
        yield Conflict(code=GPO_AND_MDM, setting=f"{policy.name}.state", text=text)
