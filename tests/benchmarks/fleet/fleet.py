# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A fleet of stand-in hosts in a few server processes, each host with its own loopback address and registry."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.lab.accounts import DOMAIN
from tests.lab.inventory import connection_vars, write_inventory
from tests.lab.life import Running

from .hosts import PORT

ROOT = Path(__file__).resolve().parents[3]
_IN_A_NETWORK = 250


class FleetError(RuntimeError):
    """The fleet itself did not work."""


def addresses(hosts: int, network: int) -> list[str]:
    """Return a loopback address for each host.

    Args:
        hosts: How many.
        network: The second number of them all.
    """
    return [f"127.{network}.{1 + host // _IN_A_NETWORK}.{1 + host % _IN_A_NETWORK}" for host in range(hosts)]


class _Process:
    """One server process."""

    def __init__(self, hosts: list[str], users: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.fleet.server"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._write({"addresses": hosts, "users": users})

    def _write(self, order: Mapping[str, Any]) -> None:
        if self._process.stdin is None:
            raise FleetError
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Return the answer to the last order."""
        line = self._process.stdout.readline() if self._process.stdout is not None else ""
        told = json.loads(line or '{"error": "a server process of the fleet has ended"}')
        if "error" in told:
            raise FleetError(told["error"])
        return told["result"]

    def ask(self, command: str, **arguments: Any) -> Any:
        """Give an order and return the answer."""
        self._write({"command": command, **arguments})
        return self.answer()

    def close(self) -> None:
        """Let it end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)


class Fleet(Running):
    """The hosts; listens while it is entered.

    Args:
        hosts: How many.
        processes: In how many server processes.
    """

    def __init__(self, hosts: int, *, processes: int = 2) -> None:
        self.names: dict[str, str] = {}
        self._hosts = hosts
        self._number = min(processes, hosts)
        self._processes: list[_Process] = []
        self._users = {f"{DOMAIN}\\Administrator": secrets.token_urlsafe(18)}

    def start(self) -> None:
        """Start the processes; returns when every port answers."""
        # Several fleets may run on one machine; a network that is taken is told by the first bind.
        for attempt in range(8):
            network = 64 + (os.getpid() + 16 * attempt) % 128
            try:
                self._start(addresses(self._hosts, network))
            except FleetError as error:
                self.close()
                if "in use" not in str(error) or attempt == 7:
                    raise
            else:
                return

    def _start(self, found: list[str]) -> None:
        self.names = {f"host{number:05}": address for number, address in enumerate(found)}
        for part in range(self._number):
            self._processes.append(_Process(found[part :: self._number], self._users))
        for process in self._processes:
            process.answer()

    def close(self) -> None:
        """End every process."""
        for process in self._processes:
            process.close()
        self._processes.clear()

    def load(self, seed: str, *, pace: float = 0.0) -> None:
        """Begin anew: every host with the registry of a seed, figures from zero.

        Args:
            seed: One of ``tests/lab/seeds``.
            pace: The round trip time of every message in seconds.
        """
        for process in self._processes:
            process.ask("load", seed=seed, pace=pace)

    def counters(self) -> dict[str, int]:
        """Return the figures of all hosts together."""
        total: dict[str, int] = {}
        for process in self._processes:
            for host in process.ask("counters"):
                for name, number in host.items():
                    total[name] = total.get(name, 0) + number
        return total

    def sicken(self, sick: Mapping[str, str]) -> None:
        """Let hosts be sick, by name; see ``FleetHost.sicken``."""
        for process, mine in self._divided(sick):
            process.ask("sicken", sick=mine)

    def put(self, values: Mapping[str, tuple[str, str, str, Any]]) -> None:
        """Write one value on each of some hosts: key, name, type and data by the name of the host."""
        for process, mine in self._divided(values):
            process.ask("put", values=mine)

    def _divided(self, by_name: Mapping[str, Any]) -> Iterator[tuple[_Process, dict[str, Any]]]:
        """Yield each process with what concerns its own hosts, by address."""
        numbers = {name: number % self._number for number, name in enumerate(self.names)}
        for number, process in enumerate(self._processes):
            yield process, {self.names[name]: found for name, found in by_name.items() if numbers[name] == number}

    def registries(self) -> dict[str, Any]:
        """Return what every host holds, by name."""
        return self._by_name("registries")

    def writes(self) -> dict[str, int]:
        """Return how many writes every host has performed, by name."""
        return self._by_name("writes")

    def _by_name(self, command: str) -> dict[str, Any]:
        found = {address: told for process in self._processes for address, told in process.ask(command).items()}
        return {name: found[address] for name, address in self.names.items()}

    def errors(self) -> list[str]:
        """Return the faults of the stand-ins themselves."""
        return [error for process in self._processes for error in process.ask("errors")]

    def cpu(self) -> float:
        """Return the CPU seconds of all server processes."""
        return sum(process.ask("cpu") for process in self._processes)

    def write_inventory(self, path: Path, hosts: int | None = None) -> None:
        """Write an inventory of the first hosts, or of all.

        Args:
            path: The file.
            hosts: How many.
        """
        ((user, password),) = self._users.items()
        shared = connection_vars(
            connection="winrm",
            auth="ntlm",
            transport="http",
            address="",
            port=PORT,
            username=user,
            password=password,
        )
        names = list(self.names.items())[:hosts]
        write_inventory(path, {"windows": {name: shared | {"ansible_host": address} for name, address in names}})
