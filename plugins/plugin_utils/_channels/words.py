# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from elsewhere, made fit to be shown: one short line without control characters.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
import unicodedata

LONGEST: t.Final = 300


def shown(text: str, *, longest: int = LONGEST) -> str:
    """Return ``text`` as one line that is safe in a terminal and a log.

    Control, format (bidirectional overrides) and unassigned characters become blanks, white space is folded, the rest
    is shortened: a host chooses the text of its faults, and it must not be able to paint over the report.

    Args:
        text: What a host, a library or a user wrote.
        longest: The most characters to show.
    """
    plain = text[: longest * 8]
    if not (plain.isascii() and plain.isprintable()):
        plain = "".join(character if _printable(character) else " " for character in plain)
    line = " ".join(plain.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def _printable(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] != "C" and category not in {"Zl", "Zp"}
