# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault at every single message of a run: reads, writes and the read-back, once and for ever from there on."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Outcome, enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)

from tests.integration.conftest import CONNECTIONS
from tests.integration.host_oracle import (
    DISABLE,
    DISABLE_VIEWING,
    HELPERS,
    MIXED,
    OFFER,
    POLICY,
    PREFERENCE,
    Content,
    Job,
    Watch,
    content,
    place,
    wider,
)
from tests.integration.newest import newest_only
from tests.integration.real_channels import channel_to
from tests.lab import Drop, Fault, Garbage, Hang, HttpStatus, PretendSuccess, Return, StandInHost, Trouble, When

pytestmark = newest_only

JOBS = {"disable": DISABLE, "offer": OFFER, "mixed": MIXED, "disable-viewing": DISABLE_VIEWING}
REFUSALS = {
    "fault": Fault(code=87),
    "denied": Return(code=5),
    "garbage": Garbage(body=b"<html>no</html>"),
    "done-but-garbage": Garbage(body=b"<html>no</html>", performed=True),
    "http-400": HttpStatus(status=400),
}
LOSSES = {"dropped": Drop(), "done-but-dropped": Drop(performed=True)}
HANGS = {"silent": Hang(seconds=60), "done-but-silent": Hang(seconds=60, perform="first")}
PATIENCE = 0.6
MESSAGES_AT_MOST = 80


@pytest.fixture(scope="module")
def host() -> t.Iterator[StandInHost]:
    with StandInHost(name="every01") as host:
        yield host
        assert host.errors == ()


def refuse_interruption(dummy: Outcome) -> None:
    raise AssertionError("nothing was broken off")


def run(host: StandInHost, kind: str, job: Job, patience: float | None = None) -> Outcome | HostError:
    with channel_to(host, kind, patience=patience) as channel:
        try:
            return enforce(channel, from_mapping(job.raw), check_mode=False, interrupted=refuse_interruption)
        except HostError as error:
            return error


def where(step: t.Any) -> tuple[str, str]:
    return place(str(step.target.key), step.target.name)


def plain(value: t.Any) -> tuple[str, t.Any] | None:
    return None if value is None else (value.type.name, value.data)


def assert_true(outcome: Outcome, before: Content, now: Content) -> None:
    """Check that what the outcome says about each step is what the host really holds."""
    said: dict[tuple[str, str], str] = {}
    for word in ("made", "restored", "left", "unknown"):
        for step in getattr(outcome, word):
            assert where(step) not in said
            said[where(step)] = word
    for step in outcome.plan.steps:
        holds, word = now.get(where(step)), said.get(where(step), "nothing")
        expected = {"made": plain(step.after), "unknown": holds}.get(word, before.get(where(step)))
        assert expected == holds, (word, where(step))


def assert_safe(job: Job, ended: Outcome | HostError, before: Content, after: Content, host: StandInHost) -> None:
    """Check everything that holds whatever happened."""
    now = content(host)
    managed = {place(*key) for key in job.wanted}
    assert {key: value for key, value in before.items() if key not in managed} == {
        key: value for key, value in now.items() if key not in managed
    }
    for key in managed:
        assert now.get(key) in (before.get(key), after.get(key))
    if isinstance(ended, HostError):
        assert before == now
        return
    assert job.closing == ended.plan.closing
    assert_true(ended, before, now)
    if ended.failure is None:
        assert after == now
    if job.closing:
        written = [(place(e.key, e.value or ""), e.data) for e in host.journal.writes if e.method != "CreateKey"]
        undone = [key for key, data in written if data != (after[key][1] if key in after else None)]
        assert undone == []
        assert ended.restored == ()


def each_message(
    host: StandInHost,
    kind: str,
    job: Job,
    trouble: t.Any,
    *,
    times: int | None,
    step: int = 1,
    method: str | None = None,
) -> t.Iterator[tuple[Outcome | HostError, Content, Content]]:
    """Run the job once for each of its messages with a trouble there; yield how it ended, before and after."""
    patience = PATIENCE if isinstance(trouble, Hang) else None
    for message in range(1, MESSAGES_AT_MOST, step):
        before, after = job.prepare(host)
        host.script.add(Trouble(when=When(message=message, times=times, method=method), do=trouble))
        with Watch(host=host, limits=(before, after)) as watch:
            ended = run(host, kind, job, patience)
        met = host.script.applied
        host.script.clear()
        assert [] == watch.torn, message
        # Nobody can keep a host from being wider for a moment that says a value is there which is not.
        assert [] == (wider(content(host), before, after) if trouble == PretendSuccess() else watch.wider), message
        assert_safe(job, ended, before, after, host)
        if not met:
            assert isinstance(ended, Outcome)
            assert ended.failure is None
            assert message > len(job.wanted) // 2
            return
        yield ended, before, after
    raise AssertionError("the run never came to an end")


def cases(troubles: t.Mapping[str, t.Any], *jobs: str) -> pytest.MarkDecorator:
    found = [pytest.param(JOBS[job], does, id=f"{job}-{name}") for job in jobs for name, does in troubles.items()]
    return pytest.mark.parametrize(("job", "trouble"), found)


