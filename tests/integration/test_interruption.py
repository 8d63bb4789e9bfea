# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task time-out in the middle of a message: a signal handler that raises a BaseException, as Ansible's does."""

from __future__ import annotations

import signal
import threading
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels import enforce as enforce_module
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Outcome, enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping

from tests.integration.conftest import CONNECTIONS
from tests.integration.host_oracle import DISABLE, MIXED, OFFER, Content, Job, Watch, content, place
from tests.integration.real_channels import channel_to
from tests.lab import Delay, Run, StandInHost, Trouble, When

WRITES = "[CSD]*"


class TimeIsUp(BaseException):
    """What Ansible raises: no Exception."""


class Alarm:
    """Interrupts the main thread from the thread that answers a message, and waits until it has struck."""

    def __init__(self) -> None:
        self._struck = threading.Event()

    def ring(self) -> None:
        # To the thread that waits for the answer, and again where it comes just before that thread begins to wait:
        # then it wakes nobody.
        for dummy in range(50):
            signal.pthread_kill(t.cast("int", threading.main_thread().ident), signal.SIGALRM)
            if self._struck.wait(0.2):
                return
        raise AssertionError("the main thread was never struck")

    def strike(self, dummy_number: int, dummy_frame: object) -> None:
        if not self._struck.is_set():
            self._struck.set()
            raise TimeIsUp


@pytest.fixture(autouse=True)
def kept_handler() -> t.Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.signal(signal.SIGALRM, before)


def armed() -> Alarm:
    alarm = Alarm()
    signal.signal(signal.SIGALRM, alarm.strike)
    return alarm


@pytest.fixture(scope="module")
def host() -> t.Iterator[StandInHost]:
    with StandInHost(name="alarm01") as host:
        yield host
        assert host.errors == ()


def broken_off(host: StandInHost, kind: str, job: Job) -> Outcome | None:
    """Run a job and return what was told at its interruption, or None if it came to its end."""
    told: list[Outcome] = []
    with channel_to(host, kind, ansible_winrm_read_timeout_sec=40, ansible_psrp_read_timeout=40) as channel:
        try:
            enforce(channel, from_mapping(job.raw), check_mode=False, interrupted=told.append)
        except TimeIsUp:
            (outcome,) = told
            return outcome
    assert told == []
    return None


def where(step: t.Any) -> tuple[str, str]:
    return place(str(step.target.key), step.target.name)


def plain(value: t.Any) -> tuple[str, t.Any] | None:
    return None if value is None else (value.type.name, value.data)


def assert_told_truly(outcome: Outcome, before: Content, now: Content) -> None:
    for word, steps in (("made", outcome.made), ("restored", outcome.restored), ("left", outcome.left)):
        for step in steps:
            expected = plain(step.after) if word == "made" else before.get(where(step))
            assert expected == now.get(where(step)), (word, where(step))


@pytest.mark.parametrize("performed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", CONNECTIONS)
@pytest.mark.parametrize("job", [OFFER, MIXED], ids=["offer", "mixed"])
def test_an_opening_that_is_broken_off_at_any_write_is_undone(host, kind, job, performed):
    for number in range(1, 40):
        before, after = job.prepare(host)
        does = Run(function=armed().ring, after=performed)
        host.script.add(Trouble(when=When(message=number, method=WRITES), do=does))
        with Watch(host=host, limits=(before, after)) as watch:
            outcome = broken_off(host, kind, job)
        if outcome is None:
            assert after == content(host)
            assert number > 4
            return
        assert before == content(host)
        assert ([], []) == (watch.wider, watch.torn)
        assert ((), (), ()) == (outcome.made, outcome.unknown, outcome.left)
        assert_told_truly(outcome, before, content(host))
    raise AssertionError("the run never came to an end")


@pytest.mark.parametrize("performed", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", CONNECTIONS)
def test_a_closing_that_is_broken_off_stays_as_far_as_it_came(host, kind, performed):
    for number in range(1, 40):
        before, after = DISABLE.prepare(host)
        does = Run(function=armed().ring, after=performed)
        host.script.add(Trouble(when=When(message=number, method=WRITES), do=does))
        with Watch(host=host, limits=(before,)) as watch:
            outcome = broken_off(host, kind, DISABLE)
        now = content(host)
        if outcome is None:
            assert after == now
            assert number > 10
            return
        done = [step for step in outcome.plan.steps if now.get(where(step)) == plain(step.after)]
        # What was on the wire may be done while the run looks at the host.
        assert len(done) in ({number} if performed else {number - 1, number})
        assert [] == watch.wider
        assert ((), ()) == (outcome.restored, outcome.unknown)
        assert len(outcome.plan.steps) == len(outcome.made) + len(outcome.left)
        assert set(outcome.made) <= set(done)
    raise AssertionError("the run never came to an end")


@pytest.mark.parametrize("kind", CONNECTIONS)
@pytest.mark.parametrize("job", [OFFER, DISABLE], ids=["opening", "closing"])
def test_a_slow_host_does_not_hold_up_an_interruption(host, kind, job, monkeypatch):
    monkeypatch.setattr(enforce_module, "UNDO_SECONDS", 0.5)
    job.prepare(host)
    # Right answers, but each of them later than the limit: without it the host would be looked at and undone.
    slow = Trouble(when=When(times=None), do=Delay(seconds=5))
    second = When(message=2, method=WRITES)
    host.script.add(Trouble(when=second, do=Run(function=lambda: host.script.add(slow))))
    host.script.add(Trouble(when=second, do=Run(function=armed().ring)))
    outcome = broken_off(host, kind, job)
    assert outcome is not None
    assert outcome.plan.steps == outcome.unknown
