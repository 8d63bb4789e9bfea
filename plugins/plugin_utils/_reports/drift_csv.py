# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as CSV: one line for each finding, and one for each host without any.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import csv
import io
import re
import typing as t

from .drift_model import DriftReport, Finding, HostDrift
from .drift_text import shown_word

COLUMNS: t.Final = (
    "host",
    "verdict",
    "checked_at",
    "message",
    "setting",
    "actual",
    "wanted",
    "severity",
    "counted",
    "status",
    "since",
    "source",
    "layer",
    "path",
    "action",
    "benchmark_ids",
    "accepted_until",
    "accepted_reason",
)

# What a spreadsheet takes for the beginning of a formula, at the beginning of a cell; a program with another separator
# or another quote sees cells begin where we see none.
_FORMULA: t.Final = re.compile(r"(^|[,;|\"'])(\s*)(?=[=+\-@＝＋－＠])")
_NO_FINDING: t.Final = dict.fromkeys(COLUMNS[4:], "")


def csv_bytes(report: DriftReport) -> bytes:
    """Return a report as CSV (RFC 4180) in UTF-8 with the mark by which Excel knows it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for host in report.hosts:
        for cells in map(_cells, host.findings) if host.findings else (_NO_FINDING,):
            row = _host_cells(host) | cells
            writer.writerow([harmless(row[column]) for column in COLUMNS])
    return stream.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also one that cuts cells at other characters."""
    return _FORMULA.sub(r"\1\2'", text)


def _host_cells(host: HostDrift) -> dict[str, str]:
    return {"host": host.name, "verdict": host.verdict, "checked_at": host.checked_at, "message": host.message}


def _cells(finding: Finding) -> dict[str, str]:
    covered = finding.accepted or finding.lapsed
    return {
        "setting": finding.setting,
        "actual": shown_word(finding.actual),
        "wanted": shown_word(finding.wanted),
        "severity": finding.severity,
        "counted": "yes" if finding.counted else "no",
        "status": finding.status,
        "since": finding.since,
        "source": finding.source,
        "layer": finding.layer,
        "path": finding.path or "",
        "action": finding.action,
        "benchmark_ids": "; ".join(finding.benchmark_ids),
        "accepted_until": covered.until if covered else "",
        "accepted_reason": covered.reason if covered else "",
    }
