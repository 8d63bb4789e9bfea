# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of drift reports share."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema

from tests.integration.conftest import ROOT

POLICY: t.Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS: t.Final = POLICY + r"\RAUnsolicit"
OFF: t.Final = {"state": "disabled"}
ALL_OFF: t.Final = {"remote_assistance_solicited": OFF, "remote_assistance_offer": OFF}
FILES: t.Final = {"drift.json", "drift.html", "drift.junit.xml", "drift.csv", "drift.sarif", "drift.prom"}

Report = dict[str, t.Any]


def report_in(folder: Path) -> Report:
    """Return the JSON report of a folder, which is legal by its schema."""
    report = t.cast("Report", json.loads((folder / "drift.json").read_text(encoding="utf-8")))
    schema = json.loads((ROOT / "schemas/drift_report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report)
    return report


def hosts_of(report: Report) -> dict[str, Report]:
    return {host["name"]: host for host in report["hosts"]}


def verdicts_of(report: Report) -> dict[str, str]:
    return {host["name"]: host["verdict"] for host in report["hosts"]}


def findings_of(report: Report, host: str) -> dict[str, Report]:
    return {finding["setting"]: finding for finding in hosts_of(report)[host]["findings"]}


def day(offset: int) -> str:
    """Return a day from today in UTC as ISO text."""
    return (datetime.now(tz=UTC).date() + timedelta(days=offset)).isoformat()
