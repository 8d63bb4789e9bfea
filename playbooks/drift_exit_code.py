# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a drift report into an exit code for CI; Python alone is enough.

    python3 drift_exit_code.py drift-reports/drift.json

0: nothing has drifted, and every host answered. 1: drift. 2: a host gave no answer, it failed or was not reached, or
there was no host at all. 3: both. 4: the file is no drift report.
"""

from __future__ import annotations

import json
import sys
import typing as t
from pathlib import Path

NO_REPORT: t.Final = 4


def main(arguments: t.Sequence[str]) -> int:
    """Print the counts as one line and return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: drift_exit_code.py drift.json\n")
        return NO_REPORT
    try:
        report = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        hosts, deviations = report["counts"]["hosts"], report["counts"]["open"]
        total = sum(hosts[word] for word in ("clean", "drift", "failed", "unreachable"))
        silent = hosts["failed"] + hosts["unreachable"]
        drift = hosts["drift"] > 0 or deviations > 0
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"{arguments[0]} is no drift report: {type(error).__name__}: {error}\n")
        return NO_REPORT
    counted = ", ".join(f"{hosts[word]} {word}" for word in ("clean", "drift", "failed", "unreachable"))
    sys.stdout.write(f"{counted}; deviations: {deviations}\n")
    return int(drift) + (2 if silent or not total else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
