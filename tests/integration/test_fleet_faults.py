# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run over a fleet with sick hosts: it ends, the healthy are right, the sick are named, what is half done as well."""

from __future__ import annotations

import copy
import typing as t
from pathlib import Path

import pytest

from tests.benchmarks.fleet.faults import SEED, SHARES, judge, run, sickness
from tests.integration.newest import newest_only
from tests.lab.seed_files import read_seed

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
PREFERENCES = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"


@newest_only
def test_every_healthy_host_is_right_and_every_sick_one_is_named(tmp_path: Path) -> None:
    ended = run(50, tmp_path, forks=10)
    assert set(SHARES) == set(ended.sick.values())
    assert ended.wrong == ()


def disabled() -> dict[str, t.Any]:
    content = copy.deepcopy(dict(read_seed(SEED)))
    policy = content["registry"][POLICY]
    content["registry"][POLICY] = {name: policy[name] for name in ("fDenyTSConnections", "MaxIdleTime")}
    zero = {"type": "REG_DWORD", "data": 0}
    content["registry"][POLICY] |= {"fAllowToGetHelp": zero, "fAllowUnsolicited": zero}
    content["registry"][PREFERENCES]["fAllowToGetHelp"] = zero
    content["registry"][POLICY + r"\RAUnsolicit"] = {}
    return content


def half() -> dict[str, t.Any]:
    content = copy.deepcopy(dict(read_seed(SEED)))
    del content["registry"][POLICY]["fAllowFullControl"]
    return content


def told(status: str, **result: t.Any) -> dict[str, t.Any]:
    return {"status": status, "result": {"changed": True, **result}}


LOST = told("unreachable", msg="the connection is lost", changes=[{"path": POLICY + r"\fAllowFullControl"}])


@pytest.mark.parametrize(
    ("sick", "line", "content", "wrong"),
    [
        ({}, told("ok"), disabled, 0),
        ({}, told("ok"), half, 1),
        ({}, told("failed"), disabled, 1),
        ({"host": "drops_for_good"}, LOST, half, 0),
        ({"host": "drops_for_good"}, LOST, lambda: dict(read_seed(SEED)), 1),
        ({"host": "drops_for_good"}, told("unreachable", msg="the connection is lost"), half, 1),
        ({"host": "hangs"}, told("unreachable", msg="no answer in time"), half, 2),
        ({"host": "hangs"}, told("failed", msg="no answer in time"), lambda: dict(read_seed(SEED)), 1),
    ],
)
def test_the_judge_sees_what_is_wrong(
    sick: dict[str, str], line: dict[str, t.Any], content: t.Callable[[], dict[str, t.Any]], wrong: int
) -> None:
    assert wrong == len(list(judge(sick, {"host": line}, {"host": content()})))


def test_the_judge_misses_a_host_without_a_result() -> None:
    assert len(list(judge({}, {}, {"host": disabled()}))) == 1


def test_a_thousand_hosts_are_sick_in_the_shares_that_are_said() -> None:
    sick = list(sickness([f"host{number}" for number in range(1000)]).values())
    assert {"refuses": 50, "hangs": 50, "drops": 20, "answers": 20} == {
        word: sum(kind.startswith(word) for kind in sick) for word in ("refuses", "hangs", "drops", "answers")
    }
