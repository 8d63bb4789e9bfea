# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baselines as users name them: drift and enforce agree, the user's own words stand on top."""

from __future__ import annotations

import pytest

from tests.integration.drift_runs import HELPERS, POLICY, findings_of, report_in, verdicts_of
from tests.integration.newest import newest_only

pytestmark = newest_only

OFF = ("REG_DWORD", 0)
ON = ("REG_DWORD", 1)
MODULE = "winfleet.remote_assistance.host"
# ProductType of Win32_OperatingSystem.
SERVER = 3


def test_enforce_makes_what_drift_then_finds_clean(run, member):
    member.windows.system.version, member.windows.system.product_type = "6.2.9200", SERVER
    inventory = run.inventory({"member01": member.inventory_vars()}, remote_assistance_baseline="disa_stig_server_2012")
    folder = run.folder / "drift-reports"
    assert 2 == run("drift", inventory).code
    report = report_in(folder)
    assert ["disa_stig_server_2012"] == [baseline["name"] for baseline in report["baselines"]]
    found = findings_of(report, "member01")
    assert any("WN12-CC-000062" in text for text in found["session_logging.state"]["benchmark_ids"])
    assert any("WN12-CC-000058" in text for text in found["offer.state"]["benchmark_ids"])
    assert 0 == run("enforce", inventory).code
    assert member.registry.get(POLICY, "LoggingEnabled") == ON
    assert member.registry.get(POLICY, "fAllowUnsolicited") == OFF
    finished = run("drift", inventory)
    assert 0 == finished.code, finished.output


def test_a_whole_key_of_the_users_own_replaces_the_one_of_the_baseline(run, member):
    inventory = run.inventory(
        {"member01": member.inventory_vars()},
        remote_assistance_baseline="all_off",
        remote_assistance_offer={"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\Helpdesk"]}},
    )
    run("drift", inventory)
    found = findings_of(report_in(run.folder / "drift-reports"), "member01")
    assert [] == found["offer.control"]["benchmark_ids"]
    assert found["solicited.state"]["benchmark_ids"]
    assert "offer.state" not in found
    assert 0 == run("enforce", inventory).code
    assert {"CORP\\Helpdesk": ("REG_SZ", "CORP\\Helpdesk")} == member.registry.dump(HELPERS)[HELPERS]
    assert member.registry.get(POLICY, "fAllowToGetHelp") == OFF


@pytest.mark.parametrize(
    ("facts", "verdict", "ids"),
    [
        ({}, "drift", {"18.8.36.1", "18.9.34.1", "18.9.35.1"}),
        (
            {"ansible_distribution_version": "10.0.20348.0", "ansible_os_product_type": "server"},
            "clean",
            {"18.8.36.1", "18.9.34.1", "18.9.35.1"},
        ),
        ({"ansible_distribution_version": "10.0.26100.0", "ansible_os_product_type": "server"}, "clean", {"18.9.35.1"}),
        (
            {"ansible_distribution_version": "10.0.14393.0", "ansible_os_product_type": "server"},
            "drift",
            {"18.8.36.1", "18.9.34.1", "18.9.35.1"},
        ),
        ({"ansible_distribution_version": "6.2.9200.0", "ansible_os_product_type": "server"}, "drift", {"18.9.34.1"}),
    ],
    ids=["no facts", "2022", "2025", "2016", "2012"],
)
def test_a_missing_offer_value_counts_as_the_auditor_of_that_system_has_it(run, server, facts, verdict, ids):
    server.registry.delete(POLICY, "fAllowUnsolicited")
    # What the host itself says would count before the variables.
    server.windows.refused = {"Win32_OperatingSystem": 5}
    inventory = run.inventory({"server01": server.inventory_vars()}, remote_assistance_baseline="cis_l1", **facts)
    finished = run("drift", inventory)
    assert {"clean": 0, "drift": 2}[verdict] == finished.code, finished.output
    report = report_in(run.folder / "drift-reports")
    assert {"server01": verdict} == verdicts_of(report)
    finding = findings_of(report, "server01")["offer.state"]
    assert (verdict == "clean") == (finding["accepted"] is not None)
    assert ids == {text.rpartition(": ")[2] for text in finding["benchmark_ids"]}


