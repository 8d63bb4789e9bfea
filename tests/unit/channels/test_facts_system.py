# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows it is, its domain, the feature, and everything together: read over the real channel."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.gather import gather
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.system import (
    read_feature,
    read_membership,
    read_system,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    NOT_ASKED,
    Membership,
    OperatingSystem,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.sources import source_of
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import dword
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.test_facts_policies import HISTORY, STATE
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.test_facts_policies import (
    windows as with_policies,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_windows import DENIED_FAULT, Windows
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import NIL, Rows
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import POLICY_KEY

VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
WHY = "access denied (the host says: no) (0x00000005)"


def system_row(product_type: int) -> Rows:
    return [
        ("Caption", "Microsoft Windows Server 2022 Standard "),
        ("BuildNumber", "20348"),
        ("ProductType", product_type),
        ("OperatingSystemSKU", 7),
        ("WindowsDirectory", "D:\\Windows"),
    ]


def windows(product_type: int = 3) -> Windows:
    host = with_policies()
    host.registry |= {VERSION: {"EditionID": "ServerStandard", "InstallationType": "Server Core", "UBR": 1}}
    host.classes |= {
        "Win32_OperatingSystem": [system_row(product_type)],
        "Win32_ComputerSystem": [
            [("Name", "PC1"), ("Domain", "corp.example"), ("PartOfDomain", "true"), ("DomainRole", 3)]
        ],
        "CIM_DataFile": [[("Name", r"d:\windows\system32\msra.exe")]],
    }
    return host


def read(host: Windows) -> OperatingSystem | Unread:
    channel = host.channel()
    return read_system(channel.exchange, channel)


@pytest.mark.parametrize(("product_type", "kind"), [(1, "client"), (2, "domain_controller"), (3, "server")])
def test_the_operating_system(product_type: int, kind: str) -> None:
    assert OperatingSystem(
        caption="Microsoft Windows Server 2022 Standard",
        build=20348,
        kind=kind,
        sku=7,
        edition="ServerStandard",
        is_core=True,
        windows_folder="D:\\Windows",
    ) == read(windows(product_type))


def test_without_the_registry_the_edition_is_unknown_and_the_rest_known() -> None:
    host = windows()
    host.denied = ("CurrentVersion",)
    found = read(host)

    assert ("", None, 20348) == (found.edition, found.is_core, found.build)


@pytest.mark.parametrize("rows", [[], [system_row(3)] * 2, [system_row(9)], [[("BuildNumber", NIL)]]])
def test_an_answer_without_sense_is_unknown(rows: list[Rows]) -> None:
    host = windows()
    host.classes["Win32_OperatingSystem"] = rows

    assert "cannot be used" in read(host).why


@pytest.mark.parametrize(
    ("role", "member", "expected"),
    [(0, NIL, False), (1, NIL, True), (5, NIL, True), (NIL, NIL, None), (2, "false", False)],
)
def test_membership(role: object, member: object, expected: bool | None) -> None:
    host = windows()
    host.classes["Win32_ComputerSystem"] = [
        [("Name", "PC1"), ("Domain", "WORKGROUP"), ("PartOfDomain", member), ("DomainRole", role)]
    ]

    assert Membership(is_member=expected, domain="WORKGROUP", computer="PC1") == read_membership(
        host.channel().exchange
    )


@pytest.mark.parametrize(("rows", "expected"), [([[("Name", "any")]], True), ([], False)])
def test_the_feature_is_the_program_in_the_folder_of_windows(rows: list[Rows], expected: bool) -> None:
    host = windows()
    host.classes["CIM_DataFile"] = rows

    assert expected is read_feature(host.channel().exchange, read(host))
    assert (
        r"root/cimv2",
        r"SELECT Name FROM CIM_DataFile WHERE Name='D:\\Windows\\System32\\msra.exe'",
    ) == host.queries[-1]


def test_without_the_system_nobody_looks_for_the_feature() -> None:
    host = windows()
    host.classes["Win32_OperatingSystem"] = DENIED_FAULT

    assert Unread(why=WHY) == read_feature(host.channel().exchange, read(host))


def test_everything_together_from_a_healthy_member() -> None:
    host = windows()
    host.registry[f"{HISTORY}\\0"] = {"DSPath": "LocalGPO"}
    found = gather(host.channel())

    assert (True, True, False) == (found.feature, found.membership.is_member, found.local_gpo_off)
    assert {} == dict(found.mdm.settings)
    # The log answers, so the list of GPOs is not read.
    assert (NOT_ASKED, NOT_ASKED) == (found.applied, found.local_gpo)
    source = source_of(found, POLICY_KEY, "fAllowToGetHelp", dword("fAllowToGetHelp", 0))
    assert ("domain_gpo", "Workstations", "2026-11-20T10:00:07Z") == (source.kind, source.name, source.as_of)


@pytest.mark.parametrize("trouble", ["no run", "failed", "refused", "later run"])
def test_the_list_of_gpos_is_read_where_the_log_does_not_answer(trouble: str) -> None:
    host = windows()
    host.registry[f"{HISTORY}\\0"] = {"DSPath": "LocalGPO"}
    run = host.classes["RSOP_ExtensionStatus"]
    if trouble == "refused":
        host.classes["RSOP_GPO"] = DENIED_FAULT
    elif trouble == "later run":
        host.registry[STATE] = {"EndTimeLo": 0, "EndTimeHi": 31291700}  # some hours after 2026-11-20
    else:
        host.classes["RSOP_ExtensionStatus"] = [] if trouble == "no run" else [[*run[1][:-1], ("error", 5)]]

    assert ["LocalGPO"] == [one.gpo for one in gather(host.channel()).applied]


def test_a_host_that_refuses_everything_is_unknown_everywhere_and_no_error() -> None:
    host = windows()
    host.classes = dict.fromkeys(host.classes, DENIED_FAULT)
    host.denied = ("SOFTWARE",)
    found = gather(host.channel())

    facts = (found.rsop, found.applied, found.mdm, found.local_gpo_off, found.system, found.membership, found.feature)
    assert {True} == {isinstance(fact, Unread) and "access denied" in fact.why for fact in facts}
    assert found.refreshed is None
