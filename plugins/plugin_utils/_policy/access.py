# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a host is open: the measure behind the order of steps and behind 'closing'.

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
from .catalogue import HELPER_KEY, OFFER, POLICY_KEY, PREFERENCE_KEY

NONE: t.Final = 0
VIEW: t.Final = 1
FULL: t.Final = 2

Access = t.Mapping[str, int]
"""Level by subject: solicited, offer, each helper, and tickets that any helper can open."""

_EMPTY: t.Final = KeyState()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One way to resolve what a host's values leave open.

    Attributes:
        illegal: What Windows makes of a switch with a wrong type or number: 0, 1, or None for 'as if absent'.
        invitations: What an absent or unread check box means, 0 or 1 (clients and servers differ).
        control: What an absent or unread preference for control means, 0 or 1.
    """

    illegal: int | None
    invitations: int
    control: int


READINGS: t.Final = tuple(
    Reading(illegal=illegal, invitations=invitations, control=control)
    for illegal, invitations, control in itertools.product((0, 1, None), (0, 1), (0, 1))
)


def access(observed: Observed, reading: Reading) -> Access:
    """Return how far a host with these values is open under one reading.

    A control value that is not legal counts as full control, an encryption value that is not legal as off: the
    wider reading of each.
    """
    policy = observed.get(POLICY_KEY, _EMPTY)
    preference = observed.get(PREFERENCE_KEY, _EMPTY)
    check_box = _number(preference.get("fAllowToGetHelp"), reading.illegal)
    switch = _number(policy.get("fAllowToGetHelp"), reading.illegal)
    invited = _first(switch, check_box, reading.invitations)
    own_control = _first(_number(preference.get("fAllowFullControl"), 1), reading.control)
    policy_control = _number(policy.get("fAllowFullControl"), 1)
    control = _first(policy_control, own_control)
    if switch is None:
        # An option without its switch: the sources do not say whether it counts, so the wider one is taken.
        control = max(control, own_control)
    encrypted = _first(
        _number(policy.get("CreateEncryptedOnlyTickets"), 0),
        _number(preference.get("CreateEncryptedOnlyTickets"), 0),
        0,
    )
    offered = _first(_number(policy.get(OFFER.switch), reading.illegal), 0)
    # Control that is absent beside a switch that is on: undocumented, so the wider one is taken.
    offer_control = _first(_number(policy.get("fAllowUnsolicitedFullControl"), 1), 1)
    levels = {
        "solicited": (VIEW + control) if invited else NONE,
        "plain tickets": int(bool(invited) and not encrypted),
        "offer": (VIEW + offer_control) if offered else NONE,
    }
    for value in observed.get(HELPER_KEY, _EMPTY).by_name.values():
        for name in (value.name, str(value.data)):
            levels[f"helper {fold(name)}"] = levels["offer"]
    return levels


def _number(value: RegistryValue | None, illegal: int | None) -> int | None:
    if value is None:
        return None
    if value.type is ValueType.REG_DWORD and value.data in (0, 1):
        return int(t.cast(int, value.data))
    return illegal


def _first(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None)


def is_closing(before: Observed, after: Observed) -> bool:
    """Return True if nobody may do more after than before, under every reading."""
    return all(is_within(access(after, reading), access(before, reading)) for reading in READINGS)


def is_within(measured: Access, *limits: Access) -> bool:
    """Return True if no level is above the highest of the limits."""
    return all(level <= max(limit.get(who, NONE) for limit in limits) for who, level in measured.items())
