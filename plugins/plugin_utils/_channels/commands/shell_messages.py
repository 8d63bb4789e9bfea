# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of the Windows Remote Shell (MS-WSMV 3.1.4.5.2 and 3.1.4.11 to 3.1.4.14), and what comes back.

Each says the same as the message of that name of pywinrm, which Windows has always answered.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import base64
import binascii
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ..._policy.kinds import NOT_XML
from ..._registry.errors import HostError
from ..wsman.answer import Content, unusable
from ..wsman.envelope import Request, selector_set

_SHELL: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_RESOURCE: t.Final = f"{_SHELL}/cmd"
_TRANSFER: t.Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_ANONYMOUS: t.Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

# What 2008 R2 takes too; longer output comes in several answers.
_MAX_ENVELOPE_SIZE: t.Final = 153600
_UTF_8: t.Final = 65001

_ENVELOPE: t.Final = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"'
    f' xmlns:rsp="{_SHELL}"><s:Header>'
    "<a:To>http://windows-host:5985/wsman</a:To>"
    '<w:ResourceURI s:mustUnderstand="true">%(resource)s</w:ResourceURI>'
    f'<a:ReplyTo><a:Address s:mustUnderstand="true">{_ANONYMOUS}</a:Address></a:ReplyTo>'
    '<a:Action s:mustUnderstand="true">%(action)s</a:Action>'
    "<a:MessageID>uuid:%(message_id)s</a:MessageID>"
    f'<w:MaxEnvelopeSize s:mustUnderstand="true">{_MAX_ENVELOPE_SIZE}</w:MaxEnvelopeSize>'
    '<w:Locale s:mustUnderstand="false" xml:lang="en-US"/>'
    "<w:OperationTimeout>PT%(seconds)dS</w:OperationTimeout>"
    "%(selectors)s%(options)s</s:Header><s:Body>%(body)s</s:Body></s:Envelope>"
)
_ESCAPES: t.Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ShellRequest(Request):
    """A message to or about a shell.

    Attributes:
        options: Names and values.
    """

    options: tuple[tuple[str, str], ...] = ()

    def to_bytes(self, *, message_id: str, seconds: int) -> bytes:
        """Return the message; see Request."""
        options = "".join(f'<w:Option Name="{name}">{value}</w:Option>' for name, value in self.options)
        return (
            _ENVELOPE
            % {
                "resource": self.resource,
                "action": self.action,
                "message_id": message_id,
                "seconds": seconds,
                "selectors": selector_set(self.selectors),
                "options": f"<w:OptionSet>{options}</w:OptionSet>" if options else "",
                "body": self.body,
            }
        ).encode("utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class ShellAnswer:
    """An answer about a shell.

    Attributes:
        doing: What was being done, for errors.
        elements: What is in the message's body.
    """

    doing: str
    elements: Content

    def all(self, name: str) -> list[ET.Element]:
        """Return all elements of this local name, in order."""
        return [found for top in self.elements for found in top.iter() if found.tag.rpartition("}")[2] == name]

    def one(self, name: str) -> str:
        """Return the text of the first element of this local name.

        Raises:
            HostError: There is none, or it is empty.
        """
        text = next(((element.text or "").strip() for element in self.all(name)), "")
        if not text:
            raise unusable(self.doing, f"it has no {name}")
        return text


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What one Receive brought.

    Attributes:
        stdout: Bytes of this stream.
        stderr: Bytes of this stream.
        exit_code: None while the command runs.
    """

    stdout: bytes
    stderr: bytes
    exit_code: int | None


def create() -> ShellRequest:
    """Return the message that opens a shell; UTF-8 keeps the names in error texts readable."""
    body = (
        "<rsp:Shell><rsp:InputStreams>stdin</rsp:InputStreams>"
        "<rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
    )
    options = (("WINRS_NOPROFILE", "FALSE"), ("WINRS_CODEPAGE", str(_UTF_8)))
    return ShellRequest(resource=_RESOURCE, action=f"{_TRANSFER}/Create", body=body, options=options)


def command(shell_id: str, line: str) -> ShellRequest:
    """Return the message that has cmd.exe run a line; the host puts ``cmd.exe /c`` before it."""
    options = (("WINRS_CONSOLEMODE_STDIN", "TRUE"), ("WINRS_SKIP_CMD_SHELL", "FALSE"))
    body = f"<rsp:CommandLine><rsp:Command>{_text(line)}</rsp:Command></rsp:CommandLine>"
    return ShellRequest(
        resource=_RESOURCE, action=f"{_SHELL}/Command", body=body, selectors=_chosen(shell_id), options=options
    )


def receive(shell_id: str, command_id: str) -> ShellRequest:
    """Return the message that asks for output; the host waits for some."""
    stream = f'<rsp:DesiredStream CommandId="{_text(command_id)}">stdout stderr</rsp:DesiredStream>'
    return ShellRequest(
        resource=_RESOURCE,
        action=f"{_SHELL}/Receive",
        body=f"<rsp:Receive>{stream}</rsp:Receive>",
        selectors=_chosen(shell_id),
    )


def terminate(shell_id: str, command_id: str) -> ShellRequest:
    """Return the message that ends a command, also one that has ended."""
    code = f"<rsp:Code>{_SHELL}/signal/terminate</rsp:Code>"
    body = f'<rsp:Signal CommandId="{_text(command_id)}">{code}</rsp:Signal>'
    return ShellRequest(resource=_RESOURCE, action=f"{_SHELL}/Signal", body=body, selectors=_chosen(shell_id))


def delete(shell_id: str) -> ShellRequest:
    """Return the message that closes a shell, with all that runs in it."""
    return ShellRequest(resource=_RESOURCE, action=f"{_TRANSFER}/Delete", body="", selectors=_chosen(shell_id))


def read(content: Content, doing: str) -> ShellAnswer:
    """Return the content of an answer about a shell."""
    return ShellAnswer(doing=doing, elements=content)


def shell_id_of(answer: ShellAnswer) -> str:
    """Return the shell that was opened: the selector is its address (MS-WSMV 3.1.4.5.2)."""
    found = [element.text for element in answer.all("Selector") if element.get("Name", "").lower() == "shellid"]
    return (found[0] or "").strip() if found else answer.one("ShellId")


def piece_of(answer: ShellAnswer) -> Piece:
    """Return what a Receive brought."""
    streams = {"stdout": b"", "stderr": b""}
    for element in answer.all("Stream"):
        try:
            data = base64.b64decode("".join((element.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            raise unusable(answer.doing, "its output is not base64") from None
        name = element.get("Name", "")
        if name in streams:
            streams[name] += data
    done = any(element.get("State", "").endswith("/CommandState/Done") for element in answer.all("CommandState"))
    return Piece(**streams, exit_code=_exit_code(answer) if done else None)


def _chosen(shell_id: str) -> tuple[tuple[str, str], ...]:
    return (("ShellId", shell_id),)


def _exit_code(answer: ShellAnswer) -> int:
    text = answer.one("ExitCode")
    try:
        return int(text)
    except ValueError:
        raise unusable(answer.doing, "its exit code is not a number") from None


def _text(text: str) -> str:
    bad = NOT_XML.search(text)
    if bad is not None:
        raise HostError(
            doing="preparing a command", reason=f"XML cannot carry the character U+{ord(bad[0]):04X} of the line"
        )
    return text.translate(_ESCAPES).replace('"', "&quot;")
