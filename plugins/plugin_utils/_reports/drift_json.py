# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of a report: the only form that is read again.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import asdict, fields

from .._registry.errors import InputError, Problem
from .drift_model import (
    ANSWERED,
    DRIFT,
    SEVERITIES,
    STATUSES,
    VERDICTS,
    VERSION,
    Acceptance,
    BaselineName,
    DriftReport,
    Finding,
    HostDrift,
    Run,
)
from .drift_text import clean, clean_word

NAMED_HOSTS: t.Final = 1000
"""How many hosts of one verdict the compact form names; all are counted."""

_INSTANT: t.Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
_DAY: t.Final = re.compile(r"(\d{4}-\d\d-\d\d)?\Z")

Json = t.Mapping[str, t.Any]


def to_json(report: DriftReport) -> dict[str, t.Any]:
    """Return a report as plain types; see ``schemas/drift_report.schema.json``."""
    sets = sorted({tuple(sorted(host.managed)) for host in _all(report) if host.managed is not None})
    numbers = {names: number for number, names in enumerate(sets)}
    uses = report.uses()
    return {
        "version": VERSION,
        "generated_at": report.generated_at,
        "verdict": report.verdict,
        "counts": asdict(report.counts()),
        "runs": [asdict(run) for run in report.runs],
        "baselines": [asdict(baseline) for baseline in report.baselines],
        "exceptions": [
            asdict(accepted) | {"used": uses[accepted], "expired": accepted.expired(report.generated_at)}
            for accepted in report.exceptions
        ],
        "managed_sets": [list(names) for names in sets],
        "hosts": [_host_json(host, numbers) for host in report.hosts],
        "remembered": [_host_json(host, numbers) for host in report.remembered],
    }


def compact(report: DriftReport) -> dict[str, t.Any]:
    """Return what is worth to be carried by ``set_stats``: counts, and the names of hosts that are not clean."""
    names = {
        verdict: [host.name for host in report.hosts if host.verdict == verdict][:NAMED_HOSTS]
        for verdict in VERDICTS[1:]
    }
    return {
        "version": VERSION,
        "generated_at": report.generated_at,
        "verdict": report.verdict,
        "counts": asdict(report.counts()),
        "hosts": names,
    }


def from_json(data: object) -> DriftReport:
    """Read the JSON of a report; what is counted in it is counted anew.

    Raises:
        InputError: It is no report of this version.
    """
    try:
        return _report(data)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        problem = Problem(
            path="drift report",
            expected=f"expected a drift report of version {VERSION} ({type(error).__name__}: {clean(error)})",
        )
        raise InputError([problem]) from error


def exit_code(data: Json) -> int:
    """Return the exit code for CI, from the JSON of a report or its compact form.

    Returns:
        1 for drift, plus 2 if a host gave no answer: it failed or was not reached, or there was none; 0 for neither.
    """
    hosts = data["counts"]["hosts"]
    total = sum(hosts[verdict] for verdict in VERDICTS)
    silent = total - sum(hosts[verdict] for verdict in ANSWERED)
    found = hosts[DRIFT] > 0 or data["counts"]["open"] > 0
    return int(found) + (2 if silent or not total else 0)


def _all(report: DriftReport) -> tuple[HostDrift, ...]:
    return (*report.hosts, *report.remembered)


def _host_json(host: HostDrift, numbers: t.Mapping[tuple[str, ...], int]) -> dict[str, t.Any]:
    return {
        "name": host.name,
        "verdict": host.verdict,
        "checked_at": host.checked_at,
        "message": host.message,
        "managed_set": None if host.managed is None else numbers[tuple(sorted(host.managed))],
        "findings": [_finding_json(finding) for finding in host.findings],
        "gone": [_finding_json(finding) for finding in host.gone],
    }


def _finding_json(finding: Finding) -> dict[str, t.Any]:
    names = [field.name for field in fields(finding) if field.name not in ("benchmark_ids", "accepted", "lapsed")]
    return {name: getattr(finding, name) for name in names} | {
        "benchmark_ids": list(finding.benchmark_ids),
        "accepted": None if finding.accepted is None else asdict(finding.accepted),
        "lapsed": None if finding.lapsed is None else asdict(finding.lapsed),
    }


def _report(data: t.Any) -> DriftReport:
    if data["version"] != VERSION:
        raise ValueError(f"version {data['version']!r}")
    sets = [frozenset(clean(name) for name in names) for names in data["managed_sets"]]
    hosts = {host.name: host for host in (_host(host, sets) for host in data["hosts"])}
    return DriftReport(
        generated_at=_instant(data["generated_at"]),
        runs=tuple(
            Run(started_at=_instant(run["started_at"]), **_texts(run, "name", "job", "part", "version"))
            for run in data["runs"]
        ),
        baselines=tuple(BaselineName(**_texts(entry, "name", "title", "source")) for entry in data["baselines"]),
        exceptions=tuple(_acceptance(entry) for entry in data["exceptions"]),
        hosts=tuple(hosts[name] for name in sorted(hosts)),
        remembered=tuple(_host(host, sets) for host in data["remembered"]),
    )


def _host(data: Json, sets: t.Sequence[frozenset[str]]) -> HostDrift:
    number = data["managed_set"]
    return HostDrift(
        name=clean(data["name"]),
        verdict=_one_of(data["verdict"], VERDICTS),
        checked_at=_instant(data["checked_at"]),
        message=clean(data["message"]),
        managed=None if number is None else sets[number],
        findings=tuple(_finding(finding) for finding in data["findings"]),
        gone=tuple(_finding(finding) for finding in data["gone"]),
    )


def _finding(data: Json) -> Finding:
    return Finding(
        **_texts(data, "setting", "layer", "action", "source"),
        path=None if data["path"] is None else clean(data["path"]),
        actual=clean_word(data["actual"]),
        wanted=clean_word(data["wanted"]),
        severity=_one_of(data["severity"], SEVERITIES),
        benchmark_ids=tuple(clean(text) for text in data["benchmark_ids"]),
        since=_instant(data["since"]),
        status=_one_of(data["status"], STATUSES),
        accepted=None if data["accepted"] is None else _acceptance(data["accepted"]),
        lapsed=None if data["lapsed"] is None else _acceptance(data["lapsed"]),
    )


def _acceptance(data: Json) -> Acceptance:
    return Acceptance(
        **_texts(data, "hosts", "setting", "reason", "who"), until=_fitting(data["until"], _DAY, "an ISO date")
    )


def _texts(data: Json, *names: str) -> dict[str, str]:
    return {name: clean(data[name]) for name in names}


def _one_of(word: object, legal: t.Sequence[str]) -> str:
    if word not in legal:
        raise ValueError(f"{clean(word)} is none of {', '.join(legal)}")
    return str(word)


def _instant(text: object) -> str:
    return _fitting(text, _INSTANT, "an instant")


def _fitting(text: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(text, str) or not pattern.match(text):
        raise ValueError(f"{clean(text)} is not {what}")
    return str(text)
