# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What both kinds of shell have in common."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..behaviour import Behaviour
from ..counters import Recorder, ShellEntry
from ..soap import Request, seconds_of
from ..wsman_fault import OPERATION_TIMEOUT, FaultError, WsmanFault
from . import messages
from .machine import Machine

# MaxTimeoutms: how long an operation may take if the client says nothing.
_LONGEST_SECONDS = 60.0
# IdleTimeOut of a shell that asks for none, in every recording.
_IDLE_SECONDS = 7200.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """What the shells of one host share.

    Attributes:
        machine: Where commands run.
        behaviour: The host's switches.
        recorder: Where to count and journal.
    """

    machine: Machine
    behaviour: Behaviour
    recorder: Recorder


class Shell:
    """One open shell.

    Args:
        place: What it shares with the others.
        request: The message that asks for it.
        user: Who asks.

    Attributes:
        shell_id: Its identifier.
        resource_uri: Its kind.
        user: Its owner.
        idle_seconds: After how many seconds without a message it goes.
    """

    kind: Literal["cmd", "powershell"]

    def __init__(self, place: Place, request: Request, user: str) -> None:
        self._place = place
        body = messages.content(request, "Shell")
        self.shell_id = (body.get("ShellId") or str(uuid.uuid4())).upper()
        self.resource_uri = request.resource_uri
        self.user = user
        self.idle_seconds = seconds_of(messages.text(body, "IdleTimeOut")) or _IDLE_SECONDS
        self._streams = (messages.text(body, "InputStreams"), messages.text(body, "OutputStreams"))

    def description(self) -> messages.Description:
        """Return what it says of itself."""
        return messages.Description(
            shell_id=self.shell_id,
            resource_uri=self.resource_uri,
            owner=self.user,
            idle_seconds=self.idle_seconds,
            streams=self._streams,
            environment=self._environment(),
            extra=self._extra(),
        )

    def line_of(self, request: Request, verb: str) -> str | None:
        """Return the line of the command that a message is about."""
        raise NotImplementedError

    def command(self, request: Request) -> str:
        """Start a command and return the answer's body."""
        raise NotImplementedError

    def send(self, request: Request) -> str:
        """Take input and return the answer's body."""
        raise NotImplementedError

    def receive(self, request: Request) -> str:
        """Wait for output and return the answer's body."""
        raise NotImplementedError

    def signal(self, request: Request) -> str:
        """Do as a signal says and return the answer's body."""
        raise NotImplementedError

    def close(self) -> None:
        """End all commands."""
        raise NotImplementedError

    def _environment(self) -> Mapping[str, str]:
        return {}

    def _extra(self) -> Mapping[str, str]:
        return {}

    def _journal(self, line: str) -> Callable[[int], None]:
        """Count and journal a command; return what notes its end."""
        recorder = self._place.recorder
        entry = ShellEntry(kind=self.kind, line=line, shell_id=self.shell_id, user=self.user)
        recorder.count(commands=1)
        number = recorder.begin(entry)
        return lambda exit_code: recorder.end(number, exit_code)


def patience(request: Request) -> float:
    """Return how many seconds an operation may take."""
    wanted = request.operation_timeout
    return _LONGEST_SECONDS if wanted is None else min(wanted, _LONGEST_SECONDS)


def timed_out() -> FaultError:
    """Return the fault for an operation that took longer."""
    return FaultError(WsmanFault.of(OPERATION_TIMEOUT))
