# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From codes, faults, HTTP status numbers and broken connections to this collection's errors.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._registry.errors import HostError, HostUnreachable, RemoteAssistanceError, UnsupportedConnection
from ..words import shown
from .answer import Fault, unusable
from .codes import (
    CODES,
    DEAD_SESSION,
    LOGON_REFUSED,
    NO_STDREGPROV,
    PLAIN_TRAFFIC,
    STATUSES,
    SUBCODES,
    WORDINGS,
    Meaning,
    Trouble,
)
from .troubles import NoAnswer

_UNKNOWN: t.Final = Meaning(reason="the host refuses the request")
_UNKNOWN_RETURN: t.Final = Meaning(reason="StdRegProv returned an error that is not known here")


def from_return_code(code: int, *, doing: str) -> HostError:
    """Return the error for a ReturnValue that is not 0."""
    return _error(CODES.get(code, _UNKNOWN_RETURN), doing=doing, code=code)


def from_fault(fault: Fault, *, doing: str, absent: Meaning = NO_STDREGPROV) -> HostError:
    """Return the error for a fault; codes and SOAP's names decide, the host's text is only shown.

    Args:
        fault: What the host answered.
        doing: What was being done.
        absent: What it means when the host does not have what was asked for.
    """
    code = next((code for code in fault.codes if code in CODES), next(iter(fault.codes), None))
    known = CODES.get(code) if code is not None else None
    meaning = known or SUBCODES.get(fault.subcode, _UNKNOWN)
    if meaning is NO_STDREGPROV:
        meaning = absent
    words = [shown(fault.subcode, longest=60)] if meaning is _UNKNOWN and fault.subcode else []
    if fault.text:
        words.append(f"the host says: {shown(fault.text)}")
    return _error(meaning, doing=doing, code=code, words="; ".join(words))


def from_status(status: int, body: bytes, *, doing: str) -> HostError:
    """Return the error for an HTTP status that came without a SOAP message."""
    if status == 401:
        return HostUnreachable(
            doing=doing, reason=LOGON_REFUSED.reason, advice=LOGON_REFUSED.advice, logon_refused=True
        )
    if not body.strip() and status in {400, 500}:
        return _error(DEAD_SESSION if status == 400 else PLAIN_TRAFFIC, doing=doing)
    if status in STATUSES:
        return _error(STATUSES[status], doing=doing)
    return unusable(doing, f"HTTP status {int(status)} without a SOAP message")


def from_no_answer(failure: NoAnswer, *, doing: str, changes: bool) -> RemoteAssistanceError:
    """Return the error for an answer that did not come."""
    if failure.trouble is Trouble.CONFUSED:
        return unusable(doing, f"the client library does not understand it ({failure.detail})")
    wording = WORDINGS[failure.trouble]
    reason = f"{wording.reason} ({failure.detail})" if failure.detail else wording.reason
    if failure.trouble is Trouble.SETTINGS:
        return UnsupportedConnection(f"{reason}. {wording.advice}")
    return HostUnreachable(
        doing=doing,
        reason=reason,
        advice=failure.advice or wording.advice,
        outcome_unknown=changes and failure.maybe_sent,
    )


def out_of_time(*, doing: str, outcome_unknown: bool) -> HostUnreachable:
    """Return the error for a time limit that has passed."""
    return HostUnreachable(doing=doing, reason="the time limit has passed", outcome_unknown=outcome_unknown)


def _error(meaning: Meaning, *, doing: str, code: int | None = None, words: str = "") -> HostError:
    reason = f"{meaning.reason} ({words})" if words else meaning.reason
    return meaning.error(doing=doing, reason=reason, code=code, advice=meaning.advice)
