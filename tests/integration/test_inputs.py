# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input: everything at once, and nothing sent."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Runner
from tests.lab import StandInHost

MODULE = "winfleet.remote_assistance.host"

ON = {"state": "enabled", "control": "view_only"}

# What is wrong, the arguments, and for each problem its path and a part of what was expected.
CASES = [
    ("an unknown key", {"offr": ON}, [("offr", "unknown key")]),
    ("an unknown key of a policy", {"offer": ON | {"contrl": 1}}, [("offer.contrl", "unknown key")]),
    ("an unknown key of the list", {"offer": ON | {"helpers": {"sett": []}}}, [("offer.helpers.sett", "unknown key")]),
    ("an unknown preference", {"control_panel": {"invitation": True}}, [("control_panel.invitation", "unknown key")]),
    ("state: yes", {"offer": {"state": True, "control": "view_only"}}, [("offer.state", "expected one of enabled")]),
    (
        "a lifetime of 0",
        {"control_panel": {"ticket_lifetime": 0, "ticket_lifetime_unit": "hours"}},
        [("control_panel.ticket_lifetime", "from 1 to 99")],
    ),
    (
        "a lifetime of 100",
        {"solicited": ON | {"ticket_lifetime": 100, "ticket_lifetime_unit": "hours"}},
        [("solicited.ticket_lifetime", "from 1 to 99")],
    ),
    (
        "a lifetime of 1.5",
        {"solicited": ON | {"ticket_lifetime": 1.5, "ticket_lifetime_unit": "hours"}},
        [("solicited.ticket_lifetime", "from 1 to 99")],
    ),
    (
        "a lifetime of true",
        {"solicited": ON | {"ticket_lifetime": True, "ticket_lifetime_unit": "hours"}},
        [("solicited.ticket_lifetime", "from 1 to 99")],
    ),
    ("enabled without control", {"offer": {"state": "enabled"}}, [("offer.control", "required with state enabled")]),
    (
        "a lifetime without its unit",
        {"solicited": ON | {"ticket_lifetime": 6}},
        [("solicited.ticket_lifetime_unit", "required together with ticket_lifetime")],
    ),
    (
        "options under a disabled policy",
        {"solicited": {"state": "disabled", "control": "view_only"}},
        [("solicited.control", "not allowed with state disabled")],
    ),
    (
        "set with add",
        {"offer": ON | {"helpers": {"set": ["A\\b"], "add": ["A\\c"]}}},
        [("offer.helpers.set", "not allowed beside add or remove")],
    ),
    ("an empty name", {"offer": ON | {"helpers": {"set": [""]}}}, [("offer.helpers.set[0]", "this one is empty")]),
    (
        "a long name",
        {"offer": ON | {"helpers": {"add": ["A\\" + "x" * 255]}}},
        [("offer.helpers.add[0]", "at most 256 UTF-16 units")],
    ),
    ("NUL in a name", {"offer": {"helpers": {"add": ["A\\b\0"]}}}, [("offer.helpers.add[0]", "control characters")]),
    ("outer blanks", {"offer": {"helpers": {"add": [" A\\b"]}}}, [("offer.helpers.add[0]", "blanks at its ends")]),
    ("a directive", {"offer": {"helpers": {"add": ["**del.x"]}}}, [("offer.helpers.add[0]", "start with **")]),
    (
        "duplicates under fold",
        {"offer": {"helpers": {"add": ["CORP\\Zoë", "corp\\ZOË"]}}},
        [("offer.helpers.add[1]", "the same name as in offer.helpers.add[0]")],
    ),
    (
        "a list under not_configured",
        {"offer": {"state": "not_configured", "helpers": {"set": []}}},
        [("offer.helpers", "not allowed with state not_configured")],
    ),
    (
        "1,001 entries",
        {"offer": {"helpers": {"add": [f"CORP\\u{n}" for n in range(1001)]}}},
        [("offer.helpers.add", "at most 1000 names")],
    ),
    ("nothing declared", {}, [("declaration", "nothing is declared")]),
    ("nothing but nulls", {"offer": {"state": None}}, [("declaration", "nothing is declared")]),
    ("a policy that is no mapping", {"offer": "enabled"}, [("offer", "expected a mapping")]),
    (
        "the prefix beside a declaration",
        {"variables_prefix": "remote_assistance_", "offer": ON},
        [("offer", "variables_prefix stands alone")],
    ),
    (
        "several at once",
        {
            "offr": 1,
            "solicited": {"state": "enabeld", "ticket_lifetime": "many"},
            "offer": ON | {"helpers": {"set": ["A\\b", "a\\B", "**"]}},
            "control_panel": {"invitations": "perhaps"},
        },
        [
            ("offr", "unknown key"),
            ("solicited.state", "expected one of"),
            ("solicited.ticket_lifetime", "from 1 to 99"),
            ("solicited.ticket_lifetime_unit", "required together"),
            ("offer.helpers.set[1]", "the same name"),
            ("offer.helpers.set[2]", "start with **"),
            ("control_panel.invitations", "true or false"),
        ],
    ),
]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """Every case as one task of one run against one host."""
    run = Runner(tmp_path_factory.mktemp("inputs"))
    with StandInHost(seed="domain_member", name="member01") as host:
        tasks = [{"name": name, MODULE: arguments, "ignore_errors": True} for name, arguments, dummy in CASES]
        inventory = run.inventory({"member01": host.inventory_vars()})
        finished = run([{"hosts": "windows", "gather_facts": False, "tasks": tasks}], inventory)
        yield finished, host.counters.http_requests


