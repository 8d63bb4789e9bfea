# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402 - the libraries may be missing, which is asked first
"""The messages of a Windows Remote Shell say what those of pywinrm and pypsrp say, which Windows answers."""

from __future__ import annotations

import base64
import re
import typing as t
import xml.etree.ElementTree as ET

import pytest

protocol = pytest.importorskip("winrm.protocol")
shell = pytest.importorskip("pypsrp.shell")
wsman = pytest.importorskip("pypsrp.wsman")

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands import (
    shell_messages as messages,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.answer import Fault, parse
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import envelope, message_id

SHELL = "11111111-AAAA-2222-BBBB-333333333333"
COMMAND = "44444444-CCCC-5555-DDDD-666666666666"
LINE = 'echo RA:start:0& (if exist "C:\\a & <b>" echo RA:x:0)>nul 2>&1 & del "日本"'
SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
WSMAN = "{http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd}"
ADDRESSING = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"

CREATED = f'<x><w Name="ShellId">{SHELL}</w></x>'
STARTED = f"<x><CommandId>{COMMAND}</CommandId></x>"
ENDED = '<x><CommandState State="x/CommandState/Done"><ExitCode>0</ExitCode></CommandState></x>'
NAMESPACES = 'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"'


class Recorder:
    """Keeps what a library sends, and answers what it needs to go on."""

    endpoint = "http://pc1:5985/wsman"

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.sent: list[bytes] = []

    def send_message(self, message: str) -> bytes:
        self.sent.append(message.encode())
        return envelope(self.answers.pop(0), relates_to=message_id(self.sent[-1]))

    def send(self, message: bytes, **dummy: t.Any) -> bytes:
        self.sent.append(message)
        return envelope(self.answers.pop(0), relates_to=re.search(rb"MessageID>(.*?)<", message)[1].decode())

    def close_session(self) -> None:
        pass


def said(message: bytes) -> dict[str, t.Any]:
    """Return what a message says, whatever prefixes and order it uses."""
    root = ET.fromstring(message)
    header = root.find(f"{SOAP}Header")
    return {
        "action": header.findtext(f"{ADDRESSING}Action"),
        "resource": header.findtext(f"{WSMAN}ResourceURI"),
        "selectors": {one.get("Name"): one.text for one in header.iter(f"{WSMAN}Selector")},
        "options": {one.get("Name"): one.text for one in header.iter(f"{WSMAN}Option")},
        "body": body(message),
    }


def body(message: bytes) -> str:
    content = ET.fromstring(message).find(f"{SOAP}Body")
    return ET.canonicalize(ET.tostring(content), rewrite_prefixes=True)


def ours(request: messages.ShellRequest) -> bytes:
    return request.to_bytes(message_id="1", seconds=20)


def test_every_message_says_what_that_of_pywinrm_says() -> None:
    client = protocol.Protocol("http://pc1:5985/wsman", username="u", password="p")
    client.transport = recorder = Recorder(CREATED, STARTED, ENDED, "", "")
    assert SHELL == client.open_shell(codepage=65001)
    assert COMMAND == client.run_command(SHELL, LINE)
    client.get_command_output(SHELL, COMMAND)
    client.cleanup_command(SHELL, COMMAND)
    client.close_shell(SHELL)
    made = [
        messages.create(),
        messages.command(SHELL, LINE),
        messages.receive(SHELL, COMMAND),
        messages.terminate(SHELL, COMMAND),
        messages.delete(SHELL),
    ]
    assert [said(message) for message in recorder.sent] == [said(ours(request)) for request in made]


def test_a_shell_a_line_and_its_output_are_asked_for_as_pypsrp_does() -> None:
    selectors = (
        f'<w:SelectorSet xmlns:w="{WSMAN[1:-1]}"><w:Selector Name="ShellId">{SHELL}</w:Selector></w:SelectorSet>'
    )
    created = (
        '<x:ResourceCreated xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer">'
        f"<a:ReferenceParameters>{selectors}</a:ReferenceParameters></x:ResourceCreated>"
    )
    started = f"<rsp:CommandResponse {NAMESPACES}><rsp:CommandId>{COMMAND}</rsp:CommandId></rsp:CommandResponse>"
    state = f'<rsp:CommandState State="{shell.CommandState.DONE}"/>'
    client = wsman.WSMan("pc1", ssl=False, auth="basic", username="u", password="p", encryption="never")
    client.transport = recorder = Recorder(
        created, started, f"<rsp:ReceiveResponse {NAMESPACES}>{state}</rsp:ReceiveResponse>"
    )
    remote = shell.WinRS(client, codepage=65001)
    remote.open()
    shell.Process(remote, LINE).invoke()
    made = [messages.create(), messages.command(SHELL, LINE), messages.receive(SHELL, COMMAND)]
    assert [body(message) for message in recorder.sent] == [body(ours(request)) for request in made]


def test_a_character_that_xml_cannot_carry_is_refused() -> None:
    with pytest.raises(HostError, match=r"U\+0007"):
        messages.command(SHELL, "echo \x07")


def answered(content: str) -> messages.ShellAnswer:
    found = parse(envelope(content, relates_to="uuid:1"), message_id="1", doing="doing it")
    assert not isinstance(found, Fault)
    return messages.read(found, "doing it")


def received(content: str) -> messages.Piece:
    return messages.piece_of(answered(f"<rsp:ReceiveResponse {NAMESPACES}>{content}</rsp:ReceiveResponse>"))


def stream(name: str, data: bytes) -> str:
    return f'<rsp:Stream Name="{name}" CommandId="{COMMAND}">{base64.b64encode(data).decode()}</rsp:Stream>'


def test_streams_are_put_together_and_kept_apart() -> None:
    content = stream("stdout", b"a\xff") + stream("stderr", b"e") + stream("stdout", b"\x00b") + stream("pr", b"x")
    running = f'<rsp:CommandState CommandId="{COMMAND}" State="{shell.CommandState.RUNNING}"/>'
    piece = received(content + running)
    assert (b"a\xff\x00b", b"e", None) == (piece.stdout, piece.stderr, piece.exit_code)


@pytest.mark.parametrize(("text", "code"), [("0", 0), (" 3010 ", 3010), ("4294967295", 4294967295), ("-1", -1)])
def test_the_end_of_a_command_brings_its_exit_code(text: str, code: int) -> None:
    done = f'<rsp:CommandState State="{shell.CommandState.DONE}"><rsp:ExitCode>{text}</rsp:ExitCode></rsp:CommandState>'
    piece = received(done + '<rsp:Stream Name="stdout" End="true"/>')
    assert (b"", code) == (piece.stdout, piece.exit_code)


@pytest.mark.parametrize(
    "content",
    [
        f'<rsp:CommandState State="{shell.CommandState.DONE}"/>',
        f'<rsp:CommandState State="{shell.CommandState.DONE}"><rsp:ExitCode>x</rsp:ExitCode></rsp:CommandState>',
        '<rsp:Stream Name="stdout">*</rsp:Stream>',
        '<rsp:Stream Name="stdout">YQ</rsp:Stream>',
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(content: str) -> None:
    with pytest.raises(HostError, match="cannot be used"):
        received(content)


def test_the_selector_is_the_shell_and_the_element_where_there_is_no_selector() -> None:
    assert SHELL == messages.shell_id_of(
        answered(f'<x><Selector Name="ShellID"> {SHELL} </Selector><ShellId>9</ShellId></x>')
    )
    assert SHELL == messages.shell_id_of(answered(f"<Shell><ShellId>{SHELL}</ShellId></Shell>"))
    with pytest.raises(HostError, match="ShellId"):
        messages.shell_id_of(answered("<Shell/>"))


def test_an_empty_body_is_an_answer() -> None:
    assert () == answered("").elements
