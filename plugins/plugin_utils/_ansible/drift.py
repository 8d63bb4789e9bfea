# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the results of checks to a drift report in a folder; the action and the callback share it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime
from pathlib import Path

import yaml

from .._policy.baselines import BASELINES, PASSES, ids_of
from .._reports.drift_facade import DriftReport, merge, report_of
from .audit import AUDITED
from .drift_settings import DriftSettings
from .plain import plain

COPIED: t.Final = ("changes", "sources", "failed", "unreachable", "msg", "restored", "left", "unknown")
HIDDEN: t.Final = "no_log hides what was found"
NOT_CHECKED: t.Final = "the result is not the one of a check by winfleet.remote_assistance.host in check mode"
SKIPPED: t.Final = "the check was skipped"

ROOT: t.Final = Path(__file__).resolve().parents[3]

Told = dict[str, t.Any]


def told_by(raw: t.Any) -> Told:
    """Return what a report takes from a result of ``host``; empty for a host without any.

    Args:
        raw: The result as Ansible hands it over. One that is not of a check counts as failed, so that a wrong
            variable never looks like a clean fleet.
    """
    if not isinstance(raw, t.Mapping) or not raw:
        return {}
    result = {name: plain(raw[name]) for name in (*COPIED, AUDITED) if name in raw}
    if result.get("failed") or result.get("unreachable") or AUDITED in result:
        return result
    reason = SKIPPED if raw.get("skipped") else HIDDEN if "censored" in raw else NOT_CHECKED
    return {"failed": True, "msg": reason}


def groups_of(variables: t.Mapping[str, t.Any]) -> dict[str, set[str]]:
    """Return the groups of each host.

    Args:
        variables: Those of a play or of a task.
    """
    found: dict[str, set[str]] = {}
    for group, hosts in variables.get("groups", {}).items():
        for host in hosts:
            found.setdefault(str(host), set()).add(str(group))
    return found


def job_of(variables: t.Mapping[str, t.Any]) -> str:
    """Return the number of the AWX job, or an empty text.

    Args:
        variables: Those of a play or of a task.
    """
    return str(plain(variables.get("awx_job_id", variables.get("tower_job_id", ""))))


def drift_report(
    told: t.Mapping[str, t.Sequence[Told]],
    settings: DriftSettings,
    *,
    groups: t.Mapping[str, t.Collection[str]],
    job: str = "",
) -> DriftReport:
    """Return the report of a run.

    Args:
        told: What each host of the run told, see told_by; hosts that have no result are there too.
        settings: Where the previous report and the exceptions are.
        groups: The groups of each host.
        job: Number of the AWX job, or empty.

    Raises:
        InputError: A file that is named cannot be used.
    """
    previous, exceptions = settings.previous(), settings.exceptions()
    now = datetime.now(tz=UTC)
    run = {"job": job, "version": collection_version()}
    by_baseline: dict[str, dict[str, t.Sequence[Told]]] = {}
    for host, results in told.items():
        audits = [result[AUDITED] for result in results if AUDITED in result]
        known = json.dumps(_baseline(audits[-1]) if audits else None)
        by_baseline.setdefault(known, {})[host] = [_flat(result) for result in results if result]
    parts = [
        report_of(
            hosts,
            now=now,
            previous=_part(previous, hosts, told, first=number == 0),
            exceptions=exceptions,
            groups=groups,
            baseline=json.loads(known),
            run=run,
        )
        for number, (known, hosts) in enumerate((by_baseline or {"null": {}}).items())
    ]
    return parts[0] if len(parts) == 1 else merge(parts)


def collection_version() -> str:
    """Return the version of this collection, installed or from a clone; empty where neither file is there."""
    manifest, galaxy = ROOT / "MANIFEST.json", ROOT / "galaxy.yml"
    if manifest.exists():
        return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    return str(yaml.safe_load(galaxy.read_text(encoding="utf-8"))["version"]) if galaxy.exists() else ""


def _flat(result: Told) -> Told:
    audit = result.get(AUDITED, {})
    return (
        {name: value for name, value in result.items() if name != AUDITED}
        | {name: audit[name] for name in ("managed", "build") if audit.get(name) is not None}
        | {"sources": {setting: _in_a_word(source) for setting, source in result.get("sources", {}).items()}}
    )


def _in_a_word(source: t.Mapping[str, t.Any]) -> str:
    name = source.get("name") or source.get("id")
    return f"{source['kind']}: {name}" if name else str(source["kind"])


def _baseline(audit: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Return the baseline of a host as a report takes it, with the items of benchmarks for exactly this host."""
    baseline = BASELINES.get(str(audit.get("baseline")))
    if baseline is None:
        return None
    build, server, replaced = audit.get("build"), audit.get("server"), audit.get("replaced") or ()
    ids = {}
    for setting in audit.get("managed") or ():
        top, dummy, key = setting.partition(".")
        if top in baseline.declaration and top not in replaced:
            wanted = baseline.declaration[top].get(key)
            found = ids_of(setting, wanted, baseline=baseline.name, build=build, server=server)
            ids[setting] = [_item(one.to_result()) for one in found]
    passes = "offer" not in replaced and baseline.missing_offer_is(build, server=server) == PASSES
    return {
        "name": baseline.name,
        "title": baseline.title,
        "source": baseline.source,
        "missing_offer": "pass" if passes else "finding",
        "ids": ids,
    }


def _item(one: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    also = f" ({', '.join(one['also'])})" if one["also"] else ""
    item = {"id": one["id"] + also, "benchmark": one["benchmark"], "version": one["version"], "os": one["system"]}
    return item | ({"severity": one["severity"]} if one["severity"] else {})


def _part(
    previous: t.Mapping[str, t.Any] | None, hosts: t.Container[str], every: t.Container[str], *, first: bool
) -> dict[str, t.Any] | None:
    """Return what a previous report says of some hosts; the first part has those too that are not in this run."""
    if previous is None:
        return None
    kept = {
        name: [host for host in previous[name] if host["name"] in hosts or (first and host["name"] not in every)]
        for name in ("hosts", "remembered")
    }
    return {**previous, **kept}
