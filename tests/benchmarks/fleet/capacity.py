# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What a fleet of 100,000 hosts needs, from what the largest fleets cost that were measured."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass

from .tables import Figures, machine, table

_PLANNED = 100_000
_WINDOW_SECONDS = 2 * 3600
_BUSY = 0.7
_ROUND_TRIP = 0.05


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one job needs.

    Attributes:
        measured: The size of the fleet that the rest stands on; a slice is at most as large.
        cpu: Seconds of CPU for each host, everything counted.
        rate: Hosts each second that one node does, by its CPU.
        nodes: How many nodes.
        forks: At least so many on each, so that waiting for the network does not hold up the CPU.
        memory: Bytes of main process and workers of one node.
        traffic: Bytes of all hosts.
    """

    measured: int
    cpu: float
    rate: float
    nodes: int
    forks: int
    memory: float
    traffic: float

    @property
    def minutes(self) -> float:
        """How long it takes."""
        return _PLANNED / self.nodes / self.rate / 60


def need(figures: Figures, letter: str, *, processors: int) -> Need:
    """Return what a job needs.

    Args:
        figures: What was measured.
        letter: The job.
        processors: How many each node has; the ones that were measured on.
    """
    hosts = figures.sizes(letter)[-1]
    cpu = figures.median(letter, hosts, lambda sample: sample.run.cpu) / hosts
    rate = processors * _BUSY / cpu
    measured_forks = figures.session.forks
    in_a_fork = figures.median(letter, hosts, lambda sample: sample.run.wall) * measured_forks / hosts
    trips = figures.median(letter, hosts, lambda sample: sample.trips)
    forks = math.ceil(rate * (in_a_fork + trips * _ROUND_TRIP))
    main = figures.median(letter, hosts, lambda sample: sample.run.main_memory)
    workers = figures.median(letter, hosts, lambda sample: sample.run.tree_memory) - main
    return Need(
        measured=hosts,
        cpu=cpu,
        rate=rate,
        nodes=math.ceil(_PLANNED / (rate * _WINDOW_SECONDS)),
        forks=forks,
        memory=main + forks * max(workers, 0.0) / measured_forks,
        traffic=_PLANNED * figures.median(letter, hosts, lambda sample: sample.traffic),
    )


def plan_table(figures: Figures, *, processors: int) -> str:
    """Return what 100,000 hosts need."""
    heads = (
        "job",
        "slices of at most",
        "CPU per host in one, ms",
        "hosts / s, one node",
        "control nodes",
        "window, min",
        "forks per node at 50 ms round trip, at least",
        "memory per node, MB",
        "logons / s, all nodes",
        "traffic, GB",
    )
    return table(heads, _rows(figures, processors))


def _rows(figures: Figures, processors: int) -> Iterator[tuple[str, ...]]:
    for letter, name in (("b", "check (`drift`, `--check`)"), ("c", "full disable")):
        needed = need(figures, letter, processors=processors)
        yield (
            name,
            f"{needed.measured:,}",
            f"{needed.cpu * 1000:.0f}",
            f"{needed.rate:.1f}",
            f"{needed.nodes}",
            f"{needed.minutes:.0f}",
            f"{needed.forks}",
            f"{needed.memory / 1e6:,.0f}",
            f"{needed.rate * needed.nodes:.0f}",
            f"{needed.traffic / 1e9:.1f}",
        )


def plan_text(figures: Figures, *, processors: int | None = None) -> str:
    """Return the table with what it stands on.

    Args:
        figures: What was measured.
        processors: How many a node has; without it as many as this machine.
    """
    return "\n\n".join(
        (
            plan_table(figures, processors=processors or os.cpu_count() or 1),
            f"From the CPU and the memory of the slices as measured above; a node's CPU is used to {_BUSY:.0%}, the "
            f"window is at most {_WINDOW_SECONDS // 3600} hours. {machine()}.",
        )
    )
