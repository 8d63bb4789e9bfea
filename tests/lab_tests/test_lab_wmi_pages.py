# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Enumerate, Pull and Release: the recorded answers of Windows (tests/data/wsman) judge their shapes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lab import StandInHost
from tests.lab.wmi import FirewallRule
from tests.lab_tests.lab_client import Client, winrm_client
from tests.lab_tests.wmi_client import (
    ENUMERATION,
    NAMES,
    WMI,
    asked,
    context_message,
    enumerate_message,
    page_of,
    refusal,
    values,
)

DATA = Path(__file__).resolve().parents[1] / "data/wsman"
STANDARD = "root/standardcimv2/*"
RULES = "SELECT InstanceID FROM MSFT_NetFirewallRule"
DENIED = ("w:AccessDenied", 5)
OVER = ("n:InvalidEnumerationContext", 0x8033801B)


def recorded(name: str) -> str:
    return (DATA / f"{name}.xml").read_text(encoding="utf-8")


def selecting(columns: str, class_name: str) -> str:
    return f"select {columns} from {class_name}"  # noqa: S608  a query of a test


def upto_first_property(answer: str) -> str:
    """Return the body as written, up to the first property; contexts are unique."""
    found = re.search(r"<s:Body>.*?<(?:w:XmlFragment|p:\w+) [^>]*>(?=<)", answer)
    assert found is not None
    return re.sub(r"uuid:[0-9A-F-]{36}", "uuid:*", found[0])


def from_last_property(answer: str) -> str:
    found = re.search(r"(</w:XmlFragment>|</p:Win32_\w+>|</p:MSFT_\w+>)(?!.*\1).*$", answer)
    assert found is not None
    return found[0]


def names_in(text: str) -> list[str]:
    """Return the names of an answer's first item's properties in their order, as written."""
    item = next(part for part in ET.fromstring(text).iter() if part.tag == f"{{{NAMES['w']}}}Items")[0]
    return list(dict.fromkeys(part.tag for part in item))


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("windows_2012_operating_system_object", "Win32_OperatingSystem"),
        ("windows_2012_computer_system_object", "Win32_ComputerSystem"),
    ],
)
def test_an_object_as_windows_server_2012_sent_it(client: Client, name: str, class_name: str) -> None:
    capture = recorded(name)
    answer = client.send(enumerate_message(selecting("*", class_name))).decode()
    assert upto_first_property(capture) == upto_first_property(answer)
    assert from_last_property(capture) == from_last_property(answer)
    assert names_in(capture) == names_in(answer)


@pytest.mark.parametrize(
    ("name", "class_name"),
    [
        ("windows_2012_operating_system_fragment", "Win32_OperatingSystem"),
        ("windows_2012_computer_system_fragment", "Win32_ComputerSystem"),
    ],
)
def test_a_fragment_as_windows_server_2012_sent_it(client: Client, name: str, class_name: str) -> None:
    capture = recorded(name)
    columns = ",".join(reversed(names_in(capture)))
    answer = client.send(enumerate_message(selecting(columns, class_name))).decode()
    assert upto_first_property(capture) == upto_first_property(answer)
    assert from_last_property(capture) == from_last_property(answer)
    assert names_in(capture) == names_in(answer)


def test_properties_as_windows_writes_them(host: StandInHost, one_client: Client) -> None:
    host.windows.now = lambda: datetime(2013, 4, 15, 20, 28, 20, 913000, UTC)
    wql = "select LocalDateTime,Description,InstallDate,MUILanguages,Primary,OSType from Win32_OperatingSystem"
    written = one_client.send(enumerate_message(wql)).decode()
    for expected in (
        "<Description></Description>",
        '<InstallDate xsi:nil="true"/>',
        "<LocalDateTime><Datetime>2013-04-15T20:28:20.913Z</Datetime></LocalDateTime>",
        "<MUILanguages>en-US</MUILanguages>",
        "<OSType>18</OSType>",
        "<Primary>true</Primary>",
    ):
        assert expected in written
        assert expected.split(">", 1)[0].split()[0] in recorded("windows_2012_operating_system_fragment")
    answer = one_client.send(enumerate_message("select * from Win32_OperatingSystem")).decode()
    moment = "<p:LocalDateTime><cim:Datetime>2013-04-15T20:28:20.913Z</cim:Datetime></p:LocalDateTime>"
    assert moment in answer
    assert moment in recorded("windows_2012_operating_system_object")


