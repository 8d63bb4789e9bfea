# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Two ansible-runner processes over halves of a fleet, at the same time, and one report of both.

Usage: python -m tests.benchmarks.fleet.shards --hosts 40
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .fleet import Fleet
from .jobs import ROOT

_SHARDS = 2
_KEY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
_BIN = Path(sys.executable).parent
_SECONDS = 900


def expected(names: list[str]) -> dict[str, str]:
    """Return the verdict that each host must get: every fifth has drifted, every seventh is not reached."""
    drifted = dict.fromkeys(names, "clean") | dict.fromkeys(names[::5], "drift")
    return drifted | dict.fromkeys(names[::7], "unreachable")


def prepare(fleet: Fleet, folder: Path) -> dict[str, str]:
    """Make the fleet as it must be found, and the folder that ansible-runner takes; return the true verdicts."""
    truth = expected(list(fleet.names))
    fleet.load("compliant_server")
    fleet.put({name: (_KEY, "fAllowUnsolicited", "REG_DWORD", 1) for name, told in truth.items() if told == "drift"})
    fleet.sicken({name: "refuses_connections" for name, told in truth.items() if told == "unreachable"})
    for part in ("inventory", "project", "env"):
        (folder / part).mkdir()
    fleet.write_inventory(folder / "inventory" / "hosts.yml")
    play = [{"import_playbook": "winfleet.remote_assistance.drift"}]
    (folder / "project" / "drift.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(folder / "home"),
        "PYTHONWARNINGS": "ignore",
    }
    (folder / "env" / "envvars").write_text(yaml.safe_dump(variables), encoding="utf-8")
    return truth


def run_shards(folder: Path, hosts: int) -> list[int]:
    """Run every shard at the same time and return their exit codes."""
    environment = os.environ | {"PATH": f"{_BIN}{os.pathsep}{os.environ['PATH']}"}
    running = []
    for shard in range(_SHARDS):
        first, last = hosts * shard // _SHARDS, hosts * (shard + 1) // _SHARDS - 1
        words = [
            "run",
            str(folder),
            "-p",
            "drift.yml",
            "-i",
            f"shard{shard}",
            "-q",
            "--limit",
            f"windows[{first}:{last}]",
        ]
        reports = folder / "slices" / str(shard)
        said = f"-e remote_assistance_baseline=all_off -e remote_assistance_report_dir={reports}"
        command = [str(_BIN / "ansible-runner"), *words, "--cmdline", said]
        running.append(subprocess.Popen(command, env=environment))
    return [process.wait(timeout=_SECONDS) for process in running]


def merged(folder: Path) -> dict[str, Any]:
    """Make one report of all shards with the collection's playbook and return it."""
    wanted = {
        "remote_assistance_reports": [str(folder / "slices" / "*" / "drift.json")],
        "remote_assistance_report_dir": str(folder / "merged"),
        "remote_assistance_report_formats": ["json"],
    }
    command = [str(_BIN / "ansible-playbook"), str(ROOT / "playbooks" / "merge_reports.yml"), "-e", json.dumps(wanted)]
    environment = os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_LOCALHOST_WARNING": "0"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL, timeout=_SECONDS)
    return dict(json.loads((folder / "merged" / "drift.json").read_text(encoding="utf-8")))


def judge(truth: dict[str, str], codes: list[int], report: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a merged report."""
    names = [host["name"] for host in report["hosts"]]
    yield from (f"{name} is counted {number} times" for name, number in Counter(names).items() if number > 1)
    yield from (f"{name} is lost" for name in truth if name not in names)
    for host in report["hosts"]:
        if host["verdict"] != truth.get(host["name"]):
            yield f"{host['name']} is {host['verdict']}, and not {truth.get(host['name'])}"
    counted = {verdict: number for verdict, number in report["counts"]["hosts"].items() if number}
    if counted != dict(Counter(truth.values())):
        yield f"the report counts {counted}"
    if not all(codes):
        yield f"the shards ended with {codes}, although hosts have drifted in each"


def main() -> int:
    """Run, print what is wrong, and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hosts", type=int, default=40)
    hosts = options.parse_args().hosts
    with Fleet(hosts) as fleet, tempfile.TemporaryDirectory(prefix="fleet-shards-") as name:
        folder = Path(name)
        truth = prepare(fleet, folder)
        codes = run_shards(folder, hosts)
        report = merged(folder)
        asked = fleet.counters()["soap_messages"]
    wrong = list(judge(truth, codes, report))
    counted = ", ".join(f"{number} {verdict}" for verdict, number in Counter(truth.values()).items())
    print(f"{_SHARDS} ansible-runner processes, {hosts} hosts ({counted}), {asked} messages: {len(wrong)} wrong")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
