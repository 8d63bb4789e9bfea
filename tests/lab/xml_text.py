# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Escaping and the outer envelope, shared by answers and faults."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
DMTF = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"
ANONYMOUS = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Escape text for element content; a CR becomes a reference, or reading would turn it into LF.

    Characters that XML 1.0 cannot carry become U+FFFD; what Windows does with them is not known.
    """
    text = _NOT_XML.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#xD;")


def attribute(text: str) -> str:
    """Escape text for a double-quoted attribute."""
    return escape(text).replace('"', "&quot;").replace("\n", "&#xA;").replace("\t", "&#x9;")


def envelope(
    *, action: str, relates_to: str, body: str, header: str = "", extra: Mapping[str, str] | None = None
) -> bytes:
    """Write an answer's envelope; the prefixes and the order of headers are those of the captures.

    Args:
        action: The answer's action.
        relates_to: MessageID of the request; empty if the request had none.
        body: Content of the Body element.
        header: Further header blocks.
        extra: Further namespace prefixes.
    """
    prefixes = {"s": SOAP, "a": ADDRESSING, "x": TRANSFER, **(extra or {}), "w": DMTF, "p": MICROSOFT}
    names = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in prefixes.items())
    relates = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    message_id = f"uuid:{str(uuid.uuid4()).upper()}"
    return (
        f'<s:Envelope xml:lang="en-US"{names}><s:Header><a:Action>{escape(action)}</a:Action>'
        f"<a:MessageID>{message_id}</a:MessageID><a:To>{ANONYMOUS}</a:To>{relates}{header}</s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    ).encode()
