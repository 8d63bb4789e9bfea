# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Between the registry port's words and .reg files: what an export shows, what an import shall do.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from types import MappingProxyType

from ..._formats.reg_reader import decode
from ..._formats.reg_text import HEADER, DeleteValue, Key, RegFile, SetValue, encode, is_quotable
from ..._formats.registry_data import from_raw, to_raw
from ..._registry.errors import FormatError, HostError
from ..._registry.model import KeyState, RegistryKey, RegistryValue, Write
from ..._registry.names import fold
from ..words import shown

ROOT: t.Final = "HKEY_LOCAL_MACHINE\\"

# Every export of Windows and Wine ends with an empty line (Wine's conformance tests, programs/reg/tests/export.c).
_END: t.Final = "\r\n\r\n"

Values = tuple[RegistryValue, ...]


def values_in(content: bytes, exported: t.Iterable[RegistryKey], *, doing: str) -> t.Mapping[str, Values]:
    """Return the values of every key that an export holds, by folded path below HKEY_LOCAL_MACHINE.

    Args:
        content: One export, or several one behind the other.
        exported: The keys that were to be exported.
        doing: What is being done, for errors.

    Raises:
        HostError: It is no export, or not all of it.
    """
    try:
        keys = decode(content).keys
    except FormatError as error:
        raise _unusable(doing, str(error)) from None
    # A disk that fills up can cut an export off between two lines, and the rest would look absent.
    before, *parts = content.decode("utf-16-le", "surrogatepass").split("\ufeff" + HEADER)
    if before or not all(part.endswith(_END) for part in parts):
        raise _unusable(doing, "it has no end" if parts else "it is not UTF-16")
    found: dict[str, list[RegistryValue]] = {}
    for key in keys:
        if isinstance(key, Key) and key.path.upper().startswith(ROOT):
            values = [from_raw(one.name, one.type, one.data) for one in key.entries if isinstance(one, SetValue)]
            found.setdefault(fold(key.path[len(ROOT) :]), []).extend(values)
    for wanted in exported:
        if fold(wanted.path) not in found:
            raise _unusable(doing, f"it does not hold {shown(str(wanted))}")
    return MappingProxyType({path: tuple(values) for path, values in found.items()})


def state(values: Values, names: t.Collection[str] | None, *, doing: str) -> KeyState:
    """Return the values that were asked for, by name.

    Args:
        values: All values of a key.
        names: Folded names, or None for every value.
        doing: What is being done, for errors.
    """
    wanted = [value for value in values if names is None or fold(value.name) in names]
    if len({fold(value.name) for value in wanted}) != len(wanted):
        # Keeping one of them would hide the other, perhaps a helper who then stays.
        raise HostError(
            doing=doing,
            reason="the key holds value names that cannot be told apart regardless of letter case",
            advice="Delete or rename one of them on the host",
        )
    return KeyState.of(*wanted)


def objection(write: Write) -> str:
    """Return why a .reg file cannot carry this write, or an empty text."""
    if not is_quotable(write.name):
        return "a .reg file cannot carry a value name with a line end in it"
    if write.value is not None:
        try:
            to_raw(write.value)
        except ValueError as error:
            return str(error)
    return ""


def file_of(writes: t.Iterable[Write]) -> bytes:
    """Return the .reg file that makes these writes in this order."""
    keys: list[Key] = []
    for write in writes:
        path = ROOT + write.key.path
        entry: SetValue | DeleteValue = DeleteValue(name=write.name)
        if write.value is not None:
            entry = SetValue(name=write.name, type=write.value.type, data=to_raw(write.value))
        before: tuple[SetValue | DeleteValue, ...] = ()
        if keys and keys[-1].path == path:
            before = keys.pop().entries
        keys.append(Key(path=path, entries=(*before, entry)))
    return encode(RegFile(keys=tuple(keys)))


def _unusable(doing: str, reason: str) -> HostError:
    return HostError(
        doing=doing,
        reason=f"what reg.exe exported cannot be used ({reason})",
        advice="Look whether there is room on the disk of temp_dir",
    )
