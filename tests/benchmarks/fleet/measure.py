# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""One run of ansible-playbook, measured: CPU of it and of its workers, wall time, memory, what the hosts counted."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .fleet import Fleet
from .jobs import ROOT, Job

_BETWEEN_SAMPLES = 0.2
_IN_A_TREE_SAMPLE = 3


class JobFailed(RuntimeError):
    """A job did not do what is measured; the figures would be of something else."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What one run cost.

    Attributes:
        code: Exit code.
        wall: Seconds.
        cpu: Seconds of the main process and its workers together.
        main_memory: Most bytes that the main process had in memory.
        tree_memory: Most bytes that it and its workers had together, shared pages counted once.
        output: What it printed.
    """

    code: int
    wall: float
    cpu: float
    main_memory: int
    tree_memory: int
    output: str


def ansible_playbook(
    folder: Path, arguments: Sequence[str], *, seconds: float, variables: Mapping[str, str] | None = None
) -> Run:
    """Run ansible-playbook of this environment in a folder and measure it.

    Args:
        folder: Where it writes.
        arguments: Its arguments.
        seconds: After how many seconds it is ended.
        variables: Further environment variables.

    Raises:
        TimeoutError: It took longer.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_ACTION_PLUGINS": str(Path(__file__).parent / "action"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "PYTHONWARNINGS": "ignore",
    }
    command = [str(Path(sys.executable).parent / "ansible-playbook"), *arguments]
    printed = folder / "output.txt"
    with printed.open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | (variables or {}), stdout=output, stderr=subprocess.STDOUT
        )
        memory = _Memory(process.pid)
        late = threading.Timer(seconds, process.terminate)
        late.start()
        # wait4 also counts the workers that it has waited for.
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        on_time = late.is_alive()
        late.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        memory.end()
    if not on_time:
        raise TimeoutError(f"ansible-playbook took longer than {seconds:.0f} s")
    return Run(
        code=process.returncode,
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        main_memory=memory.main,
        tree_memory=memory.tree,
        output=printed.read_text(encoding="utf-8", errors="replace"),
    )


def run_job(
    fleet: Fleet,
    job: Job,
    *,
    hosts: int,
    folder: Path,
    forks: int,
    seconds: float,
    variables: Mapping[str, str] | None = None,
) -> Run:
    """Run one job on the first hosts of a fleet, as they are.

    Args:
        fleet: The hosts.
        job: The job.
        hosts: How many of them.
        folder: Where to write.
        forks: How many at once.
        seconds: After how many seconds it is ended.
        variables: Further environment variables.

    Raises:
        JobFailed: It failed, or a stand-in did.
        TimeoutError: It took longer.
    """
    inventory = folder / "inventory.yml"
    fleet.write_inventory(inventory, hosts)
    arguments = ["-i", str(inventory), "-f", str(forks), str(job.playbook(folder)), *job.arguments]
    run = ansible_playbook(folder, arguments, seconds=seconds, variables=variables)
    if run.code or fleet.errors():
        raise JobFailed(f"job ({job.letter}) on {hosts} hosts failed:\n{run.output[-3000:]}\n{fleet.errors()}")
    return run


class _Memory:
    """Watches the memory of a process and of all below it until it is told to end."""

    def __init__(self, pid: int) -> None:
        self.main = 0
        self.tree = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        turn = 0
        while not self._ended.wait(_BETWEEN_SAMPLES):
            self.main = max(self.main, _kilobytes(f"/proc/{self._pid}/status", "VmHWM:") * 1024)
            turn += 1
            if turn % _IN_A_TREE_SAMPLE == 0:
                tree = sum(_kilobytes(f"/proc/{pid}/smaps_rollup", "Pss:") for pid in _tree(self._pid))
                self.tree = max(self.tree, tree * 1024)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _kilobytes(path: str, word: str) -> int:
    """Return a figure of a file of /proc, 0 where the process has ended meanwhile."""
    try:
        lines = Path(path).read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(word)), 0)
