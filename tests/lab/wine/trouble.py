# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Trouble for the ssh executions of a Wine host; used with ``tests.lab.Trouble`` and ``host.script``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Orders:
    """What the forced command is told.

    Attributes:
        drop: End the connection ``before`` or ``after`` performing.
        answer: Exit code and streams to give without performing.
        refuse: The errno with which an sftp operation fails.
        max_file_size: Bytes that fit into a file; 0 is a full disk.
        environment: Further variables of the command.
    """

    drop: Literal["before", "after"] | None = None
    answer: Answer | None = None
    refuse: int = 0
    max_file_size: int | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the orders as plain types."""
        answer = self.answer
        return {
            "drop": self.drop,
            "answer": answer
            and {"exit_code": answer.exit_code, "stdout": answer.stdout.hex(), "stderr": answer.stderr.hex()},
            "refuse": self.refuse,
            "max_file_size": self.max_file_size,
            "environment": self.environment,
        }


@dataclass(kw_only=True, slots=True)
class Met:
    """One execution on its way, with the actions that it met."""

    kind: str
    line: str
    actions: tuple[WineAction, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class WhenRun:
    """Which executions are meant: of those that match, number ``number`` and ``times - 1`` after it.

    Attributes:
        number: Number among the matching ones since the trouble was added, from 1.
        kind: ``exec``, ``scp``, ``sftp`` (a session), ``put``, ``get``, ``remove``, ...; None for every exec, scp
            and sftp session.
        line: A pattern for the command line or the path like ``*reg*import*``, without regard to case.
        times: How many in a row; None for all from there on.
    """

    number: int = 1
    kind: str | None = None
    line: str | None = None
    times: int | None = 1

    @property
    def message(self) -> int:
        """The number, under the name that the script asks for."""
        return self.number

    def matches(self, met: Met) -> bool:
        """Tell whether an execution is one that counts."""
        kinds = {"exec", "scp", "sftp"} if self.kind is None else {self.kind}
        if met.kind not in kinds:
            return False
        # "[" is a plain character here: lines and names are full of them.
        pattern = None if self.line is None else self.line.lower().replace("[", "[[]")
        return pattern is None or fnmatchcase(met.line.lower(), pattern)


class WineAction:
    """What happens to an execution that is met."""

    def before(self, orders: Orders) -> Orders:
        """Act before it is performed and return its orders."""
        return orders

    def after(self) -> None:
        """Act when it has been performed, before the client learns of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DropConnection(WineAction):
    """The TCP connection ends without an answer, and with it all that share it."""

    performed: bool = False

    def before(self, orders: Orders) -> Orders:
        return replace(orders, drop="after" if self.performed else "before")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait(WineAction):
    """The right answer, late."""

    seconds: float

    def before(self, orders: Orders) -> Orders:
        time.sleep(self.seconds)
        return orders


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(WineAction):
    """Calls a function in the test process around performing: somebody else's act in between."""

    function: Callable[[], object]
    after_it: bool = False

    def before(self, orders: Orders) -> Orders:
        if not self.after_it:
            self.function()
        return orders

    def after(self) -> None:
        if self.after_it:
            self.function()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(WineAction):
    """The command is not performed; this is its answer."""

    exit_code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""

    def before(self, orders: Orders) -> Orders:
        return replace(orders, answer=self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refuse(WineAction):
    """An operation of an sftp session fails with an errno: ENOENT, EACCES; all others are a plain failure."""

    error: int

    def before(self, orders: Orders) -> Orders:
        return replace(orders, refuse=self.error)
