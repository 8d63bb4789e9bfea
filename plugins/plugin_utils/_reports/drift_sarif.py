# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as SARIF 2.1.0 (OASIS standard), for tools that collect findings.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._policy.catalogue import FIREWALL, GPT_INI, POLICIES, PREFERENCES
from .._policy.schema import setting_names
from .drift_model import HIGH, LOW, MEDIUM, NEW, DriftReport, Finding, HostDrift
from .drift_text import shown_word

SCHEMA: t.Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
PREFIX: t.Final = "winfleet-ra/"
FINGERPRINT: t.Final = "winfleetDrift/v1"
OTHER: t.Final = "other"

_LEVELS: t.Final = {HIGH: "error", MEDIUM: "warning", LOW: "note"}
# GitHub sorts by this number; its words for it: above 7 high, above 4 medium.
_SECURITY_SEVERITY: t.Final = {HIGH: "8.0", MEDIUM: "5.0", LOW: "2.0"}


def sarif_bytes(report: DriftReport) -> bytes:
    """Return a report as SARIF 2.1.0, in ASCII."""
    rules = _rules()
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver(report, rules)},
                "automationDetails": {"id": "winfleet.remote_assistance/drift/"},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(report)],
                "artifacts": [{"location": {"uri": "drift.json"}, "mimeType": "application/json"}],
                "results": [_result(host, finding, numbers) for host in report.hosts for finding in host.findings],
            }
        ],
    }
    return (json.dumps(log, separators=(",", ":")) + "\n").encode("ascii")


def fingerprint(host: str, finding: Finding) -> str:
    """Return what makes it the same finding in every run: host and place, not what stands there."""
    return hashlib.sha256(json.dumps([host, *finding.key]).encode()).hexdigest()


def rule_id(setting: str) -> str:
    """Return the id of the rule of a setting; it never changes."""
    name = FIREWALL if setting.startswith(f"{FIREWALL}.") else setting
    return PREFIX + (name if name in _TEXTS else OTHER)


def _texts() -> dict[str, str]:
    texts = {}
    for policy in POLICIES:
        texts[f"{policy.name}.state"] = f"{policy.text} Group policy '{policy.display_name}'."
        texts |= {f"{policy.name}.{option.name}": option.text for option in policy.options}
    texts |= {f"control_panel.{preference.name}": preference.text for preference in PREFERENCES}
    texts["offer.helpers"] = "Who may offer help."
    named = {name: texts[name] for name in setting_names()}
    return named | {
        GPT_INI: "Version and extension names of the local GPO.",
        FIREWALL: "A firewall rule for Remote Assistance.",
        OTHER: "Another setting.",
    }


_TEXTS: t.Final = _texts()


def _rules() -> list[dict[str, t.Any]]:
    return [
        {
            "id": PREFIX + setting,
            "name": setting,
            "shortDescription": {"text": f"{setting} is not as declared"},
            "fullDescription": {"text": text},
            "defaultConfiguration": {"level": "warning"},
            "properties": {"tags": ["security", "windows", "remote-assistance"]},
        }
        for setting, text in _TEXTS.items()
    ]


def _driver(report: DriftReport, rules: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    version = next((run.version for run in report.runs if run.version), "")
    driver: dict[str, t.Any] = {"name": "winfleet.remote_assistance", "rules": rules}
    return driver | ({"version": version} if version else {})


def _invocation(report: DriftReport) -> dict[str, t.Any]:
    silent = [host for host in report.hosts if not host.answered]
    return {
        "executionSuccessful": bool(report.hosts) and not silent,
        "endTimeUtc": report.generated_at,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": f"{host.name}: {host.verdict}: {host.message}"},
                "timeUtc": host.checked_at,
            }
            for host in silent
        ],
    }


def _result(host: HostDrift, finding: Finding, numbers: t.Mapping[str, int]) -> dict[str, t.Any]:
    mark = fingerprint(host.name, finding)
    identity = rule_id(finding.setting)
    text = f"{host.name}: {finding.setting} is {shown_word(finding.actual)}, wanted {shown_word(finding.wanted)}"
    where = {"name": host.name, "fullyQualifiedName": f"{host.name}/{finding.path or finding.setting}"}
    result: dict[str, t.Any] = {
        "ruleId": identity,
        "ruleIndex": numbers[identity],
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{text} ({finding.status} since {finding.since})"},
        "locations": [
            {
                # No path is made of a host's name; the report beside this file is where the finding stands.
                "physicalLocation": {"artifactLocation": {"uri": "drift.json", "index": 0}, "region": {"startLine": 1}},
                "logicalLocations": [where | {"kind": "resource"}],
            }
        ],
        "fingerprints": {FINGERPRINT: mark},
        "partialFingerprints": {FINGERPRINT: mark},
        "baselineState": "new" if finding.status == NEW else "unchanged",
        "provenance": {"firstDetectionTimeUtc": finding.since},
        "properties": {
            "layer": finding.layer,
            "source": finding.source,
            "severity": finding.severity,
            "security-severity": _SECURITY_SEVERITY[finding.severity],
            "benchmarkIds": list(finding.benchmark_ids),
        },
        "suppressions": [],
    }
    if finding.accepted is not None:
        until = f", until {finding.accepted.until}" if finding.accepted.until else ""
        why = f"{finding.accepted.reason} (accepted by {finding.accepted.who}{until})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return result
