# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests: what a parser on the other side reads is what was meant, and little is sent."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman import provider
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.envelope import (
    MAX_ENVELOPE_SIZE,
    parameter,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    RegistryKey,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    ADDRESSING,
    PROVIDER,
    SOAP,
    call,
)
from hypothesis import example, given
from hypothesis import strategies as st

WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
KEY = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\RAUnsolicit")
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"

XML_CHARACTERS = (
    st.sampled_from("\t\n\r &<>\"']")
    | st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, blacklist_categories=("Cs",))
    | st.characters(min_codepoint=0x10000)
)
NOT_XML = st.sampled_from("\x00\x01\x08\x0b\x0c\x0e\x1f\ud800\udfff\ufffe\uffff")


def sent(request: object) -> bytes:
    return request.to_bytes(message_id=ID, seconds=20)


@given(name=st.text(XML_CHARACTERS), data=st.text(XML_CHARACTERS))
@example(name="CORP\\Helpdesk", data="a\r\nb\rc\nd\te")
@example(name="  leading and trailing  ", data="]]>&amp;<![CDATA[x]]>")
@example(name="\U0001f600\U0010ffff", data="\u0085\u2028\ufeff%s %(x)s {0}")
def test_every_text_that_xml_can_carry_arrives_unchanged(name: str, data: str) -> None:
    method, parameters = call(sent(provider.set_value(KEY, string(name, data))))

    assert method == "SetStringValue"
    assert parameters == {
        "hDefKey": ["2147483650"],
        "sSubKeyName": [KEY.path],
        "sValueName": [name],
        "sValue": [data],
    }


@given(before=st.text(XML_CHARACTERS), bad=NOT_XML, after=st.text(XML_CHARACTERS))
def test_a_character_that_xml_cannot_carry_is_refused_before_sending(before: str, bad: str, after: str) -> None:
    with pytest.raises(InputError, match=r"XML 1\.0 can carry") as caught:
        parameter("sValue", before + bad + after)

    (problem,) = caught.value.problems
    assert f"U+{ord(bad):04X}" in problem.expected
    problem.text().encode("utf-8")  # no lone surrogate leaks into what is printed


def test_the_header_says_what_to_call_and_how_to_answer() -> None:
    header = ET.fromstring(sent(provider.list_values(KEY))).find(f"{{{SOAP}}}Header")

    def text(namespace: str, name: str) -> str | None:
        return header.findtext(f".//{{{namespace}}}{name}")

    assert text(WSMAN, "ResourceURI") == PROVIDER
    assert text(ADDRESSING, "Action") == f"{PROVIDER}/EnumValues"
    assert text(ADDRESSING, "MessageID") == f"uuid:{ID}"
    assert text(ADDRESSING, "Address") == "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
    assert text(WSMAN, "MaxEnvelopeSize") == str(MAX_ENVELOPE_SIZE)
    assert text(WSMAN, "OperationTimeout") == "PT20S"
    assert header.find(f"{{{WSMAN}}}SelectorSet") is None
    marked = {child.tag.rpartition("}")[2] for child in header if child.get(f"{{{SOAP}}}mustUnderstand") == "true"}
    assert marked == {"ResourceURI", "Action"}


def test_the_parameters_are_in_the_namespace_of_the_class() -> None:
    body = ET.fromstring(sent(provider.delete_value(KEY, "x"))).find(f"{{{SOAP}}}Body")

    (request,) = body
    assert request.tag == f"{{{PROVIDER}}}DeleteValue_INPUT"
    assert {child.tag for child in request} == {f"{{{PROVIDER}}}{n}" for n in ("hDefKey", "sSubKeyName", "sValueName")}


def test_a_message_is_small() -> None:
    accessor = provider.ACCESSORS[ValueType.REG_DWORD]

    assert len(sent(provider.list_values(KEY))) < 1200
    assert len(sent(provider.get_value(KEY, "fAllowUnsolicitedFullControl", accessor))) < 1250


def test_the_largest_helper_list_fits_into_an_answer() -> None:
    entry = "<p:sNames></p:sNames><p:Types>1</p:Types>"

    assert 1000 * (256 * 3 + len(entry)) + 2000 < MAX_ENVELOPE_SIZE


@pytest.mark.parametrize(
    ("value", "method", "element", "texts"),
    [
        (dword("n", 2**32 - 1), "SetDWORDValue", "uValue", ["4294967295"]),
        (dword("n", True), "SetDWORDValue", "uValue", ["1"]),
        (RegistryValue(name="n", type=ValueType.REG_QWORD, data=2**63), "SetQWORDValue", "uValue", [str(2**63)]),
        (string("n", ""), "SetStringValue", "sValue", [""]),
        (
            RegistryValue(name="n", type=ValueType.REG_EXPAND_SZ, data="%x%"),
            "SetExpandedStringValue",
            "sValue",
            ["%x%"],
        ),
        (
            RegistryValue(name="n", type=ValueType.REG_MULTI_SZ, data=("a", "", "b")),
            "SetMultiStringValue",
            "sValue",
            ["a", "", "b"],
        ),
        (
            RegistryValue(name="n", type=ValueType.REG_BINARY, data=b"\x00\xff"),
            "SetBinaryValue",
            "uValue",
            ["0", "255"],
        ),
        (RegistryValue(name="n", type=ValueType.REG_BINARY, data=b""), "SetBinaryValue", "uValue", []),
    ],
)
def test_each_type_has_its_method(value: RegistryValue, method: str, element: str, texts: list[str]) -> None:
    called, parameters = call(sent(provider.set_value(KEY, value)))

    assert (called, parameters.get(element, [])) == (method, texts)


@pytest.mark.parametrize(
    "value",
    [
        dword("n", 2**32),
        dword("n", -1),
        RegistryValue(name="n", type=ValueType.REG_SZ, data=1),
        RegistryValue(name="n", type=ValueType.REG_DWORD, data="1"),
        RegistryValue(name="n", type=ValueType.REG_SZ, data=UNREADABLE),
        RegistryValue(name="n", type=ValueType.REG_NONE, data=b""),
        RegistryValue(name="n", type=ValueType(8), data=b""),
    ],
    ids=str,
)
def test_what_the_provider_cannot_write_has_no_request(value: RegistryValue) -> None:
    assert provider.set_value(KEY, value) is None
