# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Measure what a fleet costs: ``python -m tests.benchmarks.fleet --sizes 10 100 1000 --write``.

Prints progress, ends in bounded time, prints the report in Markdown; with ``--write`` it also writes the picture and
the generated parts of docs/fleet.md and of the README.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .plan import Session, measure_paces, measure_parts, measure_sizes, tell
from .report import parts_text, whole, write, write_parts
from .tables import Figures

_HOSTS_OF_PARTS = 1000


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(prog="python -m tests.benchmarks.fleet", description=__doc__.splitlines()[0])
    found.add_argument("--sizes", type=int, nargs="+", default=[10, 100], help="numbers of hosts")
    found.add_argument("--large", type=int, default=0, help="a further, larger fleet for (a) and (b) only")
    found.add_argument("--jobs", default="abcdefg", help="letters of the jobs; a and b are always measured")
    found.add_argument("--runs", type=int, default=3)
    found.add_argument("--forks", type=int, default=5)
    found.add_argument("--paces", type=int, nargs="*", default=[0, 5, 50, 150], help="round trip times, ms")
    found.add_argument("--only-parts", action="store_true", help="only where the CPU of a check goes")
    found.add_argument("--minutes", type=float, default=60.0, help="what does not fit is skipped, and named")
    found.add_argument("--write", action="store_true", help="write docs/fleet.md, its picture and the README")
    return found


def _only_parts(session: Session, *, hosts: int, until: float, folder: Path, is_written: bool) -> int:
    measure_parts(session, hosts=hosts, until=until, folder=folder)
    if not session.parts:
        return 1
    print(parts_text(session))
    if is_written:
        write_parts(session)
    return 0


def main() -> int:
    """Measure and print."""
    options = parser().parse_args()
    letters = "".join(sorted({*options.jobs, "a", "b"}))
    session = Session(forks=options.forks)
    started = time.monotonic()
    until = started + options.minutes * 60
    tell(f"jobs {letters}, fleets of {options.sizes}, {options.runs} runs; ends within {options.minutes:.0f} minutes")
    with tempfile.TemporaryDirectory(prefix="bench-fleet-") as name:
        folder = Path(name)
        if options.only_parts:
            return _only_parts(session, hosts=max(options.sizes), until=until, folder=folder, is_written=options.write)
        if options.paces:
            paces = [pace / 1000 for pace in sorted(options.paces)]
            measure_paces(session, paces=paces, runs=options.runs, letters=letters, until=until, folder=folder)
        sizes, runs = options.sizes, options.runs
        measure_sizes(session, sizes=sizes, runs=runs, letters=letters, until=until, folder=folder)
        measure_parts(session, hosts=min(max(sizes), _HOSTS_OF_PARTS), until=until, folder=folder)
        if options.large:
            measure_sizes(session, sizes=[options.large], runs=1, letters="ab", until=until, folder=folder)
    figures = Figures(session)
    print(whole(figures))
    if session.parts:
        print(parts_text(session))
    if options.write:
        write(figures)
    tell(f"done after {(time.monotonic() - started) / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
