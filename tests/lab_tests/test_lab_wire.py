# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The shapes of answers and faults: the facts that captures of real Windows services show."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from tests.lab import Behaviour, Fault, StandInHost, Trouble, When
from tests.lab.wsman_fault import Shape
from tests.lab_tests.lab_client import (
    PREFERENCE,
    STDREGPROV,
    Client,
    HttpFailure,
    Make,
    call_envelope,
    envelope,
    psrp_client,
    read_reply,
    winrm_client,
)

_NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "e": "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError",
}
_UUID = re.compile(r"uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"


def fault_of(client: Client, message: bytes) -> ET.Element:
    """Send a message that ends in a fault and return the fault's envelope."""
    with pytest.raises(HttpFailure) as caught:
        client.send(message)
    assert caught.value.status == 500
    return ET.fromstring(caught.value.text)


def code_of(fault: ET.Element) -> tuple[str | None, str | None]:
    """Return the SOAP subcode and the WSManFault code."""
    found = fault.find(".//f:WSManFault", _NAMES)
    return fault.findtext(".//s:Subcode/s:Value", None, _NAMES), found.get("Code") if found is not None else None


def test_an_answer_has_the_headers_of_the_capture(client: Client) -> None:
    request = call_envelope("EnumKey", sSubKeyName="SYSTEM")
    message_id = re.search(rb"<a:MessageID>(.*?)</a:MessageID>", request)
    answer = client.send(request)
    header = ET.fromstring(answer).find("s:Header", _NAMES)
    assert header is not None and message_id is not None
    texts = {child.tag.rpartition("}")[2]: child.text or "" for child in header}
    assert list(texts) == ["Action", "MessageID", "To", "RelatesTo"]
    assert texts["Action"] == f"{STDREGPROV}/EnumKeyResponse"
    assert texts["To"] == _ANONYMOUS
    assert texts["RelatesTo"] == message_id[1].decode()
    assert _UUID.fullmatch(texts["MessageID"])


def test_the_output_is_in_the_namespace_of_the_resource_with_the_return_value_last(one_client: Client) -> None:
    body = ET.fromstring(one_client.send(call_envelope("EnumKey", sSubKeyName="SYSTEM"))).find("s:Body", _NAMES)
    assert body is not None
    assert [child.tag for child in body[0].iter()] == [
        f"{{{STDREGPROV}}}{name}" for name in ("EnumKey_OUTPUT", "sNames", "ReturnValue")
    ]


@pytest.mark.parametrize(
    "resource",
    [STDREGPROV.lower(), STDREGPROV.upper(), STDREGPROV.replace("root/default", "root/cimv2")],
)
def test_the_resource_uri_has_two_namespaces_and_no_case(one_client: Client, resource: str) -> None:
    answer = one_client.send(call_envelope("EnumKey", resource=resource, sSubKeyName="SYSTEM"))
    assert read_reply(answer).all("sNames") == ["CurrentControlSet"]
    assert f"{{{resource}}}EnumKey_OUTPUT" in {node.tag for node in ET.fromstring(answer).iter()}


@pytest.mark.parametrize(
    ("behaviour", "element", "children"),
    [
        (Behaviour(null_arrays="nil"), "EnumKey_OUTPUT", [("sNames", None), ("ReturnValue", "0")]),
        (Behaviour(omi_naming=True, null_arrays="nil"), "EnumKey", [("ReturnValue", "0"), ("sNames", None)]),
    ],
)
def test_other_forms_of_output_can_be_switched_on(
    behaviour: Behaviour, element: str, children: list[tuple[str, str | None]]
) -> None:
    with StandInHost(seed="open_client", behaviour=behaviour) as host:
        reply = winrm_client(host).call("EnumKey", sSubKeyName=PREFERENCE)
    assert (reply.element, reply.children) == (element, children)


def test_answers_may_come_in_another_letter_case() -> None:
    with StandInHost(seed="open_client", behaviour=Behaviour(namespace_case="lower")) as host:
        answer = winrm_client(host).send(call_envelope("EnumKey", sSubKeyName="SYSTEM"))
    assert f"{{{STDREGPROV.lower()}}}EnumKey_OUTPUT" in {node.tag for node in ET.fromstring(answer).iter()}


def test_a_fault_has_its_own_action_and_relates_to_the_request(client: Client) -> None:
    fault = fault_of(client, call_envelope("NoSuchMethod", sSubKeyName="SYSTEM"))
    assert fault.findtext("s:Header/a:Action", "", _NAMES) == "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
    assert fault.findtext("s:Header/a:RelatesTo", "", _NAMES).startswith("uuid:")
    assert code_of(fault) == ("w:SchemaValidationError", "2150858817")


_OTHER = STDREGPROV.replace("StdRegProv", "StdRegProvider")
_MUST = '<h:Strange xmlns:h="urn:strange" s:mustUnderstand="true">1</h:Strange>'
_SELECTOR = '<w:SelectorSet><w:Selector Name="Name">x</w:Selector></w:SelectorSet>'
_OPTION = '<w:OptionSet><w:Option Name="x" MustComply="true">1</w:Option></w:OptionSet>'


@pytest.mark.parametrize(
    ("message", "subcode", "code"),
    [
        (call_envelope("EnumKey", resource=_OTHER, sSubKeyName=""), "a:DestinationUnreachable", "2150858752"),
        (envelope(f"{STDREGPROV}x/EnumKey", "<x/>"), "a:ActionNotSupported", "2150858771"),
        (envelope(f"{STDREGPROV}/EnumKey", ""), "w:SchemaValidationError", "2150858817"),
        (envelope(f"{STDREGPROV}/EnumKey", "<EnumKey_INPUT/>"), "w:SchemaValidationError", "2150858817"),
        (envelope(f"{STDREGPROV}/EnumKey", "<x/>", message_id=""), "a:MessageInformationHeaderRequired", "2150858769"),
        (call_envelope("EnumKey", headers=_SELECTOR, sSubKeyName=""), "w:InvalidSelectors", "2150858843"),
        (call_envelope("EnumKey", headers=_OPTION, sSubKeyName=""), "w:InvalidOptions", "2150858809"),
        (b"no xml", "w:SchemaValidationError", "2150858817"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "w:SchemaValidationError", "2150858817"),
        (b"<!DOCTYPE a><a/>", "w:SchemaValidationError", "2150858817"),
        (b"<a/>", "w:SchemaValidationError", "2150858817"),
    ],
)
def test_a_request_that_cannot_be_served_is_a_fault(
    host: StandInHost, one_client: Client, message: bytes, subcode: str, code: str
) -> None:
    assert code_of(fault_of(one_client, message)) == (subcode, code)
    assert host.journal == ()


def test_a_header_that_must_be_understood_and_is_not_is_a_fault_without_detail(one_client: Client) -> None:
    fault = fault_of(one_client, call_envelope("EnumKey", headers=_MUST, sSubKeyName=""))
    assert fault.findtext(".//s:Code/s:Value", "", _NAMES) == "s:MustUnderstand"
    assert fault.find(".//s:Detail", _NAMES) is None
    not_understood = fault.find("s:Header/s:NotUnderstood", _NAMES)
    assert not_understood is not None and not_understood.get("qname") == "h:Strange"


def test_the_namespace_selector_is_tolerated(one_client: Client) -> None:
    selector = '<w:SelectorSet><w:Selector Name="__cimnamespace">root/default</w:Selector></w:SelectorSet>'
    answer = one_client.send(call_envelope("EnumKey", headers=selector, sSubKeyName="SYSTEM"))
    assert read_reply(answer).code == 0


def test_the_four_shapes_of_faults(host: StandInHost, client: Client) -> None:
    shapes: tuple[Shape, ...] = ("plain", "nested", "wmi_error", "no_detail")
    faults = {}
    for shape in shapes:
        host.script.add(Trouble(do=Fault(code=2150859174, text="Zu viele. ", shape=shape)))
        faults[shape] = fault_of(client, call_envelope("EnumKey", sSubKeyName=""))
    assert {fault.findtext(".//s:Reason/s:Text", "", _NAMES) for fault in faults.values()} == {"Zu viele. "}
    plain = faults["plain"].findall(".//f:WSManFault", _NAMES)
    assert [(node.get("Code"), node.get("Machine")) for node in plain] == [("2150859174", host.name)]
    nested = faults["nested"].find(".//f:WSManFault/f:Message/f:ProviderFault/f:WSManFault", _NAMES)
    assert nested is not None and nested.findtext("f:Message", "", _NAMES) == "Zu viele. "
    assert faults["wmi_error"].find(".//f:WSManFault", _NAMES) is None
    assert faults["wmi_error"].findtext(".//e:error_Code", "", _NAMES) == "2150859174"
    assert faults["no_detail"].find(".//s:Detail", _NAMES) is None


def test_an_answer_larger_than_the_request_allows_is_a_fault(host: StandInHost, one_client: Client) -> None:
    host.registry.set(r"HKLM\SOFTWARE\Lab", "Name", "REG_BINARY", b"x" * 2000)
    size = "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>"
    message = call_envelope("GetBinaryValue", headers=size, sSubKeyName=r"SOFTWARE\Lab", sValueName="Name")
    assert code_of(fault_of(one_client, message)) == ("w:EncodingLimit", "2150858824")
    assert len(one_client.call("GetBinaryValue", sSubKeyName=r"SOFTWARE\Lab", sValueName="Name").children) == 2001


def test_characters_that_xml_cannot_carry_do_not_break_the_answer(host: StandInHost, one_client: Client) -> None:
    host.registry.set(r"HKLM\SOFTWARE\Lab", "a\x00\ud800b", "REG_SZ", "x")
    assert one_client.call("EnumValues", sSubKeyName=r"SOFTWARE\Lab").all("sNames") == ["a\ufffd\ufffdb"]


def test_who_is_no_administrator_gets_access_denied(host: StandInHost, client: Client) -> None:
    host.accounts.not_administrators.add("administrator")
    fault = fault_of(client, call_envelope("EnumKey", sSubKeyName="SYSTEM"))
    assert code_of(fault) == ("w:AccessDenied", "5")
    assert host.journal == ()


@pytest.mark.parametrize("make", [winrm_client, psrp_client])
def test_shells_are_opened_closed_and_counted(host: StandInHost, make: Make) -> None:
    client = make(host)
    resource = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
    transfer = _NAMES["x"]
    message = envelope(f"{transfer}/Create", "<x/>", resource=resource, headers=_OPTION)
    created = ET.fromstring(client.send(message))
    assert created.findtext("s:Header/a:Action", "", _NAMES) == f"{transfer}/CreateResponse"
    selector = created.find("s:Body/x:ResourceCreated/a:ReferenceParameters/w:SelectorSet/w:Selector", _NAMES)
    assert selector is not None and selector.get("Name") == "ShellId"
    deleted = ET.fromstring(client.send(envelope(f"{transfer}/Delete", "", resource=resource)))
    assert deleted.findtext("s:Header/a:Action", "", _NAMES) == f"{transfer}/DeleteResponse"
    assert code_of(fault_of(client, envelope(f"{resource}/Command", "<x/>", resource=resource)))[1] == "2150858771"
    assert host.counters.shells_opened == 1


def test_a_script_for_a_key_survives_calls_on_an_unknown_hive(host: StandInHost, one_client: Client) -> None:
    host.script.add(Trouble(when=When(key=r"HKEY_LOCAL_MACHINE\SYSTEM"), do=Fault(code=5)))
    assert one_client.call("EnumKey", hDefKey=7, sSubKeyName="SYSTEM").code == 6
    with pytest.raises(HttpFailure):
        one_client.call("EnumKey", sSubKeyName="system")
    with pytest.raises(ValueError, match="unknown registry hive"):
        When(key=r"HKXX\SYSTEM")


def test_a_script_can_wait_for_a_key_a_value_and_a_number(host: StandInHost, one_client: Client) -> None:
    when = When(method="Get*", key=rf"HKLM\{PREFERENCE.upper()}", value="FALLOWTOGETHELP", message=2, times=2)
    host.script.add(Trouble(when=when, do=Fault(code=5)))
    ask = {"sSubKeyName": PREFERENCE, "sValueName": "fAllowToGetHelp"}
    seen = []
    for _turn in range(4):
        one_client.call("GetDWORDValue", sSubKeyName=PREFERENCE, sValueName="fAllowFullControl")
        one_client.call("SetDWORDValue", uValue=1, **ask)
        try:
            seen.append(one_client.call("GetDWORDValue", **ask).code)
        except HttpFailure as failure:
            seen.append(failure.status)
    assert seen == [0, 500, 500, 0]
    assert host.script.applied == 2
