# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Where the CPU of a check goes, by the kernel's own count at the borders of a few calls."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .fleet import Fleet
from .jobs import jobs
from .measure import ansible_playbook

PARENT = "main process: forks, variables, results, output"
PARTS: Mapping[str, str] = {
    "worker before and after: fork, task, templates, connection plugin, result": "Ansible",
    "declaration, schema, plan, result": "ours",
    "client object with the inventory's settings": "Ansible, pywinrm",
    "logon: three requests, NTLM": "pywinrm, requests, pyspnego",
    "messages: sealing, HTTP": "pywinrm, requests, pyspnego",
    "envelopes and answers": "ours",
    PARENT: "Ansible",
}
"""The parts, and whose they are."""

_CALLBACKS = Path(__file__).parent / "callback"


def where_cpu_goes(fleet: Fleet, *, hosts: int, folder: Path, forks: int, seconds: float) -> list[dict[str, float]]:
    """Run the check on compliant hosts and return the milliseconds of each worker by part, the main process left out.

    Args:
        fleet: The hosts.
        hosts: How many of them.
        folder: Where to write.
        forks: How many at once.
        seconds: After how many seconds it is ended.
    """
    (job,) = (job for job in jobs() if job.letter == "b")
    fleet.load(job.seed)
    told = folder / "where.jsonl"
    told.unlink(missing_ok=True)
    inventory = folder / "inventory.yml"
    fleet.write_inventory(inventory, hosts)
    arguments = ["-i", str(inventory), "-f", str(forks), str(job.playbook(folder)), *job.arguments]
    variables = {
        "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "where_cpu_goes",
        "FLEET_WHERE": str(told),
    }
    run = ansible_playbook(folder, arguments, seconds=seconds, variables=variables)
    if run.code:
        raise RuntimeError(run.output[-3000:])
    return [parts_of(json.loads(line)) for line in told.read_text(encoding="utf-8").splitlines()]


def parts_of(told: Mapping[str, Any]) -> dict[str, float]:
    """Return the milliseconds of one worker by part.

    Args:
        told: What the callback wrote: seconds ``spent`` in calls, those within them included, and in all at the
            ``end``.
    """
    spent: Mapping[str, float] = told["spent"]
    names = list(PARTS)
    seconds = (
        told["end"] - spent["action"],
        spent["action"] - spent["exchange"],
        spent["opening"],
        spent["logon"],
        spent["messages"] - spent["logon"],
        spent["exchange"] - spent["messages"] - spent["opening"],
    )
    return {name: 1000 * part for name, part in zip(names, seconds, strict=False)}


def means(workers: list[dict[str, float]], *, whole: float) -> dict[str, float]:
    """Return the mean milliseconds of each part, the main process included.

    Args:
        workers: What ``where_cpu_goes`` returned.
        whole: Milliseconds of main process and worker together for each host, Ansible's start not counted.
    """
    found = {name: statistics.mean(worker[name] for worker in workers) for name in PARTS if name != PARENT}
    return found | {PARENT: whole - sum(found.values())}