@pytest.mark.parametrize(("name", "problems"), [(case[0], case[2]) for case in CASES], ids=[case[0] for case in CASES])
def test_is_refused_with_its_path_and_what_was_expected(refusals, name, problems):
    finished, dummy = refusals
    (line,) = [line for line in finished.lines if line["task"] == name]
    assert line["status"] == "failed"
    result = line["result"]
    found = result["problems"]
    assert [path for path, dummy in problems] == [problem["path"] for problem in found]
    for (dummy, expected), problem in zip(problems, found, strict=True):
        assert expected in problem["expected"]
    for problem in found:
        assert problem["path"] in result["msg"]


def test_nothing_was_sent_for_any_of_them(refusals):
    finished, requests = refusals
    assert len(finished.lines) == len(CASES)
    assert requests == 0


def test_a_number_as_text_and_boolean_words_are_fine(run, client):
    declaration = {"control_panel": {"ticket_lifetime": "6", "ticket_lifetime_unit": "hours", "invitations": "yes"}}
    play = [{"hosts": "windows", "gather_facts": False, "tasks": [{MODULE: declaration}]}]
    finished = run(play, run.inventory({"client01": client.inventory_vars()}))
    assert finished.code == 0, finished.output
    assert finished.result("client01")["changed"] is False


def test_unknown_role_variables_are_refused_with_the_nearest_name(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_ofer={"state": "disabled"})
    tasks = [{"ansible.builtin.include_role": {"name": "winfleet.remote_assistance.remote_assistance"}}]
    finished = run([{"hosts": "windows", "gather_facts": False, "tasks": tasks}], inventory)
    (problem,) = finished.result("client01")["problems"]
    assert ("remote_assistance_ofer", "remote_assistance_offer") == (problem["path"], problem["nearest"])
    assert client.counters.http_requests == 0


def test_a_variable_that_cannot_be_evaluated_is_one_problem_among_the_others(run, client):
    inventory = run.inventory(
        {"client01": client.inventory_vars()},
        remote_assistance_offer={"state": "{{ nowhere_defined }}"},
        remote_assistance_solicited={"state": "of"},
    )
    finished = run("enforce", inventory)
    found = finished.result("localhost")["problems"]
    assert ["remote_assistance_offer", "remote_assistance_solicited.state"] == [p["path"] for p in found]
    assert "nowhere_defined" in found[0]["expected"]
    assert client.counters.http_requests == 0
