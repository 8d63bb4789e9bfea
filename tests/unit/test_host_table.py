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


def test_a_source_of_another_version_is_shown_as_it_is() -> None:
    answers = result({PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 0))})
    assert "Control Panel" in table({"a": answers})[2]
    answers["effective"]["invitations"]["source"]["kind"] = "domain_gpo"
    assert "domain_gpo" in table({"a": answers})[2]
