# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers: every shape that hosts were seen to send, and nothing but our own errors on nonsense."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.answer import (
    LARGEST,
    Answer,
    Fault,
    parse,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.answer import (
    output as output_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    NIL,
    envelope,
    fault,
    output,
    wsman_fault,
)
from hypothesis import given
from hypothesis import strategies as st

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
RELATED = f"uuid:{ID}"
EMPTY_NIL = 'xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"'


def read(body: bytes) -> Answer | Fault:
    content = parse(body, message_id=ID, doing="reading it")
    return content if isinstance(content, Fault) else output_of(content, "reading it")


def unusable(body: bytes, match: str) -> None:
    with pytest.raises(HostError, match=match) as caught:
        read(body)
    assert str(caught.value).startswith("reading it: the host's answer cannot be used")


def test_windows_shape_with_the_return_value_last() -> None:
    answer = read(output([("sNames", "a"), ("sNames", "b"), ("ReturnValue", 0)], relates_to=RELATED))

    assert answer.texts("sNames") == ("a", "b")
    assert answer.return_value == 0


def test_omi_shape_with_another_element_name_and_the_return_value_first() -> None:
    body = output([("ReturnValue", 0), ("uValue", 7)], relates_to=RELATED, element="GetDWORDValue", namespace="urn:x")

    assert read(body).number("uValue", bits=32) == 7


def test_null_is_absent_or_nil_and_an_empty_element_is_an_item() -> None:
    absent = read(output([("ReturnValue", 0)], relates_to=RELATED))
    nil = read(output([("sNames", NIL), ("ReturnValue", 0)], relates_to=RELATED))
    empty = read(output([("sNames", ""), ("ReturnValue", 0)], relates_to=RELATED))

    assert absent.texts("sNames") == nil.texts("sNames") == ()
    assert absent.text("sNames") is nil.text("sNames") is None
    assert empty.texts("sNames") == ("",)


def test_white_space_is_kept_in_registry_data_and_ignored_around_numbers() -> None:
    data = " \t a\r\nb \n"
    answer = read(output([("sValue", data), ("ReturnValue", " \n 0\t")], relates_to=f"\n {RELATED}\n"))

    assert answer.text("sValue") == data
    assert answer.return_value == 0


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF) | st.sampled_from("\t\n\r<&>]")))
def test_registry_text_is_returned_exactly(text: str) -> None:
    assert read(output([("sValue", text)], relates_to=RELATED)).text("sValue") == text


@pytest.mark.parametrize("text", ["2147749893", "-2147217403", "+2147749893"])
def test_a_return_value_is_unsigned_however_it_is_written(text: str) -> None:
    assert read(output([("ReturnValue", text)], relates_to=RELATED)).return_value == 0x80041005


@pytest.mark.parametrize("text", ["", "x", "1.0", "0x5", "4294967296", "-1", "1_0", "\u0661", "9" * 400])
def test_what_is_no_number_of_the_right_size_is_refused(text: str) -> None:
    answer = read(output([("uValue", text)], relates_to=RELATED))

    with pytest.raises(HostError, match="uValue is not a number of 32 bits"):
        answer.number("uValue", bits=32)


def test_a_missing_or_doubled_parameter_is_refused() -> None:
    answer = read(output([("sValue", "a"), ("sValue", "b")], relates_to=RELATED))

    with pytest.raises(HostError, match="ReturnValue is there 0 times"):
        answer.return_value  # noqa: B018 - the property does the work
    with pytest.raises(HostError, match="sValue is there 2 times"):
        answer.text("sValue")


@pytest.mark.parametrize("related", [RELATED.upper(), f"uuid.{ID}", f"urn:uuid:{ID}", ID, f"uuid:{{{ID}}}"])
def test_the_answer_belongs_to_the_request_in_any_spelling_of_its_id(related: str) -> None:
    assert read(output([("ReturnValue", 0)], relates_to=related)).return_value == 0


@pytest.mark.parametrize("related", [None, "", "uuid:00000000-0000-0000-0000-000000000000", RELATED + "0"])
def test_the_answer_to_another_request_is_refused(related: str | None) -> None:
    unusable(output([("ReturnValue", 0)], relates_to=related), "belongs to another request")


