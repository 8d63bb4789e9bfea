# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A file server by Samba's own client: what the share is, who may use it, what the proxy does to messages."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.samba import (
    ADMINISTRATOR,
    Account,
    Act,
    Call,
    Drop,
    FileServer,
    Flip,
    Half,
    SambaError,
    Silence,
    Stall,
    samba_available,
)
from tests.lab.samba.programs import STATE, smbclient
from tests.lab.wine import WineMachine
from tests.lab.wine.processes import parents


@pytest.fixture(scope="module")
def running() -> Iterator[FileServer]:
    _need_samba()
    with FileServer() as server:
        yield server


@pytest.fixture
def server(running: FileServer) -> FileServer:
    running.clear()
    return running


def _need_samba() -> None:
    if reason := samba_available():
        pytest.skip(reason)


def through_proxy(
    server: FileServer, commands: str, *options: str, account: Account | None = None, timeout: float = 30
) -> str:
    """Run smbclient through the proxy."""
    who = account or server.administrator
    where = (f"//{server.address}/ADMIN$", "-p", str(server.port), "-U", f"{who.name}%{who.password}")
    return smbclient(*where, *options, "-c", commands, timeout=timeout)


def test_samba_is_here_in_ci() -> None:
    if os.environ.get("CI") == "true":
        assert samba_available() == ""


