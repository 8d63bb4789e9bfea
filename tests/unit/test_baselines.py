# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baselines: what they declare, what stands behind each value, which items of benchmarks a host is told of."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.baselines import (
    BASELINES,
    FINDING,
    NOT_DEMANDED,
    PASSES,
    build_of,
    ids_of,
    with_baseline,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.catalogue import TOP_LEVEL
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import problems
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_options import read_options
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import declarations
from hypothesis import given
from hypothesis import strategies as st

SCHEMA = Path(__file__).resolve().parents[2] / "schemas/baseline.schema.json"
OFF = {"state": "disabled"}
VIEW = {"state": "enabled", "control": "view_only"}
CONTROL = {"state": "enabled", "control": "full_control"}
ON = {"state": "enabled"}

# Typed again from what the benchmarks say, not from the code.
DECLARED = {
    "all_off": {"solicited": OFF, "offer": OFF, "control_panel": {"invitations": False}},
    "cis_l1": {"solicited": OFF, "offer": OFF},
    "disa_stig": {"solicited": OFF},
    "disa_stig_server_2012": {"solicited": OFF, "offer": OFF, "session_logging": ON},
    "disa_stig_2008_r2": {"offer": OFF},
    "ms_baseline": {"solicited": OFF},
    "helpdesk_view": {
        "solicited": VIEW,
        "offer": VIEW,
        "session_logging": ON,
        "control_panel": {"invitations": True},
    },
    "helpdesk_control": {
        "solicited": CONTROL,
        "offer": CONTROL,
        "session_logging": ON,
        "control_panel": {"invitations": True},
    },
}
MISSING_OFFER = {
    "all_off": FINDING,
    "cis_l1": PASSES,
    "disa_stig": NOT_DEMANDED,
    "disa_stig_server_2012": FINDING,
    "disa_stig_2008_r2": FINDING,
    "ms_baseline": NOT_DEMANDED,
    "helpdesk_view": FINDING,
    "helpdesk_control": FINDING,
}


def test_the_baselines_declare_what_their_sources_demand() -> None:
    assert DECLARED == {name: baseline.to_mapping()["declaration"] for name, baseline in BASELINES.items()}
    assert MISSING_OFFER == {name: baseline.missing_offer for name, baseline in BASELINES.items()}


@pytest.mark.parametrize("name", DECLARED)
def test_a_baseline_is_legal_and_names_a_source_for_each_value(name: str) -> None:
    baseline = BASELINES[name]
    assert () == problems(baseline.declaration)
    values = {f"{top}.{key}" for top, inner in baseline.declaration.items() for key in inner}
    assert values == set(baseline.sources)


@pytest.mark.parametrize("name", DECLARED)
def test_a_baseline_is_legal_by_its_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    mapping = BASELINES[name].to_mapping()
    assert [] == [error.message for error in validator.iter_errors(mapping)]
    assert mapping == json.loads(json.dumps(mapping))
    for wrong in (
        {"name": "CIS L1"},
        {"declaration": {"offer": {"state": "off"}}},
        {"missing_offer": {"counts_as": "maybe", "except_on": []}},
        {"sources": {}},
        {"extra": 1},
    ):
        assert list(validator.iter_errors(mapping | wrong)), wrong


@pytest.mark.parametrize("name", DECLARED)
def test_every_item_of_a_benchmark_demands_what_the_baseline_declares(name: str) -> None:
    baseline = BASELINES[name]
    for one in baseline.ids:
        top, key = one.setting.split(".")
        assert one.demand == baseline.declaration[top].get(key), one