def test_null_arrays_are_absent_and_null_scalars_nil(host: StandInHost, one_client: Client) -> None:
    host.windows.firewall.rules = {"R": FirewallRule(name="R", enabled=True, group=None)}
    (item,) = asked(one_client, "select * from MSFT_NetFirewallRule", STANDARD)
    found = values(item)
    assert "Platforms" not in found
    assert found["RuleGroup"] is None


def test_several_items_come_as_2008_r2_and_2012_send_them(client: Client) -> None:
    first = client.send(enumerate_message("select * from MSFT_NetFirewallRule", STANDARD)).decode()
    page = page_of(first.encode())
    assert (1, False) == (len(page.items), page.is_last)
    assert re.fullmatch(r"uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", page.context)
    shape = recorded("windows_2008r2_network_adapters_objects_1")
    adapters, rules = "root/cimv2/Win32_NetworkAdapterConfiguration", "root/standardcimv2/MSFT_NetFirewallRule"
    renamed = upto_first_property(shape).replace(adapters, rules)
    renamed = renamed.replace("Win32_NetworkAdapterConfiguration", "MSFT_NetFirewallRule")
    assert renamed == upto_first_property(first)
    last = client.send(context_message("Pull", page.context, STANDARD)).decode()
    assert (15, "", True) == (len(page_of(last.encode()).items), *_end(last))
    ends = from_last_property(recorded("windows_2008r2_network_adapters_objects_2"))
    assert ends.replace("Win32_NetworkAdapterConfiguration", "MSFT_NetFirewallRule") == from_last_property(last)


def _end(answer: str) -> tuple[str, bool]:
    page = page_of(answer.encode())
    return page.context, page.is_last


def test_all_in_one_answer_as_2003_sends_them(host: StandInHost, one_client: Client) -> None:
    host.windows.first_page = None
    page = page_of(one_client.send(enumerate_message(RULES, STANDARD)))
    assert (16, "", True) == (len(page.items), page.context, page.is_last)


def test_no_items_are_an_answer_too(one_client: Client) -> None:
    page = page_of(one_client.send(enumerate_message("select * from Win32_Group")))
    assert ([], "", True) == (page.items, page.context, page.is_last)


def test_without_optimization_the_first_answer_holds_no_items(one_client: Client) -> None:
    page = page_of(one_client.send(enumerate_message("select * from Win32_OperatingSystem", optimize=False)))
    assert ["EnumerationContext"] == [part.tag.rpartition("}")[2] for part in page.content]
    page = page_of(one_client.send(context_message("Pull", page.context)))
    assert (1, True) == (len(page.items), page.is_last)


@pytest.mark.parametrize(("most", "sizes"), [(1, [1] * 16), (5, [1, 5, 5, 5]), (15, [1, 15]), (None, [1] * 16)])
def test_max_elements_cuts_pages_and_every_page_names_another_context(
    one_client: Client, most: int | None, sizes: list[int]
) -> None:
    page = page_of(one_client.send(enumerate_message(RULES, STANDARD)))
    names, contexts, found = [values(item)["InstanceID"] for item in page.items], [page.context], [len(page.items)]
    while not page.is_last:
        page = page_of(one_client.send(context_message("Pull", page.context, STANDARD, most)))
        names += [values(item)["InstanceID"] for item in page.items]
        found.append(len(page.items))
        contexts.append(page.context)
    assert sizes == found
    assert 16 == len(set(names))
    assert len(contexts) == len(set(contexts))
    assert "" == contexts[-1]


def test_the_host_may_cut_smaller(host: StandInHost, one_client: Client) -> None:
    host.windows.page = 4
    assert 16 == len(asked(one_client, RULES, STANDARD))
    assert ["Enumerate", "Pull", "Pull", "Pull", "Pull"] == [entry.method for entry in host.wmi]


