# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All problems at once, nulls, and input of any shape whatever."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import (
    from_mapping,
    problems,
    shown_input,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError
from ansible_collections.winfleet.remote_assistance.tests.unit import strategies  # noqa: F401  # pylint: disable=unused-import  # loads the profile
from hypothesis import given
from hypothesis import strategies as st


def helpers(**lists: t.Any) -> dict[str, t.Any]:
    return {"offer": {"helpers": lists}}


def test_several_problems_are_told_at_once() -> None:
    raw = {
        "solicted": {},
        "solicited": {"state": "enabled", "ticket_lifetime": 100},
        "offer": {
            "state": "on",
            "control": "full",
            "helpers": {"set": ["", "A\\b", "a\\B"], "add": ["**x"], "remove": 5},
        },
        "session_logging": {"state": "disabled", "level": 3},
        "control_panel": {"invitations": "perhaps", "ticket_lifetime_unit": "weeks"},
    }
    paths = [problem.path for problem in problems(raw)]
    assert paths == [
        "solicted",
        "solicited.control",
        "solicited.ticket_lifetime",
        "solicited.ticket_lifetime_unit",
        "offer.state",
        "offer.control",
        "offer.helpers.set[0]",
        "offer.helpers.set[2]",
        "offer.helpers.add[0]",
        "offer.helpers.remove",
        "offer.helpers.set",
        "session_logging.level",
        "control_panel.invitations",
        "control_panel.ticket_lifetime_unit",
        "control_panel.ticket_lifetime",
    ]
    with pytest.raises(InputError) as refused:
        from_mapping(raw)
    assert paths == [problem["path"] for problem in refused.value.details()["problems"]]


def test_a_duplicate_names_the_place_of_its_twin() -> None:
    (problem,) = problems(helpers(set=["Ä\\b", "C\\d", None, "ä\\B"]))
    assert ("offer.helpers.set[3]", "the same name as in offer.helpers.set[0]") == (problem.path, problem.expected)


def test_null_anywhere_means_not_given() -> None:
    raw = {
        "solicited": {
            "state": "enabled",
            "control": "view_only",
            "ticket_lifetime": None,
            "ticket_lifetime_unit": None,
        },
        "offer": {"state": None, "control": None, "helpers": {"set": None, "add": ["A\\b", None], "remove": None}},
        "session_logging": None,
        "control_panel": {"invitations": None},
    }
    expected = {"solicited": {"state": "enabled", "control": "view_only"}, "offer": {"helpers": {"add": ["A\\b"]}}}
    assert from_mapping(expected) == from_mapping(raw)


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(st.characters(), max_size=8),
        st.binary(max_size=3),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ("solicited", "offer", "control_panel", "state", "control", "helpers", "set", "add", "\x1b", 5)
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(JUNK)
def test_no_input_whatever_breaks_the_validator_or_its_message(raw: object) -> None:
    found = problems(raw)
    text = str(InputError(found))
    assert len(found) == text.count("\n  - ")
    assert all(line.isprintable() for line in text.split("\n"))
    assert bool(found) == _is_refused(raw)


def _is_refused(raw: object) -> bool:
    try:
        from_mapping(raw)
    except InputError:
        return True
    return False


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 78, "'" + "x" * 78 + "'"),
        ("x" * 79, "'" + "x" * 76 + "...'"),
        (True, "true"),
        ((), "a list"),
        (1.5, "1.5"),
    ],
)
def test_what_the_user_wrote_is_shown_on_one_short_line(value: object, shown: str) -> None:
    assert shown == shown_input(value)
