# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions of drift reports with input that is wrong, or that would make a report say less than the truth."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Runner
from tests.integration.drift_runs import report_in, verdicts_of
from tests.integration.newest import newest_only

pytestmark = newest_only

REPORT = "winfleet.remote_assistance.drift_report"
VERDICT = "winfleet.remote_assistance.drift_verdict"

# What is wrong, the task, and for each problem its path and a part of what was expected.
CASES = [
    ("an unknown option", {REPORT: {"hots": []}}, [("hots", "unknown option")]),
    ("hosts alone", {REPORT: {"hosts": ["a01"]}}, [("variable", "name of a registered variable")]),
    ("hosts that are no list", {REPORT: {"hosts": "a01", "variable": "x"}}, [("hosts", "a list of texts")]),
    ("a host that is none", {REPORT: {"hosts": ["b01"], "variable": "x"}}, [("hosts", "hosts of the inventory")]),
    (
        "hosts beside reports",
        {REPORT: {"hosts": ["a01"], "variable": "x", "reports": ["y"]}},
        [("reports", "stands alone")],
    ),
    ("no reports", {REPORT: {"reports": []}}, [("reports", "expected files")]),
    ("a report that is none", {REPORT: {"reports": ["play.yml"]}}, [("play.yml", "expected a drift report")]),
    ("a wrong form", {REPORT: {"formats": ["jsn"]}}, [("formats", "expected some of json")]),
    ("forms that are no list", {REPORT: {"formats": {"json": 1}}}, [("formats", "expected some of json")]),
    ("a path that is none", {REPORT: {"report_dir": ["x"]}}, [("report_dir", "expected a path")]),
    ("a previous report that is not there", {REPORT: {"previous_report": "nowhere.json"}}, [("previous_report", "")]),
    ("a wrong verdict", {VERDICT: {"verdict": "cleen"}}, [("verdict", "expected one of clean")]),
    ("no verdict", {VERDICT: {}}, [("verdict", "expected one of clean")]),
]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """Every case as one task of one run."""
    run = Runner(tmp_path_factory.mktemp("inputs"))
    tasks = [{"name": name, "ignore_errors": True} | task for name, task, dummy in CASES]
    return run([{"hosts": "windows", "gather_facts": False, "tasks": tasks}], run.inventory({"a01": {}}))


@pytest.mark.parametrize(("name", "problems"), [(case[0], case[2]) for case in CASES], ids=[case[0] for case in CASES])
def test_is_refused_with_its_path_and_what_was_expected(refusals, name, problems):
    (line,) = [line for line in refusals.lines if line["task"] == name]
    assert "failed" == line["status"]
    found = line["result"]["problems"]
    assert [path for path, dummy in problems] == [problem["path"] for problem in found]
    for (dummy, expected), problem in zip(problems, found, strict=True):
        assert expected in problem["expected"]


def test_what_is_no_check_is_never_taken_for_a_clean_host(run, server):
    variables = server.inventory_vars()
    hosts = dict.fromkeys(("real", "other", "skipped", "nothing", "checked"), variables)
    declared = {"solicited": {"state": "disabled"}}
    module = "winfleet.remote_assistance.host"
    only = "inventory_hostname == '{}'"
    tasks = [
        {module: declared, "register": "found", "when": "inventory_hostname == 'real'"},
        {"ansible.builtin.debug": {"msg": "x"}, "register": "other", "when": only.format("other")},
        {module: declared, "check_mode": True, "register": "checked", "when": only.format("checked")},
        {
            "ansible.builtin.set_fact": {
                "told": "{{ {'other': other, 'checked': checked}[inventory_hostname] | d(found) }}"
            },
            "when": "inventory_hostname != 'nothing'",
        },
        {REPORT: {"hosts": "{{ ansible_play_hosts_all }}", "variable": "told"}, "run_once": True},
    ]
    finished = run([{"hosts": "windows", "gather_facts": False, "tasks": tasks}], run.inventory(hosts))
    assert 0 == finished.code, finished.output
    expected = dict.fromkeys(hosts, "failed") | {"checked": "clean"}
    report = report_in(run.folder / "drift-reports")
    assert expected == verdicts_of(report)
    reasons = {host["name"]: host["message"] for host in report["hosts"]}
    assert "not the one of a check" in reasons["real"]
    assert "not the one of a check" in reasons["other"]
    assert "skipped" in reasons["skipped"]
    assert "no result" in reasons["nothing"]


def test_in_check_mode_the_module_writes_nothing_and_says_what_it_found(run, server):
    tasks = [
        {
            "winfleet.remote_assistance.host": {"solicited": {"state": "disabled"}},
            "register": "found",
        },
        {REPORT: {"hosts": "{{ ansible_play_hosts_all }}", "variable": "found"}},
    ]
    inventory = run.inventory({"server01": server.inventory_vars()})
    finished = run([{"hosts": "windows", "gather_facts": False, "tasks": tasks}], inventory, "--check")
    assert ("clean", []) == (finished.result("server01")["verdict"], finished.result("server01")["files"])
    assert not (run.folder / "drift-reports").exists()
