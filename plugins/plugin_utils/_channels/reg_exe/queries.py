# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Numbers and plain texts of many keys with one line, by ``reg query``, without a file.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

What it prints is the same in every language but for words that are not needed here, and is in the code page of the
host: texts beyond ASCII come garbled, and belong into an export. It prints the values of the key alone, not of those
below, which for a key such as ``Windows NT\CurrentVersion`` would be megabytes.
"""

from __future__ import annotations

import re
import typing as t

from ..._registry.errors import HostError
from ..._registry.model import RegistryKey, RegistryValue, dword, string
from ..._registry.names import fold
from ..commands.lines import DONE, Answer, existence, proof
from ..words import shown
from .exports import Values
from .lines import REG, upwards
from .verdicts import blind, cut_off, refuse_if_listed

# A variable of the cmd.exe of one line. Unlike %NAME%, "if defined" looks when its turn comes.
_FAILED: t.Final = "RA_Q"

_LINE: t.Final = re.compile(rb"^ {4}(.+?) {4}(REG_[A-Z_]+)(?: {4}(.*?))?\r?$", re.MULTILINE)
_TEXTS: t.Final = (b"REG_SZ", b"REG_EXPAND_SZ")
_NUMBER: t.Final = re.compile("0x[0-9a-fA-F]{1,8}", re.ASCII)


def query(label: str, key: RegistryKey, name: str = "") -> str:
    """Return the step that prints the values of a key, or one of them.

    Args:
        label: The step's label.
        key: The key.
        name: The name of the value, plain; empty for all.
    """
    one = f' /v "{name}"' if name else ""
    path = upwards(key)[0]
    return f'echo RA:{label}.from:{DONE}& {REG} query "HKLM\\{path}"{one} 2>nul& {_ended(label)}'


def export_tree(label: str, key: RegistryKey, file: str) -> str:
    """Return the step that exports a key with everything below it; ``<label>.file`` tells whether a file came about."""
    path = upwards(key)[0]
    return f'{REG} export "HKLM\\{path}" "{file}" /y >nul 2>&1& {_ended(label)}& {existence(f"{label}.file", file)}'


class Parents:
    """The keys above those that are read: where one of those cannot be read, they tell absent from denied.

    They are asked for on the same line, each once, and only if something failed before.

    Args:
        queried: The keys of whole queries, by label; those tell of the keys below them too.
        others: The other keys that are read.
    """

    def __init__(self, queried: t.Mapping[str, RegistryKey], others: t.Iterable[RegistryKey] = ()) -> None:
        self._labels = {upwards(key)[0]: label for label, key in queried.items()}
        above = (path for key in queried.values() for path in upwards(key))
        paths = dict.fromkeys([*above, *(path for key in others for path in upwards(key))])
        own = [path for path in paths if path not in self._labels]
        self._own = {path: f"p{number}" for number, path in enumerate(own)}
        self._labels |= self._own

    def steps(self) -> list[str]:
        """Return the steps; they stand behind those that read."""
        return [
            f'(if defined {_FAILED} {REG} query "HKLM\\{path}" 2>nul)& (if not errorlevel 1 echo RA:{label}:{DONE})'
            for path, label in self._own.items()
        ]

    def is_there(self, answer: Answer, key: RegistryKey, *, doing: str) -> bool:
        """Return whether a key is there of which a step failed.

        Raises:
            AccessDenied: It is there and may not be read.
            HostError: No key above it can be read.
        """
        paths = upwards(key)
        for cut, path in enumerate(paths):
            if path in self._labels and answer.said(self._labels[path]):
                if cut:
                    refuse_if_listed(answer, RegistryKey(path=paths[cut - 1]), doing=doing)
                return not cut
        raise blind(doing)


def printed(answer: Answer, label: str, key: RegistryKey, parents: Parents) -> Values | None:
    """Return the numbers and texts that a step printed, or None where the key is absent.

    Raises:
        AccessDenied: The key may not be read.
        HostError: Whether it is there cannot be told, or what came back cannot be used.
    """
    doing = f"reading {shown(str(key))}"
    text = answer.between(f"{label}.from", label)
    if text is None:
        raise cut_off(doing)
    if answer.said(label):
        return values_in(text, doing=doing)
    return () if parents.is_there(answer, key, doing=doing) else None


def values_in(text: bytes, *, doing: str) -> Values:
    """Return the numbers (REG_DWORD) and texts in what ``reg query`` printed; values of other types are left out.

    Raises:
        HostError: A name comes twice: the text of a value goes over several lines, and nobody can tell what is what.
    """
    found: dict[str, RegistryValue] = {}
    for raw_name, kind, raw_data in _LINE.findall(text):
        name, data = raw_name.decode("ascii", "replace"), raw_data.decode("ascii", "replace")
        if fold(name) in found:
            raise HostError(doing=doing, reason=f"reg.exe shows the value {shown(name)!r} twice")
        if kind in _TEXTS:
            found[fold(name)] = string(name, data)
        elif kind == b"REG_DWORD" and _NUMBER.fullmatch(data):
            found[fold(name)] = dword(name, int(data, 16))
    return tuple(found.values())


def _ended(label: str) -> str:
    return f"{proof(label)}& (if errorlevel 1 set {_FAILED}=1)"
