# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The shapes of shell answers and faults: what recordings of Windows hosts in public test suites show."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from tests.lab import StandInHost
from tests.lab.soap import seconds_of
from tests.lab.wine import WineMachine
from tests.lab_tests.lab_client import Client, HttpFailure, envelope, winrm_client

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_CMD = f"{_SHELL}/cmd"
_POWERSHELL = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
_NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "x": _TRANSFER,
    "r": _SHELL,
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
_OPEN = (
    f'<r:Shell xmlns:r="{_SHELL}"><r:InputStreams>stdin</r:InputStreams>'
    "<r:OutputStreams>stdout stderr</r:OutputStreams></r:Shell>"
)


@pytest.fixture
def host(wine_machine: WineMachine) -> Iterator[StandInHost]:
    with StandInHost(machine=wine_machine) as running:
        yield running
        assert () == running.errors


@pytest.fixture
def client(host: StandInHost) -> Iterator[Client]:
    made = winrm_client(host)
    yield made
    made.close()


def message(verb: str, body: str, shell_id: str = "", *, headers: str = "", resource: str = _CMD) -> bytes:
    """Return a shell message."""
    action = f"{_TRANSFER if verb in {'Create', 'Delete'} else _SHELL}/{verb}"
    selector = f'<w:SelectorSet><w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>' if shell_id else ""
    return envelope(action, body, resource=resource, headers=selector + headers)


def body_of(answer: bytes) -> ET.Element:
    """Return the answer's Body."""
    body = ET.fromstring(answer).find("s:Body", _NAMES)
    assert body is not None
    return body


def opened(client: Client, content: str = _OPEN) -> str:
    """Open a shell and return its identifier."""
    return body_of(client.send(message("Create", content))).findtext(".//w:Selector[@Name='ShellId']", "", _NAMES)


def started(client: Client, shell_id: str, line: str) -> str:
    """Start a command and return its identifier."""
    content = f'<r:CommandLine xmlns:r="{_SHELL}"><r:Command>{line}</r:Command></r:CommandLine>'
    return body_of(client.send(message("Command", content, shell_id))).findtext(".//r:CommandId", "", _NAMES)


def receive(shell_id: str, command_id: str, *, seconds: str = "PT20S", streams: str = "stdout stderr") -> bytes:
    """Return a Receive."""
    desired = f'<r:DesiredStream CommandId="{command_id}">{streams}</r:DesiredStream>'
    content = f'<r:Receive xmlns:r="{_SHELL}">{desired}</r:Receive>'
    return message("Receive", content, shell_id, headers=f"<w:OperationTimeout>{seconds}</w:OperationTimeout>")


def fault_of(client: Client, sent: bytes) -> ET.Element:
    """Send a message that ends in a fault and return it."""
    with pytest.raises(HttpFailure) as caught:
        client.send(sent)
    assert 500 == caught.value.status
    return ET.fromstring(caught.value.text)


def codes_of(fault: ET.Element) -> tuple[str, str]:
    """Return the subcode and the code of a fault."""
    detail = fault.find(".//f:WSManFault", _NAMES)
    assert detail is not None
    return fault.findtext(".//s:Subcode/s:Value", "", _NAMES), detail.get("Code", "")


def test_a_new_shell_describes_itself(client: Client, host: StandInHost) -> None:
    content = _OPEN.replace("</r:Shell>", "<r:IdleTimeOut>PT60S</r:IdleTimeOut></r:Shell>")
    body = body_of(client.send(message("Create", content)))
    assert [f"{{{_TRANSFER}}}ResourceCreated", f"{{{_SHELL}}}Shell"] == [child.tag for child in body]
    shell_id = body.findtext(".//w:Selector[@Name='ShellId']", "", _NAMES)
    assert {
        "ShellId": shell_id,
        "ResourceUri": _CMD,
        "Owner": host.username,
        "ClientIP": "127.0.0.1",
        "IdleTimeOut": "PT60.000S",
        "InputStreams": "stdin",
        "OutputStreams": "stdout stderr",
        "ShellRunTime": "P0DT0H0M0S",
        "ShellInactivity": "P0DT0H0M0S",
    } == {child.tag.rpartition("}")[2]: child.text for child in body[1]}
    assert host.endpoint == body.findtext("x:ResourceCreated/a:Address", "", _NAMES)
    assert (shell_id,) == host.open_shells


