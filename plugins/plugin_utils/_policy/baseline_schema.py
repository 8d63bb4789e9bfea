# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schema (draft 2020-12) of a baseline, as ``Baseline.to_mapping`` returns it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .baselines import MISSING_OFFER_WORDS
from .benchmark_ids import CIS, DISA, MICROSOFT
from .schema import DIALECT, Schema, declaration_schema, setting_names

_TEXT: t.Final = {"type": "string", "minLength": 1}
_COUNTS_AS: t.Final = {"enum": list(MISSING_OFFER_WORDS)}
_BUILD: t.Final = {"type": "integer", "minimum": 7600}


def baseline_schema() -> Schema:
    """Return the schema of a baseline."""
    declaration = declaration_schema()
    names = declaration.pop("$defs")
    for about_the_file in ("$schema", "$id", "title"):
        del declaration[about_the_file]
    missing_offer = {
        "counts_as": _COUNTS_AS,
        "except_on": {"type": "array", "items": _closed({"system": _TEXT, "counts_as": _COUNTS_AS})},
    }
    return {
        "$schema": DIALECT,
        "$id": "baseline.schema.json",
        "title": "A named declaration, each value with its source, and what auditors make of it",
        **_closed(
            {
                "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
                "title": _TEXT,
                "source": _TEXT,
                "declaration": declaration,
                "sources": {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": {"enum": setting_names()},
                    "additionalProperties": _TEXT,
                },
                "missing_offer": _closed(missing_offer),
                "ids": {"type": "array", "items": _benchmark_id()},
            }
        ),
        "$defs": names,
    }


def _benchmark_id() -> Schema:
    return _closed(
        {
            "benchmark": {"enum": [CIS, DISA, MICROSOFT]},
            "version": {"type": "string"},
            "system": _TEXT,
            "id": _TEXT,
            "severity": {"enum": ["high", "medium", "low", ""]},
            "also": {"type": "array", "items": _TEXT},
            "setting": {"enum": setting_names()},
            "demand": {"type": ["string", "integer", "boolean", "null"]},
            "server": {"type": "boolean"},
            "first_build": _BUILD,
            "last_build": {"anyOf": [_BUILD, {"type": "null"}]},
        }
    )


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
