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
- Only text of this collection and ``temp_dir`` get onto a line. Names and data of values are in files.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..._registry.errors import HostError, InputError, Problem
from ..._registry.model import RegistryKey
from ..words import shown

# Without /reg:64: HKLM\SOFTWARE\Policies and all of HKLM\SYSTEM are one for 32 and 64 bit (Microsoft, "Registry Keys
# Affected by WOW64"), and Wine's reg query does not know the option. The full path, because cmd.exe looks into the
# current folder first.
REG: t.Final = r"%SystemRoot%\System32\reg.exe"

LONGEST: t.Final = 8000
"""cmd.exe takes 8,191 characters; it and sshd put a few of their own around them."""

LONGEST_FOLDER: t.Final = 100
"""The path of a folder stands some thirty times on a line that reads."""

CMD: t.Final = "cmd"
POWERSHELL: t.Final = "powershell"

START: t.Final = "start"
"""The label of the first marker: the line was understood as a whole."""

DONE: t.Final = 0
FAILED: t.Final = 1

_MARKER: t.Final = re.compile(rb"^RA:([a-z0-9.]+):([0-9])\s*$", re.MULTILINE)
_PLAIN_KEY: t.Final = re.compile(r"[A-Za-z0-9 _.\-]+(?:\\[A-Za-z0-9 _.\-]+)+")
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
    whole = "& ".join([f"echo RA:{START}:0", *steps])
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
    return f'del /f /q "{file}" >nul 2>&1 & {_existence(f"{label}.file", file)}'


def join(label: str, files: t.Sequence[str], target: str) -> str:
    """Return the step that copies files one behind the other."""
    sources = "+".join(f'"{file}"' for file in files)
    return f'copy /b /y {sources} "{target}" >nul 2>&1 & {_proof(label)}'


def load(label: str, file: str) -> str:
    """Return the step that imports a file; ``<label>.file`` FAILED tells that there was none."""
    return f'{_existence(f"{label}.file", file)}& {REG} import "{file}" >nul 2>&1 & {_proof(label)}'


def export(label: str, key: RegistryKey, file: str) -> str:
    """Return the step that exports a key with everything below it, and looks for the reason if that fails.

    ``reg`` answers 1 alike when a key is absent, when it may not be read, and when the file cannot be made. So, where
    no file came about (``<label>.file`` FAILED), the key itself and each of its parents are asked for: the label is
    that of the step, a dot, and the number of names cut off. The list of subkeys of the lowest that can be read comes
    with the answer, and tells absent from denied.
    """
    steps = [
        f'{REG} export "HKLM\\{key.path}" "{file}" /y >nul 2>&1 & {_proof(label)}',
        _existence(f"{label}.file", file),
    ]
    for cut, path in enumerate(_upwards(key)):
        steps.append(f'(if not exist "{file}" {REG} query "HKLM\\{path}" 2>nul)& {_proof(f"{label}.{cut}")}')
    return "& ".join(steps)


def ancestor(key: RegistryKey, cut: int) -> RegistryKey:
    """Return the key that is left when this many names are cut off."""
    return RegistryKey(path=_upwards(key)[cut])


def _upwards(key: RegistryKey) -> list[str]:
    if not _PLAIN_KEY.fullmatch(key.path):
        raise HostError(doing=f"reading {shown(str(key))}", reason="this key cannot stand on a command line")
    names = key.path.split("\\")
    return ["\\".join(names[:number]) for number in range(len(names), 0, -1)]


def _existence(label: str, file: str) -> str:
    return f'(if exist "{file}" echo RA:{label}:{DONE})& (if not exist "{file}" echo RA:{label}:{FAILED})'


def _proof(label: str) -> str:
    return f"(if errorlevel 1 echo RA:{label}:{FAILED})& (if not errorlevel 1 echo RA:{label}:{DONE})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back of a line.

    Attributes:
        codes: The code of each label; only labels that came exactly once.
        lines: Every other line of the output, in upper case.
    """

    codes: t.Mapping[str, int]
    lines: frozenset[bytes]

    @classmethod
    def of(cls, output: bytes) -> Answer:
        """Return what stands in the output of a line."""
        found = [(label.decode(), int(code)) for label, code in _MARKER.findall(output)]
        labels = [label for label, dummy in found]
        codes = {label: code for label, code in found if labels.count(label) == 1}
        return cls(codes=codes, lines=frozenset(text.strip().upper() for text in output.splitlines()))

    def lists(self, key: RegistryKey) -> bool:
        """Return True if a list of subkeys in this answer names the key.

        The key's name is ASCII, and code pages of Windows agree on ASCII.
        """
        return f"HKEY_LOCAL_MACHINE\\{key.path}".upper().encode() in self.lines

    def readable(self, label: str, key: RegistryKey) -> int | None:
        """Return how many names had to be cut off until a key could be read, or None if none could."""
        return next((cut for cut, dummy in enumerate(_upwards(key)) if self.codes.get(f"{label}.{cut}") == DONE), None)

    def file_exists(self, label: str) -> bool | None:
        """Return whether the step had its file; None if it did not report."""
        code = self.codes.get(f"{label}.file")
        return None if code is None else code == DONE
