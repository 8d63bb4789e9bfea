# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of report.yml, whatever hosts send."""

from __future__ import annotations

import typing as t
import unicodedata

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.effective import effective
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.host_table import table, visible
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import (
    HELPER_KEY,
    POLICY_KEY,
    PREFERENCE_KEY,
    hosts,
)
from hypothesis import given
from hypothesis import strategies as st


def width(line: str) -> int:
    """Return the columns of a line, told from UAX 11 alone: wide ones take two, marks take none."""
    return sum((unicodedata.east_asian_width(c) in ("W", "F")) + 1 for c in line if not unicodedata.combining(c))


def result(observed: Observed) -> dict[str, t.Any]:
    return {"effective": {name: answer.to_result() for name, answer in effective(observed).items()}}


def offered_to(*names: str) -> dict[str, t.Any]:
    policy = {"fAllowToGetHelp": 1, "fAllowFullControl": 0, "fAllowUnsolicited": 1, "fAllowUnsolicitedFullControl": 0}
    lifetime = {"MaxTicketExpiry": 1, "MaxTicketExpiryUnits": 1}
    return result(
        {
            POLICY_KEY: KeyState.of(*(dword(name, number) for name, number in (policy | lifetime).items())),
            HELPER_KEY: KeyState.of(*(string(name, name) for name in names)),
        }
    )


ALL_OFF = result({POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0), dword("fAllowUnsolicited", 0))})


def test_hosts_that_are_off_take_one_line_each() -> None:
    assert table({"client01": ALL_OFF, "server01": ALL_OFF}) == [
        "HOST                INVITATIONS                DECIDED BY     OFFERS             MAY OFFER HELP",
        "------------------  -------------------------  -------------  -----------------  -------------------",
        "client01            off                        policy         off                nobody",
        "server01            off                        policy         off                nobody",
    ]


def test_what_is_on_is_told_with_its_doubts_below() -> None:
    lines = table({"a": offered_to("CORP\\Helpdesk")})
    assert lines[2:5] == [
        "a                   on, view only, 1 hour      policy         on, view only      CORP\\Helpdesk,",
        "                                                                                 administrators?",
        "",
    ]
    assert "? = uncertain, because:" == lines[5]
    assert lines[6].startswith("  helpers: whether administrators may offer without being on the list")
    assert lines[7].endswith("(a)")


def test_the_same_doubt_about_many_hosts_is_told_once() -> None:
    lines = table({f"host{number:03}": offered_to("CORP\\Helpdesk") for number in range(500)})
    told = " ".join(lines[lines.index("? = uncertain, because:") + 1 :])
    assert 1 == told.count("whether administrators may offer")
    assert told.endswith("(host000, host001, host002, host003, host004 and 495 more)")


def test_hosts_without_an_answer_are_lines_of_the_table() -> None:
    lines = table(
        {
            "dead": {"unreachable": True, "msg": "connecting: no answer"},
            "denied": {"failed": True, "msg": "reading: access denied"},
            "never": {},
            "silent": {"failed": True},
        }
    )
    assert [line.split(None, 1) for line in lines[2:]] == [
        ["dead", "not reached: connecting: no answer"],
        ["denied", "not read: reading: access denied"],
        ["never", "no result"],
        ["silent", "not read: no result"],
    ]


def test_hostile_text_is_made_visible() -> None:
    hostile = "\x1b[2J\r\n\u202eevil\u200f\x07\x9b31m\u2028"
    shown = "\\x1b[2J\\r\\n\\u202eevil\\u200f\\x07\\x9b31m\\u2028"
    assert shown == visible(hostile)
    lines = table({hostile: offered_to(hostile), "x": {"failed": True, "msg": hostile}})
    assert all(character.isprintable() for line in lines for character in line)


def test_wide_characters_and_marks_keep_the_columns_aligned() -> None:
    names = ("日本語", "ｶﾞ", "か\u3099か\u3099", "e\u0301te\u0301", "plain")
    lines = table(dict.fromkeys(names, ALL_OFF))[2:]
    for line in lines:
        assert 20 == width(line[: line.index("off")])


def test_a_long_name_is_wrapped_and_nothing_of_it_is_lost() -> None:
    name = "very-long-host-name-0123456789.example.com"
    lines = table({name: ALL_OFF})[2:]
    assert name == "".join(line[:18].strip() for line in lines)


TEXTS = st.text(st.characters(), max_size=60)


