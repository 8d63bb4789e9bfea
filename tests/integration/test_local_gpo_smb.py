# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The local GPO by SMB, against a real smbd: what is read, what is replaced, and what is said when it cannot be."""

from __future__ import annotations

import logging
import os
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.by_smb import SmbFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import (
    EditedMeanwhile,
    LocalGpoFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_files import (
    SmbFile,
    SmbFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_session import SmbSession
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
    UnsupportedConnection,
)

from tests.integration.newest import newest_only
from tests.integration.smb_grounds import FIRST, NOTHING, SECOND, WHERE, folder_of, logon_of, names, on_disk, put
from tests.lab.samba import FileServer, samba_available

pytestmark = newest_only


@pytest.fixture(scope="module")
def running() -> t.Iterator[FileServer]:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer() as server:
        yield server


@pytest.fixture
def server(running: FileServer) -> FileServer:
    running.clear()
    return running


@pytest.fixture
def folder(server: FileServer) -> t.Iterator[SmbFolder]:
    made = folder_of(server)
    yield made
    made.close()


# -- reading ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        NOTHING,
        FIRST,
        LocalGpoFiles(gpt_ini=b"x", registry_pol=None),
        LocalGpoFiles(gpt_ini=None, registry_pol=b"y"),
        LocalGpoFiles(gpt_ini=b"", registry_pol=b""),
        LocalGpoFiles(gpt_ini=os.urandom(65536), registry_pol=os.urandom(300_000)),
    ],
    ids=["none", "both", "gpt.ini", "Registry.pol", "empty", "large"],
)
def test_both_files_are_read(server: FileServer, folder: SmbFolder, files: LocalGpoFiles) -> None:
    if files != NOTHING:
        put(server, files)
    assert files == folder.read()
    assert () == folder.left_behind


def test_names_are_found_in_any_letter_case(server: FileServer, folder: SmbFolder) -> None:
    (server.windows / "System32" / "GROUPPOLICY" / "MACHINE").mkdir(parents=True)
    (server.folder / "GPT.INI").write_bytes(b"a")
    (server.folder / "MACHINE" / "registry.POL").write_bytes(b"b")
    before = LocalGpoFiles(gpt_ini=b"a", registry_pol=b"b")
    assert before == folder.read()
    folder.replace(before, SECOND, backup_suffix=None)
    assert SECOND == folder.read()
    assert {"gpt.ini", "machine", "machine/registry.pol"} == {name.lower() for name in names(server)}
    assert 3 == len(names(server))


def test_a_folder_in_the_place_of_a_file_is_neither_absent_nor_denied(server: FileServer, folder: SmbFolder) -> None:
    (server.folder / "gpt.ini").mkdir(parents=True)
    with pytest.raises(HostError) as caught:
        folder.read()
    assert (HostError, 0xC00000BA) == (type(caught.value), caught.value.code)


