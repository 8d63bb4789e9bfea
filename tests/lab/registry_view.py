# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A host's registry as tests see it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .registry import fold
from .seed_files import fill, read_seed
from .store import Store
from .value_text import Plain, TypeName, plain_data, read_data, type_name, type_number


class RegistryView:
    """A host's registry as tests see it: no access checks, readable types.

    Args:
        raw: The registry.
    """

    def __init__(self, raw: Store) -> None:
        self.raw = raw

    def get(self, path: str, name: str) -> tuple[TypeName, Plain] | None:
        """Return (type, data) of a value like ``("REG_DWORD", 1)``, or None if it is absent."""
        for value in self.raw.find(path) or ():
            if fold(value.name) == fold(name):
                return type_name(value.type), plain_data(value.data)
        return None

    def set(self, path: str, name: str, kind: TypeName, data: object) -> None:
        """Write a value of any type, creating its key."""
        number = type_number(kind)
        self.raw.put(path, name, number, read_data(number, data))

    def create(self, path: str) -> None:
        """Create a key and its parents."""
        self.raw.ensure_key(path)

    def delete(self, path: str, name: str | None = None) -> bool:
        """Remove a value, or without a name the key with all below it; tell whether it was there."""
        return self.raw.take_key(path) if name is None else self.raw.take_value(path, name)

    def has_key(self, path: str) -> bool:
        """Tell whether a key exists."""
        return self.raw.find(path) is not None

    def dump(self, under: str | None = None) -> dict[str, dict[str, tuple[TypeName, Plain]]]:
        """Return all keys (or a key and those below it) as {path: {name: (type, data)}}."""
        prefix = fold(under) if under is not None else None
        return {
            path: {value.name: (type_name(value.type), plain_data(value.data)) for value in values}
            for path, values, _rights in self.raw.walk()
            if prefix is None or fold(path) == prefix or fold(path).startswith(prefix + "\\")
        }

    def deny(self, path: str, *, read: bool = False, write: bool = False) -> None:
        """Deny reading and / or writing of a key and all below it; neither lifts the denial."""
        self.raw.deny(path, frozenset(name for name, on in (("read", read), ("write", write)) if on))

    def load(self, seed: str | Path | Mapping[str, Any] | None) -> None:
        """Replace everything by a seed's content."""
        content = read_seed(seed)
        with self.raw.lock:
            self.raw.clear()
            fill(self.raw, content)
