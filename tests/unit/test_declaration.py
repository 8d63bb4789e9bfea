# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The validator of declarations: every bad input is refused with its path, in words, all at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import problems
from ansible_collections.winfleet.remote_assistance.tests.unit.test_catalogue import POLICIES

CONTROLS = "expected one of view_only, full_control"
STATES = "expected one of enabled, disabled, not_configured"
LIFETIME = "expected a whole number from 1 to 99"
UNITS = "expected one of minutes, hours, days"
FLAG = "expected true or false"
SOLICITED = "state, control, ticket_lifetime, ticket_lifetime_unit, invitation_method"
PREFERENCES = "invitations, control, ticket_lifetime, ticket_lifetime_unit, encrypted_tickets_only"
TOP = ", ".join([*(name for name, *dummy in POLICIES), "control_panel", "firewall"])
FIREWALL = "expected one of enabled, disabled, all_rules, unmanaged"
WHOLE_OR_CHANGES = "not allowed beside add or remove, expected either the whole list or changes to it"
CONTROL_CHARACTERS = "expected a name without control characters or half characters"
TEXT = "expected a text of at most 32766 UTF-16 units without control characters other than tab and line ends"


def helpers(**lists: t.Any) -> dict[str, t.Any]:
    return {"offer": {"helpers": lists}}


def solicited(**options: t.Any) -> dict[str, t.Any]:
    return {"solicited": {"state": "enabled", "control": "view_only"} | options}