def test_pages_fit_into_the_envelope_that_is_asked_for(host: StandInHost, one_client: Client) -> None:
    limit = "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>"
    message = enumerate_message("select * from MSFT_NetFirewallRule", STANDARD, headers=limit)
    page = page_of(one_client.send(message))
    pull = context_message("Pull", page.context, STANDARD).replace(b"</s:Header>", limit.encode() + b"</s:Header>")
    answer = one_client.send(pull)
    assert len(answer) <= 8192
    assert 1 <= len(page_of(answer).items) < 15
    small = limit.replace("8192", "2500").encode()
    tight = context_message("Pull", page_of(answer).context, STANDARD).replace(b"</s:Header>", small + b"</s:Header>")
    assert ("w:EncodingLimit", 0x80338048) == refusal(one_client, tight)
    # The enumeration is as it was.
    assert 1 <= len(page_of(one_client.send(context_message("Pull", page_of(answer).context, STANDARD))).items)


def test_a_released_enumeration_is_over(host: StandInHost, one_client: Client) -> None:
    context = page_of(one_client.send(enumerate_message(RULES, STANDARD))).context
    assert 1 == host.open_enumerations
    answer = one_client.send(context_message("Release", context, STANDARD))
    assert b"<s:Body></s:Body>" in answer
    assert f"{ENUMERATION}/ReleaseResponse" == ET.fromstring(answer).findtext("s:Header/a:Action", None, NAMES)
    assert 0 == host.open_enumerations
    for verb in ("Pull", "Release"):
        assert OVER == refusal(one_client, context_message(verb, context, STANDARD))


def test_an_old_context_is_over(one_client: Client) -> None:
    context = page_of(one_client.send(enumerate_message(RULES, STANDARD))).context
    one_client.send(context_message("Pull", context, STANDARD, most=2))
    assert OVER == refusal(one_client, context_message("Pull", context, STANDARD))


def test_a_context_belongs_to_its_user() -> None:
    users = {"STANDIN\\one": "one-secret", "STANDIN\\two": "two-secret"}
    with StandInHost(seed="open_client", users=users) as host:
        one = winrm_client(host)
        two = winrm_client(host, username="STANDIN\\two", password="two-secret")
        context = page_of(one.send(enumerate_message(RULES, STANDARD))).context
        assert DENIED == refusal(two, context_message("Pull", context, STANDARD))


def test_objects_with_their_references(one_client: Client) -> None:
    wql = "select * from MSFT_NetFirewallRule where InstanceID='RemoteAssistance-Out-TCP'"
    (item,) = asked(one_client, wql, STANDARD, mode="EnumerateObjectAndEPR")
    rule, end_point = item
    assert f"{{{WMI}/root/standardcimv2/MSFT_NetFirewallRule}}MSFT_NetFirewallRule" == rule.tag
    selectors = {one.get("Name"): one.text or "" for one in end_point.iter(f"{{{NAMES['w']}}}Selector")}
    assert {
        "CreationClassName": "MSFT|FW|FirewallRule|RemoteAssistance-Out-TCP",
        "PolicyRuleName": "",
        "SystemCreationClassName": "",
        "SystemName": "",
    } == selectors
    assert f"{WMI}/root/standardcimv2/MSFT_NetFirewallRule" == end_point.findtext(".//w:ResourceURI", None, NAMES)
    (only,) = asked(one_client, wql, STANDARD, mode="EnumerateEPR")
    assert f"{{{NAMES['a']}}}EndpointReference" == only.tag


@pytest.mark.parametrize("columns", ["*", "PartComponent"])
def test_a_reference_is_an_end_point_or_a_path(host: StandInHost, one_client: Client, columns: str) -> None:
    host.windows.groups = {"Helpers": [("Win32_UserAccount", "CORP", 'a"b&c')]}
    (item,) = asked(one_client, selecting(columns, "Win32_GroupUser"))
    (part,) = [one for one in item if one.tag.endswith("PartComponent")]
    selectors = {one.get("Name"): one.text for one in part.iter() if one.tag.endswith("Selector")}
    assert {"Domain": "CORP", "Name": 'a"b&c'} == selectors
    host.windows.references = "path"
    (item,) = asked(one_client, selecting(columns, "Win32_GroupUser"))
    assert r'\\.\root\cimv2:Win32_UserAccount.Domain="CORP",Name="a\"b&c"' == values(item)["PartComponent"]


def test_a_class_without_a_query(one_client: Client) -> None:
    (item,) = asked(one_client, None, "root/cimv2/Win32_ComputerSystem")
    assert "STANDIN01" == values(item)["Name"]
    message = enumerate_message(None, "root/cimv2/Win32_Nothing")
    assert ("a:DestinationUnreachable", 0x80338000) == refusal(one_client, message)
