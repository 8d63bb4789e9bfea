# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error codes of the Kerberos libraries: RFC 4120, section 7.5.9, and MIT Kerberos' own table.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

Meanings = t.Mapping[int, tuple[str, str]]
"""Reason and advice by code."""

# Both tables are counted from here.
_BASE: t.Final = -1765328384
_REASONS: t.Final[t.Mapping[int, str]] = {
    1: "the account has expired",
    6: "the realm does not know this user",
    12: "the realm's policy does not allow this logon",
    18: "the account is disabled, locked or expired",
    23: "the password has expired or must be changed",
    24: "the password is wrong",
    32: "the ticket has expired",
    33: "the ticket is not valid yet",
    68: "this user belongs to another realm",
    135: "krb5.conf cannot be opened",
    136: "krb5.conf is not well-formed",
    224: "no realm is named",
}


def advised(advice: t.Mapping[int, str]) -> dict[int, tuple[str, str]]:
    """Return reason and advice for codes whose reason is the same wherever a logon fails.

    Args:
        advice: What to do, by code.
    """
    return {code: (_REASONS[code], what) for code, what in advice.items()}


def known_code(errors: t.Iterable[BaseException], meanings: Meanings) -> int | None:
    """Return the first code that is known, counted as the tables do, or None.

    Args:
        errors: An exception and what caused it.
        meanings: What is known.
    """
    # GSSAPI counts the same codes without sign, the Kerberos library with one.
    codes = ((raw - (1 << 32) if raw >= 1 << 31 else raw) - _BASE for error in errors for raw in _raw_codes(error))
    return next((code for code in codes if code in meanings), None)


def _raw_codes(error: BaseException) -> t.Iterator[int]:
    """Yield the codes that an error may hold: attributes of krb5 and gssapi, (text, code) pairs of pykerberos."""
    values = [getattr(error, "err_code", None), getattr(error, "min_code", None)]
    values += [value[1] for value in error.args if isinstance(value, tuple) and len(value) > 1]
    yield from (value for value in values if isinstance(value, int))