def test_which_system_it_is_a_host_says_before_its_variables_do(run, server):
    server.registry.delete(POLICY, "fAllowUnsolicited")
    server.windows.system.version, server.windows.system.product_type = "10.0.26100", SERVER
    older = {"ansible_distribution_version": "6.2.9200.0", "ansible_os_product_type": "server"}
    inventory = run.inventory({"server01": server.inventory_vars()}, remote_assistance_baseline="cis_l1", **older)
    finished = run("drift", inventory)
    assert 0 == finished.code, finished.output
    finding = findings_of(report_in(run.folder / "drift-reports"), "server01")["offer.state"]
    assert finding["accepted"] is not None
    assert {"18.9.35.1"} == {text.rpartition(": ")[2] for text in finding["benchmark_ids"]}


def test_hosts_with_different_baselines_stand_in_one_report(run, client, member, server):
    hosts = {
        "client01": client.inventory_vars() | {"remote_assistance_baseline": "disa_stig"},
        "member01": member.inventory_vars() | {"remote_assistance_baseline": "helpdesk_control"},
        "server01": server.inventory_vars() | {"remote_assistance_solicited": {"state": "disabled"}},
    }
    inventory = run.inventory(hosts)
    for dummy in range(2):
        run("drift", inventory)
    report = report_in(run.folder / "drift-reports")
    assert {"client01": "drift", "member01": "drift", "server01": "clean"} == verdicts_of(report)
    assert ["disa_stig", "helpdesk_control"] == [baseline["name"] for baseline in report["baselines"]]
    assert [] == report["remembered"]
    found = findings_of(report, "client01")
    assert {"solicited.state"} == set(found)
    assert "still" == found["solicited.state"]["status"]
    assert "high" == found["solicited.state"]["severity"]


def test_disable_ra_fixes_its_own_over_a_baseline_that_allows_more(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_baseline="helpdesk_control")
    assert 0 == run("disable_ra", inventory).code
    assert client.registry.get(POLICY, "fAllowToGetHelp") == OFF
    assert client.registry.get(POLICY, "fAllowUnsolicited") == OFF
    assert client.registry.get(POLICY, "LoggingEnabled") == ON


def test_unconfigure_ra_takes_nothing_from_a_baseline(run, server):
    inventory = run.inventory({"server01": server.inventory_vars()}, remote_assistance_baseline="all_off")
    assert 0 == run("unconfigure_ra", inventory).code
    assert {} == server.registry.dump(POLICY).get(POLICY, {})


@pytest.mark.parametrize("playbook", ["drift", "enforce"])
def test_an_unknown_baseline_is_refused_with_the_nearest_name_before_any_host_is_touched(run, playbook, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_baseline="cis_l2")
    finished = run(playbook, inventory)
    assert 2 == finished.code
    (problem,) = finished.result("localhost")["problems"]
    assert ("remote_assistance_baseline", "cis_l1") == (problem["path"], problem["nearest"])
    assert 0 == client.counters.http_requests


def test_a_task_names_a_baseline_and_its_own_keys_beside_it(run, client):
    task = {MODULE: {"baseline": "cis_l1", "offer": {}}, "check_mode": True}
    finished = run(
        [{"hosts": "windows", "gather_facts": False, "tasks": [task]}],
        run.inventory({"client01": client.inventory_vars()}),
    )
    assert 0 == finished.code, finished.output
    result = finished.result("client01")
    assert ["solicited.state"] == [change["setting"] for change in result["changes"]]
    assert ("cis_l1", ["offer"]) == (result["audited"]["baseline"], result["audited"]["replaced"])
