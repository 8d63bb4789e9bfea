# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What a CIM class is, and the values that its instances hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class CimClass:
    """A class.

    Attributes:
        namespace: With forward slashes, as ``root/cimv2``.
        name: The class's name.
        properties: Names in the order in which the service writes them: the captures show the alphabet's.
        arrays: Those of them that are arrays.
        keys: Those of them that choose an instance.
    """

    namespace: str
    name: str
    properties: tuple[str, ...]
    arrays: frozenset[str]
    keys: tuple[str, ...]

    @classmethod
    def of(cls, path: str, properties: str, keys: str = "") -> CimClass:
        """Return a class from ``namespace:Name`` and its properties; ``[]`` marks an array, blanks separate."""
        namespace, _colon, name = path.partition(":")
        plain = [word.removesuffix("[]") for word in properties.split()]
        return cls(
            namespace=namespace,
            name=name,
            properties=tuple(sorted(plain, key=str.lower)),
            arrays=frozenset(word.removesuffix("[]") for word in properties.split() if word.endswith("[]")),
            keys=tuple(keys.split()),
        )

    @property
    def path(self) -> str:
        """Namespace and name."""
        return f"{self.namespace}/{self.name}"

    def spelled(self, name: str) -> str | None:
        """Return a property as the class spells it, or None; CIM compares names without case."""
        return next((known for known in self.properties if known.lower() == name.lower()), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A reference to an instance.

    Attributes:
        path: Namespace and class, as ``root/cimv2/Win32_Group``.
        keys: Its keys.
    """

    path: str
    keys: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Instance:
    """An instance.

    Attributes:
        of: Its class.
        values: Values by property; what is missing is null.
    """

    of: CimClass
    values: Mapping[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Return a property's value."""
        return self.values.get(name)


Value = str | bool | int | datetime | Reference | Instance | tuple["Value", ...] | None
"""A property's value; a tuple is an array, and an empty one is null as well."""
