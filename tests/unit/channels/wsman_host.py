# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages and a host for the tests of the WS-Management channel.

The messages state what answers of real hosts were seen to look like (null arrays absent, null scalars nil, ReturnValue
last; OMI: another element name, ReturnValue first); a channel that only works against this file proves little.
"""

from __future__ import annotations

import re
import typing as t
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman import provider
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.exchange import Exchange
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import (
    HttpStatus,
    NoAnswer,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import RegistryKey

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
PROVIDER = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/default/StdRegProv"
NIL = object()

Parameters = dict[str, list[str]]
Rows = t.Sequence[tuple[str, object]]


def xml_text(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def envelope(content: str, *, relates_to: str | None) -> bytes:
    related = "" if relates_to is None else f"<a:RelatesTo>{relates_to}</a:RelatesTo>"
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}"><s:Header><a:Action>any</a:Action>{related}</s:Header>'
        f"<s:Body>{content}</s:Body></s:Envelope>"
    ).encode()


def output(rows: Rows, *, relates_to: str | None, element: str = "Any_OUTPUT", namespace: str = PROVIDER) -> bytes:
    children = "".join(
        f'<p:{name} xsi:nil="true"/>' if text is NIL else f"<p:{name}>{xml_text(str(text))}</p:{name}>"
        for name, text in rows
    )
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return envelope(f'<p:{element} xmlns:p="{namespace}" {xsi}>{children}</p:{element}>', relates_to=relates_to)


def fault(
    *, relates_to: str | None, detail: str = "", subcode: str = "", reason: str = "", code: str = "s:Receiver"
) -> bytes:
    inner = f"<s:Subcode><s:Value>{subcode}</s:Value></s:Subcode>" if subcode else ""
    why = f'<s:Reason><s:Text xml:lang="en-US">{xml_text(reason)}</s:Text></s:Reason>' if reason else ""
    more = f"<s:Detail>{detail}</s:Detail>" if detail else ""
    return envelope(
        f"<s:Fault><s:Code><s:Value>{code}</s:Value>{inner}</s:Code>{why}{more}</s:Fault>", relates_to=relates_to
    )


def wsman_fault(number: object, message: str) -> str:
    namespace = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
    content = f"<f:Message>{message}</f:Message>"
    return f'<f:WSManFault xmlns:f="{namespace}" Code="{number}" Machine="pc1">{content}</f:WSManFault>'


def message_id(message: bytes) -> str:
    match = re.search(rb"<a:MessageID>([^<]+)</a:MessageID>", message)
    return match[1].decode() if match else ""


def call(message: bytes) -> tuple[str, Parameters]:
    """Return method and parameters of a request, read by an XML parser."""
    body = ET.fromstring(message).find(f"{{{SOAP}}}Body")
    request = next(iter(body if body is not None else ()))
    parameters: Parameters = {}
    for child in request:
        parameters.setdefault(child.tag.rpartition("}")[2], []).append(child.text or "")
    return request.tag.rpartition("}")[2].removesuffix("_INPUT"), parameters


class FakeTransport:
    """Answers each message with what a function makes of it, or with the next scripted reply."""

    def __init__(self, reply: t.Callable[[bytes], bytes | Rows | BaseException]) -> None:
        self.operation_timeout = 20.0
        self.read_timeout = 30.0
        self.reply = reply
        self.sent: list[bytes] = []
        self.closed = False

    def send(self, message: bytes, *, until: float | None) -> bytes:
        del until
        self.sent.append(message)
        answer = self.reply(message)
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, bytes) else output(answer, relates_to=message_id(message))

    def close(self) -> None:
        self.closed = True


class Script:
    """A host that gives scripted replies, over as many connections as it takes."""

    def __init__(self, *replies: bytes | Rows | HttpStatus | NoAnswer | BaseException) -> None:
        self.replies = list(replies)
        self.transports: list[FakeTransport] = []
        self.fresh: list[bool] = []

    def open(self, fresh: bool) -> FakeTransport:
        self.fresh.append(fresh)
        self.transports.append(FakeTransport(self._next))
        return self.transports[-1]

    def _next(self, dummy: bytes) -> bytes | Rows | BaseException:
        return self.replies.pop(0)

    @property
    def calls(self) -> list[tuple[str, Parameters]]:
        return [call(message) for transport in self.transports for message in transport.sent]

    @property
    def methods(self) -> list[str]:
        return [method for method, dummy in self.calls]

    def exchange(self, **settings: t.Any) -> Exchange:
        return Exchange(self.open, **settings)


REQUEST = provider.list_values(RegistryKey(path="SOFTWARE"))
DONE = [("ReturnValue", 0)]
DEAD = HttpStatus(400, b"")


def run(script: Script, *, changes: bool = False, exchange: object = None) -> int:
    """Have one conversation; return its ReturnValue."""
    exchange = exchange or script.exchange()
    return exchange.call(REQUEST, doing="doing it", changes=changes).return_value


def failure(script: Script, kind: type, *, changes: bool = False) -> HostError:
    """Return the error of exactly this kind that a conversation ends with."""
    with pytest.raises(kind) as caught:
        run(script, changes=changes)
    assert kind is caught.value.__class__
    return caught.value
