# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The script of one host: which trouble meets which message."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .registry import fold, split_path
from .trouble import Action, Exchange


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    r"""Which messages are meant: of those that match, number ``message`` and ``times - 1`` after it.

    Attributes:
        message: Number among the matching SOAP messages since the trouble was added, from 1.
        method: A method, a pattern like ``Set*``; ``Enumerate``, ``Pull``, ``Release``; for shells ``ShellCreate``,
            ``ShellCommand``, ``ShellSend``, ``ShellReceive``, ``ShellSignal``, ``ShellDelete``.
        key: Key as ``HKLM\...``, compared as the registry compares.
        value: Value name, compared likewise.
        line: A pattern for the line of a shell's command like ``*reg*import*``, without regard to case; it holds for
            every message that is about the command.
        resource: A pattern for namespace and class of an enumeration or of a method of another class than StdRegProv,
            like ``*/RSOP_GPO``, without regard to case; it holds for every message of the enumeration.
        times: How many matching messages in a row; None for all from there on.
    """

    message: int = 1
    method: str | None = None
    key: str | None = None
    value: str | None = None
    line: str | None = None
    resource: str | None = None
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.key is not None:
            # A hive that does not exist would wait for ever.
            split_path(self.key)

    def matches(self, exchange: Exchange) -> bool:
        """Tell whether a message is one that counts."""
        if self.method is not None and not fnmatchcase(exchange.method or "", self.method):
            return False
        if self.key is not None and (exchange.key is None or fold(exchange.key) != _folded_path(self.key)):
            return False
        if self.line is not None and not fnmatchcase((exchange.line or "").lower(), self.line.lower()):
            return False
        if self.resource is not None and not fnmatchcase((exchange.resource or "").lower(), self.resource.lower()):
            return False
        return self.value is None or (exchange.value is not None and fold(self.value) == fold(exchange.value))


def _folded_path(path: str) -> str:
    hive, below = split_path(path)
    return fold(f"{hive}\\{below}").removesuffix("\\")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One entry of a script."""

    when: When = field(default_factory=When)
    do: Action


@dataclass(slots=True)
class _Armed:
    trouble: Trouble
    seen: int = 0
    applied: int = 0


class Script:
    """The trouble that waits for one host's messages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def add(self, *troubles: Trouble) -> None:
        """Arm troubles; each counts messages from now on."""
        with self._lock:
            self._armed.extend(_Armed(trouble) for trouble in troubles)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    @property
    def applied(self) -> int:
        """How often an armed trouble was applied so far."""
        with self._lock:
            return sum(armed.applied for armed in self._armed)

    def take(self, exchange: Exchange) -> list[Action]:
        """Count a message and return the actions that it meets, in the order they were added."""
        met: list[Action] = []
        with self._lock:
            for armed in self._armed:
                when = armed.trouble.when
                if not when.matches(exchange):
                    continue
                armed.seen += 1
                last = None if when.times is None else when.message + when.times
                if armed.seen >= when.message and (last is None or armed.seen < last):
                    armed.applied += 1
                    met.append(armed.trouble.do)
        return met
