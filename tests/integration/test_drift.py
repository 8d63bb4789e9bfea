# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook ``drift`` over a small fleet: what it says, how it ends, and that it changes nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from tests.integration.conftest import ROOT
from tests.integration.drift_runs import ALL_OFF, FILES, POLICY, findings_of, hosts_of, report_in, verdicts_of
from tests.lab import Drop, Fault, Trouble, When


def test_a_clean_fleet_ends_with_0_and_every_form_of_the_report(run, server):
    inventory = run.inventory({"server01": server.inventory_vars()}, **ALL_OFF)
    finished = run("drift", inventory)
    assert 0 == finished.code, finished.output
    folder = run.folder / "drift-reports"
    assert FILES == {path.name for path in folder.iterdir()}
    report = report_in(folder)
    assert "clean" == report["verdict"]
    assert {"clean": 1, "drift": 0, "failed": 0, "unreachable": 0} == report["counts"]["hosts"]
    assert "Remote Assistance: No drift (clean). 1 host" in finished.output


def test_drift_ends_with_2_and_says_what_on_each_host(run, connection, client, member, server):
    hosts = {host.name: host.inventory_vars(connection=connection) for host in (client, member, server)}
    before = [host.registry.dump() for host in (client, member, server)]
    finished = run("drift", run.inventory(hosts, **ALL_OFF))
    assert 2 == finished.code, finished.output
    assert before == [host.registry.dump() for host in (client, member, server)]
    assert [()] * 3 == [tuple(host.journal.writes) for host in (client, member, server)]
    report = report_in(run.folder / "drift-reports")
    assert "drift" == report["verdict"]
    assert {"client01": "drift", "member01": "drift", "server01": "clean"} == verdicts_of(report)
    assert {"solicited.state", "offer.state"} == set(findings_of(report, "client01"))
    expected = {"solicited.state", "offer.state", "offer.helpers", "offer.control", "solicited.control"}
    assert expected <= set(findings_of(report, "member01"))
    assert ["failed", "failed", "ok"] == [finished.status(name) for name in ("client01", "member01", "server01")]
    assert "drift: not as declared: solicited.state" in finished.result("client01", "End each host")["msg"]