def test_the_idle_time_of_a_shell_is_two_hours_unless_it_asks_for_another(client: Client) -> None:
    body = body_of(client.send(message("Create", _OPEN)))
    assert "PT7200.000S" == body.findtext(".//r:IdleTimeOut", "", _NAMES)


def test_output_ends_with_the_streams_and_the_exit_code(client: Client) -> None:
    shell_id = opened(client)
    command_id = started(client, shell_id, "echo out&amp; echo err&gt;&amp;2&amp; exit 5")
    answer = body_of(client.send(receive(shell_id, command_id)))[0]
    assert f"{{{_SHELL}}}ReceiveResponse" == answer.tag
    streams = answer.findall("r:Stream", _NAMES)
    assert {command_id} == {stream.get("CommandId") for stream in streams}
    content = {"stdout": b"", "stderr": b""}
    for stream in streams:
        content[stream.get("Name", "")] += base64.b64decode(stream.text or "")
    assert {"stdout": b"out\r\n", "stderr": b"err\r\n"} == content
    assert [("stdout", "true"), ("stderr", "true")] == [
        (stream.get("Name"), stream.get("End")) for stream in streams if not stream.text
    ]
    state = answer[-1]
    assert (f"{_SHELL}/CommandState/Done", command_id) == (state.get("State"), state.get("CommandId"))
    assert [("ExitCode", "5")] == [(child.tag.rpartition("}")[2], child.text) for child in state]


def test_while_a_command_runs_its_state_is_running_without_an_exit_code(client: Client) -> None:
    shell_id = opened(client)
    command_id = started(client, shell_id, "echo up&amp; more")
    answer = body_of(client.send(receive(shell_id, command_id)))[0]
    assert f"{_SHELL}/CommandState/Running" == answer[-1].get("State")
    assert [] == list(answer[-1])
    assert [None] * (len(answer) - 1) == [stream.get("End") for stream in answer[:-1]]
    body_of(client.send(message("Delete", "", shell_id)))


def test_a_stream_that_is_not_desired_waits(client: Client) -> None:
    shell_id = opened(client)
    command_id = started(client, shell_id, "echo err&gt;&amp;2&amp; more")
    fault = fault_of(client, receive(shell_id, command_id, seconds="PT0.500S", streams="stdout"))
    assert ("w:TimedOut", "2150858793") == codes_of(fault)
    answer = body_of(client.send(receive(shell_id, command_id)))[0]
    assert {"stderr"} == {stream.get("Name") for stream in answer.findall("r:Stream", _NAMES)}
    body_of(client.send(message("Delete", "", shell_id)))


def test_a_timeout_has_the_form_of_the_recording(client: Client) -> None:
    shell_id = opened(client)
    fault = fault_of(client, receive(shell_id, started(client, shell_id, "more"), seconds="PT0.200S"))
    assert "s:Receiver" == fault.findtext(".//s:Code/s:Value", "", _NAMES)
    assert ("w:TimedOut", "2150858793") == codes_of(fault)
    body_of(client.send(message("Delete", "", shell_id)))


_NOBODY = "11111111-1111-1111-1111-111111111111"
_SIGNAL = f'<r:Signal xmlns:r="{_SHELL}" CommandId="{_NOBODY}"><r:Code>{_SHELL}/signal/terminate</r:Code></r:Signal>'
_SEND = f'<r:Send xmlns:r="{_SHELL}"><r:Stream Name="stdin" CommandId="{_NOBODY}">eA==</r:Stream></r:Send>'
_RECEIVE = f'<r:Receive xmlns:r="{_SHELL}"><r:DesiredStream CommandId="{_NOBODY}">stdout</r:DesiredStream></r:Receive>'


