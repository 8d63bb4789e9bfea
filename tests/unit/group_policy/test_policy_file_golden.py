# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edited Registry.pol, byte for byte as Windows' own policy editor writes it; the bytes are written out by hand."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol import decode, encode
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.policy_file import (
    FilePlan,
    plan_file,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import (
    HEADER,
    entries_of,
    entry,
    number,
    order,
    pol,
    words,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import Raw

# "Software\policies\Microsoft\Windows NT\Terminal Services", as RemoteAssistance.admx spells it.
KEY = bytes.fromhex(
    "53006f00660074007700610072006500 5c00 70006f006c0069006300690065007300 5c00"
    "4d006900630072006f0073006f0066007400 5c00 570069006e0064006f0077007300 2000 4e005400 5c00"
    "5400650072006d0069006e0061006c00 2000 53006500720076006900630065007300"
)
LIST = KEY + bytes.fromhex("5c00 5200410055006e0073006f006c006900630069007400")
OPEN, NEXT, CLOSE, NUL = (bytes.fromhex(digits) for digits in ("5b00", "3b00", "5d00", "0000"))
ADMX = r"Software\policies\Microsoft\Windows NT\Terminal Services"
ADMX_LIST = ADMX + r"\RAUnsolicit"
SPACE = "20000000"


def one(key: bytes, name: str, kind: str, size: str, data: str) -> bytes:
    """Return one entry; everything behind the name in hexadecimal digits."""
    parts = (key + NUL, name.encode("utf-16-le") + NUL, *map(bytes.fromhex, (kind, size, data)))
    return OPEN + NEXT.join(parts) + CLOSE


def planned(content: bytes, raw: Raw) -> FilePlan:
    return plan_file(from_mapping(raw), decode(content), layer="local_gpo")


def edited(content: bytes, raw: Raw) -> bytes:
    return encode(planned(content, raw).file)


def test_solicited_enabled() -> None:
    expected = (
        HEADER
        + one(KEY, "fAllowToGetHelp", "04000000", "04000000", "01000000")
        + one(KEY, "fAllowFullControl", "04000000", "04000000", "00000000")
        + one(KEY, "MaxTicketExpiry", "04000000", "04000000", "01000000")
        + one(KEY, "MaxTicketExpiryUnits", "04000000", "04000000", "01000000")
        + one(KEY, "fUseMailto", "04000000", "04000000", "01000000")
    )
    assert expected == edited(HEADER, {"solicited": {"state": "enabled", "control": "view_only"}})


def test_solicited_disabled() -> None:
    expected = (
        HEADER
        + one(KEY, "fAllowToGetHelp", "04000000", "04000000", "00000000")
        + one(KEY, "**del.fAllowFullControl", "01000000", "04000000", SPACE)
        + one(KEY, "**del.MaxTicketExpiry", "01000000", "04000000", SPACE)
        + one(KEY, "**del.MaxTicketExpiryUnits", "01000000", "04000000", SPACE)
        + one(KEY, "**del.fUseMailto", "01000000", "04000000", SPACE)
    )
    assert expected == edited(HEADER, {"solicited": {"state": "disabled"}})


def test_offer_disabled_empties_the_list() -> None:
    found = edited(HEADER, {"offer": {"state": "disabled"}})
    assert sorted(
        (
            one(KEY, "fAllowUnsolicited", "04000000", "04000000", "00000000"),
            one(KEY, "**del.fAllowUnsolicitedFullControl", "01000000", "04000000", SPACE),
            one(LIST, "**delvals.", "01000000", "04000000", SPACE),
        )
    ) == sorted(entry.raw for entry in entries_of(found))


def test_offer_enabled_empties_the_list_before_it_fills_it() -> None:
    raw = {"offer": {"state": "enabled", "control": "full_control", "helpers": {"set": ["C\\b", "a@c"]}}}
    found = [entry.raw for entry in entries_of(edited(HEADER, raw))]
    assert [
        one(LIST, "**delvals.", "01000000", "04000000", SPACE),
        one(LIST, "a@c", "01000000", "08000000", "6100400063000000"),
        one(LIST, "C\\b", "01000000", "08000000", "43005c0062000000"),
    ] == [raw for raw in found if LIST in raw]
    assert [
        one(KEY, "fAllowUnsolicited", "04000000", "04000000", "01000000"),
        one(KEY, "fAllowUnsolicitedFullControl", "04000000", "04000000", "01000000"),
    ] == [raw for raw in found if LIST not in raw]


def test_a_helper_who_is_only_added_does_not_take_anybody_away() -> None:
    raw = {"offer": {"state": "enabled", "control": "view_only", "helpers": {"add": ["a@c"]}}}
    found = [entry.raw for entry in entries_of(edited(HEADER, raw)) if LIST in entry.raw]
    assert [one(LIST, "a@c", "01000000", "08000000", "6100400063000000")] == found


def test_a_text_that_is_not_given_is_deleted_and_a_long_one_fits() -> None:
    longest = "x" * 32766
    raw = {"warning_messages": {"state": "enabled", "view_message": longest}}
    assert (
        HEADER
        + one(KEY, "UseCustomMessages", "04000000", "04000000", "01000000")
        + one(KEY, "ViewMessage", "01000000", "feff0000", "7800" * 32766 + "0000")
        + one(KEY, "**del.ShareControlMessage", "01000000", "04000000", SPACE)
    ) == edited(HEADER, raw)


@pytest.mark.parametrize("policy", ["solicited", "offer", "session_logging", "warning_messages"])
def test_what_is_not_configured_has_no_entry(policy: str) -> None:
    raw = {policy: {"state": "not_configured"}}
    assert ((), HEADER) == (planned(HEADER, raw).steps, edited(HEADER, raw))
    for state in ({"state": "disabled"}, {"state": "enabled", "control": "view_only"}):
        written = {policy: {key: state[key] for key in state if key == "state" or policy in ("solicited", "offer")}}
        assert HEADER == edited(edited(HEADER, written), raw)


def test_what_was_overruled_does_not_come_back_when_the_list_is_no_longer_configured() -> None:
    content = pol(words(ADMX_LIST, "CORP\\dead", "CORP\\dead"), order(ADMX_LIST, "**delvals."))
    assert HEADER == edited(content, {"offer": {"state": "not_configured"}})


def test_a_value_with_the_name_of_an_instruction_is_no_instruction() -> None:
    odd = order(ADMX_LIST, "**del.**delvals.")
    added = {"offer": {"state": "enabled", "control": "view_only", "helpers": {"set": []}}}
    assert pol(odd) == edited(edited(pol(odd), added), {"offer": {"state": "not_configured"}})
    assert order(ADMX_LIST, "**delvals.") in edited(pol(odd), added)


def test_an_entry_is_changed_where_it_stands_and_in_the_spelling_of_its_key() -> None:
    key = r"SOFTWARE\POLICIES\Microsoft\Windows NT\Terminal Services"
    stranger, other = number(key, "fDenyTSConnections", 1), words(r"Software\X", "v", "1")
    old = number(key, "fallowtogethelp", 1)
    content = pol(other, old, stranger, other)
    after = edited(content, {"solicited": {"state": "disabled"}})
    behind = [order(key, f"**del.{name}") for name in ("fAllowFullControl", "MaxTicketExpiry", "MaxTicketExpiryUnits")]
    expected = pol(other, number(key, "fAllowToGetHelp", 0), stranger, *behind, order(key, "**del.fUseMailto"), other)
    assert expected == after


def test_an_entry_that_somebody_else_takes_back_later_goes_behind_that() -> None:
    later = order(ADMX, "**DeleteValues", "LoggingEnabled;Other")
    content = pol(number(ADMX, "LoggingEnabled", 1), later)
    expected = pol(later, number(ADMX, "LoggingEnabled", 1))
    assert expected == edited(content, {"session_logging": {"state": "enabled"}})


def test_a_satisfied_file_keeps_its_bytes_however_it_says_it() -> None:
    content = pol(
        entry(ADMX.upper(), "**DelVals.", 4, bytes(4)),
        number(ADMX.upper(), "FALLOWUNSOLICITED", 0),
        number(ADMX_LIST, "**DELVALS", 0),
    )
    assert content == edited(content, {"offer": {"state": "disabled"}})


def test_preferences_have_no_place_in_a_policy_file() -> None:
    assert HEADER == edited(HEADER, {"control_panel": {"invitations": False}})


def changes(content: bytes, raw: Raw) -> dict[str, tuple[object, object, object]]:
    results = [step.to_result() for step in planned(content, raw).steps]
    assert {"local_gpo"} == {result["layer"] for result in results} or not results
    return {result["path"].rpartition("Terminal Services\\")[2]: told(result) for result in results}


def told(result: dict[str, object]) -> tuple[object, object, object]:
    return result["before"], result["after"], result["action"]


DELETED = "(to be deleted)"


def test_a_change_is_told_in_words() -> None:
    content = pol(
        number(ADMX, "fAllowUnsolicited", 1),
        words(ADMX, "fAllowUnsolicitedFullControl", "1"),
        words(ADMX_LIST, "CORP\\old", "CORP\\old"),
    )
    assert {
        "fAllowUnsolicited": ("enabled", "disabled", "set"),
        "fAllowUnsolicitedFullControl": ("1 (REG_SZ)", DELETED, "delete"),
        "RAUnsolicit\\CORP\\old": ("CORP\\old", None, "delete"),
        "RAUnsolicit\\**delvals.": (None, DELETED, "delete"),
    } == changes(content, {"offer": {"state": "disabled"}})


def test_a_change_of_what_the_file_deletes_is_told_in_words() -> None:
    content = edited(HEADER, {"offer": {"state": "disabled"}})
    raw = {"offer": {"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\new"]}}}
    assert {
        "fAllowUnsolicited": ("disabled", "enabled"),
        "fAllowUnsolicitedFullControl": (DELETED, "view_only"),
        "RAUnsolicit\\CORP\\new": (None, "CORP\\new"),
    } == {name: (before, after) for name, (before, after, dummy) in changes(content, raw).items()}
    assert {
        "fAllowUnsolicited": ("disabled", "not_configured", "delete"),
        "fAllowUnsolicitedFullControl": (DELETED, None, "delete"),
        "RAUnsolicit\\**delvals.": (DELETED, None, "delete"),
    } == changes(content, {"offer": {"state": "not_configured"}})


def test_a_soft_value_is_not_what_is_wanted() -> None:
    content = pol(number(ADMX, "**soft.LoggingEnabled", 1))
    raw = {"session_logging": {"state": "enabled"}}
    assert {"LoggingEnabled": ("(set where absent)", "enabled", "set")} == changes(content, raw)
    assert pol(number(ADMX, "LoggingEnabled", 1)) == edited(content, raw)


def test_what_does_not_apply_is_noted() -> None:
    raw = {"offer": {"control": "view_only", "helpers": {"add": ["CORP\\a"]}}}
    expected = (
        "offer is not enabled: offer.control not applied",
        "offer is not enabled: offer.helpers.add not applied",
    )
    assert (expected, ()) == (planned(HEADER, raw).notes, planned(HEADER, raw).steps)
