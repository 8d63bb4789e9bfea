# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries: what is sent, pages until the end, what is forgotten early, faults in the middle, and limits."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import (
    NotOffered,
    Trouble,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.enumerate import (
    Limits,
    Query,
    query,
    quoted,
    select,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import NoAnswer
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
    InputError,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import (
    ENUMERATION,
    WmiScript,
    first_page,
    fragment,
    instance,
    next_page,
    refused,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    ADDRESSING,
    SOAP,
    envelope,
    message_id,
)
from hypothesis import given
from hypothesis import strategies as st

WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
RSOP = Query(namespace="root/rsop/computer", wql="SELECT id FROM RSOP_GPO WHERE id='a&b<c'")


def ask(script: WmiScript, **settings: object) -> list[str | None]:
    return [item.text("id") for item in query(script.exchange(), RSOP, doing="asking", **settings)]


def row(text: str) -> str:
    return fragment([("id", text)])


def test_what_an_enumerate_says() -> None:
    script = WmiScript(first_page(row("1")))

    assert ["1"] == ask(script)
    message = ET.fromstring(script.sent[0])
    texts = {element.tag: element.text for element in message.iter()}
    assert "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/rsop/computer/*" == texts[f"{{{WSMAN}}}ResourceURI"]
    assert f"{ENUMERATION}/Enumerate" == texts[f"{{{ADDRESSING}}}Action"]
    assert RSOP.wql == texts[f"{{{WSMAN}}}Filter"]
    request = message.find(f"{{{SOAP}}}Body/{{{ENUMERATION}}}Enumerate")
    assert ["OptimizeEnumeration", "MaxElements", "Filter"] == [part.tag.rpartition("}")[2] for part in request]
    assert {"Dialect": "http://schemas.microsoft.com/wbem/wsman/1/WQL"} == request[2].attrib
    assert {WSMAN} == {part.tag[1:].partition("}")[0] for part in request}


def test_no_item_at_all() -> None:
    assert [] == ask(WmiScript(first_page()))


@pytest.mark.parametrize("make", [row, lambda text: instance("RSOP_GPO", [("id", text)], "root/rsop/computer")])
def test_pages_until_the_end_each_asked_for_with_the_context_before(make: object) -> None:
    script = WmiScript(
        first_page(make("1"), context="c1", end=False),
        next_page(make("2"), make("3"), context="c&amp;2", end=False),
        next_page(end=False),  # nothing yet, and the old context goes on
        next_page(make("4")),
    )

    assert ["1", "2", "3", "4"] == ask(script)
    assert ["Enumerate", "Pull", "Pull", "Pull"] == script.methods
    assert [["c1"], ["c&2"], ["c&2"]] == [parameters["EnumerationContext"] for dummy, parameters in script.calls[1:]]
    assert {f"{{{ENUMERATION}}}MaxElements"} <= {element.tag for element in ET.fromstring(script.sent[1]).iter()}


def test_a_result_without_items_in_the_first_answer() -> None:
    # A host that does not optimize the enumeration answers with the context alone.
    content = f'<n:EnumerateResponse xmlns:n="{ENUMERATION}"><n:EnumerationContext>c</n:EnumerationContext>'

    def plain(message: bytes) -> bytes:
        return envelope(f"{content}</n:EnumerateResponse>", relates_to=message_id(message))

    assert ["1"] == ask(WmiScript(plain, next_page(row("1"))))


def test_an_instance_packed_with_its_reference() -> None:
    packed = f'<w:Item xmlns:w="{WSMAN}">{row("1")}<a:EndpointReference xmlns:a="{ADDRESSING}"/></w:Item>'

    assert ["1"] == ask(WmiScript(first_page(packed)))


def test_whoever_stops_early_lets_the_host_forget_the_rest() -> None:
    script = WmiScript(first_page(row("1"), row("2"), context="c1", end=False), refused(2150858779, "n:Any"))
    items = query(script.exchange(), RSOP, doing="asking")

    assert "1" == next(items).text("id")
    items.close()
    assert ["Enumerate", "Release"] == script.methods
    assert {"EnumerationContext": ["c1"]} == script.calls[1][1]
    assert f'<a:Action s:mustUnderstand="true">{ENUMERATION}/Release<'.encode() in script.sent[1]


def test_whoever_stops_on_the_last_page_sends_nothing_more() -> None:
    script = WmiScript(first_page(row("1"), row("2")))
    items = query(script.exchange(), RSOP, doing="asking")
    next(items)
    items.close()

    assert ["Enumerate"] == script.methods


def test_a_fault_in_the_middle_comes_after_the_items_before_it_and_ends_the_enumeration() -> None:
    script = WmiScript(first_page(row("1"), context="c1", end=False), refused(5), next_page())
    items = query(script.exchange(), RSOP, doing="asking")

    assert "1" == next(items).text("id")
    with pytest.raises(AccessDenied, match="asking: access denied"):
        next(items)
    assert ["Enumerate", "Pull", "Release"] == script.methods


def test_a_connection_lost_in_the_middle_is_not_opened_again_only_to_say_goodbye() -> None:
    script = WmiScript(first_page(row("1"), context="c1", end=False), NoAnswer(Trouble.LOST), next_page())

    with pytest.raises(HostUnreachable):
        ask(script)
    assert ["Enumerate", "Pull"] == script.methods


class TaskTimeout(BaseException):
    """Ansible's task timeout is no Exception."""


def test_a_task_timeout_in_the_middle_passes_without_another_message() -> None:
    script = WmiScript(first_page(row("1"), context="c1", end=False), TaskTimeout(), next_page())

    with pytest.raises(TaskTimeout):
        ask(script)
    assert ["Enumerate", "Pull"] == script.methods


@pytest.mark.parametrize("code", [2150858778, 2150858752, 0x8004100E, 0x80041010, 0x80041002])
def test_a_missing_namespace_class_or_property_is_told_apart(code: int) -> None:
    with pytest.raises(NotOffered, match="does not have this namespace, class or property") as caught:
        ask(WmiScript(refused(code, "n:CannotProcessFilter")))
    assert "StdRegProv" not in str(caught.value)


@pytest.mark.parametrize(
    ("limits", "pages"),
    [(Limits(items=2), 2), (Limits(size=300), 1), (Limits(pages=3), 3)],
)
def test_too_much_of_it_is_refused_and_the_host_told(limits: Limits, pages: int) -> None:
    endless = [next_page(row(str(number)), row("x"), context=f"c{number}", end=False) for number in range(10)]
    script = WmiScript(first_page(row("0"), context="c", end=False), *endless)

    with pytest.raises(HostError, match="asking: the host's answer cannot be used: it "):
        ask(script, limits=limits)
    assert [*["Enumerate", *["Pull"] * 9][:pages], "Release"] == script.methods


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("<any/>", "it is 'any', not a page"),
        (f'<n:EnumerateResponse xmlns:n="{ENUMERATION}"/>', "neither ends nor says how to go on"),
    ],
)
def test_what_is_no_page_is_refused(content: str, why: str) -> None:
    with pytest.raises(HostError, match=why):
        ask(WmiScript(lambda message: envelope(content, relates_to=message_id(message))))


