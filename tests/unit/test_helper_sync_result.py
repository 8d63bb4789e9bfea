# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a result says of Windows' task for the helpers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.helper_sync import sync_result
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.results import with_more
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import TaskOutcome
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable

MEANS = (
    "until Windows runs it, the local group that may offer help may hold who was on the list before, "
    "and not hold who is new"
)


@pytest.mark.parametrize(
    ("outcome", "warning"),
    [
        (TaskOutcome(state="finished", result=0), None),
        (
            TaskOutcome(state="finished", result=0x80070005),
            f"Windows' task RemoteAssistanceTask ended with 0x80070005: {MEANS}",
        ),
        (
            TaskOutcome(state="started"),
            "Windows' task RemoteAssistanceTask has not finished within 15 seconds; it goes on by itself",
        ),
        (
            TaskOutcome(state="missing"),
            "this host has no task RemoteAssistanceTask: who may offer help may stay as it was",
        ),
        (TaskOutcome(state="disabled"), f"Windows' task RemoteAssistanceTask is disabled on this host: {MEANS}"),
        (
            TaskOutcome(state="failed", why="access denied"),
            f"Windows' task RemoteAssistanceTask could not be started (access denied): {MEANS}",
        ),
    ],
)
def test_each_outcome_is_told_with_what_it_means(outcome: TaskOutcome, warning: str | None) -> None:
    expected: dict[str, t.Any] = {
        "sync_helpers": {"state": outcome.state, "result": outcome.result, "why": outcome.why}
    }
    if warning:
        expected["warnings"] = [f"the list of helpers is changed, but {warning}"]
    assert expected == sync_result(lambda: outcome, check_mode=False)


def test_a_lost_connection_does_not_fail_the_run() -> None:
    def start() -> TaskOutcome:
        raise HostUnreachable(doing="starting the task", reason="no answer", outcome_unknown=True)

    told = sync_result(start, check_mode=False)
    assert {"state": "failed", "result": None, "why": "starting the task: no answer"} == told["sync_helpers"]
    assert told["warnings"][0].endswith(f"could not be started (starting the task: no answer): {MEANS}")


def test_check_mode_starts_nothing() -> None:
    def start() -> TaskOutcome:
        raise NotImplementedError

    told = sync_result(start, check_mode=True)
    assert {"sync_helpers": {"state": "not_started", "result": None, "why": "check mode starts nothing"}} == told


def test_warnings_of_all_parts_of_a_result_stay() -> None:
    result = {"changed": True, "warnings": ["a"]}
    assert {"changed": True, "x": 1, "y": 2, "warnings": ["a", "b", "c"]} == with_more(
        result, {"x": 1, "warnings": ("b",)}, {"y": 2, "warnings": ["c"]}
    )
    assert {"changed": False, "x": 1} == with_more({"changed": False}, {"x": 1, "warnings": ()})
    assert ["a"] == result["warnings"]