IDS: list[tuple[str, str, int | None, bool | None, set[str]]] = [
    ("cis_l1", "offer.state", 20348, True, {"18.8.36.1", "18.9.34.1", "18.9.35.1"}),
    ("cis_l1", "solicited.state", 26100, True, {"18.9.35.2"}),
    ("cis_l1", "solicited.state", 22631, False, {"18.9.35.2"}),
    ("cis_l1", "offer.state", 9200, True, {"18.9.34.1"}),
    ("cis_l1", "offer.state", 17763, False, {"18.8.36.1"}),
    ("cis_l1", "offer.state", None, None, {"18.8.36.1", "18.9.34.1", "18.9.35.1"}),
    ("cis_l1", "offer.state", 6002, None, set()),
    ("disa_stig", "solicited.state", 19045, False, {"WN10-CC-000155"}),
    ("disa_stig", "solicited.state", 26100, None, {"WN11-CC-000155"}),
    ("disa_stig", "solicited.state", 26100, True, set()),
    ("disa_stig", "solicited.state", None, None, {"WN10-CC-000155", "WN11-CC-000155"}),
    ("disa_stig_server_2012", "session_logging.state", 9600, True, {"WN12-CC-000062"}),
    ("disa_stig_2008_r2", "offer.state", 7601, True, {"V-3470"}),
    ("ms_baseline", "solicited.state", 22631, False, {"10692"}),
    ("ms_baseline", "solicited.state", 20348, True, set()),
]


@pytest.mark.parametrize(("name", "setting", "build", "server", "expected"), IDS)
def test_the_items_are_those_of_the_build_and_all_candidates_where_it_is_not_known(
    name: str, setting: str, build: int | None, server: bool | None, expected: set[str]
) -> None:
    wanted = "enabled" if setting == "session_logging.state" else "disabled"
    assert expected == {one.id for one in ids_of(setting, wanted, baseline=name, build=build, server=server)}


def test_an_item_is_not_named_where_something_else_is_wanted() -> None:
    for name in (None, *BASELINES):
        assert () == ids_of("offer.state", "enabled", baseline=name, build=None, server=None)
        assert () == ids_of("solicited.control", "view_only", baseline=name, build=None, server=None)


def test_a_baseline_of_our_own_names_the_items_of_all_benchmarks() -> None:
    found = {one.id for one in ids_of("solicited.state", "disabled", baseline="all_off", build=19045, server=False)}
    assert {"18.9.34.2", "18.9.35.2", "WN10-CC-000155", "10692"} == found


@pytest.mark.parametrize(
    ("build", "server", "expected"),
    [
        (20348, True, PASSES),
        (9600, True, PASSES),
        (19045, False, PASSES),
        (14393, True, FINDING),
        (9200, True, FINDING),
        (9200, None, FINDING),
        (14393, False, PASSES),
        (None, False, PASSES),
        (None, True, FINDING),
        (None, None, FINDING),
    ],
)
def test_what_a_missing_offer_value_counts_as_depends_on_the_system_and_is_a_finding_in_doubt(
    build: int | None, server: bool | None, expected: str
) -> None:
    assert expected == BASELINES["cis_l1"].missing_offer_is(build, server=server)


@given(st.sampled_from(sorted(DECLARED)), declarations())
def test_a_whole_top_level_key_replaces_the_one_of_the_baseline(name: str, own: dict[str, t.Any]) -> None:
    merged = with_baseline(own | {"baseline": name, "temp_dir": None})
    assert name == merged.pop("baseline")
    given_keys = {key for key, value in own.items() if value is not None}
    assert given_keys | set(DECLARED[name]) == set(merged)
    for key in merged:
        assert merged[key] == (own[key] if key in given_keys else DECLARED[name][key])
    assert set(merged) <= set(TOP_LEVEL)


def test_null_leaves_the_value_of_the_baseline_and_an_empty_mapping_takes_it_out() -> None:
    merged = with_baseline({"baseline": "cis_l1", "offer": {}, "solicited": None})
    assert {"baseline": "cis_l1", "offer": {}, "solicited": OFF} == merged


@pytest.mark.parametrize("name", [None, "cis_l2", 7, ["cis_l1"], {}])
def test_what_is_no_baseline_changes_nothing(name: object) -> None:
    assert {"baseline": name, "offer": OFF} == with_baseline({"baseline": name, "offer": OFF})


def test_a_wrong_name_gets_the_nearest_one() -> None:
    dummy, (problem,) = read_options({"baseline": "cis-l1"})
    assert ("baseline", "cis_l1") == (problem.path, problem.nearest)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("10.0.19045.0", 19045), ("6.3.9600", 9600), ("10.0", None), ("", None), ("a.b.c", None), ("6.1.²", None)],
)
def test_the_build_is_the_third_part_of_a_version(version: str, expected: int | None) -> None:
    assert expected == build_of(version)
