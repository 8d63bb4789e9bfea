# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The report in Markdown, and its places in the documentation that are written anew by each official run."""

from __future__ import annotations

import time
from pathlib import Path

from .capacity import plan_text
from .jobs import ROOT
from .plan import Session
from .plot import draw
from .tables import Figures, aims_table, cost_table, growth_table, machine, pace_table, parts_table

PICTURE = ROOT / "docs" / "fleet_cost.svg"
GUIDE = ROOT / "docs" / "fleet.md"
README = ROOT / "README.md"

_LOWER_BOUND = (
    "\\* Lower bounds: for (d) and (e) the stand-ins answer the shell protocol at once with a canned result. "
    "PowerShell's own start and work on the host, which take a real host far longer than all the messages, are not "
    "counted."
)


def cost(figures: Figures) -> str:
    """Return the table of the README."""
    return "\n\n".join((cost_table(figures), _LOWER_BOUND, _conditions(figures)))


def whole(figures: Figures) -> str:
    """Return everything that was measured."""
    parts = ["### Cost per host", cost(figures), "### What was aimed at", aims_table(figures)]
    parts += ["### Growth", growth_table(figures)]
    if figures.session.paces:
        parts += [
            "### Slow networks",
            "One host, one round trip time for every message and for opening the connection; so the wall time grows by "
            "the number of serial round trips times the round trip time. The quickest of the runs:",
            pace_table(figures),
        ]
    if figures.session.skipped:
        parts += ["Not measured:", "\n".join(f"- {text}" for text in figures.session.skipped)]
    return "\n\n".join(parts)


def parts_text(session: Session) -> str:
    """Return where the CPU of a check goes."""
    return "\n\n".join(
        (
            parts_table(session),
            f"For each of {session.hosts_of_parts:,} hosts, {session.forks} forks, by the kernel's count at the borders"
            f" of a few calls. {machine()}. Measured {time.strftime('%Y-%m-%d')}.",
        )
    )


def _conditions(figures: Figures) -> str:
    hosts, session = figures.largest(), figures.session
    runs = {len(session.samples[job.letter, hosts]) for job in figures.jobs}
    said = f"{min(runs)}" if len(runs) == 1 else f"{min(runs)} to {max(runs)}"
    return (
        f"Per host, medians of {said} runs over {hosts:,} stand-in hosts, {session.forks} forks, winrm with NTLM and "
        "message encryption, the three requests of the logon included; CPU without Ansible's start, as the slope from "
        f"{figures.sizes('a')[0]} hosts on. {machine()}. Measured {time.strftime('%Y-%m-%d')}, "
        f"load of the machine before {session.load:.1f}."
    )


def write(figures: Figures) -> None:
    """Write picture, guide and README anew."""
    draw(figures, PICTURE)
    put(GUIDE, "figures", whole(figures))
    put(GUIDE, "plan", plan_text(figures))
    if figures.session.parts:
        write_parts(figures.session)
    put(README, "cost", cost(figures))


def write_parts(session: Session) -> None:
    """Write anew where the CPU of a check goes."""
    put(GUIDE, "parts", parts_text(session))


def put(path: Path, name: str, text: str) -> None:
    """Replace what stands between the markers of a name.

    Raises:
        ValueError: The file has no such markers.
    """
    begin, end = f"<!-- bench-fleet {name}: begin -->", f"<!-- bench-fleet {name}: end -->"
    content = path.read_text(encoding="utf-8")
    head, found, rest = content.partition(begin)
    _old, closed, tail = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"{path.name} has no markers {begin} and {end}")
    path.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")