@pytest.mark.parametrize("kind", CONNECTIONS)
@cases(REFUSALS, "disable", "offer", "mixed")
def test_one_refusal_leaves_a_closing_all_but_done_and_an_opening_all_or_nothing(host, kind, job, trouble):
    failures = 0
    for ended, before, after in each_message(host, kind, job, trouble, times=1):
        now = content(host)
        if isinstance(ended, HostError):
            continue
        failures += ended.failure is not None
        differing = [key for key in before.keys() | after.keys() if now.get(key) != after.get(key)]
        if job.closing:
            assert len(differing) <= 1
        else:
            assert now in (before, after)
            assert ended.unknown == ()
    # The host reads no message after which it says 400, and the one message is sent again.
    assert (failures == 0) == (trouble == HttpStatus(status=400))


@pytest.mark.parametrize("kind", CONNECTIONS)
@cases(LOSSES, "disable", "offer", "mixed")
def test_a_connection_that_is_lost_once_does_not_keep_a_run_from_its_end(host, kind, job, trouble):
    endings = [ended for ended, *dummy in each_message(host, kind, job, trouble, times=1)]
    finished = [ended for ended in endings if isinstance(ended, Outcome)]
    assert {None} == {ended.failure for ended in finished}
    assert len(finished) > len(job.wanted) // 2


@pytest.mark.parametrize("kind", CONNECTIONS)
@cases(REFUSALS | LOSSES, "disable", "offer", "mixed")
def test_trouble_for_ever_leaves_a_host_as_the_outcome_says(host, kind, job, trouble):
    failures = [
        ended if isinstance(ended, HostError) else ended.failure
        for ended, *dummy in each_message(host, kind, job, trouble, times=None)
    ]
    lost = isinstance(trouble, Drop)
    assert all(isinstance(failure, HostUnreachable) == lost for failure in failures if failure is not None)
    assert all(failures)


@pytest.mark.parametrize("times", [1, None], ids=["once", "for-ever"])
@pytest.mark.parametrize("kind", CONNECTIONS)
@cases({"pretended": PretendSuccess()}, "disable", "offer", "mixed")
def test_a_write_that_is_confirmed_and_not_made_fails_the_run(host, kind, job, trouble, times):
    for ended, before, after in each_message(host, kind, job, trouble, times=times, method="[CSD]*"):
        assert isinstance(ended, Outcome)
        now = content(host)
        if times and job.closing:
            assert [step.target.setting for step in ended.left] != []
            assert len(ended.left) == 1
        elif times:
            assert now in (before, after)
        # A key whose creation was pretended is asked for again when the host does not know it.
        assert (ended.failure is None) == (now == after)


@pytest.mark.parametrize("times", [1, None], ids=["once", "for-ever"])
@pytest.mark.parametrize("kind", CONNECTIONS)
@cases(HANGS, "disable", "offer")
def test_silence_is_a_lost_connection(host, kind, job, trouble, times):
    for ended, *dummy in each_message(host, kind, job, trouble, times=times, step=4):
        failure = ended if isinstance(ended, HostError) else ended.failure
        assert failure is None if times and isinstance(ended, Outcome) else isinstance(failure, HostUnreachable)


@pytest.mark.parametrize("times", [1, None], ids=["once", "for-ever"])
@cases(REFUSALS | LOSSES, "disable-viewing")
def test_a_switch_that_could_not_be_turned_off_keeps_what_holds_it_down(host, job, trouble, times):
    kept = set()
    for ended, *dummy in each_message(host, "winrm", job, trouble, times=times):
        if isinstance(ended, Outcome):
            kept |= {step.target.setting for step in ended.left}
    if times and trouble in REFUSALS.values() and trouble != HttpStatus(status=400):
        assert {"solicited.control", "offer.control"} <= kept


@pytest.mark.parametrize("kind", CONNECTIONS)
@pytest.mark.parametrize("denied", [HELPERS, PREFERENCE, POLICY], ids=["helpers", "preferences", "policies"])
@pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
def test_a_denied_key_is_named_and_nothing_is_wider_for_it(host, kind, job, denied):
    before, after = job.prepare(host)
    host.registry.deny(denied, write=True)
    with Watch(host=host, limits=(before, after)) as watch:
        ended = run(host, kind, job)
    assert ([], []) == (watch.wider, watch.torn)
    assert_safe(job, ended, before, after, host)
    assert isinstance(ended, Outcome)
    touched = [key for key in job.wanted if key[0].startswith(denied)]
    if not touched:
        assert ended.failure is None
        return
    assert isinstance(ended.failure, AccessDenied)
    assert denied in str(ended.failure)
    if not job.closing:
        assert before == content(host)
        return
    # Whatever else could be done was done, but for what a denied switch still needs.
    elsewhere = [key for key in job.wanted if not key[0].startswith(denied)]
    assert all(content(host).get(place(*key)) == after.get(place(*key)) for key in elsewhere)
