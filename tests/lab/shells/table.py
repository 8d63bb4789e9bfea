# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The shells of one host: who has which, and which goes when nobody uses it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ..soap import Request
from ..wsman_fault import ACCESS_DENIED, RESOURCE_NOT_FOUND, SHELL_QUOTA, FaultError, WsmanFault
from . import faults, messages, psrp, winrs
from .shell import Place, Shell


@dataclass(slots=True)
class _Kept:
    shell: Shell
    used: float
    busy: int = 0
    received: tuple[str, str] = ("", "")


class Shells:
    """Answers the shell messages of one host.

    Args:
        place: What the shells share.
        address: Gives the endpoint's URL.
        clock: Gives the seconds by which idle shells are told.
    """

    def __init__(self, place: Place, address: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._place, self._address = place, address
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def line_of(self, request: Request) -> str | None:
        """Return the line of the command that a message is about."""
        verb = messages.verb_of(request)
        if verb in {"Create", "Delete"}:
            return None
        kept = self._kept.get(request.selectors.get("ShellId", "").upper())
        return kept.shell.line_of(request, verb) if kept else None

    def perform(self, request: Request, user: str) -> str:
        """Do what a message asks for and return the answer's body.

        Raises:
            FaultError: With the fault that answers it.
        """
        self._sweep()
        verb = messages.verb_of(request)
        if verb == "Create":
            return self._create(request, user)
        kept = self._find(request, user)
        if verb == "Delete":
            self._delete(kept.shell)
            return ""
        with self._lock:
            kept.busy += 1
        try:
            match verb:
                case "Command":
                    return kept.shell.command(request)
                case "Send":
                    return kept.shell.send(request)
                case "Receive":
                    return self._receive(kept, request)
                case _:
                    return kept.shell.signal(request)
        finally:
            with self._lock:
                kept.busy -= 1
                kept.used = self.clock()

    @staticmethod
    def _receive(kept: _Kept, request: Request) -> str:
        # A Receive whose answer was lost is sent again as it is, and gets the same answer (a comment in pypsrp).
        if kept.received[0] != request.message_id:
            kept.received = (request.message_id, kept.shell.receive(request))
        return kept.received[1]

    def close(self) -> None:
        """End every shell."""
        with self._lock:
            kept = list(self._kept.values())
            self._kept.clear()
        for one in kept:
            one.shell.close()

    @property
    def open_shells(self) -> tuple[str, ...]:
        """The identifiers of the shells that are open."""
        self._sweep()
        return tuple(self._kept)

    def _create(self, request: Request, user: str) -> str:
        shell = self._make(request, user)
        with self._lock:
            if sum(kept.shell.user == user for kept in self._kept.values()) >= self._place.behaviour.max_shells:
                raise FaultError(WsmanFault.of(SHELL_QUOTA))
            self._kept[shell.shell_id] = _Kept(shell, self.clock())
        self._place.recorder.count(shells_opened=1)
        return messages.created(shell.description(), self._address())

    def _make(self, request: Request, user: str) -> Shell:
        resource = request.resource_uri.lower()
        if resource == winrs.RESOURCE:
            return winrs.RemoteShell(self._place, request, user)
        if resource == psrp.RESOURCE.lower():
            return psrp.RunspacePool(self._place, request, user)
        raise FaultError(WsmanFault.of(RESOURCE_NOT_FOUND))

    def _find(self, request: Request, user: str) -> _Kept:
        shell_id = request.selectors.get("ShellId", "")
        kept = self._kept.get(shell_id.upper())
        if kept is None or kept.shell.resource_uri.lower() != request.resource_uri.lower():
            raise faults.unknown_shell(shell_id)
        if kept.shell.user != user:
            raise FaultError(WsmanFault.of(ACCESS_DENIED))
        return kept

    def _delete(self, shell: Shell) -> None:
        with self._lock:
            self._kept.pop(shell.shell_id, None)
        shell.close()
        self._place.recorder.count(shells_closed=1)

    def _sweep(self) -> None:
        now = self.clock()
        with self._lock:
            idle = [
                kept.shell
                for kept in self._kept.values()
                if not kept.busy and now - kept.used >= kept.shell.idle_seconds
            ]
            for shell in idle:
                del self._kept[shell.shell_id]
        for shell in idle:
            shell.close()
