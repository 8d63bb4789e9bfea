# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a host is open: the measure behind 'closing', a plan that is never rolled back.

The rules are those of section "Precedence and effective state" of the facts: a policy value beats the preference,
Offer is on only by policy, and where a value is not legal, or the sources disagree, every reading is looked at.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from .._registry.model import KeyState, Observed, RegistryValue, ValueType
from .._registry.names import fold
from .catalogue import HELPER_KEY, LIFETIME, LIFETIME_UNIT, OFFER, POLICY_KEY, PREFERENCE_KEY

NONE: t.Final = 0
VIEW: t.Final = 1

Access = t.Mapping[str, int]
"""Level by subject: solicited, offer, what holds offers back beside Offer itself, tickets that any helper can open."""

DEFAULT_MINUTES: t.Final = 6 * 60
"""The documented lifetime of an invitation where nothing is set: 6 hours (UNATTEND)."""

UNIT_MINUTES: t.Final = {"minutes": 1, "hours": 60, "days": 24 * 60}

_EMPTY: t.Final = KeyState()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to resolve what a host's values leave open.

    Attributes:
        illegal: What Windows makes of a value with a wrong type or number: 0, 1, or None for 'as if absent'.
        invitations: What an absent or unread check box means, 0 or 1 (clients and servers differ).
        control: What an absent or unread preference for control means, 0 or 1.
        encrypted: What an absent or unread preference for encrypted tickets means, 0 or 1.
        stray: Whether the control of Solicited counts in the policy key while Solicited is not configured.
        offer_control: What absent control means while Offer is on, 0 or 1.
    """

    illegal: int | None
    invitations: int
    control: int
    encrypted: int
    stray: bool
    offer_control: int


READINGS: t.Final = tuple(
    Reading(
        illegal=illegal,
        invitations=invitations,
        control=control,
        encrypted=encrypted,
        stray=stray,
        offer_control=offer_control,
    )
    for illegal, invitations, control, encrypted, stray, offer_control in itertools.product(
        (0, 1, None), (0, 1), (0, 1), (0, 1), (False, True), (0, 1)
    )
)


def access(observed: Observed, reading: Reading) -> Access:
    """Return how far a host with these values is open under one reading."""
    policy = observed.get(POLICY_KEY, _EMPTY)
    preference = observed.get(PREFERENCE_KEY, _EMPTY)

    def number(values: KeyState, name: str) -> int | None:
        return _number(values.get(name), reading.illegal)

    switch = number(policy, "fAllowToGetHelp")
    invited = _first(switch, number(preference, "fAllowToGetHelp"), reading.invitations)
    own_control = _first(number(preference, "fAllowFullControl"), reading.control)
    policy_control = number(policy, "fAllowFullControl") if switch is not None or reading.stray else None
    encrypted = _first(
        number(policy, "CreateEncryptedOnlyTickets"),
        number(preference, "CreateEncryptedOnlyTickets"),
        reading.encrypted,
    )
    offered = number(policy, OFFER.switch)
    offer_control = _first(number(policy, "fAllowUnsolicitedFullControl"), reading.offer_control)
    # Whether these hold an offer back is undocumented. Offer may also be on without having been read: only its
    # explicit zero takes their meaning away.
    may_be_offered = offered != 0
    invited_level = VIEW + _first(policy_control, own_control)
    levels = {
        "solicited": invited_level if invited else NONE,
        "plain tickets": int(bool(invited) and not encrypted),
        "ticket lifetime": (_minutes(policy) or _minutes(preference) or DEFAULT_MINUTES) if invited else NONE,
        "offer": VIEW + offer_control if offered else NONE,
        "offer past a disabled Solicited": int(may_be_offered and switch != 0),
        "offer past a cleared box": int(may_be_offered and bool(invited)),
        "offer past the preference for control": int(may_be_offered and bool(own_control)),
    }
    if policy.get("fAllowToGetHelp") is None:
        # Not read, it may stand there and be on, and then the check box decides nothing.
        levels |= {"solicited unseen": invited_level, "plain tickets unseen": int(not encrypted)}
    return levels


def _number(value: RegistryValue | None, illegal: int | None) -> int | None:
    if value is None:
        return None
    if value.type is ValueType.REG_DWORD and value.data in (0, 1):
        return int(value.data)
    return illegal


def _minutes(values: KeyState) -> int:
    """Return how long an invitation lives by the values of one key, or 0 where they do not say so."""
    number, unit = values.get("MaxTicketExpiry"), values.get("MaxTicketExpiryUnits")
    if number is None or unit is None:
        return 0
    return int(LIFETIME.decode(number) or 0) * UNIT_MINUTES.get(str(LIFETIME_UNIT.decode(unit)), 0)


def _first(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None)


def is_closing(before: Observed, after: Observed) -> bool:
    """Return True if nobody may do more after than before, under every reading."""
    return stays_within(after, before)


def stays_within(observed: Observed, *limits: Observed) -> bool:
    """Return True if nobody may do more than under the widest of the limits, under every reading."""
    listed = [_helpers(limit) for limit in limits]
    # Helpers who are listed under the same limits need one look only.
    groups = {tuple(helper in names for names in listed) for helper in _helpers(observed)}
    for reading in READINGS:
        now, allowed = access(observed, reading), [access(limit, reading) for limit in limits]
        for subject, level in now.items():
            # A subject on one side only is about a value that the plan writes: then it is no longer unseen.
            known = [levels[subject] for levels in allowed if subject in levels]
            if known and level > max(known):
                return False
        for group in groups:
            levels = [levels["offer"] for levels, is_listed in zip(allowed, group, strict=True) if is_listed]
            if now["offer"] > max(levels, default=NONE):
                return False
    return True


def _helpers(observed: Observed) -> set[str]:
    """Return who is listed, by name and by data: no source says which of them Windows takes where they differ."""
    values = observed.get(HELPER_KEY, _EMPTY).by_name.values()
    return {fold(name) for value in values for name in (value.name, str(value.data))}
