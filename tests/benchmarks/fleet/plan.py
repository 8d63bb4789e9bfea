# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What is measured in one session, and in which order: rounds over all jobs, small fleets first, until time is up."""

from __future__ import annotations

import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .fleet import Fleet
from .jobs import Job, jobs
from .measure import Run, run_job
from .where import where_cpu_goes

# A run may take this much longer than the smaller fleet promises before it is ended.
_PATIENCE = 3.0
_LEAST_SECONDS = 60.0
# What takes longer than this is measured once; the number of runs stands in the table.
_LONG_RUN = 180.0


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One run over a fleet, per host where a name does not say otherwise."""

    run: Run
    hosts: int
    requests: float
    connections: float
    bytes_sent: float
    bytes_received: float
    shells: float
    server_cpu: float

    @property
    def traffic(self) -> float:
        """Bytes both ways."""
        return self.bytes_sent + self.bytes_received

    @property
    def trips(self) -> float:
        """Serial round trips: every request, and opening the connection."""
        return self.requests + self.connections


@dataclass(kw_only=True)
class Session:
    """Everything that was measured.

    Attributes:
        samples: By job and number of hosts.
        skipped: What there was no time for.
        parts: Milliseconds of CPU of a check by part, see ``where``.
        hosts_of_parts: Over how many hosts they were measured.
        paces: Wall seconds of one host and its serial round trips, by job and round trip time.
        forks: How many hosts at once.
        load: The load of the machine before, as the system tells it.
    """

    samples: dict[tuple[str, int], list[Sample]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)
    hosts_of_parts: int = 0
    paces: dict[tuple[str, float], tuple[float, float]] = field(default_factory=dict)
    forks: int = 5
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    def skip(self, text: str) -> None:
        """Remember and say what is not measured, and why."""
        self.skipped.append(text)
        tell(f"skipped {text}")


def tell(text: str) -> None:
    """Print progress."""
    print(f"[bench-fleet] {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def measure(
    fleet: Fleet, job: Job, *, hosts: int, folder: Path, forks: int, seconds: float, pace: float = 0.0
) -> Sample:
    """Run one job once on fresh hosts.

    Raises:
        JobFailed: It failed, or a stand-in did.
        TimeoutError: It took longer than ``seconds``.
    """
    fleet.load(job.seed, pace=pace)
    server = fleet.cpu()
    run = run_job(fleet, job, hosts=hosts, folder=folder, forks=forks, seconds=seconds)
    server = fleet.cpu() - server
    total = fleet.counters()
    return Sample(
        run=run,
        hosts=hosts,
        requests=total["http_requests"] / hosts,
        connections=total["connections"] / hosts,
        bytes_sent=total["bytes_in"] / hosts,
        bytes_received=total["bytes_out"] / hosts,
        shells=total["shells_opened"] / hosts,
        server_cpu=server / hosts,
    )


def measure_sizes(session: Session, *, sizes: list[int], runs: int, letters: str, until: float, folder: Path) -> None:
    """Measure all jobs at all sizes, several times, as long as there is time; the smallest fleets first."""
    chosen = [job for job in jobs() if job.letter in letters]
    for hosts in sorted(sizes):
        with Fleet(hosts) as fleet:
            for turn in range(runs):
                for job in chosen:
                    _one(session, fleet, job, hosts=hosts, turn=turn, until=until, folder=folder)


def _one(session: Session, fleet: Fleet, job: Job, *, hosts: int, turn: int, until: float, folder: Path) -> None:
    what = f"({job.letter}) on {hosts} hosts, run {turn + 1}"
    promised = _promised(session, job, hosts)
    left = until - time.monotonic()
    if turn and promised > _LONG_RUN:
        return
    if promised > left:
        session.skip(f"{what}: would take {promised:.0f} s, {max(left, 0):.0f} s are left")
        return
    limit = min(max(promised * _PATIENCE, _LEAST_SECONDS), max(left, 1.0))
    try:
        sample = measure(fleet, job, hosts=hosts, folder=folder, forks=session.forks, seconds=limit)
    except TimeoutError as error:
        session.skip(f"{what}: {error}")
        return
    session.samples.setdefault((job.letter, hosts), []).append(sample)
    tell(f"{what}: {sample.run.wall:.1f} s, CPU {sample.run.cpu / hosts * 1000:.0f} ms per host; {left:.0f} s are left")


def _promised(session: Session, job: Job, hosts: int) -> float:
    """Return how long a run will take by what smaller fleets took."""
    known = {size: samples for (letter, size), samples in session.samples.items() if letter == job.letter}
    if not known:
        return 0.0
    nearest = max(known)
    return statistics.median(sample.run.wall for sample in known[nearest]) * hosts / nearest


def measure_parts(session: Session, *, hosts: int, until: float, folder: Path) -> None:
    """Measure where the CPU of a check goes."""
    what = "where the CPU of a check goes"
    seconds = until - time.monotonic()
    if seconds < _LEAST_SECONDS:
        session.skip(f"{what}: {max(seconds, 0):.0f} s are left")
        return
    try:
        with Fleet(hosts) as fleet:
            session.parts = where_cpu_goes(fleet, hosts=hosts, folder=folder, forks=session.forks, seconds=seconds)
    except TimeoutError as error:
        session.skip(f"{what}: {error}")
        return
    session.hosts_of_parts = hosts
    tell(f"{what}: measured")


def measure_paces(session: Session, *, paces: list[float], runs: int, letters: str, until: float, folder: Path) -> None:
    """Measure how long one host takes on networks with these round trip times in seconds."""
    with Fleet(1) as fleet:
        for job in (job for job in jobs() if job.letter in letters):
            for pace in paces:
                samples: list[Sample] = []
                while len(samples) < runs and time.monotonic() < until:
                    limit = max(until - time.monotonic(), 1.0)
                    samples.append(measure(fleet, job, hosts=1, folder=folder, forks=1, seconds=limit, pace=pace))
                if samples:
                    # Not the median: what else the machine does only adds to the seconds that Ansible needs to start.
                    wall = min(sample.run.wall for sample in samples)
                    session.paces[job.letter, pace] = (wall, samples[0].trips)
                    tell(f"({job.letter}) at {pace * 1000:.0f} ms: {wall:.1f} s")
