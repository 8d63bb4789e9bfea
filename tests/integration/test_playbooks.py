# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks as users run them."""

from __future__ import annotations

import json
import typing as t

import jsonschema
import pytest

from tests.integration.conftest import ROOT

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS = POLICY + r"\RAUnsolicit"
PREFERENCE = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
OFF = ("REG_DWORD", 0)
ON = ("REG_DWORD", 1)


def test_disable_ra_switches_everything_off_and_a_second_run_changes_nothing(run, connection, client, member, server):
    hosts = {host.name: host for host in (client, member, server)}
    inventory = run.inventory({name: host.inventory_vars(connection=connection) for name, host in hosts.items()})

    first = run("disable_ra", inventory)
    assert first.code == 0, first.output
    for host in hosts.values():
        assert host.registry.get(POLICY, "fAllowToGetHelp") == OFF
        assert host.registry.get(POLICY, "fAllowUnsolicited") == OFF
        assert host.registry.get(PREFERENCE, "fAllowToGetHelp") == OFF
        assert host.registry.dump(HELPERS) in ({}, {HELPERS: {}})
        assert host.counters.shells_opened == 0
        assert host.counters.plain_messages == 0
    assert [True, True, False] == [first.result(name)["changed"] for name in hosts]

    before = {name: host.registry.dump() for name, host in hosts.items()}
    second = run("disable_ra", inventory)
    assert second.code == 0, second.output
    assert [False, False, False] == [second.result(name)["changed"] for name in hosts]
    assert before == {name: host.registry.dump() for name, host in hosts.items()}


def valid(name: str, data: object) -> None:
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)


def test_results_are_as_their_schemas_say(run, member):
    inventory = run.inventory({"member01": member.inventory_vars()})
    changes = run("disable_ra", inventory).result("member01")["changes"]
    assert {change["action"] for change in changes} == {"set", "delete"}
    valid("changes", changes)
    info = run("report", inventory).result("member01", "Read what")
    facts = ("sources", "conflicts", "windows", "helper_group", "firewall", "as_of", "unknown")
    published = ("policies", "control_panel", "helpers", "effective", *facts)
    valid("host_info", {name: info[name] for name in published})
    assert set(info) - {"changed", "channel", "requests", *published} <= {"_ansible_no_log", "_ansible_verbose_always"}


def test_strangers_survive_byte_for_byte(run, member):
    managed = {
        "fAllowToGetHelp",
        "fAllowFullControl",
        "MaxTicketExpiry",
        "MaxTicketExpiryUnits",
        "fUseMailto",
        "fAllowUnsolicited",
        "fAllowUnsolicitedFullControl",
    }

    def strangers() -> dict[str, t.Any]:
        dump = member.registry.dump()
        dump.pop(HELPERS, None)
        return {key: {n: v for n, v in found.items() if n not in managed} for key, found in dump.items()}

    before = strangers()
    assert any(before.values())
    assert run("disable_ra", run.inventory({"member01": member.inventory_vars()})).code == 0
    assert before == strangers()


def test_check_mode_says_what_the_run_will_do_and_writes_nothing(run, connection, client, member):
    hosts = {host.name: host for host in (client, member)}
    inventory = run.inventory({name: host.inventory_vars(connection=connection) for name, host in hosts.items()})
    before = {name: host.registry.dump() for name, host in hosts.items()}

    checked = run("disable_ra", inventory, "--check", "--diff")
    assert checked.code == 0, checked.output
    assert before == {name: host.registry.dump() for name, host in hosts.items()}
    assert all(host.journal for host in hosts.values())
    assert [()] * 2 == [tuple(host.journal.writes) for host in hosts.values()]

    done = run("disable_ra", inventory, "--diff")
    for name in hosts:
        expected, got = checked.result(name), done.result(name)
        assert expected["changes"] == got["changes"]
        assert expected["diff"] == got["diff"]
    assert "-  invitations: true\n+  invitations: false" in checked.output


def test_the_diff_is_complete_below_keys_that_do_not_exist_yet(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_helpers=["CORP\\Helpdesk"])
    assert not client.registry.has_key(POLICY)
    finished = run("enable_ra", inventory, "--check", "--diff")
    expected = """solicited:
  state: enabled
  control: view_only
  ticket_lifetime: 1
  ticket_lifetime_unit: hours
  invitation_method: mailto
offer:
  state: enabled
  control: view_only
  helpers:
  - CORP\\Helpdesk
"""
    assert expected == finished.result("client01")["diff"]["after"]
    assert not client.registry.has_key(POLICY)


def test_enable_ra_allows_exactly_the_named_helpers(run, connection, member):
    helpers = ["CORP\\Hjälpdesk", "CORP\\日本語 <&> \"'", "CORP\\Zoë"]
    inventory = run.inventory(
        {"member01": member.inventory_vars(connection=connection)},
        remote_assistance_helpers=helpers,
        remote_assistance_control="full_control",
        # The GPO of the seed lists other helpers.
        remote_assistance_conflicts="warn",
    )
    finished = run("enable_ra", inventory)
    assert finished.code == 0, finished.output
    assert {name: ("REG_SZ", name) for name in helpers} == member.registry.dump(HELPERS)[HELPERS]
    assert member.registry.get(POLICY, "fAllowUnsolicitedFullControl") == ON
    assert member.registry.get(POLICY, "fAllowToGetHelp") == ON
    assert member.registry.get(PREFERENCE, "fAllowToGetHelp") == ON
    assert run("enable_ra", inventory).result("member01")["changed"] is False


