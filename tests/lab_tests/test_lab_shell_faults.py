# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The stand-in host's remote shell when commands take long, when clients err, and when trouble is scripted."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypsrp.exceptions
import pypsrp.shell
import pytest
import requests.exceptions
import winrm.exceptions
import winrm.protocol

from tests.lab import Behaviour, Drop, Fault, StandInHost, Trouble, When
from tests.lab.wine import WineMachine
from tests.lab.wine.processes import with_variable
from tests.lab_tests.winrs_client import PsrpShell, WinrmShell

# STATUS_CONTROL_C_EXIT of ntstatus.h.
_ENDED_FROM_OUTSIDE = 0xC000013A
_UNEXPECTED_SELECTORS = 2150858843


@pytest.fixture
def host(wine_machine: WineMachine) -> Iterator[StandInHost]:
    with StandInHost(machine=wine_machine) as running:
        yield running
        assert () == running.errors


# -- time ---------------------------------------------------------------------------------------------


def test_a_receive_without_output_is_a_fault_and_the_command_goes_on(host: StandInHost) -> None:
    shell = WinrmShell(host, operation_timeout=1)
    command_id = shell.protocol.run_command(shell.shell_id, "more")
    with pytest.raises(winrm.exceptions.WinRMOperationTimeoutError):
        shell.protocol.get_command_output_raw(shell.shell_id, command_id)
    shell.protocol.send_command_input(shell.shell_id, command_id, b"late\r\n", end=True)
    assert (b"late\r\n", b"", 0) == shell.protocol.get_command_output(shell.shell_id, command_id)
    shell.close()


def test_output_comes_while_the_command_runs(host: StandInHost) -> None:
    shell = WinrmShell(host)
    command_id = shell.protocol.run_command(shell.shell_id, "echo first& more")
    stdout, _stderr, _code, done = shell.protocol.get_command_output_raw(shell.shell_id, command_id)
    assert (b"first\r\n", False) == (stdout, done)
    shell.protocol.send_command_input(shell.shell_id, command_id, b"second", end=True)
    assert (b"second", b"", 0) == shell.protocol.get_command_output(shell.shell_id, command_id)
    shell.close()


def _signal(host: StandInHost, shell: PsrpShell, process: Any) -> None:
    process.signal(pypsrp.shell.SignalCode.TERMINATE)


def _delete(host: StandInHost, shell: PsrpShell, process: Any) -> None:
    shell.close()


def _stop(host: StandInHost, shell: PsrpShell, process: Any) -> None:
    host.stop()


def _mores(machine: WineMachine) -> int:
    """Return how many processes of a machine run the program more."""
    lines: list[bytes] = []
    for process in with_variable("WINEPREFIX", str(machine.prefix)):
        with contextlib.suppress(FileNotFoundError):
            lines.append(Path(f"/proc/{process}/cmdline").read_bytes())
    return sum(b"more" in line for line in lines)


@pytest.mark.parametrize("end", [_signal, _delete, _stop])
def test_what_runs_ends_with_a_signal_its_shell_or_the_host(
    host: StandInHost, wine_machine: WineMachine, end: Callable[[StandInHost, PsrpShell, Any], None]
) -> None:
    shell = PsrpShell(host)
    process = pypsrp.shell.Process(shell.shell, "echo up& more")
    process.begin_invoke()
    process.poll_invoke()
    assert b"up\r\n" == process.stdout
    assert _mores(wine_machine) > 0
    end(host, shell, process)
    assert 0 == _mores(wine_machine)


def test_ctrl_c_ends_a_command_and_its_end_can_still_be_received(host: StandInHost) -> None:
    shell = PsrpShell(host)
    process = pypsrp.shell.Process(shell.shell, "more")
    process.begin_invoke()
    process.signal(pypsrp.shell.SignalCode.CTRL_C)
    process.end_invoke()
    assert _ENDED_FROM_OUTSIDE == process.rc
    shell.close()


def test_an_idle_shell_goes_with_its_commands(host: StandInHost) -> None:
    shell = PsrpShell(host, idle_time_out=600)
    now = host._shells.clock()
    process = pypsrp.shell.Process(shell.shell, "more")
    process.begin_invoke()
    host._shells.clock = lambda: now + 599
    assert 1 == len(host.open_shells)
    host._shells.clock = lambda: now + 700
    assert () == host.open_shells
    with pytest.raises(pypsrp.exceptions.WSManFaultError) as caught:
        process.poll_invoke()
    assert _UNEXPECTED_SELECTORS == caught.value.code


# -- what is wrong ------------------------------------------------------------------------------------


def test_a_shell_that_is_closed_or_was_never_there_is_a_fault(host: StandInHost) -> None:
    shell = WinrmShell(host)
    for shell_id in (shell.shell_id, "11111111-1111-1111-1111-111111111111"):
        if shell_id == shell.shell_id:
            shell.protocol.close_shell(shell_id, close_session=False)
        with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
            shell.protocol.run_command(shell_id, "echo hi")
        assert ("w:InvalidSelectors", _UNEXPECTED_SELECTORS) == (
            caught.value.fault_subcode,
            caught.value.wsman_fault_code,
        )
    assert () == host.commands


