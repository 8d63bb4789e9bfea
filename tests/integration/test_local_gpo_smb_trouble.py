# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trouble at every single message of a replacement by SMB: lost, cut, silent, changed, broken off, raced."""

from __future__ import annotations

import contextlib
import signal
import threading
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.by_smb import SmbFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

from tests.integration.newest import newest_only
from tests.integration.smb_grounds import FIRST, NOTHING, SECOND, WHERE, eventually_only, folder_of, names, on_disk, put
from tests.lab.samba import Act, Call, Drop, FileServer, Flip, Half, SambaError, Silence, Strip, samba_available

pytestmark = newest_only

DIRECTIONS = {"new": (NOTHING, FIRST), "other": (FIRST, SECOND), "gone": (FIRST, NOTHING)}
MESSAGES_AT_MOST = 80
GPO = {"gpt.ini", "Machine", "Machine/Registry.pol"}
# Negotiate, and two messages of the logon; the last answer of the logon is the first one with a signature.
UNSIGNED = 2


@pytest.fixture(scope="module")
def server() -> t.Iterator[FileServer]:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer() as running:
        yield running


@pytest.fixture(scope="module")
def signing_server() -> t.Iterator[FileServer]:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer(encryption="off") as running:
        yield running


def fresh(server: FileServer, files: LocalGpoFiles) -> None:
    server.clear()
    if files != NOTHING:
        put(server, files)


def each_old_or_new(held: LocalGpoFiles, before: LocalGpoFiles, after: LocalGpoFiles) -> bool:
    """Tell whether each file is whole, and gpt.ini not older than Registry.pol."""
    return held in {before, after, LocalGpoFiles(gpt_ini=after.gpt_ini, registry_pol=before.registry_pol)}


def told(folder: SmbFolder) -> set[str]:
    """Return what a folder says that it left behind, as names on the disk."""
    return {name.removeprefix(f"{WHERE}\\").replace("\\", "/") for name in folder.left_behind}


def attempts(server: FileServer, before: LocalGpoFiles, act: Act, step: int = 1) -> t.Iterator[int]:
    """Yield the number of a message after making trouble at it, until the run is over before."""
    for number in range(1, MESSAGES_AT_MOST, step):
        fresh(server, before)
        server.proxy.trouble(number, act)
        yield number
        if not server.proxy.met:
            assert number > 10
            return
    raise AssertionError("the run has no end")


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("act", [Drop(), Drop(performed=True)], ids=["before", "after"])
def test_a_connection_that_is_lost(server: FileServer, direction: str, act: Act) -> None:
    before, after = DIRECTIONS[direction]
    for number in attempts(server, before, act):
        folder = folder_of(server, patience=10)
        try:
            folder.replace(before, after, backup_suffix=".1")
        except HostUnreachable as lost:
            server.proxy.quiet()
            assert not lost.logon_refused
            held = on_disk(server)
            assert each_old_or_new(held, before, after), number
            assert lost.outcome_unknown or held == before, number
            left = told(folder)
            assert names(server) <= GPO | left
            # The same once more goes on where it was broken off, and tidies up.
            folder.replace(before, after, backup_suffix=".2")
            left = {name for name in left if name.endswith(".1")} & told(folder)
            assert eventually_only(server, GPO | left | {"gpt.ini.2", "Machine/Registry.pol.2"})
            assert len(left) == len(folder.left_behind)
        assert after == on_disk(server)
        server.proxy.quiet()
        folder.close()


@pytest.mark.parametrize("act", [Silence(), Silence(performed=True), Half()], ids=["silent", "done-but-silent", "cut"])
def test_an_answer_that_does_not_come(server: FileServer, act: Act) -> None:
    for dummy in attempts(server, FIRST, act, step=3):
        folder = folder_of(server, timeout=0.1, patience=10)
        with contextlib.suppress(HostUnreachable):
            folder.replace(FIRST, SECOND, backup_suffix=None)
        assert each_old_or_new(on_disk(server), FIRST, SECOND)
        server.proxy.drop_connections()
        server.proxy.quiet()
        folder.close()
        again = folder_of(server, patience=10)
        again.replace(FIRST, SECOND, backup_suffix=None)
        assert SECOND == on_disk(server)
        again.close()


@pytest.mark.parametrize("act", [Flip(), Strip()], ids=["changed", "without-signature"])
def test_an_answer_that_somebody_changes_is_not_believed(signing_server: FileServer, act: Act) -> None:
    server = signing_server
    for number in attempts(server, FIRST, act):
        folder = folder_of(server)
        try:
            assert SECOND == folder.read() or FIRST == folder.read()
            folder.replace(FIRST, SECOND, backup_suffix=None)
        except HostError as error:
            assert isinstance(error, HostUnreachable)
            assert number <= UNSIGNED + 1 or "not what the host has signed or encrypted" in str(error)
        else:
            assert not server.proxy.met or (act == Strip() and number <= UNSIGNED)
        assert each_old_or_new(on_disk(server), FIRST, SECOND)
        server.proxy.quiet()
        folder.close()


