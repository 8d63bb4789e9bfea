# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The process that runs the Wine hosts of a lab; it obeys the same commands as the stand-in hosts' process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Literal

from ..lab_dir import LabDir
from ..lab_process import Lab, host_names
from .host import WineHost
from .prefix import DEFAULT_LOCALE

_AT_ONCE = 4
# What reg.exe does to a registry.
_WRITES = re.compile(r"\breg(?:\.exe)?\"? (?:import|add|delete|restore|copy) ", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class WinePlan:
    """What to start.

    Attributes:
        seeds: Seed of each host.
        locale: Locale of all hosts.
        shell: sshd's DefaultShell.
        transfer: ``ansible_ssh_transfer_method``.
        fresh: Forget the state of earlier runs.
    """

    seeds: tuple[str, ...]
    locale: str = DEFAULT_LOCALE
    shell: Literal["cmd", "powershell"] = "cmd"
    transfer: Literal["smart", "sftp", "scp"] = "smart"
    fresh: bool = False

    @classmethod
    def cycled(cls, seeds: Sequence[str], number: int | None = None, **options: Any) -> WinePlan:
        """Return a plan with the seeds once, or cut and repeated to a number of hosts."""
        return cls(seeds=tuple(islice(cycle(seeds), len(seeds) if number is None else number)), **options)


class WineLab(Lab):
    """The Wine hosts of one lab; a host's prefix in the lab's folder is its state.

    Args:
        where: The lab's folder.
        plan: What to start.
    """

    hosts: dict[str, Any]

    def __init__(self, where: LabDir, plan: WinePlan) -> None:
        # What the stand-in hosts need (users, state files) is left out on purpose.
        self._where = where
        self._stopping = threading.Event()
        self._transfer = plan.transfer
        self.hosts = {}
        for name, seed in zip(host_names(plan.seeds), plan.seeds, strict=True):
            folder = where.path / name
            if plan.fresh:
                shutil.rmtree(folder, ignore_errors=True)
            content = None if (folder / "prefix").is_dir() else seed
            options: dict[str, Any] = {"locale": plan.locale, "shell": plan.shell, "directory": folder}
            self.hosts[name] = WineHost(seed=content, name=name, **options)

    def run(self) -> None:
        """Serve until told to stop; the inventory exists once every port answers."""
        try:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                # The machines at once; the sshd of each then from this thread, which lives as long as they.
                list(pool.map(lambda host: host.machine.start(), self.hosts.values()))
        except BaseException:
            for host in self.hosts.values():
                host.close()
            raise
        super().run()

    def _save(self) -> None:
        """Nothing to do: Wine keeps its registry itself."""

    def _writes(self, host: Any) -> list[str]:
        return [line for line in host.executions.commands if _WRITES.search(line)]

    def _groups(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {"windows": {name: host.inventory_vars(self._transfer) for name, host in self.hosts.items()}}


def serve_wine(where: LabDir, plan: WinePlan) -> None:
    """Run a lab of Wine hosts in this process until a signal or the control socket ends it."""
    lab = WineLab(where, plan)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: lab.stop())
    where.pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    lab.run()
