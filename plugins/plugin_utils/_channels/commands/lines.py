# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Lines for cmd.exe, and what comes back of them: markers.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

A line is a row of steps joined by ``&``. Each step proves itself by a marker, ``RA:<label>:<code>``; nothing is decided
by messages, which are localized, nor by the exit code of the line, which is that of its last command only.

- Never ``&&`` or ``||``: Wine runs both sides (measured with Wine 8).
- Every ``if`` stands in parentheses of its own, or what follows behind an ``&`` would belong to it.
- No ``else``, no ``if`` inside another one, no pipe: from the second ``else`` of a line on, Wine runs both sides.
- Only text of this collection and ``temp_dir`` get onto a line. Data of users and of hosts are in files.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..._registry.errors import HostError, InputError, Problem
from ..words import shown

LONGEST: t.Final = 8000
"""cmd.exe takes 8,191 characters; it and sshd put a few of their own around them."""

LONGEST_FOLDER: t.Final = 100
"""The path of a folder stands some thirty times on a line that reads."""

JOINT: t.Final = "& "

CMD: t.Final = "cmd"
POWERSHELL: t.Final = "powershell"

START: t.Final = "start"
"""The label of the first marker: the line was understood as a whole."""

DONE: t.Final = 0
FAILED: t.Final = 1

_MARKER: t.Final = re.compile(rb"^RA:([a-z0-9.]+):([0-9])\s*$", re.MULTILINE)
_TEXT: t.Final = re.compile(rb"^RA:([a-z0-9.]+)=([^\r\n]*)", re.MULTILINE)
_FOLDER: t.Final = re.compile(r"""[A-Za-z]:(?:\\[^\\/:*?"<>|%!^&\x00-\x1f]+)+""")
# PowerShell ends a text in single quotes at each of these (about_Quoting_Rules; CharTraits.IsSingleQuote).
_SINGLE_QUOTES: t.Final = re.compile("(['\u2018\u2019\u201a\u201b])")


def folder(temp_dir: str) -> str:
    """Return ``temp_dir`` with backslashes and without one at the end.

    Raises:
        InputError: It is no absolute path on a drive, or holds a character to which cmd.exe gives a meaning.
    """
    path = temp_dir.replace("/", "\\").rstrip("\\")
    if _FOLDER.fullmatch(path) and len(path) <= LONGEST_FOLDER:
        return path
    expected = (
        f"expected a folder on a drive, such as C:\\Windows\\Temp, of at most {LONGEST_FOLDER} characters and without "
        'any of " % ! ^ & * ? < > |'
    )
    raise InputError([Problem(path="temp_dir", value=repr(shown(temp_dir, longest=80)), expected=expected)])


def line(*steps: str) -> str:
    """Return one line of these steps, with the first marker in front."""
    whole = JOINT.join([f"echo RA:{START}:0", *steps])
    if len(whole) > LONGEST:
        raise HostError(
            doing="preparing a command", reason=f"a line of {len(whole)} characters is too long for cmd.exe"
        )
    return whole


def wrapped(whole: str, shell: str) -> str:
    """Return a line as the login shell of the host must get it.

    PowerShell gets it as one argument in single quotes, and hands that to cmd.exe in double quotes without touching
    those inside: cmd.exe drops the outermost two.

    Args:
        whole: The line.
        shell: CMD or POWERSHELL.
    """
    if shell == CMD:
        return whole
    doubled = _SINGLE_QUOTES.sub(r"\1\1", whole)
    return f"cmd /c '{doubled}'"


def delete(label: str, file: str) -> str:
    """Return the step that removes a file of ours; ``<label>.file`` DONE tells that it is still there."""
    return f'del /f /q "{file}" >nul 2>&1 & {existence(f"{label}.file", file)}'


def join(label: str, files: t.Sequence[str], target: str) -> str:
    """Return the step that copies files one behind the other; of one file it is a plain copy."""
    sources = "+".join(f'"{file}"' for file in files)
    return f'copy /b /y {sources} "{target}" >nul 2>&1 & {proof(label)}'


def tell(label: str, variable: str) -> str:
    """Return the step that tells what is in a variable of the host; cmd.exe leaves one that is not set as it is."""
    return f"echo RA:{label}=%{variable}%"


def existence(label: str, file: str) -> str:
    """Return the step that tells whether there is a file or folder: DONE or FAILED.

    FAILED is also said of what lies in a folder that may not be listed.
    """
    return f'(if exist "{file}" echo RA:{label}:{DONE})& (if not exist "{file}" echo RA:{label}:{FAILED})'


def proof(label: str) -> str:
    """Return the step that tells whether the command before it succeeded."""
    return f"(if errorlevel 1 echo RA:{label}:{FAILED})& (if not errorlevel 1 echo RA:{label}:{DONE})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back of a line.

    Attributes:
        codes: The code of each label; only labels that came exactly once.
        texts: What ``tell`` told, by label, in the code page of the host; only labels that came exactly once.
        lines: Every other line of the output, in upper case.
        exit_code: That of the last command.
        output: All of the output.
    """

    codes: t.Mapping[str, int]
    texts: t.Mapping[str, bytes]
    lines: frozenset[bytes]
    exit_code: int
    output: bytes = b""

    @classmethod
    def of(cls, output: bytes, exit_code: int = 0) -> Answer:
        """Return what stands in the output of a line."""
        return cls(
            codes={label: int(code) for label, code in _single(_MARKER.findall(output))},
            texts={label: text.strip() for label, text in _single(_TEXT.findall(output))},
            lines=frozenset(text.strip().upper() for text in output.splitlines()),
            exit_code=exit_code,
            output=output,
        )

    def said(self, label: str) -> bool | None:
        """Return whether a step says DONE; None if it did not report."""
        code = self.codes.get(label)
        return None if code is None else code == DONE

    def between(self, first: str, last: str) -> bytes | None:
        """Return what was printed between two markers; None if they did not both report once, in this order."""
        if first not in self.codes or last not in self.codes:
            return None
        marker = rb"^RA:%b:[0-9][ \t\r]*$\n?"
        places = (re.search(marker % label.encode(), self.output, re.MULTILINE) for label in (first, last))
        before, after = places
        if not before or not after or before.end() > after.start():
            return None
        return self.output[before.end() : after.start()]

    def file_exists(self, label: str) -> bool | None:
        """Return whether the step had its file; None if it did not report."""
        return self.said(f"{label}.file")


def _single(found: t.Sequence[tuple[bytes, bytes]]) -> t.Iterator[tuple[str, bytes]]:
    labels = [label for label, dummy in found]
    yield from ((label.decode(), value) for label, value in found if labels.count(label) == 1)
