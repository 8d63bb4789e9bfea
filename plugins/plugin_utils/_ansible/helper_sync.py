# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a result says of the task that lets a new list of helpers take effect.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._policy.host_facts import FAILED, FINISHED, MISSING, STARTED, TURNED_OFF, TaskOutcome
from .._registry.errors import HostError

NOT_STARTED: t.Final = "not_started"
"""The state in check mode."""

_TASK: t.Final = "RemoteAssistanceTask"
_HEAD: t.Final = "the list of helpers is changed, but"
_MEANS: t.Final = (
    "until Windows runs it, the local group that may offer help may hold who was on the list before, "
    "and not hold who is new"
)


def sync_result(start: t.Callable[[], TaskOutcome], *, check_mode: bool) -> dict[str, t.Any]:
    """Return what became of the task; nothing of it fails a run, for the list itself is changed.

    Args:
        start: Starts the task and waits for its end; may raise HostError.
        check_mode: True to start nothing.
    """
    if check_mode:
        return _told(NOT_STARTED, None, "check mode starts nothing")
    try:
        outcome = start()
    except HostError as error:
        outcome = TaskOutcome(state=FAILED, why=str(error))
    told = _told(outcome.state, outcome.result, outcome.why)
    warning = _warning(outcome)
    return told if warning is None else told | {"warnings": [f"{_HEAD} {warning}"]}


def _told(state: str, result: int | None, why: str) -> dict[str, t.Any]:
    return {"sync_helpers": {"state": state, "result": result, "why": why}}


def _warning(outcome: TaskOutcome) -> str | None:
    task = f"Windows' task {_TASK}"
    if outcome.state == FINISHED:
        return f"{task} ended with 0x{outcome.result:08X}: {_MEANS}" if outcome.result else None
    if outcome.state == STARTED:
        return f"{task} has not finished within 15 seconds; it goes on by itself"
    if outcome.state == MISSING:
        return f"this host has no task {_TASK}: who may offer help may stay as it was"
    if outcome.state == TURNED_OFF:
        return f"{task} is disabled on this host: {_MEANS}"
    return f"{task} could not be started ({outcome.why}): {_MEANS}"
