# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Files of type .reg, as regedit.exe and reg.exe read and write them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

    file     = 1*part                                     several parts: exports joined by ``copy /b``
    part     = [BOM] header *(blank / comment / key)
    header   = "Windows Registry Editor Version 5.00" / "REGEDIT4"
    key      = "[-" path "]" / "[" path "]" *(blank / comment / value)      up to the last "]" of the line
    value    = ("@" / quoted) "=" ("-" / quoted / "dword:" 1*8HEXDIG / "hex" ["(" type ")"] ":" bytes)
    quoted   = DQUOTE text DQUOTE                         with \\ and \" in it; it may hold line ends
    bytes    = [2HEXDIG *("," [continuation] 2HEXDIG)]    continuation: a backslash, the line end, blanks
    comment  = ";" text                                   also behind a value

Version 5.00 is UTF-16LE with a byte order mark. Microsoft describes the form in "How to add, modify, or delete registry
subkeys and values by using a .reg file" (KB 310516); what reg.exe accepts and writes beyond that is shown by Wine's
conformance tests (programs/reg/tests), which pass on Windows too.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._registry.errors import FormatError
from .._registry.model import ValueType

HEADER: t.Final = "Windows Registry Editor Version 5.00"
BOM: t.Final = b"\xff\xfe"

WHAT: t.Final = ".reg file"

# A line of hexadecimal data goes on until it has this many characters, as in exports of Windows and Wine.
_WIDTH: t.Final = 77
# A reader that goes line by line, as Wine's does, would take what follows a line end for something else: in a name
# that somebody planted on the host, for a whole key of his choice.
_NOT_QUOTABLE: t.Final = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, kw_only=True, slots=True)
class SetValue:
    """A value that is set.

    Attributes:
        name: The value name; empty for the default value.
        type: The type number.
        data: The raw bytes, as the registry holds them.
    """

    name: str
    type: ValueType
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteValue:
    """A value that is deleted.

    Attributes:
        name: The value name; empty for the default value.
    """

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    r"""A key, which an import creates where it is absent, with values in the order of the file.

    Attributes:
        path: The whole path, such as ``HKEY_LOCAL_MACHINE\SOFTWARE``.
        entries: What happens to its values.
    """

    path: str
    entries: tuple[SetValue | DeleteValue, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DeleteKey:
    """A key that is deleted with everything below it.

    Attributes:
        path: The whole path.
    """

    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RegFile:
    """What a .reg file says, in its order; a key may come more than once.

    Attributes:
        keys: The sections.
    """

    keys: tuple[Key | DeleteKey, ...] = ()


def encode(content: RegFile) -> bytes:
    """Return a .reg file of version 5.00: UTF-16LE with a byte order mark, lines that end with CR LF.

    Raises:
        FormatError: A path or a value name cannot stand in such a file; the offset counts into that text.
    """
    lines = [HEADER, ""]
    for key in content.keys:
        if isinstance(key, DeleteKey):
            lines += [f"[-{_checked_path(key.path)}]", ""]
        else:
            lines += [f"[{_checked_path(key.path)}]", *map(_entry, key.entries), ""]
    return BOM + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le", "surrogatepass")


def is_quotable(text: str) -> bool:
    """Return True if a text can stand between quotes, as every value name must."""
    return not _NOT_QUOTABLE.search(text)


def _checked_path(path: str) -> str:
    found = _NOT_QUOTABLE.search(path)
    if found or not path or path.startswith("-"):
        raise FormatError(
            what=WHAT, reason=f"the path of a key cannot be {path!r}", offset=found.start() if found else 0
        )
    return path


def _entry(entry: SetValue | DeleteValue) -> str:
    name = _quoted(entry.name) if entry.name else "@"
    if isinstance(entry, DeleteValue):
        return f"{name}=-"
    if entry.type is ValueType.REG_DWORD and len(entry.data) == 4:
        return f"{name}=dword:{int.from_bytes(entry.data, 'little'):08x}"
    text = _plain_text(entry.data) if entry.type is ValueType.REG_SZ else None
    if text is not None:
        return f"{name}={_quoted(text)}"
    kind = "hex" if entry.type is ValueType.REG_BINARY else f"hex({entry.type:x})"
    return _wrapped(f"{name}={kind}:", entry.data)


def _quoted(text: str) -> str:
    found = _NOT_QUOTABLE.search(text)
    if found:
        raise FormatError(what=WHAT, reason=f"a value name cannot be {text!r}", offset=found.start())
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain_text(data: bytes) -> str | None:
    """Return the text that these bytes hold if it can stand between quotes without loss."""
    try:
        text = data.decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    return text[:-1] if text.endswith("\0") and is_quotable(text[:-1]) else None


def _wrapped(start: str, data: bytes) -> str:
    lines, line = [], start
    for number, byte in enumerate(data, start=1):
        line += f"{byte:02x}"
        if number < len(data):
            line += ","
            if len(line) >= _WIDTH:
                lines.append(line + "\\")
                line = "  "
    return "\r\n".join([*lines, line])
