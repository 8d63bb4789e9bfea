# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of the small fleet, byte for byte, and what machines think of them."""

from __future__ import annotations

import csv
import io
import json
import typing as t
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import render, to_json
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_schema import report_schema
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import large, report
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.golden_files import FOLDER, files

HERE: t.Final = Path(__file__).parent
SCHEMA: t.Final = HERE.parents[2] / "schemas" / "drift_report.schema.json"


def rendered(name: str) -> bytes:
    return next(iter(render(report(), [name]).values()))


@pytest.mark.parametrize("name", sorted(files()))
def test_the_report_is_the_golden_one(name: str) -> None:
    assert (FOLDER / name).read_bytes() == files()[name]


def test_there_is_no_golden_file_too_many() -> None:
    assert sorted(files()) == sorted(path.name for path in FOLDER.iterdir())


def test_the_json_is_as_its_schema_says() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert report_schema() == schema
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    for found in (report(), large(30)):
        assert [] == list(validator(schema).iter_errors(json.loads(json.dumps(to_json(found)))))
    assert not validator(schema).is_valid(to_json(report()) | {"version": 2})


def test_csv_has_a_line_for_each_finding_and_each_host_without() -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv").decode("utf-8-sig"), newline="")))
    assert {
        "client01": 1,
        "client02": 5,
        "client03": 2,
        "client04": 1,
        "client05": 1,
        "client06": 1,
        "kiosk01": 1,
        "legacy01": 2,
        "never01": 1,
    } == Counter(row["host"] for row in rows)
    assert 9 == sum(row["counted"] == "yes" for row in rows)


def junit_case(host: str, name: str) -> tuple[str, str]:
    """Return kind and message of the outcome of a case; empty for one that passed."""
    found = ET.fromstring(rendered("junit")).find(f"testsuite[@name='{host}']/testcase[@name='{name}']")
    assert found is not None
    return next(((child.tag, child.get("message", "")) for child in found), ("", ""))


@pytest.mark.parametrize(
    ("host", "name", "kind", "message"),
    [
        ("client01", "solicited.state", "", ""),
        ("client01", "session_logging.state", "skipped", "not managed"),
        ("client02", "offer.state", "failure", "enabled, wanted disabled"),
        ("client04", "offer.state", "skipped", "accepted by cis_l1: this baseline counts a missing value of Offer "),
        ("client05", "answer", "error", "connecting to client05:5986"),
        ("client06", "answer", "error", "reading HKLM"),
        ("client06", "solicited.state", "failure", "enabled, wanted disabled"),
        ("kiosk01", "offer.state", "skipped", "accepted until 2026-11-22 by A. Meyer: Kiosks are helped"),
        ("legacy01", "solicited.state", "failure", "not set, wanted disabled"),
        ("never01", "answer", "error", "no result"),
    ],
)
def test_junit_tells_what_became_of_a_setting(host: str, name: str, kind: str, message: str) -> None:
    told = junit_case(host, name)
    assert (kind, True) == (told[0], told[1].startswith(message))


def test_junit_totals_are_those_of_its_cases() -> None:
    root = ET.fromstring(rendered("junit"))
    for element in (root, *root):
        kinds = Counter(child.tag for case in element.iter("testcase") for child in case)
        assert [str(sum(1 for dummy in element.iter("testcase"))), str(kinds["failure"]), str(kinds["error"])] == [
            element.get(name) for name in ("tests", "failures", "errors")
        ]


def test_junit_is_as_its_schema_says() -> None:
    xmlschema = pytest.importorskip("xmlschema")
    schema = xmlschema.XMLSchema(str(HERE / "junit.xsd"))
    assert [] == list(schema.iter_errors(rendered("junit").decode()))
    broken = rendered("junit").decode().replace('tests="', 'test="', 1)
    assert [] != list(schema.iter_errors(broken))


def sarif_run() -> dict[str, t.Any]:
    return dict(json.loads(rendered("sarif"))["runs"][0])


def test_sarif_is_as_its_schema_says() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((HERE / "sarif.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [] == list(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(rendered("sarif"))))


def test_sarif_results_name_their_rules() -> None:
    run = sarif_run()
    rules = run["tool"]["driver"]["rules"]
    assert 12 == len(run["results"])
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_suppresses_what_is_accepted_and_nothing_else() -> None:
    suppressed = [
        result["message"]["text"].split(":")[0] for result in sarif_run()["results"] if result["suppressions"]
    ]
    assert ["client03", "client04", "kiosk01"] == suppressed


def test_sarif_fingerprints_are_distinct_and_of_place_not_of_value() -> None:
    marks = [result["fingerprints"]["winfleetDrift/v1"] for result in sarif_run()["results"]]
    assert len(set(marks)) == len(marks)
    # SHA-256 of ["client04", "live_policy", "offer.state", "HKLM\\SOFTWARE\\...\\STATE"], computed with sha256sum.
    assert "014c2230a67c3e852f59eba77637a3d73b8c271750f35a8002612fcaa131e243" in marks


def test_sarif_says_which_hosts_gave_no_answer() -> None:
    (invocation,) = sarif_run()["invocations"]
    told = [one["message"]["text"].split(":")[0] for one in invocation["toolExecutionNotifications"]]
    assert (False, ["client05", "client06", "never01"]) == (invocation["executionSuccessful"], told)


def samples(text: str) -> dict[tuple[str, ...], float]:
    parser = pytest.importorskip("prometheus_client.parser")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_text_is_read_by_its_own_parser() -> None:
    found = samples(rendered("prometheus").decode())
    assert 3 == found["winfleet_ra_drift_hosts", "drift"]
    assert 1 == found["winfleet_ra_drift_hosts", "unreachable"]
    assert (5, 1) == tuple(found["winfleet_ra_drift_findings", "high", status] for status in ("new", "still"))
    assert 3 == found["winfleet_ra_drift_setting_hosts", "solicited.state"]
    assert 0 == found["winfleet_ra_drift_setting_hosts", "other"]
    assert 3 == found["winfleet_ra_drift_accepted_findings",]
    assert 1 == found["winfleet_ra_drift_lapsed_findings",]
    assert 1 == found["winfleet_ra_drift_expired_exceptions",]
    assert 1795321800 == found["winfleet_ra_drift_report_timestamp_seconds",]
    assert 1 == found["winfleet_ra_drift_baseline_info", "cis_l1"]


def test_the_number_of_series_does_not_grow_with_the_fleet() -> None:
    assert [*samples(render(large(3), ["prometheus"])["drift.prom"].decode())] == [
        *samples(render(large(300), ["prometheus"])["drift.prom"].decode())
    ]
