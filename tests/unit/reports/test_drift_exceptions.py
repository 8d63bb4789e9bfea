# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions file: all problems at once, and the schema that says the same."""

from __future__ import annotations

import typing as t
from datetime import date, datetime
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_exceptions import (
    exceptions_of,
    exceptions_schema,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_model import Acceptance
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import EXCEPTIONS

GOOD: t.Final = {"hosts": "web*", "setting": "offer.state", "reason": "why", "who": "me", "until": "2027-01-31"}
SCHEMA: t.Final = Path(__file__).resolve().parents[3] / "schemas" / "exceptions.schema.json"


def problems(data: object) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        exceptions_of(data)
    return [(problem.path, problem.value) for problem in caught.value.problems]


def test_an_entry_is_read() -> None:
    expected = Acceptance(hosts="web*", setting="offer.state", reason="why", who="me", until="2027-01-31")
    assert (expected, expected) == exceptions_of({"exceptions": [GOOD, GOOD | {"until": date(2027, 1, 31)}]})
    assert () == exceptions_of({"exceptions": []})


def test_all_problems_come_at_once() -> None:
    data = {
        "exceptions": [
            {"hosts": "web[0]", "setting": "offer.stat", "reason": " ", "until": "31.01.2027", "why": 1},
            "text",
            GOOD | {"until": datetime(2027, 1, 31)},  # noqa: DTZ001  YAML makes it of a time without a zone
            GOOD | {"until": "2027-02-30", "hosts": 7},
        ],
        "version": 1,
    }
    assert [
        ("version", "'version'"),
        ("exceptions[0].why", "'why'"),
        ("exceptions[0].reason", "' '"),
        ("exceptions[0].who", ""),
        ("exceptions[0].hosts", "'web[0]'"),
        ("exceptions[0].setting", "'offer.stat'"),
        ("exceptions[0].until", "'31.01.2027'"),
        ("exceptions[1]", "'text'"),
        ("exceptions[2].until", "datetime.datetime(2027, 1, 31, 0, 0)"),
        ("exceptions[3].hosts", "7"),
        ("exceptions[3].until", "'2027-02-30'"),
    ] == problems(data)


def test_the_nearest_word_is_named() -> None:
    with pytest.raises(InputError, match=r"did you mean 'offer\.state'"):
        exceptions_of({"exceptions": [GOOD | {"setting": "offer.stat"}]})


@pytest.mark.parametrize("data", [None, [], "x", {}, {"exceptions": None}, {"exceptions": {}}])
def test_what_is_no_list_of_exceptions_is_refused(data: object) -> None:
    assert ["exceptions"] == [path for path, dummy in problems(data)]


@pytest.mark.parametrize("until", ["20270131", "2027-1-31", "2027-W04-7", "2027-01-31T00:00:00", "", None, 20270131])
def test_a_day_has_one_form(until: object) -> None:
    assert ["exceptions[0].until"] == [path for path, dummy in problems({"exceptions": [GOOD | {"until": until}]})]


@pytest.mark.parametrize(
    ("entry", "legal"),
    [
        (GOOD, True),
        (GOOD | {"setting": "offer"}, True),
        (GOOD | {"setting": "other"}, False),
        (GOOD | {"until": "tomorrow"}, False),
        (GOOD | {"reason": " "}, False),
        (GOOD | {"more": 1}, False),
        ({name: value for name, value in GOOD.items() if name != "who"}, False),
    ],
)
def test_the_schema_and_the_validator_agree(entry: dict[str, t.Any], legal: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(exceptions_schema())
    assert legal == validator.is_valid({"exceptions": [entry]})
    if legal:
        exceptions_of({"exceptions": [entry]})
    else:
        problems({"exceptions": [entry]})


def test_the_published_schema_is_the_one_that_is_made() -> None:
    json = pytest.importorskip("json")
    assert exceptions_schema() == json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(exceptions_schema())
    jsonschema.validate(EXCEPTIONS, exceptions_schema())
