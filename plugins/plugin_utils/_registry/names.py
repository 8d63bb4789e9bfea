# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the registry compares names.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations


def fold(name: str) -> str:
    """Return the form under which the registry compares key and value names.

    The registry upper-cases character by character with a fixed table and never changes the length of a name.
    ``str.casefold`` is therefore wrong for names such as Straße, ſ, ς or the Kelvin sign; Wine's registry shows
    the difference (names that differ under this function are two values there).

    Args:
        name: A key or value name.

    Returns:
        The folded name, of the same length.
    """
    return name.upper() if name.isascii() else "".join(map(_fold_character, name))


def _fold_character(character: str) -> str:
    # Python's full mapping makes two characters of a Greek letter with iota below; the registry's table holds the
    # one-character title form (Wine's registry tells exactly these names apart over the whole BMP).
    upper = character.upper() if len(character.upper()) == 1 else character.title()
    if ord(character) > 0xFFFF or len(upper) != 1:
        return character
    return upper if upper.lower() == character else character
