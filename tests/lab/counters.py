# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What a stand-in host counted, and the journal of the registry calls it performed."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace

from .registry import Data


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Figures since the start or the last reset.

    Attributes:
        http_requests: Complete HTTP requests received.
        soap_messages: SOAP messages among them, from authenticated callers, readable or not.
        encrypted_messages: SOAP messages that came encrypted on message level.
        plain_messages: SOAP messages that did not (over TLS or on the open wire).
        bytes_in: HTTP bytes received, without TLS.
        bytes_out: HTTP bytes sent, without TLS.
        connections: TCP connections accepted.
        shells_opened: Shell Create messages answered.
        auth_legs: HTTP requests that only authentication answered.
    """

    http_requests: int = 0
    soap_messages: int = 0
    encrypted_messages: int = 0
    plain_messages: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    connections: int = 0
    shells_opened: int = 0
    auth_legs: int = 0

    def to_dict(self) -> dict[str, int]:
        """Return the figures by name."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEntry:
    """One performed StdRegProv call."""

    method: str
    key: str
    value: str | None
    data: Data | None
    return_value: int
    user: str

    @property
    def is_write(self) -> bool:
        """Tell whether the method can change the registry."""
        return self.method.startswith(("Create", "Set", "Delete"))


class Journal(tuple[JournalEntry, ...]):
    """The performed calls in their order."""

    __slots__ = ()

    @property
    def writes(self) -> Journal:
        """The calls of methods that can change the registry, whatever they returned."""
        return Journal(entry for entry in self if entry.is_write)


class Recorder:
    """Collects counters and journal from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters = Counters()
        self._journal: list[JournalEntry] = []

    @property
    def counters(self) -> Counters:
        """The figures now."""
        return self._counters

    @property
    def journal(self) -> Journal:
        """The performed calls so far."""
        with self._lock:
            return Journal(self._journal)

    def count(self, **amounts: int) -> None:
        """Add to the figures of these names."""
        with self._lock:
            now = {name: getattr(self._counters, name) + amount for name, amount in amounts.items()}
            self._counters = replace(self._counters, **now)

    def record(self, entry: JournalEntry) -> None:
        """Append to the journal."""
        with self._lock:
            self._journal.append(entry)

    def reset(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counters = Counters()
            self._journal.clear()
