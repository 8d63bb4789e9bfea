# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Enumerations and method calls as raw envelopes, written after DSP0226 and Microsoft's examples."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from tests.lab_tests.lab_client import Client, HttpFailure, envelope

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "n": ENUMERATION,
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
    "cim": "http://schemas.dmtf.org/wbem/wscim/1/common",
}
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_OPTIMIZE = "<w:OptimizeEnumeration/><w:MaxElements>{most}</w:MaxElements>"


@dataclass(frozen=True)
class Page:
    """An answer to Enumerate or Pull."""

    items: list[ET.Element]
    context: str
    is_last: bool
    content: ET.Element


def enumerate_body(wql: str | None, *, most: int = 32000, optimize: bool = True, mode: str = "", more: str = "") -> str:
    parts = [_OPTIMIZE.format(most=most) if optimize else ""]
    if mode:
        parts.append(f"<w:EnumerationMode>{mode}</w:EnumerationMode>")
    if wql is not None:
        parts.append(f'<w:Filter Dialect="{WQL}">{escape(wql)}</w:Filter>')
    return f'<n:Enumerate xmlns:n="{ENUMERATION}">{"".join(parts)}{more}</n:Enumerate>'


def enumerate_message(wql: str | None, place: str = "root/cimv2/*", **options: Any) -> bytes:
    headers = options.pop("headers", "")
    body = enumerate_body(wql, **options)
    return envelope(f"{ENUMERATION}/Enumerate", body, resource=f"{WMI}/{place}", headers=headers)


def context_message(verb: str, context: str, place: str = "root/cimv2/*", most: int | None = 32000) -> bytes:
    limit = "" if most is None or verb != "Pull" else f"<n:MaxElements>{most}</n:MaxElements>"
    body = f'<n:{verb} xmlns:n="{ENUMERATION}"><n:EnumerationContext>{context}</n:EnumerationContext>{limit}</n:{verb}>'
    return envelope(f"{ENUMERATION}/{verb}", body, resource=f"{WMI}/{place}")


def method_message(place: str, method: str, *, selectors: dict[str, str] | None = None, **parameters: str) -> bytes:
    uri = f"{WMI}/{place}"
    texts = "".join(f"<p:{name}>{escape(text)}</p:{name}>" for name, text in parameters.items())
    chosen = "".join(f'<w:Selector Name="{name}">{text}</w:Selector>' for name, text in (selectors or {}).items())
    headers = f"<w:SelectorSet>{chosen}</w:SelectorSet>" if selectors is not None else ""
    body = f'<p:{method}_INPUT xmlns:p="{uri}">{texts}</p:{method}_INPUT>'
    return envelope(f"{uri}/{method}", body, resource=uri, headers=headers)


def body_of(answer: bytes) -> ET.Element:
    """Return the only element of an answer's body."""
    (content,) = ET.fromstring(answer).findall("s:Body/*", NAMES)
    return content


def page_of(answer: bytes) -> Page:
    content = body_of(answer)
    prefix = "w" if content.tag.endswith("}EnumerateResponse") else "n"
    context = content.findtext("n:EnumerationContext", "", NAMES)
    is_last = content.find(f"{prefix}:EndOfSequence", NAMES) is not None
    return Page(content.findall(f"{prefix}:Items/*", NAMES), context, is_last, content)


def asked(client: Client, wql: str | None, place: str = "root/cimv2/*", **options: Any) -> list[ET.Element]:
    """Return all items of an enumeration."""
    page = page_of(client.send(enumerate_message(wql, place, **options)))
    items = list(page.items)
    while not page.is_last:
        page = page_of(client.send(context_message("Pull", page.context, place)))
        items += page.items
    return items


def values(item: ET.Element) -> dict[str, str | list[str | None] | None]:
    """Return properties by local name; nil is None, a repeated element a list."""
    found: dict[str, list[str | None]] = {}
    for part in item:
        text = None if part.get(_NIL) == "true" else "".join(part.itertext())
        found.setdefault(part.tag.rpartition("}")[2], []).append(text)
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in found.items()}


def refusal(client: Client, message: bytes) -> tuple[str | None, int]:
    """Return SOAP's subcode and Windows' code of the fault that answers a message."""
    try:
        client.send(message)
    except HttpFailure as failure:
        fault = ET.fromstring(failure.text)
        return fault.findtext(".//s:Subcode/s:Value", None, NAMES), _code(fault)
    raise AssertionError("no fault")


def _code(fault: ET.Element) -> int:
    found = fault.find(".//f:WSManFault", NAMES)
    if found is not None:
        return int(found.get("Code", ""))
    return next(int(part.text or "") for part in fault.iter() if part.tag.endswith("}error_Code"))
