# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of WS-Management: their content, the output of StdRegProv and faults, read without trust.

Windows, its older releases and Microsoft's OMI differ in the name of the output element, in where ReturnValue stands
and in how null looks; therefore children count by local name, and absent, ``xsi:nil`` and no items are the same.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ..._registry.errors import HostError
from .envelope import MAX_ENVELOPE_SIZE

LARGEST: t.Final = 4 * MAX_ENVELOPE_SIZE

NUMBER: t.Final = re.compile(r"\s*([+-]?[0-9]{1,20})\s*", re.ASCII)
_CODE: t.Final = re.compile(r"\s*(?:(?P<hex>0[xX][0-9a-fA-F]{1,8})|(?P<decimal>-?[0-9]{1,10}))\s*", re.ASCII)
# A 2008 host answers with "uuid." where others write "uuid:"; letter case differs as well.
_ID_PREFIX: t.Final = re.compile(r"^(?:urn:)?uuid[:.]", re.ASCII | re.IGNORECASE)

Content = tuple[ET.Element, ...]
"""The elements of a SOAP body; none in the answers to Delete and Signal."""

# Stands for every element that is not there; nothing ever changes it.
_ABSENT: t.Final = ET.Element("absent")


def unusable(doing: str, why: str) -> HostError:
    """Return the error for an answer that nothing can be concluded from."""
    return HostError(
        doing=doing,
        reason=f"the host's answer cannot be used: {why}",
        advice="Check that the address and port are those of Windows' WinRM service and that no proxy is in between",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The output of one method call.

    Attributes:
        doing: What was being done, for errors.
        fields: Local name and text of each output parameter that is not null, in order; registry data unchanged.
    """

    doing: str
    fields: tuple[tuple[str, str], ...]

    @property
    def return_value(self) -> int:
        """The method's return code, 0 for success, always unsigned."""
        return self.number("ReturnValue", bits=32, signed=True)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the items of an array, none for a null array; an empty text is an item."""
        return tuple(text for field, text in self.fields if field == name)

    def text(self, name: str) -> str | None:
        """Return a text, or None for null."""
        found = self.texts(name)
        if len(found) > 1:
            raise unusable(self.doing, f"{name} is there {len(found)} times")
        return found[0] if found else None

    def numbers(self, name: str, *, bits: int, signed: bool = False) -> tuple[int, ...]:
        """Return the items of an array of numbers as unsigned numbers of ``bits`` bits; ``signed`` admits negatives."""
        return tuple(self._unsigned(name, text, bits, signed=signed) for text in self.texts(name))

    def number(self, name: str, *, bits: int, signed: bool = False) -> int:
        """Return exactly one number."""
        found = self.numbers(name, bits=bits, signed=signed)
        if len(found) != 1:
            raise unusable(self.doing, f"{name} is there {len(found)} times")
        return found[0]

    def _unsigned(self, name: str, text: str, bits: int, *, signed: bool) -> int:
        match = NUMBER.fullmatch(text)
        number = int(match[1]) if match else -(2**64)
        if not (-(2 ** (bits - 1)) if signed else 0) <= number < 2**bits:
            raise unusable(self.doing, f"{name} is not a number of {bits} bits")
        return number % (1 << bits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A SOAP fault.

    Attributes:
        codes: Windows' codes, the innermost (a provider's) first.
        subcode: The local name of the most specific SOAP code, such as ``TimedOut``; may be empty.
        text: The host's own words, innermost first choice, in the host's language; only ever shown. May be empty.
    """

    codes: tuple[int, ...]
    subcode: str
    text: str


def parse(body: bytes, *, message_id: str, doing: str) -> Content | Fault:
    """Return what the host answered: the elements of the body, or the fault that it is.

    Args:
        body: The HTTP body, decrypted.
        message_id: The id of the request that this must be the answer to.
        doing: What was being done, for errors.

    Raises:
        HostError: It is no answer to this request that can be understood.
    """
    envelope = _tree(body, doing)
    if local_name(envelope) != "Envelope" or child(envelope, "Body") is _ABSENT:
        raise _no_content(doing)
    content = tuple(child(envelope, "Body"))
    is_fault = bool(content) and local_name(content[0]) == "Fault"
    relates_to = stripped(child(child(envelope, "Header"), "RelatesTo"))
    # The client libraries also take answers that are not encrypted, where the request was. Whoever forges one does not
    # know the id inside the encrypted request. A fault may lack it: Windows' quota faults come without RelatesTo.
    if (relates_to or not is_fault) and _plain_id(relates_to) != _plain_id(message_id):
        raise unusable(doing, "it belongs to another request")
    return _fault(content[0]) if is_fault else content


def output(content: Content, doing: str) -> Answer:
    """Return the content of an answer as the output of a method of StdRegProv.

    Raises:
        HostError: There is none, or a parameter is no text.
    """
    return Answer(doing=doing, fields=tuple(_fields(first(content, doing), doing)))


def first(content: Content, doing: str) -> ET.Element:
    """Return the element of a body that must have one.

    Raises:
        HostError: It is empty.
    """
    if not content:
        raise _no_content(doing)
    return content[0]


def _no_content(doing: str) -> HostError:
    return unusable(doing, "it is not a SOAP message with content")


def _tree(body: bytes, doing: str) -> ET.Element:
    if len(body) > LARGEST:
        raise unusable(doing, f"it is larger than {LARGEST} bytes")
    if b"<!DOCTYPE" in body:  # without a document type there are no entities, hence nothing to expand or fetch
        raise unusable(doing, "it declares a document type, which SOAP forbids")
    try:
        return ET.fromstring(body.decode("utf-8-sig"))  # noqa: S314  document types are refused above
    except UnicodeDecodeError:
        raise unusable(doing, "it is not UTF-8 text") from None
    except (ET.ParseError, ValueError):
        raise unusable(doing, "it is not well-formed XML" if body.strip() else "it is empty") from None


def _fields(output: ET.Element, doing: str) -> t.Iterator[tuple[str, str]]:
    for element in output:
        if is_nil(element):
            continue
        if len(element):
            raise unusable(doing, f"{local_name(element)} holds elements instead of text")
        yield local_name(element), element.text or ""


def _fault(fault: ET.Element) -> Fault:
    codes: list[int] = []
    texts = [stripped(child(child(fault, "Reason"), "Text"))]
    for element in child(fault, "Detail").iter():
        name = local_name(element)
        if name == "WSManFault":
            codes.extend(_codes(element.get("Code", "")))
        elif name == "MSFT_WmiError" and stripped(child(element, "error_Type")).upper() in {"HRESULT", "WIN32", ""}:
            codes.extend(_codes(stripped(child(element, "error_Code"))))
        elif name in {"Message", "ProviderFault"}:
            texts.append(stripped(element))
    values = [stripped(element) for element in child(fault, "Code").iter() if local_name(element) == "Value"]
    return Fault(
        codes=tuple(reversed(codes)),
        subcode=next((value.rpartition(":")[2] for value in reversed(values) if value), ""),
        text=next((text for text in reversed(texts) if text), ""),
    )


def _codes(text: str) -> tuple[int, ...]:
    match = _CODE.fullmatch(text)
    if match is None:
        return ()
    number = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
    return (number % 2**32,) if number else ()


def child(parent: ET.Element, name: str) -> ET.Element:
    """Return the first child of this local name, or an empty element."""
    return next((element for element in parent if local_name(element) == name), _ABSENT)


def is_nil(element: ET.Element) -> bool:
    """Return True for null (XML Schema's ``xsi:nil``)."""
    return any(name.endswith("}nil") and value.strip() in {"true", "1"} for name, value in element.items())


def local_name(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def stripped(element: ET.Element) -> str:
    """Return an element's text without white space around it."""
    return (element.text or "").strip()


def _plain_id(text: str) -> str:
    return _ID_PREFIX.sub("", text, count=1).strip("{}").lower()
