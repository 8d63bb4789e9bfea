# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From outcomes and errors to task results: plain types only.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import yaml

from .._channels.outcome import Outcome
from .._policy.catalogue import FIREWALL, LOCAL_GPO
from .._policy.firewall_plan import FirewallPlan, FirewallStep
from .._policy.plan import Step
from .._policy.words import difference
from .._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from .plain import plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What a run did in one place.

    Attributes:
        outcome: How it ended there.
        sides: Before and after of what was made, in words.
        under: The word under which the diff shows it; empty for the registry of the host.
    """

    outcome: Outcome[t.Any]
    sides: t.Mapping[str, t.Mapping[str, t.Any]]
    under: str = ""


def registry_part(outcome: Outcome[Step]) -> Part:
    """Return what a run did in the registry of a host."""
    return Part(outcome=outcome, sides=difference(outcome.plan, outcome.made))


def firewall_part(decided: FirewallPlan, outcome: Outcome[FirewallStep]) -> Part:
    """Return what a run did in the firewall of a host."""
    return Part(outcome=outcome, sides=decided.sides(outcome.made), under=FIREWALL)


def outcome_result(parts: t.Sequence[Part], *, host: str) -> dict[str, t.Any]:
    """Return the result of a run; see the RETURN section of ``host``.

    Args:
        parts: How the run ended in each place, in the order in which a result names them.
        host: The name of the host in the inventory, for the head of the diff.
    """
    outcomes = [part.outcome for part in parts]
    failure = failure_of(outcomes)
    result: dict[str, t.Any] = {} if failure is None else failure_result(failure)
    result |= {
        "changed": any(outcome.made or outcome.unknown for outcome in outcomes),
        "changes": _changes(outcomes, "made"),
        "notes": list(dict.fromkeys(note for outcome in outcomes for note in outcome.plan.notes)),
    }
    if result["changes"]:
        result["diff"] = _diff(parts, host)
    if failure is not None:
        result["msg"] = f"{failure}. {_aftermath(outcomes)}"
        result |= {name: _changes(outcomes, name) for name in ("restored", "left", "unknown")}
    return result


def with_more(result: dict[str, t.Any], *more: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a result with what else there is to tell; warnings of all of them stay.

    Args:
        result: The result so far.
        more: What is added, in this order.
    """
    warnings = [warning for part in (result, *more) for warning in part.get("warnings", ())]
    merged = dict(result)
    for part in more:
        merged |= part
    merged.pop("warnings", None)
    return merged | {"warnings": warnings} if warnings else merged


def diff_text(words: t.Mapping[str, t.Any]) -> str:
    """Return one side of a diff.

    Args:
        words: What stands there, in words.
    """
    return yaml.safe_dump(plain(words), sort_keys=False, allow_unicode=True, default_flow_style=False)


def failure_of(outcomes: t.Iterable[Outcome[t.Any]]) -> HostError | None:
    """Return why a run failed, or None; a host that is lost is so for the whole run."""
    failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
    lost = [failure for failure in failures if isinstance(failure, HostUnreachable)]
    return next(iter(lost or failures), None)


def refresh_result(refresh: t.Callable[[], int]) -> dict[str, t.Any]:
    """Return what a result says of gpupdate; its failure is a warning, for the change itself is made.

    Args:
        refresh: Runs it and returns its exit code; may raise HostError.
    """
    try:
        code = refresh()
    except HostError as error:
        return {"refresh_policy": {"exit_code": None}, "warnings": [f"the change is made, but {error}"]}
    told: dict[str, t.Any] = {"refresh_policy": {"exit_code": code}}
    if code:
        told["warnings"] = [f"the change is made, but gpupdate /target:computer ended with exit code {code}"]
    return told


def failure_result(error: RemoteAssistanceError) -> dict[str, t.Any]:
    """Return the result for an error before anything was changed."""
    result: dict[str, t.Any] = {"changed": False, "msg": str(error), **error.details()}
    # Ansible drops a host from the rest of the play for either word; it retries neither.
    result["unreachable" if isinstance(error, HostUnreachable) else "failed"] = True
    return result


def interruption_text(outcomes: t.Sequence[Outcome[t.Any]]) -> str:
    """Return how a host was left by a run that was broken off, for a warning."""
    failure = failure_of(outcomes)
    return ("" if failure is None else f"{failure}. ") + _aftermath(outcomes)


def _aftermath(outcomes: t.Sequence[Outcome[t.Any]]) -> str:
    """Say how the host was left."""
    made, restored, left, unknown = (_names(outcomes, name) for name in ("made", "restored", "left", "unknown"))
    parts = []
    if all(outcome.plan.closing for outcome in outcomes) and not unknown:
        parts.append(f"This run only closes, so what it closed stays closed ({made or 'nothing'})")
    elif made:
        parts.append(f"These changes are made and stay: {made}")
    if restored:
        parts.append(f"Taken back: {restored}")
    if left:
        parts.append(f"Still to do: {left}")
    if unknown:
        parts.append(f"Not known whether made: {unknown}; run again to find out")
    return ". ".join(parts or ["The host is as it was before"])


def _names(outcomes: t.Iterable[Outcome[t.Any]], which: str) -> str:
    """Return the settings of all changes of one kind, each once."""
    found = [
        change.setting if change.layer != LOCAL_GPO else f"{change.setting} (local GPO)"
        for outcome in outcomes
        for change in getattr(outcome, which)
    ]
    return ", ".join(dict.fromkeys(found))


def _changes(outcomes: t.Iterable[Outcome[t.Any]], which: str) -> list[dict[str, t.Any]]:
    return [change.to_result() for outcome in outcomes for change in getattr(outcome, which)]


def _diff(parts: t.Iterable[Part], host: str) -> dict[str, str]:
    diff = {}
    for side in ("before", "after"):
        words: dict[str, t.Any] = {}
        for part in parts:
            shown = dict(part.sides[side])
            words |= {part.under: shown} if part.under and shown else shown
        diff[f"{side}_header"] = f"Remote Assistance on {host}"
        diff[side] = diff_text(words)
    return diff