def test_the_share_is_the_windows_folder(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\r\nx")
    server.smbclient("mkdir SYSTEM32/GroupPolicy", f"put {tmp_path}/a system32/GROUPPOLICY/a.txt")
    assert (server.windows / "System32" / "GroupPolicy" / "a.txt").read_bytes() == b"\r\nx"
    assert server.folder == server.windows / "System32" / "GroupPolicy"
    server.clear()
    assert list((server.windows / "System32").iterdir()) == []


def test_the_spelling_on_the_disk_is_found(server: FileServer) -> None:
    (server.windows / "System32" / "GROUPPOLICY").mkdir()
    assert server.folder.name == "GROUPPOLICY"


def test_who_may_and_who_may_not(server: FileServer) -> None:
    assert "System32" in through_proxy(server, "ls")
    with pytest.raises(SambaError, match="tree connect failed: NT_STATUS_ACCESS_DENIED"):
        through_proxy(server, "ls", account=server.stranger)
    for account in (Account(ADMINISTRATOR, "wrong"), Account("nobody-at-all", "x"), Account("", "")):
        with pytest.raises(SambaError, match=r"NT_STATUS_(LOGON_FAILURE|ACCESS_DENIED)"):
            through_proxy(server, "ls", account=account)


def test_passwords_are_new_for_each_server(server: FileServer) -> None:
    with FileServer() as other:
        accounts = (server.administrator, server.stranger, other.administrator, other.stranger)
        assert len({account.password for account in accounts}) == 4
        assert other.port != server.port
        with pytest.raises(SambaError, match="NT_STATUS_LOGON_FAILURE"):
            through_proxy(other, "ls", account=server.administrator)


def test_unknown_users_become_guests_where_that_is_wanted() -> None:
    _need_samba()
    with FileServer(guests=True) as server:
        assert "Current directory" in through_proxy(server, "pwd", account=Account("nobody-at-all", "x"))


def test_a_read_only_share() -> None:
    _need_samba()
    with FileServer(read_only=True) as server:
        assert "System32" in through_proxy(server, "ls")
        with pytest.raises(SambaError, match=r"NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)"):
            through_proxy(server, "mkdir x")


@pytest.mark.parametrize(
    ("settings", "option", "works"),
    [
        ({"encryption": "off"}, "--client-protection=encrypt", False),
        ({"encryption": "off"}, "--client-protection=sign", True),
        ({"encryption": "offered"}, "--client-protection=encrypt", True),
        ({"encryption": "required"}, "--client-protection=encrypt", True),
        ({"encryption": "required"}, "--max-protocol=SMB2_10", False),
        ({"encryption": "off", "signing": "required"}, "--client-protection=sign", True),
    ],
)
def test_signing_and_encryption(settings: dict[str, str], option: str, works: bool) -> None:
    _need_samba()
    with FileServer(**settings) as server:
        if works:
            assert "System32" in through_proxy(server, "ls", option)
        else:
            with pytest.raises(SambaError):
                through_proxy(server, "ls", option)


def test_a_folder_of_somebody_elses(tmp_path: Path) -> None:
    _need_samba()
    (tmp_path / "here").write_bytes(b"")
    with FileServer(windows=tmp_path) as server:
        assert "here" in server.smbclient("ls")
    assert (tmp_path / "here").exists()


def test_ssh_and_smb_see_one_machine(wine_machine: WineMachine) -> None:
    _need_samba()
    with FileServer(machine=wine_machine) as server:
        server.smbclient("mkdir system32/GroupPolicy")
        done = wine_machine.run(r"echo x> C:\windows\system32\GroupPolicy\from-cmd.txt")
        assert done.returncode == 0
        assert "from-cmd.txt" in server.smbclient(r"ls System32\GroupPolicy\*")
        server.clear()
        assert "GroupPolicy" not in server.smbclient(r"ls System32\*")


# -- trouble --------------------------------------------------------------------------------------------


def test_messages_are_counted(server: FileServer) -> None:
    through_proxy(server, "ls")
    few = server.proxy.messages
    server.proxy.quiet()
    assert server.proxy.messages == 0
    through_proxy(server, "ls; ls; ls")
    assert server.proxy.messages > few > 5


@pytest.mark.parametrize("act", [Drop(), Drop(performed=True), Half()])
@pytest.mark.parametrize("number", [1, 3, 6])
def test_a_lost_connection_ends_the_client_and_not_the_server(server: FileServer, act: Act, number: int) -> None:
    server.proxy.trouble(number, act)
    with pytest.raises(SambaError):
        through_proxy(server, "ls; ls")
    assert server.proxy.met
    server.proxy.quiet()
    assert "System32" in through_proxy(server, "ls")


@pytest.mark.parametrize("act", [Silence(), Silence(performed=True), Stall()])
def test_a_silent_host_keeps_the_client_waiting(server: FileServer, act: Act) -> None:
    server.proxy.trouble(3, act)
    with pytest.raises(subprocess.TimeoutExpired):
        through_proxy(server, "ls", timeout=0.5)
    assert (server.proxy.met, server.proxy.messages) == (True, 3)


def test_a_changed_answer_of_the_logon_is_found_out(server: FileServer) -> None:
    server.proxy.trouble(3, Flip())
    with pytest.raises(SambaError, match="NT_STATUS_"):
        through_proxy(server, "ls")


def test_trouble_is_made_before_or_after_performing(server: FileServer) -> None:
    numbers = []
    for act in (Drop(), Drop(performed=True)):
        number = 4
        while number < 40 and not (server.windows / "new").exists():
            number += 1
            server.proxy.trouble(number, act)
            with contextlib.suppress(SambaError):
                through_proxy(server, "mkdir new")
        numbers.append(number)
        (server.windows / "new").rmdir()
    # Dropped before it is performed, the message that makes the folder never arrives; the next one is too late.
    assert numbers[0] == numbers[1] + 1


def test_somebody_else_acts_in_between(server: FileServer) -> None:
    seen: list[int] = []
    server.proxy.trouble(2, Call(lambda: seen.append(server.proxy.messages)), ever_after=True)
    through_proxy(server, "ls")
    assert seen == list(range(2, len(seen) + 2))
    assert len(seen) > 3


def test_a_closed_port_and_an_opened_one(server: FileServer) -> None:
    port = server.port
    server.proxy.close()
    with pytest.raises(SambaError, match="NT_STATUS_CONNECTION_REFUSED"):
        through_proxy(server, "ls")
    server.proxy.open()
    assert server.port == port
    assert "System32" in through_proxy(server, "ls")


def test_nothing_stays() -> None:
    _need_samba()
    with FileServer() as server:
        directory = server.directory
        through_proxy(server, "ls")
        process = server.process_id
        assert process in parents()
        assert directory.parent == STATE
    assert process not in parents()
    assert not directory.exists()
    with pytest.raises(SambaError):
        through_proxy(server, "ls")
