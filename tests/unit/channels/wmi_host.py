# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of queries, outputs of methods and a host for the tests of WMI classes other than StdRegProv.

The shapes are those of the recorded answers in tests/data/wsman, and those of Microsoft's and DMTF's documents where no
recording exists: references and embedded instances.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    NIL,
    Rows,
    Script,
    envelope,
    fault,
    message_id,
    wsman_fault,
    xml_text,
)

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_WSMAN = 'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

Reply = t.Callable[[bytes], bytes]


class Xml(str):
    """A value that is XML already."""

    __slots__ = ()


def moment(text: str) -> Xml:
    return Xml(f'<cim:Datetime xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common">{text}</cim:Datetime>')


def reference(class_name: str, namespace: str = "root/cimv2", **selectors: str) -> Xml:
    chosen = "".join(f'<w:Selector Name="{name}">{xml_text(text)}</w:Selector>' for name, text in selectors.items())
    return Xml(
        '<a:Address xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">http://pc1/wsman</a:Address>'
        '<a:ReferenceParameters xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing">'
        f"<w:ResourceURI {_WSMAN}>{WMI}/{namespace}/{class_name}</w:ResourceURI>"
        f"<w:SelectorSet {_WSMAN}>{chosen}</w:SelectorSet></a:ReferenceParameters>"
    )


def _rows(rows: Rows, prefix: str) -> str:
    return "".join(
        f'<{prefix}{name} xsi:nil="true"/>'
        if value is NIL
        else f"<{prefix}{name}>{value if isinstance(value, Xml) else xml_text(str(value))}</{prefix}{name}>"
        for name, value in rows
    )


def instance(class_name: str, rows: Rows, namespace: str = "root/cimv2") -> str:
    """Return an instance as ``select *`` and outputs hold it."""
    uri = f"{WMI}/{namespace}/{class_name}"
    return f'<p:{class_name} xmlns:p="{uri}" {_XSI}>{_rows(rows, "p:")}</p:{class_name}>'


def fragment(rows: Rows) -> str:
    """Return an instance as a list of columns gives it."""
    return f"<w:XmlFragment {_WSMAN} {_XSI}>{_rows(rows, '')}</w:XmlFragment>"


def first_page(*items: str, context: str = "", end: bool = True) -> Reply:
    """Return an answer to Enumerate as Windows words it."""
    last = f"<w:EndOfSequence {_WSMAN}/>" if end else ""
    content = (
        f'<n:EnumerateResponse xmlns:n="{ENUMERATION}"><n:EnumerationContext>{context}</n:EnumerationContext>'
        f"<w:Items {_WSMAN}>{''.join(items)}</w:Items>{last}</n:EnumerateResponse>"
    )
    return lambda message: envelope(content, relates_to=message_id(message))


def next_page(*items: str, context: str = "", end: bool = True) -> Reply:
    """Return an answer to Pull as Windows words it: with a context or with an end."""
    more = f"<n:EnumerationContext>{context}</n:EnumerationContext>" if context else ""
    last = "<n:EndOfSequence/>" if end else ""
    content = (
        f'<n:PullResponse xmlns:n="{ENUMERATION}">{more}<n:Items>{"".join(items)}</n:Items>{last}</n:PullResponse>'
    )
    return lambda message: envelope(content, relates_to=message_id(message))


def method_output(rows: Rows, class_name: str = "Any", namespace: str = "root/cimv2") -> Reply:
    content = instance(f"{class_name}_OUTPUT", rows, namespace)
    return lambda message: envelope(content, relates_to=message_id(message))


def refused(code: int, subcode: str = "w:InternalError", text: str = "no") -> Reply:
    detail = wsman_fault(code, text)
    return lambda message: fault(relates_to=message_id(message), subcode=subcode, reason=text, detail=detail)


class WmiScript(Script):
    """A host that gives scripted replies; a reply may look at the message."""

    def _next(self, message: bytes) -> t.Any:
        reply = self.replies.pop(0)
        return reply(message) if callable(reply) else reply

    @property
    def sent(self) -> list[bytes]:
        return [message for transport in self.transports for message in transport.sent]

    @property
    def queries(self) -> list[str]:
        """What was asked, unescaped."""
        found = [re.search(rb"<w:Filter [^>]*>(.*?)</w:Filter>", message) for message in self.sent]
        return [match[1].decode().replace("&lt;", "<").replace("&amp;", "&") for match in found if match]
