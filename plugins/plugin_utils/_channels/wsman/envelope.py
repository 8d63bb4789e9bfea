# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of WS-Management's Invoke as text, as small as Windows accepts.

The headers are those that every known program sends to Windows, without the optional ones (DataLocale, SessionId,
OperationID, SequenceId): size is what a fleet's check costs. Shape: DSP0226, MS-WSMV 3.1.4.1.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._policy.kinds import NOT_XML
from ..._registry.errors import InputError, Problem
from ..words import shown

# Windows takes its own MaxEnvelopeSizekb (500, on 2008 R2 150) where a request asks for more (MS-WSMAN 3.1.4.1.9), so
# this only has to be enough for the largest answer we can want: 1,000 helper names of 256 characters, up to 3 bytes
# each, 44 bytes of tags around each name and its type.
MAX_ENVELOPE_SIZE: t.Final = 1_024_000

# pywinrm sends a fixed To, whatever the host is called, and Windows answers.
_TO: t.Final = "http://windows-host:5985/wsman"
_ANONYMOUS: t.Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

_ENVELOPE: t.Final = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Header>'
    f"<a:To>{_TO}</a:To>"
    '<w:ResourceURI s:mustUnderstand="true">%(resource)s</w:ResourceURI>'
    f"<a:ReplyTo><a:Address>{_ANONYMOUS}</a:Address></a:ReplyTo>"
    '<a:Action s:mustUnderstand="true">%(resource)s/%(method)s</a:Action>'
    "<a:MessageID>uuid:%(message_id)s</a:MessageID>"
    f"<w:MaxEnvelopeSize>{MAX_ENVELOPE_SIZE}</w:MaxEnvelopeSize>"
    '<w:Locale xml:lang="en-US"/>'
    "<w:OperationTimeout>PT%(seconds)dS</w:OperationTimeout>"
    '</s:Header><s:Body><p:%(method)s_INPUT xmlns:p="%(resource)s">%(body)s</p:%(method)s_INPUT></s:Body></s:Envelope>'
)

# A bare CR would reach the host as LF (XML 1.0 section 2.11, end-of-line handling), so CR goes as a reference.
_ESCAPES: t.Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One method call, still without message id and time limit, so that it can be sent again.

    Attributes:
        resource: The resource URI of the class.
        method: The method's name.
        body: The parameters as XML.
    """

    resource: str
    method: str
    body: str

    def to_bytes(self, *, message_id: str, seconds: int) -> bytes:
        """Return the message.

        Args:
            message_id: A fresh UUID.
            seconds: How long the host may work on it.
        """
        return (
            _ENVELOPE
            % {
                "resource": self.resource,
                "method": self.method,
                "message_id": message_id,
                "seconds": seconds,
                "body": self.body,
            }
        ).encode("utf-8")


def parameter(name: str, text: str) -> str:
    """Return one parameter as XML; an array is the same element repeated.

    Raises:
        InputError: The text holds a character that XML 1.0 cannot carry.
    """
    bad = NOT_XML.search(text)
    if bad is not None:
        problem = Problem(
            path="registry key, value name or data",
            value=repr(shown(text, longest=80)),
            expected=f"only characters that XML 1.0 can carry (not U+{ord(bad[0]):04X}): WS-Management is XML",
        )
        raise InputError([problem])
    return f"<p:{name}>{text.translate(_ESCAPES)}</p:{name}>"
