# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Wine's registry as the store of a host.

What differs from the in-memory registry (tests/lab/registry.py), measured by tests/lab_tests/test_wine_store.py:

- Values come sorted by name, not in the order of their creation. Windows keeps the order of creation; tests must not
  depend on either.
- Both sort without regard to case, but Wine sorts ``_`` and its like before the letters; Windows compares upper
  case letters, as the in-memory registry does.
- Wine has no access rights. ``deny`` is kept here, before the bridge, and holds for whoever uses this store (the
  stand-in's provider), not for reg.exe.
- Data that do not fit their type (a REG_DWORD of 8 bytes) stay bytes, as Windows keeps them; the in-memory registry
  cannot hold them.
- The registry is never empty: it is also Wine's own. ``walk`` and ``clear`` mean what a test or the product may have
  made: the keys below OURS, keys that were put here from outside, and values that were put into Wine's keys.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from ..registry import (
    ERROR_ACCESS_DENIED,
    ERROR_FILE_NOT_FOUND,
    HIVES,
    Data,
    RegistryError,
    Value,
    fold,
    key_names,
    split_path,
)
from .bridge import Bridge
from .programs import WineError
from .raw_data import from_bytes, to_bytes

# None of them exists in a new prefix.
OURS = (
    r"HKLM\SOFTWARE\Policies",
    r"HKLM\SOFTWARE\Microsoft\PolicyManager",
    r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance",
    r"HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server",
    r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess",
)


def _join(hive: str, path: str) -> str:
    return f"{hive}\\{path}" if path else hive


def _below(path: str, area: str) -> bool:
    return fold(path) == fold(area) or fold(path).startswith(fold(area) + "\\")


