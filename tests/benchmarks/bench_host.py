# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one host costs: HTTP requests, bytes, shells, and CPU of the control node beside a task that does nothing.

Every host is a stand-in on this machine, over NTLM with message encryption; the stand-ins' own processes are not
counted. CPU per host is the slope between a small and a large fleet, so that Ansible's start does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HELPERS = {"remote_assistance_helpers": [f"CORP\\helper{number:03}" for number in range(100)]}
# What is looked at and started beside the change itself has a line of its own in README.md.
PLAIN = {"remote_assistance_conflicts": "ignore", "remote_assistance_sync_helpers": False}

NOTHING = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
- hosts: windows
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
"""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One thing to measure."""

    name: str
    playbook: str
    seed: str
    arguments: tuple[str, ...] = ()


JOBS: t.Final = (
    Job(name="ansible.builtin.debug", playbook="", seed="compliant_server"),
    Job(name="check, compliant", playbook="disable_ra", seed="compliant_server", arguments=("--check",)),
    Job(
        name="full disable without conflicts and sync",
        playbook="disable_ra",
        seed="domain_member",
        arguments=("-e", json.dumps(PLAIN)),
    ),
    Job(
        name="100 helpers, set",
        playbook="enable_ra",
        seed="open_client",
        arguments=("-e", json.dumps(HELPERS | PLAIN)),
    ),
)


def lab(folder: Path, *arguments: str) -> str:
    """Run a command of the lab and return what it prints."""
    command = [sys.executable, "-m", "tests.lab", arguments[0], "--dir", str(folder), *arguments[1:]]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def measure(job: Job, hosts: int, folder: Path) -> dict[str, float]:
    """Run one job once on fresh hosts; CPU in seconds, the rest per host."""
    lab(folder, "start", "--fresh", "--hosts", str(hosts), "--seeds", job.seed)
    try:
        nothing = folder / "nothing.yml"
        nothing.write_text(NOTHING, encoding="utf-8")
        playbook = ROOT / "playbooks" / f"{job.playbook}.yml" if job.playbook else nothing
        inventory = str(folder / "inventory.yml")
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", inventory, str(playbook)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "PYTHONWARNINGS": "ignore"}
        ended = subprocess.run(
            [*command, *job.arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if ended.returncode:
            sys.exit(ended.stdout + ended.stderr)
        counters = json.loads(lab(folder, "counters")).values()
    finally:
        lab(folder, "stop")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wanted = ("http_requests", "bytes_in", "bytes_out", "shells_opened")
    return {"cpu": cpu} | {name: sum(one[name] for one in counters) / hosts for name in wanted}


def main() -> None:
    """Measure every job and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--few", type=int, default=10)
    parser.add_argument("--many", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    sizes = parser.parse_args()
    rows = []
    floor = 0.0
    for job in JOBS:
        slopes = []
        with tempfile.TemporaryDirectory() as name:
            for run in range(sizes.runs):
                print(f"{job.name}: run {run + 1} of {sizes.runs}", file=sys.stderr, flush=True)
                few = measure(job, sizes.few, Path(name))
                many = measure(job, sizes.many, Path(name))
                slopes.append((many["cpu"] - few["cpu"]) / (sizes.many - sizes.few) * 1000)
        cpu = statistics.median(slopes)
        floor = floor or cpu
        rows.append(
            f"| {job.name} | {many['http_requests']:.0f} | {many['bytes_in']:.0f} | {many['bytes_out']:.0f} "
            f"| {many['shells_opened']:.0f} | {cpu:.0f} | {cpu / floor:.2f} |"
        )
    print("| job | HTTP requests | bytes sent | bytes received | shells | CPU, ms | CPU / debug |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    print(
        f"\nPer host; collection {version}, Python {platform.python_version()}, {os.cpu_count()} CPUs, fleets of "
        f"{sizes.few} and {sizes.many} stand-in hosts, median of {sizes.runs} runs; NTLM with message encryption, "
        "the three requests of the logon included."
    )


if __name__ == "__main__":
    main()
