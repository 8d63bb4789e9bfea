# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas of results: changes and host_info.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from . import effective, plan
from .catalogue import (
    CONTROL_PANEL,
    FULL_CONTROL,
    LIVE_POLICY,
    POLICIES,
    PREFERENCES,
    STATES,
    VIEW_ONLY,
)
from .schema import DIALECT, Schema, setting_names

_WORD: t.Final = {"type": ["string", "integer", "boolean", "null"]}
_TEXTS: t.Final = {"type": "array", "items": {"type": "string"}}


def changes_schema() -> Schema:
    """Return the schema of the lists ``changes``, ``restored``, ``left`` and ``unknown`` in a result of ``host``."""
    return {
        "$schema": DIALECT,
        "$id": "changes.schema.json",
        "title": "What changed, value by value",
        "type": "array",
        "items": _closed(
            {
                "layer": {"enum": [LIVE_POLICY, CONTROL_PANEL]},
                "setting": {"enum": setting_names()},
                "path": {"type": "string", "pattern": r"^HKLM\\"},
                "type": {"type": "string", "pattern": "^REG_"},
                "before": _WORD,
                "after": _WORD,
                "action": {"enum": [plan.SET, plan.DELETE, plan.REPAIR_TYPE]},
            }
        ),
    }


def host_info_schema() -> Schema:
    """Return the schema of what ``host_info`` adds to a result."""
    on_off = [effective.ON, effective.OFF, effective.UNKNOWN]
    control = [effective.NOBODY, VIEW_ONLY, FULL_CONTROL, effective.UNKNOWN]
    lifetime = r"^(none|unknown|[1-9][0-9]? (minutes|hours|days))$"
    answers = {
        "invitations": _answer({"enum": on_off}),
        "offers": _answer({"enum": on_off}),
        "solicited_control": _answer({"enum": control}),
        "offer_control": _answer({"enum": control}),
        "ticket_lifetime": _answer({"type": "string", "pattern": lifetime}),
        "helpers": _answer(_TEXTS),
        "logging": _answer({"enum": on_off}),
    }
    policies = {
        policy.name: {
            "type": "object",
            "required": ["state"],
            "additionalProperties": False,
            "properties": {
                "state": {"anyOf": [{"enum": list(STATES)}, {"type": "string"}]},
                **{option.name: _WORD for option in policy.options},
                **({"helpers": _TEXTS} if policy.has_helpers else {}),
            },
        }
        for policy in POLICIES
    }
    return {
        "$schema": DIALECT,
        "$id": "host_info.schema.json",
        "title": "What Remote Assistance may do on one host, and what decides it",
        **_closed(
            {
                "policies": _closed(policies),
                "control_panel": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {setting.name: _WORD for setting in PREFERENCES},
                },
                "helpers": _TEXTS,
                "effective": _closed(answers),
            }
        ),
    }


def _answer(state: Schema) -> Schema:
    text_or_null = {"type": ["string", "null"]}
    kinds = [effective.POLICY_SOURCE, effective.PREFERENCE_SOURCE, effective.DEFAULT_SOURCE, effective.UNKNOWN]
    source = {"kind": {"enum": kinds}} | dict.fromkeys(("name", "id", "linked_at", "as_of"), text_or_null)
    certainty = {"enum": [effective.KNOWN, effective.UNKNOWN]}
    return _closed({"state": state, "certainty": certainty, "source": _closed(source), "notes": _TEXTS})


def _closed(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
