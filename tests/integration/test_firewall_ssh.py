# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall over ssh: rules in Wine's registry, and a netsh whose effect on them the test brings about.

Wine's own netsh answers everything with success and does nothing, which a run must notice.
"""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.conftest import Runner
from tests.integration.newest import newest_only
from tests.lab import Trouble
from tests.lab.wine import Answer, Call, WhenRun, WineHost

pytestmark = newest_only

KEY = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
NETSH = '*netsh.exe advfirewall firewall set rule group="@FirewallAPI.dll,-33002" new enable={}*'
ON, OFF, OTHER = "RemoteAssistance-Out-TCP-Active", "RemoteAssistance-Out-TCP", "CoreNet-DHCP-In"
REG_SZ = 1


def text(*, on: bool, action: str = "Allow", group: str = "@FirewallAPI.dll,-33002") -> str:
    active = "TRUE" if on else "FALSE"
    return (
        f"v2.33|Action={action}|Active={active}|Dir=Out|Protocol=6|Profile=Domain|Profile=Private|"
        f"App=%systemroot%\\system32\\msra.exe|Name=@FirewallAPI.dll,-33007|EmbedCtxt={group}|"
    )


class Rules:
    """The rules in the registry of a Wine host."""

    def __init__(self, host: WineHost) -> None:
        self._host = host
        self.put(ON, on=True)
        self.put(OFF, on=False)
        host.store.put(KEY, OTHER, REG_SZ, text(on=True, group="@FirewallAPI.dll,-25000"))

    def put(self, name: str, *, on: bool, action: str = "Allow") -> None:
        self._host.store.put(KEY, name, REG_SZ, text(on=on, action=action))

    def states(self) -> dict[str, bool]:
        return {value.name: "|Active=TRUE|" in value.data for value in self._host.store.find(KEY) or ()}

    def let_netsh_act(self, word: str) -> None:
        """Bring about what netsh is documented to do: every rule of the group, and no other, is switched."""

        def switch() -> None:
            for name in (ON, OFF):
                self.put(name, on=word == "yes")

        when = WhenRun(line=NETSH.format(word))
        self._host.script.add(Trouble(when=when, do=Call(function=switch, after_it=True)))


@pytest.fixture(params=["cmd", "powershell"])
def host(wine: t.Callable[..., WineHost], request: pytest.FixtureRequest) -> t.Iterator[WineHost]:
    lent = wine(shell=request.param)
    yield lent
    assert (lent.temp_files(), lent.errors) == ([], ())


def test_disable_ra_switches_the_group_off_by_netsh(run: Runner, host: WineHost) -> None:
    rules = Rules(host)
    rules.let_netsh_act("no")
    inventory = run.inventory({"host01": host.inventory_vars()})
    told = run("disable_ra", inventory, "--check").result("host01")
    assert {ON: True, OFF: False, OTHER: True} == rules.states()
    finished = run("disable_ra", inventory)
    result = finished.result("host01")
    assert (0, {ON: False, OFF: False, OTHER: True}) == (finished.code, rules.states())
    changes = [change for change in result["changes"] if change["layer"] == "firewall"]
    assert [(f"firewall.{ON}", "on", "off")] == [(one["setting"], one["before"], one["after"]) for one in changes]
    assert told["changes"] == result["changes"]
    again = run("disable_ra", inventory).result("host01")
    assert (False, []) == (again["changed"], again["changes"])
    report = run("report", inventory).result("host01", "Read what")["firewall"]
    assert ("disabled", {ON: "off", OFF: "off"}) == (report["state"], report["rules"])


def test_a_netsh_that_does_nothing_fails_the_run_and_the_registry_stays_closed(run: Runner, host: WineHost) -> None:
    rules = Rules(host)
    finished = run("disable_ra", run.inventory({"host01": host.inventory_vars()}))
    result = finished.result("host01")
    assert (2, True) == (finished.code, rules.states()[ON])
    assert f"the host accepted every change, and now its rules are not so: {ON}" in result["msg"]
    assert "This run only closes, so what it closed stays closed (solicited.state" in result["msg"]


def test_enabled_is_refused_and_all_rules_is_not(run: Runner, wine: t.Callable[..., WineHost]) -> None:
    host = wine(shell="cmd")
    rules = Rules(host)
    refused = run("enforce", run.inventory({"host01": host.inventory_vars()}, remote_assistance_firewall="enabled"))
    assert 2 == refused.code
    assert "Declare firewall: all_rules, or use a winrm or psrp connection" in refused.result("host01")["msg"]
    rules.let_netsh_act("yes")
    done = run("enforce", run.inventory({"host01": host.inventory_vars()}, remote_assistance_firewall="all_rules"))
    assert (0, {ON: True, OFF: True, OTHER: True}) == (done.code, rules.states())


def test_rules_that_block_are_not_switched_along(run: Runner, wine: t.Callable[..., WineHost]) -> None:
    host = wine(shell="cmd")
    rules = Rules(host)
    rules.put("Block", on=True, action="Block")
    host.store.put(rf"{POLICIES}\PublicProfile", "AllowLocalPolicyMerge", 4, 0)
    hosts = {"host01": host.inventory_vars()}
    named = run("enforce", run.inventory(hosts, remote_assistance_firewall="disabled"))
    assert "these of them block, so that they must stay as they are: Block" in named.result("host01")["msg"]
    by_preset = run("disable_ra", run.inventory(hosts))
    assert 0 == by_preset.code
    assert any("these of them block" in warning for warning in by_preset.result("host01")["warnings"])
    report = run("report", run.inventory(hosts)).result("host01", "Read what")["firewall"]
    assert (["Block"], ["PublicProfile"]) == (report["blocking"], report["merge_off"])


def test_a_netsh_that_fails_is_an_error(run: Runner, wine: t.Callable[..., WineHost]) -> None:
    host = wine(shell="cmd")
    rules = Rules(host)
    host.script.add(Trouble(when=WhenRun(line=NETSH.format("no")), do=Answer(stdout=b"RA:start:0\r\nRA:netsh:1\r\n")))
    finished = run("disable_ra", run.inventory({"host01": host.inventory_vars()}))
    assert (2, True) == (finished.code, rules.states()[ON])
    assert "netsh reports that it could not do it" in finished.result("host01")["msg"]
