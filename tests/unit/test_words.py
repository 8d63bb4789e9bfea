# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users read of a host, of a change and of their variables, by hand."""

from __future__ import annotations

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.options import (
    declaration_options,
    without_descriptions,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.variables import PREFIX, declared_names
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.words import (
    difference,
    helpers_in_words,
    in_words,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY, PREFERENCE_KEY
from ansible_collections.winfleet.remote_assistance.tests.unit.test_catalogue import POLICIES

POLICY_PATH = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HOST = {
    POLICY_KEY: KeyState.of(
        dword("fAllowUnsolicited", 1),
        string("fAllowUnsolicitedFullControl", "1"),
        dword("OptimizeBandwidth", 3),
        string("ViewMessage", "Hello"),
    ),
    HELPER_KEY: KeyState.of(string("CORP\\b", "CORP\\B"), dword("CORP\\a", 1), string("", "x")),
    PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1), dword("MaxTicketExpiry", 6)),
}
LISTED = ["(default value) = x (REG_SZ)", "CORP\\a = 1 (REG_DWORD)", "CORP\\b"]


def test_a_host_is_told_in_the_words_of_the_declaration() -> None:
    assert in_words(HOST) == {name: {"state": "not_configured"} for name, *dummy in POLICIES} | {
        "offer": {"state": "enabled", "control": "1 (REG_SZ)", "helpers": LISTED},
        "bandwidth_optimization": {"state": "not_configured", "level": "3 (REG_DWORD)"},
        "warning_messages": {"state": "not_configured", "view_message": "Hello"},
        "control_panel": {"invitations": True, "ticket_lifetime": 6},
    }
    assert helpers_in_words(HOST) == LISTED


def test_only_the_settings_that_are_asked_for_are_told() -> None:
    assert in_words(HOST, {"offer.control", "control_panel.invitations"}) == {
        "offer": {"control": "1 (REG_SZ)"},
        "control_panel": {"invitations": True},
    }


def test_changes_are_told_value_by_value_and_as_a_difference() -> None:
    made = plan(
        from_mapping(
            {"offer": {"control": "view_only", "helpers": {"add": ["CORP\\a", "x\\y"], "remove": ["corp\\B"]}}}
        ),
        HOST,
    )
    told = [step.to_result() for step in made.steps]
    assert [(one["setting"], one["action"], one["before"], one["after"], one["type"]) for one in told] == [
        ("offer.control", "repair_type", "1 (REG_SZ)", "view_only", "REG_DWORD"),
        ("offer.helpers", "repair_type", "CORP\\a = 1 (REG_DWORD)", "CORP\\a", "REG_SZ"),
        ("offer.helpers", "delete", "CORP\\b", None, "REG_SZ"),
        ("offer.helpers", "set", None, "x\\y", "REG_SZ"),
    ]
    assert made.steps[0].to_result()["path"] == POLICY_PATH + r"\fAllowUnsolicitedFullControl"
    sides = difference(made, made.steps)
    # Where names are only added and removed the rest is not read, and must not look as if it were the list.
    named = "helpers (of those named)"
    assert sides["before"] == {"offer": {"state": "enabled", "control": "1 (REG_SZ)", named: LISTED}}
    after = ["(default value) = x (REG_SZ)", "CORP\\a", "x\\y"]
    assert sides["after"] == {"offer": {"state": "enabled", "control": "view_only", named: after}}


def test_a_switch_that_goes_is_not_configured_afterwards() -> None:
    (step,) = plan(from_mapping({"session_logging": {"state": "enabled"}}), HOST).steps
    assert (step.to_result()["before"], step.to_result()["after"]) == ("not_configured", "enabled")


def test_variables_with_the_prefix_are_declared_or_the_playbooks_or_a_problem() -> None:
    names = [
        "remote_assistance_offer",
        "remote_assistance_serial",
        "remote_assistance_ofer",
        "other",
        "remote_assistance_",
    ]
    declared, found = declared_names(PREFIX, names)
    assert declared == {"remote_assistance_offer": "offer"}
    assert [(problem.path, problem.nearest) for problem in found] == [
        ("remote_assistance_ofer", "remote_assistance_offer"),
        ("remote_assistance_", ""),
    ]
    assert "remote_assistance_warning_messages, remote_assistance_control_panel" in found[0].expected
    assert "remote_assistance_local_gpo" in found[0].expected


def test_options_have_the_types_and_words_that_ansible_users_expect() -> None:
    options = without_descriptions(declaration_options())
    assert options["control_panel"]["options"]["invitations"] == {"type": "bool"}
    assert options["solicited"]["options"]["ticket_lifetime"] == {"type": "int"}
    assert options["solicited"]["options"]["control"] == {"type": "str", "choices": ["view_only", "full_control"]}
    names = {"type": "list", "elements": "str"}
    assert options["offer"]["options"]["helpers"]["options"] == {"set": names, "add": names, "remove": names}
    assert list(options["session_logging"]["options"]) == ["state"]
