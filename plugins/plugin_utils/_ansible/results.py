# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From outcomes and errors to task results: plain types only.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

import yaml

from .._channels.enforce import Outcome
from .._policy.plan import Step
from .._policy.words import change, difference
from .._registry.errors import HostError, HostUnreachable, RemoteAssistanceError


def outcome_result(outcome: Outcome, *, host: str) -> dict[str, t.Any]:
    """Return the result of a run; see the RETURN section of ``host``.

    Args:
        outcome: How the run ended.
        host: The name of the host in the inventory, for the head of the diff.
    """
    result: dict[str, t.Any] = {} if outcome.failure is None else failure_result(outcome.failure)
    result |= {
        "changed": bool(outcome.made or outcome.unknown),
        "changes": _changes(outcome.made),
        "notes": list(outcome.plan.notes),
    }
    if outcome.made:
        result["diff"] = _diff(outcome, host)
    if outcome.failure is not None:
        result["msg"] = f"{outcome.failure}. {_aftermath(outcome)}"
        for name, steps in (("restored", outcome.restored), ("left", outcome.left), ("unknown", outcome.unknown)):
            result[name] = _changes(steps)
    return result


def failure_result(error: RemoteAssistanceError) -> dict[str, t.Any]:
    """Return the result for an error before anything was changed."""
    result: dict[str, t.Any] = {"changed": False, "msg": str(error), **error.details()}
    # Ansible drops a host from the rest of the play for either word; it retries neither.
    result["unreachable" if isinstance(error, HostUnreachable) else "failed"] = True
    return result


def interruption_text(outcome: Outcome) -> str:
    """Return how a host was left by a run that was broken off, for a warning."""
    reason = "" if not isinstance(outcome.failure, HostError) else f"{outcome.failure}. "
    return reason + _aftermath(outcome)


def _aftermath(outcome: Outcome) -> str:
    """Say how the host was left."""
    parts = []
    if outcome.plan.closing and not outcome.unknown:
        parts.append(f"This run only closes, so what it closed stays closed ({_names(outcome.made)})")
    elif outcome.made:
        parts.append(f"These changes are made and stay: {_names(outcome.made)}")
    if outcome.restored:
        parts.append(f"Taken back: {_names(outcome.restored)}")
    if outcome.left:
        parts.append(f"Still to do: {_names(outcome.left)}")
    if outcome.unknown:
        parts.append(f"Not known whether made: {_names(outcome.unknown)}; run again to find out")
    return ". ".join(parts or ["The host is as it was before"])


def _names(steps: t.Iterable[Step]) -> str:
    names = list(dict.fromkeys(step.target.setting for step in steps))
    return ", ".join(names) or "nothing"


def _changes(steps: t.Iterable[Step]) -> list[dict[str, t.Any]]:
    return [change(step) for step in steps]


def _diff(outcome: Outcome, host: str) -> dict[str, str]:
    sides = difference(outcome.plan, outcome.made)
    diff = {f"{side}_header": f"Remote Assistance on {host}" for side in sides}
    for side, words in sides.items():
        diff[side] = yaml.safe_dump(words, sort_keys=False, allow_unicode=True, default_flow_style=False)
    return diff
