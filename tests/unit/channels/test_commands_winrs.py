# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402 - the libraries may be missing, which is asked first
"""Lines in a Windows Remote Shell and files through a plugin: what becomes of each kind of trouble."""

from __future__ import annotations

import base64
import re
import types
import typing as t
from pathlib import Path

import pytest

requests = pytest.importorskip("requests")
pypsrp_errors = pytest.importorskip("pypsrp.exceptions")
winrm_errors = pytest.importorskip("winrm.exceptions")

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands.opening import open_commands
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands.ssh import SshHost
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands.winrs import (
    WinrsHost,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import Trouble
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.exchange import Exchange
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import (
    HttpStatus,
    NoAnswer,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
    UnsupportedConnection,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    FakeTransport,
    envelope,
    fault,
    message_id,
    wsman_fault,
)

START = b"RA:start:0\r\n"
SECRET = "S3cret!"
LOST = NoAnswer(Trouble.LOST)
TIMED_OUT = wsman_fault(0x80338029, "later")
DONE = '<CommandState State="x/CommandState/Done"><ExitCode>5</ExitCode></CommandState>'


class Lost(Exception):
    """Stands for AnsibleConnectionFailure."""


class Refused(Exception):
    """Stands for AnsibleError."""


class Shell:
    """A host that answers every shell message as a shell does, except where it was told otherwise.

    Attributes:
        sent: The last part of every action, in order.
        told: What comes instead of a usual answer, by the last part of the action, one after the other.
    """

    def __init__(self, **told: t.Any) -> None:
        self.sent: list[str] = []
        self.told = {name: list(answers) for name, answers in told.items()}
        self.connections = 0

    def exchange(self) -> Exchange:
        return Exchange(self._open)

    def _open(self, fresh: bool) -> FakeTransport:
        del fresh
        self.connections += 1
        return FakeTransport(self._reply)

    def _reply(self, message: bytes) -> bytes | BaseException:
        verb = re.search(rb"/([A-Za-z]+)</a:Action>", message)[1].decode()
        self.sent.append(verb)
        usual = {
            "Create": f"<Shell><ShellId>S{self.sent.count('Create')}</ShellId></Shell>",
            "Command": "<R><CommandId>C</CommandId></R>",
            "Receive": f"<R>{stream(START)}{DONE}</R>",
        }
        waiting = self.told.get(verb)
        answer = waiting.pop(0) if waiting else usual.get(verb, "")
        if isinstance(answer, BaseException):
            return answer
        if answer.startswith("<f:"):
            return HttpStatus(500, fault(relates_to=message_id(message), detail=answer, reason="words of the host"))
        return envelope(answer, relates_to=message_id(message))


class Plugin:
    """Ansible's plugin, as far as files go."""

    transport = "winrm"

    def __init__(self, content: bytes | None = b"", error: BaseException | None = None) -> None:
        self.content = content
        self.error = error
        self.sent: dict[str, bytes] = {}
        self.resets = 0

    def put_file(self, local: str, path: str) -> None:
        self._fail()
        self.sent[path] = Path(local).read_bytes()

    def fetch_file(self, path: str, local: str) -> None:
        del path
        self._fail()
        if self.content is not None:
            Path(local).write_bytes(self.content)

    def reset(self) -> None:
        self.resets += 1
        self._fail()

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


def stream(data: bytes, name: str = "stdout") -> str:
    return f'<Stream Name="{name}">{base64.b64encode(data).decode()}</Stream>'


def host(shell: Shell, plugin: Plugin | None = None) -> WinrsHost:
    return WinrsHost(plugin or Plugin(), shell.exchange(), lost=(Lost,), refused=(Refused,))


def run(shell: Shell, *, changes: bool = False) -> t.Any:
    return host(shell).run("echo RA:start:0", doing="doing it", changes=changes)


def test_output_comes_in_pieces_and_a_host_that_has_nothing_to_tell_yet_is_asked_again() -> None:
    pieces = [f"<R>{stream(START[:4])}</R>", TIMED_OUT, TIMED_OUT, f"<R>{stream(START[4:] + b'RA:x:1')}</R>"]
    shell = Shell(Receive=[*pieces, f"<R>{stream(b'no', 'stderr')}{DONE}</R>"])
    answer = run(shell)
    assert ({"start": 0, "x": 1}, 5) == (answer.codes, answer.exit_code)
    assert ["Create", "Command", *["Receive"] * 5, "Signal"] == shell.sent
    assert 1 == shell.connections


def test_one_shell_serves_all_lines_and_is_closed_once() -> None:
    shell = Shell()
    commands = host(shell)
    for dummy in range(2):
        commands.run("echo RA:start:0", doing="doing it")
    commands.close()
    commands.close()
    line = ["Command", "Receive", "Signal"]
    assert (["Create", *line, *line, "Delete"], 2, True) == (shell.sent, commands.calls, commands.reached)


def test_a_line_that_cmd_does_not_understand_is_no_answer() -> None:
    with pytest.raises(HostError, match=r"did not understand the command \(exit code 5\)"):
        run(Shell(Receive=[f"<R>{stream(b'huh')}{DONE}</R>"]))


@pytest.mark.parametrize("changes", [False, True])
@pytest.mark.parametrize(("verb", "unknown"), [("Create", False), ("Command", True), ("Receive", True)])
def test_a_lost_answer_leaves_it_open_whether_a_line_ran_once_it_was_sent(
    verb: str, unknown: bool, changes: bool
) -> None:
    with pytest.raises(HostUnreachable) as caught:
        run(Shell(**{verb: [LOST]}), changes=changes)
    assert (unknown and changes) == caught.value.outcome_unknown


def test_what_is_lost_behind_the_output_changes_nothing() -> None:
    assert 5 == run(Shell(Signal=[LOST]), changes=True).exit_code


def test_a_shell_that_the_host_has_closed_is_replaced_and_the_line_run_once() -> None:
    shell = Shell(Command=["<R><CommandId>C</CommandId></R>", wsman_fault(0x8033805B, "gone")])
    commands = host(shell)
    for dummy in range(2):
        commands.run("echo RA:start:0", doing="doing it")
    line = ["Command", "Receive", "Signal"]
    assert ["Create", *line, "Command", "Create", *line] == shell.sent


@pytest.mark.parametrize(
    ("code", "words"), [(0x8033805B, "0x8033805B"), (0x80070005, "Administrators"), (170, "0x000000AA")]
)
def test_a_refusal_has_its_code_and_the_words_of_the_host(code: int, words: str) -> None:
    shell = Shell(Command=[wsman_fault(code, "words of the host")])
    with pytest.raises(HostError, match=words) as caught:
        run(shell)
    assert "words of the host" in str(caught.value)
    assert ["Create", "Command"] == shell.sent


def test_after_a_reset_another_shell_is_used_and_both_are_closed() -> None:
    shell, plugin = Shell(), Plugin(error=Lost("x"))
    commands = host(shell, plugin)
    for dummy in range(2):
        commands.run("echo RA:start:0", doing="doing it")
        commands.reset()
    commands.close()
    line = ["Create", "Command", "Receive", "Signal", "Delete"]
    assert ([*line, *line], 2) == (shell.sent, plugin.resets)


@pytest.mark.parametrize("broken", [LOST, KeyboardInterrupt()])
@pytest.mark.parametrize("verb", ["Command", "Receive"])
def test_a_line_that_may_still_run_ends_with_its_shell_before_another_one_starts(
    verb: str, broken: BaseException
) -> None:
    shell = Shell(**{verb: [broken]})
    commands = host(shell)
    with pytest.raises((HostUnreachable, KeyboardInterrupt)):
        commands.run("echo RA:start:0", doing="doing it")
    commands.run("echo RA:start:0", doing="doing it")
    assert ["Delete", "Create", "Command", "Receive", "Signal"] == shell.sent[-5:]


def test_no_line_starts_while_one_may_still_run() -> None:
    shell = Shell(Receive=[LOST], Delete=[LOST])
    commands = host(shell)
    for dummy in range(2):
        with pytest.raises(HostUnreachable):
            commands.run("echo RA:start:0", doing="doing it")
    assert ["Create", "Command", "Receive", "Delete"] == shell.sent


@pytest.mark.parametrize("trouble", [LOST, wsman_fault(0x8033805B, "gone"), HttpStatus(503, b"")])
def test_closing_never_raises(trouble: t.Any) -> None:
    shell = Shell(Delete=[trouble])
    commands = host(shell)
    commands.run("echo RA:start:0", doing="doing it")
    commands.close()
    assert "Delete" == shell.sent[-1]


def test_files_are_sent_and_fetched_through_the_plugin() -> None:
    plugin = Plugin(content=b"\x00\xff")
    commands = host(Shell(), plugin)
    commands.send(b"\xff\x00", "C:\\x", doing="sending")
    assert ({"C:\\x": b"\xff\x00"}, b"\x00\xff") == (plugin.sent, commands.fetch("C:\\y", doing="fetching"))
    assert (2, True) == (commands.calls, commands.reached)


def test_a_file_that_does_not_come_is_no_empty_file() -> None:
    commands = host(Shell(), Plugin(content=None))
    with pytest.raises(HostError, match="did not arrive"):
        commands.fetch("C:\\y", doing="fetching")
    assert 2 == commands.calls


def test_a_file_that_does_not_come_at_first_is_fetched_again() -> None:
    class Late(Plugin):
        def fetch_file(self, path: str, local: str) -> None:
            super().fetch_file(path, local)
            self.content = b"late"

    assert b"late" == host(Shell(), Late(content=None)).fetch("C:\\y", doing="fetching")


def behind(outer: Exception, inner: Exception) -> Exception:
    outer.__context__ = inner
    return outer


BROKEN = requests.exceptions.ConnectionError(f"http://u:{SECRET}@proxy")
TRANSFERS = {
    "plugin lost it": (Lost("no route"), HostUnreachable, "lost"),
    "plugin hides that it was lost": (behind(Refused("failed"), BROKEN), HostUnreachable, "lost"),
    "plugin hides its own word": (behind(Refused("failed"), Lost("x")), HostUnreachable, "lost"),
    "library lost it": (BROKEN, HostUnreachable, "lost"),
    "http status": (winrm_errors.WinRMTransportError("http", 400, ""), HostUnreachable, "lost"),
    "reset": (ConnectionResetError(SECRET), HostUnreachable, "lost"),
    "logon": (pypsrp_errors.AuthenticationError(SECRET), HostUnreachable, "refuses the logon"),
    "logon, hidden": (behind(Refused("x"), winrm_errors.InvalidCredentialsError(SECRET)), HostUnreachable, "logon"),
    "script failed": (behind(Refused("failed to transfer"), OSError(SECRET)), HostError, "failed to transfer"),
    "fault": (pypsrp_errors.WinRMError(SECRET), HostError, "PowerShell"),
    "nonsense": (KeyError(SECRET), HostError, "PowerShell"),
}


@pytest.mark.parametrize(("error", "kind", "words"), TRANSFERS.values(), ids=TRANSFERS)
def test_a_transfer_that_fails_is_told_by_what_led_to_it(error: Exception, kind: type, words: str) -> None:
    commands = host(Shell(), Plugin(error=error))
    for act in (lambda: commands.fetch("C:\\x", doing="x"), lambda: commands.send(b"", "C:\\x", doing="x")):
        with pytest.raises(HostError, match=words) as caught:
            act()
        assert kind is caught.value.__class__
        assert SECRET not in str(caught.value)
        assert caught.value.__suppress_context__


def test_an_interruption_passes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        host(Shell(), Plugin(error=KeyboardInterrupt())).fetch("C:\\x", doing="x")


def test_the_connection_of_the_inventory_decides_about_the_way() -> None:
    assert isinstance(open_commands(Plugin(), lost=(), refused=()), WinrsHost)
    ssh = types.SimpleNamespace(transport="ssh", _shell=types.SimpleNamespace(SHELL_FAMILY="cmd"))
    assert isinstance(open_commands(ssh, lost=(), refused=()), SshHost)
    with pytest.raises(UnsupportedConnection, match="'local'"):
        open_commands(types.SimpleNamespace(transport="local"), lost=(), refused=())
