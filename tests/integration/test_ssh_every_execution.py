# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that is lost at every single line and transfer of a run over ssh, once and for ever from there on."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Outcome, enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

from tests.integration.host_oracle import DISABLE, DISABLE_VIEWING, MIXED, OFFER, Content, Job, content, place, wider
from tests.integration.newest import newest_only
from tests.integration.real_channels import ssh_channel_to
from tests.lab import Trouble
from tests.lab.wine import Answer, Call, DropConnection, WhenRun, WineHost

pytestmark = newest_only

EXECUTIONS_AT_MOST = 20
HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"


@pytest.fixture
def host(wine: t.Callable[..., WineHost]) -> t.Iterator[WineHost]:
    lent = wine(shell="cmd")
    yield lent
    assert lent.errors == ()


def refuse_interruption(dummy: Outcome) -> None:
    raise AssertionError("nothing was broken off")


def run(host: WineHost, job: Job, **variables: t.Any) -> tuple[Outcome | HostError, set[str]]:
    """Return how a job ended, and the names of files that are said to be on the host still."""
    with ssh_channel_to(host, **variables) as channel:
        ended: Outcome | HostError
        try:
            ended = enforce(channel, from_mapping(job.raw), check_mode=False, interrupted=refuse_interruption)
        except HostError as error:
            ended = error
    return ended, {file.rsplit("\\", 1)[1] for file in channel.left_behind}


def where(step: t.Any) -> tuple[str, str]:
    return place(str(step.target.key), step.target.name)


def plain(value: t.Any) -> tuple[str, t.Any] | None:
    return None if value is None else (value.type.name, value.data)


def assert_true(ended: Outcome | HostError, before: Content, after: Content, now: Content) -> None:
    """Check that what is said about each step is what the host really holds."""
    if isinstance(ended, HostError):
        assert before == now
        return
    if ended.failure is None:
        assert after == now
    said: dict[tuple[str, str], str] = {}
    for word in ("made", "restored", "left", "unknown"):
        for step in getattr(ended, word):
            assert where(step) not in said
            said[where(step)] = word
    for step in ended.plan.steps:
        holds, word = now.get(where(step)), said.get(where(step), "nothing")
        assert holds in (before.get(where(step)), plain(step.after))
        if word != "unknown":
            assert holds == (plain(step.after) if word == "made" else before.get(where(step))), (word, where(step))


def each_execution(
    host: WineHost, job: Job, trouble: t.Any, *, times: int | None, kind: str | None = None
) -> t.Iterator[tuple[Outcome | HostError, Content, Content]]:
    """Run the job once for each of its executions with a trouble there; yield how it ended, before and after."""
    for number in range(1, EXECUTIONS_AT_MOST):
        host.reset(None)
        before, after = job.prepare(host)
        host.script.add(Trouble(when=WhenRun(number=number, times=times, kind=kind), do=trouble))
        ended, left_behind = run(host, job)
        met = host.script.applied
        host.script.clear()
        now = content(host)
        assert [] == wider(now, before, after), number
        assert_true(ended, before, after, now)
        assert set(host.temp_files()) <= left_behind, number
        if not met:
            assert isinstance(ended, Outcome)
            assert (None, [], set()) == (ended.failure, host.temp_files(), left_behind)
            assert number > 4
            return
        yield ended, before, after
    raise AssertionError("the run never came to an end")


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("job", [DISABLE, OFFER], ids=["disable", "offer"])
def test_a_connection_that_is_lost_once_does_not_keep_a_run_from_its_end(host, job, done):
    finished = 0
    for ended, dummy, after in each_execution(host, job, DropConnection(performed=done), times=1):
        if isinstance(ended, Outcome):
            finished += 1
            assert ended.failure is None
            assert after == content(host)
        else:
            assert isinstance(ended, HostUnreachable)
            # Only the last execution, which cleans up, has nobody to clean up behind it.
            assert [] == host.temp_files()
    assert finished > 3


@pytest.mark.parametrize(("job", "done"), [(DISABLE, False), (OFFER, True)], ids=["disable-before", "offer-after"])
def test_a_connection_that_is_lost_for_ever_leaves_a_host_as_the_outcome_says(host, job, done):
    failures = []
    for ended, *dummy in each_execution(host, job, DropConnection(performed=done), times=None):
        failures.append(ended if isinstance(ended, HostError) else ended.failure)
    # The last transfer may be complete when the connection is lost, and removing files behind it is no part of a run.
    failed = [failure for failure in failures if failure is not None]
    assert all(isinstance(failure, HostUnreachable) for failure in failed)
    assert len(failures) - len(failed) <= 2
    assert len(failed) > 3


@pytest.mark.parametrize("job", [DISABLE, OFFER], ids=["disable", "offer"])
def test_an_import_that_ansible_runs_twice_by_itself_is_made_and_reported_as_made(host, job):
    dummy, after = job.prepare(host)
    host.script.add(Trouble(when=WhenRun(line="*reg.exe import*"), do=DropConnection(performed=True)))
    ended, left_behind = run(host, job, ansible_ssh_retries=2)
    assert isinstance(ended, Outcome)
    assert (None, set(), []) == (ended.failure, left_behind, host.temp_files())
    assert ended.made == ended.plan.steps
    assert after == content(host)
    # The second one found no file: the first had removed it.
    assert 2 == len([line for line in host.executions.commands if "import" in line])


def test_a_line_that_is_not_performed_and_says_nothing_is_never_taken_for_success(host):
    for ended, before, after in each_execution(host, OFFER, Answer(), times=1, kind="exec"):
        if isinstance(ended, Outcome):
            assert (before if ended.failure else after) == content(host)
        else:
            assert "did not understand" in str(ended)


@pytest.mark.parametrize("job", [DISABLE_VIEWING, MIXED], ids=["disable-viewing", "mixed"])
def test_no_beginning_of_the_file_that_is_imported_makes_a_host_wider(host, job):
    """An import runs from top to bottom and may end anywhere: each entry is imported alone, by Wine's reg.exe."""
    before, after = job.prepare(host)
    files: list[str] = []

    def keep() -> None:
        (name,) = re.findall(r'import "[^"]*\\(.*?)"', host.executions.commands[-1])
        files.append((host.machine.file("C:\\Windows\\Temp") / name).read_bytes().decode("utf-16"))

    host.script.add(Trouble(when=WhenRun(line="*reg.exe import*"), do=Call(function=keep)))
    ended, dummy = run(host, job)
    assert isinstance(ended, Outcome)
    assert ended.failure is None
    job.prepare(host)
    (text,) = files
    key, moments = "", []
    for line in text.replace("\\\r\n", "").removeprefix(HEADER).splitlines():
        if re.fullmatch(r"\[.*\]", line):
            key = line
        elif line:
            target = host.machine.file("C:\\Windows\\Temp") / "one.reg"
            target.write_bytes(f"{HEADER}{key}\r\n{line}\r\n\r\n".encode("utf-16"))
            assert 0 == host.machine.run(r"reg import C:\Windows\Temp\one.reg").returncode
            moments.append(content(host))
            assert [] == wider(moments[-1], before, after), line
    assert after == moments[-1]
    assert len(moments) == len(ended.plan.steps)
