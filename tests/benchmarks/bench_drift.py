# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what the callback ``drift_report`` costs a run over a fleet, and the report at its end; prints a table."""

from __future__ import annotations

import argparse
import importlib
import resource
import sys
import tempfile
import time
import types
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "unit"))

import conftest  # noqa: E402, F401  # pylint: disable=unused-import  # mounts this checkout as ansible_collections.winfleet.remote_assistance

COLLECTION = "ansible_collections.winfleet.remote_assistance"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
CHANGES = (
    ("offer.state", "fAllowUnsolicited", "enabled", "disabled"),
    ("solicited.state", "fAllowToGetHelp", "enabled", "disabled"),
    ("offer.control", "fAllowUnsolicitedFullControl", "full_control", None),
)


def result_of(number: int) -> dict[str, t.Any]:
    """Return the result of one host; every third has drifted, every second tells its build."""
    changes = [
        {
            "layer": "live_policy",
            "setting": setting,
            "path": f"{POLICY}\\{value}",
            "type": "REG_DWORD",
            "before": before,
            "after": after,
            "action": "set" if after else "delete",
        }
        for setting, value, before, after in (CHANGES if number % 3 == 0 else ())
    ]
    known = number % 2 == 0
    audited = {
        "managed": ["solicited.state", "offer.state"],
        "baseline": "cis_l1",
        "replaced": [],
        "build": 20348 if known else None,
        "server": True if known else None,
    }
    return {"changed": bool(changes), "changes": changes, "notes": [], "audited": audited}


def run(hosts: int, folder: Path) -> tuple[float, float]:
    """Return the seconds to collect the results of a fleet, and those to write its report."""
    names = [f"host{number:05d}" for number in range(hosts)]
    callback = importlib.import_module(f"{COLLECTION}.plugins.callback.drift_report").CallbackModule()
    options = {"report_dir": str(folder), "formats": [], "previous_report": "", "exceptions_file": ""}
    callback.get_option = (options | {"progress_every": 0}).__getitem__
    variables = {"ansible_play_hosts_all": names, "groups": {"windows": names}}
    manager = types.SimpleNamespace(get_vars=lambda **dummy: variables)
    task = types.SimpleNamespace(action="winfleet.remote_assistance.host", check_mode=True)
    results = [
        types.SimpleNamespace(
            _task=task, _result=result_of(number), _host=types.SimpleNamespace(get_name=lambda name=name: name)
        )
        for number, name in enumerate(names)
    ]
    callback.v2_playbook_on_play_start(types.SimpleNamespace(get_variable_manager=lambda: manager))
    callback.v2_playbook_on_task_start(task, False)
    started = time.perf_counter()
    for result in results:
        callback.v2_runner_on_ok(result)
    collected = time.perf_counter()
    callback.v2_playbook_on_stats(None)
    return collected - started, time.perf_counter() - collected


def main() -> None:
    """Measure a first run, and one that compares with the report of the first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hosts", type=int, default=5000)
    hosts = parser.parse_args().hosts
    lines = []
    with tempfile.TemporaryDirectory() as name:
        for title in ("first report", "with a previous one"):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            collecting, writing = run(hosts, Path(name))
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            lines.append(f"{title:20} {collecting / hosts * 1e6:8.0f} µs {writing:8.1f} s {grown / 1024:8.0f} MB")
        sizes = {path.name: path.stat().st_size for path in sorted(Path(name).iterdir())}
    print(f"{hosts:<20} {'per host':>11} {'report':>10} {'memory':>11}")
    print("\n".join(lines))
    print(", ".join(f"{file} {size / 1e6:.1f} MB" for file, size in sizes.items()))


if __name__ == "__main__":
    main()