def test_the_end_of_a_command_is_told_once(host: StandInHost) -> None:
    shell = WinrmShell(host)
    command_id = shell.protocol.run_command(shell.shell_id, "echo hi")
    assert (b"hi\r\n", b"", 0) == shell.protocol.get_command_output(shell.shell_id, command_id)
    for _turn in range(2):
        with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
            shell.protocol.get_command_output_raw(shell.shell_id, command_id)
        assert _UNEXPECTED_SELECTORS == caught.value.wsman_fault_code
    with pytest.raises(winrm.exceptions.WSManFaultError, match="The pipe has been ended") as ended:
        shell.protocol.send_command_input(shell.shell_id, command_id, b"late")
    assert 109 == ended.value.wsman_fault_code
    shell.close()


def test_a_receive_must_name_a_command(host: StandInHost) -> None:
    shell = PsrpShell(host)
    with pytest.raises(pypsrp.exceptions.WSManFaultError, match="The parameter is incorrect") as caught:
        shell.shell.receive()
    assert (87, "Shell cmd plugin") == (caught.value.code, caught.value.provider)
    shell.close()


@pytest.mark.parametrize(
    ("options", "line", "code"),
    [({"working_directory": r"C:\nowhere"}, "echo hi", 2147942667), ({}, f"echo {'x' * 32760}", 2147942606)],
)
def test_what_cannot_be_started_is_a_fault(host: StandInHost, options: dict[str, Any], line: str, code: int) -> None:
    shell = WinrmShell(host, **options)
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        shell.run(line)
    assert (code, ()) == (caught.value.wsman_fault_code, host.commands)
    shell.close()


def test_more_shells_than_allowed_are_a_fault(wine_machine: WineMachine) -> None:
    with StandInHost(machine=wine_machine, behaviour=Behaviour(max_shells=2)) as host:
        shells = [WinrmShell(host), WinrmShell(host)]
        with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
            WinrmShell(host)
        assert 2150859173 == caught.value.wmierror_code
        for shell in shells:
            shell.close()


def test_a_shell_belongs_to_who_opened_it(wine_machine: WineMachine) -> None:
    with StandInHost(machine=wine_machine, users={"STANDIN\\one": "1", "STANDIN\\two": "2"}) as host:
        shell = WinrmShell(host)
        stranger = winrm.protocol.Protocol(
            host.endpoint, transport="ntlm", message_encryption="always", username="STANDIN\\two", password="2"
        )
        with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
            stranger.run_command(shell.shell_id, "echo hi")
        assert 5 == caught.value.wsman_fault_code
        stranger.transport.close_session()
        shell.close()


# -- trouble ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["ShellCommand", "ShellSend", "ShellReceive", "ShellSignal", "ShellDelete"])
def test_trouble_meets_each_kind_of_message(host: StandInHost, method: str) -> None:
    shell = WinrmShell(host)
    host.script.add(Trouble(when=When(method=method), do=Fault(code=995)))
    with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
        _use_and_close(shell)
    assert (995, 1) == (caught.value.wsman_fault_code, host.script.applied)


def _use_and_close(shell: WinrmShell) -> None:
    shell.run("more", given=b"x")
    shell.close()


def test_trouble_meets_the_messages_of_a_line(host: StandInHost) -> None:
    shell = WinrmShell(host)
    host.script.add(Trouble(when=When(method="ShellReceive", line="*TWO*"), do=Fault(code=995)))
    assert (b"one\r\n", b"", 0) == shell.run("echo one")
    with pytest.raises(winrm.exceptions.WSManFaultError):
        shell.run("echo two")
    shell.close()


def test_a_lost_answer_to_receive_is_given_again(host: StandInHost) -> None:
    shell = PsrpShell(host)
    host.script.add(Trouble(when=When(method="ShellReceive"), do=Drop(performed=True)))
    process = pypsrp.shell.Process(shell.shell, "echo once")
    process.begin_invoke()
    message = _message_of(shell, process.poll_invoke)
    with pytest.raises(requests.exceptions.ConnectionError):
        shell.wsman.transport.send(message)
    other = PsrpShell(host)
    for _turn in range(2):
        streams = re.findall(rb'Name="stdout"[^>]*>([^<]+)<', other.wsman.transport.send(message))
        assert b"once\r\n" == b"".join(map(base64.b64decode, streams))
    other.close()


def _message_of(shell: PsrpShell, act: Callable[[], None]) -> bytes:
    """Return the message that an act would send."""
    sent: list[bytes] = []

    def send(message: bytes, **_options: Any) -> bytes:
        sent.append(message)
        raise InterruptedError

    transport = shell.wsman.transport
    original, transport.send = transport.send, send
    with pytest.raises(InterruptedError):
        act()
    transport.send = original
    return sent[0]


def test_without_a_machine_a_shell_runs_nothing() -> None:
    with StandInHost() as host:
        shell = WinrmShell(host)
        with pytest.raises(winrm.exceptions.WSManFaultError) as caught:
            shell.run("echo hi")
        assert (2150858771, (), 1) == (caught.value.wsman_fault_code, host.commands, host.counters.shells_opened)
        shell.close()
