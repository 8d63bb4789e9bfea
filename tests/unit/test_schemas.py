# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published schemas: legal by their dialect, as strict as the validator in structure, never stricter."""

from __future__ import annotations

import copy
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy import catalogue
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import (
    from_mapping,
    problems,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.effective import effective
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import firewall_info
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import Unread
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.variables import (
    PLAYBOOK_VARIABLES,
    PREFIX,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.words import (
    difference,
    helpers_in_words,
    in_words,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import Observed
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import declarations, hosts, what_is_read
from hypothesis import given

jsonschema = pytest.importorskip("jsonschema")

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
NAMES = (
    "baseline",
    "declaration",
    "role_variables",
    "changes",
    "domain_gpo_info",
    "drift_report",
    "exceptions",
    "host_info",
)


def load(name: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")))


VALIDATORS = {name: jsonschema.Draft202012Validator(load(name)) for name in NAMES}


def errors(name: str, data: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[name].iter_errors(data)]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_legal_by_draft_2020_12(name: str) -> None:
    assert "https://json-schema.org/draft/2020-12/schema" == load(name)["$schema"]
    jsonschema.Draft202012Validator.check_schema(load(name))


def test_there_is_no_schema_without_a_test() -> None:
    assert sorted(NAMES) == sorted(path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*"))


@given(declarations())
def test_what_the_validator_accepts_the_schema_accepts(raw: dict[str, t.Any]) -> None:
    assert () == problems(raw)
    assert [] == errors("declaration", raw)
    assert [] == errors("role_variables", {PREFIX + name: entry for name, entry in raw.items()})


WRONG: tuple[dict[str, t.Any], ...] = (
    {},
    {"firewall": "off"},
    {"firewall": {"state": "disabled"}},
    {"solicited": "disabled"},
    {"solicited": {"state": True}},
    {"solicited": {"state": "off"}},
    {"solicited": {"state": "enabled"}},
    {"offer": {"state": "enabled", "helpers": {"set": []}}},
    {"solicited": {"contrl": "view_only"}},
    {"solicited": {"control": 1}},
    {"solicited": {"state": "disabled", "control": "view_only"}},
    {"offer": {"state": "not_configured", "helpers": {"set": []}}},
    {"bandwidth_optimization": {"state": "disabled", "level": "full_optimization"}},
    {"bandwidth_optimization": {"level": 14}},
    *(
        {"solicited": {"ticket_lifetime": wrong, "ticket_lifetime_unit": "hours"}}
        for wrong in (0, 100, 1.5, True, "0", "100", "06", "six", "", [6])
    ),
    {"solicited": {"ticket_lifetime": 6}},
    {"control_panel": {"ticket_lifetime_unit": "days"}},
    {"control_panel": {"invitations": 2}},
    {"control_panel": {"invitations": "maybe"}},
    {"offer": {"helpers": ["A\\b"]}},
    {"offer": {"helpers": {"append": ["A\\b"]}}},
    {"offer": {"helpers": {"set": "A\\b"}}},
    {"offer": {"helpers": {"set": ["A\\b"], "add": ["A\\c"]}}},
    {"offer": {"helpers": {"set": [], "remove": ["A\\c"]}}},
    {"offer": {"helpers": {"add": [""]}}},
    {"offer": {"helpers": {"add": [7]}}},
    {"offer": {"helpers": {"add": [" A\\b"]}}},
    {"offer": {"helpers": {"add": ["A\\b\t"]}}},
    {"offer": {"helpers": {"add": ["**del.A"]}}},
    {"offer": {"helpers": {"add": ["a" * 257]}}},
    {"offer": {"helpers": {"set": [f"A\\{number}" for number in range(1001)]}}},
    {"warning_messages": {"view_message": 5}},
    {"warning_messages": {"view_message": "a" * 32767}},
)


@pytest.mark.parametrize("raw", WRONG, ids=lambda raw: str(raw)[:60])
def test_what_is_wrong_in_structure_the_schema_refuses_as_the_validator_does(raw: dict[str, t.Any]) -> None:
    assert errors("declaration", raw)
    assert problems(raw)


def test_enums_are_those_of_the_catalogue() -> None:
    properties = load("declaration")["properties"]
    for policy in catalogue.POLICIES:
        assert list(catalogue.STATES) == properties[policy.name]["properties"]["state"]["enum"]
    assert list(properties) == list(catalogue.TOP_LEVEL)
    kinds = {
        ("solicited", "control"): ["view_only", "full_control"],
        ("solicited", "ticket_lifetime_unit"): ["minutes", "hours", "days"],
        ("solicited", "invitation_method"): ["simple_mapi", "mailto"],
        ("offer", "control"): ["view_only", "full_control"],
        ("control_panel", "control"): ["view_only", "full_control"],
        ("bandwidth_optimization", "level"): [
            "no_optimization",
            "no_full_window_drag",
            "turn_off_background",
            "full_optimization",
        ],
    }
    for (top, option), words in kinds.items():
        assert words == properties[top]["properties"][option]["enum"]


def host_info(host: Observed) -> dict[str, t.Any]:
    words = in_words(host)
    control_panel = words.pop("control_panel")
    return {
        "policies": words,
        "control_panel": control_panel,
        "helpers": helpers_in_words(host),
        "effective": {name: answer.to_result() for name, answer in effective(host).items()},
        "firewall": firewall_info(Unread(why="not asked for"), Unread(why="not asked for")),
    }


@given(hosts(), declarations())
def test_every_list_of_changes_is_legal_by_its_schema(host: Observed, raw: dict[str, t.Any]) -> None:
    declaration = from_mapping(raw)
    made = plan(declaration, what_is_read(host, declaration))
    changes = [step.to_result() for step in made.steps]
    assert [] == errors("changes", changes)
    assert changes == json.loads(json.dumps(changes))
    for one in changes:
        assert one["before"] != one["after"] or one["action"] in ("repair_type", "set")
    sides = difference(made, made.steps)
    assert (sides["before"] == sides["after"]) == (not changes)


@given(hosts())
def test_every_host_info_is_legal_by_its_schema(host: Observed) -> None:
    assert [] == errors("host_info", host_info(host))
    assert [] == errors("host_info", host_info({}))


CHANGE = {
    "layer": "live_policy",
    "setting": "offer.control",
    "path": r"HKLM\SOFTWARE\x\fAllowUnsolicitedFullControl",
    "type": "REG_DWORD",
    "before": "full_control",
    "after": "view_only",
    "action": "set",
}


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("layer", "domain"),
        ("setting", "offer.contrl"),
        ("path", "HKCU\\x"),
        ("type", "DWORD"),
        ("before", ["a"]),
        ("after", 1.5),
        ("action", "remove"),
        ("extra", 1),
    ],
)
def test_a_mutated_change_is_refused(key: str, wrong: object) -> None:
    assert [] == errors("changes", [CHANGE])
    assert errors("changes", [CHANGE | {key: wrong}])
    if key in CHANGE:
        assert errors("changes", [{name: value for name, value in CHANGE.items() if name != key}])


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("effective", "offers", "state"), "maybe"),
        (("effective", "offers", "certainty"), "sure"),
        (("effective", "offers", "source", "kind"), "rumour"),
        (("effective", "ticket_lifetime", "state"), "0 hours"),
        (("effective", "helpers", "state"), "CORP\\a"),
        (("policies", "offer", "helpers"), None),
        (("policies", "firewall"), {}),
        (("control_panel", "chat"), True),
        (("firewall", "state"), "off"),
        (("firewall", "rules"), {"RemoteAssistance-Out-TCP": True}),
    ],
)
def test_a_mutated_host_info_is_refused(place: tuple[str, ...], wrong: object) -> None:
    info = copy.deepcopy(host_info({}))
    assert [] == errors("host_info", info)
    entry: t.Any = info
    for key in place[:-1]:
        entry = entry[key]
    entry[place[-1]] = wrong
    assert errors("host_info", info)


def test_the_variables_of_the_playbooks_may_hold_anything_and_unknown_ones_are_refused() -> None:
    assert [] == errors("role_variables", {PREFIX + name: "anything" for name in PLAYBOOK_VARIABLES})
    assert errors("role_variables", {"remote_assistance_ofer": {}})
