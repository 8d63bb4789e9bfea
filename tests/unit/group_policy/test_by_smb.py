# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SMB says when there is no host: words, limits, patience, a missing library."""

from __future__ import annotations

import socket
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import smb_codes, smb_opening
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.by_smb import SmbFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_files import SmbFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_opening import SmbLogon
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_session import SmbSession
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_wire import MISSING, _timeval
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
    UnsupportedConnection,
)
from hypothesis import given
from hypothesis import strategies as st

LOGON = SmbLogon(host="host.invalid", username="DOM\\user", password="s3cret-2718281")
FILES = LocalGpoFiles(gpt_ini=b"a", registry_pol=None)
BUSY, DENIED, FULL = 0xC0000043, 0xC0000022, 0xC000007F
needs_library = pytest.mark.skipif(MISSING is not None, reason="smbprotocol is not in this environment")


def error_of(act: t.Callable[[], object], kind: type[Exception]) -> Exception:
    with pytest.raises(kind) as caught:
        act()
    assert kind is caught.value.__class__
    return caught.value


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def test_the_password_is_shown_nowhere() -> None:
    folder = SmbFolder(LOGON)
    assert "DOM" in repr(LOGON)
    assert "s3cret" not in f"{LOGON!r} {LOGON} {folder!r} {vars(folder)!r}"


def test_nothing_is_sent_before_the_first_call() -> None:
    folder = SmbFolder(LOGON)
    folder.reconnect()
    folder.close()
    assert ("smb", None, 0, ()) == (folder.name, folder.facts, folder.requests, folder.left_behind)
    assert () == folder.replace(FILES, FILES, backup_suffix=".bak")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smb_opening, "MISSING", ImportError("No module named 'smbprotocol'"))
    folder = SmbFolder(LOGON)
    for act in (
        folder.read,
        lambda: folder.replace(FILES, LocalGpoFiles(gpt_ini=None, registry_pol=None), backup_suffix=None),
    ):
        error = error_of(act, UnsupportedConnection)
        assert "pip install 'smbprotocol>=1.17' (No module named 'smbprotocol')" in str(error)


@needs_library
def test_a_limit_that_has_passed() -> None:
    clock = Clock()
    folder = SmbFolder(LOGON, clock=clock)
    folder.limit(5)
    clock.now += 5
    error = t.cast(HostUnreachable, error_of(folder.read, HostUnreachable))
    assert ("the time limit has passed", False) == (error.reason, error.outcome_unknown)


# -- codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (DENIED, AccessDenied, "Administrators"),
        (0xC00000A2, AccessDenied, "read-only"),
        (BUSY, HostError, "another program has the file open"),
        (FULL, HostError, "disk is full"),
        (0xC00000C9, HostUnreachable, "taken the share away"),
        (0xC0000203, HostUnreachable, "ended the session"),
        (0xC0001234, HostError, "refuses the request"),
    ],
)
def test_a_refusal_of_a_file_operation(status: int, kind: type[HostError], words: str) -> None:
    error = smb_codes.refused(smb_codes.FILES, status, doing="reading x")
    assert (kind, status) == (type(error), error.code)
    assert words in str(error)
    assert f"0x{status:08X}" in str(error)
    assert {"doing": "reading x", "code": f"0x{status:08X}"} == error.details()


def test_denied_is_another_text_for_a_share_than_for_a_file() -> None:
    of_share = smb_codes.refused(smb_codes.SHARE, DENIED, doing="x")
    of_file = smb_codes.refused(smb_codes.FILES, DENIED, doing="x")
    assert (AccessDenied, AccessDenied) == (type(of_share), type(of_file))
    assert of_share.reason != of_file.reason
    assert "LocalAccountTokenFilterPolicy" in of_share.advice
    assert "no such share" in str(smb_codes.refused(smb_codes.SHARE, 0xC00000CC, doing="x"))


@pytest.mark.parametrize("status", [*smb_codes.LOGON, 0xC0001234])
def test_a_refused_logon_is_final(status: int) -> None:
    error = smb_codes.logon_refused(status, doing="logging on")
    assert (True, False, status) == (error.logon_refused, error.outcome_unknown, error.code)
    assert f"0x{status:08X}" in str(error)


@pytest.mark.parametrize("status", [*smb_codes.UNDECIDED, *smb_codes.GONE])
def test_a_logon_that_the_host_could_not_decide_may_be_tried_again(status: int) -> None:
    assert not smb_codes.logon_refused(status, doing="logging on").logon_refused


@given(st.integers(0x80000000, 0xFFFFFFFF))
def test_every_status_is_shown(status: int) -> None:
    for error in (
        smb_codes.refused(smb_codes.FILES, status, doing="x"),
        smb_codes.refused(smb_codes.SHARE, status, doing="x"),
        smb_codes.logon_refused(status, doing="x"),
    ):
        assert f"0x{status:08X}" in str(error)


def test_absent_in_use_and_denied_are_never_confused() -> None:
    sets = [
        smb_codes.ABSENT,
        smb_codes.IN_USE,
        frozenset({DENIED}),
        frozenset({smb_codes.COLLISION}),
        frozenset(smb_codes.GONE),
    ]
    assert sum(map(len, sets)) == len(frozenset().union(*sets))
    assert {0xC0000034, 0xC000003A} <= smb_codes.ABSENT
    assert {BUSY} <= smb_codes.IN_USE


# -- patience -----------------------------------------------------------------------------------------


def files_of(clock: Clock, patience: float) -> SmbFiles:
    return SmbFiles(
        SmbSession(LOGON, "ADMIN$", timeout=1, clock=clock), patience=patience, clock=clock, sleep=clock.sleep
    )


def failing(*codes: int) -> t.Callable[[], str]:
    """Return an attempt that fails with these codes in turn, and then works."""
    left = list(codes)

    def attempt() -> str:
        if left:
            raise HostError(doing="x", reason="y", code=left.pop(0))
        return "done"

    return attempt


@pytest.mark.parametrize("code", sorted(smb_codes.IN_USE))
def test_a_file_in_use_is_waited_for(code: int) -> None:
    clock = Clock()
    assert "done" == files_of(clock, patience=3).patiently(failing(code, code, code))
    assert 1000 < clock.now < 1003


def test_the_wait_has_an_end() -> None:
    clock = Clock()
    error = t.cast(
        HostError, error_of(lambda: files_of(clock, patience=3).patiently(failing(*[BUSY] * 1000)), HostError)
    )
    assert BUSY == error.code
    assert 1003 <= clock.now < 1004


@pytest.mark.parametrize("code", [DENIED, FULL, 0xC0000034, smb_codes.COLLISION])
def test_nothing_else_is_waited_for(code: int) -> None:
    clock = Clock()
    error_of(lambda: files_of(clock, patience=3).patiently(failing(code)), HostError)
    assert 1000 == clock.now


def fill(target: socket.socket) -> None:
    while True:
        target.send(bytes(65536))


def test_a_peer_that_takes_nothing_does_not_hold_us() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(0.0))
        with pytest.raises(BlockingIOError):
            fill(one)
