# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a host is open, told from section 3 of the reference alone; knows nothing of the collection's own measure.

Where the reference says TEST, undocumented or nothing at all, each possible answer is a reading of its own, and a
state is a vector: one level for every reading. One reading holds for a whole run, because one Windows does.
"""

from __future__ import annotations

import functools
import itertools
import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import Observed, RegistryValue

POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS = POLICY + r"\RAUnsolicit"
PREFERENCE = r"SYSTEM\CurrentControlSet\Control\Remote Assistance"

REG_SZ, REG_DWORD = 1, 4
OFF, VIEW, FULL = 0, 1, 2
UNIT_MINUTES = {0: 1, 1: 60, 2: 24 * 60}

Token = int | str | None
"""What one value says: 0, 1, 'illegal', or None where it is absent."""


class Reading(t.NamedTuple):
    """One Windows that the reference leaves possible."""

    illegal: int | None  # a switch or control of a wrong type or number: 0, 1, or as if absent
    box: int  # check box absent: clients 1, documented 0 (section 2)
    own: int  # preference for control absent: documented and observed 1, but not by a policy's hand
    stray: bool  # does fAllowFullControl count in the policy key while its policy is not configured
    offer_control: int  # fAllowUnsolicitedFullControl absent beside fAllowUnsolicited = 1
    gate: str  # rule 5 and the last row of the table: what besides the policy of Offer must be on
    own_limits_offer: bool  # section 10, question 8


READINGS: t.Final = tuple(
    Reading(*choice)
    for choice in itertools.product(
        (0, 1, None), (0, 1), (0, 1), (False, True), (0, 1), ("none", "policy", "policy or box"), (False, True)
    )
)

OPEN_QUESTIONS = ("fAllowToGetHelp", "fAllowFullControl", "fAllowUnsolicited", "fAllowUnsolicitedFullControl")


def _value(observed: Observed, key: str, name: str) -> RegistryValue | None:
    for read, state in observed.items():
        if read.path.upper() == key.upper():
            for value in state.by_name.values():
                if value.name.upper() == name.upper():
                    return value
    return None


def token(observed: Observed, key: str, name: str) -> Token:
    value = _value(observed, key, name)
    if value is None:
        return None
    return t.cast(int, value.data) if int(value.type) == REG_DWORD and value.data in (0, 1) else "illegal"


def _tokens(observed: Observed) -> tuple[Token, ...]:
    return (
        *(token(observed, POLICY, name) for name in OPEN_QUESTIONS),
        token(observed, PREFERENCE, "fAllowToGetHelp"),
        token(observed, PREFERENCE, "fAllowFullControl"),
    )


@functools.cache
def _vectors(tokens: tuple[Token, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    pairs = [_levels(tokens, reading) for reading in READINGS]
    return tuple(solicited for solicited, dummy in pairs), tuple(offer for dummy, offer in pairs)


def _levels(tokens: tuple[Token, ...], reading: Reading) -> tuple[int, int]:
    solicited, control, offer, offer_control, box, own = (
        reading.illegal if value == "illegal" else t.cast("int | None", value) for value in tokens
    )
    box = reading.box if box is None else box
    own = reading.own if own is None else own
    invited = box if solicited is None else solicited
    counts = control is not None and (solicited is not None or reading.stray)
    invited_level = OFF if not invited else (FULL if (control if counts else own) else VIEW)
    blocked = (reading.gate != "none" and solicited == 0) or (
        reading.gate == "policy or box" and solicited is None and box == 0
    )
    if not offer or blocked:
        return invited_level, OFF
    full = reading.offer_control if offer_control is None else offer_control
    if reading.own_limits_offer and own == 0:
        full = 0
    return invited_level, FULL if full else VIEW


def _plain_tickets(observed: Observed) -> tuple[int, ...]:
    """Return, for each reading of illegal values, whether tickets that any helper can open are made while invited."""
    levels = []
    for illegal, box_default in itertools.product((0, 1, None), (0, 1)):

        def number(key: str, name: str, illegal: int | None = illegal) -> int | None:
            found = token(observed, key, name)
            return illegal if found == "illegal" else t.cast("int | None", found)

        box = number(PREFERENCE, "fAllowToGetHelp")
        invited = number(POLICY, "fAllowToGetHelp")
        invited = (box_default if box is None else box) if invited is None else invited
        encrypted = number(POLICY, "CreateEncryptedOnlyTickets")
        encrypted = number(PREFERENCE, "CreateEncryptedOnlyTickets") if encrypted is None else encrypted
        levels.append(int(bool(invited) and not encrypted))
    return tuple(levels)


def helper_names(observed: Observed) -> set[str]:
    """Return who is listed, by value name and by data: section 1.3 says that both are the entry."""
    names = set()
    for key, state in observed.items():
        if key.path.upper() == HELPERS.upper():
            for value in state.by_name.values():
                names |= {value.name.upper(), str(value.data).upper()}
    return names - {""}


def openness(observed: Observed) -> dict[str, tuple[int, ...]]:
    """Return level by subject, one for each reading."""
    solicited, offer = _vectors(_tokens(observed))
    subjects = {"solicited": solicited, "offer": offer, "tickets for everybody": _plain_tickets(observed)}
    return subjects | {f"helper {name}": offer for name in helper_names(observed)}


def wider(measured: Observed, *limits: Observed) -> list[str]:
    """Return the subjects that may do more, under some reading, than under each of the limits."""
    allowed = [openness(limit) for limit in limits]
    found = []
    for who, levels in openness(measured).items():
        nothing = (OFF,) * len(levels)
        highest = map(max, zip(*(limit.get(who, nothing) for limit in allowed), nothing, strict=True))
        if any(level > limit for level, limit in zip(levels, highest, strict=True)):
            found.append(who)
    return found


def lifetime_minutes(observed: Observed, key: str) -> int | None:
    """Return how long an invitation lives by this key, or None where its two values do not say it."""
    number, unit = _value(observed, key, "MaxTicketExpiry"), _value(observed, key, "MaxTicketExpiryUnits")
    if number is None or unit is None or {int(number.type), int(unit.type)} != {REG_DWORD}:
        return None
    if unit.data not in UNIT_MINUTES:
        return None
    return t.cast(int, number.data) * UNIT_MINUTES[t.cast(int, unit.data)]
