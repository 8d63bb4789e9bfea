# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What the stand-in's enumerations refuse, what can go wrong with them, and what is kept of them."""

from __future__ import annotations

import pytest

from tests.lab import Drop, Fault, StandInHost, Trouble, When
from tests.lab_tests.lab_client import Client, envelope, winrm_client
from tests.lab_tests.wmi_client import (
    ENUMERATION,
    WMI,
    asked,
    body_of,
    context_message,
    enumerate_body,
    enumerate_message,
    page_of,
    refusal,
)

STANDARD = "root/standardcimv2/*"
RULES = "SELECT InstanceID FROM MSFT_NetFirewallRule"
DENIED = ("w:AccessDenied", 5)

BODY = enumerate_body("select * from Win32_Group")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ("w:SchemaValidationError", 0x80338041)),
        (BODY.replace("32000", "many"), ("w:SchemaValidationError", 0x80338041)),
        (BODY.replace("32000", "0"), ("w:SchemaValidationError", 0x80338041)),
        (BODY.replace("/WQL", "/XPath"), ("n:FilterDialectRequestedUnavailable", 0x80338019)),
        (
            enumerate_body("select * from Win32_Group", mode="EnumerateNothing"),
            ("w:SchemaValidationError", 0x80338041),
        ),
    ],
)
def test_a_body_that_makes_no_sense(one_client: Client, body: str, expected: tuple[str, int]) -> None:
    message = envelope(f"{ENUMERATION}/Enumerate", body, resource=f"{WMI}/root/cimv2/*")
    assert expected == refusal(one_client, message)


def test_another_action_of_enumerations_is_not_there(one_client: Client) -> None:
    message = envelope(f"{ENUMERATION}/Renew", "<x/>", resource=f"{WMI}/root/cimv2/*")
    assert ("a:ActionNotSupported", 0x80338013) == refusal(one_client, message)


@pytest.mark.parametrize("code", [0x8004100E, 0x80338000])
def test_an_absent_namespace(host: StandInHost, one_client: Client, code: int) -> None:
    host.windows.absent = {"ROOT/StandardCimv2"}
    host.windows.absent_code = code
    assert code == refusal(one_client, enumerate_message(RULES, STANDARD))[1]
    assert 1 == len(asked(one_client, "select * from Win32_OperatingSystem"))


def test_a_class_that_is_refused(host: StandInHost, one_client: Client) -> None:
    host.windows.refused = {"win32_operatingsystem": 5, "RSOP_GPO": 0x80041003}
    assert DENIED == refusal(one_client, enumerate_message("select * from Win32_OperatingSystem"))
    message = enumerate_message("select * from RSOP_GPO", "root/rsop/computer/*")
    assert 0x80041003 == refusal(one_client, message)[1]
    assert 1 == len(asked(one_client, "select * from Win32_ComputerSystem"))


def test_wmi_is_for_administrators() -> None:
    with StandInHost(seed="open_client", not_administrators=["STANDIN\\Administrator"]) as host:
        assert host.username == "STANDIN\\Administrator"
        assert DENIED == refusal(winrm_client(host), enumerate_message("select * from Win32_Group"))
        assert () == host.wmi


def test_trouble_finds_the_pages_of_a_class(host: StandInHost, one_client: Client) -> None:
    host.script.add(
        Trouble(when=When(method="Pull", resource="*/MSFT_NetFirewallRule"), do=Fault(code=0x80041001)),
        Trouble(when=When(method="Enumerate", resource="root/cimv2/win32_group"), do=Drop()),
    )
    assert 1 == len(asked(one_client, "select * from Win32_OperatingSystem"))
    context = page_of(one_client.send(enumerate_message(RULES, STANDARD))).context
    assert 0x80041001 == refusal(one_client, context_message("Pull", context, STANDARD))[1]
    assert 15 == len(page_of(one_client.send(context_message("Pull", context, STANDARD))).items)
    assert 1 == host.script.applied


def test_what_was_asked_is_kept(host: StandInHost, one_client: Client) -> None:
    asked(one_client, RULES, STANDARD)
    seen = [(entry.method, entry.resource, entry.query) for entry in host.wmi]
    resource = "root/standardcimv2/MSFT_NetFirewallRule"
    assert [("Enumerate", resource, RULES), ("Pull", resource, "")] == seen
    assert {host.username.rpartition("\\")[2].lower()} == {entry.user.rpartition("\\")[2].lower() for entry in host.wmi}
    host.reset_counters()
    assert () == host.wmi


def test_the_body_is_one_element(one_client: Client) -> None:
    answer = one_client.send(enumerate_message("select * from RSOP_GPO", "root/rsop/computer/*"))
    assert f"{{{ENUMERATION}}}EnumerateResponse" == body_of(answer).tag
