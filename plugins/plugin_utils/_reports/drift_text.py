# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from hosts, made harmless once: before it enters a report.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import hashlib
import typing as t
from datetime import UTC, datetime

from .drift_model import Word
from .host_table import visible

LONGEST: t.Final = 500
"""Characters of a text in a report; the rest is told by its length and digest."""


def clean(text: object) -> str:
    """Return a text that prints as it stands and is of a bounded length; equal texts stay equal, others differ."""
    raw = str(text)
    # The same answer without a look at each character of a text that has nothing to show.
    shown = raw if raw.isprintable() else visible(raw)
    if len(shown) <= LONGEST:
        return shown
    digest = hashlib.sha256(shown.encode()).hexdigest()[:12]
    end = f"… ({len(shown)} characters, SHA-256 {digest})"
    return shown[: LONGEST - len(end)] + end


def clean_word(value: object) -> Word:
    """Return a value as it is shown: words of a plan are texts, numbers, booleans or nothing."""
    if value is None or isinstance(value, bool):
        return value
    return int(value) if isinstance(value, int) else clean(value)


def shown_word(value: Word) -> str:
    """Return a value for a reader who cannot see its type."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def instant(moment: datetime) -> str:
    """Return an instant as a report holds it.

    Raises:
        ValueError: The instant does not say its time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, in singular or plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
