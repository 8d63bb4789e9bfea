# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines and files over winrm, psrp and ssh: shells, refusals, lost connections, and gpupdate."""

from __future__ import annotations

import functools
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.refresh import refresh_policy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

from tests.integration.conftest import CONNECTIONS
from tests.integration.local_gpo_grounds import FOLDER, KINDS, Ground, files, ground_of
from tests.integration.newest import newest_only
from tests.lab import Behaviour, Drop, Fault, Trouble, When

pytestmark = newest_only

CONTENT = b"PReg\x01\x00\x00\x00" + bytes(range(256)) * 3
POL = rf"{FOLDER}\Machine\Registry.pol"
SYSTEM = r"C:\Windows\System32"


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as prepared:
        yield prepared


@pytest.fixture(params=CONNECTIONS)
def wsman(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as prepared:
        yield prepared


@pytest.mark.parametrize(("message", "done"), [(1, False), (2, True), (4, False)])
def test_a_connection_that_is_lost_while_a_file_is_transferred_is_no_refusal(
    wsman: Ground, message: int, done: bool
) -> None:
    """The plugin winrm has one exception for every transfer that fails; psrp lets those of its library through."""
    wsman.put(files(None, CONTENT))
    with wsman.commands() as commands:
        commands.run("echo RA:start:0", doing="opening the shell of lines")
        wsman.host.script.add(Trouble(when=When(method="Shell*", message=message), do=Drop(performed=done)))
        with pytest.raises(HostUnreachable, match=r"lost while .*Registry\.pol was transferred"):
            commands.fetch(POL, doing="fetching")
        assert 1 == wsman.host.script.applied
        commands.reset()
        assert CONTENT == commands.fetch(POL, doing="fetching")


@pytest.mark.parametrize(
    ("does", "kind", "words"),
    [
        (Fault(code=5), "AccessDenied", "Administrators"),
        (Fault(code=0x803381A5), "HostError", "quota"),
        (Fault(code=0x80338000), "HostError", "0x80338000.*winrs"),
    ],
    ids=["denied", "quota", "no shells"],
)
def test_a_shell_that_is_refused_says_why(wsman: Ground, does: t.Any, kind: str, words: str) -> None:
    wsman.host.script.add(Trouble(when=When(method="ShellCreate", times=None), do=does))
    with wsman.files() as folder, pytest.raises(HostError, match=words) as caught:
        folder.read()
    assert kind == caught.value.__class__.__name__


def test_a_logon_that_is_refused_is_said_so_and_not_tried_again(wsman: Ground) -> None:
    object.__setattr__(wsman, "connect", functools.partial(wsman.connect, ansible_password="wrong"))
    with wsman.files() as folder:
        for dummy in range(2):
            with pytest.raises(HostUnreachable, match="refuses the logon") as caught:
                folder.read()
            assert caught.value.logon_refused
            folder.reconnect()
    assert 0 == wsman.host.counters.shells_opened


def test_lines_share_one_shell_which_is_closed_and_opened_again_where_the_host_closed_it(wsman: Ground) -> None:
    with wsman.commands() as commands:
        for dummy in range(2):
            commands.run("echo RA:start:0", doing="trying")
        assert (1, 2) == (wsman.host.counters.shells_opened, wsman.host.counters.commands)
        wsman.host.script.add(Trouble(when=When(method="ShellCommand"), do=Fault(code=0x8033805B)))
        commands.run("echo RA:start:0", doing="trying")
        assert 2 == wsman.host.counters.shells_opened
    assert 1 == wsman.host.counters.shells_closed


@pytest.mark.parametrize("quotes", [False, True])
def test_a_line_means_the_same_whether_the_host_puts_it_in_quotes_or_not(
    request: pytest.FixtureRequest, quotes: bool
) -> None:
    """What stands between ``cmd.exe /c`` and the line is not public."""
    with ground_of("winrm", request, behaviour=Behaviour(winrs_quotes=quotes)) as ground:
        ground.put(files(None, CONTENT))
        with ground.files() as folder:
            folder.replace(files(None, CONTENT), files(b"new", CONTENT), backup_suffix=None)
        assert files(b"new", CONTENT) == ground.holds()


def test_a_line_may_take_longer_than_an_operation(wsman: Ground) -> None:
    wait = {f"ansible_{wsman.kind}_{name}": value for name, value in (("operation_timeout", 1), ("read_timeout", 3))}
    wait = {f"{name}_sec" if wsman.kind == "winrm" else name: value for name, value in wait.items()}
    object.__setattr__(wsman, "connect", functools.partial(wsman.connect, **wait))
    with wsman.commands() as commands:
        answer = commands.run("echo RA:start:0& ping -n 4 127.0.0.1 >nul & echo RA:end:0& exit 7", doing="waiting")
    assert ({"start": 0, "end": 0}, 7) == (answer.codes, answer.exit_code)


@pytest.mark.parametrize(("program", "code"), [("whoami", 0), ("xcopy", 4)])
def test_gpupdate_runs_and_its_exit_code_is_told(ground: Ground, program: str, code: int) -> None:
    gpupdate = ground.machine.file(rf"{SYSTEM}\gpupdate.exe")
    gpupdate.write_bytes(ground.machine.file(rf"{SYSTEM}\{program}.exe").read_bytes())
    try:
        with ground.commands() as commands:
            assert code == refresh_policy(commands).exit_code
    finally:
        gpupdate.unlink()


def test_a_host_without_gpupdate_is_told_as_such(ground: Ground) -> None:
    with ground.commands() as commands, pytest.raises(HostError, match=r"no gpupdate\.exe"):
        refresh_policy(commands)