def test_a_file_of_an_absurd_size_is_not_read(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    os.truncate(server.folder / "gpt.ini", 1 << 30)
    with pytest.raises(HostError, match="1073741824 bytes"):
        folder.read()


# -- replacing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [NOTHING, FIRST, LocalGpoFiles(gpt_ini=b"x", registry_pol=None)])
@pytest.mark.parametrize(
    "after",
    [
        NOTHING,
        SECOND,
        LocalGpoFiles(gpt_ini=b"", registry_pol=b""),
        LocalGpoFiles(gpt_ini=b"z", registry_pol=os.urandom(300_000)),
        LocalGpoFiles(gpt_ini=FIRST.gpt_ini, registry_pol=b"only this one"),
    ],
    ids=["none", "second", "empty", "large", "Registry.pol"],
)
def test_the_host_holds_what_it_shall(
    server: FileServer, folder: SmbFolder, before: LocalGpoFiles, after: LocalGpoFiles
) -> None:
    if before != NOTHING:
        put(server, before)
    assert () == folder.replace(before, after, backup_suffix=None)
    assert after == on_disk(server)
    assert names(server) <= {"gpt.ini", "Machine", "Machine/Registry.pol"}
    assert () == folder.left_behind


def test_a_new_folder_is_hidden(server: FileServer, folder: SmbFolder) -> None:
    folder.replace(NOTHING, FIRST, backup_suffix=None)
    folder.close()
    assert "attributes: HD (12)" in server.smbclient(r"allinfo System32\GroupPolicy")
    assert "attributes: D (10)" in server.smbclient(r"allinfo System32\GroupPolicy\Machine")


def test_a_file_that_stays_is_not_touched(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    kept = (server.folder / "gpt.ini").stat()
    folder.replace(FIRST, LocalGpoFiles(gpt_ini=FIRST.gpt_ini, registry_pol=b"new"), backup_suffix=".bak")
    assert (kept.st_ino, kept.st_mtime_ns) == ((now := (server.folder / "gpt.ini").stat()).st_ino, now.st_mtime_ns)
    assert {"gpt.ini", "Machine", "Machine/Registry.pol", "Machine/Registry.pol.bak"} == names(server)


def test_nothing_to_do_asks_nothing(server: FileServer, folder: SmbFolder) -> None:
    assert () == folder.replace(FIRST, FIRST, backup_suffix=".bak")
    assert (0, set()) == (folder.requests, names(server))


def test_copies_stay_beside_what_was_there(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    copies = folder.replace(FIRST, SECOND, backup_suffix=".20260101")
    assert (rf"{WHERE}\gpt.ini.20260101", rf"{WHERE}\Machine\Registry.pol.20260101") == copies
    assert FIRST.gpt_ini == (server.folder / "gpt.ini.20260101").read_bytes()
    assert FIRST.registry_pol == (server.folder / "Machine" / "Registry.pol.20260101").read_bytes()
    # There was nothing to copy.
    put(server, LocalGpoFiles(gpt_ini=b"x", registry_pol=None))
    copies = folder.replace(LocalGpoFiles(gpt_ini=b"x", registry_pol=None), SECOND, backup_suffix=".2")
    assert (rf"{WHERE}\gpt.ini.2",) == copies


def test_a_copy_never_replaces_another_one(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    (server.folder / "Machine" / "Registry.pol.bak").write_bytes(b"precious")
    with pytest.raises(HostError, match="there is a file of this name already"):
        folder.replace(FIRST, SECOND, backup_suffix=".bak")
    assert FIRST == on_disk(server)
    assert b"precious" == (server.folder / "Machine" / "Registry.pol.bak").read_bytes()
    assert {"gpt.ini", "Machine", "Machine/Registry.pol", "Machine/Registry.pol.bak"} == names(server)


# -- others edit as well ------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["gpt.ini", "Machine/Registry.pol"])
@pytest.mark.parametrize("theirs", [b"somebody else's", None])
def test_what_somebody_else_has_changed_is_not_overwritten(
    server: FileServer, folder: SmbFolder, file: str, theirs: bytes | None
) -> None:
    put(server, FIRST)
    if theirs is None:
        (server.folder / file).unlink()
    else:
        (server.folder / file).write_bytes(theirs)
    held = on_disk(server)
    with pytest.raises(EditedMeanwhile, match="somebody else has changed it"):
        folder.replace(FIRST, SECOND, backup_suffix=".bak")
    assert held == on_disk(server)
    assert names(server) <= {"gpt.ini", "Machine", "Machine/Registry.pol"}
    assert () == folder.left_behind


def test_half_of_it_done_before_is_finished(server: FileServer, folder: SmbFolder) -> None:
    put(server, LocalGpoFiles(gpt_ini=SECOND.gpt_ini, registry_pol=FIRST.registry_pol))
    folder.replace(FIRST, SECOND, backup_suffix=None)
    assert SECOND == on_disk(server)
    folder.replace(FIRST, SECOND, backup_suffix=None)
    assert SECOND == on_disk(server)


def test_a_file_that_is_being_written_is_waited_for_and_then_named(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    other = SmbSession(logon_of(server), "ADMIN$", timeout=10)
    with SmbFiles(other).edit(r"System32\GroupPolicy\Machine\Registry.pol"):
        for attempt in (folder.read, lambda: folder.replace(FIRST, SECOND, backup_suffix=".bak")):
            with pytest.raises(HostError, match="another program has the file open") as caught:
                attempt()
            assert 0xC0000043 == caught.value.code
        assert FIRST == on_disk(server)
        assert {"gpt.ini", "Machine", "Machine/Registry.pol"} == names(server)
    assert FIRST == folder.read()
    other.close()


def test_a_file_that_is_open_cannot_be_renamed_over_as_on_windows(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    folder.read()
    # Samba refuses like Windows only where the same connection has it open.
    with t.cast(SmbFile, folder._files.hold(r"System32\GroupPolicy\gpt.ini")):
        with pytest.raises(HostError, match="another program has the file open") as caught:
            folder.replace(FIRST, SECOND, backup_suffix=None)
        assert 0xC0000043 == caught.value.code
    assert FIRST == on_disk(server)
    assert {"gpt.ini", "Machine", "Machine/Registry.pol"} == names(server)
    folder.replace(FIRST, SECOND, backup_suffix=None)


def test_whoever_reads_does_not_keep_us_from_reading(server: FileServer, folder: SmbFolder) -> None:
    put(server, FIRST)
    other = folder_of(server)
    with t.cast(SmbFile, other._files.hold(r"System32\GroupPolicy\gpt.ini")):
        assert FIRST == folder.read()
    other.close()


def test_a_held_file_is_edited_in_place(server: FileServer) -> None:
    put(server, FIRST)
    files = SmbFiles(SmbSession(logon_of(server), "ADMIN$", timeout=10), patience=0)
    others = SmbFiles(SmbSession(logon_of(server), "ADMIN$", timeout=10), patience=0)
    path = r"System32\GroupPolicy\gpt.ini"
    with files.edit(path) as file:
        assert FIRST.gpt_ini == file.read()
        for content in (b"longer than it was before" * 9000, b"short", b""):
            file.write(content)
            assert content == file.read()
            assert content == (server.folder / "gpt.ini").read_bytes()
        with pytest.raises(HostError) as caught:
            others.edit(path)
        assert 0xC0000043 == caught.value.code
        assert files.in_use(path)
    with others.edit(path):
        pass
    assert not files.in_use(path)
    with files.edit(rf"{path}.new") as new:
        assert b"" == new.read()
    files.session.close()
    others.session.close()


# -- what was negotiated ------------------------------------------------------------------------------


@pytest.mark.parametrize("encryption", ["off", "offered", "required"])
@pytest.mark.parametrize("signing", ["offered", "required"])
def test_encryption_is_used_where_the_host_offers_it(encryption: t.Any, signing: t.Any) -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer(encryption=encryption, signing=signing) as server:
        folder = folder_of(server)
        assert folder.facts is None
        folder.replace(NOTHING, FIRST, backup_suffix=None)
        facts = folder.facts
        assert facts is not None
        assert ("3.1.1", True, encryption != "off", "ntlm") == (
            facts.dialect,
            facts.signed,
            facts.encrypted,
            facts.auth,
        )
        folder.close()


@pytest.mark.parametrize(("protocol", "dialect"), [("SMB3_02", "3.0.2"), ("SMB3_00", "3.0.0"), ("SMB2_10", "2.1.0")])
def test_older_dialects_work(protocol: str, dialect: str) -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer(protocol=protocol, encryption="off" if protocol == "SMB2_10" else "offered") as server:
        folder = folder_of(server)
        folder.replace(NOTHING, FIRST, backup_suffix=None)
        assert FIRST == folder.read()
        assert folder.facts is not None
        assert (dialect, protocol != "SMB2_10") == (folder.facts.dialect, folder.facts.encrypted)
        folder.close()


def test_the_library_keeps_its_tracebacks_to_itself(folder: SmbFolder) -> None:
    folder.read()
    assert not logging.getLogger("smbprotocol.connection").isEnabledFor(logging.ERROR)


# -- who may not ----------------------------------------------------------------------------------------


def refusal(act: t.Callable[[], object], kind: type[HostError] = HostUnreachable) -> HostError:
    with pytest.raises(HostError) as caught:
        act()
    assert kind is caught.value.__class__
    assert caught.value.__cause__ is None
    return caught.value


def test_a_wrong_password_is_said_and_never_tried_twice(server: FileServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for other in ({"password": "wrong-3141592"}, {"username": "nobody-at-all"}):
        folder = folder_of(server, **other)
        error = refusal(folder.read)
        assert isinstance(error, HostUnreachable)
        assert (True, False, "0xC000006D") == (error.logon_refused, error.outcome_unknown, error.details()["code"])
        assert "wrong user name or password (0xC000006D)" in str(error)
        server.proxy.quiet()
        assert error is refusal(folder.read)
        folder.reconnect()
        assert error is refusal(lambda folder=folder: folder.replace(NOTHING, FIRST, backup_suffix=None))
        assert 0 == server.proxy.messages
        told = f"{error!r} {error} {folder!r} {logon_of(server, **other)!r} {caplog.text}"
        assert "wrong-3141592" not in told
        assert server.administrator.password not in told


def test_whoever_is_no_administrator_is_told_what_windows_wants(server: FileServer) -> None:
    folder = folder_of(server, server.stranger)
    error = refusal(folder.read, AccessDenied)
    assert 0xC0000022 == error.code
    assert "Administrators" in str(error)
    assert "LocalAccountTokenFilterPolicy" in str(error)
    assert r"opening \\127.0.0.1\ADMIN$" == error.doing


def test_a_guest_is_refused_by_us() -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer(guests=True) as server:
        folder = folder_of(server, username="nobody-at-all")
        error = refusal(folder.read)
        assert "as a guest only" in str(error)
        assert isinstance(error, HostUnreachable)
        assert error.logon_refused


def test_a_read_only_share_can_be_read_and_is_denied_writing() -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer(read_only=True) as server:
        folder = folder_of(server)
        refusal(lambda: folder.replace(NOTHING, FIRST, backup_suffix=None), AccessDenied)
        assert set() == names(server)
        put(server, FIRST)
        assert FIRST == folder.read()
        refusal(lambda: folder.replace(FIRST, SECOND, backup_suffix=".bak"), AccessDenied)
        refusal(lambda: folder.replace(FIRST, NOTHING, backup_suffix=None), AccessDenied)
        assert FIRST == on_disk(server)
        assert () == folder.left_behind
        folder.close()


def test_no_such_share(server: FileServer) -> None:
    session = SmbSession(logon_of(server), "C$", timeout=10)
    error = refusal(lambda: SmbFiles(session).read("x"), HostError)
    assert 0xC00000CC == error.code
    assert "no such share" in str(error)


def test_nobody_listens(server: FileServer) -> None:
    folder = folder_of(server)
    server.proxy.close()
    try:
        error = refusal(folder.read)
    finally:
        server.proxy.open()
    assert "connection refused" in str(error)
    assert "File and Printer Sharing" in str(error)
    folder.read()
    folder.close()


def test_an_unknown_name(server: FileServer) -> None:
    assert "cannot be resolved" in str(refusal(folder_of(server, host="no-such-host.invalid").read))


def test_smb_1_only() -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with FileServer(protocol="NT1") as server:
        assert "it only speaks SMB 1" in str(refusal(folder_of(server).read))


def test_kerberos_without_its_library_or_its_ticket(server: FileServer) -> None:
    with pytest.raises((UnsupportedConnection, HostUnreachable)) as caught:
        folder_of(server, auth_protocol="kerberos").read()
    assert server.administrator.password not in str(caught.value)
    error = refusal(folder_of(server, username=None, password=None).read)
    assert "the logon failed before the host could decide" in str(error)
