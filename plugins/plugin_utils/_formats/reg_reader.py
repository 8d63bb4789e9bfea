# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of .reg files; their grammar stands in reg_text.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t

from .._registry.errors import FormatError
from .._registry.model import ValueType
from .reg_text import BOM, HEADER, WHAT, DeleteKey, DeleteValue, Key, RegFile, SetValue

_OLD_HEADER: t.Final = "REGEDIT4"

_EOL = r"(?:\r\n|\r|\n)"
_REST = rf"[ \t]*(?:;[^\r\n]*)?(?:{_EOL}|\Z)"
_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_CONTINUATION = rf"\\[ \t]*(?:;[^\r\n]*)?{_EOL}"

_HEADER: t.Final = re.compile(rf"\ufeff?({re.escape(HEADER)}|{_OLD_HEADER})[ \t]*(?:{_EOL}|\Z)")
_NOTHING: t.Final = re.compile(_REST)
# Up to the last bracket of the line: names of keys may hold brackets.
_KEY: t.Final = re.compile(rf"[ \t]*\[(-?)([^\r\n]+)\][ \t]*(?:{_EOL}|\Z)")
_NAME: t.Final = re.compile(rf"[ \t]*(?:@|{_QUOTED})[ \t]*=[ \t]*", re.DOTALL)
_DELETE: t.Final = re.compile(rf"-{_REST}")
_TEXT: t.Final = re.compile(_QUOTED + _REST, re.DOTALL)
_DWORD: t.Final = re.compile(rf"dword:[ \t]*([0-9a-f]{{1,8}}){_REST}", re.IGNORECASE)
_HEX: t.Final = re.compile(rf"hex(?:\(([0-9a-f]{{1,8}})\))?:((?:[0-9a-f, \t]|{_CONTINUATION})*+){_REST}", re.IGNORECASE)
_BETWEEN: t.Final = re.compile(rf"{_CONTINUATION}|[ \t]+")
_ESCAPE: t.Final = re.compile(r"\\(.)", re.DOTALL)
# Windows only writes the first two. Wine writes line ends in texts as \r and \n; in exports of Windows, where every
# backslash is doubled, the two never occur.
_ESCAPED: t.Final = {"\\": "\\", '"': '"', "n": "\n", "r": "\r"}
_ANSI_TEXTS: t.Final = (ValueType.REG_SZ, ValueType.REG_EXPAND_SZ, ValueType.REG_MULTI_SZ)


def decode(data: bytes) -> RegFile:
    """Return what a .reg file says.

    Version 5.00 may come without a byte order mark, as UTF-16LE or as plain ASCII. REGEDIT4 is written in a code page
    that the file does not name: anything in it that is not ASCII is refused rather than guessed.

    Args:
        data: The whole file, or several files one behind the other.

    Raises:
        FormatError: It is no .reg file, or not all of one.
    """
    return _Reader(data).read()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._start = len(BOM) if data.startswith(BOM) else 0
        self._wide = bool(self._start) or data[1:2] == b"\0"
        try:
            self._text = (
                data[self._start :].decode("utf-16-le", "surrogatepass") if self._wide else data.decode("ascii")
            )
        except UnicodeDecodeError as error:
            form = "UTF-16" if self._wide else "ASCII, and no byte order mark says what else it could be"
            offset = self._start + error.start
            raise FormatError(what=WHAT, reason=f"this is not {form}", offset=offset, line=1) from None
        self._at = 0
        self._old = False

    def read(self) -> RegFile:
        if not self._header():
            raise self._wrong(f"the first line must be {HEADER!r}")
        if "\0" in self._text:
            self._at = self._text.index("\0")
            raise self._wrong("a NUL character")
        keys: list[Key | DeleteKey] = []
        while self._at < len(self._text):
            if self._take(_NOTHING) or self._header():
                continue
            keys.append(self._key())
        return RegFile(keys=tuple(keys))

    def _header(self) -> bool:
        found = self._take(_HEADER)
        if found:
            self._old = found[1] == _OLD_HEADER
        return found is not None

    def _key(self) -> Key | DeleteKey:
        found = self._take(_KEY)
        if not found:
            raise self._wrong("a key in brackets is expected")
        if found[1]:
            return DeleteKey(path=found[2])
        entries: list[SetValue | DeleteValue] = []
        while self._at < len(self._text):
            if self._take(_NOTHING):
                continue
            start = self._at
            name = self._take(_NAME)
            if not name:
                break  # a key, a header, or something that is neither
            entries.append(self._entry(self._unescaped(name[1] or "", start)))
        return Key(path=found[2], entries=tuple(entries))

    def _entry(self, name: str) -> SetValue | DeleteValue:
        start = self._at
        if self._take(_DELETE):
            return DeleteValue(name=name)
        if found := self._take(_TEXT):
            text = self._unescaped(found[1], start)
            data = (text + "\0").encode("utf-16-le", "surrogatepass")
            return SetValue(name=name, type=ValueType.REG_SZ, data=data)
        if found := self._take(_DWORD):
            return SetValue(name=name, type=ValueType.REG_DWORD, data=int(found[1], 16).to_bytes(4, "little"))
        if found := self._take(_HEX):
            kind = ValueType(int(found[1], 16)) if found[1] else ValueType.REG_BINARY
            return SetValue(name=name, type=kind, data=self._bytes(found[2], kind, start))
        raise self._wrong("these data break off, or have a form that is not known")

    def _bytes(self, text: str, kind: ValueType, start: int) -> bytes:
        joined = _BETWEEN.sub("", text)
        # Two digits each, as every export has them: one digit is most likely half of a byte.
        if joined and not re.fullmatch("[0-9a-fA-F]{2}(?:,[0-9a-fA-F]{2})*", joined):
            self._at = start
            raise self._wrong("these bytes break off, or are not bytes of two hexadecimal digits each")
        data = bytes.fromhex(joined.replace(",", ""))
        if not self._old or kind not in _ANSI_TEXTS:
            return data
        if not data.isascii():
            self._at = start
            raise self._wrong(f"text in an unknown code page ({_OLD_HEADER})")
        return data.decode("ascii").encode("utf-16-le")

    def _unescaped(self, text: str, start: int) -> str:
        def plain(found: re.Match[str]) -> str:
            if found[1] not in _ESCAPED:
                self._at = start
                raise self._wrong(f"a backslash before {found[1]!r} in a text")
            return _ESCAPED[found[1]]

        return _ESCAPE.sub(plain, text) if "\\" in text else text

    def _take(self, rule: re.Pattern[str]) -> re.Match[str] | None:
        """Return what stands here if it has this form, and go behind it."""
        found = rule.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _wrong(self, reason: str) -> FormatError:
        before = self._text[: self._at]
        offset = self._start + len(before.encode("utf-16-le", "surrogatepass") if self._wide else before)
        line = len(re.findall(_EOL, before)) + 1
        return FormatError(what=WHAT, reason=reason, offset=offset, line=line)
