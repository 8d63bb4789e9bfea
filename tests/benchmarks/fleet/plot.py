# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The figures as a picture."""

from __future__ import annotations

from pathlib import Path

from .jobs import Job
from .tables import Figures

_COLOURS = {
    "a": "#9aa0a6",
    "b": "#1a73e8",
    "c": "#12b5cb",
    "d": "#e8710a",
    "e": "#d93025",
    "f": "#669df6",
    "g": "#9334e6",
}


def _label(job: Job) -> str:
    bound = ", lower bound" if job.lower_bound else ""
    return f"({job.letter}) {job.name.replace('`', '')}{bound}"


def draw(figures: Figures, path: Path) -> None:
    """Write an SVG: CPU and bytes for each host, and wall time over the size of the fleet."""
    import matplotlib as mpl  # noqa: PLC0415  only in the benchmark's own environment

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "fleet"
    import matplotlib.pyplot as plt  # noqa: PLC0415

    hosts = figures.largest()
    letters = [job.letter for job in figures.jobs]
    colours = [_COLOURS[letter] for letter in letters]
    picture, (cpu, traffic, wall) = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    bars = cpu.bar(letters, [figures.cpu(letter, hosts) for letter in letters], color=colours)
    cpu.bar_label(bars, fmt="%.0f")
    cpu.margins(y=0.12)
    cpu.set_title("CPU of the control node per host, ms")
    sending = [letter for letter in letters if figures.median(letter, hosts, lambda sample: sample.requests)]
    totals = [figures.median(letter, hosts, lambda sample: sample.traffic) / 1000 for letter in sending]
    bars = traffic.bar(sending, totals, color=[_COLOURS[letter] for letter in sending])
    traffic.bar_label(bars, fmt="%.0f")
    traffic.set_yscale("log")
    traffic.set_ylim(1, 4 * max(totals, default=1.0))
    traffic.set_title("bytes per host, both ways, kB")
    for job in figures.jobs:
        sizes = figures.sizes(job.letter)
        walls = [figures.median(job.letter, size, lambda sample: sample.run.wall) for size in sizes]
        wall.plot(sizes, walls, "o-", color=_COLOURS[job.letter], label=_label(job))
    wall.set_xscale("log")
    wall.set_yscale("log")
    wall.set_xlabel("hosts")
    wall.set_title("wall time, s")
    picture.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    picture.savefig(path, metadata={"Date": None})
    plt.close(picture)
