# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The process that runs the hosts of a lab: starts them, keeps their state, obeys the control socket."""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

from .accounts import DOMAIN
from .inventory import write_inventory
from .lab_dir import LabDir, LabError
from .registry import RegistryError
from .seed_files import content_of, write_state
from .standin import StandInHost
from .wmi import seed_of

_LOG = logging.getLogger(__name__)
_SAVE_SECONDS = 0.2
_SHORT_NAMES = {"open_client": "client", "domain_member": "member", "compliant_server": "server"}


@dataclass(frozen=True, kw_only=True, slots=True)
class LabPlan:
    """What to start.

    Attributes:
        hosts: Seed and connection plugin of each host.
        transport: ``http`` or ``https``.
        fresh: Forget the state of earlier runs.
    """

    hosts: tuple[tuple[str, Literal["winrm", "psrp"]], ...]
    transport: Literal["http", "https"] = "http"
    fresh: bool = False

    @classmethod
    def cycled(
        cls,
        seeds: Sequence[str],
        *,
        number: int | None = None,
        connections: Sequence[Literal["winrm", "psrp"]] = ("winrm",),
        transport: Literal["http", "https"] = "http",
        fresh: bool = False,
    ) -> LabPlan:
        """Return a plan with the seeds once per connection, or cut and repeated to a number of hosts."""
        pairs = [(seed, connection) for connection in connections for seed in seeds]
        hosts = tuple(islice(cycle(pairs), len(pairs) if number is None else number))
        return cls(hosts=hosts, transport=transport, fresh=fresh)


def host_names(seeds: Sequence[str]) -> list[str]:
    """Return a name per seed: client01, member01, server01, client02, ..."""
    names: list[str] = []
    for seed in seeds:
        stem = _SHORT_NAMES.get(seed) or Path(seed).stem.replace("_", "-")
        number = 1
        while f"{stem}{number:02}" in names:
            number += 1
        names.append(f"{stem}{number:02}")
    return names


class Lab:
    """The hosts of one lab.

    Args:
        where: The lab's folder.
        plan: What to start.
    """

    def __init__(self, where: LabDir, plan: LabPlan) -> None:
        self._where = where
        self._plan = plan
        self._stopping = threading.Event()
        self._dirty: set[str] = set()
        users = {f"{DOMAIN}\\Administrator": secrets.token_urlsafe(18)}
        self.hosts: dict[str, StandInHost] = {}
        self._connections: dict[str, Literal["winrm", "psrp"]] = {}
        names = host_names([seed for seed, _connection in plan.hosts])
        for name, (seed, connection) in zip(names, plan.hosts, strict=True):
            state = where.state_file(name)
            known = state.is_file() and not plan.fresh
            content = state if known else seed
            host = StandInHost(seed=content, name=name, transport=plan.transport, users=users)
            host.registry.raw.on_change = host.windows.on_change = self._marker(name)
            self.hosts[name] = host
            self._connections[name] = connection
            if not known:
                self._dirty.add(name)

    def _marker(self, name: str) -> Callable[[], None]:
        return lambda: self._dirty.add(name)

    def run(self) -> None:
        """Serve until told to stop; the inventory exists once every port answers."""
        self._where.socket_file.unlink(missing_ok=True)
        try:
            with self._where.control_socket() as (control, address):
                for host in self.hosts.values():
                    host.start()
                self._save()
                write_inventory(self._where.inventory_file, self._groups())
                control.bind(address)
                Path(address).chmod(0o600)
                control.listen(16)
                threading.Thread(target=self._obey, args=(control,), daemon=True).start()
                while not self._stopping.wait(_SAVE_SECONDS):
                    self._save()
        finally:
            for host in self.hosts.values():
                host.close()
            self._save()
            self._where.socket_file.unlink(missing_ok=True)
            self._where.pid_file.unlink(missing_ok=True)

    def stop(self) -> None:
        """Make ``run`` end."""
        self._stopping.set()

    def _save(self) -> None:
        for name in list(self._dirty):
            # First unmark: a change while writing marks it again.
            self._dirty.discard(name)
            host = self.hosts[name]
            write_state(host.registry.raw, self._where.state_file(name), seed_of(host.windows))

    def _groups(self) -> dict[str, dict[str, dict[str, Any]]]:
        groups: dict[str, dict[str, dict[str, Any]]] = {}
        mixed = len(set(self._connections.values())) > 1
        for name, host in self.hosts.items():
            connection = self._connections[name]
            groups.setdefault(connection if mixed else "windows", {})[name] = host.inventory_vars(connection)
        return groups

    # -- control ----------------------------------------------------------------------------

    def _obey(self, control: socket.socket) -> None:
        while True:
            try:
                connection, _peer = control.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                try:
                    line = stream.readline()
                    if line:
                        stream.write(json.dumps(self._answer(line)).encode() + b"\n")
                        stream.flush()
                except OSError:
                    _LOG.info("a control connection broke")

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            return {"result": self._do(request.pop("command"), **request)}
        except (LabError, RegistryError, ValueError, KeyError, TypeError, AttributeError) as error:
            return {"error": str(error) or type(error).__name__}

    def _do(self, command: str, **arguments: Any) -> Any:  # noqa: PLR0911  one line for each command
        if command == "stop":
            self.stop()
            return None
        if command == "status":
            return {"pid": os.getpid(), "hosts": {name: host.endpoint for name, host in self.hosts.items()}}
        if command == "counters":
            return {name: host.counters.to_dict() for name, host in self.hosts.items()}
        if command == "writes":
            return {name: self._writes(host) for name, host in self.hosts.items()}
        if command == "reset-counters":
            for host in self.hosts.values():
                host.reset_counters()
            return None
        host = self._host(arguments.pop("host"))
        if command == "show":
            return content_of(host.registry.raw)
        if command == "set":
            host.registry.set(arguments["key"], arguments["name"], arguments["type"], arguments["data"])
            return None
        if command == "delete":
            return host.registry.delete(arguments["key"], arguments["name"])
        raise LabError(f"unknown command {command}")

    def _writes(self, host: StandInHost) -> list[str]:
        return [f"{call.method} {call.key} {call.value or ''}".rstrip() for call in host.journal.writes]

    def _host(self, name: str) -> StandInHost:
        if name not in self.hosts:
            raise LabError(f"no host {name}; hosts: {', '.join(self.hosts)}")
        return self.hosts[name]


def serve(where: LabDir, plan: LabPlan) -> None:
    """Run a lab in this process until a signal or the control socket ends it."""
    lab = Lab(where, plan)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: lab.stop())
    where.pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    lab.run()
