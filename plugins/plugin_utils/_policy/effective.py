# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Remote Assistance may really do on a host: state, certainty and source of each answer.

Follows the facts' section "Precedence and effective state": where the sources disagree, the answer says so.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.model import KeyState, Observed, RegistryValue
from .catalogue import (
    CONTROL,
    DISABLED,
    ENABLED,
    FULL_CONTROL,
    HELPER_KEY,
    LIFETIME,
    LIFETIME_UNIT,
    OFFER,
    POLICY_KEY,
    PREFERENCE_KEY,
    STATE,
    VIEW_ONLY,
)
from .kinds import Choice, Kind, Word, shown
from .words import helpers_in_words

ON: t.Final = "on"
OFF: t.Final = "off"
UNKNOWN: t.Final = "unknown"
KNOWN: t.Final = "known"
NOBODY: t.Final = "none"

POLICY_SOURCE: t.Final = "live_policy"
PREFERENCE_SOURCE: t.Final = "preference"
DEFAULT_SOURCE: t.Final = "default"

_EMPTY: t.Final = KeyState()
_ON_OFF: t.Final = Choice(words=((ON, 1), (OFF, 0)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One fact about a host.

    Attributes:
        state: on, off, unknown, a word of the declaration, a lifetime, or a list of names.
        certainty: known, or unknown where the sources disagree or a value is not legal.
        source: live_policy, preference, default or unknown.
        notes: Why it is so, where that is not plain.
    """

    state: str | tuple[str, ...]
    source: str
    certainty: str = KNOWN
    notes: tuple[str, ...] = ()

    def to_result(self) -> dict[str, t.Any]:
        """Return this answer as plain types; see ``schemas/host_info.schema.json``."""
        return {
            "state": self.state if isinstance(self.state, str) else list(self.state),
            "certainty": self.certainty,
            "source": {"kind": self.source, "name": None, "id": None, "linked_at": None, "as_of": None},
            "notes": list(self.notes),
        }


def unknown(source: str, *notes: str, state: str = UNKNOWN) -> Answer:
    """Return an answer that nobody can vouch for."""
    return Answer(state=state, source=source, certainty=UNKNOWN, notes=notes)


def effective(observed: Observed) -> dict[str, Answer]:
    """Return what a host allows.

    Args:
        observed: The whole catalogue as read; see ``words.EVERYTHING``.
    """
    policy = observed.get(POLICY_KEY, _EMPTY)
    preference = observed.get(PREFERENCE_KEY, _EMPTY)
    invitations = _invitations(policy, preference)
    offers = _offers(policy, preference)
    return {
        "invitations": invitations,
        "offers": offers,
        "solicited_control": _solicited_control(invitations, policy, preference),
        "offer_control": _offer_control(offers, policy, preference),
        "ticket_lifetime": _ticket_lifetime(invitations, policy, preference),
        "helpers": _helpers(offers, observed),
        "logging": _logging(policy),
    }


def _illegal(value: RegistryValue, source: str) -> Answer:
    return unknown(source, f"{value.name} holds {shown(value)}, which is not a legal value")


def _read(value: RegistryValue | None, kind: Kind, source: str) -> Answer | None:
    """Return the answer that one value gives, or None where it is absent."""
    if value is None:
        return None
    word = kind.decode(value)
    return _illegal(value, source) if word is None else Answer(state=str(word), source=source)


def _invitations(policy: KeyState, preference: KeyState) -> Answer:
    return (
        _read(policy.get("fAllowToGetHelp"), _ON_OFF, POLICY_SOURCE)
        or _read(preference.get("fAllowToGetHelp"), _ON_OFF, PREFERENCE_SOURCE)
        or unknown(DEFAULT_SOURCE, "no policy and no preference: Windows documents off, clients are installed with on")
    )


def _offers(policy: KeyState, preference: KeyState) -> Answer:
    answer = _read(policy.get(OFFER.switch), _ON_OFF, POLICY_SOURCE) or Answer(state=OFF, source=DEFAULT_SOURCE)
    if answer.state != ON:
        return answer
    switch = policy.get("fAllowToGetHelp")
    check_box = preference.get("fAllowToGetHelp")
    if switch is not None:
        if STATE.decode(switch) == ENABLED:
            return answer
        why = (
            "Solicited is disabled: documented to stop offers up to Windows Server 2003, not documented since"
            if STATE.decode(switch) == DISABLED
            else "the policy value of Solicited is not legal"
        )
    elif check_box is not None and _ON_OFF.decode(check_box) == ON:
        return answer
    else:
        why = "Solicited is not configured and the Control Panel box is not ticked: no source says whether offers work"
    return unknown(POLICY_SOURCE, why, state=ON)


def _solicited_control(invitations: Answer, policy: KeyState, preference: KeyState) -> Answer:
    if invitations.state == OFF:
        return Answer(state=NOBODY, source=invitations.source)
    own = _read(preference.get("fAllowFullControl"), CONTROL, PREFERENCE_SOURCE) or Answer(
        state=FULL_CONTROL, source=DEFAULT_SOURCE
    )
    by_policy = _read(policy.get("fAllowFullControl"), CONTROL, POLICY_SOURCE)
    if by_policy is None:
        return own
    if policy.get("fAllowToGetHelp") is None and by_policy.state != own.state:
        note = f"fAllowFullControl stands in the policy key ({by_policy.state}) without its policy being configured"
        return unknown(own.source, note, state=t.cast(str, own.state))
    return by_policy


def _offer_control(offers: Answer, policy: KeyState, preference: KeyState) -> Answer:
    if offers.state == OFF:
        return Answer(state=NOBODY, source=offers.source)
    answer = _read(policy.get("fAllowUnsolicitedFullControl"), CONTROL, POLICY_SOURCE)
    if answer is None:
        return unknown(DEFAULT_SOURCE, "fAllowUnsolicitedFullControl is absent while Offer is on: not documented")
    own = preference.get("fAllowFullControl")
    if answer.state == FULL_CONTROL and own is not None and CONTROL.decode(own) == VIEW_ONLY:
        note = "the Control Panel allows viewing only: no source says whether that limits offers"
        return unknown(POLICY_SOURCE, note, state=FULL_CONTROL)
    return answer


def _ticket_lifetime(invitations: Answer, policy: KeyState, preference: KeyState) -> Answer:
    if invitations.state == OFF:
        return Answer(state=NOBODY, source=invitations.source)
    by_policy = _lifetime(policy, POLICY_SOURCE)
    own = _lifetime(preference, PREFERENCE_SOURCE) or Answer(state="6 hours", source=DEFAULT_SOURCE)
    switch = policy.get("fAllowToGetHelp")
    if switch is None:
        return own
    if by_policy is None:
        note = "Solicited is enabled without a lifetime: no source says what counts, shown is the preference"
        return unknown(own.source, note, state=t.cast(str, own.state))
    return by_policy


def _lifetime(values: KeyState, source: str) -> Answer | None:
    number, unit = values.get("MaxTicketExpiry"), values.get("MaxTicketExpiryUnits")
    if number is None and unit is None:
        return None
    if number is None or unit is None:
        return unknown(source, "only one of MaxTicketExpiry and MaxTicketExpiryUnits is there")
    words: list[Word | None] = [LIFETIME.decode(number), LIFETIME_UNIT.decode(unit)]
    if None in words:
        return unknown(source, f"MaxTicketExpiry holds {shown(number)}, MaxTicketExpiryUnits {shown(unit)}")
    return Answer(state=f"{words[0]} {words[1]}", source=source)


def _helpers(offers: Answer, observed: Observed) -> Answer:
    listed = tuple(helpers_in_words(observed))
    if offers.state == OFF:
        notes = (f"{len(listed)} on the list, without effect while Offer is off",) if listed else ()
        return Answer(state=(), source=offers.source, notes=notes)
    note = "whether administrators may offer without being on the list: the sources disagree, list them explicitly"
    source = POLICY_SOURCE if HELPER_KEY in observed else UNKNOWN
    return Answer(state=listed, source=source, certainty=UNKNOWN, notes=(note,))


def _logging(policy: KeyState) -> Answer:
    return _read(policy.get("LoggingEnabled"), _ON_OFF, POLICY_SOURCE) or unknown(
        DEFAULT_SOURCE, "no policy: sessions are logged unless the user turned it off", state=ON
    )
