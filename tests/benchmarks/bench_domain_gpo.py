# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What a run on a domain GPO costs against the lab's controller: wall time and messages.

Usage: python -m tests.benchmarks.bench_domain_gpo [runs]
"""

from __future__ import annotations

import statistics
import sys
import time
import typing as t

import tests.unit.conftest  # noqa: F401  # pylint: disable=unused-import  # mounts the collection
from tests.integration.domain_ground import options
from tests.integration.domain_run_ground import OFF, helpers, succeeded, wanted
from tests.lab.domain import SambaDomain


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with SambaDomain(gpos=300) as domain:
        have = options(domain)
        enabled = wanted(offer={"state": "enabled", "control": "view_only"})
        succeeded(have, name="Bench", declaration=enabled)
        kinds: dict[str, t.Callable[[int], dict[str, t.Any]]] = {
            "create": lambda number: {"name": f"Bench {number}", "declaration": wanted(**OFF)},
            "no change": lambda _number: {"name": "Bench", "declaration": enabled},
            "no change, check mode": lambda _number: {"name": "Bench", "declaration": enabled, "check_mode": True},
            "edit": lambda number: {"name": "Bench", "declaration": helpers(add=[f"RA\\x{number}"])},
            "delete": lambda number: {"name": f"Bench {number}", "state": "absent"},
        }
        for kind, what in kinds.items():
            seconds, figures = [], None
            for number in range(runs):
                started = time.perf_counter()
                figures = succeeded(have, **what(number)).figures
                seconds.append(time.perf_counter() - started)
            if figures is not None:
                median = statistics.median(seconds) * 1000
                print(f"{kind}: {median:.0f} ms, {figures.ldap_messages} LDAP and {figures.smb_messages} SMB messages")


if __name__ == "__main__":
    main()