def test_an_unreachable_host_ends_with_4_and_its_reason_is_in_the_report(run, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    server.refuse_connections()
    finished = run("drift", run.inventory(hosts, **ALL_OFF))
    assert 4 == finished.code, finished.output
    report = report_in(run.folder / "drift-reports")
    assert "unreachable" == report["verdict"]
    assert {"clean": 0, "drift": 1, "failed": 0, "unreachable": 1} == report["counts"]["hosts"]
    assert hosts_of(report)["server01"]["message"]
    assert "unreachable" == finished.status("server01")


def test_the_report_is_written_also_when_nobody_answers(run, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    client.refuse_connections()
    server.refuse_connections()
    finished = run("drift", run.inventory(hosts, **ALL_OFF))
    assert 4 == finished.code, finished.output
    report = report_in(run.folder / "drift-reports")
    assert {"clean": 0, "drift": 0, "failed": 0, "unreachable": 2} == report["counts"]["hosts"]


def test_a_host_that_refuses_fails_and_is_not_taken_for_clean(run, client, server):
    server.registry.deny(POLICY, read=True)
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    finished = run("drift", run.inventory(hosts, **ALL_OFF))
    assert 2 == finished.code, finished.output
    report = report_in(run.folder / "drift-reports")
    assert "failed" == report["verdict"]
    assert {"clean": 0, "drift": 1, "failed": 1, "unreachable": 0} == report["counts"]["hosts"]


@pytest.mark.parametrize(
    ("does", "verdict", "code"),
    [(Fault(code=2150858752), "failed", 2), (Drop(performed=False), "unreachable", 4)],
    ids=["a fault", "a lost connection"],
)
def test_a_host_that_answers_only_at_first_is_not_taken_for_clean(run, server, does, verdict, code):
    for number in range(2, 12):
        server.script.add(Trouble(when=When(message=number), do=does))
    finished = run("drift", run.inventory({"server01": server.inventory_vars()}, **ALL_OFF))
    assert code == finished.code, finished.output
    assert {"server01": verdict} == verdicts_of(report_in(run.folder / "drift-reports"))
    assert () == tuple(server.journal.writes)


@pytest.mark.parametrize(
    "arguments",
    [("-e", "ansible_check_mode=false"), ("-e", '{"ansible_check_mode": false}'), ("--check",), ("--diff",)],
    ids=str,
)
def test_nothing_on_the_command_line_takes_the_check_out_of_check_mode(run, client, arguments):
    before = client.registry.dump()
    finished = run("drift", run.inventory({"client01": client.inventory_vars()}, **ALL_OFF), *arguments)
    assert 2 == finished.code, finished.output
    assert before == client.registry.dump()
    assert () == tuple(client.journal.writes)
    assert "drift" == report_in(run.folder / "drift-reports")["verdict"]
    assert "-  state: not_configured\n+  state: disabled" in finished.output


def test_in_batches_every_host_is_in_the_one_report(run, client, member, server):
    hosts = {host.name: host.inventory_vars() for host in (client, member, server)}
    client.refuse_connections()
    finished = run("drift", run.inventory(hosts, **ALL_OFF), "-e", "remote_assistance_serial=1")
    assert 4 == finished.code, finished.output
    expected = {"client01": "unreachable", "member01": "drift", "server01": "clean"}
    assert expected == verdicts_of(report_in(run.folder / "drift-reports"))


@pytest.mark.parametrize(
    ("environment", "arguments"),
    [
        ({"ANSIBLE_STRATEGY": "free"}, ()),
        ({"ANSIBLE_ANY_ERRORS_FATAL": "1"}, ()),
        ({"ANSIBLE_MAX_DIFF_SIZE": "1", "ANSIBLE_GATHERING": "explicit"}, ("--tags", "nothing", "-f", "1")),
    ],
    ids=["strategy", "any_errors_fatal", "tags"],
)
def test_the_settings_of_the_user_do_not_cut_it_short(run, client, member, server, environment, arguments):
    hosts = {host.name: host.inventory_vars() for host in (client, member, server)}
    client.refuse_connections()
    run.environment.update(environment)
    finished = run("drift", run.inventory(hosts, **ALL_OFF), *arguments)
    assert 4 == finished.code, finished.output
    expected = {"client01": "unreachable", "member01": "drift", "server01": "clean"}
    assert expected == verdicts_of(report_in(run.folder / "drift-reports"))


def test_a_limit_needs_no_localhost_and_nothing_else_is_told_of(run, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    finished = run("drift", run.inventory(hosts, **ALL_OFF), "--limit", "server01")
    assert 0 == finished.code, finished.output
    assert {"server01"} == set(hosts_of(report_in(run.folder / "drift-reports")))
    assert 0 == client.counters.http_requests


@pytest.mark.parametrize("limit", [(), ("--limit", "printer01")], ids=["no limit", "a limit outside the pattern"])
def test_no_host_at_all_fails(run, client, limit):
    content = {
        "kiosks": {"hosts": {"client01": client.inventory_vars()}},
        "printers": {"hosts": {"printer01": {}}},
    }
    path = run.folder / "inventory.yml"
    if limit:
        content["windows"] = content.pop("kiosks")
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    finished = run("drift", path, *limit)
    assert 2 == finished.code, finished.output
    assert "matches no host" in finished.output
    assert 0 == client.counters.http_requests
    assert not (run.folder / "drift-reports").exists()


def test_failing_can_be_turned_off(run, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    server.refuse_connections()
    inventory = run.inventory(hosts, **ALL_OFF, remote_assistance_drift_fail=False)
    finished = run("drift", inventory)
    assert 0 == finished.code, finished.output
    assert "unreachable" == report_in(run.folder / "drift-reports")["verdict"]


def test_the_verdict_goes_out_by_set_stats(run, client):
    run.environment["ANSIBLE_SHOW_CUSTOM_STATS"] = "1"
    finished = run("drift", run.inventory({"client01": client.inventory_vars()}, **ALL_OFF))
    stats = finished.output.partition("CUSTOM STATS")[2]
    assert "remote_assistance_drift" in stats
    assert "client01" in stats
    result = finished.result("client01", "Write the report")
    assert "drift" == result["verdict"]
    assert 1 == result["counts"]["hosts"]["drift"]


@pytest.mark.parametrize(
    ("client_answers", "server_answers", "code"),
    [(True, True, 1), (True, False, 3), (False, True, 2), (False, False, 2)],
)
def test_the_script_makes_exit_codes_for_ci_of_the_report(run, client, server, client_answers, server_answers, code):
    for host, answers in ((client, client_answers), (server, server_answers)):
        if not answers:
            host.refuse_connections()
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    run("drift", run.inventory(hosts, **ALL_OFF))
    script = ROOT / "playbooks/drift_exit_code.py"
    command = [sys.executable, "-I", str(script), str(run.folder / "drift-reports/drift.json")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert code == ended.returncode, ended.stderr
    assert "1 drift" in ended.stdout if client_answers else "0 drift" in ended.stdout


def test_the_script_says_what_is_no_report(tmp_path):
    script = ROOT / "playbooks/drift_exit_code.py"
    wrong = tmp_path / "wrong.json"
    for content in ("", "[]", '{"counts": {}}', '{"counts": {"hosts": {"clean": 1}, "open": 0}}'):
        wrong.write_text(content, encoding="utf-8")
        ended = subprocess.run([sys.executable, str(script), str(wrong)], capture_output=True, text=True, check=False)
        assert (4, True) == (ended.returncode, "is no drift report" in ended.stderr), ended.stderr
        assert "Traceback" not in ended.stderr
