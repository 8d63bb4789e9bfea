# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The shell messages of MS-WSMV as they stand on the wire; answers have the form of recordings of Windows."""

from __future__ import annotations

import base64
import binascii
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..soap import Request
from ..wsman_fault import ACTION_NOT_SUPPORTED, SCHEMA, FaultError, WsmanFault
from ..xml_text import SHELL, TRANSFER, attribute, escape

STATES = f"{SHELL}/CommandState"
_ACTIONS = {f"{TRANSFER}/{verb}": verb for verb in ("Create", "Delete")}
_ACTIONS |= {f"{SHELL}/{verb}": verb for verb in ("Command", "Send", "Receive", "Signal")}
# What is not the data of an answer's streams: headers, states, ends of streams.
_FRAME = 6144


def verb_of(request: Request) -> str:
    """Return what a message asks for: Create, Command, Send, Receive, Signal or Delete.

    Raises:
        FaultError: Something else.
    """
    if request.action not in _ACTIONS:
        raise FaultError(WsmanFault.of(ACTION_NOT_SUPPORTED))
    return _ACTIONS[request.action]


def content(request: Request, name: str) -> ET.Element:
    """Return the element of that name in the shell namespace which the body holds.

    Raises:
        FaultError: The body holds something else.
    """
    if request.body is None or request.body.tag != f"{{{SHELL}}}{name}":
        raise FaultError(WsmanFault.of(SCHEMA))
    return request.body


def text(element: ET.Element, name: str) -> str:
    """Return the text of a child; nothing if there is none."""
    return element.findtext(f"{{{SHELL}}}{name}") or ""


def texts(element: ET.Element, name: str) -> list[str]:
    """Return the texts of all children of that name."""
    return [child.text or "" for child in element.findall(f"{{{SHELL}}}{name}")]


def child(element: ET.Element, name: str) -> ET.Element:
    """Return a child.

    Raises:
        FaultError: There is none.
    """
    found = element.find(f"{{{SHELL}}}{name}")
    if found is None:
        raise FaultError(WsmanFault.of(SCHEMA))
    return found


def is_true(value: str | None) -> bool:
    """Tell whether an option or attribute is set; clients write TRUE, True and true."""
    return (value or "").strip().lower() in {"true", "1"}


def decoded(data: str | None) -> bytes:
    """Return the bytes of a stream.

    Raises:
        FaultError: They are not base64.
    """
    try:
        return base64.b64decode((data or "").strip(), validate=True)
    except (binascii.Error, ValueError):
        raise FaultError(WsmanFault.of(SCHEMA)) from None


def room(request: Request, limit_kb: int) -> int:
    """Return how many bytes of streams fit into the answer to a message."""
    limit = limit_kb * 1024
    limit = min(limit, request.max_envelope_size) if request.max_envelope_size else limit
    return max(1, (limit - _FRAME) * 3 // 4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Description:
    """What a shell says of itself.

    Attributes:
        shell_id: Its identifier.
        resource_uri: Its kind.
        owner: Its user.
        idle_seconds: After how many seconds without a message it goes.
        streams: Names of the input and of the output streams.
        environment: Its variables.
        extra: Further elements by name, for runspace pools.
    """

    shell_id: str
    resource_uri: str
    owner: str
    idle_seconds: float
    streams: tuple[str, str]
    environment: Mapping[str, str]
    extra: Mapping[str, str]


def created(shell: Description, address: str) -> str:
    """Write the body of a CreateResponse."""
    variables = "".join(
        f'<rsp:Variable Name="{attribute(name)}">{escape(value)}</rsp:Variable>'
        for name, value in shell.environment.items()
    )
    environment = f"<rsp:Environment>{variables}</rsp:Environment>" if variables else ""
    extra = "".join(f"<rsp:{name}>{escape(value)}</rsp:{name}>" for name, value in shell.extra.items())
    uri, shell_id = escape(shell.resource_uri), escape(shell.shell_id)
    return (
        f"<x:ResourceCreated><a:Address>{escape(address)}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{uri}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
        "</a:ReferenceParameters></x:ResourceCreated>"
        f"<rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId><rsp:ResourceUri>{uri}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(shell.owner)}</rsp:Owner><rsp:ClientIP>127.0.0.1</rsp:ClientIP>{environment}"
        f"<rsp:IdleTimeOut>PT{shell.idle_seconds:.3f}S</rsp:IdleTimeOut>"
        f"<rsp:InputStreams>{escape(shell.streams[0])}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{escape(shell.streams[1])}</rsp:OutputStreams>{extra}"
        "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity>"
        "</rsp:Shell>"
    )


def command_response(command_id: str) -> str:
    """Write the body of a CommandResponse."""
    return f"<rsp:CommandResponse><rsp:CommandId>{escape(command_id)}</rsp:CommandId></rsp:CommandResponse>"


def receive_response(
    pieces: Iterable[tuple[str, bytes]], *, command_id: str | None, exit_code: int | None, ends: Iterable[str] = ()
) -> str:
    """Write the body of a ReceiveResponse.

    Args:
        pieces: Stream and bytes.
        command_id: The command, or None where the shell itself speaks.
        exit_code: None while it runs.
        ends: The streams that have ended.
    """
    owner = f' CommandId="{attribute(command_id)}"' if command_id is not None else ""
    written = [
        f'<rsp:Stream Name="{name}"{owner}>{base64.b64encode(data).decode("ascii")}</rsp:Stream>'
        for name, data in pieces
    ]
    written += [f'<rsp:Stream Name="{name}"{owner} End="true"></rsp:Stream>' for name in ends]
    if command_id is not None:
        state = "Running" if exit_code is None else "Done"
        code = "" if exit_code is None else f"<rsp:ExitCode>{exit_code}</rsp:ExitCode>"
        written.append(f'<rsp:CommandState{owner} State="{STATES}/{state}">{code}</rsp:CommandState>')
    return f"<rsp:ReceiveResponse>{''.join(written)}</rsp:ReceiveResponse>"
