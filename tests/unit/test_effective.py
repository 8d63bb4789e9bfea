# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effective state against the table of section 3 of the reference, and what no source knows."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.effective import effective
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyState,
    Observed,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY, PREFERENCE_KEY


def host(policy: dict[str, int], preference: dict[str, int] | None = None, helpers: t.Sequence[str] = ()) -> Observed:
    return {
        POLICY_KEY: KeyState.of(*(dword(name, number) for name, number in policy.items())),
        HELPER_KEY: KeyState.of(*(string(name, name) for name in helpers)),
        PREFERENCE_KEY: KeyState.of(*(dword(name, number) for name, number in (preference or {}).items())),
    }


def answer(observed: Observed, subject: str) -> tuple[t.Any, str, str]:
    found = effective(observed)[subject].to_result()
    return found["state"], found["certainty"], found["source"]["kind"]


OFF_BY_POLICY = ("off", "known", "live_policy")
ON_BY_POLICY = ("on", "known", "live_policy")
OFF_BY_DEFAULT = ("off", "known", "default")
ON_BY_BOX = ("on", "known", "preference")
OFF_BY_BOX = ("off", "known", "preference")
NOBODY_KNOWS = ("on", "unknown", "live_policy")
NO_SOURCE = ("unknown", "unknown", "default")

# Section 3, "Effective state", columns of Vista and later: Solicited, Offer, box -> invitations, offers.
TABLE = (
    # Solicited 0, Offer 0 or absent, box any
    (0, 0, None, OFF_BY_POLICY, OFF_BY_POLICY),
    (0, 0, 0, OFF_BY_POLICY, OFF_BY_POLICY),
    (0, 0, 1, OFF_BY_POLICY, OFF_BY_POLICY),
    (0, None, None, OFF_BY_POLICY, OFF_BY_DEFAULT),
    (0, None, 0, OFF_BY_POLICY, OFF_BY_DEFAULT),
    (0, None, 1, OFF_BY_POLICY, OFF_BY_DEFAULT),
    # Solicited 0, Offer 1: the sources disagree
    (0, 1, None, OFF_BY_POLICY, NOBODY_KNOWS),
    (0, 1, 0, OFF_BY_POLICY, NOBODY_KNOWS),
    (0, 1, 1, OFF_BY_POLICY, NOBODY_KNOWS),
    # Solicited 1
    (1, 0, 0, ON_BY_POLICY, OFF_BY_POLICY),
    (1, None, 1, ON_BY_POLICY, OFF_BY_DEFAULT),
    (1, 1, None, ON_BY_POLICY, ON_BY_POLICY),
    (1, 1, 0, ON_BY_POLICY, ON_BY_POLICY),
    (1, 1, 1, ON_BY_POLICY, ON_BY_POLICY),
    # Solicited not configured: the box decides
    (None, 0, 1, ON_BY_BOX, OFF_BY_POLICY),
    (None, None, 1, ON_BY_BOX, OFF_BY_DEFAULT),
    (None, 0, 0, OFF_BY_BOX, OFF_BY_POLICY),
    (None, None, 0, OFF_BY_BOX, OFF_BY_DEFAULT),
    (None, 1, 1, ON_BY_BOX, ON_BY_POLICY),
    (None, 1, 0, OFF_BY_BOX, NOBODY_KNOWS),
    # Nothing at all: section 2, documented off, clients on
    (None, None, None, NO_SOURCE, OFF_BY_DEFAULT),
    (None, 1, None, NO_SOURCE, NOBODY_KNOWS),
)


@pytest.mark.parametrize(("solicited", "offer", "box", "invitations", "offers"), TABLE)
def test_every_row_of_the_table(
    solicited: int | None, offer: int | None, box: int | None, invitations: object, offers: object
) -> None:
    policy = {"fAllowToGetHelp": solicited, "fAllowUnsolicited": offer}
    observed = host(
        {name: number for name, number in policy.items() if number is not None},
        {} if box is None else {"fAllowToGetHelp": box},
    )
    assert (invitations, offers) == (answer(observed, "invitations"), answer(observed, "offers"))


ON = {"fAllowToGetHelp": 1}
OFFERED = {"fAllowToGetHelp": 1, "fAllowUnsolicited": 1}

