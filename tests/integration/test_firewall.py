# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's rules in runs of the playbooks, over winrm and psrp against stand-in hosts."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from tests.integration.conftest import Runner
from tests.lab import Drop, Fault, StandInHost, Trouble, When
from tests.lab.wmi import FirewallRule as HostRule

OTHER = "CoreNet-DHCP-In"
ON = "RemoteAssistance-Out-TCP-Active"
OFF = "RemoteAssistance-Out-TCP"
POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
NAMESPACE = "root/standardcimv2"


def enabled(host: StandInHost) -> set[str]:
    return {name for name, rule in host.windows.firewall.rules.items() if rule.enabled}


def rules_in(result: dict[str, t.Any]) -> dict[str, tuple[str, str]]:
    """Return before and after of each rule among the changes."""
    found = {}
    for change in result["changes"]:
        if change["layer"] == "firewall":
            assert (None, None, "set") == (change["path"], change["type"], change["action"])
            found[change["setting"].removeprefix("firewall.")] = (change["before"], change["after"])
    return found


def test_disable_ra_switches_the_group_off_and_the_second_run_changes_nothing(
    run: Runner, client: StandInHost, connection: str
) -> None:
    inventory = run.inventory({"client01": client.inventory_vars(connection=connection)})
    shipped = enabled(client) - {OTHER}
    told = run("disable_ra", inventory, "--check", "--diff").result("client01")
    assert shipped | {OTHER} == enabled(client)
    finished = run("disable_ra", inventory, "--diff")
    result = finished.result("client01")
    assert (0, {OTHER}) == (finished.code, enabled(client))
    assert dict.fromkeys(shipped, ("on", "off")) == rules_in(result) == rules_in(told)
    assert told["diff"] == result["diff"]
    shown = yaml.safe_load(result["diff"]["before"])["firewall"]
    assert dict.fromkeys(shipped, "on") == shown
    again = run("disable_ra", inventory).result("client01")
    assert (False, []) == (again["changed"], again["changes"])


def test_unmanaged_leaves_the_group_alone(run: Runner, client: StandInHost) -> None:
    before = enabled(client)
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_firewall="unmanaged")
    result = run("disable_ra", inventory).result("client01")
    assert (True, {}, before) == (result["changed"], rules_in(result), enabled(client))


def test_the_three_states_of_a_declaration_and_what_host_info_says_of_them(run: Runner, client: StandInHost) -> None:
    shipped = enabled(client)
    expected = {"disabled": {OTHER}, "all_rules": set(client.windows.firewall.rules), "enabled": shipped}
    for state in ("disabled", "all_rules", "enabled"):
        inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_firewall=state)
        assert run("enforce", inventory).result("client01")["changed"]
        assert expected[state] == enabled(client)
        told = run("report", run.inventory({"client01": client.inventory_vars()})).result("client01", "Read what")
        assert (state, []) == (told["firewall"]["state"], told["firewall"]["unknown"])
        assert {name for name, word in told["firewall"]["rules"].items() if word == "on"} == expected[state] - {OTHER}
    assert () == client.journal.writes


def test_a_group_that_is_absent(run: Runner, server: StandInHost) -> None:
    hosts = {"server01": server.inventory_vars()}
    result = run("disable_ra", run.inventory(hosts)).result("server01")
    assert [] == [change for change in result["changes"] if change["layer"] == "firewall"]
    assert [] == [note for note in result["notes"] if "firewall" in note]
    finished = run("enforce", run.inventory(hosts, remote_assistance_firewall="enabled"))
    assert 2 == finished.code
    assert "install the feature Remote-Assistance first" in finished.result("server01")["msg"]


def test_rules_that_block_and_rules_of_policies_are_told_and_left_alone(run: Runner, client: StandInHost) -> None:
    rules = client.windows.firewall.rules
    rules["Block"] = HostRule(name="Block", enabled=True, action=4)
    rules["Sent"] = HostRule(name="Sent", enabled=True, source=2)
    text = "v2.30|Action=Allow|Active=TRUE|Dir=In|EmbedCtxt=@FirewallAPI.dll,-33002|"
    client.registry.set(rf"{POLICIES}\FirewallRules", "FromGpo", "REG_SZ", text)
    client.registry.set(rf"{POLICIES}\DomainProfile", "AllowLocalPolicyMerge", "REG_DWORD", 0)
    result = run("disable_ra", run.inventory({"client01": client.inventory_vars()})).result("client01")
    assert {"Block", "Sent", OTHER} == enabled(client)
    notes = [note for note in result["notes"] if note.startswith("firewall: ")]
    assert ["Block", "FromGpo, Sent", "DomainProfile"] == [note.rpartition(": ")[2] for note in notes]


