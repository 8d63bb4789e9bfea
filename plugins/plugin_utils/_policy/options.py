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
    HELPER_KEY,
    POLICIES,
    POLICY_KEY,
    PREFERENCE_KEY,
    PREFERENCES,
    STATES,
    Policy,
    Setting,
)
from .host_options import HOST_OPTIONS, READ_OPTIONS, HostOption
from .kinds import Choice, Flag, Kind, Number

__all__ = ["READ_OPTIONS", "Options", "declaration_options", "host_options", "without_descriptions"]

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


def declaration_options() -> Options:
    """Return type, choices and description of every option of a declaration."""
    options = {policy.name: _policy(policy) for policy in POLICIES}
    options[CONTROL_PANEL] = {
        "type": "dict",
        "description": [
            "The settings of Control Panel > System > Remote, which count where no policy decides.",
            f"Each is a value below C({PREFERENCE_KEY}); what is not mentioned is not touched.",
        ],
        "options": {setting.name: _setting(setting) for setting in PREFERENCES},
    }
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
                "Write names as C(DOMAIN\\\\name); groups are allowed. At most 1,000 names.",
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
