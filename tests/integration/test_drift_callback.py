# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback ``drift_report``: the same report for any play, and never a reason for a run to end otherwise."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET

import pytest

from tests.integration.drift_runs import ALL_OFF, FILES, HELPERS, POLICY, findings_of, report_in, verdicts_of

MODULE = "winfleet.remote_assistance.host"
CALLBACK = "winfleet.remote_assistance.drift_report"
OFF = {"state": "disabled"}
TASK = {"name": "Check", MODULE: {"solicited": OFF, "offer": OFF}}


@pytest.fixture
def watched(run):
    """A runner with the callback enabled beside the recorder."""
    run.environment["ANSIBLE_CALLBACKS_ENABLED"] = f"recorder,{CALLBACK}"
    return run


def play(*tasks, **more):
    return [{"hosts": "windows", "gather_facts": False, "tasks": list(tasks), **more}]


def test_any_play_in_check_mode_gets_the_report_and_keeps_its_exit_code(watched, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    finished = watched(play(TASK), watched.inventory(hosts), "--check")
    assert 0 == finished.code, finished.output
    folder = watched.folder / "drift-reports"
    assert FILES == {path.name for path in folder.iterdir()}
    assert {"client01": "drift", "server01": "clean"} == verdicts_of(report_in(folder))
    assert "2 hosts: 1 clean, 1 drift, 0 failed, 0 unreachable" in finished.output


def test_the_report_is_written_also_when_every_host_failed(watched, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    client.refuse_connections()
    server.registry.deny(POLICY, read=True)
    finished = watched(play(TASK), watched.inventory(hosts), "--check")
    assert 4 == finished.code, finished.output
    report = report_in(watched.folder / "drift-reports")
    assert {"client01": "unreachable", "server01": "failed"} == verdicts_of(report)


def test_a_host_that_the_run_never_came_to_is_in_the_report(watched, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    client.refuse_connections()
    finished = watched(play(TASK, serial=1, max_fail_percentage=0), watched.inventory(hosts), "--check")
    assert 4 == finished.code, finished.output
    assert 0 == server.counters.http_requests
    report = report_in(watched.folder / "drift-reports")
    assert {"client01": "unreachable", "server01": "failed"} == verdicts_of(report)


def test_a_real_run_and_another_task_are_no_check(watched, client):
    inventory = watched.inventory({"client01": client.inventory_vars()})
    other = {"name": "Another", "ansible.builtin.debug": {"msg": "hello"}}
    for arguments in ((), ("-e", "ansible_check_mode=true")):
        assert 0 == watched(play(TASK, other), inventory, *arguments).code
    assert not (watched.folder / "drift-reports").exists()


def test_only_the_tasks_in_check_mode_count_also_where_a_template_says_so(watched, client):
    inventory = watched.inventory({"client01": client.inventory_vars()}, by_template=True)
    checked = TASK | {"check_mode": "{{ by_template }}", MODULE: {"offer": OFF}}
    real = TASK | {MODULE: {"solicited": OFF}}
    assert 0 == watched(play(checked, real), inventory).code
    assert {"offer.state"} == set(findings_of(report_in(watched.folder / "drift-reports"), "client01"))


def test_a_host_that_is_not_to_be_checked_is_not_in_the_report(watched, client, member, server):
    hosts = {host.name: host.inventory_vars() for host in (client, member, server)}
    unless = "inventory_hostname != 'server01'"
    real = TASK | {"check_mode": "{{ inventory_hostname != 'member01' }}"}
    finished = watched(play(real | {"when": unless}), watched.inventory(hosts))
    assert 0 == finished.code, finished.output
    assert {"client01": "drift"} == verdicts_of(report_in(watched.folder / "drift-reports"))


def test_several_checks_of_one_host_are_joined_and_a_hidden_one_is_not_clean(watched, client, server):
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    first = TASK | {MODULE: {"offer": OFF}}
    second = TASK | {MODULE: {"solicited": OFF}}
    hidden = TASK | {"no_log": True, "when": "inventory_hostname == 'server01'"}
    watched(play(first, second, hidden), watched.inventory(hosts), "--check")
    report = report_in(watched.folder / "drift-reports")
    assert {"offer.state", "solicited.state"} == set(findings_of(report, "client01"))
    assert {"client01": "drift", "server01": "failed"} == verdicts_of(report)


def test_the_playbook_drift_with_the_callback_writes_one_report(watched, client):
    inventory = watched.inventory({"client01": client.inventory_vars()}, **ALL_OFF)
    finished = watched("drift", inventory)
    assert 2 == finished.code, finished.output
    assert 1 == finished.output.count("Remote Assistance: 1 host drifted")


def test_an_unwritable_folder_is_one_warning_and_changes_nothing_else(watched, client):
    (watched.folder / "file").write_text("", encoding="utf-8")
    watched.environment["WINFLEET_DRIFT_REPORT_DIR"] = str(watched.folder / "file" / "reports")
    finished = watched(play(TASK), watched.inventory({"client01": client.inventory_vars()}), "--check")
    assert 0 == finished.code, finished.output
    assert 1 == finished.output.count("the drift report was not written")
    assert "Not a directory" in " ".join(finished.output.split())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("WINFLEET_DRIFT_FORMATS", "pdf"),
        ("WINFLEET_DRIFT_EXCEPTIONS_FILE", "/nowhere/exceptions.yml"),
        ("WINFLEET_DRIFT_PREVIOUS_REPORT", "/nowhere/drift.json"),
    ],
)
def test_a_wrong_option_is_one_warning(watched, client, name, content):
    watched.environment[name] = content
    finished = watched(play(TASK), watched.inventory({"client01": client.inventory_vars()}), "--check")
    assert 0 == finished.code, finished.output
    assert 1 == finished.output.count("the drift report was not written")


def test_options_come_from_ansible_cfg_and_progress_is_shown(watched, client, server):
    config = watched.folder / "ansible.cfg"
    config.write_text(
        "[callback_drift_report]\nreport_dir = from-cfg\nformats = csv\nprogress_every = 1\n", encoding="utf-8"
    )
    watched.environment["ANSIBLE_CONFIG"] = str(config)
    hosts = {host.name: host.inventory_vars() for host in (client, server)}
    finished = watched(play(TASK), watched.inventory(hosts), "--check")
    assert {"drift.json", "drift.csv"} == {path.name for path in (watched.folder / "from-cfg").iterdir()}
    assert "2 of 2 hosts" in finished.output


HOSTILE = (
    '"><script>alert(1)</script>',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "two\nlines\r",
    "right\u202eto left",
    "\u009b31mred",
    "x" * 200,
)


def test_what_a_hostile_host_holds_is_harmless_in_every_form(watched, client):
    for name in HOSTILE:
        client.registry.raw.put(HELPERS, name, 1, name)
    inventory = watched.inventory({"client01": client.inventory_vars()}, **ALL_OFF)
    finished = watched("drift", inventory)
    assert 2 == finished.code, finished.output
    folder = watched.folder / "drift-reports"
    found = [f for f in report_in(folder)["hosts"][0]["findings"] if f["setting"] == "offer.helpers"]
    assert len(HOSTILE) == len(found)
    for file in FILES:
        text = (folder / file).read_text(encoding="utf-8")
        assert "\u009b" not in text
        assert "\u202e" not in text
        assert "<script>alert" not in text or file in ("drift.json", "drift.csv", "drift.sarif"), file
    rows = list(csv.reader((folder / "drift.csv").open(encoding="utf-8-sig", newline="")))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+@" and cell]
    ET.parse(folder / "drift.junit.xml")
    json.loads((folder / "drift.sarif").read_text(encoding="utf-8"))
    summary = finished.output.partition("TASK [Write the report]")[2].partition("TASK [End here")[0]
    assert "\u009b" not in summary