@given(TEXTS, st.lists(TEXTS.filter(bool), max_size=5), hosts(), TEXTS)
def test_no_line_is_wider_than_a_hundred_columns(name: str, helpers: list[str], host: Observed, message: str) -> None:
    answers = result({**host, HELPER_KEY: KeyState.of(*(string(helper, helper) for helper in helpers))})
    lines = table({name: answers, f"{name}2": offered_to(*helpers), "dead": {"unreachable": True, "msg": message}})
    assert max(map(width, lines)) <= 100
    assert all(character.isprintable() for line in lines for character in line)


def decided_by(kind: str, name: str | None = None, place: str | None = None) -> dict[str, str | None]:
    return {"kind": kind, "name": name, "id": "{GUID}", "linked_at": place, "as_of": None}


def with_sources(invitations: t.Any, offers: t.Any) -> dict[str, t.Any]:
    answers = offered_to("CORP\\Helpdesk")
    answers["effective"]["invitations"]["source"] = invitations
    answers["effective"]["offers"]["source"] = offers
    return answers


GPO = decided_by("domain_gpo", "Workstations - Remote Assistance", "OU=Workstations,DC=corp,DC=example")


def test_a_gpo_has_a_number_that_is_explained_once() -> None:
    lines = table({f"host{number}": with_sources(GPO, GPO) for number in range(9)})
    assert 9 == sum("1 hour      GPO [1]        on" in line for line in lines)
    assert 1 == lines.count(
        "[1] domain GPO Workstations - Remote Assistance, linked at OU=Workstations,DC=corp,DC=example"
    )


def test_who_decided_about_offers_is_told_where_it_is_somebody_else() -> None:
    unknown = decided_by("unknown", "the local GPO or Locked down")
    lines = table({"a": with_sources(GPO, unknown), "b": with_sources(GPO, decided_by("default"))})
    cells = [line[47:60].strip() for line in lines[2:5]]
    assert ["GPO [1],", "offers:", "unknown [2]"] == cells
    assert "GPO [1]" == lines[5][47:60].strip()
    assert "[2] not known, perhaps the local GPO or Locked down" in lines
    nameless = decided_by("domain_gpo")
    assert "[1] domain GPO {GUID}" in table({"a": with_sources(nameless, nameless)})


def test_conflicts_stand_below_their_host_in_short_and_are_explained_once() -> None:
    one = {"code": "offer_without_helpers", "severity": "warn", "setting": "offer.helpers", "text": "nobody can help"}
    two = {"code": "live_differs_from_gpo", "severity": "warn", "setting": "offer.state", "text": "GPO and registry"}
    lines = table(
        {
            "a": ALL_OFF | {"conflicts": [one, two]},
            "b": ALL_OFF | {"conflicts": []},
            "c": ALL_OFF | {"conflicts": [one]},
        }
    )
    assert [
        "a                   off                        policy         off                nobody",
        "                    ! offer_without_helpers, live_differs_from_gpo",
        "b                   off                        policy         off                nobody",
        "c                   off                        policy         off                nobody",
        "                    ! offer_without_helpers",
        "",
        "! = conflicts:",
        "  offer_without_helpers: offer.helpers: nobody can help (a, c)",
        "  live_differs_from_gpo: offer.state: GPO and registry (a)",
    ] == lines[2:]


def test_what_could_not_be_read_is_uncertain() -> None:
    lines = table({"a": ALL_OFF | {"unknown": {"rsop": "access denied (0x00000005)"}}})
    assert ["? = uncertain, because:", "  rsop not read: access denied (0x00000005) (a)"] == lines[-2:]


@given(TEXTS, TEXTS, TEXTS)
def test_names_of_gpos_and_texts_of_conflicts_may_be_anything(name: str, place: str, text: str) -> None:
    conflict = {"code": "x", "severity": "warn", "setting": "offer.state", "text": text}
    told = with_sources(decided_by("domain_gpo", name, place), decided_by("unknown", text, place))
    lines = table({"a": told | {"conflicts": [conflict], "unknown": {"rsop": text}}})
    assert max(map(width, lines)) <= 100
    assert all(character.isprintable() for line in lines for character in line)


def test_a_source_of_another_version_is_shown_as_it_is() -> None:
    answers = result({PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 0))})
    assert "Control Panel" in table({"a": answers})[2]
    answers["effective"]["invitations"]["source"]["kind"] = "horoscope"
    assert "horoscope" in table({"a": answers})[2]
