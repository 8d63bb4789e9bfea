# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances of WMI classes as plain data: what queries and methods return.

An instance arrives as an object (an element of its class's namespace) or, where a query names columns, as a fragment
without namespaces; properties count by local name either way. A null scalar is ``xsi:nil``, a null array is absent, an
array is its element repeated, a reference is an end point reference, an embedded instance holds elements.

Sources: DSP0230 (WS-CIM mapping), MS-WSMV 2.2.4, answers of Windows Server 2003, 2008 R2 and 2012.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .answer import NUMBER, child, is_nil, local_name, stripped, unusable

# An instance in a method's output, and an instance in that: nothing we ask for goes deeper.
_DEEPEST: t.Final = 4
# DSP0230 wraps dates in an element that says which form of CIM's datetime it is.
_DATES: t.Final = frozenset({"Datetime", "Date", "Time", "Interval"})

_XSD_MOMENT: t.Final = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,9}))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DMTF_MOMENT: t.Final = re.compile(r"(?P<digits>[0-9]{14})\.(?P<fraction>[0-9]{6})(?P<zone>[+-][0-9]{3})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A reference to another instance.

    Attributes:
        resource: The resource URI of its class; may be empty.
        selectors: Its keys.
    """

    resource: str
    selectors: t.Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One instance, or the output of a method.

    Attributes:
        doing: What was being done, for errors.
        fields: Each property or parameter as sent: a text, None for null, a Reference, an Item for an embedded
            instance, a tuple of these for an array of two or more. Null arrays are absent; an array of one is not told
            from a scalar.
    """

    doing: str
    fields: t.Mapping[str, Value]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the items of an array of texts; none for null."""
        return tuple(self._text(name, value) for value in self._values(name) if value is not None)

    def text(self, name: str) -> str | None:
        """Return a text, or None for null."""
        value = self._value(name)
        return None if value is None else self._text(name, value)

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return the items of an array of numbers; none for null."""
        return tuple(self._number(name, text) for text in self.texts(name))

    def number(self, name: str) -> int | None:
        """Return a whole number, or None for null."""
        text = self.text(name)
        return None if text is None else self._number(name, text)

    def flag(self, name: str) -> bool | None:
        """Return a truth value, or None for null."""
        text = self.text(name)
        if text is None:
            return None
        word = text.strip().lower()
        if word not in {"true", "false", "1", "0"}:
            raise unusable(self.doing, f"{name} is neither true nor false")
        return word in {"true", "1"}

    def moment(self, name: str) -> datetime | None:
        """Return a point in time, or None for null and for what is no point in time; see ``moment``."""
        text = self.text(name)
        return None if text is None else moment(text)

    def item(self, name: str) -> Item | None:
        """Return an embedded instance, or None for null."""
        value = self._value(name)
        if value is None or isinstance(value, Item):
            return value
        raise unusable(self.doing, f"{name} is no instance")

    def reference(self, name: str) -> Reference | None:
        """Return a reference, or None for null."""
        value = self._value(name)
        if value is None or isinstance(value, Reference):
            return value
        raise unusable(self.doing, f"{name} is no reference")

    def _values(self, name: str) -> tuple[Value, ...]:
        value = self.fields.get(name)
        if value is None:
            # CIM compares names without case, and hosts spell some of them differently.
            wanted = name.lower()
            value = next((found for key, found in self.fields.items() if key.lower() == wanted), None)
        return value if isinstance(value, tuple) else (value,)

    def _value(self, name: str) -> Value:
        values = self._values(name)
        if len(values) > 1:
            raise unusable(self.doing, f"{name} is there {len(values)} times")
        return values[0]

    def _text(self, name: str, value: Value) -> str:
        if isinstance(value, str):
            return value
        raise unusable(self.doing, f"{name} is no text")

    def _number(self, name: str, text: str) -> int:
        match = NUMBER.fullmatch(text)
        if match is None:
            raise unusable(self.doing, f"{name} is not a number")
        return int(match[1])


Value = str | Reference | Item | None | tuple["Value", ...]


def read_item(element: ET.Element, doing: str) -> Item:
    """Return an instance, or a method's output.

    Raises:
        HostError: It is nested too deeply.
    """
    return _item(element, doing, depth=0)


def moment(text: str) -> datetime | None:
    """Return a point in time in UTC, or None where the text is none, such as an interval.

    Args:
        text: What DSP0230 makes of CIM's datetime (``2013-04-15T20:27:39.84Z``), or CIM's own form
            (``20130415202739.840000+000``, the offset in minutes). Both name their offset; without one it is no
            point in time.
    """
    xsd, dmtf = _XSD_MOMENT.fullmatch(text.strip()), _DMTF_MOMENT.fullmatch(text.strip())
    try:
        if xsd:
            local = datetime.fromisoformat(f"{xsd['date']}T{xsd['time']}+00:00")
            zone = "+00:00" if xsd["zone"] == "Z" else xsd["zone"]
            minutes = int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:6]))
            fraction = xsd["fraction"] or ""
        elif dmtf:
            local = datetime.strptime(dmtf["digits"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            minutes, fraction = int(dmtf["zone"]), dmtf["fraction"]
        else:
            return None
        return local + timedelta(microseconds=int(fraction[:6].ljust(6, "0")), minutes=-minutes)
    except (ValueError, OverflowError):  # such as month 13, or a moment before the year 1
        return None


def _item(element: ET.Element, doing: str, *, depth: int) -> Item:
    if depth > _DEEPEST:
        raise unusable(doing, f"it is nested more than {_DEEPEST} instances deep")
    found: dict[str, list[Value]] = {}
    for part in element:
        found.setdefault(local_name(part), []).append(_value(part, doing, depth=depth))
    fields = {name: values[0] if len(values) == 1 else tuple(values) for name, values in found.items()}
    return Item(doing=doing, fields=fields)


def _value(element: ET.Element, doing: str, *, depth: int) -> Value:
    if is_nil(element):
        return None
    if not len(element):
        return element.text or ""
    if len(element) == 1 and local_name(element[0]) in _DATES:
        return stripped(element[0])
    inner = child(element, "EndpointReference")
    end_point = inner if len(inner) else element
    parameters = child(end_point, "ReferenceParameters")
    if len(parameters):
        return _reference(parameters)
    return _item(element, doing, depth=depth + 1)


def _reference(parameters: ET.Element) -> Reference:
    selectors = {part.get("Name", ""): part.text or "" for part in child(parameters, "SelectorSet")}
    return Reference(resource=stripped(child(parameters, "ResourceURI")), selectors=selectors)
