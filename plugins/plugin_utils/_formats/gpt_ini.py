# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Files named gpt.ini: the version of a group policy object, for the local one also the extensions that it needs.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

    [General]
    gPCMachineExtensionNames=[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]
    Version=1

Version is the count of edits, that of the user half in the upper 16 bits and that of the machine half in the lower 16.
An edit counts its own half up; a half that would become 0 becomes 1 (MS-GPOL 2.2.4 and 3.3.4.5). Windows compares it
with the one that it applied last.

Files are read as GetPrivateProfileString reads them: the first section [General] counts and the first line of a name
in it, letter case and blanks around names and values do not matter, ";" begins a comment only at the start of a line.
Numbers are read as GetPrivateProfileInt reads them: what follows the digits is ignored, the result is taken modulo
2**32 (Wine's conformance tests, dlls/kernel32/tests/profile.c, which pass on Windows too). Everything else is kept byte
for byte: it belongs to other programs.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from .._registry.errors import FormatError

WHAT: t.Final = "gpt.ini"

_SECTION: t.Final = "General"
_VERSION: t.Final = "Version"
_MACHINE: t.Final = "gPCMachineExtensionNames"
_USER: t.Final = "gPCUserExtensionNames"

_UTF_8: t.Final = b"\xef\xbb\xbf"
_UTF_16: t.Final = b"\xff\xfe"
_MARKS: t.Final = re.compile(rb"\A(?:\xef\xbb\xbf)*(?:\xff\xfe|\xfe\xff)?")

# Not str.strip() without an argument: some ANSI letters are blanks of Unicode. Ctrl-Z is an end of file of DOS.
_BLANKS: t.Final = " \t\r\n\v\f\x1a"
_END: t.Final = "\r\n"
_NUMBER: t.Final = re.compile(r"[+-]?[0-9]+")
_LINE: t.Final = re.compile(r"[^\n]*\n|[^\n]+")
_WORD: t.Final = re.compile(rf"[^{_BLANKS}]*")
_VALUE: t.Final = re.compile(r"(?:[!-~](?:[ -~]*[!-~])?)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class GptIni:
    """A gpt.ini; edits return another one in which all other lines are the same.

    Attributes:
        lines: Every line with its end; one character is one byte, or one unit of UTF-16.
        mark: The byte order mark, or no bytes; that of UTF-8 as often as it stands there.
    """

    lines: tuple[str, ...] = ()
    mark: bytes = b""

    @property
    def version(self) -> int:
        """The whole version, 0 to 2**32 - 1; 0 if there is none or if it is no number, as Windows takes it."""
        found = _NUMBER.match(self._value(_VERSION))
        return _integer(found[0]) % 2**32 if found else 0

    @property
    def machine_version(self) -> int:
        """The count of edits of the machine half, 0 to 65,535."""
        return self.version & 0xFFFF

    @property
    def user_version(self) -> int:
        """The count of edits of the user half, 0 to 65,535."""
        return self.version >> 16

    @property
    def machine_extensions(self) -> str:
        """The extensions of the machine half as they are spelled (see extension_names); empty if there are none."""
        return self._value(_MACHINE)

    @property
    def user_extensions(self) -> str:
        """The extensions of the user half as they are spelled; empty if there are none."""
        return self._value(_USER)

    def with_machine_version_bumped(self) -> GptIni:
        """Return this file after one more edit of the machine half."""
        machine = (self.machine_version + 1) & 0xFFFF or 1
        number = str(self.user_version << 16 | machine)
        at = self._line_of(_VERSION)
        if at is None:
            return self._with_line(f"{_VERSION}={number}", before=None)
        old = self._value(_VERSION, quoted=True)
        # What stands behind the number is no part of it for Windows.
        return self._with_lines(at, _replaced(self.lines[at], number + _WORD.sub("", old, count=1)))

    def with_machine_extensions(self, text: str) -> GptIni:
        """Return this file with other extensions of the machine half; the same file if they are the same.

        Args:
            text: The whole list; empty for none.

        Raises:
            FormatError: The text cannot stand in one line, or is not plain ASCII.
        """
        if not _VALUE.fullmatch(text):
            raise FormatError(what=WHAT, reason=f"{_MACHINE} cannot be {text!r}", offset=0)
        if text == self.machine_extensions:
            return self
        at = self._line_of(_MACHINE)
        if at is None:
            # Where gpedit.msc writes it.
            return self._with_line(f"{_MACHINE}={text}", before=self._line_of(_VERSION))
        return self._with_lines(at, _replaced(self.lines[at], text))

    def encode(self) -> bytes:
        """Return the bytes of the file; without an edit, those that were read."""
        return self.mark + "".join(self.lines).encode(_codec(self.mark), "surrogatepass")

    def _value(self, name: str, *, quoted: bool = False) -> str:
        """Return the value of a name in [General], with quotes around it only if they are wanted."""
        at = self._line_of(name)
        if at is None:
            return ""
        value = self.lines[at].partition("=")[2].strip(_BLANKS)
        has_quotes = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        return value[1:-1] if has_quotes and not quoted else value

    def _header(self) -> int | None:
        return next((at for at, line in enumerate(self.lines) if _is_general(line)), None)

    def _inside(self) -> range:
        """Return where the lines of [General] stand."""
        header = self._header()
        if header is None:
            return range(0)
        below = range(header + 1, len(self.lines))
        return range(below.start, next((at for at in below if _section(self.lines[at]) is not None), below.stop))

    def _line_of(self, name: str) -> int | None:
        return next((at for at in self._inside() if (_name(self.lines[at]) or "").lower() == name.lower()), None)

    def _with_line(self, text: str, *, before: int | None) -> GptIni:
        """Return this file with one line more: before another one, or at the end of the section."""
        end = "\n" if self.lines and self.lines[0].endswith("\n") and not self.lines[0].endswith(_END) else _END
        line = text + end
        if before is not None:
            return self._with_lines(before, line, self.lines[before])
        header = self._header()
        if header is None:
            return self._with_lines(len(self.lines), f"[{_SECTION}]{end}", line)
        last = max((at for at in self._inside() if self.lines[at].strip(_BLANKS)), default=header)
        return self._with_lines(last, self.lines[last], line)

    def _with_lines(self, at: int, *new: str) -> GptIni:
        """Return this file with new lines instead of the one at an index."""
        lines = [*self.lines[:at], *new, *self.lines[at + 1 :]]
        ended = [line if line.endswith("\n") else line + _END for line in lines[:-1]]
        # Windows does not know the mark of UTF-8 and sees no section in the line that begins with it.
        return replace(self, lines=(*ended, lines[-1]), mark=self.mark if self.mark == _UTF_16 else b"")


def parse(data: bytes | None) -> GptIni:
    """Return what a file holds.

    Args:
        data: The whole file; None if there is none, which is the same as an empty one.

    Raises:
        FormatError: This is nothing that Windows would read as such a file, so that an edit would only spoil it.
    """
    data = data or b""
    mark = data[: len(data) - len(_MARKS.sub(b"", data))]
    if mark != _UTF_16 and mark.strip(_UTF_8):
        reason = f"the byte order marks {mark.hex(' ')}: with these, Windows does not read the file as text"
        raise FormatError(what=WHAT, reason=reason, offset=0)
    if mark == _UTF_16 and len(data) % 2:
        raise FormatError(what=WHAT, reason=f"{len(data)} bytes of UTF-16 end in half a unit", offset=len(data) - 1)
    text = data[len(mark) :].decode(_codec(mark), "surrogatepass")
    ini = GptIni(lines=tuple(_LINE.findall(text)), mark=mark)
    if text.strip(_BLANKS) and not any(_is_general(line) for line in ini.lines):
        _check(ini, text)
    return ini


def _check(ini: GptIni, text: str) -> None:
    """Refuse a file without the section that matters if it does not even look like such a file."""
    if "\0" in text:  # UTF-16 without a mark, or what a disk left of a file
        offset = len(ini.mark) + text.index("\0") * (2 if ini.mark == _UTF_16 else 1)
        raise FormatError(what=WHAT, reason=f"a NUL character and no [{_SECTION}]", offset=offset)
    if not any(_is_of_an_ini(line) for line in ini.lines):
        reason = f"no line of these {len(text)} characters is a section, a name with a value, or a comment"
        raise FormatError(what=WHAT, reason=reason, offset=len(ini.mark), line=1)


def _is_general(line: str) -> bool:
    return (_section(line) or "").lower() == _SECTION.lower()


def _is_of_an_ini(line: str) -> bool:
    return _section(line) is not None or _name(line) is not None or line.strip(_BLANKS).startswith(";")


def _section(line: str) -> str | None:
    """Return the name if this line begins a section."""
    text = line.strip(_BLANKS)
    return text[1 : text.index("]")] if text.startswith("[") and "]" in text else None


def _name(line: str) -> str | None:
    """Return the name if this line gives something a value."""
    name, sign, _value = line.partition("=")
    name = name.strip(_BLANKS)
    return name if sign and name and not name.startswith(";") else None


def _replaced(line: str, value: str) -> str:
    """Return a line with another value; blanks around it and the end of the line stay."""
    name, sign, rest = line.partition("=")
    old = rest.strip(_BLANKS)
    start = rest.index(old)
    return name + sign + rest[:start] + value + rest[start + len(old) :]


def _integer(digits: str) -> int:
    """Return a number of any length; Python refuses to read very long ones in one piece."""
    # Only the value modulo 2**32 matters, and 10**32 is a multiple of 2**32.
    number = int(digits.lstrip("+-")[-32:])
    return -number if digits.startswith("-") else number


def _codec(mark: bytes) -> str:
    return "utf-16-le" if mark == _UTF_16 else "latin-1"
