# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""From samples to figures and tables in Markdown."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from .jobs import Job, jobs
from .plan import Sample, Session
from .where import PARTS

Take = Callable[[Sample], float]
MILLION = 1_000_000


class Figures:
    """Medians of a session.

    Args:
        session: What was measured.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.jobs: tuple[Job, ...] = tuple(
            job for job in jobs() if any(letter == job.letter for letter, _hosts in session.samples)
        )

    def sizes(self, letter: str) -> list[int]:
        """Return the sizes at which a job was measured."""
        return sorted(hosts for job, hosts in self.session.samples if job == letter)

    def largest(self) -> int:
        """Return the largest fleet on which every job was measured."""
        common = set.intersection(*(set(self.sizes(job.letter)) for job in self.jobs))
        return max(common)

    def median(self, letter: str, hosts: int, take: Take) -> float:
        """Return the median of one figure."""
        return statistics.median(take(sample) for sample in self.session.samples[letter, hosts])

    def slope(self, letter: str, take: Take, largest: int | None = None) -> float:
        """Return how much a figure grows with each host, between the smallest fleet and a large one."""
        sizes = [size for size in self.sizes(letter) if largest is None or size <= largest]
        first, last = sizes[0], sizes[-1]
        if first == last:
            return self.median(letter, first, take) / first
        grown = self.median(letter, last, take) - self.median(letter, first, take)
        return grown / (last - first)

    def cpu(self, letter: str, largest: int | None = None) -> float:
        """Return milliseconds of CPU for each host, Ansible's start not counted."""
        return self.slope(letter, lambda sample: sample.run.cpu * 1000, largest)


