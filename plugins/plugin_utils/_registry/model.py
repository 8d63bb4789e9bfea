# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry keys and values as plain data.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field
from types import MappingProxyType

from .names import fold


class ValueType(enum.IntEnum):
    """Type numbers of registry values (winnt.h); numbers that are not named here are kept."""

    REG_NONE = 0
    REG_SZ = 1
    REG_EXPAND_SZ = 2
    REG_BINARY = 3
    REG_DWORD = 4
    REG_MULTI_SZ = 7
    REG_QWORD = 11

    @classmethod
    def _missing_(cls, value: object) -> ValueType | None:
        if not isinstance(value, int) or not 0 <= value < 2**32:
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = f"REG_TYPE_{value}"
        unknown._value_ = value
        return unknown


class Special:
    """Stands in the place of data that are none; compared by identity."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


UNREADABLE: t.Final = Special("UNREADABLE")
"""Data that are there and that the channel cannot return without loss."""

TO_DELETE: t.Final = Special("TO_DELETE")
"""In a policy file: no data, but the instruction to delete the value."""

IF_ABSENT: t.Final = Special("IF_ABSENT")
"""In a policy file: data that are only set on hosts which have no value of this name."""

Data = int | str | bytes | tuple[str, ...] | Special


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryKey:
    """A key below HKEY_LOCAL_MACHINE.

    Attributes:
        path: The path below the root, without a leading backslash.
    """

    path: str

    def __str__(self) -> str:
        return f"HKLM\\{self.path}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryValue:
    """One value: its name as stored, its type, its data.

    Attributes:
        name: The name; empty for the default value.
        type: The type number.
        data: int for REG_DWORD and REG_QWORD (unsigned), str for REG_SZ and REG_EXPAND_SZ, bytes for REG_BINARY,
            a tuple of str for REG_MULTI_SZ, UNREADABLE where the channel cannot return it, TO_DELETE or IF_ABSENT in
            a policy file.
    """

    name: str
    type: ValueType
    data: Data


def dword(name: str, number: int) -> RegistryValue:
    """Return a REG_DWORD value; ``number`` is 0 to 2**32 - 1."""
    return RegistryValue(name=name, type=ValueType.REG_DWORD, data=number)


def string(name: str, text: str) -> RegistryValue:
    """Return a REG_SZ value."""
    return RegistryValue(name=name, type=ValueType.REG_SZ, data=text)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyState:
    """The values of one key that were asked for and are there, by folded name."""

    by_name: t.Mapping[str, RegistryValue] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, *found: RegistryValue) -> KeyState:
        """Return the state that holds exactly these values."""
        return cls(by_name=MappingProxyType({fold(value.name): value for value in found}))

    def get(self, name: str) -> RegistryValue | None:
        """Return the value of this name in any letter case, or None."""
        return self.by_name.get(fold(name))

    def replaced(self, name: str, value: RegistryValue | None) -> KeyState:
        """Return this state with one value set, or removed for None; an existing name keeps its letter case."""
        others = dict(self.by_name)
        existing = others.pop(fold(name), None)
        if value is not None:
            kept = existing.name if existing else value.name
            others[fold(name)] = RegistryValue(name=kept, type=value.type, data=value.data)
        return KeyState(by_name=MappingProxyType(others))


Observed = t.Mapping[RegistryKey, KeyState]
"""What was read: only the keys that were asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRead:
    """What is wanted of one key.

    Attributes:
        key: The key; its absence is a legal answer (no values).
        names: The value names that matter, or None for every value of the key, the default value included.
    """

    key: RegistryKey
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """One value to set, or to delete.

    Attributes:
        key: The key; it is created, with its parents, where a value is set in a key that is absent.
        name: The value name; empty for the default value.
        value: The value to set, or None to delete; deleting what is absent is a success.
    """

    key: RegistryKey
    name: str
    value: RegistryValue | None