@dataclass(frozen=True, slots=True)
class Forge(Act):
    """Answer with a plain, empty success to the message of this number."""

    number: int

    def answer(self, frame: bytes) -> bytes | None:
        del frame
        # MS-SMB2 2.2.1.2, the answer to a CREATE; message ids count from 0.
        head = b"\xfeSMB" + (64).to_bytes(2, "little") + bytes(6) + (5).to_bytes(2, "little") + b"\x01\x00"
        head += (1).to_bytes(4, "little") + bytes(4) + (self.number - 1).to_bytes(8, "little") + bytes(32)
        body = (89).to_bytes(2, "little") + bytes(87)
        return (len(head + body)).to_bytes(4, "big") + head + body


def test_a_plain_answer_in_an_encrypted_session_is_not_believed(server: FileServer) -> None:
    fresh(server, FIRST)
    folder = folder_of(server)
    number = 5  # three of the logon, one for the share, then gpt.ini is opened
    server.proxy.trouble(number, Forge(number))
    with pytest.raises(HostUnreachable, match=r"\(not encrypted\)"):
        folder.read()
    assert folder.facts is not None
    assert folder.facts.encrypted


def test_an_encrypted_answer_that_somebody_changes_is_not_believed(server: FileServer) -> None:
    fresh(server, FIRST)
    folder = folder_of(server)
    server.proxy.trouble(5, Flip())
    with pytest.raises(HostUnreachable, match="not what the host has signed or encrypted"):
        folder.read()


class BrokenOff(BaseException):
    """What Ansible's task timeout is like: no Exception, raised by a signal wherever the code is."""


def test_breaking_off_leaves_nothing_half_done(server: FileServer) -> None:
    def handler(*dummy: object) -> None:
        raise BrokenOff

    main = threading.main_thread().ident
    before = signal.signal(signal.SIGUSR1, handler)
    try:
        for dummy in attempts(server, FIRST, Call(lambda: signal.pthread_kill(main or 0, signal.SIGUSR1))):
            folder = folder_of(server)
            with contextlib.suppress(BrokenOff):
                folder.replace(FIRST, SECOND, backup_suffix=None)
            server.proxy.quiet()
            folder.close()
            assert each_old_or_new(on_disk(server), FIRST, SECOND)
            assert eventually_only(server, GPO | told(folder))
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_limit_that_passes_on_the_way(server: FileServer) -> None:
    stopped = set()
    folders = [folder_of(server)]
    for dummy in attempts(server, FIRST, Call(lambda: folders[-1].limit(0)), step=2):
        folder = folders[-1]
        try:
            folder.replace(FIRST, SECOND, backup_suffix=None)
        except HostUnreachable as error:
            stopped.add(error.reason)
            held = on_disk(server)
            assert each_old_or_new(held, FIRST, SECOND)
            assert error.outcome_unknown or held == FIRST
            assert names(server) <= GPO | told(folder)
            server.proxy.quiet()
            folder.limit(60)
            # The next use of the folder takes away what stayed.
            assert on_disk(server) == folder.read()
            assert () == folder.left_behind
            assert eventually_only(server, GPO)
        server.proxy.quiet()
        folder.close()
        folders.append(folder_of(server))
    assert {"the time limit has passed"} == stopped


def test_what_is_changed_right_afterwards_is_found_out(server: FileServer) -> None:
    fresh(server, FIRST)

    def spoil() -> None:
        if on_disk(server) == SECOND:
            (server.folder / "Machine" / "Registry.pol").write_bytes(b"theirs")

    folder = folder_of(server)
    server.proxy.trouble(1, Call(spoil), ever_after=True)
    with pytest.raises(HostError, match="does not hold what was just written"):
        folder.replace(FIRST, SECOND, backup_suffix=".bak")
    server.proxy.quiet()
    folder.close()
    # Whoever repairs that by hand needs them.
    assert {"gpt.ini.bak", "Machine/Registry.pol.bak"} == told(folder) == names(server) - GPO


ONLY_POLICY = LocalGpoFiles(gpt_ini=None, registry_pol=FIRST.registry_pol)


@pytest.mark.parametrize(
    ("before", "after", "gaps"),
    [(FIRST, SECOND, 1), (ONLY_POLICY, SECOND, 0), (FIRST, NOTHING, 0)],
    ids=["replaced", "appears", "vanishes"],
)
def test_another_editor_at_every_message(
    server: FileServer, tmp_path: t.Any, before: LocalGpoFiles, after: LocalGpoFiles, gaps: int
) -> None:
    """Whoever saves while we replace is kept out or found out, except in the one gap that is documented."""
    (tmp_path / "theirs").write_bytes(b"theirs")
    saved: list[bool] = []

    def save() -> None:
        try:
            server.smbclient(rf"put {tmp_path}/theirs System32\GroupPolicy\gpt.ini")
        except SambaError:
            saved.append(False)
        else:
            saved.append(True)

    overwritten, kept_out, found_out = [], [], []
    for number in attempts(server, before, Call(save)):
        saved.clear()
        folder = folder_of(server)
        error = None
        try:
            folder.replace(before, after, backup_suffix=None)
        except HostError as raised:
            error = raised
        server.proxy.quiet()
        folder.close()
        held = on_disk(server)
        if saved == [False]:
            kept_out.append(number)
            assert (None, after) == (error, held)
        elif saved == [True] and held.gpt_ini != b"theirs":
            overwritten.append(number)
        elif saved == [True] and error is not None:
            found_out.append(number)
        else:  # they saved when we were through, which is their right, or not at all
            assert (None, after.registry_pol) == (error, held.registry_pol)
    assert gaps == len(overwritten)
    assert len(found_out) > 3
    assert kept_out or before.gpt_ini is None
