# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of WS-Management as text, as small as Windows accepts.

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
from .codes import NO_STDREGPROV, Meaning

WMI: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/wmi"
"""What the resource URI of every WMI class begins with; namespace and class follow."""

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
    '<a:Action s:mustUnderstand="true">%(action)s</a:Action>'
    "<a:MessageID>uuid:%(message_id)s</a:MessageID>"
    f"<w:MaxEnvelopeSize>{MAX_ENVELOPE_SIZE}</w:MaxEnvelopeSize>"
    '<w:Locale xml:lang="en-US"/>'
    "<w:OperationTimeout>PT%(seconds)dS</w:OperationTimeout>"
    "%(selectors)s</s:Header><s:Body>%(body)s</s:Body></s:Envelope>"
)

# A bare CR would reach the host as LF (XML 1.0 section 2.11, end-of-line handling), so CR goes as a reference.
_ESCAPES: t.Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ESCAPES_IN_QUOTES: t.Final = _ESCAPES | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One message, still without message id and time limit, so that it can be sent again.

    Attributes:
        resource: The resource URI.
        action: The URI of the action.
        body: The content of the body as XML.
        selectors: Names and values that choose one instance; none for a class or a singleton.
        absent: What it means when the host does not have the resource.
    """

    resource: str
    action: str
    body: str
    selectors: tuple[tuple[str, str], ...] = ()
    absent: Meaning = NO_STDREGPROV

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
                "action": self.action,
                "message_id": message_id,
                "seconds": seconds,
                "selectors": selector_set(self.selectors),
                "body": self.body,
            }
        ).encode("utf-8")


def invocation(
    resource: str,
    method: str,
    body: str,
    *,
    selectors: tuple[tuple[str, str], ...] = (),
    absent: Meaning = NO_STDREGPROV,
) -> Request:
    """Return the request that calls a method.

    Args:
        resource: The resource URI of the class.
        method: The method's name.
        body: Its parameters as XML; see ``parameter``.
        selectors: The keys of the instance; none for a static method.
        absent: What it means when the host has no such class.
    """
    content = f'<p:{method}_INPUT xmlns:p="{resource}">{body}</p:{method}_INPUT>'
    return Request(resource=resource, action=f"{resource}/{method}", body=content, selectors=selectors, absent=absent)


def parameter(name: str, text: str) -> str:
    """Return one parameter as XML; an array is the same element repeated.

    Raises:
        InputError: The text holds a character that XML 1.0 cannot carry.
    """
    return f"<p:{name}>{escaped(text)}</p:{name}>"


def escaped(text: str) -> str:
    """Return a text as the content of an element.

    Raises:
        InputError: The text holds a character that XML 1.0 cannot carry.
    """
    _check(text)
    return text.translate(_ESCAPES)


def selector_set(selectors: tuple[tuple[str, str], ...]) -> str:
    """Return the header that chooses an instance, or nothing where nothing is chosen.

    Raises:
        InputError: A text holds a character that XML 1.0 cannot carry.
    """
    if not selectors:
        return ""
    for name, dummy in selectors:
        _check(name)
    content = "".join(
        f'<w:Selector Name="{name.translate(_ESCAPES_IN_QUOTES)}">{escaped(text)}</w:Selector>'
        for name, text in selectors
    )
    return f"<w:SelectorSet>{content}</w:SelectorSet>"


def _check(text: str) -> None:
    bad = NOT_XML.search(text)
    if bad is not None:
        problem = Problem(
            path="registry key, value name or data",
            value=repr(shown(text, longest=80)),
            expected=f"only characters that XML 1.0 can carry (not U+{ord(bad[0]):04X}): WS-Management is XML",
        )
        raise InputError([problem])
