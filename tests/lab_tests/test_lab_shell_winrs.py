# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Lines through the stand-in host's remote shell into Wine's cmd.exe, by the two public client libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pypsrp.exceptions
import pypsrp.shell
import pytest

from tests.lab import Behaviour, StandInHost
from tests.lab.wine import WineMachine
from tests.lab_tests.winrs_client import PsrpShell, Ran, Shell, WinrmShell


@pytest.fixture
def host(wine_machine: WineMachine) -> Iterator[StandInHost]:
    with StandInHost(machine=wine_machine) as running:
        yield running
        assert () == running.errors


@pytest.fixture(params=[WinrmShell, PsrpShell], ids=["pywinrm", "pypsrp"])
def shell(request: pytest.FixtureRequest, host: StandInHost) -> Iterator[Shell]:
    opened = request.param(host)
    yield opened
    opened.close()
    assert () == host.open_shells


@pytest.mark.parametrize(
    ("line", "ran"),
    [
        ("echo hi", (b"hi\r\n", b"", 0)),
        ("echo one & echo two", (b"one \r\ntwo\r\n", b"", 0)),
        ("echo out& echo err>&2& exit 7", (b"out\r\n", b"err\r\n", 7)),
        ("exit 3010", (b"", b"", 3010)),
        ("exit -1", (b"", b"", 4294967295)),
        ('echo "a & b" ^& c', (b'"a & b" & c\r\n', b"", 0)),
        ('if exist "C:\\Windows\\System32\\*" echo yes', (b"yes\r\n", b"", 0)),
        ("rem <&amp;>", (b"", b"", 0)),
    ],
)
def test_a_line_reaches_cmd_exe_as_it_is(shell: Shell, line: str, ran: Ran) -> None:
    assert ran == shell.run(line)


def test_arguments_are_joined_with_blanks(shell: Shell, host: StandInHost) -> None:
    assert (b"a  b c\r\n", b"", 0) == shell.run("echo", "a ", "b", "c")
    (entry,) = host.commands
    assert ("cmd", "echo a  b c", 0) == (entry.kind, entry.line, entry.exit_code)


def test_characters_beyond_ascii_reach_the_machine(shell: Shell, wine_machine: WineMachine) -> None:
    file = wine_machine.file(r"C:\Windows\Temp") / "größe 日本.txt"
    assert (b"", b"", 0) == shell.run('echo x> "C:\\Windows\\Temp\\größe 日本.txt"')
    assert b"x\r\n" == file.read_bytes()
    file.unlink()


def test_output_keeps_every_byte(shell: Shell, wine_machine: WineMachine) -> None:
    # Wine's type ends at a NUL.
    content = bytes(range(1, 256)) * 3
    file = wine_machine.file(r"C:\Windows\Temp") / "bytes.bin"
    file.write_bytes(content)
    assert (content, b"", 0) == shell.run(r"type C:\Windows\Temp\bytes.bin")
    file.unlink()


def test_input_keeps_every_byte_until_its_end(shell: Shell) -> None:
    assert (b"one\r\n\xff\x80two", b"", 0) == shell.run("more", given=b"one\r\n\xff\x80two")


def test_long_output_takes_several_answers_and_stays_whole(shell: Shell, host: StandInHost) -> None:
    before = host.counters.soap_messages
    stdout, stderr, code = shell.run("for /L %i in (1,1,9000) do @echo line %i of a long output, and some more text")
    expected = b"".join(b"line %d of a long output, and some more text\r\n" % number for number in range(1, 9001))
    assert (expected, b"", 0) == (stdout, stderr, code)
    # Command, Signal and more than one Receive.
    assert host.counters.soap_messages - before > 3


def test_several_commands_share_a_shell_and_several_shells_a_host(shell: Shell, host: StandInHost) -> None:
    other = WinrmShell(host)
    assert (b"1\r\n", b"", 0) == shell.run("echo 1")
    assert (b"2\r\n", b"", 0) == other.run("echo 2")
    assert (b"3\r\n", b"", 0) == shell.run("echo 3")
    assert 2 == len(host.open_shells)
    other.close()
    assert (2, 1, 3) == (host.counters.shells_opened, host.counters.shells_closed, host.counters.commands)


def test_a_shell_has_a_directory_and_variables_of_its_own(host: StandInHost) -> None:
    one = WinrmShell(host, working_directory=r"C:\Windows", env_vars={"NAME OF": "a = b & c"})
    assert b"c:\\windows\r\n" == one.run("cd")[0].lower()
    assert (b"NAME OF=a = b & c\r\n", b"", 0) == one.run("set NAME")
    one.close()
    other = PsrpShell(host, working_directory=r"C:\Windows\System32", environment={"A": "1"})
    assert b"c:\\windows\\system32\r\n" == other.run("cd")[0].lower()
    assert (b"1\r\n", b"", 0) == other.run("echo %A%")
    other.close()


def test_a_program_without_cmd_exe_must_be_named_in_full(host: StandInHost) -> None:
    shell = PsrpShell(host)
    whole = pypsrp.shell.Process(shell.shell, r"C:\Windows\System32\reg.exe", ["query", "HKLM"], no_shell=True)
    whole.invoke()
    assert whole.rc == 0
    assert b"HKEY_LOCAL_MACHINE\\Software\r\n" in whole.stdout
    with pytest.raises(pypsrp.exceptions.WSManFaultError) as caught:
        pypsrp.shell.Process(shell.shell, "reg.exe", ["query", "HKLM"], no_shell=True).invoke()
    assert 2147942402 == caught.value.code
    shell.close()


@pytest.mark.parametrize(("quotes", "code"), [(False, 9009), (True, 0)])
def test_cmd_exe_takes_the_outer_quotes_of_a_line_that_begins_with_one(
    wine_machine: WineMachine, quotes: bool, code: int
) -> None:
    with StandInHost(machine=wine_machine, behaviour=Behaviour(winrs_quotes=quotes)) as host:
        shell = WinrmShell(host)
        assert code == shell.run(r'"C:\Windows\System32\reg.exe" query "HKLM\Software" /ve')[2]
        assert (b"a b\r\n", b"", 0) == shell.run("echo a b")
        shell.close()


def test_powershell_is_refused_in_clear_words(shell: Shell) -> None:
    for line in ("powershell -NoProfile -Command Get-Date", "PowerShell.exe -EncodedCommand RwBlAHQALQBEAGEAdABlAA=="):
        stdout, stderr, code = shell.run(line)
        assert (b"", 1) == (stdout, code)
        assert b"This stand-in has no PowerShell" in stderr
