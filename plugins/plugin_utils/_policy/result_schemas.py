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
    GPT_INI,
    LIVE_POLICY,
    LOCAL_GPO,
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
                "layer": {"enum": [LIVE_POLICY, CONTROL_PANEL, LOCAL_GPO]},
                "setting": {"enum": [*setting_names(), GPT_INI]},
                "path": {"type": ["string", "null"], "pattern": r"^HKLM\\"},
                "type": {"type": ["string", "null"], "pattern": "^REG_"},
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
    live: Schema = {"helpers": _TEXTS}
    in_file = {"helpers": _TEXTS, "other_helpers": {"type": "string"}}
    return {
        "$schema": DIALECT,
        "$id": "host_info.schema.json",
        "title": "What Remote Assistance may do on one host, and what decides it",
        **_closed(
            {
                "policies": _policies(live),
                "control_panel": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {setting.name: _WORD for setting in PREFERENCES},
                },
                "helpers": _TEXTS,
                "effective": _closed(answers),
                "local_gpo": _local_gpo(_policies(in_file)),
            },
            optional=("local_gpo",),
        ),
    }


def _policies(helpers: Schema) -> Schema:
    """Return the schema of the six policies in words, with what stands beside a list of helpers."""
    return _closed(
        {
            policy.name: {
                "type": "object",
                "required": ["state"],
                "additionalProperties": False,
                "properties": {
                    "state": {"anyOf": [{"enum": list(STATES)}, {"type": "string"}]},
                    **{option.name: _WORD for option in policy.options},
                    **(helpers if policy.has_helpers else {}),
                },
            }
            for policy in POLICIES
        }
    )


def _local_gpo(policies: Schema) -> Schema:
    word_or_texts = {"anyOf": [_WORD, _TEXTS]}
    difference = {
        "setting": {"enum": setting_names()},
        "live_policy": word_or_texts,
        "local_gpo": word_or_texts,
        "wider": {"enum": [LIVE_POLICY, LOCAL_GPO, None]},
    }
    return _closed(
        {
            "policies": policies,
            "machine_version": {"type": "integer", "minimum": 0, "maximum": 65535},
            "complete": {"type": "boolean"},
            "differences": {"type": "array", "items": _closed(difference)},
        }
    )


def _answer(state: Schema) -> Schema:
    text_or_null = {"type": ["string", "null"]}
    kinds = [effective.POLICY_SOURCE, effective.PREFERENCE_SOURCE, effective.DEFAULT_SOURCE, effective.UNKNOWN]
    source = {"kind": {"enum": kinds}} | dict.fromkeys(("name", "id", "linked_at", "as_of"), text_or_null)
    certainty = {"enum": [effective.KNOWN, effective.UNKNOWN]}
    return _closed({"state": state, "certainty": certainty, "source": _closed(source), "notes": _TEXTS})


def _closed(properties: Schema, *, optional: t.Container[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
