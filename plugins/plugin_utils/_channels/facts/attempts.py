# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what may fail: a refusal becomes a fact that is unknown, only a lost connection is an error.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.host_facts import Unread
from ..._registry.errors import HostError, HostUnreachable
from ..._registry.model import KeyRead, KeyState, Observed, RegistryKey
from ..wsman.enumerate import Query, query
from ..wsman.exchange import Exchange
from ..wsman.items import Item

Fact = t.TypeVar("Fact")


class KeyReader(t.Protocol):
    """Reads values and names of keys below HKEY_LOCAL_MACHINE; both may raise HostError."""

    def read(self, reads: t.Iterable[KeyRead]) -> Observed:
        """Return the values that are there; see RegistryChannel."""

    def keys(self, key: RegistryKey) -> tuple[str, ...] | None:
        """Return the names of the keys below a key, or None where that key is absent."""


def attempt(read: t.Callable[[], Fact]) -> Fact | Unread:
    """Return what a reading yields, or that it is unknown and why.

    Raises:
        HostUnreachable: The connection was lost.
    """
    try:
        return read()
    except HostUnreachable:
        raise
    except HostError as error:
        code = "" if error.code is None else f" (0x{error.code:08X})"
        return Unread(why=f"{error.reason}{code}")


def values_of(registry: KeyReader, path: str, *names: str) -> KeyState:
    """Return some values of a key."""
    key = RegistryKey(path=path)
    return registry.read([KeyRead(key=key, names=names)])[key]


def text_of(values: KeyState, name: str) -> str:
    """Return a text, or an empty one where it is absent or of another kind."""
    value = values.get(name)
    return value.data if value is not None and isinstance(value.data, str) else ""


def number_of(values: KeyState, name: str) -> int | None:
    """Return a number, or None where it is absent or of another kind."""
    value = values.get(name)
    return value.data if value is not None and isinstance(value.data, int) else None


def rows(exchange: Exchange, namespace: str, wql: str, *, doing: str) -> tuple[Item, ...]:
    """Return everything that a query finds; see ``select``."""
    return tuple(query(exchange, Query(namespace=namespace, wql=wql), doing=doing))