def test_enable_ra_without_helpers_leaves_offer_off(run, member):
    finished = run("enable_ra", run.inventory({"member01": member.inventory_vars()}))
    assert finished.code == 0, finished.output
    assert member.registry.get(POLICY, "fAllowUnsolicited") == OFF
    assert member.registry.get(POLICY, "fAllowFullControl") == OFF
    assert member.registry.dump(HELPERS) == {HELPERS: {}}


def test_enforce_applies_the_inventory_as_it_is(run, connection, client):
    text = "Erste Zeile\r\nZweite <Zeile> & \"Ende\"\t'x' – 你好 😀"
    inventory = run.inventory(
        {"client01": client.inventory_vars(connection=connection)},
        remote_assistance_warning_messages={"state": "enabled", "view_message": text, "control_message": " x "},
        remote_assistance_bandwidth_optimization={"state": "enabled", "level": "turn_off_background"},
        remote_assistance_session_logging={"state": "disabled"},
        remote_assistance_control_panel={"ticket_lifetime": "12", "ticket_lifetime_unit": "days"},
    )
    finished = run("enforce", inventory)
    assert finished.code == 0, finished.output
    policy = client.registry.dump(POLICY)[POLICY]
    assert policy == {
        "UseCustomMessages": ON,
        "ViewMessage": ("REG_SZ", text),
        "ShareControlMessage": ("REG_SZ", " x "),
        "UseBandwidthOptimization": ON,
        "OptimizeBandwidth": ("REG_DWORD", 8),
        "LoggingEnabled": OFF,
    }
    assert client.registry.get(PREFERENCE, "MaxTicketExpiry") == ("REG_DWORD", 12)
    assert client.registry.get(PREFERENCE, "fAllowToGetHelp") == ON
    assert run("enforce", inventory).result("client01")["changed"] is False


def test_unconfigure_ra_removes_the_policies_and_leaves_control_panel(run, connection, member):
    preference = member.registry.dump(PREFERENCE)
    finished = run("unconfigure_ra", run.inventory({"member01": member.inventory_vars(connection=connection)}))
    assert finished.code == 0, finished.output
    left = set(member.registry.dump(POLICY)[POLICY])
    assert not left & {"fAllowToGetHelp", "fAllowUnsolicited", "fAllowFullControl", "fAllowUnsolicitedFullControl"}
    assert left
    assert member.registry.dump(HELPERS) == {HELPERS: {}}
    assert preference == member.registry.dump(PREFERENCE)


def test_group_vars_that_enable_offer_do_not_weaken_disable_ra(run, client):
    inventory = run.inventory(
        {"client01": client.inventory_vars()},
        remote_assistance_offer={"state": "enabled", "control": "full_control", "helpers": {"set": ["CORP\\x"]}},
        remote_assistance_solicited={"state": "enabled", "control": "full_control"},
        remote_assistance_control_panel={"invitations": True, "control": "view_only"},
        remote_assistance_session_logging={"state": "enabled"},
    )
    finished = run("disable_ra", inventory)
    assert finished.code == 0, finished.output
    assert client.registry.get(POLICY, "fAllowUnsolicited") == OFF
    assert client.registry.get(POLICY, "fAllowToGetHelp") == OFF
    assert client.registry.get(PREFERENCE, "fAllowToGetHelp") == OFF
    # What else the inventory declares still counts.
    assert client.registry.get(PREFERENCE, "fAllowFullControl") == OFF
    assert client.registry.get(POLICY, "LoggingEnabled") == ON


def test_an_inventory_without_the_group_fails_and_lists_the_groups(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, group="windoze")
    finished = run("disable_ra", inventory)
    assert finished.code != 0
    assert "the host pattern 'windows' matches no host (did you mean 'windoze'?)" in finished.output
    assert "Groups of this inventory: windoze" in finished.output
    assert client.counters.http_requests == 0


def test_another_group_is_chosen_on_the_command_line(run, client):
    inventory = run.inventory({"client01": client.inventory_vars()}, group="kiosks")
    assert run("disable_ra", inventory, "-e", "remote_assistance_hosts=kiosks").code == 0
    assert client.registry.get(POLICY, "fAllowUnsolicited") == OFF


@pytest.mark.parametrize("playbook", ["disable_ra", "enable_ra", "enforce"])
def test_preflight_shows_each_problem_once_with_its_hosts_before_any_host_is_touched(run, playbook, client, member):
    hosts = {host.name: host.inventory_vars() for host in (client, member)}
    inventory = run.inventory(hosts, remote_assistance_session_loging={"state": "enabled"})
    finished = run(playbook, inventory)
    assert finished.code != 0
    problem = finished.result("localhost")["problems"][0]
    assert problem["path"] == "remote_assistance_session_loging"
    assert problem["nearest"] == "remote_assistance_session_logging"
    assert problem["hosts"] == ["client01", "member01"]
    assert client.counters.http_requests == member.counters.http_requests == 0


def test_report_prints_a_table_that_fits_100_columns_and_exits_0_whatever_a_host_does(run, client, member, server):
    hosts = {host.name: host.inventory_vars() for host in (client, member, server)}
    server.refuse_connections()
    finished = run("report", run.inventory(hosts))
    assert finished.code == 0, finished.output
    table = finished.result("client01", "Show the table")["table"]
    assert max(map(len, table)) <= 100
    assert any(line.startswith("client01 ") and "on, full control, 6 hours" in line for line in table)
    assert any(line.startswith("server01 ") and "not reached" in line for line in table)
    assert all(line in finished.output for line in table)
    assert [()] * 3 == [tuple(host.journal.writes) for host in (client, member, server)]
