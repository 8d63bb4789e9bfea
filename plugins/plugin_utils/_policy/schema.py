# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas (draft 2020-12), made from the catalogue.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .catalogue import (
    CONTROL_PANEL,
    DISABLED,
    ENABLED,
    FIREWALL,
    FIREWALL_STATE,
    HELPER_LONGEST,
    HELPERS_MOST,
    NOT_CONFIGURED,
    POLICIES,
    PREFERENCES,
    STATES,
    TOP_LEVEL,
    Policy,
    Setting,
)
from .firewall import RULE_GROUP
from .host_options import HOST_OPTIONS, HostOption
from .variables import PLAYBOOK_VARIABLES, PREFIX

DIALECT: t.Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, t.Any]

_LIFETIME_PAIR: t.Final = {
    "ticket_lifetime": ["ticket_lifetime_unit"],
    "ticket_lifetime_unit": ["ticket_lifetime"],
}


def declaration_schema() -> Schema:
    """Return the schema of a declaration, as the options of ``host`` take it."""
    return {
        "$schema": DIALECT,
        "$id": "declaration.schema.json",
        "title": "What Windows Remote Assistance may do",
        "type": "object",
        "properties": _top_level(),
        "additionalProperties": False,
        "minProperties": 1,
        "$defs": {"names": _names()},
    }


def role_variables_schema() -> Schema:
    """Return the schema of the role's variables, and of the playbooks'."""
    properties = {PREFIX + name: schema for name, schema in _top_level().items()}
    properties |= {PREFIX + name: _host_option(option) for name, option in HOST_OPTIONS.items()}
    # What the playbooks read themselves; their values are Ansible's affair.
    properties |= {PREFIX + name: {"description": text} for name, text in PLAYBOOK_VARIABLES.items()}
    return {
        "$schema": DIALECT,
        "$id": "role_variables.schema.json",
        "title": f"Variables that start with {PREFIX}",
        "type": "object",
        "properties": properties,
        "propertyNames": {"pattern": f"^{PREFIX}"},
        "additionalProperties": False,
        "$defs": {"names": _names()},
    }


def setting_names() -> list[str]:
    """Return the dotted word of everything that can change."""
    names = []
    for policy in POLICIES:
        names.append(f"{policy.name}.state")
        names.extend(f"{policy.name}.{option.name}" for option in policy.options)
        if policy.has_helpers:
            names.append(f"{policy.name}.helpers")
    return [*names, *(f"{CONTROL_PANEL}.{setting.name}" for setting in PREFERENCES)]


def _top_level() -> dict[str, Schema]:
    schemas = {policy.name: _policy(policy) for policy in POLICIES}
    schemas[CONTROL_PANEL] = _object(
        {setting.name: _setting(setting) for setting in PREFERENCES},
        description="The user's own settings (Control Panel > System > Remote), where no policy decides.",
        dependentRequired=_LIFETIME_PAIR,
    )
    schemas[FIREWALL] = FIREWALL_STATE.schema() | {
        "description": f"Windows' own firewall rules for Remote Assistance, the group {RULE_GROUP}."
    }
    return {name: schemas[name] for name in TOP_LEVEL}


def _policy(policy: Policy) -> Schema:
    options = {option.name: _setting(option) for option in policy.options}
    if policy.has_helpers:
        options["helpers"] = _helpers()
    schema = _object(
        {"state": {"enum": list(STATES), "description": f"The switch of {policy.policy_id}."}, **options},
        description=f"{policy.text} Group policy '{policy.display_name}'.",
    )
    required = [option.name for option in policy.options if option.required]
    rules: list[Schema] = []
    if required:
        rules.append({"if": _state_is(ENABLED), "then": {"required": required}})
    if options:
        forbidden = dict.fromkeys(options, False)
        rules.append({"if": _state_is(DISABLED, NOT_CONFIGURED), "then": {"properties": forbidden}})
    if rules:
        schema["allOf"] = rules
    if _LIFETIME_PAIR.keys() <= options.keys():
        schema["dependentRequired"] = _LIFETIME_PAIR
    return schema


def _setting(setting: Setting) -> Schema:
    schema = setting.kind.schema() | {"description": setting.text}
    return schema if setting.default is None else schema | {"default": setting.default}


def _host_option(option: HostOption) -> Schema:
    schema = option.kind.schema() | {"description": option.text.replace("\n", " ")}
    return schema if option.default is None else schema | {"default": option.default}


def _state_is(*states: str) -> Schema:
    return {"required": ["state"], "properties": {"state": {"enum": list(states)}}}


def _helpers() -> Schema:
    part = {"$ref": "#/$defs/names"}
    schema = _object(
        {"set": part, "add": part, "remove": part},
        description="Who may offer help: the whole list, or changes to it.",
    )
    not_empty = {"minItems": 1}
    beside = [{"required": [name], "properties": {name: not_empty}} for name in ("add", "remove")]
    schema["if"] = {"required": ["set"]}
    schema["then"] = {"not": {"anyOf": beside}}
    return schema


def _names() -> Schema:
    return {
        "type": "array",
        "maxItems": HELPERS_MOST,
        "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": HELPER_LONGEST,
            "not": {"pattern": r"^\*\*|^\s|\s$"},
        },
    }


def _object(properties: dict[str, Schema], **more: t.Any) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}
