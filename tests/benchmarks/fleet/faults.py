# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A full disable of a fleet part of which is sick, judged by what the hosts hold and not by what the collection says.

Usage: python -m tests.benchmarks.fleet.faults --hosts 1000
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.lab.seed_files import read_seed

from .fleet import Fleet
from .jobs import ROOT
from .measure import ansible_playbook

SHARES = {
    "refuses_connections": 0.03,
    "refuses_logons": 0.02,
    "hangs": 0.05,
    "drops_once": 0.01,
    "drops_for_good": 0.01,
    "answers_garbage": 0.02,
}
"""Which part of a fleet is sick, and how."""

SEED = "domain_member"
_HEALED = {"drops_once"}
_STATUS = dict.fromkeys(("refuses_connections", "refuses_logons", "hangs", "drops_for_good"), "unreachable")
_REASONS = {
    "refuses_connections": "refused",
    "refuses_logons": "refuses the logon",
    "hangs": "in time",
    "drops_for_good": "connection",
    "answers_garbage": "answer",
}
# What guides say to set for hosts that hang: one read time-out is all that such a host costs.
OPERATION_SECONDS, READ_SECONDS = 6, 8

_POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
_PREFERENCES = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
_GONE = (
    "fAllowFullControl",
    "MaxTicketExpiry",
    "MaxTicketExpiryUnits",
    "fUseMailto",
    "fAllowUnsolicitedFullControl",
)

Values = dict[tuple[str, str], Any]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run over a sick fleet ended.

    Attributes:
        sick: What ails a host, by name; healthy hosts are not in it.
        wrong: Everything that is not as it must be.
        wall: Seconds.
    """

    sick: Mapping[str, str]
    wrong: tuple[str, ...]
    wall: float


def sickness(names: list[str]) -> dict[str, str]:
    """Return which hosts are sick and how; every kind is there at least once."""
    kinds = [kind for kind, share in SHARES.items() for _one in range(max(1, round(len(names) * share)))]
    return dict(zip(random.Random(9).sample(names, len(kinds)), kinds, strict=True))


def values(content: Mapping[str, Any]) -> Values:
    """Return type and data of each value in a registry as the lab shows it."""
    return {
        (key, name): (value["type"], value["data"])
        for key, held in content["registry"].items()
        for name, value in (held or {}).items()
    }


def switched_off(before: Values) -> Values:
    """Return what a member of the domain must hold after the run, written down by hand."""
    zero = ("REG_DWORD", 0)
    kept = {
        place: value
        for place, value in before.items()
        if not place[0].endswith(r"\RAUnsolicit") and place not in {(_POLICY, name) for name in _GONE}
    }
    return kept | {
        (_POLICY, "fAllowToGetHelp"): zero,
        (_POLICY, "fAllowUnsolicited"): zero,
        (_PREFERENCES, "fAllowToGetHelp"): zero,
    }


def run(hosts: int, folder: Path, *, forks: int) -> Ended:
    """Disable Remote Assistance on a fleet with sick hosts and judge every host.

    Args:
        hosts: How many.
        folder: Where to write.
        forks: How many at once.

    Raises:
        TimeoutError: It did not end in bounded time.
    """
    with Fleet(hosts) as fleet:
        fleet.load(SEED)
        sick = sickness(list(fleet.names))
        inventory = folder / "inventory.yml"
        fleet.write_inventory(inventory)
        _set_timeouts(inventory)
        fleet.sicken(sick)
        recorded = folder / "recorded.jsonl"
        waits = math.ceil(Counter(sick.values())["hangs"] / forks) * READ_SECONDS
        ended = ansible_playbook(
            folder,
            ["-i", str(inventory), "-f", str(forks), str(ROOT / "playbooks" / "disable_ra.yml")],
            seconds=60 + 3 * waits + hosts,
            variables={
                "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "integration" / "callback_plugins"),
                "ANSIBLE_CALLBACKS_ENABLED": "recorder",
                "RECORDER_FILE": str(recorded),
            },
        )
        lines = [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]
        told = {line["host"]: line for line in lines if line["host"] in fleet.names}
        wrong = list(judge(sick, told, fleet.registries()))
        wrong += [f"the output has a traceback: {ended.output[-2000:]}"] if "Traceback" in ended.output else []
        wrong += fleet.errors()
    return Ended(sick=sick, wrong=tuple(wrong), wall=ended.wall)


def _set_timeouts(inventory: Path) -> None:
    content = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    content["windows"]["vars"] = {
        "ansible_winrm_operation_timeout_sec": OPERATION_SECONDS,
        "ansible_winrm_read_timeout_sec": READ_SECONDS,
    }
    inventory.write_text(yaml.safe_dump(content), encoding="utf-8")


def judge(sick: Mapping[str, str], told: Mapping[str, Any], registries: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong.

    Args:
        sick: What ails a host, by name.
        told: The last result of each host, with its status.
        registries: What each host holds.
    """
    before = values(read_seed(SEED))
    for name, content in registries.items():
        ails = sick.get(name, "nothing")
        now = values(content)
        if name not in told:
            yield f"{name} ({ails}): there is no result"
        elif name not in sick or ails in _HEALED:
            if now != switched_off(before):
                yield f"{name} ({ails}): holds {sorted(set(now.items()) ^ set(switched_off(before).items()))}"
            if told[name]["status"] != "ok" or not told[name]["result"]["changed"]:
                yield f"{name} ({ails}): {told[name]}"
        else:
            yield from _judge_sick(name, ails, told[name], _changed(before, now))


def _changed(before: Values, now: Values) -> set[tuple[str, str]]:
    return {place for place in before.keys() | now.keys() if before.get(place) != now.get(place)}


def _judge_sick(name: str, ails: str, told: Mapping[str, Any], changed: set[tuple[str, str]]) -> Iterator[str]:
    result, status = told["result"], told["status"]
    if status != _STATUS.get(ails, "failed") or _REASONS[ails] not in result.get("msg", ""):
        yield f"{name} ({ails}): {status}, {result.get('msg')}"
    if (ails == "drops_for_good") != bool(changed):
        yield f"{name} ({ails}): changed {sorted(changed)}"
    named = {change["path"] for word in ("changes", "unknown") for change in result.get(word, ())}
    silent = {f"{key}\\{value}" for key, value in changed} - named
    if silent:
        yield f"{name} ({ails}): changed without a word: {sorted(silent)}"


def main() -> int:
    """Run, print what is wrong, and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--hosts", type=int, default=1000)
    options.add_argument("--forks", type=int, default=20)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="fleet-faults-") as folder:
        ended = run(chosen.hosts, Path(folder), forks=chosen.forks)
    counted = ", ".join(f"{number} {kind}" for kind, number in Counter(ended.sick.values()).items())
    print(f"{chosen.hosts} hosts, of them {counted}: {ended.wall:.0f} s, {len(ended.wrong)} wrong")
    print("\n".join(ended.wrong))
    return 1 if ended.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