# Rule 4, rule 1, section 2 for the ticket; subject, policy, preference -> answer.
REST = (
    (
        "solicited_control",
        ON | {"fAllowFullControl": 0},
        {"fAllowFullControl": 1},
        ("view_only", "known", "live_policy"),
    ),
    (
        "solicited_control",
        ON | {"fAllowFullControl": 1},
        {"fAllowFullControl": 0},
        ("full_control", "known", "live_policy"),
    ),
    ("solicited_control", ON, {"fAllowFullControl": 0}, ("view_only", "known", "preference")),
    ("solicited_control", {}, ON | {"fAllowFullControl": 0}, ("view_only", "known", "preference")),
    ("solicited_control", {}, ON, ("full_control", "known", "default")),
    (
        "solicited_control",
        {"fAllowFullControl": 1},
        ON | {"fAllowFullControl": 0},
        ("view_only", "unknown", "preference"),
    ),
    ("solicited_control", {"fAllowToGetHelp": 0}, {}, ("none", "known", "live_policy")),
    ("offer_control", OFFERED | {"fAllowUnsolicitedFullControl": 0}, {}, ("view_only", "known", "live_policy")),
    ("offer_control", OFFERED | {"fAllowUnsolicitedFullControl": 1}, {}, ("full_control", "known", "live_policy")),
    (
        "offer_control",
        OFFERED | {"fAllowUnsolicitedFullControl": 1},
        {"fAllowFullControl": 0},
        ("full_control", "unknown", "live_policy"),
    ),
    ("offer_control", OFFERED, {}, ("unknown", "unknown", "default")),
    ("offer_control", {}, {}, ("none", "known", "default")),
    (
        "ticket_lifetime",
        ON | {"MaxTicketExpiry": 99, "MaxTicketExpiryUnits": 2},
        {},
        ("99 days", "known", "live_policy"),
    ),
    (
        "ticket_lifetime",
        {},
        ON | {"MaxTicketExpiry": 1, "MaxTicketExpiryUnits": 0},
        ("1 minutes", "known", "preference"),
    ),
    ("ticket_lifetime", {}, ON, ("6 hours", "known", "default")),
    ("ticket_lifetime", ON, {}, ("6 hours", "unknown", "default")),
    ("ticket_lifetime", ON | {"MaxTicketExpiry": 9}, {}, ("unknown", "unknown", "live_policy")),
    (
        "ticket_lifetime",
        ON | {"MaxTicketExpiry": 100, "MaxTicketExpiryUnits": 1},
        {},
        ("unknown", "unknown", "live_policy"),
    ),
    (
        "ticket_lifetime",
        ON | {"MaxTicketExpiry": 9, "MaxTicketExpiryUnits": 3},
        {},
        ("unknown", "unknown", "live_policy"),
    ),
    ("ticket_lifetime", {"fAllowToGetHelp": 0, "MaxTicketExpiry": 9}, {}, ("none", "known", "live_policy")),
    ("logging", {"LoggingEnabled": 1}, {}, ("on", "known", "live_policy")),
    ("logging", {"LoggingEnabled": 0}, {}, ("off", "known", "live_policy")),
    ("logging", {}, {}, ("on", "unknown", "default")),
    ("helpers", {}, {}, ([], "known", "default")),
    ("helpers", OFFERED, {}, ([], "unknown", "live_policy")),
)


@pytest.mark.parametrize(("subject", "policy", "preference", "expected"), REST)
def test_control_lifetime_logging_and_helpers(
    subject: str, policy: dict[str, int], preference: dict[str, int], expected: object
) -> None:
    assert expected == answer(host(policy, preference), subject)


def test_the_list_of_helpers_is_told_without_effect_while_offer_is_off() -> None:
    found = effective(host({"fAllowUnsolicited": 0}, helpers=["A\\b", "A\\c"]))["helpers"]
    assert ((), "known", ("2 on the list, without effect while Offer is off",)) == (
        found.state,
        found.certainty,
        found.notes,
    )


def test_whether_administrators_may_offer_is_said_to_be_unknown() -> None:
    found = effective(host(OFFERED, helpers=["A\\b"]))["helpers"]
    assert (("A\\b",), "unknown") == (found.state, found.certainty)
    assert found.notes == (
        "whether administrators may offer without being on the list: the sources disagree, list them explicitly",
    )


ILLEGAL = (
    (dword("x", 2), "2 (REG_DWORD)"),
    (dword("x", 2**32 - 1), "4294967295 (REG_DWORD)"),
    (string("x", "1"), "1 (REG_SZ)"),
    (RegistryValue(name="x", type=ValueType.REG_BINARY, data=b"\1\0"), "0100 (REG_BINARY)"),
    (RegistryValue(name="x", type=ValueType.REG_QWORD, data=1), "1 (REG_QWORD)"),
    (RegistryValue(name="x", type=ValueType.REG_MULTI_SZ, data=("1",)), "['1'] (REG_MULTI_SZ)"),
    (RegistryValue(name="x", type=ValueType(99), data=UNREADABLE), "(REG_TYPE_99, data not readable)"),
)


@pytest.mark.parametrize(("value", "shown"), ILLEGAL)
@pytest.mark.parametrize(
    ("key", "name", "subject", "source"),
    [
        (POLICY_KEY, "fAllowToGetHelp", "invitations", "live_policy"),
        (PREFERENCE_KEY, "fAllowToGetHelp", "invitations", "preference"),
        (POLICY_KEY, "fAllowUnsolicited", "offers", "live_policy"),
        (POLICY_KEY, "LoggingEnabled", "logging", "live_policy"),
    ],
)
def test_an_illegal_value_is_unknown_and_shown(
    value: RegistryValue, shown: str, key: t.Any, name: str, subject: str, source: str
) -> None:
    named = RegistryValue(name=name, type=value.type, data=value.data)
    found = effective({key: KeyState.of(named)})[subject]
    assert ("unknown", "unknown", source) == (found.state, found.certainty, found.source)
    assert (f"{name} holds {shown}, which is not a legal value",) == found.notes


def test_offer_beside_an_illegal_value_of_solicited_is_unknown() -> None:
    observed = host({"fAllowToGetHelp": 7, "fAllowUnsolicited": 1}, {"fAllowToGetHelp": 1})
    assert NOBODY_KNOWS == answer(observed, "offers")
