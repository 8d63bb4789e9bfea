# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a declaration as Ansible describes options; docs, role specification and actions share them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .catalogue import (
    CONTROL_PANEL,
    FIREWALL,
    FIREWALL_STATE,
    HELPER_KEY,
    POLICIES,
    POLICY_KEY,
    PREFERENCE_KEY,
    PREFERENCES,
    STATES,
    Policy,
    Setting,
)
from .domain_options import DIRECTORY_OPTIONS, GPO_OPTIONS, LINKS, environment_text
from .firewall import RULE_GROUP
from .host_options import HOST_OPTIONS, READ_OPTIONS, HostOption
from .kinds import Choice, Flag, Kind, Number

__all__ = [
    "READ_OPTIONS",
    "Options",
    "declaration_options",
    "directory_options",
    "domain_options",
    "host_options",
    "policy_options",
    "without_descriptions",
]

Options = dict[str, dict[str, t.Any]]

_HELPERS: t.Final[Options] = {
    "set": {
        "type": "list",
        "elements": "str",
        "description": ["The whole list; everybody else is removed. An empty list means nobody."],
    },
    "add": {"type": "list", "elements": "str", "description": ["Names that must be on the list."]},
    "remove": {
        "type": "list",
        "elements": "str",
        "description": ["Names that must not be on the list; acts whatever the state of the policy is."],
    },
}

_FIREWALL: t.Final = f"""\
Windows' own firewall rules for Remote Assistance, the group C({RULE_GROUP}) in every language.
Rules are switched on and off, never edited.
V(enabled) is each rule as Windows ships it, V(all_rules) switches on those for public networks as well.
V(disabled) switches off every rule that lets traffic pass. V(unmanaged) is the same as leaving it out.
Over ssh netsh switches the whole group or nothing, so that V(enabled) is refused there.
Rules that block, and rules that a policy delivers, are reported and left alone.
Port 3389 is never touched. It belongs to Remote Desktop; Remote Assistance has not used it since Windows Vista."""


_LINK: t.Final[Options] = {
    "target": {
        "type": "str",
        "required": True,
        "description": ["The distinguished name of an OU, of the domain or of a site."],
    },
    "enabled": {
        "type": "bool",
        "description": ["Whether the link is in force. Left out, it stays as it is; a new link is in force."],
    },
    "enforced": {
        "type": "bool",
        "description": [
            "Whether nothing below can block or override it. Left out, it stays as it is; a new link is not enforced."
        ],
    },
    "order": {
        "type": "int",
        "description": [
            "The place among the links of the target: 1 has the highest precedence, and a high number is the last one.",
            "Left out, the place stays as it is; a new link gets the lowest precedence.",
        ],
    },
}


def policy_options() -> Options:
    """Return type, choices and description of the six policies."""
    return {policy.name: _policy(policy) for policy in POLICIES}


def declaration_options() -> Options:
    """Return type, choices and description of every option of a declaration."""
    options = policy_options()
    options[CONTROL_PANEL] = {
        "type": "dict",
        "description": [
            "The settings of Control Panel > System > Remote, which count where no policy decides.",
            f"Each is a value below C({PREFERENCE_KEY}); what is not mentioned is not touched.",
        ],
        "options": {setting.name: _setting(setting) for setting in PREFERENCES},
    }
    options[FIREWALL] = _typed(FIREWALL_STATE) | {"description": _FIREWALL.splitlines()}
    return options


def _policy(policy: Policy) -> dict[str, t.Any]:
    options: Options = {
        "state": {
            "type": "str",
            "choices": list(STATES),
            "description": [
                f"The switch of the policy, the value C({policy.switch}).",
                "Left out, the switch and every option that is not mentioned stay as they are.",
                "Options without it act only where the policy is enabled now.",
            ],
        }
    }
    options |= {option.name: _setting(option) for option in policy.options}
    if policy.has_helpers:
        options["helpers"] = {
            "type": "dict",
            "description": [
                f"Who may offer help, the entries below C({HELPER_KEY}). Left out, the list is not managed.",
                "Write names as C(DOMAIN\\name); groups are allowed. At most 1,000 names.",
            ],
            "options": _HELPERS,
        }
    return {
        "type": "dict",
        "description": [
            f"{policy.text} Group policy I({policy.display_name}) (C({policy.policy_id})).",
            f"Values below C({POLICY_KEY}). V(disabled) and V(not_configured) delete the options.",
        ],
        "options": options,
    }


def _setting(setting: Setting) -> dict[str, t.Any]:
    kind = setting.kind
    described = [f"{setting.text} The value C({setting.value_name})."]
    if setting.required:
        described.append("Required where the policy is V(enabled).")
    if setting.default is not None:
        described.append(f"An enabled policy holds V({setting.default}) where nothing is given.")
    return _typed(kind) | {"description": described}


def _typed(kind: Kind) -> dict[str, t.Any]:
    if isinstance(kind, Choice):
        return {"type": "str", "choices": [word for word, dummy in kind.words]}
    if isinstance(kind, (Flag, Number)):
        return {"type": "bool" if isinstance(kind, Flag) else "int"}
    return {"type": "str"}


def host_options(names: t.Container[str] = HOST_OPTIONS) -> Options:
    """Return the options of ``host`` beside the declaration that variables may hold.

    Args:
        names: Which of them.
    """
    return {name: _host_option(option) for name, option in HOST_OPTIONS.items() if name in names}


def domain_options() -> Options:
    """Return the options of ``domain_gpo`` beside the policies and the way to the domain."""
    return {name: _host_option(option) for name, option in GPO_OPTIONS.items()} | {LINKS: _links()}


def directory_options() -> Options:
    """Return the options that say how to reach a domain."""
    options = {name: _host_option(option) for name, option in DIRECTORY_OPTIONS.items()}
    for name, spec in options.items():
        spec["description"] = [*spec["description"], environment_text(name)]
    return options


def _links() -> dict[str, t.Any]:
    parts = {
        "set": "Every link of the GPO; all others are removed. An empty list removes every link.",
        "add": "Links that must be there.",
        "remove": "What the GPO must not be linked to; only O(links.remove[].target) counts.",
    }
    return {
        "type": "dict",
        "description": [
            "Where the GPO is linked. Left out, the links are not managed.",
            "An entry may be the distinguished name alone instead of a mapping.",
        ],
        "options": {
            name: {"type": "list", "elements": "dict", "description": [text], "options": _LINK}
            for name, text in parts.items()
        },
    }


def _host_option(option: HostOption) -> dict[str, t.Any]:
    spec = _typed(option.kind)
    if option.default is not None:
        spec["default"] = option.default
    if option.secret:
        spec["no_log"] = True
    return spec | {"description": option.text.splitlines()}


def without_descriptions(options: Options) -> Options:
    """Return the same options as an argument specification."""
    bare: Options = {}
    for name, spec in options.items():
        bare[name] = {key: value for key, value in spec.items() if key not in ("description", "options")}
        if "options" in spec:
            bare[name]["options"] = without_descriptions(spec["options"])
    return bare
