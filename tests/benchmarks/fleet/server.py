# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""One server process of a fleet: obeys commands, one line of JSON each, on its standard input."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.lab.accounts import Accounts
from tests.lab.seed_files import content_of, read_seed

from .hosts import Hosts


class Server:
    """Obeys.

    Args:
        order: The addresses of the hosts and the users.
        folder: For the users' file.
    """

    def __init__(self, order: dict[str, Any], folder: Path) -> None:
        users = order["users"]
        refusing = Accounts(users, refused=users, directory=folder)
        self.hosts = Hosts(order["addresses"], Accounts(users, directory=folder), refusing)
        self.hosts.start()

    def counters(self) -> list[dict[str, int]]:
        """Return the figures of every host."""
        return [host.recorder.counters.to_dict() for host in self.hosts]

    def load(self, seed: str, pace: float) -> None:
        """Begin anew with the registries of a seed, on a network with this round trip time in seconds."""
        self.hosts.load(read_seed(seed))
        self.hosts.pace.seconds = pace

    def sicken(self, sick: dict[str, str]) -> None:
        """Let hosts be sick, by address."""
        for address, sickness in sick.items():
            self.hosts.by_address[address].sicken(sickness)

    def put(self, values: dict[str, list[Any]]) -> None:
        """Write one value on each of some hosts: key, name, type and data by address."""
        for address, value in values.items():
            self.hosts.by_address[address].registry.set(*value)

    def registries(self) -> dict[str, Any]:
        """Return what every host holds, by address."""
        return {host.address: content_of(host.registry.raw) for host in self.hosts}

    def writes(self) -> dict[str, int]:
        """Return how many writes every host has performed, by address."""
        return {host.address: len(host.recorder.journal.writes) for host in self.hosts}

    def errors(self) -> list[str]:
        """Return the faults of the stand-ins themselves."""
        return [repr(error) for host in self.hosts for error in host.server.errors]

    def cpu(self) -> float:
        """Return the CPU seconds of this process."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime


def main() -> None:
    """Serve until the standard input ends."""
    dummy, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        try:
            server = Server(json.loads(sys.stdin.readline()), Path(folder))
        except OSError as error:
            print(json.dumps({"error": str(error)}), flush=True)
            return
        print(json.dumps({"result": "ready"}), flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            print(json.dumps({"result": getattr(server, order.pop("command"))(**order)}), flush=True)
        server.hosts.stop()


if __name__ == "__main__":
    main()
