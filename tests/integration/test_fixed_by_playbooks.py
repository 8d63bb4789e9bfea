# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no variable can weaken, and what a result truly says."""

from __future__ import annotations

import yaml

from tests.integration.conftest import ROOT

MODULE = "winfleet.remote_assistance.host"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS = POLICY + r"\RAUnsolicit"
PREFERENCE = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
OFF = ("REG_DWORD", 0)
EVIL = {"state": "enabled", "control": "full_control", "helpers": {"set": ["CORP\\Evil"]}}
ALL_OFF = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}, "control_panel": {"invitations": False}}


def play(*tasks, **keywords):
    return [{"hosts": "windows", "gather_facts": False, "tasks": list(tasks), **keywords}]


def test_neither_set_fact_nor_e_weakens_disable_ra(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()})
    site = [
        *play({"ansible.builtin.set_fact": {"remote_assistance_offer": EVIL}}),
        {"import_playbook": str(ROOT / "playbooks" / "disable_ra.yml")},
    ]
    finished = run(
        site, inventory, "-e", yaml.safe_dump({"remote_assistance_solicited": EVIL}, default_flow_style=True)
    )
    assert finished.code == 0, finished.output
    assert client.registry.get(POLICY, "fAllowUnsolicited") == OFF
    assert client.registry.get(POLICY, "fAllowToGetHelp") == OFF
    assert not client.registry.has_key(HELPERS)


def test_a_template_that_fails_is_a_problem_and_not_an_empty_list_of_helpers(run, member):
    before = member.registry.dump()
    inventory = run.inventory(
        {"member01": member.inventory_vars()},
        remote_assistance_helpers="{{ corp_helprs }}",
        remote_assistance_control_panel="{{ nope }}",
    )
    paths = {"enable_ra": {"remote_assistance_helpers", "remote_assistance_control_panel"}}
    paths["disable_ra"] = {"remote_assistance_control_panel"}
    for playbook, expected in paths.items():
        finished = run(playbook, inventory)
        assert finished.code != 0
        assert expected == {problem["path"] for problem in finished.result("localhost")["problems"]}
    assert before == member.registry.dump()


def test_problems_of_the_playbooks_variables_stand_under_their_own_names(run, client):
    inventory = run.inventory(
        {"client01": client.inventory_vars()},
        remote_assistance_helpers=["CORP\\a", "**b"],
        remote_assistance_control="full_contrl",
        remote_assistance_control_panel="text",
    )
    problems = run("enable_ra", inventory).result("localhost")["problems"]
    assert [
        ("remote_assistance_control", "full_control"),
        ("remote_assistance_helpers[1]", ""),
        ("remote_assistance_control_panel", ""),
    ] == [(problem["path"], problem["nearest"]) for problem in problems]
    assert client.counters.http_requests == 0


def test_variables_that_work_by_e_only_are_refused_in_an_inventory(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_serial=1)
    finished = run("enforce", inventory)
    assert "remote_assistance_serial: works by -e only" in finished.output
    assert client.counters.http_requests == 0
    assert (
        run("disable_ra", run.inventory({"client01": client.inventory_vars()}), "-e", "remote_assistance_serial=1").code
        == 0
    )


def test_a_failed_closing_says_changed_and_shows_the_diff_of_what_it_made(run, member):
    member.registry.deny(PREFERENCE, write=True)
    finished = run(play({MODULE: ALL_OFF}), run.inventory({"member01": member.inventory_vars()}), "--diff")
    result = finished.result("member01")
    assert "failed" == finished.status("member01")
    assert result["changed"] is True
    assert {"solicited.state", "offer.state"} <= {change["setting"] for change in result["changes"]}
    assert ["control_panel.invitations"] == [change["setting"] for change in result["left"]]
    assert "state: disabled" in result["diff"]["after"]
    assert "control_panel" not in result["diff"]["after"]
    assert member.registry.get(POLICY, "fAllowUnsolicited") == OFF
    assert "stays closed" in result["msg"]
    assert "0x00000005" in result["msg"]


def test_a_failed_opening_is_undone_and_says_unchanged(run, client):
    before = client.registry.dump()
    client.registry.deny(PREFERENCE, write=True)
    wanted = {"offer": EVIL, "control_panel": {"ticket_lifetime": 9, "ticket_lifetime_unit": "days"}}
    result = run(play({MODULE: wanted}), run.inventory({"client01": client.inventory_vars()})).result("client01")
    assert result["changed"] is False
    assert {"offer.state", "offer.control", "offer.helpers"} == {change["setting"] for change in result["restored"]}
    assert ([], []) == (result["changes"], result["unknown"])
    assert before == {key: values for key, values in client.registry.dump().items() if key in before}
    assert client.registry.dump(POLICY) in ({}, {POLICY: {}, HELPERS: {}})


def test_the_diff_of_added_helpers_does_not_pretend_to_be_the_whole_list(run, member):
    task = {MODULE: {"offer": {"helpers": {"add": ["CORP\\L1"]}}, "conflicts": "warn"}}
    diff = run(play(task), run.inventory({"member01": member.inventory_vars()}), "--check", "--diff")
    after = yaml.safe_load(diff.result("member01")["diff"]["after"])
    assert {"state": "enabled", "helpers (of those named)": ["CORP\\L1"]} == after["offer"]


def test_the_diff_names_the_host_that_changes_also_when_the_task_is_delegated(run, client, member):
    inventory = run.inventory({host.name: host.inventory_vars() for host in (client, member)})
    task = {MODULE: ALL_OFF, "delegate_to": "member01", "run_once": True}
    finished = run(play(task), inventory, "--diff", "--check")
    assert "Remote Assistance on member01" in finished.output
    assert "Remote Assistance on client01" not in finished.output


def test_null_means_not_given_in_the_role_too(run, client):
    role = {"name": "winfleet.remote_assistance.remote_assistance"}
    values = {"remote_assistance_solicited": {"state": "disabled", "control": None}, "remote_assistance_offer": None}
    task = {"ansible.builtin.include_role": role, "vars": values}
    finished = run(play(task), run.inventory({"client01": client.inventory_vars()}))
    assert finished.code == 0, finished.output
    assert client.registry.get(POLICY, "fAllowToGetHelp") == OFF
    assert client.registry.get(POLICY, "fAllowUnsolicited") is None


def test_the_report_of_a_part_of_the_fleet_is_a_table_too(run, client, member):
    inventory = run.inventory({host.name: host.inventory_vars() for host in (client, member)})
    finished = run("report", inventory, "--limit", "member01")
    table = finished.result("member01", "Show the table")["table"]
    assert any(line.startswith("member01 ") for line in table)
    assert not any(line.startswith("client01 ") for line in table)
