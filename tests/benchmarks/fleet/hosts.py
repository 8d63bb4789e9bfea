# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The hosts that one server process plays: a registry, a port and a logon each, everything else shared."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.lab import Drop, Garbage, Trouble, When
from tests.lab.accounts import Accounts
from tests.lab.behaviour import Behaviour
from tests.lab.counters import Recorder
from tests.lab.http_server import HttpServer
from tests.lab.registry import Registry
from tests.lab.registry_view import RegistryView
from tests.lab.script import Script
from tests.lab.service import Service
from tests.lab.session import Endpoint, HttpAnswer, HttpRequest, Session
from tests.lab.stdregprov import StdRegProv
from tests.lab.wmi import Wmi, windows_of

from .canned_shells import CannedShells

PORT = 5985
_LARGEST = 600 * 1024
# Of the writes of a run only: EnumValues and Get* do not match.
_WRITES = "[SD]e[tl]*Value"


@dataclass(slots=True)
class Pace:
    """How slow the network is, and whether it is there at all.

    Attributes:
        seconds: What one round trip takes.
        ended: Wakes everybody who waits.
    """

    seconds: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)


class FleetHost:
    """One host.

    Args:
        address: Its loopback address.
        accounts: Who may log on.
        refusing: The same accounts for a host that refuses them all.
        pace: The network that it shares with the others.
    """

    def __init__(self, address: str, accounts: Accounts, refusing: Accounts, pace: Pace) -> None:
        self.address = address
        self.recorder = Recorder()
        self.registry = RegistryView(Registry())
        self.script = Script()
        self.silent = False
        self._pace = pace
        self._accounts, self._refusing = accounts, refusing
        self._behaviour = behaviour = Behaviour()
        self._service = service = Service(
            machine=address,
            address=lambda: f"http://{address}:{PORT}/wsman",
            provider=StdRegProv(self.registry.raw, behaviour),
            wmi=self._wmi({}),
            behaviour=behaviour,
            script=self.script,
            recorder=self.recorder,
            is_administrator=accounts.is_administrator,
            shells=CannedShells(self.recorder, f"http://{address}:{PORT}/wsman"),  # type: ignore[arg-type]
        )
        self._endpoint = Endpoint(service=service, accounts=accounts, behaviour=behaviour, recorder=self.recorder)
        self.server = HttpServer(
            respond=self._respond,
            recorder=self.recorder,
            idle_timeout=behaviour.idle_timeout,
            max_body=_LARGEST,
            address=address,
            port=PORT,
        )

    def _wmi(self, seed: Mapping[str, Any]) -> Wmi:
        return Wmi(windows_of(seed, computer=self.address), self._behaviour, self.recorder)

    def _respond(self) -> Callable[[HttpRequest], HttpAnswer]:
        answer = Session(self._endpoint).respond
        # Opening the TCP connection is a round trip too; nobody sees it before the first request is answered.
        before = [self._pace.seconds]

        def respond(request: HttpRequest) -> HttpAnswer:
            if self.silent:
                self._pace.ended.wait()
                return HttpAnswer(status=503, closing="close")
            wait = self._pace.seconds + (before.pop() if before else 0.0)
            if wait:
                self._pace.ended.wait(wait)
            return answer(request)

        return respond

    def renew(self, seed: Mapping[str, Any]) -> None:
        """Give it the registry and the Windows of a seed, and no faults; one that does not listen stays so."""
        self.registry.load(seed)
        self._service.wmi = self._wmi(seed)
        self.script.clear()
        self.recorder.reset()
        self.silent = False
        self._endpoint = replace(self._endpoint, accounts=self._accounts)

    def sicken(self, sickness: str) -> None:
        """Let the host be sick from now on.

        Args:
            sickness: One of the names below.
        """
        match sickness:
            case "refuses_connections":
                self.server.stop()
            case "refuses_logons":
                self._endpoint = replace(self._endpoint, accounts=self._refusing)
            case "hangs":
                self.silent = True
            case "drops_once":
                self.script.add(Trouble(when=When(method=_WRITES, message=3), do=Drop(performed=True)))
            case "drops_for_good":
                self.script.add(Trouble(when=When(method=_WRITES, message=3, times=None), do=Drop()))
            case "answers_garbage":
                self.script.add(Trouble(when=When(times=None), do=Garbage(body=b"\x00<html>maintenance</html>")))
            case _:
                raise ValueError(sickness)


class Hosts:
    """All hosts of one process, which one thread welcomes.

    Args:
        addresses: The loopback address of each host.
        accounts: Who may log on.
        refusing: The same accounts for hosts that refuse them all.
    """

    def __init__(self, addresses: Sequence[str], accounts: Accounts, refusing: Accounts) -> None:
        self.pace = Pace()
        self.by_address: Mapping[str, FleetHost] = {
            address: FleetHost(address, accounts, refusing, self.pace) for address in addresses
        }

    def __iter__(self) -> Iterator[FleetHost]:
        return iter(self.by_address.values())

    def load(self, seed: Mapping[str, Any]) -> None:
        """Give every host the registry of a seed, and its health."""
        for host in self:
            host.renew(seed)

    def start(self) -> None:
        """Open every port."""
        waiting = selectors.DefaultSelector()
        for host in self:
            listener = host.server.listen()
            if listener is not None:
                waiting.register(listener, selectors.EVENT_READ, host.server)
        threading.Thread(target=_welcome, args=(waiting,), daemon=True).start()

    def stop(self) -> None:
        """Close every port and wake whoever waits."""
        self.pace.ended.set()
        for host in self:
            host.server.stop()


def _welcome(waiting: selectors.BaseSelector) -> None:
    while True:
        for key, _events in waiting.select():
            listener = key.fileobj
            if isinstance(listener, socket.socket) and not key.data.welcome(listener):
                waiting.unregister(listener)
