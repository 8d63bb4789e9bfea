# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Where the CPU of a check goes, by the kernel's own count at the borders of a few calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .fleet import Fleet
from .jobs import jobs
from .measure import run_job

PARTS: Mapping[str, str] = {
    "main process, in the play: forks, variables, results, output": "Ansible",
    "worker before and after the action: task, templates, connection plugin, result": "Ansible",
    "declaration, schema, plan, result": "ours",
    "client object with the inventory's settings": "Ansible, pywinrm",
    "logon: three requests, NTLM": "pywinrm, requests, pyspnego",
    "messages: sealing, HTTP": "pywinrm, requests, pyspnego",
    "envelopes and answers": "ours",
    "beside that: start, inventory, check of the declarations, ends of processes": "Ansible, kernel, ours",
}
"""The parts of a run, and whose they are."""

_CALLBACKS = Path(__file__).parent / "callback"


def where_cpu_goes(fleet: Fleet, *, hosts: int, folder: Path, forks: int, seconds: float) -> dict[str, float]:
    """Run the check on compliant hosts and return the milliseconds of CPU for each host by part.

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
    variables = {
        "ANSIBLE_CALLBACK_PLUGINS": str(_CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "where_cpu_goes",
        "FLEET_WHERE": str(told),
    }
    run = run_job(fleet, job, hosts=hosts, folder=folder, forks=forks, seconds=seconds, variables=variables)
    return parts_of([json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()], whole=run.cpu)


def parts_of(lines: Sequence[Mapping[str, Any]], *, whole: float) -> dict[str, float]:
    """Return the milliseconds for each host by part; they add up to the whole.

    Args:
        lines: What the callback wrote. For each worker: seconds ``spent`` in calls, those within them included, and in
            all at the ``end``; for the ``main`` process: seconds in the play.
        whole: Seconds of the whole run.
    """
    workers = [line for line in lines if "spent" in line]
    main = sum(line["main"] for line in lines if "main" in line)

    def total(call: str) -> float:
        return sum(float(worker["spent"][call]) for worker in workers)

    ends = sum(float(worker["end"]) for worker in workers)
    seconds = (
        main,
        ends - total("action"),
        total("action") - total("exchange"),
        total("opening"),
        total("logon"),
        total("messages") - total("logon"),
        total("exchange") - total("messages") - total("opening"),
        whole - main - ends,
    )
    return {name: 1000 * part / len(workers) for name, part in zip(PARTS, seconds, strict=True)}
