# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Processes of a host: who came from whom, and how they end."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

_PROC = Path("/proc")


def parents() -> dict[int, int]:
    """Return the parent of every living process; zombies have ended (nobody may be there to reap them)."""
    found: dict[int, int] = {}
    for entry in _PROC.iterdir():
        if not entry.name.isdecimal():
            continue
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name in brackets may hold anything, brackets too.
            state, parent = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state not in {"Z", "X"}:
                found[int(entry.name)] = int(parent)
    return found


def descendants(root: int) -> set[int]:
    """Return all living processes below one."""
    known, found, new = parents(), set[int](), {root}
    while new:
        new = {child for child, parent in known.items() if parent in new} - found
        found |= new
    return found


def with_variable(name: str, value: str) -> set[int]:
    """Return the living processes that were started with a variable of this value."""
    wanted, found = f"{name}={value}".encode(), set[int]()
    for process in parents():
        with contextlib.suppress(OSError):
            if wanted in (_PROC / str(process) / "environ").read_bytes().split(b"\0"):
                found.add(process)
    return found


def end(processes: Collection[int], *, seconds: float = 5.0) -> None:
    """Kill processes and wait until they have ended."""
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + seconds
    while set(processes) & set(parents()) and time.monotonic() < deadline:
        time.sleep(0.02)


def wait_until_empty(folders: Collection[Path], *, seconds: float = 3.0) -> None:
    """Wait until clients have taken their control sockets away, having noticed that the host has gone."""
    deadline = time.monotonic() + seconds
    while any(any(folder.iterdir()) for folder in folders) and time.monotonic() < deadline:
        time.sleep(0.02)
    for folder in folders:
        for left in folder.iterdir():
            left.unlink(missing_ok=True)
