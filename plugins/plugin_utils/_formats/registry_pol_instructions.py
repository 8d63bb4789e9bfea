# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What the entries of a Registry.pol do, one after the other.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

    name of the value            data          what Windows does with the entry
    **del.<name>                 " "           deletes the value <name>
    **delvals.                   " "           deletes every value of the key
    **DeleteValues               "a;b"         deletes these values of the key
    **DeleteKeys                 "s;t"         deletes these keys below the key, with everything below them
    **SecureKey                  1 or 0        changes who may write the key; touches no value
    **soft.<name>                any           sets the value <name> if the key has none of this name
    another that begins with **  any           not described anywhere: nothing is said about any value
    missing or empty             any           creates the key
    any other                    any           sets the value; missing type or data only create the key

The names of instructions are compared without regard to case, and the data of the first two are not looked at: Samba
and LGPO.exe write them in other ways than the specification. Instructions run in the order of the file and the last one
wins (MS-GPREG 2.2.1 and 3.2.5.1.2; for entries that only create a key, and for ``**DelVals`` without a full stop,
"Registry Policy File Format", Windows SDK).
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field
from types import MappingProxyType

from .._registry.errors import FormatError
from .._registry.model import RegistryKey, RegistryValue, ValueType
from .._registry.names import fold
from .registry_data import from_raw, to_raw
from .registry_pol import WHAT, PolicyEntry, PolicyFile

LONGEST_NAME: t.Final = 259
"""Characters (UTF-16 units) in the name of a value, that of an instruction included (MS-GPREG 2.2.1)."""
LONGEST_DATA: t.Final = 65535
"""Bytes of data in one entry (MS-GPREG 2.2.1)."""

_MARK: t.Final = "**"
_DEL: t.Final = "**del."
_SOFT: t.Final = "**soft."
_DELVALS: t.Final = "**delvals."
# What Windows' own tools write as data of an instruction that takes none.
_NO_DATA: t.Final = " \0".encode("utf-16-le")


class Directive(enum.Enum):
    """What one entry does."""

    SET = enum.auto()
    SOFT = enum.auto()
    DELETE_VALUE = enum.auto()
    DELETE_VALUES = enum.auto()
    DELETE_ALL_VALUES = enum.auto()
    DELETE_KEYS = enum.auto()
    SECURE_KEY = enum.auto()
    KEY_ONLY = enum.auto()
    UNKNOWN = enum.auto()


