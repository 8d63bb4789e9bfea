# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schema of a drift report.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import fields

from .._policy.schema import DIALECT, Schema
from .drift_model import SEVERITIES, STATUSES, VERDICTS, VERSION, Acceptance, BaselineName, Counts, Finding, Run

_TEXT: t.Final = {"type": "string"}
_TEXTS: t.Final = {"type": "array", "items": _TEXT}
_COUNT: t.Final = {"type": "integer", "minimum": 0}
_WORD: t.Final = {"type": ["string", "integer", "boolean", "null"]}
_INSTANT: t.Final = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
_DAY: t.Final = {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2})?$"}


def report_schema() -> Schema:
    """Return the schema of the JSON of a report."""
    acceptance = dict.fromkeys(_names(Acceptance), _TEXT) | {"until": _DAY}
    counts = dict.fromkeys(_names(Counts), _COUNT) | {"hosts": _closed(dict.fromkeys(VERDICTS, _COUNT))}
    hosts = {"type": "array", "items": {"$ref": "#/$defs/host"}}
    return {
        "$schema": DIALECT,
        "$id": "drift_report.schema.json",
        "title": "What is not as declared on a fleet, and since when",
        **_closed(
            {
                "version": {"const": VERSION},
                "generated_at": _INSTANT,
                "verdict": {"enum": list(VERDICTS), "description": "The worst verdict of a host."},
                "counts": _closed(counts),
                "runs": _list(dict.fromkeys(_names(Run), _TEXT) | {"started_at": _INSTANT}),
                "baselines": _list(dict.fromkeys(_names(BaselineName), _TEXT)),
                "exceptions": _list(acceptance | {"used": _COUNT, "expired": {"type": "boolean"}}),
                "managed_sets": {"type": "array", "items": _TEXTS, "description": "Hosts name them by number."},
                "hosts": hosts,
                "remembered": hosts,
            }
        ),
        "$defs": {"acceptance": _closed(acceptance), "finding": _closed(_finding()), "host": _closed(_host())},
    }


def _finding() -> Schema:
    covered = {"anyOf": [{"$ref": "#/$defs/acceptance"}, {"type": "null"}]}
    special: Schema = {
        "path": {"type": ["string", "null"]},
        "actual": _WORD,
        "wanted": _WORD,
        "action": {"enum": ["set", "delete", "repair_type"]},
        "severity": {"enum": list(SEVERITIES)},
        "benchmark_ids": _TEXTS,
        "since": _INSTANT,
        "status": {"enum": list(STATUSES)},
        "accepted": covered,
        "lapsed": covered,
    }
    return dict.fromkeys(_names(Finding), _TEXT) | special


def _host() -> Schema:
    findings = {"type": "array", "items": {"$ref": "#/$defs/finding"}}
    return {
        "name": _TEXT,
        "verdict": {"enum": list(VERDICTS)},
        "checked_at": _INSTANT,
        "message": _TEXT,
        "managed_set": {"type": ["integer", "null"], "minimum": 0},
        "findings": findings,
        "gone": findings,
    }


def _names(kind: t.Any) -> list[str]:
    return [field.name for field in fields(kind)]


def _list(properties: Schema) -> Schema:
    return {"type": "array", "items": _closed(properties)}


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
