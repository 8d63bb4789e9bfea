# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue against the tables of the reference, copied by hand."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy import catalogue
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.kinds import Choice, Flag, Number, Text
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    RegistryKey,
    dword,
    string,
)

POLICY = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services")
HELPERS = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\RAUnsolicit")
PREFERENCE = RegistryKey(path=r"SYSTEM\CurrentControlSet\Control\Remote Assistance")

# Section 1.1: our word, policy id, display name, value that holds 1 or 0.
POLICIES = (
    ("solicited", "RA_Solicit", "Configure Solicited Remote Assistance", "fAllowToGetHelp"),
    ("offer", "RA_Unsolicit", "Configure Offer Remote Assistance", "fAllowUnsolicited"),
    ("session_logging", "RA_Logging", "Turn on session logging", "LoggingEnabled"),
    (
        "encrypted_tickets_only",
        "RA_EncryptedTicketOnly",
        "Allow only Windows Vista or later connections",
        "CreateEncryptedOnlyTickets",
    ),
    ("bandwidth_optimization", "RA_Optimize_Bandwidth", "Turn on bandwidth optimization", "UseBandwidthOptimization"),
    ("warning_messages", "RA_Options", "Customize warning messages", "UseCustomMessages"),
)

CONTROL = {"view_only": 0, "full_control": 1}
UNITS = {"minutes": 0, "hours": 1, "days": 2}
LEVELS = {"no_optimization": 14, "no_full_window_drag": 12, "turn_off_background": 8, "full_optimization": 0}

# Section 1.2, and the defaults of the design: word, value name, what it may hold, required, default.
ELEMENTS = {
    "solicited": (
        ("control", "fAllowFullControl", CONTROL, True, None),
        ("ticket_lifetime", "MaxTicketExpiry", range(1, 100), False, 1),
        ("ticket_lifetime_unit", "MaxTicketExpiryUnits", UNITS, False, "hours"),
        ("invitation_method", "fUseMailto", {"simple_mapi": 0, "mailto": 1}, False, "mailto"),
    ),
    "offer": (("control", "fAllowUnsolicitedFullControl", CONTROL, True, None),),
    "bandwidth_optimization": (("level", "OptimizeBandwidth", LEVELS, False, None),),
    "warning_messages": (
        ("view_message", "ViewMessage", "text", False, None),
        ("control_message", "ShareControlMessage", "text", False, None),
    ),
}

# Section 2, all REG_DWORD; fEnableChatControl is not managed.
PREFERENCES = (
    ("invitations", "fAllowToGetHelp", "flag", False, None),
    ("control", "fAllowFullControl", CONTROL, False, None),
    ("ticket_lifetime", "MaxTicketExpiry", range(1, 100), False, None),
    ("ticket_lifetime_unit", "MaxTicketExpiryUnits", UNITS, False, None),
    ("encrypted_tickets_only", "CreateEncryptedOnlyTickets", "flag", False, None),
)

# Section 1.4: what Disabled holds; "Not configured" deletes all of it and the switch.
DELETED = {
    "solicited": {"fAllowFullControl", "MaxTicketExpiry", "MaxTicketExpiryUnits", "fUseMailto"},
    "offer": {"fAllowUnsolicitedFullControl"},
    "session_logging": set(),
    "encrypted_tickets_only": set(),
    "bandwidth_optimization": {"OptimizeBandwidth"},
    "warning_messages": {"ShareControlMessage", "ViewMessage"},
}


def legal_of(kind: object) -> object:
    if isinstance(kind, Choice):
        return dict(kind.words)
    if isinstance(kind, Number):
        return range(kind.lowest, kind.highest + 1)
    return {Flag: "flag", Text: "text"}[type(kind)]  # type: ignore[index]


def rows(settings: t.Iterable[catalogue.Setting]) -> tuple[object, ...]:
    return tuple((s.name, s.value_name, legal_of(s.kind), s.required, s.default) for s in settings)


def test_keys_are_those_of_sections_1_and_2() -> None:
    expected = (POLICY, HELPERS, PREFERENCE)
    assert expected == (catalogue.POLICY_KEY, catalogue.HELPER_KEY, catalogue.PREFERENCE_KEY)


def test_policies_are_those_of_section_1_1() -> None:
    assert POLICIES == tuple((p.name, p.policy_id, p.display_name, p.switch) for p in catalogue.POLICIES)