def test_a_query_that_xml_cannot_carry_is_not_sent() -> None:
    script = WmiScript()
    with pytest.raises(InputError):
        list(query(script.exchange(), Query(namespace="root", wql="\x00"), doing="asking"))
    assert [] == script.transports


LITERALS = (
    ("a", "'a'"),
    ("", "''"),
    ("C:\\Windows", r"'C:\\Windows'"),
    ('say "hi"', "'say \"hi\"'"),
    ("Group.Name='x'", "\"Group.Name='x'\""),
    ("'\"\\", r'''"'\"\\"'''),
)


@pytest.mark.parametrize(("text", "literal"), LITERALS)
def test_literals(text: str, literal: str) -> None:
    assert literal == quoted(text)


@given(st.text() | st.text(st.sampled_from("'\"\\a")))
def test_a_literal_ends_where_it_ends(text: str) -> None:
    quote, inner = quoted(text)[0], quoted(text)[1:-1]
    read, position = "", 0
    while position < len(inner):
        assert quote != inner[position]
        position += inner[position] == "\\"
        read += inner[position]
        position += 1
    assert (text, quote) == (read, quoted(text)[-1])


def test_conditions() -> None:
    assert "SELECT a FROM B" == select("a", "B")
    assert r"SELECT a,b FROM C WHERE x='1\\2' AND (y='3' OR y='4')" == select("a,b", "C", x="1\\2", y=("3", "4"))