def test_windows_without_these_rules_warns_disable_ra_and_fails_who_named_them(
    run: Runner, client: StandInHost
) -> None:
    client.windows.absent.add(NAMESPACE)
    hosts = {"client01": client.inventory_vars()}
    finished = run("enforce", run.inventory(hosts, remote_assistance_firewall="disabled"))
    assert "does not offer its firewall rules in WMI" in finished.result("client01")["msg"]
    named = run("disable_ra", run.inventory(hosts, remote_assistance_firewall="disabled"))
    assert (2, 2, ()) == (finished.code, named.code, client.journal.writes)
    by_preset = run("disable_ra", run.inventory(hosts))
    assert 0 == by_preset.code
    assert any("the firewall is left as it is: " in warning for warning in by_preset.result("client01")["warnings"])
    assert ("REG_DWORD", 0) == client.registry.get(POLICY, "fAllowToGetHelp")


def test_denied_rules_fail_disable_ra_before_anything_is_written(run: Runner, client: StandInHost) -> None:
    client.script.add(Trouble(when=When(method="Enumerate"), do=Fault(code=5)))
    finished = run("disable_ra", run.inventory({"client01": client.inventory_vars()}))
    assert (2, ()) == (finished.code, client.journal.writes)
    assert "reading the firewall rules: access denied" in finished.result("client01")["msg"]


def test_a_rule_that_cannot_be_switched_is_left_and_the_rest_stays_closed(run: Runner, client: StandInHost) -> None:
    client.script.add(Trouble(when=When(method="Disable", message=2), do=Fault(code=5)))
    finished = run("disable_ra", run.inventory({"client01": client.inventory_vars()}))
    result = finished.result("client01")
    (left,) = result["left"]
    assert (2, "firewall", "on", "off") == (finished.code, left["layer"], left["before"], left["after"])
    assert {OTHER, left["setting"].removeprefix("firewall.")} == enabled(client)
    assert "This run only closes, so what it closed stays closed" in result["msg"]
    assert ("REG_DWORD", 0) == client.registry.get(POLICY, "fAllowToGetHelp")


def test_an_opening_is_taken_back_as_a_whole(run: Runner, client: StandInHost) -> None:
    inventory = run.inventory({"client01": client.inventory_vars()})
    run("disable_ra", inventory)
    before = client.registry.dump()
    client.script.add(Trouble(when=When(method="Enable", message=3), do=Fault(code=5)))
    opening = run.inventory({"client01": client.inventory_vars()}, remote_assistance_firewall="enabled")
    result = run("enable_ra", opening).result("client01")
    assert ({OTHER}, before) == (enabled(client), client.registry.dump())
    restored = [change["setting"] for change in result["restored"]]
    assert ([], 2) == (result["changes"], len([name for name in restored if name.startswith("firewall.")]))
    assert "solicited.state" in restored


@pytest.mark.parametrize("performed", [False, True])
def test_a_connection_that_is_lost_in_between_is_opened_again(
    run: Runner, client: StandInHost, performed: bool
) -> None:
    client.script.add(Trouble(when=When(method="Disable", message=4), do=Drop(performed=performed)))
    finished = run("disable_ra", run.inventory({"client01": client.inventory_vars()}))
    assert (0, {OTHER}) == (finished.code, enabled(client))


def test_drift_finds_rules(run: Runner, client: StandInHost) -> None:
    client.windows.firewall.rules[ON].enabled = False
    inventory = run.inventory({"client01": client.inventory_vars()}, remote_assistance_firewall="enabled")
    result = run("drift", inventory).result("client01", "Compare the host")
    assert {ON: ("off", "on")} == rules_in(result)
    assert "firewall" in result["audited"]["managed"]
    text = (run.folder / "drift-reports" / "drift.json").read_text(encoding="utf-8")
    assert f"firewall.{ON}" in text
