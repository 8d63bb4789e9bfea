# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What a stand-in host counted, and the journals of the registry calls and commands it performed."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Literal

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
        shells_closed: Shells that clients deleted.
        commands: Commands and pipelines started in shells.
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
    shells_closed: int = 0
    commands: int = 0

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


@dataclass(frozen=True, kw_only=True, slots=True)
class ShellEntry:
    """One command of a shell.

    Attributes:
        kind: ``cmd`` for a line of a Windows Remote Shell, ``powershell`` for a pipeline of a runspace pool.
        line: The command line; of a pipeline its first script.
        shell_id: The shell.
        user: Who runs it.
        exit_code: None while it runs, and for good when it was ended from outside.
    """

    kind: Literal["cmd", "powershell"]
    line: str
    shell_id: str
    user: str
    exit_code: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEntry:
    """One file operation of a transfer.

    Attributes:
        verb: ``put`` or ``get``; a plugin may get a file in several pieces.
        path: The path as the client named it.
        state: ``done``, ``folder``, ``missing`` or ``failed``.
    """

    verb: Literal["put", "get"]
    path: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WmiEntry:
    """One enumeration's message or method call on another class than StdRegProv.

    Attributes:
        method: ``Enumerate``, ``Pull``, ``Release`` or the method's name.
        resource: Namespace and class, the namespace in small letters.
        query: The query of an Enumerate.
        user: Who asks.
    """

    method: str
    resource: str
    query: str
    user: str


class Recorder:
    """Collects counters and journals from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters = Counters()
        self._journal: list[JournalEntry] = []
        self._commands: list[ShellEntry] = []
        self._first_command = 0
        self._files: list[FileEntry] = []
        self._wmi: list[WmiEntry] = []

    @property
    def counters(self) -> Counters:
        """The figures now."""
        return self._counters

    @property
    def journal(self) -> Journal:
        """The performed calls so far."""
        with self._lock:
            return Journal(self._journal)

    @property
    def commands(self) -> tuple[ShellEntry, ...]:
        """The commands of shells so far, in the order of their beginnings."""
        with self._lock:
            return tuple(self._commands)

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """The file operations so far."""
        with self._lock:
            return tuple(self._files)

    @property
    def wmi(self) -> tuple[WmiEntry, ...]:
        """The messages to WMI so far, those to StdRegProv not among them."""
        with self._lock:
            return tuple(self._wmi)

    def asked(self, entry: WmiEntry) -> None:
        """Append a message to WMI."""
        with self._lock:
            self._wmi.append(entry)

    def count(self, **amounts: int) -> None:
        """Add to the figures of these names."""
        with self._lock:
            now = {name: getattr(self._counters, name) + amount for name, amount in amounts.items()}
            self._counters = replace(self._counters, **now)

    def record(self, entry: JournalEntry) -> None:
        """Append to the journal."""
        with self._lock:
            self._journal.append(entry)

    def transferred(self, entry: FileEntry) -> None:
        """Append a file operation."""
        with self._lock:
            self._files.append(entry)

    def begin(self, entry: ShellEntry) -> int:
        """Append a command and return the number with which its end is reported."""
        with self._lock:
            self._commands.append(entry)
            return self._first_command + len(self._commands) - 1

    def end(self, number: int, exit_code: int) -> None:
        """Note a command's exit code."""
        with self._lock:
            place = number - self._first_command
            if 0 <= place < len(self._commands):
                self._commands[place] = replace(self._commands[place], exit_code=exit_code)

    def reset(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._counters = Counters()
            self._journal.clear()
            self._first_command += len(self._commands)
            self._commands.clear()
            self._files.clear()
            self._wmi.clear()