def test_a_fault_may_leave_out_the_id_but_not_name_another() -> None:
    assert read(fault(relates_to=None, subcode="w:QuotaLimit")).subcode == "QuotaLimit"
    unusable(fault(relates_to="uuid:1"), "belongs to another request")


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b"", "it is empty"),
        (b"<html><body>502</body></html>", "not a SOAP message|belongs"),
        (b"<a><b></a>", "not well-formed"),
        (output([("sValue", "\u00e4")], relates_to=RELATED).decode().encode("latin-1"), "not UTF-8"),
        (output([], relates_to=RELATED).decode().encode("utf-16"), "not UTF-8"),
        (b'<!DOCTYPE a [<!ENTITY b "cc">]>' + output([], relates_to=RELATED), "document type"),
        (envelope("", relates_to=RELATED), "not a SOAP message with content"),
        (b" " * (LARGEST + 1), "larger than"),
        (envelope("<p><sValue><b/></sValue></p>", relates_to=RELATED), "elements instead of text"),
        (b"<a>" * 100_000, "not well-formed"),
        (b"<a>" * 300_000 + b"</a>" * 300_000, "not a SOAP message"),
    ],
    ids=range(11),
)
def test_what_is_no_answer_is_refused(body: bytes, match: str) -> None:
    unusable(body, match)


GOOD = (
    output([("sNames", "a"), ("Types", 1), ("sValue", NIL), ("ReturnValue", 0)], relates_to=RELATED),
    fault(relates_to=RELATED, subcode="w:TimedOut", reason="x", detail=wsman_fault(5, "no")),
)


def exhaust(body: bytes) -> None:
    """Read everything there is; only HostError may come."""
    try:
        answer = read(body)
        if isinstance(answer, Answer):
            answer.texts("sNames")
            answer.numbers("Types", bits=32, signed=True)
            answer.number("ReturnValue", bits=32)
    except HostError:
        pass


@given(st.binary() | st.text().map(str.encode))
def test_garbage_raises_only_our_errors(body: bytes) -> None:
    exhaust(body)


@given(st.sampled_from(GOOD), st.data())
def test_a_damaged_answer_raises_only_our_errors(good: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good)))
    until = data.draw(st.integers(at, min(len(good), at + 60)))
    piece = data.draw(st.binary(max_size=20) | st.sampled_from([b"", b"<p/>", b"</s:Body>", b"&x;", good]))
    exhaust(good[:at] + piece + good[until:])


PROVIDER_FAULT = "<f:ProviderFault provider='WMI Provider'>{}</f:ProviderFault>"


@pytest.mark.parametrize(
    ("detail", "codes", "text"),
    [
        ("", (), "the reason"),
        (wsman_fault(5, "outer "), (5,), "outer"),
        (wsman_fault(87, PROVIDER_FAULT.format("inner ")), (87,), "inner"),
        (wsman_fault("2150858778", PROVIDER_FAULT.format(wsman_fault(2, "deep"))), (2, 2150858778), "deep"),
        (wsman_fault("\n0x80338029\n", "\n\t pretty \n"), (0x80338029,), "pretty"),
        (wsman_fault(-2144108503, ""), (0x80338029,), "the reason"),
        (wsman_fault("none", "m"), (), "m"),
        (
            "<p:MSFT_WmiError xmlns:p='urn:any'><p:CIMStatusCode>27</p:CIMStatusCode><p:Message>quota</p:Message>"
            "<p:error_Code>2150859173</p:error_Code><p:error_Type>HRESULT</p:error_Type></p:MSFT_WmiError>",
            (2150859173,),
            "quota",
        ),
        (  # MI numbers: 5 is not Windows' "access denied" there
            "<p:MSFT_WmiError xmlns:p='urn:any'><p:error_Code>5</p:error_Code><p:error_Type>MI</p:error_Type>"
            f"<p:Message {EMPTY_NIL}/></p:MSFT_WmiError>",
            (),
            "the reason",
        ),
    ],
    ids=range(9),
)
def test_every_shape_of_fault(detail: str, codes: tuple[int, ...], text: str) -> None:
    found = read(fault(relates_to=RELATED, subcode="w:InternalError", reason="the reason", detail=detail))

    assert found == Fault(codes=codes, subcode="InternalError", text=text)


def test_a_fault_without_reason_subcode_and_detail() -> None:
    assert read(fault(relates_to=RELATED, code="s:MustUnderstand")) == Fault(
        codes=(), subcode="MustUnderstand", text=""
    )