# Nothing or blanks may stand behind these names; they are the ones without an argument in the name itself.
_WHOLE: t.Final = {
    "**DELVALS": Directive.DELETE_ALL_VALUES,
    "**DELVALS.": Directive.DELETE_ALL_VALUES,
    "**DELETEVALUES": Directive.DELETE_VALUES,
    "**DELETEKEYS": Directive.DELETE_KEYS,
    "**SECUREKEY": Directive.SECURE_KEY,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Instruction:
    """What an entry does, and to which names.

    Attributes:
        kind: What it does.
        names: The values, for DELETE_KEYS the keys below the entry's key, that it is about; as the entry spells them.
    """

    kind: Directive
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SetTo:
    """The file sets a value.

    Attributes:
        value: The value; data that do not fit their type are bytes.
        soft: True if it is only set on hosts that have no value of this name yet.
    """

    value: RegistryValue
    soft: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Deleted:
    """The file deletes a value."""


DELETED: t.Final = Deleted()
Effect = SetTo | Deleted


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyEffect:
    """What a whole file leaves behind in one key.

    Attributes:
        by_name: By folded name, what happens to the values that are named after the last wipe.
        wiped: True if every other value of the key is deleted.
    """

    by_name: t.Mapping[str, Effect] = field(default_factory=lambda: MappingProxyType({}))
    wiped: bool = False

    def of(self, name: str) -> Effect | None:
        """Return what happens to a value of this name in any letter case; None if the file says nothing about it."""
        return self.by_name.get(fold(name), DELETED if self.wiped else None)


def instruction(entry: PolicyEntry) -> Instruction:
    """Return what an entry does."""
    name = entry.value_name or ""
    if not name.startswith(_MARK):
        does_set = bool(name and entry.type and entry.data)
        return Instruction(kind=Directive.SET, names=(name,)) if does_set else Instruction(kind=Directive.KEY_ONLY)
    folded = fold(name)
    if folded.startswith(fold(_DEL)):
        return Instruction(kind=Directive.DELETE_VALUE, names=(name[len(_DEL) :],))
    if folded.startswith(fold(_SOFT)):
        does_set = bool(entry.type and entry.data)
        names = (name[len(_SOFT) :],)
        return Instruction(kind=Directive.SOFT, names=names) if does_set else Instruction(kind=Directive.KEY_ONLY)
    kind = _WHOLE.get(folded.rstrip(" "), Directive.UNKNOWN)
    takes_names = kind in (Directive.DELETE_VALUES, Directive.DELETE_KEYS)
    return Instruction(kind=kind, names=_listed(entry.data or b"") if takes_names else ())


def effect(file: PolicyFile, key: RegistryKey) -> KeyEffect:
    """Return what processing a file in its order leaves for one key.

    The state of the host is not known: a soft value that the file itself has neither set nor deleted before is marked,
    for a host that has the value keeps its own. A key is wiped by ``**delvals.`` and by ``**DeleteKeys`` on any key
    above it.

    Args:
        file: The whole file.
        key: The key; letter case does not matter.
    """
    state = _State(fold(key.path))
    for entry in file.entries:
        state.process(entry)
    return KeyEffect(by_name=MappingProxyType(state.values), wiped=state.wiped)


class _State:
    def __init__(self, path: str) -> None:
        self._path = path
        self.values: dict[str, Effect] = {}
        self.wiped = False

    def process(self, entry: PolicyEntry) -> None:
        path = fold(entry.key)
        if path == self._path:
            self._process_here(entry)
        elif self._path.startswith(path + "\\"):
            done = instruction(entry)
            if done.kind is Directive.DELETE_KEYS and any(self._is_at_or_below(path, name) for name in done.names):
                self._wipe()

    def _is_at_or_below(self, path: str, name: str) -> bool:
        return (self._path + "\\").startswith(f"{path}\\{fold(name)}\\")

    def _process_here(self, entry: PolicyEntry) -> None:
        done = instruction(entry)
        if done.kind is Directive.DELETE_ALL_VALUES:
            self._wipe()
        elif done.kind in (Directive.DELETE_VALUE, Directive.DELETE_VALUES):
            self.values.update(dict.fromkeys(map(fold, done.names), DELETED))
        elif done.kind in (Directive.SET, Directive.SOFT) and entry.type is not None and entry.data is not None:
            (name,) = done.names
            self._set(from_raw(name, entry.type, entry.data), soft=done.kind is Directive.SOFT)

    def _wipe(self) -> None:
        self.values.clear()
        self.wiped = True

    def _set(self, value: RegistryValue, *, soft: bool) -> None:
        before = self.values.get(fold(value.name), DELETED if self.wiped else None)
        if soft and isinstance(before, SetTo):
            return
        self.values[fold(value.name)] = SetTo(value=value, soft=soft and before is None)


def set_value(key: RegistryKey, value: RegistryValue) -> PolicyEntry:
    """Return the entry that sets a value.

    Raises:
        FormatError: No entry can do that: the value is the default value, its name would be read as an instruction, a
            text is too long or holds NUL, or the data are empty, too long, or do not fit the type.
    """
    try:
        raw = to_raw(value)
    except ValueError as error:
        raise _wrong(f"{value.name!r}: {error}") from None
    if value.name.startswith(_MARK):
        raise _wrong(f"a value cannot be named {value.name!r}: that is an instruction")
    if not value.name or not value.type or not raw:
        raise _wrong(f"{value.name!r} without a name, a type or data only creates the key")
    return _checked(PolicyEntry(key=key.path, value_name=value.name, type=value.type, data=raw))


def delete_value(key: RegistryKey, name: str) -> PolicyEntry:
    """Return the entry that deletes a value.

    Raises:
        FormatError: The name is empty, too long or holds NUL.
    """
    if not name:
        raise _wrong("the default value has no name by which it could be deleted")
    return _checked(PolicyEntry(key=key.path, value_name=_DEL + name, type=ValueType.REG_SZ, data=_NO_DATA))


def delete_all_values(key: RegistryKey) -> PolicyEntry:
    """Return the entry that deletes every value of a key.

    Raises:
        FormatError: The key is empty or holds NUL.
    """
    return _checked(PolicyEntry(key=key.path, value_name=_DELVALS, type=ValueType.REG_SZ, data=_NO_DATA))


def _checked(entry: PolicyEntry) -> PolicyEntry:
    name, data = entry.value_name or "", entry.data or b""
    if not entry.key or "\0" in entry.key + name:
        raise _wrong(f"a key cannot be {entry.key!r}, nor a value name {name!r}")
    units = len(name.encode("utf-16-le", "surrogatepass")) // 2
    if units > LONGEST_NAME:
        raise _wrong(f"a value name can have {LONGEST_NAME} characters, {name!r} has {units}")
    if len(data) > LONGEST_DATA:
        raise _wrong(f"{name!r} can hold {LONGEST_DATA} bytes, these data have {len(data)}")
    return entry


def _listed(data: bytes) -> tuple[str, ...]:
    """Return the names in the data of an instruction; they end with the first NUL."""
    text = data[: len(data) & ~1].decode("utf-16-le", "surrogatepass").partition("\0")[0]
    return tuple(name for name in text.split(";") if name)


def _wrong(reason: str) -> FormatError:
    return FormatError(what=WHAT, reason=reason, offset=0)
