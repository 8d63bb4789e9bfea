# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances: texts, numbers, moments, arrays, references, embedded instances, and only our errors on anything else."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.items import (
    Item,
    Reference,
    moment,
    read_item,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import (
    Xml,
    fragment,
    instance,
    reference,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import moment as moment_xml
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import NIL, Rows
from hypothesis import given
from hypothesis import strategies as st


def read(text: str) -> Item:
    return read_item(ET.fromstring(text), "reading it")


FORMS = (lambda rows: instance("Any", rows), fragment)


@pytest.mark.parametrize("form", FORMS)
def test_every_kind_of_property_in_both_forms(form: object) -> None:
    found = read(
        form(
            [
                ("Name", " a\r\nb "),
                ("Nothing", NIL),
                ("Empty", ""),
                ("Roles", "x"),
                ("Roles", "y"),
                ("value", 1),
                ("value", 0),
                ("On", "true"),
                ("At", moment_xml("2013-03-11T21:28:04Z")),
                ("Who", reference("Win32_UserAccount", Domain="PC1", Name="a&b")),
                ("Inside", Xml("<Deep>1</Deep>")),
            ]
        )
    )

    assert (" a\r\nb ", None, "", None) == tuple(found.text(name) for name in ("Name", "Nothing", "Empty", "Absent"))
    assert (("x", "y"), ("",), (), ()) == tuple(found.texts(name) for name in ("Roles", "Empty", "Nothing", "Absent"))
    assert (1, 0) == found.numbers("value")
    assert (True, None) == (found.flag("On"), found.flag("Absent"))
    assert datetime(2013, 3, 11, 21, 28, 4, tzinfo=UTC) == found.moment("At")
    resource = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_UserAccount"
    assert Reference(resource=resource, selectors={"Domain": "PC1", "Name": "a&b"}) == found.reference("Who")
    assert 1 == found.item("Inside").number("Deep")
    assert {"Name", "Nothing", "Empty", "Roles", "value", "On", "At", "Who", "Inside"} == set(found.fields)


def test_names_are_found_in_any_letter_case() -> None:
    assert 5 == read(fragment([("PRODUCTTYPE", 5)])).number("ProductType")


def test_a_reference_wrapped_in_its_own_element() -> None:
    wrapped = Xml(f"<a:EndpointReference xmlns:a='urn:a'>{reference('Win32_Group', Name='g')}</a:EndpointReference>")

    assert {"Name": "g"} == dict(read(fragment([("Who", wrapped)])).reference("Who").selectors)


@pytest.mark.parametrize(
    ("rows", "ask", "why"),
    [
        ([("a", "1"), ("a", "2")], lambda item: item.text("a"), "a is there 2 times"),
        ([("a", "1"), ("a", "2")], lambda item: item.number("a"), "a is there 2 times"),
        ([("a", "1x")], lambda item: item.number("a"), "a is not a number"),
        ([("a", "1"), ("a", "")], lambda item: item.numbers("a"), "a is not a number"),
        ([("a", "maybe")], lambda item: item.flag("a"), "a is neither true nor false"),
        ([("a", Xml("<b>1</b>"))], lambda item: item.text("a"), "a is no text"),
        ([("a", "text")], lambda item: item.item("a"), "a is no instance"),
        ([("a", "text")], lambda item: item.reference("a"), "a is no reference"),
    ],
)
def test_what_is_of_another_kind_is_refused(rows: Rows, ask: object, why: str) -> None:
    item = read(fragment(rows))
    with pytest.raises(HostError, match=f"^reading it: the host's answer cannot be used: {why}"):
        ask(item)


def test_a_null_inside_an_array_is_no_item() -> None:
    assert ("x",) == read(fragment([("a", "x"), ("a", NIL)])).texts("a")


@pytest.mark.parametrize(("depth", "is_read"), [(4, True), (5, False), (5000, False)])
def test_nesting_has_an_end(depth: int, is_read: bool) -> None:
    text = fragment([("a", Xml("<b>" * depth + "1" + "</b>" * depth))])
    try:
        read(text)
        assert is_read
    except HostError as error:
        assert not is_read
        assert "nested" in str(error)


MOMENTS = (
    ("2013-04-15T16:28:38.376625Z", datetime(2013, 4, 15, 16, 28, 38, 376625, UTC)),
    ("2013-04-15T20:27:39.84Z", datetime(2013, 4, 15, 20, 27, 39, 840000, UTC)),
    ("2013-04-15T20:27:39.8412345Z", datetime(2013, 4, 15, 20, 27, 39, 841234, UTC)),
    ("2013-03-11T21:28:04Z", datetime(2013, 3, 11, 21, 28, 4, tzinfo=UTC)),
    ("2026-01-01T00:30:00+02:00", datetime(2025, 12, 31, 22, 30, tzinfo=UTC)),
    ("2026-01-01T00:30:00-09:30", datetime(2026, 1, 1, 10, 0, tzinfo=UTC)),
    ("20130415202739.840000+000", datetime(2013, 4, 15, 20, 27, 39, 840000, UTC)),
    ("20130415202739.000000+120", datetime(2013, 4, 15, 18, 27, 39, tzinfo=UTC)),
    ("20130415202739.000000-300", datetime(2013, 4, 16, 1, 27, 39, tzinfo=UTC)),
    (" 2013-03-11T21:28:04Z\n", datetime(2013, 3, 11, 21, 28, 4, tzinfo=UTC)),
    ("16010101000000.000000+000", datetime(1601, 1, 1, tzinfo=UTC)),
    ("2013-03-11T21:28:04", None),  # whose time?
    ("20130415******.******+***", None),
    ("00000365240000.000000:000", None),  # an interval
    ("P365DT24H60M", None),
    ("2013-13-11T21:28:04Z", None),
    ("0001-01-01T00:00:00+01:00", None),
    ("9999-12-31T23:59:59-01:00", None),
    ("", None),
)


@pytest.mark.parametrize(("text", "expected"), MOMENTS)
def test_moments(text: str, expected: datetime | None) -> None:
    found = moment(text)

    assert expected == found
    assert found is None or found.utcoffset() == timedelta(0)


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"))
def test_no_text_breaks_it(text: str) -> None:
    assert moment(text) is None or moment(text).tzinfo is UTC
