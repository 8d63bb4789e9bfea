# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""An in-memory registry with Windows' rules: names, types, order, denial, error codes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Data = int | str | tuple[str, ...] | bytes

REG_SZ = 1
REG_EXPAND_SZ = 2
REG_BINARY = 3
REG_DWORD = 4
REG_MULTI_SZ = 7
REG_QWORD = 11

# Win32 error codes that the registry functions return.
ERROR_SUCCESS = 0
ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87

MAX_VALUE_NAME = 16383

HIVES: dict[str, int] = {
    "HKCR": 0x80000000,
    "HKCU": 0x80000001,
    "HKLM": 0x80000002,
    "HKU": 0x80000003,
    "HKCC": 0x80000005,
}
HIVE_NAMES: dict[int, str] = {number: name for name, number in HIVES.items()}


class RegistryError(Exception):
    """A registry function failed with a Win32 error code.

    Args:
        code: The Win32 error code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"Win32 error {code}")
        self.code = code


def fold(name: str) -> str:
    """Return the form in which the registry compares a key or value name.

    A character is replaced by its upper case only where that is one character of the Basic
    Multilingual Plane whose lower case is the character again; so U+00DF, U+017F, U+03C2 and the
    Kelvin sign stay as they are. Wine compares every character of the plane in the same way
    (tests/lab_tests/test_wine_store.py).
    """
    return "".join(_fold_character(character) for character in name)


def _fold_character(character: str) -> str:
    upper = character.upper()
    if len(upper) > 1:
        # Greek letters with a subscript iota: their single upper case is what Unicode calls the title case.
        upper = character.title()
    single = len(upper) == 1 and ord(character) < 0x10000 and ord(upper) < 0x10000
    return upper if single and upper.lower() == character else character


def split_path(path: str) -> tuple[str, str]:
    r"""Split ``HKLM\SOFTWARE\X`` into the hive's short name and the path below it.

    Raises:
        ValueError: The hive is none of the predefined ones.
    """
    hive, _separator, below = path.partition("\\")
    short = {"HKEY_LOCAL_MACHINE": "HKLM", "HKEY_USERS": "HKU", "HKEY_CURRENT_CONFIG": "HKCC"}.get(hive.upper())
    short = short or hive.upper()
    if short not in HIVES:
        raise ValueError(f"unknown registry hive in {path!r}; known: {', '.join(HIVES)}")
    return short, below


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """One registry value: its name as first written, raw type number, and data."""

    name: str
    type: int
    data: Data


@dataclass(kw_only=True, slots=True)
class _Key:
    name: str
    subkeys: dict[str, _Key] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()


class Registry:
    """Keys and values of one machine; every public method is atomic.

    Args:
        on_change: Called (inside the lock) after each change.
    """

    def __init__(self, on_change: Callable[[], None] | None = None) -> None:
        self.lock = threading.RLock()
        self.on_change = on_change
        self._hives: dict[str, _Key] = {"HKLM": _Key(name="HKLM")}

    # -- what the provider uses: access is checked, failures are Win32 codes -------------------

    def subkeys(self, hive: str, path: str) -> list[str]:
        """Return the names of the subkeys, sorted as Windows keeps them."""
        with self.lock:
            key = self._open(hive, path, "read")
            return [key.subkeys[name].name for name in sorted(key.subkeys)]

    def values(self, hive: str, path: str) -> list[Value]:
        """Return the values in the order of their creation, the default value (name "") included."""
        with self.lock:
            return list(self._open(hive, path, "read").values.values())

    def value(self, hive: str, path: str, name: str) -> Value | None:
        """Return one value, or None if the key has no such value."""
        with self.lock:
            return self._open(hive, path, "read").values.get(fold(name))

    def write(self, hive: str, path: str, name: str, kind: int, data: Data) -> None:
        """Create or replace a value; an existing one keeps its spelling and its place."""
        with self.lock:
            key = self._open(hive, path, "write")
            if len(name.encode("utf-16-le", "surrogatepass")) // 2 > MAX_VALUE_NAME:
                raise RegistryError(ERROR_INVALID_PARAMETER)
            self._put(key, name, kind, data)
            self._changed()

    def remove_value(self, hive: str, path: str, name: str) -> None:
        """Remove a value; an absent one is an error 2."""
        with self.lock:
            key = self._open(hive, path, "write")
            if key.values.pop(fold(name), None) is None:
                raise RegistryError(ERROR_FILE_NOT_FOUND)
            self._changed()

    def create_key(self, hive: str, path: str) -> None:
        """Create a key with all missing parents; an existing one is left as it is."""
        with self.lock:
            if hive not in self._hives:
                raise RegistryError(ERROR_FILE_NOT_FOUND)
            key, denied, missing = self._walk(hive, path)
            if "write" in denied:
                raise RegistryError(ERROR_ACCESS_DENIED)
            if missing:
                self._grow(key, missing)
                self._changed()

    def remove_key(self, hive: str, path: str) -> None:
        """Remove a key; RegDeleteKey refuses (5) one that has subkeys, and a hive's root."""
        with self.lock:
            key = self._open(hive, path, "write")
            parts = key_names(path)
            if key.subkeys or not parts:
                raise RegistryError(ERROR_ACCESS_DENIED)
            parent, _denied, _missing = self._walk(hive, "\\".join(parts[:-1]))
            del parent.subkeys[fold(parts[-1])]
            self._changed()

    def denied(self, hive: str, path: str) -> frozenset[str]:
        """Return which of "read" and "write" the caller is denied on a key that exists."""
        with self.lock:
            _key, denied, missing = self._walk(hive, path)
            if missing:
                raise RegistryError(ERROR_FILE_NOT_FOUND)
            return denied

    # -- what seeds and tests use: nothing is denied -------------------------------------------

    def put(self, path: str, name: str, kind: int, data: Data) -> None:
        """Write a value of any type, creating its key; no access check."""
        with self.lock:
            self._put(self._ensure(path), name, kind, data)
            self._changed()

    def ensure_key(self, path: str) -> None:
        """Create a key and its parents; no access check."""
        with self.lock:
            self._ensure(path)
            self._changed()

    def find(self, path: str) -> list[Value] | None:
        """Return the values of a key, or None if there is no such key; no access check."""
        with self.lock:
            hive, below = split_path(path)
            if hive not in self._hives:
                return None
            key, _denied, missing = self._walk(hive, below)
            return None if missing else list(key.values.values())

    def take_value(self, path: str, name: str) -> bool:
        """Remove a value if it is there and tell whether it was; no access check."""
        with self.lock:
            hive, below = split_path(path)
            if self.find(path) is None:
                return False
            removed = self._walk(hive, below)[0].values.pop(fold(name), None) is not None
            self._changed()
            return removed

    def take_key(self, path: str) -> bool:
        """Remove a key with everything below it; tell whether it was there. No access check."""
        with self.lock:
            hive, below = split_path(path)
            parts = key_names(below)
            if not parts or self.find(path) is None:
                return False
            parent = self._walk(hive, "\\".join(parts[:-1]))[0]
            del parent.subkeys[fold(parts[-1])]
            self._changed()
            return True

    def deny(self, path: str, rights: frozenset[str]) -> None:
        """Deny "read" and / or "write" on a key and all below it; an empty set lifts the denial."""
        with self.lock:
            self._ensure(path).denied = rights
            self._changed()

    def walk(self) -> Iterator[tuple[str, list[Value], frozenset[str]]]:
        """Yield every key as (path, its values, its own denial), parents first."""
        with self.lock:
            stack = sorted(self._hives.items(), reverse=True)
            found: list[tuple[str, list[Value], frozenset[str]]] = []
            while stack:
                path, key = stack.pop()
                found.append((path, list(key.values.values()), key.denied))
                below = [key.subkeys[name] for name in sorted(key.subkeys, reverse=True)]
                stack.extend((f"{path}\\{subkey.name}", subkey) for subkey in below)
        yield from found

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self._hives = {"HKLM": _Key(name="HKLM")}
            self._changed()

    # -- inside -----------------------------------------------------------------------------

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _walk(self, hive: str, path: str) -> tuple[_Key, frozenset[str], list[str]]:
        """Return the deepest existing key on the path, the denial there, and the names that are missing."""
        if hive not in self._hives:
            raise RegistryError(ERROR_FILE_NOT_FOUND)
        key, parts = self._hives[hive], key_names(path)
        denied = key.denied
        for index, part in enumerate(parts):
            below = key.subkeys.get(fold(part))
            if below is None:
                return key, denied, parts[index:]
            key = below
            denied |= key.denied
        return key, denied, []

    def _open(self, hive: str, path: str, right: str) -> _Key:
        key, denied, missing = self._walk(hive, path)
        if missing:
            raise RegistryError(ERROR_FILE_NOT_FOUND)
        if right in denied:
            raise RegistryError(ERROR_ACCESS_DENIED)
        return key

    def _ensure(self, path: str) -> _Key:
        hive, below = split_path(path)
        self._hives.setdefault(hive, _Key(name=hive))
        key, _denied, missing = self._walk(hive, below)
        return self._grow(key, missing)

    @staticmethod
    def _grow(key: _Key, names: list[str]) -> _Key:
        for name in names:
            below = _Key(name=name)
            key.subkeys[fold(name)] = below
            key = below
        return key

    @staticmethod
    def _put(key: _Key, name: str, kind: int, data: Data) -> None:
        old = key.values.get(fold(name))
        key.values[fold(name)] = Value(name=old.name if old else name, type=kind, data=data)


def key_names(path: str) -> list[str]:
    """Split a path below a hive; one trailing separator is tolerated, an empty name is not."""
    if not path:
        return []
    parts = path.removesuffix("\\").split("\\")
    if "" in parts:
        # "wrong key string" is 6 in the published table of provider codes (confidence: medium).
        raise RegistryError(ERROR_INVALID_HANDLE)
    return parts