# What the user wrote, and each problem as path, value, text, nearest word.
ONE_PROBLEM = (
    ({"solicitted": {}}, "solicitted", "", f"unknown key, expected one of {TOP}", "solicited"),
    ({"firewal": "disabled"}, "firewal", "", f"unknown key, expected one of {TOP}", "firewall"),
    ({"firewall": "disable"}, "firewall", "'disable'", FIREWALL, "disabled"),
    ({"firewall": False}, "firewall", "false", FIREWALL, ""),
    ({"firewall": {"state": "disabled"}}, "firewall", "a mapping", FIREWALL, ""),
    ({"firewall": "unmanaged"}, "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    ({"solicited": {"contrl": "x"}}, "solicited.contrl", "", f"unknown key, expected one of {SOLICITED}", "control"),
    ({"solicited": {True: "x"}}, "solicited.True", "", f"unknown key, expected one of {SOLICITED}", ""),
    ({"offer": {"": 1}}, "offer.''", "", "unknown key, expected one of state, control, helpers", ""),
    ({"\x1b[2J": 1}, r"'\x1b[2J'", "", f"unknown key, expected one of {TOP}", ""),
    (helpers(append=["a"]), "offer.helpers.append", "", "unknown key, expected one of set, add, remove", ""),
    (
        {"control_panel": {"invitation": True}},
        "control_panel.invitation",
        "",
        f"unknown key, expected one of {PREFERENCES}",
        "invitations",
    ),
    ({"session_logging": {"level": 1}}, "session_logging.level", "", "unknown key, expected one of state", ""),
    ({"offer": "disabled"}, "offer", "'disabled'", "expected a mapping with keys of: state, control, helpers", ""),
    ({"offer": ["state"]}, "offer", "a list", "expected a mapping with keys of: state, control, helpers", ""),
    ({"offer": False}, "offer", "false", "expected a mapping with keys of: state, control, helpers", ""),
    ({"control_panel": 1}, "control_panel", "1", f"expected a mapping with keys of: {PREFERENCES}", ""),
    (helpers(), "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    ([], "declaration", "a list", f"expected a mapping with keys of: {TOP}", ""),
    ("disabled", "declaration", "'disabled'", f"expected a mapping with keys of: {TOP}", ""),
    ({}, "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    (None, "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    ({"solicited": None}, "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    ({"offer": {"state": None}}, "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    (helpers(add=[], remove=[None]), "declaration", "", f"nothing is declared, expected at least one of {TOP}", ""),
    # state: yes, which YAML makes a boolean
    ({"solicited": {"state": True}}, "solicited.state", "true", STATES, ""),
    ({"offer": {"state": "enable"}}, "offer.state", "'enable'", STATES, "enabled"),
    ({"offer": {"state": "Disabled"}}, "offer.state", "'Disabled'", STATES, "disabled"),
    ({"offer": {"state": "not configured"}}, "offer.state", "'not configured'", STATES, "not_configured"),
    ({"offer": {"state": {"a": 1}}}, "offer.state", "a mapping", STATES, ""),
    ({"solicited": {"state": "enabled"}}, "solicited.control", "", f"required with state enabled, {CONTROLS}", ""),
    (
        {"offer": {"state": "enabled", "control": None}},
        "offer.control",
        "",
        f"required with state enabled, {CONTROLS}",
        "",
    ),
    (solicited(control="viewonly"), "solicited.control", "'viewonly'", CONTROLS, "view_only"),
    (solicited(control=1), "solicited.control", "1", CONTROLS, ""),
    (solicited(control=["view_only"]), "solicited.control", "a list", CONTROLS, ""),
    *(
        (
            solicited(ticket_lifetime=wrong, ticket_lifetime_unit="hours"),
            "solicited.ticket_lifetime",
            shown,
            LIFETIME,
            "",
        )
        for wrong, shown in (
            (0, "0"),
            (100, "100"),
            (-1, "-1"),
            (1.5, "1.5"),
            (6.0, "6.0"),
            (True, "true"),
            ("0", "'0'"),
            ("100", "'100'"),
            ("06", "'06'"),
            ("six", "'six'"),
            ("6\n", r"'6\n'"),
            ("٦", "'٦'"),
            ("", "''"),
            ([6], "a list"),
        )
    ),
    (solicited(ticket_lifetime=6), "solicited.ticket_lifetime_unit", "", "required together with ticket_lifetime", ""),
    (
        solicited(ticket_lifetime_unit="days"),
        "solicited.ticket_lifetime",
        "",
        "required together with ticket_lifetime_unit",
        "",
    ),
    (
        {"control_panel": {"ticket_lifetime": 6, "ticket_lifetime_unit": None}},
        "control_panel.ticket_lifetime_unit",
        "",
        "required together with ticket_lifetime",
        "",
    ),
    (
        solicited(ticket_lifetime=6, ticket_lifetime_unit="hour"),
        "solicited.ticket_lifetime_unit",
        "'hour'",
        UNITS,
        "hours",
    ),
    (
        {"bandwidth_optimization": {"state": "enabled", "level": 14}},
        "bandwidth_optimization.level",
        "14",
        "expected one of no_optimization, no_full_window_drag, turn_off_background, full_optimization",
        "",
    ),
    (
        {"solicited": {"state": "disabled", "control": "view_only"}},
        "solicited.control",
        "'view_only'",
        "not allowed with state disabled, which deletes it",
        "",
    ),
    (
        {"offer": {"state": "not_configured", "helpers": {"set": []}}},
        "offer.helpers",
        "a mapping",
        "not allowed with state not_configured, which deletes it",
        "",
    ),
    (helpers(set=["A\\b"], add=["A\\c"]), "offer.helpers.set", "", WHOLE_OR_CHANGES, ""),
    (helpers(set=[], remove=["A\\c"]), "offer.helpers.set", "", WHOLE_OR_CHANGES, ""),
    (
        helpers(add=["A\\c"], remove=[None, "x", "a\\C"]),
        "offer.helpers.remove[2]",
        r"'a\\C'",
        "stands in add as well",
        "",
    ),
    (helpers(set="A\\b"), "offer.helpers.set", r"'A\\b'", "expected a list of names", ""),
    (helpers(add={"A\\b": 1}), "offer.helpers.add", "a mapping", "expected a list of names", ""),
    (helpers(set=["A\\b", 7]), "offer.helpers.set[1]", "7", "expected a name as text", ""),
    (helpers(set=[["A\\b"]]), "offer.helpers.set[0]", "a list", "expected a name as text", ""),
    (helpers(set=[None, ""]), "offer.helpers.set[1]", "''", "expected a name, this one is empty", ""),
    *(
        (helpers(add=[name]), "offer.helpers.add[0]", shown, "expected a name without blanks at its ends", "")
        for name, shown in ((" A\\b", r"' A\\b'"), ("A\\b\t", r"'A\\b\t'"), ("\u3000A", r"'\u3000A'"), (" ", "' '"))
    ),
    (helpers(add=["**del.x"]), "offer.helpers.add[0]", "'**del.x'", "expected a name that does not start with **", ""),
    *(
        (helpers(add=[name]), "offer.helpers.add[0]", shown, CONTROL_CHARACTERS, "")
        for name, shown in (
            ("A\0b", r"'A\x00b'"),
            ("A\nb", r"'A\nb'"),
            ("A\x7fb", r"'A\x7fb'"),
            ("A\x9bb", r"'A\x9bb'"),
            ("A\ud800b", r"'A\ud800b'"),
            ("A\uffffb", r"'A\uffffb'"),
        )
    ),
    (
        helpers(add=["a" * 257]),
        "offer.helpers.add[0]",
        f"'{'a' * 76}...'",
        "expected a name of at most 256 UTF-16 units",
        "",
    ),
    (
        helpers(set=[f"A\\{n}" for n in range(1001)]),
        "offer.helpers.set",
        "",
        "expected at most 1000 names, use a group, got 1001",
        "",
    ),
    *(
        ({"control_panel": {"invitations": wrong}}, "control_panel.invitations", shown, FLAG, "")
        for wrong, shown in ((2, "2"), ("2", "'2'"), ("maybe", "'maybe'"), (1.0, "1.0"), ({}, "a mapping"), ("", "''"))
    ),
    *(
        ({"warning_messages": {"view_message": wrong}}, "warning_messages.view_message", shown, TEXT, "")
        for wrong, shown in ((5, "5"), ("a\0", r"'a\x00'"), ("\x1b[2J", r"'\x1b[2J'"), ("\udfff", r"'\udfff'"))
    ),
    (
        {"warning_messages": {"control_message": "\U0001f600" * 16384}},
        "warning_messages.control_message",
        "'" + "\U0001f600" * 76 + "...'",
        TEXT,
        "",
    ),
)


@pytest.mark.parametrize(("raw", "path", "value", "expected", "nearest"), ONE_PROBLEM)
def test_each_bad_input_is_refused_with_its_path_and_text(
    raw: object, path: str, value: str, expected: str, nearest: str
) -> None:
    found = [(problem.path, problem.value, problem.expected, problem.nearest) for problem in problems(raw)]
    assert [(path, value, expected, nearest)] == found
