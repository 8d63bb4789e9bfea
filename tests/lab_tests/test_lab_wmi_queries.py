# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What the stand-in's WQL finds, and what it refuses."""

from __future__ import annotations

import pytest

from tests.lab import StandInHost
from tests.lab.wmi import FirewallRule
from tests.lab_tests.lab_client import Client
from tests.lab_tests.wmi_client import asked, enumerate_message, refusal, values

STANDARD = "root/standardcimv2/*"
RULES = "SELECT InstanceID FROM MSFT_NetFirewallRule"
FILTER = ("n:CannotProcessFilter", 0x8033801A)


@pytest.fixture
def rules(host: StandInHost) -> None:
    host.windows.firewall.rules = {
        "One": FirewallRule(name="One", enabled=True, profiles=1),
        "Two": FirewallRule(name="Two", enabled=False, profiles=2),
        "Three_%[x]": FirewallRule(name="Three_%[x]", enabled=True, profiles=4, group=None),
    }


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("", ["One", "Two", "Three_%[x]"]),
        ("WHERE Enabled = 1", ["One", "Three_%[x]"]),
        ("where enabled=1 and profiles<>4", ["One"]),
        ("WHERE Enabled != 1 OR Profiles = 4", ["Two", "Three_%[x]"]),
        ("WHERE Enabled = 2 OR Enabled = 1 AND Profiles = 4", ["Two", "Three_%[x]"]),
        ("WHERE (Enabled = 2 OR Enabled = 1) AND Profiles = 4", ["Three_%[x]"]),
        ("WHERE NOT Enabled = 1", ["Two"]),
        ("WHERE Profiles > 1 AND Profiles <= 4", ["Two", "Three_%[x]"]),
        ("WHERE Profiles >= 2 AND Profiles < 4", ["Two"]),
        ("WHERE Profiles = '2'", ["Two"]),
        ("WHERE InstanceID = 'TWO'", ["Two"]),
        ('WHERE InstanceID = "two"', ["Two"]),
        ("WHERE InstanceID LIKE 't%'", ["Two", "Three_%[x]"]),
        ("WHERE InstanceID LIKE '_wo'", ["Two"]),
        ("WHERE InstanceID LIKE '[p-z]ne' OR InstanceID LIKE '[n-p]ne'", ["One"]),
        ("WHERE InstanceID LIKE '[^o]%'", ["Two", "Three_%[x]"]),
        ("WHERE InstanceID LIKE '%[%][[]%'", ["Three_%[x]"]),
        ("WHERE RuleGroup IS NULL", ["Three_%[x]"]),
        ("WHERE RuleGroup = NULL", ["Three_%[x]"]),
        ("WHERE RuleGroup IS NOT NULL", ["One", "Two"]),
        ("WHERE RuleGroup <> 'x'", ["One", "Two"]),
        ("WHERE RuleGroup = '@firewallapi.DLL,-33002'", ["One", "Two"]),
        ("WHERE LocalOnlyMapping = FALSE AND InstanceID='One'", ["One"]),
        ("WHERE LocalOnlyMapping = TRUE", []),
    ],
)
def test_a_condition(host: StandInHost, rules: None, one_client: Client, condition: str, found: list[str]) -> None:
    items = asked(one_client, f"{RULES} {condition}", STANDARD)
    assert found == [values(item)["InstanceID"] for item in items]


@pytest.mark.parametrize(
    "wql",
    [
        "",
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM NoSuchClass",
        "SELECT * FROM RSOP_GPO",
        "SELECT * FROM MSFT_NetFirewallRule WHERE",
        "SELECT * FROM MSFT_NetFirewallRule GROUP",
        "SELECT * FROM MSFT_NetFirewallRule WHERE NoSuch = 1",
        "SELECT NoSuch FROM MSFT_NetFirewallRule",
        "SELECT InstanceID, FROM MSFT_NetFirewallRule",
        "SELECT *, InstanceID FROM MSFT_NetFirewallRule",
        f"{RULES} WHERE InstanceID = 'a",
        f"{RULES} WHERE InstanceID = One",
        f"{RULES} WHERE InstanceID = 'C:\\Windows'",
        f"{RULES} WHERE InstanceID = 1",
        f"{RULES} WHERE InstanceID LIKE 1",
        f"{RULES} WHERE Enabled = 'on'",
        f"{RULES} WHERE Enabled = TRUE",
        f"{RULES} WHERE Enabled LIKE '1'",
        f"{RULES} WHERE EnforcementStatus = 1",
        f"{RULES} WHERE LocalOnlyMapping = 7",
        f"{RULES} WHERE (Enabled = 1",
        f"{RULES} WHERE Enabled = 1; DROP",
        f"{RULES} WHERE Enabled ISA 'x'",
        "ASSOCIATORS OF {Win32_Group.Domain='a',Name='b'}",
        "SELECT * FROM PS_ScheduledTask",
    ],
)
def test_everything_else_is_the_fault_of_a_filter_that_cannot_be_processed(
    host: StandInHost, rules: None, one_client: Client, wql: str
) -> None:
    assert FILTER == refusal(one_client, enumerate_message(wql, STANDARD))


def test_a_backslash_is_doubled(host: StandInHost, one_client: Client) -> None:
    wql = r"SELECT Name FROM CIM_DataFile WHERE Name='C:\\Windows\\System32\\msra.exe'"
    assert [r"c:\windows\system32\msra.exe"] == [values(item)["Name"] for item in asked(one_client, wql)]
    host.windows.feature = False
    assert [] == asked(one_client, wql)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("""Win32_Group.Domain='PC1',Name='R&D "x"'""", 0),
        ("Win32_Group.Domain='PC1',Name='Helpers'", 2),
        ("win32_group.name='HELPERS',domain='pc1'", 2),
        (r"\\\\PC1\\root\\cimv2:Win32_Group.Domain='PC1',Name='Helpers'", 2),
        ("Win32_Group.Domain='PC2',Name='Helpers'", 0),
        ("Win32_Group.Name='Helpers'", 0),
        ("Win32_UserAccount.Domain='PC1',Name='Helpers'", 0),
    ],
)
def test_a_reference_is_told_by_its_path(host: StandInHost, one_client: Client, path: str, number: int) -> None:
    host.windows.system.computer = "PC1"
    host.windows.groups = {
        "Helpers": [("Win32_UserAccount", "CORP", "anna"), ("Win32_Group", "CORP", "desk")],
        "Users": [("Win32_UserAccount", "PC1", "bob")],
    }
    quoted = path.replace('"', '\\"')
    wql = f'SELECT PartComponent FROM Win32_GroupUser WHERE GroupComponent="{quoted}"'  # noqa: S608
    assert number == len(asked(one_client, wql))


def test_a_reference_is_compared_with_paths_only(host: StandInHost, one_client: Client) -> None:
    host.windows.groups = {"Helpers": [("Win32_UserAccount", "CORP", "anna")]}
    for condition in ("GroupComponent='Helpers'", "GroupComponent > 'Win32_Group.Name=\"Helpers\"'"):
        wql = f"SELECT * FROM Win32_GroupUser WHERE {condition}"  # noqa: S608  a query of a test
        assert FILTER == refusal(one_client, enumerate_message(wql))
