# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Files named Registry.pol: the registry settings of one half of a group policy object.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

    file   = "PReg" version *entry        version: 01 00 00 00
    entry  = "[" key [";" name [";" type [";" size [";" data]]]] "]"
    key    = text                         without the root; Machine\Registry.pol is for HKEY_LOCAL_MACHINE
    name   = text                         the value's name, or an instruction such as **del.name
    text   = *unit 00 00                  UTF-16LE, ends with NUL
    type   = size = 4 bytes               little-endian, unsigned
    data   = as many bytes as size says

Brackets and semicolons are UTF-16LE. They may stand in texts and in data as well, so a file is read by lengths and
never split at them. Nothing is aligned: data may have an odd length. The order of the entries has a meaning, and the
same value may come more than once (registry_pol_instructions says what they do).

The form is that of MS-GPREG 2.2.1; that parts may be missing at the end of an entry is said by "Registry Policy File
Format" (Windows SDK). The limits that MS-GPREG sets for names (259 characters), types and sizes (65,535 bytes) are not
asked for here: what another tool has put into a file is kept as it stands.
"""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

from .._registry.errors import FormatError
from .._registry.model import ValueType

WHAT: t.Final = "Registry.pol"

_SIGNATURE: t.Final = b"PReg"
_VERSION: t.Final = 1
_HEADER: t.Final = _SIGNATURE + _VERSION.to_bytes(4, "little")

_OPEN: t.Final = b"[\0"
_CLOSE: t.Final = b"]\0"
_NEXT: t.Final = b";\0"
_NUL: t.Final = b"\0\0"
_NUMBER: t.Final = struct.Struct("<I")


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyEntry:
    r"""One entry; the parts behind the key may be missing, from the end.

    Attributes:
        key: The path without a root, such as ``Software\Policies\X``; a lone surrogate stands for itself.
        value_name: The name as stored, instructions included; None if it is missing, with all that follows.
        type: The type number; None if it is missing, with all that follows.
        data: The raw bytes; None if they are missing.
        size: The size that is given although the data are missing; None for every other entry.
    """

    key: str
    value_name: str | None = None
    type: ValueType | None = None
    data: bytes | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyFile:
    """The entries of a file, in its order.

    Attributes:
        entries: What the file says, duplicates included.
    """

    entries: tuple[PolicyEntry, ...] = ()


def decode(data: bytes) -> PolicyFile:
    """Return what a file says; encode() makes the same bytes of it again.

    Args:
        data: The whole file. One without any byte is refused: it is most likely what is left of a file that could not
            be written, and Windows applies nothing of it.

    Raises:
        FormatError: It is no Registry.pol, of another version, or not whole.
    """
    if not data:
        raise _wrong("the file is empty, not even the header is there", 0)
    if data[:4] != _SIGNATURE:
        raise _wrong(f"the file must begin with {_SIGNATURE!r}, not with {data[:4]!r}", 0)
    if len(data) < len(_HEADER):
        raise _wrong(f"the header breaks off: {len(data)} bytes of {len(_HEADER)}", len(data))
    if data[: len(_HEADER)] != _HEADER:
        raise _wrong(f"version {int.from_bytes(data[4:8], 'little')} is not known, only {_VERSION} is", 4)
    reader = _Reader(data, len(_HEADER))
    entries = []
    while not reader.at_end():
        entries.append(reader.entry())
    return PolicyFile(entries=tuple(entries))


def encode(file: PolicyFile) -> bytes:
    """Return the bytes of a file.

    Raises:
        FormatError: A text holds NUL, data are too long for the size, or a part is missing before one that is there;
            the offset is that of the entry.
    """
    parts, offset = [_HEADER], len(_HEADER)
    for entry in file.entries:
        part = _entry(entry, offset)
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def at_end(self) -> bool:
        return self._at == len(self._data)

    def entry(self) -> PolicyEntry:
        if not self._take(_OPEN):
            raise self._expected("an entry must begin with '['")
        key = self._text("key")
        if self._ends("key"):
            return PolicyEntry(key=key)
        name = self._text("value name")
        if self._ends("value name"):
            return PolicyEntry(key=key, value_name=name)
        kind = ValueType(self._number("type"))
        if self._ends("type"):
            return PolicyEntry(key=key, value_name=name, type=kind)
        size = self._number("size")
        if self._ends("size"):
            return PolicyEntry(key=key, value_name=name, type=kind, size=size)
        raw = self._bytes(size, "data")
        if not self._take(_CLOSE):
            raise self._expected(f"']' must follow the {size} bytes of data")
        return PolicyEntry(key=key, value_name=name, type=kind, data=raw)

    def _take(self, mark: bytes) -> bool:
        found = self._data.startswith(mark, self._at)
        if found:
            self._at += len(mark)
        return found

    def _ends(self, part: str) -> bool:
        """Go behind the mark that follows a part, and return True if the entry ends with it."""
        if self._take(_NEXT):
            return False
        if self._take(_CLOSE):
            return True
        raise self._expected(f"';' or ']' must follow the {part}")

    def _text(self, part: str) -> str:
        end = self._data.find(_NUL, self._at)
        while end >= 0 and (end - self._at) % 2:  # the high byte of one unit and the low byte of the next
            end = self._data.find(_NUL, end + 1)
        if end < 0:
            rest = len(self._data) - self._at
            raise _wrong(f"the {part} has no NUL at its end, {rest} bytes follow", self._at)
        text = self._data[self._at : end].decode("utf-16-le", "surrogatepass")
        self._at = end + len(_NUL)
        return text

    def _number(self, part: str) -> int:
        (number,) = _NUMBER.unpack(self._bytes(_NUMBER.size, part))
        return int(number)

    def _bytes(self, length: int, part: str) -> bytes:
        rest = len(self._data) - self._at
        if length > rest:
            raise _wrong(f"the {part} must have {length} bytes, {rest} follow", self._at)
        start, self._at = self._at, self._at + length
        return self._data[start : self._at]

    def _expected(self, rule: str) -> FormatError:
        found = self._data[self._at : self._at + 2]
        there = f"here is {found!r}" if found else "the file ends here"
        return _wrong(f"{rule}, {there}", self._at)


def _entry(entry: PolicyEntry, offset: int) -> bytes:
    parts = [_text(entry.key, "key", offset)]
    rest = (entry.value_name, entry.type, entry.size if entry.data is None else entry.data)
    given = [part is not None for part in rest]
    if given != sorted(given, reverse=True) or (entry.data is not None and entry.size is not None):
        raise _wrong(f"an entry cannot have these parts: {entry}", offset)
    if entry.value_name is not None:
        parts.append(_text(entry.value_name, "value name", offset))
    if entry.type is not None:
        parts.append(_number(entry.type, "type", offset))
    if entry.size is not None:
        parts.append(_number(entry.size, "size", offset))
    if entry.data is not None:
        parts += [_number(len(entry.data), "size", offset), entry.data]
    return _OPEN + _NEXT.join(parts) + _CLOSE


def _text(text: str, part: str, offset: int) -> bytes:
    if "\0" in text:
        raise _wrong(f"a {part} cannot hold NUL: {text!r}", offset)
    return text.encode("utf-16-le", "surrogatepass") + _NUL


def _number(number: int, part: str, offset: int) -> bytes:
    if not 0 <= number < 2**32:
        raise _wrong(f"a {part} cannot be {number}", offset)
    return _NUMBER.pack(number)


def _wrong(reason: str, offset: int) -> FormatError:
    return FormatError(what=WHAT, reason=reason, offset=offset)