@pytest.mark.parametrize(("verb", "content"), [("Signal", _SIGNAL), ("Send", _SEND), ("Receive", _RECEIVE)])
def test_a_command_that_is_not_there_is_a_fault(client: Client, verb: str, content: str) -> None:
    fault = fault_of(client, message(verb, content, opened(client)))
    assert ("w:InvalidSelectors", "2150858843") == codes_of(fault)
    assert "command identifier that does not exist" in fault.findtext(".//f:Message", "", _NAMES)


@pytest.mark.parametrize(
    ("verb", "content"), [("Signal", _SIGNAL), ("Send", _SEND), ("Receive", _RECEIVE), ("Delete", "")]
)
def test_a_shell_that_is_not_there_is_a_fault(client: Client, verb: str, content: str) -> None:
    fault = fault_of(client, message(verb, content, _NOBODY))
    assert ("w:InvalidSelectors", "2150858843") == codes_of(fault)
    assert _NOBODY in fault.findtext(".//f:Message", "", _NAMES)


@pytest.mark.parametrize(
    ("verb", "content", "codes"),
    [
        ("Command", "", ("w:SchemaValidationError", "2150858817")),
        ("Command", _SEND, ("w:SchemaValidationError", "2150858817")),
        ("Send", f'<r:Send xmlns:r="{_SHELL}"/>', ("w:SchemaValidationError", "2150858817")),
        ("Connect", "", ("a:ActionNotSupported", "2150858771")),
    ],
)
def test_a_message_that_cannot_be_read_is_a_fault(
    client: Client, verb: str, content: str, codes: tuple[str, str]
) -> None:
    assert codes == codes_of(fault_of(client, message(verb, content, opened(client))))


def test_input_that_is_not_base64_is_a_fault(client: Client) -> None:
    shell_id = opened(client)
    content = _SEND.replace(_NOBODY, started(client, shell_id, "more")).replace("eA==", "no base64")
    assert ("w:SchemaValidationError", "2150858817") == codes_of(fault_of(client, message("Send", content, shell_id)))
    body_of(client.send(message("Delete", "", shell_id)))


def test_a_signal_that_nobody_knows_is_a_fault(client: Client) -> None:
    shell_id = opened(client)
    content = _SIGNAL.replace(_NOBODY, started(client, shell_id, "more")).replace("terminate", "hello")
    assert ("w:InvalidParameter", "87") == codes_of(fault_of(client, message("Signal", content, shell_id)))
    body_of(client.send(message("Delete", "", shell_id)))


def test_identifiers_have_no_letter_case(client: Client) -> None:
    shell_id = opened(client).lower()
    command_id = started(client, shell_id, "echo hi").lower()
    assert "Done" in body_of(client.send(receive(shell_id, command_id)))[0][-1].get("State", "")


def test_another_shell_resource_is_not_there(client: Client) -> None:
    for resource in (f"{_SHELL}/custom", _POWERSHELL + ".Workflow"):
        fault = fault_of(client, message("Create", _OPEN, resource=resource))
        assert ("a:DestinationUnreachable", "2150858752") == codes_of(fault)


@pytest.mark.parametrize("content", ["", "bm8gZnJhZ21lbnQ=", base64.b64encode(bytes(21) + b"x").decode()])
def test_a_runspace_pool_needs_messages_that_can_be_read(client: Client, host: StandInHost, content: str) -> None:
    creation = f'<creationXml xmlns="http://schemas.microsoft.com/powershell">{content}</creationXml>'
    sent = message("Create", _OPEN.replace("</r:Shell>", f"{creation}</r:Shell>"), resource=_POWERSHELL)
    assert ("w:InvalidParameter", "87") == codes_of(fault_of(client, sent))
    assert () == host.open_shells


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("PT20S", 20.0),
        ("PT60.000S", 60.0),
        ("PT0.5S", 0.5),
        ("PT1M30S", 90.0),
        ("P1DT2H3M4S", 93784.0),
        ("P0DT0H0M0S", 0.0),
        ("", None),
        ("PT", None),
        ("20", None),
        ("-PT1S", None),
    ],
)
def test_durations_are_those_of_xml_schema(duration: str, seconds: float | None) -> None:
    assert seconds == seconds_of(duration)
