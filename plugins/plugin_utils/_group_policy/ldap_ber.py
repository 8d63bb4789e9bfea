# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outside of an LDAP message: how long it is, and whether its parts fit into each other.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Everything that comes from the network passes here first. The library behind reads integers of any size, step by step,
and waits for more where a part is longer than its whole; a server that cannot be trusted must not reach either.
"""

from __future__ import annotations

import typing as t

from .._registry.errors import FormatError

WHAT: t.Final = "LDAP message"
# A controller's largest answer here is a page of GPOs; each security descriptor has at most 64 KiB.
MAX_MESSAGE: t.Final = 16 * 1024 * 1024

_SEQUENCE: t.Final = 0x30
_INTEGERS: t.Final = (0x02, 0x0A)
_CONSTRUCTED: t.Final = 0x20
_LONG_TAG: t.Final = 0x1F
_MAX_DEPTH: t.Final = 12
_MAX_PARTS: t.Final = 1_000_000
_MAX_INTEGER: t.Final = 8
_CONTROLS: t.Final = 0xA0
# A control's value is a message of its own, which the library opens by itself.
_MAX_CONTROLS: t.Final = 8 * 1024


def message_length(data: bytes | bytearray) -> int | None:
    """Return the length of the message at the start, its head included, or None while the head is incomplete.

    Raises:
        FormatError: This is no LDAP message (RFC 4511, section 5.1), or one longer than ``MAX_MESSAGE``.
    """
    if not data:
        return None
    if data[0] != _SEQUENCE:
        raise FormatError(what=WHAT, reason=f"it starts with 0x{data[0]:02X} and not with 0x30", offset=0)
    head = _length(data, 1, len(data))
    if head is None:
        return None
    length, start = head
    if start + length > MAX_MESSAGE:
        raise FormatError(what=WHAT, reason=f"it says that it has {length} bytes, more than is believed", offset=1)
    return start + length


def check_message(data: bytes) -> None:
    """Look at the form of one whole message.

    Args:
        data: The message, neither more nor less.

    Raises:
        FormatError: A part is longer than what holds it, an integer is empty or too long, or it is nested too deep.
    """
    if message_length(data) != len(data):
        raise FormatError(what=WHAT, reason="its length is not that of the data", offset=0)
    pending, parts = [(0, len(data), 0)], 0
    while pending:
        offset, end, depth = pending.pop()
        while offset < end:
            parts += 1
            tag, start, stop = _part(data, offset, end)
            if tag & _CONSTRUCTED:
                if depth >= _MAX_DEPTH or parts > _MAX_PARTS:
                    raise FormatError(what=WHAT, reason="it has too many parts within parts", offset=offset)
                if tag == _CONTROLS and depth == 1 and stop - start > _MAX_CONTROLS:
                    raise FormatError(what=WHAT, reason=f"controls of {stop - start} bytes", offset=offset)
                pending.append((start, stop, depth + 1))
            elif tag in _INTEGERS and not 1 <= stop - start <= _MAX_INTEGER:
                raise FormatError(what=WHAT, reason=f"a number of {stop - start} bytes", offset=offset)
            offset = stop


def _part(data: bytes, offset: int, end: int) -> tuple[int, int, int]:
    """Return the tag of a part, and where its content starts and ends."""
    tag = data[offset]
    if tag & _LONG_TAG == _LONG_TAG:
        raise FormatError(what=WHAT, reason="a tag of more than one byte", offset=offset)
    head = _length(data, offset + 1, end)
    if head is None:
        raise FormatError(what=WHAT, reason="it ends within the head of a part", offset=offset)
    length, start = head
    if start + length > end:
        reason = f"a part says that it has {length} bytes, and {end - start} are left"
        raise FormatError(what=WHAT, reason=reason, offset=offset)
    return tag, start, start + length


def _length(data: bytes | bytearray, offset: int, end: int) -> tuple[int, int] | None:
    """Return a definite length and where the content starts, or None if the data end before."""
    if offset >= end:
        return None
    first = data[offset]
    if first < 0x80:
        return first, offset + 1
    size = first & 0x7F
    if not 1 <= size <= 4:
        raise FormatError(what=WHAT, reason=f"a length of {size} bytes", offset=offset)
    if offset + 1 + size > end:
        return None
    return int.from_bytes(data[offset + 1 : offset + 1 + size], "big"), offset + 1 + size
