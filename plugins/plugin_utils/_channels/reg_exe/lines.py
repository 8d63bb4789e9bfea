# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The steps of a line that are about reg.exe, and what its answer says about keys.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Names and data of values never get onto a line: they are in files.
"""

from __future__ import annotations

import re
import typing as t

from ..._registry.errors import HostError
from ..._registry.model import RegistryKey
from ..commands.lines import DONE, Answer, existence, proof
from ..words import shown

# Without /reg:64: HKLM\SOFTWARE\Policies and all of HKLM\SYSTEM are one for 32 and 64 bit (Microsoft, "Registry Keys
# Affected by WOW64"), and Wine's reg query does not know the option. The full path, because cmd.exe looks into the
# current folder first.
REG: t.Final = r"%SystemRoot%\System32\reg.exe"

_PLAIN_KEY: t.Final = re.compile(r"[A-Za-z0-9 _.{}\-]+(?:\\[A-Za-z0-9 _.{}\-]+)+")


def load(label: str, file: str) -> str:
    """Return the step that imports a file; ``<label>.file`` FAILED tells that there was none."""
    return f'{existence(f"{label}.file", file)}& {REG} import "{file}" >nul 2>&1 & {proof(label)}'


def export(label: str, key: RegistryKey, file: str) -> str:
    """Return the step that exports a key with everything below it, and looks for the reason if that fails.

    ``reg`` answers 1 alike when a key is absent, when it may not be read, and when the file cannot be made. So, where
    no file came about (``<label>.file`` FAILED), the key itself and each of its parents are asked for: the label is
    that of the step, a dot, and the number of names cut off. The list of subkeys of the lowest that can be read comes
    with the answer, and tells absent from denied.
    """
    steps = [
        f'{REG} export "HKLM\\{key.path}" "{file}" /y >nul 2>&1 & {proof(label)}',
        existence(f"{label}.file", file),
    ]
    for cut, path in enumerate(upwards(key)):
        steps.append(f'(if not exist "{file}" {REG} query "HKLM\\{path}" 2>nul)& {proof(f"{label}.{cut}")}')
    return "& ".join(steps)


def ancestor(key: RegistryKey, cut: int) -> RegistryKey:
    """Return the key that is left when this many names are cut off."""
    return RegistryKey(path=upwards(key)[cut])


def upwards(key: RegistryKey) -> list[str]:
    """Return the path of a key, and those of its parents, the root's last.

    Raises:
        HostError: It holds a character that does not belong onto a line.
    """
    if not _PLAIN_KEY.fullmatch(key.path):
        raise HostError(doing=f"reading {shown(str(key))}", reason="this key cannot stand on a command line")
    names = key.path.split("\\")
    return ["\\".join(names[:number]) for number in range(len(names), 0, -1)]


def lists(answer: Answer, key: RegistryKey) -> bool:
    """Return True if a list of subkeys in an answer names the key.

    The key's name is ASCII, and code pages of Windows agree on ASCII.
    """
    return f"HKEY_LOCAL_MACHINE\\{key.path}".upper().encode() in answer.lines


def readable(answer: Answer, label: str, key: RegistryKey) -> int | None:
    """Return how many names had to be cut off until a key could be read, or None if none could."""
    return next((cut for cut, dummy in enumerate(upwards(key)) if answer.codes.get(f"{label}.{cut}") == DONE), None)
