# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a local GPO when things go wrong: never half a file, never a policy that is newer than its version."""

from __future__ import annotations

import functools
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import (
    EditedMeanwhile,
    LocalGpoFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

from tests.integration.conftest import CONNECTIONS
from tests.integration.local_gpo_grounds import KINDS, Ground, files, free_of_write_protection, ground_of
from tests.integration.newest import newest_only
from tests.lab import Trouble
from tests.lab.wine import Answer, Call, DropConnection, WhenRun

pytestmark = newest_only

OLD = files(b"[General]\r\nVersion=3\r\n", b"PReg\x01\x00\x00\x00" + b"old" * 200)
NEW = files(b"[General]\r\nVersion=4\r\n", b"PReg\x01\x00\x00\x00" + b"new" * 300)
NOTHING = files(None, None)
EXECUTIONS_AT_MOST = 20
FC = r"C:\Windows\System32\fc.exe"

# What a replacement runs when nothing was read before: where Windows is, what is there, the replacement.
PREPARING, REPLACING = 2, 3


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as prepared:
        yield prepared


@pytest.fixture
def ssh(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of("ssh", request) as prepared:
        yield prepared


@pytest.fixture(params=CONNECTIONS)
def wsman(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as prepared:
        yield prepared


def replaced(ground: Ground, before: LocalGpoFiles, after: LocalGpoFiles) -> tuple[HostError | None, list[str]]:
    """Replace files without having read them; return how that ended and what may have stayed, and check both."""
    error: HostError | None = None
    with ground.files() as folder:
        try:
            folder.replace(before, after, backup_suffix=None)
        except HostError as caught:
            error = caught
    left = list(folder.left_behind)
    held = ground.tree()
    pol, gpt = held.pop("Machine/Registry.pol", None), held.pop("gpt.ini", None)
    assert gpt in {before.gpt_ini, after.gpt_ini}
    assert pol in {before.registry_pol, after.registry_pol}
    assert not (pol == after.registry_pol and gpt == before.gpt_ini), "a policy that Windows never applies"
    names = {path.rpartition("\\")[2] for path in left}
    assert {name.rpartition("/")[2] for name in held} | set(ground.temp_files()) <= names
    if error is None:
        assert files(gpt, pol) == after
    elif not (isinstance(error, HostUnreachable) and error.outcome_unknown):
        assert files(gpt, pol) == before
    return error, left


def finish(ground: Ground, before: LocalGpoFiles, after: LocalGpoFiles) -> None:
    """Do it again, as the caller does when a connection is lost."""
    error, left = replaced(ground, before, after)
    assert (None, []) == (error, left)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("line", [1, PREPARING, REPLACING])
def test_a_shell_that_is_lost_at_a_line_leaves_whole_files_and_the_truth(wsman: Ground, line: int, done: bool) -> None:
    wsman.put(OLD)
    wsman.lose(line, done=done)
    error, left = replaced(wsman, OLD, NEW)
    assert isinstance(error, HostUnreachable)
    assert ([], line == REPLACING) == (left, error.outcome_unknown)
    # A line that has begun is cut off where it is when its shell is closed.
    if not done:
        assert OLD == wsman.holds()
    finish(wsman, OLD, NEW)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_connection_that_is_lost_at_any_execution_of_ssh_leaves_whole_files_and_the_truth(
    ssh: Ground, done: bool
) -> None:
    errors = []
    for number in range(1, EXECUTIONS_AT_MOST):
        ssh.host.reset(None)
        ssh.put(OLD)
        ssh.host.script.add(Trouble(when=WhenRun(number=number), do=DropConnection(performed=done)))
        error, left = replaced(ssh, OLD, files(NEW.gpt_ini, None))
        met = ssh.host.script.applied
        ssh.host.script.clear()
        if not met:
            assert (None, []) == (error, left)
            break
        errors.append(error)
    assert len(errors) > 6
    # A transfer that was complete when the connection was lost is no failure, nor is what cleans up.
    assert {HostUnreachable} == {type(error) for error in errors if error is not None}


def test_a_host_that_is_gone_for_good_is_unreachable_and_closing_does_not_raise(ground: Ground) -> None:
    ground.put(OLD)
    ground.at(PREPARING, ground.host.refuse_connections)
    error, left = replaced(ground, OLD, NEW)
    ground.host.accept_connections()
    assert isinstance(error, HostUnreachable)
    assert not error.outcome_unknown
    # The files that were sent, at least: the line may have run all the same.
    assert 2 <= len(left)


def edit(ground: Ground, name: str) -> None:
    ground.folder.mkdir(exist_ok=True)
    (ground.folder / name).write_bytes(b"somebody else's")


def test_what_appears_at_the_last_moment_is_not_overwritten(ground: Ground) -> None:
    ground.at(REPLACING, functools.partial(edit, ground, "gpt.ini"))
    with ground.files() as folder, pytest.raises(EditedMeanwhile, match=r"gpt\.ini"):
        folder.replace(NOTHING, NEW, backup_suffix=".old")
    assert files(b"somebody else's", None) == ground.holds()
    assert ([], []) == (list(folder.left_behind), ground.temp_files())


def test_a_difference_that_fc_finds_at_the_last_moment_keeps_everything_as_it_was(ssh: Ground) -> None:
    """Wine's fc.exe finds none; where it is missing cmd.exe tells the same as when it finds one."""
    ssh.put(OLD)
    fc = ssh.machine.file(FC)
    kept = fc.read_bytes()
    fc.unlink()
    try:
        with ssh.files() as folder, pytest.raises(EditedMeanwhile):
            folder.replace(OLD, NEW, backup_suffix=None)
    finally:
        fc.write_bytes(kept)
    assert OLD == ssh.holds()
    assert ([], []) == (list(folder.left_behind), ssh.temp_files())


@pytest.mark.parametrize(
    ("protected", "held", "stuck"),
    [(".", OLD, "gpt.ini"), ("Machine", files(NEW.gpt_ini, OLD.registry_pol), "Registry.pol")],
)
def test_a_file_that_cannot_be_replaced_is_named_and_keeps_what_follows_from_it(
    ground: Ground, protected: str, held: LocalGpoFiles, stuck: str
) -> None:
    ground.put(OLD)
    ground.at(REPLACING, functools.partial((ground.folder / protected).chmod, 0o555))
    with ground.files() as folder:
        with pytest.raises(HostError, match=f"{stuck} cannot be replaced"):
            folder.replace(OLD, NEW, backup_suffix=None)
        assert 1 <= len([path for path in folder.left_behind if "GroupPolicy" in path])
        free_of_write_protection(ground.folder)
        folder.replace(OLD, OLD if held == OLD else held, backup_suffix=None)
    assert held == ground.holds()
    assert ([], []) == (list(folder.left_behind), ground.temp_files())


@pytest.mark.parametrize(
    ("before", "after", "transfers", "words"),
    [
        (files(b"3", b"old"), files(b"4", b"new" * 99), 2, r"Registry\.pol cannot be put beside the old one.*room"),
        (files(b"3" * 200, b"old"), files(b"4", b"new"), 4, r"backup copy of gpt\.ini.*room"),
        (files(b"3" * 200, b"old"), files(b"4", b"new"), 2, r"temp_dir"),
    ],
    ids=["beside", "backup", "temp_dir"],
)
def test_a_disk_that_is_full_changes_nothing_and_later_it_can_be_done(
    ssh: Ground, before: LocalGpoFiles, after: LocalGpoFiles, transfers: int, words: str
) -> None:
    ssh.put(before)
    full = functools.partial(setattr, ssh.host, "max_file_size", 100)
    # A limit holds from the next execution on: behind the transfers of new files, or of those that were there.
    ssh.host.script.add(Trouble(when=WhenRun(kind="sftp", number=transfers), do=Call(function=full, after_it=True)))
    with ssh.files() as folder:
        with pytest.raises(HostError, match=words):
            folder.replace(before, after, backup_suffix=".old")
        ssh.host.max_file_size = None
        folder.replace(before, after, backup_suffix=".old")
    now = ssh.tree()
    assert (after, before) == tuple(
        files(now.pop(f"gpt.ini{end}"), now.pop(f"Machine/Registry.pol{end}")) for end in ("", ".old")
    )
    assert {} == now
    assert ([], []) == (list(folder.left_behind), ssh.temp_files())


def test_a_line_whose_answer_is_cut_off_is_judged_by_what_the_host_holds(ssh: Ground) -> None:
    ssh.put(OLD)
    when = WhenRun(kind="exec", number=REPLACING)
    ssh.host.script.add(Trouble(when=when, do=Answer(stdout=b"RA:start:0\r\n")))
    error, dummy = replaced(ssh, OLD, NEW)
    assert "cut off" in str(error)
    assert OLD == ssh.holds()


def test_a_line_that_ansible_runs_twice_is_made_and_its_copies_are_those_of_the_first_time(
    request: pytest.FixtureRequest,
) -> None:
    with ground_of("ssh", request) as ground:
        ground.put(OLD)
        ground.lose(REPLACING, done=True)
        connect = functools.partial(ground.connect, ansible_ssh_retries=2)
        object.__setattr__(ground, "connect", connect)
        with ground.files() as folder:
            copies = folder.replace(OLD, NEW, backup_suffix=".old")
        assert 2 == len([line for line in ground.host.executions.commands if "fc.exe" in line])
        assert [OLD.gpt_ini, OLD.registry_pol] == [ground.machine.file(copy).read_bytes() for copy in copies]
        assert NEW == files(ground.tree()["gpt.ini"], ground.tree()["Machine/Registry.pol"])
        assert [] == ground.temp_files()


def test_nothing_starts_after_the_time_limit(ground: Ground) -> None:
    ground.put(OLD)
    with ground.files() as folder:
        folder.limit(0)
        with pytest.raises(HostUnreachable, match="time limit") as caught:
            folder.replace(OLD, NEW, backup_suffix=None)
    assert not caught.value.outcome_unknown
    assert (OLD, 0) == (ground.holds(), folder.requests)


def test_over_a_powershell_that_sshd_starts_it_is_all_the_same(request: pytest.FixtureRequest) -> None:
    with ground_of("ssh-powershell", request) as ground:
        ground.put(OLD)
        assert (None, []) == replaced(ground, OLD, NEW)