class WineStore:
    """A Wine registry with the methods of ``tests.lab.registry.Registry``.

    Args:
        bridge: The calls into Wine.
        on_change: Called after each change made here; changes by reg.exe are not seen.
    """

    def __init__(self, bridge: Bridge, on_change: Callable[[], None] | None = None) -> None:
        self.lock = threading.RLock()
        self.on_change = on_change
        self._bridge = bridge
        self._areas = list(OURS)
        self._originals: dict[tuple[str, str], tuple[str, str, tuple[int, bytes] | None]] = {}
        self._denied: dict[str, frozenset[str]] = {}

    # -- what the provider uses -----------------------------------------------------------------

    def subkeys(self, hive: str, path: str) -> list[str]:
        """Return the names of the subkeys."""
        with self.lock:
            return self._bridge.keys(hive, self._open(hive, path, "read"))

    def values(self, hive: str, path: str) -> list[Value]:
        """Return the values sorted by name, the default value (name "") included."""
        with self.lock:
            return [_value(*raw) for raw in self._bridge.values(hive, self._open(hive, path, "read"))]

    def value(self, hive: str, path: str, name: str) -> Value | None:
        """Return one value, found by Wine's own comparison; its name is as asked for."""
        with self.lock:
            raw = self._bridge.get(hive, self._open(hive, path, "read"), name)
            return None if raw is None else _value(name, *raw)

    def write(self, hive: str, path: str, name: str, kind: int, data: Data) -> None:
        """Create or replace a value in a key that exists."""
        with self.lock:
            below = self._open(hive, path, "write")
            self._remember(hive, below, name)
            self._bridge.set(hive, below, name, kind, to_bytes(kind, data))
            self._changed()

    def remove_value(self, hive: str, path: str, name: str) -> None:
        """Remove a value; an absent one is an error 2."""
        with self.lock:
            below = self._open(hive, path, "write")
            self._remember(hive, below, name)
            self._bridge.unset(hive, below, name)
            self._changed()

    def create_key(self, hive: str, path: str) -> None:
        """Create a key with all missing parents; an existing one is left as it is."""
        with self.lock:
            if hive not in HIVES:
                raise RegistryError(ERROR_FILE_NOT_FOUND)
            below = "\\".join(key_names(path))
            if "write" in self._denial(hive, below):
                raise RegistryError(ERROR_ACCESS_DENIED)
            self._claim(hive, below)
            self._bridge.create(hive, below)
            self._changed()

    def remove_key(self, hive: str, path: str) -> None:
        """Remove a key; RegDeleteKey refuses (5) one that has subkeys, and a hive's root."""
        with self.lock:
            below = self._open(hive, path, "write")
            if not below:
                raise RegistryError(ERROR_ACCESS_DENIED)
            self._refuse_foreign(hive, below)
            self._bridge.drop(hive, below)
            self._changed()

    def denied(self, hive: str, path: str) -> frozenset[str]:
        """Return which of "read" and "write" the caller is denied on a key that exists."""
        with self.lock:
            return self._denial(hive, self._open(hive, path, ""))

    # -- what seeds and tests use ---------------------------------------------------------------

    def put(self, path: str, name: str, kind: int, data: Data) -> None:
        """Write a value of any type, creating its key."""
        with self.lock:
            hive, below = self._ensure(path)
            self._remember(hive, below, name)
            self._bridge.set(hive, below, name, kind, to_bytes(kind, data))
            self._changed()

    def ensure_key(self, path: str) -> None:
        """Create a key and its parents."""
        with self.lock:
            self._ensure(path)
            self._changed()

    def find(self, path: str) -> list[Value] | None:
        """Return the values of a key, or None if there is no such key."""
        with self.lock:
            hive, below = split_path(path)
            if not self._bridge.has(hive, below):
                return None
            return [_value(*raw) for raw in self._bridge.values(hive, below)]

    def take_value(self, path: str, name: str) -> bool:
        """Remove a value if it is there and tell whether it was."""
        with self.lock:
            hive, below = split_path(path)
            if not self._bridge.has(hive, below) or self._bridge.get(hive, below, name) is None:
                return False
            self._remember(hive, below, name)
            self._bridge.unset(hive, below, name)
            self._changed()
            return True

    def take_key(self, path: str) -> bool:
        """Remove a key with everything below it; tell whether it was there."""
        with self.lock:
            hive, below = split_path(path)
            if not below or not self._bridge.has(hive, below):
                return False
            self._refuse_foreign(hive, below)
            self._bridge.drop_tree(hive, below)
            self._changed()
            return True

    def deny(self, path: str, rights: frozenset[str]) -> None:
        """Deny "read" and / or "write" on a key and all below it; an empty set lifts the denial."""
        with self.lock:
            hive, below = self._ensure(path)
            self._denied[fold(_join(hive, below))] = rights
            self._changed()

    def walk(self) -> Iterator[tuple[str, list[Value], frozenset[str]]]:
        """Yield every key that is not Wine's own as (path, its values, its own denial), parents first."""
        with self.lock:
            found = [entry for area in sorted(self._areas, key=fold) for entry in self.tree(area)]
        for path, values in found:
            yield path, values, self._denied.get(fold(path), frozenset())

    def tree(self, path: str) -> list[tuple[str, list[Value]]]:
        """Return a key and all below it, Wine's own too, as (path, its values)."""
        with self.lock:
            hive, below = split_path(path)
            return [
                (_join(hive, key), [_value(*raw) for raw in values]) for key, values in self._bridge.tree(hive, below)
            ]

    def clear(self) -> None:
        """Remove whatever is not Wine's own, and put back the values that were changed in Wine's keys."""
        with self.lock:
            for area in self._areas:
                self._bridge.drop_tree(*split_path(area))
            for path, name, original in self._originals.values():
                hive, below = split_path(path)
                if original is not None:
                    self._bridge.set(hive, below, name, *original)
                elif self._bridge.get(hive, below, name) is not None:
                    self._bridge.unset(hive, below, name)
            self._areas, self._originals, self._denied = list(OURS), {}, {}
            self._changed()

    # -- inside ---------------------------------------------------------------------------------

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def _open(self, hive: str, path: str, right: str) -> str:
        below = "\\".join(key_names(path))
        if hive not in HIVES or not self._bridge.has(hive, below):
            raise RegistryError(ERROR_FILE_NOT_FOUND)
        if right in self._denial(hive, below):
            raise RegistryError(ERROR_ACCESS_DENIED)
        return below

    def _denial(self, hive: str, below: str) -> frozenset[str]:
        path = _join(hive, below)
        return frozenset().union(*(rights for key, rights in self._denied.items() if _below(path, key)))

    def _ensure(self, path: str) -> tuple[str, str]:
        hive, below = split_path(path)
        below = "\\".join(key_names(below))
        self._claim(hive, below)
        self._bridge.create(hive, below)
        return hive, below

    def _claim(self, hive: str, below: str) -> None:
        """Note the first key on a path that does not exist yet as one that is not Wine's."""
        if self._is_ours(hive, below):
            return
        names = key_names(below)
        for number in range(1, len(names) + 1):
            upper = "\\".join(names[:number])
            if not self._bridge.has(hive, upper):
                self._areas.append(_join(hive, upper))
                return

    def _is_ours(self, hive: str, below: str) -> bool:
        return any(_below(_join(hive, below), area) for area in self._areas)

    def _refuse_foreign(self, hive: str, below: str) -> None:
        if not self._is_ours(hive, below):
            raise WineError(f"{_join(hive, below)} belongs to Wine: no test may remove it")

    def _remember(self, hive: str, below: str, name: str) -> None:
        """Keep what a value in one of Wine's own keys was before it is changed."""
        if not self._is_ours(hive, below):
            path = _join(hive, below)
            self._originals.setdefault((fold(path), fold(name)), (path, name, self._bridge.get(hive, below, name)))


def _value(name: str, kind: int, raw: bytes) -> Value:
    return Value(name=name, type=kind, data=from_bytes(kind, raw))