@pytest.mark.parametrize("policy", catalogue.POLICIES, ids=lambda policy: policy.name)
def test_elements_are_those_of_section_1_2(policy: catalogue.Policy) -> None:
    assert ELEMENTS.get(policy.name, ()) == rows(policy.options)
    assert (policy.name == "offer") == policy.has_helpers


def test_preferences_are_those_of_section_2() -> None:
    assert PREFERENCES == rows(catalogue.PREFERENCES)


def test_a_switch_is_1_for_enabled_and_0_for_disabled() -> None:
    assert {"enabled": 1, "disabled": 0} == dict(catalogue.STATE.words)


def test_limits_are_those_of_the_design() -> None:
    assert (256, 1000, 32766) == (catalogue.HELPER_LONGEST, catalogue.HELPERS_MOST, catalogue.MESSAGE.longest)


FULL_HOST = {
    POLICY: KeyState.of(
        *(dword(name, 1) for dummy, dummy2, dummy3, name in POLICIES),
        *(
            string(name, "text") if legal == "text" else dword(name, 1)
            for rows_of in ELEMENTS.values()
            for dummy, name, legal, dummy2, dummy3 in rows_of
        ),
        dword("fDenyTSConnections", 1),
    ),
    HELPERS: KeyState.of(string(r"CORP\a", r"CORP\a"), dword("odd", 1), string("", "default")),
}


@pytest.mark.parametrize(("word", "policy_id", "display_name", "switch"), POLICIES, ids=lambda text: text)
@pytest.mark.parametrize("state", ["disabled", "not_configured"])
def test_what_disabled_and_not_configured_delete_is_in_section_1_4(
    word: str, policy_id: str, display_name: str, switch: str, state: str
) -> None:
    before = set(FULL_HOST[POLICY].by_name)
    after = plan(from_mapping({word: {"state": state}}), FULL_HOST).after
    gone = DELETED[word] | ({switch} if state == "not_configured" else set())
    assert {name.upper() for name in gone} == before - set(after[POLICY].by_name)
    expected = None if state == "not_configured" else dword(switch, 0)
    assert expected == after[POLICY].get(switch)
    assert (0 if word == "offer" else 3) == len(after[HELPERS].by_name)


# Section 1.4, column Enabled, from an empty host, with the defaults of the design.
ENABLED: tuple[tuple[str, dict[str, t.Any], dict[str, t.Any]], ...] = (
    (
        "solicited",
        {"control": "view_only"},
        {
            "fAllowToGetHelp": 1,
            "fAllowFullControl": 0,
            "MaxTicketExpiry": 1,
            "MaxTicketExpiryUnits": 1,
            "fUseMailto": 1,
        },
    ),
    ("offer", {"control": "full_control"}, {"fAllowUnsolicited": 1, "fAllowUnsolicitedFullControl": 1}),
    ("session_logging", {}, {"LoggingEnabled": 1}),
    ("encrypted_tickets_only", {}, {"CreateEncryptedOnlyTickets": 1}),
    ("bandwidth_optimization", {}, {"UseBandwidthOptimization": 1}),
    (
        "bandwidth_optimization",
        {"level": "no_full_window_drag"},
        {"UseBandwidthOptimization": 1, "OptimizeBandwidth": 12},
    ),
    ("warning_messages", {"view_message": "v"}, {"UseCustomMessages": 1, "ViewMessage": "v"}),
    ("warning_messages", {"control_message": ""}, {"UseCustomMessages": 1, "ShareControlMessage": ""}),
)


@pytest.mark.parametrize(("word", "options", "expected"), ENABLED)
def test_what_enabled_writes_is_in_section_1_4(
    word: str, options: dict[str, t.Any], expected: dict[str, t.Any]
) -> None:
    after = plan(from_mapping({word: {"state": "enabled", **options}}), {}).after
    written = {value.name: (value.type.name, value.data) for value in after[POLICY].by_name.values()}
    types = {int: "REG_DWORD", str: "REG_SZ"}
    assert {name: (types[type(data)], data) for name, data in expected.items()} == written


def test_an_unknown_policy_has_no_entry() -> None:
    with pytest.raises(StopIteration):
        catalogue.policy_named("firewall")
