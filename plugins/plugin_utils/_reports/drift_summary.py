# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person reads at the end of a run, in ten seconds.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from pathlib import Path

from .drift_model import DRIFT, FAILED, UNREACHABLE, DriftReport, HostDrift
from .drift_text import counted

SHOWN_HOSTS: t.Final = 5
SHOWN_SETTINGS: t.Final = 5


def headline(report: DriftReport) -> str:
    """Return the answer in one line: how many hosts drifted, and how many gave no answer."""
    hosts = report.counts().hosts
    if not report.hosts:
        return "No host was checked"
    drifted = hosts[DRIFT]
    silent = hosts[FAILED] + hosts[UNREACHABLE]
    head = f"{counted(drifted, 'host')} drifted" if drifted else "No drift found"
    return f"{head}, {silent:,} gave no answer" if silent else head if drifted else "No drift"


def summary(report: DriftReport, files: t.Sequence[Path | str] = ()) -> str:
    """Return the closing lines of a run.

    Args:
        report: What was found.
        files: What was written, the page for people first.
    """
    counts = report.counts()
    lines = [
        f"Remote Assistance: {headline(report)} ({report.verdict}). {counted(len(report.hosts), 'host')}: "
        + ", ".join(f"{number:,} {verdict}" for verdict, number in counts.hosts.items())
    ]
    if counts.open:
        lines.append(
            f"  {counted(counts.open, 'deviation')}: {counts.high:,} high, {counts.new:,} new, "
            f"{counts.open - counts.new:,} still there"
        )
    also = [f"{number:,} {word}" for word, number in (("gone", counts.gone), ("accepted", counts.accepted)) if number]
    if also:
        lines.append(f"  not counted: {', '.join(also)}")
    lines += _settings(report)
    lines += [_hosts(report, verdict) for verdict in (DRIFT, FAILED, UNREACHABLE) if counts.hosts[verdict]]
    if counts.lapsed or report.expired():
        expired = counted(len(report.expired()), "exception")
        lines.append(f"  {expired} expired, {counted(counts.lapsed, 'deviation')} counted again because of it")
    lines += [f"  {file}" for file in files]
    return "\n".join(lines)


def progress(done: int, total: int, drifted: int, silent: int) -> str:
    """Return the line that a long run shows now and then.

    Args:
        done: Hosts with a result.
        total: Hosts of the run.
        drifted: Those of them with drift.
        silent: Those of them that failed or were not reached.
    """
    part = 100 * done // total if total else 100
    return f"Remote Assistance: {done:,} of {total:,} hosts ({part} %), {drifted:,} drifted, {silent:,} gave no answer"


def _settings(report: DriftReport) -> list[str]:
    """Return where most of the drift is."""
    hosts = Counter(setting for host in report.hosts for setting in {finding.setting for finding in host.counted})
    if not hosts:
        return []
    first = sorted(hosts.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{setting} ({counted(number, 'host')})" for setting, number in first[:SHOWN_SETTINGS])
    return [f"  most often: {named}{_and_more(len(first) - SHOWN_SETTINGS)}"]


def _hosts(report: DriftReport, verdict: str) -> str:
    """Return the first hosts of a verdict, those with the newest trouble first."""
    hosts = [host for host in report.hosts if host.verdict == verdict]
    named = ", ".join(host.name for host in sorted(hosts, key=_weight)[:SHOWN_HOSTS])
    return f"  {verdict}: {named}{_and_more(len(hosts) - SHOWN_HOSTS)}"


def _weight(host: HostDrift) -> tuple[int, int, str]:
    high = sum(finding.severity == "high" for finding in host.counted)
    return -high, -len(host.counted), host.name


def _and_more(number: int) -> str:
    return f" and {number:,} more" if number > 0 else ""
