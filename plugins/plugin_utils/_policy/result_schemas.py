# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas of results: changes, host_info and domain_gpo_info.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from . import conflicts, effective, firewall, host_facts, host_report, plan, sources
from .catalogue import (
    CONTROL_PANEL,
    FIREWALL,
    FULL_CONTROL,
    GPT_INI,
    LIVE_POLICY,
    LOCAL_GPO,
    POLICIES,
    PREFERENCES,
    STATES,
    VIEW_ONLY,
)
from .domain_options import DOMAIN_GPO, GPO_SETTINGS, GPO_STATUSES
from .plan_conflicts import CODES
from .schema import DIALECT, Schema, setting_names

_WORD: t.Final = {"type": ["string", "integer", "boolean", "null"]}
_TEXTS: t.Final = {"type": "array", "items": {"type": "string"}}
_TEXT_OR_NULL: t.Final = {"type": ["string", "null"]}
_FLAG_OR_NULL: t.Final = {"type": ["boolean", "null"]}


def changes_schema() -> Schema:
    """Return the schema of the lists ``changes``, ``restored``, ``left`` and ``unknown`` in a result."""
    return {
        "$schema": DIALECT,
        "$id": "changes.schema.json",
        "title": "What changed, value by value",
        "type": "array",
        "items": _closed(
            {
                "layer": {"enum": [LIVE_POLICY, CONTROL_PANEL, LOCAL_GPO, DOMAIN_GPO, FIREWALL]},
                "setting": {
                    "anyOf": [
                        {"enum": [*setting_names(), GPT_INI, *GPO_SETTINGS]},
                        {"type": "string", "pattern": rf"^{FIREWALL}\..", "description": "A rule, by its name."},
                    ]
                },
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
                **_report(),
                "local_gpo": {"anyOf": [_local_gpo(_policies(in_file)), {"type": "null"}]},
            },
            # With facts: false there is no report.
            optional=(*_report(), "local_gpo"),
        ),
    }


def domain_gpo_info_schema() -> Schema:
    """Return the schema of the list ``gpos`` in a result of ``domain_gpo_info``."""
    flag, text = {"type": "boolean"}, {"type": "string"}
    half = {"type": "integer", "minimum": 0, "maximum": 65535}
    half_or_null = {"anyOf": [half, {"type": "null"}]}
    link = {
        "target": text,
        "kind": {"enum": ["ou", "domain", "site"]},
        "enabled": flag,
        "enforced": flag,
        "order": {"type": "integer", "minimum": 1},
        "may_write": flag,
    }
    gpo = {
        **dict.fromkeys(("name", "dn", "path", "description", "wmi_filter"), text),
        **dict.fromkeys(("is_default", "agrees", "complete", "may_write"), flag),
        "guid": {"type": "string", "pattern": r"^\{[0-9A-F-]{36}\}$"},
        "status": {"enum": list(GPO_STATUSES)},
        "policies": _policies({"helpers": _TEXTS, "other_helpers": text}),
        "links": {"type": "array", "items": _closed(link)},
        "machine_version": half,
        "user_version": half,
        "sysvol_machine_version": half_or_null,
        "sysvol_user_version": half_or_null,
        "folder_rights_agree": {"type": ["boolean", "null"]},
        "foreign": _TEXTS,
        "notes": _TEXTS,
    }
    return {
        "$schema": DIALECT,
        "$id": "domain_gpo_info.schema.json",
        "title": "What GPOs of a domain say about Remote Assistance",
        "type": "array",
        "items": _closed(gpo),
    }


def _firewall() -> Schema:
    texts_or_null = {"anyOf": [_TEXTS, {"type": "null"}]}
    return _closed(
        {
            "state": {"enum": list(firewall.STATES)},
            "rules": {"type": "object", "additionalProperties": {"enum": [firewall.ON, firewall.OFF]}},
            "blocking": _TEXTS,
            "merge_off": texts_or_null,
            "policy_rules": texts_or_null,
            "unknown": _TEXTS,
        }
    )


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


def _report() -> dict[str, Schema]:
    """Return the schemas of what is told from the facts of a host."""
    kinds = [host_facts.CLIENT, host_facts.SERVER, host_facts.DOMAIN_CONTROLLER, effective.UNKNOWN]
    windows = {
        "caption": _TEXT_OR_NULL,
        "build": {"type": ["integer", "null"]},
        "edition": _TEXT_OR_NULL,
        "kind": {"enum": kinds},
        "server_core": _FLAG_OR_NULL,
        "domain_member": _FLAG_OR_NULL,
        "domain": _TEXT_OR_NULL,
        "feature": {"enum": [host_report.INSTALLED, host_report.NOT_INSTALLED, effective.UNKNOWN]},
    }
    conflict = {
        "code": {"enum": list(CODES)},
        "severity": {"enum": [conflicts.FAIL, conflicts.WARN]},
        "setting": {"enum": [*setting_names(), LOCAL_GPO]},
        "text": {"type": "string"},
    }
    group = {"exists": {"type": "boolean"}} | dict.fromkeys(("members", "only_in_group", "only_on_list"), _TEXTS)
    facts = [*host_report.READ_FACTS, host_report.HELPER_GROUP]
    return {
        "firewall": _firewall(),
        "sources": {
            "type": "object",
            "propertyNames": {"enum": setting_names()},
            "required": setting_names(),
            "additionalProperties": _source(),
        },
        "conflicts": {"type": "array", "items": _closed(conflict)},
        "windows": _closed(windows),
        host_report.HELPER_GROUP: {"anyOf": [_closed(group), {"type": "null"}]},
        "as_of": _TEXT_OR_NULL,
        "unknown": _closed({fact: {"type": "string"} for fact in facts}, optional=facts),
    }


def _source() -> Schema:
    return _closed(
        {"kind": {"enum": list(sources.KINDS)}} | dict.fromkeys(("name", "id", "linked_at", "as_of"), _TEXT_OR_NULL)
    )


def _answer(state: Schema) -> Schema:
    certainty = {"enum": [effective.KNOWN, effective.UNKNOWN]}
    return _closed({"state": state, "certainty": certainty, "source": _source(), "notes": _TEXTS})


def _closed(properties: Schema, *, optional: t.Container[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
