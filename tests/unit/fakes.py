# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows registry in memory, and a channel to it that can be told to misbehave.

The contract tests run the same cases against this and against the real channels: keep it simple and honest.
"""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import WriteFailure
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyRead,
    KeyState,
    Observed,
    RegistryKey,
    RegistryValue,
    Write,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.names import fold


class InMemoryHost:
    """The registry of one host; several channels may reach it."""

    def __init__(self, state: Observed | None = None) -> None:
        self._keys: dict[str, tuple[RegistryKey, dict[str, RegistryValue]]] = {}
        for key, values in (state or {}).items():
            self._keys[fold(key.path)] = (key, {fold(value.name): value for value in values.by_name.values()})

    def state(self) -> Observed:
        """Return everything that is there; a key without values is as good as absent."""
        return {key: KeyState.of(*values.values()) for key, values in self._keys.values() if values}

    def values_of(self, key: RegistryKey) -> dict[str, RegistryValue]:
        return dict(self._keys.get(fold(key.path), (key, {}))[1])

    def put(self, write: Write) -> None:
        """Do one write as Windows does: parents are created, an existing name keeps its letter case."""
        if write.value is None:
            self._keys.get(fold(write.key.path), (write.key, {}))[1].pop(fold(write.name), None)
            return
        values = self._keys.setdefault(fold(write.key.path), (write.key, {}))[1]
        existing = values.get(fold(write.name))
        name = existing.name if existing else write.name
        values[fold(write.name)] = RegistryValue(name=name, type=write.value.type, data=write.value.data)


class InMemoryChannel:
    """One connection to an in-memory host.

    Attributes:
        denied: Keys that may be read and not written.
        refused: Numbers of writes, from 0, that are refused with a fault.
        lost_before: Numbers of writes, from 0, at which the connection dies before Windows sees them.
        lost_after: The same, where Windows has done the write and the answer is lost.
        pretended: Numbers of writes that are answered with success and not done.
        dead_from: From this number of reconnects on, no connection comes about any more; None for never.
        between: Called before every message with its number, from 0; what it raises comes through.
        log: Every write that reached the host and was done.
    """

    name = "memory"
    left_behind = ()

    def __init__(self, host: InMemoryHost) -> None:
        self.host = host
        self.requests = 0
        self.reconnects = 0
        self.denied: set[RegistryKey] = set()
        self.refused: set[int] = set()
        self.lost_before: set[int] = set()
        self.lost_after: set[int] = set()
        self.pretended: set[int] = set()
        self.dead_from: int | None = None
        self.between: t.Callable[[int], None] = lambda number: None
        self.log: list[Write] = []
        self.limits: list[float] = []
        self.closed = False
        self._writes = 0
        self._connected = True

    def read(self, reads: t.Iterable[KeyRead]) -> Observed:
        found: dict[RegistryKey, KeyState] = {}
        for wanted in reads:
            self._message("reading")
            values = self.host.values_of(wanted.key)
            names = None if wanted.names is None else {fold(name) for name in wanted.names}
            before = found.get(wanted.key, KeyState()).by_name
            found[wanted.key] = KeyState.of(
                *(value for folded, value in values.items() if names is None or folded in names or folded in before)
            )
        return found

    def write(self, writes: t.Sequence[Write]) -> tuple[WriteFailure, ...]:
        done: list[Write] = []
        for write in writes:
            try:
                error = self._write_one(write)
            except HostUnreachable as lost:
                lost.acknowledged = tuple(done)
                lost.in_doubt = (write,) if lost.outcome_unknown else ()
                raise
            if error is not None:
                return (WriteFailure(write=write, error=error),)
            done.append(write)
        return ()

    def reconnect(self) -> None:
        self.reconnects += 1
        self._connected = True

    def limit(self, seconds: float) -> None:
        self.limits.append(seconds)

    def close(self) -> None:
        self.closed = True

    def _write_one(self, write: Write) -> HostError | None:
        self._message("writing")
        number, self._writes = self._writes, self._writes + 1
        if number in self.lost_before:
            self._lose()
        if write.key in self.denied:
            return AccessDenied(doing=f"writing {write.key}", reason="access denied", code=5)
        if number in self.refused:
            return HostError(doing=f"writing {write.key}", reason="the host answered with a fault", code=0x80338000)
        if number not in self.pretended:
            self.host.put(write)
            self.log.append(write)
        if number in self.lost_after:
            self._lose()
        return None

    def _message(self, doing: str) -> None:
        number, self.requests = self.requests, self.requests + 1
        self.between(number)
        if not self._connected or (self.dead_from is not None and self.reconnects >= self.dead_from > 0):
            raise HostUnreachable(doing=doing, reason="no connection")

    def _lose(self) -> t.NoReturn:
        self._connected = False
        raise HostUnreachable(doing="writing", reason="the connection broke", outcome_unknown=True)
