# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Raw envelopes over the two real client libraries, for tests of the stand-in host."""

from __future__ import annotations

import base64
import http.client
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pypsrp.exceptions
import pypsrp.wsman
import winrm.exceptions
import winrm.protocol

from tests.lab import StandInHost

PREFERENCE = r"SYSTEM\CurrentControlSet\Control\Remote Assistance"
STDREGPROV = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/default/StdRegProv"
HKLM = 2147483650
_SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"

Make = Callable[..., "Client"]


class HttpFailure(Exception):
    """A client library reported an HTTP status other than 200."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:300]}")
        self.status = status
        self.text = text


def envelope(
    action: str,
    body: str,
    *,
    resource: str = STDREGPROV,
    message_id: str | None = None,
    headers: str = "",
) -> bytes:
    """Return a request's envelope."""
    message_id = f"uuid:{uuid.uuid4()}" if message_id is None else message_id
    identity = f"<a:MessageID>{message_id}</a:MessageID>" if message_id else ""
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>'
        "<a:To>http://host/wsman</a:To>"
        f'<w:ResourceURI s:mustUnderstand="true">{resource}</w:ResourceURI>'
        "<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
        f'<a:Action s:mustUnderstand="true">{action}</a:Action>{identity}{headers}'
        f"</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def call_envelope(method: str, *, resource: str = STDREGPROV, headers: str = "", **parameters: Any) -> bytes:
    """Return the envelope of a StdRegProv call on HKLM, or on the ``hDefKey`` that is given.

    A parameter is a number, a text, or a sequence of these for an array.
    """
    texts: list[str] = []
    for name, value in ({"hDefKey": HKLM} | parameters).items():
        items: list[int | str] = [value] if isinstance(value, (int, str)) else list(value)
        texts.extend(f"<p:{name}>{escape(str(item)).replace(chr(13), '&#13;')}</p:{name}>" for item in items)
    body = f'<p:{method}_INPUT xmlns:p="{resource}">{"".join(texts)}</p:{method}_INPUT>'
    return envelope(f"{resource}/{method}", body, resource=resource, headers=headers)


@dataclass(frozen=True)
class Reply:
    """A method's answer: its element and the (name, text) pairs of the children; nil is None."""

    element: str
    children: list[tuple[str, str | None]]

    @property
    def code(self) -> int:
        """The return value."""
        return int(dict(self.children)["ReturnValue"] or "")

    def all(self, name: str) -> list[str | None]:
        """The texts of the children of that name."""
        return [text for child, text in self.children if child == name]


def read_reply(message: bytes) -> Reply:
    """Read a method's answer."""
    body = ET.fromstring(message).find(f"{_SOAP}Body")
    assert body is not None
    children = [(_local(child.tag), None if child.get(_NIL) == "true" else child.text or "") for child in body[0]]
    return Reply(element=_local(body[0].tag), children=children)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class Client:
    """One client library with one connection."""

    def __init__(self, send: Callable[[bytes], bytes], close: Callable[[], Any]) -> None:
        self._send = send
        self.close = close

    def send(self, message: bytes) -> bytes:
        """Send an envelope and return the answer's; another status is an ``HttpFailure``."""
        try:
            return self._send(message)
        except (winrm.exceptions.WinRMTransportError, pypsrp.exceptions.WinRMTransportError) as error:
            raise HttpFailure(error.code, error.response_text) from error
        except (winrm.exceptions.InvalidCredentialsError, pypsrp.exceptions.AuthenticationError) as error:
            raise HttpFailure(401, "") from error

    def call(self, method: str, **parameters: Any) -> Reply:
        """Call a method of StdRegProv."""
        return read_reply(self.send(call_envelope(method, **parameters)))


def winrm_client(host: StandInHost, *, auth: Any = "ntlm", encryption: Any = "always", **options: Any) -> Client:
    """Return a pywinrm client."""
    options = {"username": host.username, "password": host.password, "server_cert_validation": "ignore"} | options
    protocol = winrm.protocol.Protocol(host.endpoint, transport=auth, message_encryption=encryption, **options)
    return Client(protocol.transport.send_message, protocol.transport.close_session)


def psrp_wsman(
    host: StandInHost, *, auth: str = "negotiate", encryption: str = "always", **options: Any
) -> pypsrp.wsman.WSMan:
    """Return pypsrp's way to a host; nothing is sent yet."""
    settings: dict[str, Any] = {"username": host.username, "password": host.password, "cert_validation": False}
    return pypsrp.wsman.WSMan(
        host.address,
        port=host.port,
        ssl=host.transport == "https",
        auth=auth,
        encryption=encryption,
        no_proxy=True,
        **(settings | options),
    )


def psrp_client(host: StandInHost, *, auth: str = "negotiate", encryption: str = "always", **options: Any) -> Client:
    """Return a pypsrp client."""
    wsman = psrp_wsman(host, auth=auth, encryption=encryption, **options)
    return Client(wsman.transport.send, wsman.transport.close)


def post(host: StandInHost, body: bytes, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Send one POST on a connection of its own."""
    connection = http.client.HTTPConnection(host.address, host.port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/wsman", body, named)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def basic(name: str, password: str) -> str:
    """Return a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
