# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift over time: since when, what is gone, what is accepted and until when, and several reports made one."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.integration.drift_runs import ALL_OFF, FILES, POLICY, day, findings_of, hosts_of, report_in, verdicts_of
from tests.integration.newest import newest_only

pytestmark = newest_only


def exceptions(run, *entries):
    path = run.folder / "exceptions.yml"
    path.write_text(yaml.safe_dump({"exceptions": list(entries)}), encoding="utf-8")
    return path


def accepted(hosts, until, setting="solicited.state"):
    return {"hosts": hosts, "setting": setting, "reason": "the pilot", "who": "CORP\\jane", "until": until}


def test_what_is_new_what_is_still_there_and_what_is_gone(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, **ALL_OFF)
    folder = run.folder / "drift-reports"
    run("drift", inventory)
    first = findings_of(report_in(folder), "client01")
    assert {"new"} == {finding["status"] for finding in first.values()}
    # A week has gone by.
    text = (folder / "drift.json").read_text(encoding="utf-8")
    assert day(0) in text
    (folder / "drift.json").write_text(text.replace(day(0), day(-7)), encoding="utf-8")

    client.registry.set(POLICY, "fAllowToGetHelp", "REG_DWORD", 0)
    client.registry.set(POLICY, "fAllowFullControl", "REG_DWORD", 1)
    run("drift", inventory)
    report = report_in(folder)
    second = findings_of(report, "client01")
    assert "still" == second["offer.state"]["status"]
    assert second["offer.state"]["since"].startswith(day(-7))
    assert "new" == second["solicited.control"]["status"]
    assert second["solicited.control"]["since"].startswith(day(0))
    assert ["solicited.state"] == [finding["setting"] for finding in hosts_of(report)["client01"]["gone"]]


def test_an_accepted_deviation_is_shown_and_not_counted_until_its_last_day_is_over(run, client, member):
    hosts = {host.name: host.inventory_vars() for host in (client, member)}
    file = exceptions(
        run,
        accepted("client*", day(0)),
        accepted("windows:!member01", day(30), setting="offer"),
        accepted("member01", day(-1)),
    )
    inventory = run.inventory(hosts, **ALL_OFF, remote_assistance_exceptions_file=str(file))
    finished = run("drift", inventory)
    assert 2 == finished.code, finished.output
    report = report_in(run.folder / "drift-reports")
    assert {"client01": "clean", "member01": "drift"} == verdicts_of(report)
    assert "CORP\\jane" == findings_of(report, "client01")["solicited.state"]["accepted"]["who"]
    assert day(-1) == findings_of(report, "member01")["solicited.state"]["lapsed"]["until"]
    assert (2, 1) == (report["counts"]["accepted"], report["counts"]["lapsed"])
    assert "1 exception expired" in finished.output
    assert "ok" == finished.status("client01")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("exceptions: [{hosts: a, setting: ofer.state, reason: r, who: w, until: 2027-01-01}]", "offer.state"),
        ("exceptions: [{hosts: a, setting: offer, reason: r, who: w, until: tomorrow}]", "ISO date"),
        ("{", "exceptions_file"),
        ("[]", "expected a list of exceptions"),
        (None, "No such file"),
    ],
)
def test_a_wrong_exceptions_file_is_refused_before_any_host_is_asked(run, client, content, expected):
    file = run.folder / "exceptions.yml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    run.environment["WINFLEET_DRIFT_EXCEPTIONS_FILE"] = str(file)
    finished = run("drift", run.inventory({"client01": client.inventory_vars()}, **ALL_OFF))
    assert 2 == finished.code, finished.output
    assert expected in finished.result("localhost", "Check whether the report")["msg"]
    assert 0 == client.counters.http_requests


def test_a_folder_that_cannot_be_written_is_told_before_any_host_is_asked(run, client):
    (run.folder / "file").write_text("", encoding="utf-8")
    inventory = run.inventory({"client01": client.inventory_vars()}, **ALL_OFF)
    finished = run("drift", inventory, "-e", f"remote_assistance_report_dir={run.folder / 'file' / 'reports'}")
    assert 2 == finished.code, finished.output
    assert "report_dir: cannot be used" in finished.result("localhost", "Check whether the report")["msg"]
    assert 0 == client.counters.http_requests


def test_a_broken_report_in_the_folder_costs_the_history_with_a_warning_and_a_named_one_is_refused(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, **ALL_OFF)
    folder = run.folder / "drift-reports"
    folder.mkdir()
    broken = folder / "drift.json"
    broken.write_text('{"version": 1', encoding="utf-8")
    refused = run("drift", inventory, "-e", f"remote_assistance_previous_report={broken}")
    assert "expected a drift report in JSON" in refused.result("localhost", "Check whether the report")["msg"]
    assert 0 == client.counters.http_requests
    finished = run("drift", inventory)
    assert 2 == finished.code, finished.output
    assert "cannot be used as the previous report" in finished.result("client01", "Write the report")["warnings"][0]
    assert {"client01": "drift"} == verdicts_of(report_in(folder))


def test_the_forms_and_the_folder_are_chosen_by_variables_and_the_environment(run, server):
    run.environment["WINFLEET_DRIFT_FORMATS"] = "csv, junit"
    inventory = run.inventory({"server01": server.inventory_vars()}, **ALL_OFF)
    run("drift", inventory, "-e", "remote_assistance_report_dir=elsewhere/deep")
    folder = run.folder / "elsewhere/deep"
    assert {"drift.json", "drift.csv", "drift.junit.xml"} == {path.name for path in folder.iterdir()}
    wrong = run("drift", inventory, "-e", '{"remote_assistance_report_formats": ["htlm", "pdf"]}')
    problems = wrong.result("localhost", "Check whether the report")["problems"]
    assert [("formats", "html"), ("formats", "")] == [(one["path"], one["nearest"]) for one in problems]


def test_the_reports_of_two_slices_become_one(run, client, member, server):
    hosts = {host.name: host.inventory_vars() for host in (client, member, server)}
    inventory = run.inventory(hosts, **ALL_OFF)
    server.refuse_connections()
    for number, limit in (("1", "client01"), ("2", "member01,server01")):
        run("drift", inventory, "--limit", limit, "-e", f"remote_assistance_report_dir=slices/{number}")
    # The host of the first slice is put right and checked again: the last check counts.
    client.registry.set(POLICY, "fAllowToGetHelp", "REG_DWORD", 0)
    client.registry.set(POLICY, "fAllowUnsolicited", "REG_DWORD", 0)
    text = (run.folder / "slices/1/drift.json").read_text(encoding="utf-8")
    (run.folder / "slices/1/drift.json").write_text(text.replace(day(0), day(-1)), encoding="utf-8")
    run("drift", inventory, "--limit", "client01", "-e", "remote_assistance_report_dir=slices/3")

    reports = json.dumps({"remote_assistance_reports": ["slices/*/drift.json"]})
    finished = run("merge_reports", inventory, "-e", reports)
    assert 0 == finished.code, finished.output
    folder = run.folder / "drift-reports"
    assert FILES == {path.name for path in folder.iterdir()}
    expected = {"client01": "clean", "member01": "drift", "server01": "unreachable"}
    assert expected == verdicts_of(report_in(folder))
    assert "1 clean, 1 drift, 0 failed, 1 unreachable" in finished.output


def test_merging_nothing_is_refused(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()})
    finished = run("merge_reports", inventory, "-e", "remote_assistance_reports=nowhere/*.json")
    assert 2 == finished.code
    assert "reports: expected files with drift reports" in finished.output
    assert 2 == run("merge_reports", inventory).code