def machine() -> str:
    """Return on what it was measured, in one line."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("ansible-core", "pywinrm", "requests", "pyspnego"))
    return (
        f"{os.cpu_count()} CPUs ({model}), {memory:.0f} GB, Python {platform.python_version()}, {packages}; the "
        "stand-in hosts ran on the same CPUs, their CPU is not counted"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bytes(number: float) -> str:
    return f"{number:,.0f}"


def cost_table(figures: Figures) -> str:
    """Return what each job costs for each host of the largest fleet."""
    hosts = figures.largest()
    floor = figures.cpu("a", hosts)
    rows = []
    for job in figures.jobs:
        cpu = figures.cpu(job.letter, hosts)
        wall = figures.median(job.letter, hosts, lambda sample: sample.run.wall)
        rows.append(
            (
                f"({job.letter}) {job.name}{' *' if job.lower_bound else ''}",
                f"{figures.median(job.letter, hosts, lambda sample: sample.requests):.0f}",
                _bytes(figures.median(job.letter, hosts, lambda sample: sample.bytes_sent)),
                _bytes(figures.median(job.letter, hosts, lambda sample: sample.bytes_received)),
                f"{figures.median(job.letter, hosts, lambda sample: sample.shells):.0f}",
                f"{cpu:.0f}",
                f"{cpu / floor:.2f}",
                f"{wall:.1f}",
                f"{figures.median(job.letter, hosts, lambda sample: sample.run.main_memory) / MILLION:.0f}",
                f"{figures.median(job.letter, hosts, lambda sample: sample.run.tree_memory) / MILLION:.0f}",
            )
        )
    heads = ("job", "HTTP requests", "bytes sent", "bytes received", "shells", "CPU, ms", "CPU / (a)")
    return table((*heads, f"wall of {hosts:,} hosts, s", "memory, main process, MB", "with workers, MB"), rows)


def growth_table(figures: Figures) -> str:
    """Return how wall time, CPU and memory grow with the fleet."""
    rows = []
    for job in figures.jobs:
        for hosts in figures.sizes(job.letter):
            samples = figures.session.samples[job.letter, hosts]
            walls = sorted(sample.run.wall for sample in samples)
            rows.append(
                (
                    f"({job.letter})",
                    f"{hosts:,}",
                    f"{len(samples)}",
                    f"{statistics.median(walls):.1f} ({walls[0]:.1f} to {walls[-1]:.1f})",
                    f"{figures.median(job.letter, hosts, lambda sample: sample.run.cpu) / hosts * 1000:.0f}",
                    f"{figures.median(job.letter, hosts, lambda sample: sample.run.main_memory) / MILLION:.0f}",
                    f"{figures.median(job.letter, hosts, lambda sample: sample.run.tree_memory) / MILLION:.0f}",
                    f"{figures.median(job.letter, hosts, lambda sample: sample.server_cpu) * 1000:.0f}",
                )
            )
    heads = ("job", "hosts", "runs", "wall, s (from to)", "CPU / host with the start, ms", "main process, MB")
    return table((*heads, "with workers, MB", "CPU of a stand-in, ms (not counted)"), rows)


def pace_table(figures: Figures) -> str:
    """Return how long one host takes on slower networks."""
    session = figures.session
    paces = sorted({pace for _letter, pace in session.paces})
    rows = []
    for job in jobs():
        if (job.letter, paces[0]) not in session.paces:
            continue
        base, trips = session.paces[job.letter, paces[0]]
        walls = [session.paces.get((job.letter, pace)) for pace in paces]
        more = [f"{found[0] - base:+.2f}" if found else "-" for found in walls[1:]]
        rows.append((f"({job.letter})", f"{trips:.0f}", f"{base:.2f}", *more))
    heads = [f"more at {pace * 1000:.0f} ms, s" for pace in paces[1:]]
    return table(("job", "serial round trips", f"wall at {paces[0] * 1000:.0f} ms, s", *heads), rows)


def parts_table(session: Session) -> str:
    """Return where the CPU of a check goes."""
    parts, whole = session.parts, sum(session.parts.values())
    rows = [(name, PARTS[name], f"{spent:.1f}", f"{spent / whole:.0%}") for name, spent in parts.items()]
    return table(("part of a check", "whose", "CPU per host, ms", "share"), rows)


def aims_table(figures: Figures) -> str:
    """Return what was aimed at, what is reached, and whether that is enough."""
    hosts = figures.largest()
    requests = figures.median("b", hosts, lambda sample: sample.requests)
    traffic = {job.letter: figures.median(job.letter, hosts, lambda sample: sample.traffic) for job in figures.jobs}
    cpu = {job.letter: figures.cpu(job.letter, hosts) for job in figures.jobs}
    wall = {letter: figures.median(letter, hosts, lambda sample: sample.run.wall) for letter in "ab"}
    memory = {letter: figures.slope(letter, lambda sample: sample.run.main_memory) for letter in "ab"}
    found: list[tuple[str, float, float, str]] = [
        ("CPU of a check / a task that does nothing, at most", 1.5, cpu["b"] / cpu["a"], "{:.2f}"),
        ("requests of a check, at most", 12, requests, "{:.0f}"),
        ("bytes of a check, both ways, at most", 12_000, traffic["b"], "{:,.0f}"),
        (f"wall of a check / nothing, {hosts:,} hosts, at most", 2, wall["b"] / wall["a"], "{:.2f}"),
        ("main process, bytes per host above nothing, at most", 5_000, max(memory["b"] - memory["a"], 0.0), "{:,.0f}"),
    ]
    sizes = figures.sizes("b")
    if len(sizes) > 2:
        early, late = figures.cpu("b", sizes[1]), figures.cpu("b")
        found.append((f"CPU per host at {sizes[-1]:,} / at {sizes[1]:,} hosts, at most", 1.1, late / early, "{:.2f}"))
    rows = [(text, form.format(aim), form.format(real), _verdict(real <= aim)) for text, aim, real, form in found]
    for letter, times_cpu, times_bytes in (("d", 3, 50), ("e", 10, 300)):
        if letter in cpu:
            less = cpu[letter] / cpu["b"]
            rows.append((f"times less CPU than ({letter})", f"{times_cpu}", f"{less:.1f}", _verdict(less >= times_cpu)))
            # (d) and (e) do not look at the firewall, and neither does (f).
            for ours, beside in (("b", ""), ("f", ", without the firewall too")):
                if ours in cpu:
                    fewer = traffic[letter] / traffic[ours]
                    text = f"times fewer bytes than ({letter}){beside}"
                    rows.append((text, f"{times_bytes}", f"{fewer:.0f}", _verdict(fewer >= times_bytes)))
    return table(("aim", "aimed at", "measured", "reached"), rows)


def _verdict(reached: bool) -> str:
    return "yes" if reached else "**no**"
