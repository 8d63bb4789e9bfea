# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the results of a run to a report: what was found, since when, and whether it is accepted.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .._policy.catalogue import CONTROL_PANEL, FIREWALL, LIVE_POLICY, POLICIES, UNMANAGED
from .drift_baseline import Baseline, item_severity, item_text
from .drift_exceptions import covering
from .drift_json import from_json
from .drift_model import (
    CLEAN,
    DRIFT,
    FAILED,
    NEW,
    STILL,
    UNREACHABLE,
    VERDICTS,
    Acceptance,
    DriftReport,
    Finding,
    HostDrift,
    Run,
)
from .drift_severity import severity
from .drift_text import clean, clean_word, instant

_REGISTRY: t.Final = (LIVE_POLICY, CONTROL_PANEL)

REMEMBERED_DAYS: t.Final = 90
"""How long a host that is not part of the runs any more is remembered."""

NO_RESULT: t.Final = "no result: the run ended before this host was asked"

Result = t.Mapping[str, t.Any]
"""A result of the action ``host`` in check mode.

It may also hold ``checked_at`` (text or datetime, default now), ``managed`` (see managed_settings), ``build`` (of
Windows, a number) and ``sources`` (what decides, by setting).
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Context:
    """What all hosts of a report share."""

    now: str
    known: t.Mapping[str, HostDrift]
    exceptions: t.Sequence[Acceptance]
    groups: t.Mapping[str, t.Collection[str]]
    baseline: Baseline | None


def report_of(  # noqa: PLR0913  each is another thing that the caller knows
    results: t.Mapping[str, Result | t.Sequence[Result]],
    *,
    now: datetime,
    previous: t.Mapping[str, t.Any] | None = None,
    exceptions: t.Sequence[Acceptance] = (),
    groups: t.Mapping[str, t.Collection[str]] | None = None,
    baseline: t.Mapping[str, t.Any] | None = None,
    all_hosts: t.Collection[str] | None = None,
    run: t.Mapping[str, str] | None = None,
) -> DriftReport:
    """Return the report of a run.

    Args:
        results: What a host told, or several of that: the worst verdict, all findings. See Result.
        now: When; with a time zone.
        previous: The JSON of the previous report, or None.
        exceptions: See exceptions_of.
        groups: The groups of each host, for the patterns of exceptions.
        baseline: What the hosts were compared with, see drift_baseline.
        all_hosts: Every host of the run; one without a result failed. Default: those with a result.
        run: ``name``, ``job``, ``part`` and ``version``, as far as known.

    Raises:
        InputError: The previous report is none.
        ValueError: An instant has no time zone.
    """
    context = _Context(
        now=instant(now),
        known={} if previous is None else _last_answers(from_json(previous)),
        exceptions=exceptions,
        groups=groups or {},
        baseline=None if baseline is None else Baseline.of(baseline),
    )
    names = sorted(set(results) | set(results if all_hosts is None else all_hosts))
    hosts = {clean(name): _host(name, _several(results.get(name, {})), context) for name in names}
    return DriftReport(
        generated_at=context.now,
        runs=(Run(started_at=context.now, **{word: clean(text) for word, text in (run or {}).items()}),),
        baselines=() if context.baseline is None else (context.baseline.name,),
        exceptions=tuple(dict.fromkeys(exceptions)),
        hosts=tuple(hosts.values()),
        remembered=_remembered(context, hosts, now),
    )


def managed_settings(declaration: t.Mapping[str, t.Any]) -> list[str]:
    """Return the dotted names that a declaration manages.

    Args:
        declaration: The options of ``host``, or a baseline's; other keys are left alone.

    Returns:
        A state manages its options too: enabled gives those that were left out their defaults, everything else
        removes them.
    """
    names = []
    for policy in POLICIES:
        given = {key: value for key, value in (declaration.get(policy.name) or {}).items() if value is not None}
        options = ["state", *(option.name for option in policy.options), *(["helpers"] if policy.has_helpers else [])]
        for option in options:
            unmanaged_list = option == "helpers" and given.get("state") == "enabled"
            if option in given or ("state" in given and not unmanaged_list):
                names.append(f"{policy.name}.{option}")
    given = declaration.get(CONTROL_PANEL) or {}
    names += [f"{CONTROL_PANEL}.{name}" for name, value in given.items() if value is not None]
    return [*names, FIREWALL] if declaration.get(FIREWALL) not in (None, UNMANAGED) else names


def _several(result: Result | t.Sequence[Result]) -> t.Sequence[Result]:
    return [result] if isinstance(result, t.Mapping) else result


def _host(name: str, results: t.Sequence[Result], context: _Context) -> HostDrift:
    """Return one host; several results of it are joined."""
    told = [result for result in results if result] or [{"failed": True, "msg": NO_RESULT}]
    known = context.known.get(clean(name))
    earlier = {} if known is None else {finding.key: finding for finding in known.findings}
    findings: dict[tuple[str, str, str], Finding] = {}
    for result in told:
        for change in _changes(result):
            found = _finding(name, result, change, context)
            findings[found.key] = _with_history(found, earlier.get(found.key))
    verdict = max(map(_verdict, told), key=VERDICTS.index)
    if verdict == CLEAN and any(finding.counted for finding in findings.values()):
        verdict = DRIFT
    answered = verdict in (CLEAN, DRIFT)
    messages = dict.fromkeys(clean(result.get("msg", "no reason was given")) for result in told if _silent(result))
    lists = [result["managed"] for result in told if result.get("managed") is not None]
    return HostDrift(
        name=clean(name),
        verdict=verdict,
        findings=tuple(findings.values()),
        gone=tuple(finding for key, finding in earlier.items() if answered and key not in findings),
        message="; ".join(messages),
        checked_at=max(_checked_at(result, context.now) for result in told),
        managed=frozenset(clean(setting) for names in lists for setting in names) if lists else None,
    )


def _verdict(result: Result) -> str:
    return UNREACHABLE if result.get("unreachable") else FAILED if result.get("failed") else CLEAN


def _silent(result: Result) -> bool:
    return bool(result.get("failed") or result.get("unreachable"))


def _changes(result: Result) -> t.Iterator[t.Mapping[str, t.Any]]:
    """Yield what is not as declared; a check that failed half-way may tell of it under other words."""
    for kind in ("changes", "restored", "left", "unknown"):
        yield from result.get(kind) or ()


def _finding(name: str, result: Result, change: t.Mapping[str, t.Any], context: _Context) -> Finding:
    setting, layer = clean(change["setting"]), clean(change["layer"])
    actual, wanted = clean_word(change.get("before")), clean_word(change.get("after"))
    items = () if context.baseline is None else context.baseline.items_for(setting, result.get("build"))
    by_baseline = None if context.baseline is None else context.baseline.accepts(layer, setting, actual, wanted)
    sources = result.get("sources") or {}
    accepted, lapsed = covering(context.exceptions, name, context.groups.get(name, ()), setting, context.now)
    return Finding(
        setting=setting,
        layer=layer,
        path=None if change.get("path") is None else clean(change["path"]),
        actual=actual,
        wanted=wanted,
        action=clean(change.get("action", "set")),
        severity=item_severity(items, severity(setting, actual, wanted)),
        # They are those of the registry; a file and the firewall decide by themselves.
        source=clean((sources.get(setting) if layer in _REGISTRY else None) or layer),
        benchmark_ids=tuple(dict.fromkeys(item_text(item) for item in items)),
        since=_checked_at(result, context.now),
        accepted=accepted or by_baseline,
        lapsed=None if accepted or by_baseline else lapsed,
    )


def _with_history(found: Finding, earlier: Finding | None) -> Finding:
    """Return a finding with its beginning."""
    if earlier is None:
        return replace(found, status=NEW)
    return replace(found, status=STILL, since=min(earlier.since, found.since))


def _checked_at(result: Result, now: str) -> str:
    given = result.get("checked_at")
    if given is None:
        return now
    return instant(given if isinstance(given, datetime) else datetime.fromisoformat(str(given)))


def _last_answers(report: DriftReport) -> dict[str, HostDrift]:
    """Return what each host said when it last answered."""
    return {host.name: host for host in (*report.hosts, *report.remembered) if host.answered}


def _remembered(context: _Context, hosts: t.Mapping[str, HostDrift], now: datetime) -> tuple[HostDrift, ...]:
    oldest = instant(now - timedelta(days=REMEMBERED_DAYS))
    kept = []
    for name, known in sorted(context.known.items()):
        host = hosts.get(name)
        asked_in_vain = host is not None and not host.answered
        if known.findings and known.checked_at >= oldest and (host is None or asked_in_vain):
            kept.append(replace(known, gone=()))
    return tuple(kept)
