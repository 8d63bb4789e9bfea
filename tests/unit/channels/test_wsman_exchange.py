# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation: one repair of a dead session, no second logon, limits, and what becomes of each kind of trouble."""

from __future__ import annotations

import re

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import Trouble
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
    DEAD,
    DONE,
    Script,
    failure,
    output,
    run,
)


def test_nothing_is_opened_before_the_first_message_and_one_connection_serves_all() -> None:
    script = Script(DONE, DONE)
    exchange = script.exchange()
    assert script.transports == []

    run(script, exchange=exchange)
    run(script, exchange=exchange)

    assert script.fresh == [False]
    assert exchange.messages == 2


def test_each_message_has_its_own_id() -> None:
    script = Script(DONE, DONE)
    exchange = script.exchange()
    run(script, exchange=exchange)
    run(script, exchange=exchange)

    ids = [re.search(rb"MessageID>(.*?)<", message)[1] for message in script.transports[0].sent]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("changes", [False, True])
def test_a_dead_session_is_replaced_by_one_of_our_own_and_the_message_sent_again(changes: bool) -> None:
    script = Script(DEAD, DONE)
    exchange = script.exchange()

    assert run(script, changes=changes, exchange=exchange) == 0
    assert script.fresh == [False, True]
    assert script.transports[0].closed
    assert exchange.messages == 2


def test_a_session_that_dies_twice_is_not_tried_a_third_time() -> None:
    script = Script(DEAD, DEAD, DONE)

    assert "cannot decrypt" in str(failure(script, HostError))
    assert len(script.replies) == 1


def test_a_400_with_words_is_not_repeated() -> None:
    script = Script(HttpStatus(400, b"Bad Request - Invalid Hostname"), DONE)

    assert "HTTP status 400" in str(failure(script, HostError))
    assert len(script.replies) == 1


def test_a_refused_logon_is_never_tried_again_not_even_after_a_reconnect() -> None:
    script = Script(HttpStatus(401, b"<html/>"), DONE)
    exchange = script.exchange()
    for dummy in range(2):
        with pytest.raises(HostUnreachable, match="LocalAccountTokenFilterPolicy") as caught:
            run(script, exchange=exchange)
        assert caught.value.logon_refused
        assert not caught.value.outcome_unknown
        exchange.drop()

    assert exchange.messages == 1


def test_a_refused_logon_on_the_second_connection_is_final_as_well() -> None:
    script = Script(DEAD, HttpStatus(401, b""), DONE)

    assert failure(script, HostUnreachable).logon_refused
    assert len(script.replies) == 1


@pytest.mark.parametrize(
    ("trouble", "maybe_sent"),
    [
        (Trouble.NAME, False),
        (Trouble.REFUSED, False),
        (Trouble.CERTIFICATE, False),
        (Trouble.PROXY, False),
        (Trouble.CONNECT_TIMEOUT, False),
        (Trouble.TLS, True),
        (Trouble.READ_TIMEOUT, True),
        (Trouble.LOST, True),
        (Trouble.LOGON, True),
    ],
)
def test_the_outcome_of_a_change_is_unknown_exactly_when_it_may_have_been_sent(
    trouble: Trouble, maybe_sent: bool
) -> None:
    changed = failure(Script(NoAnswer(trouble, "some detail")), HostUnreachable, changes=True)
    looked = failure(Script(NoAnswer(trouble)), HostUnreachable)

    assert changed.outcome_unknown is maybe_sent
    assert not looked.outcome_unknown
    assert "some detail" in str(changed)
    assert changed.advice
    assert str(changed).startswith("doing it: ")


def test_settings_that_the_library_does_not_take_are_no_fault_of_the_host() -> None:
    with pytest.raises(UnsupportedConnection, match=r"settings \(no user name\)\. Check the ansible_winrm_"):
        run(Script(NoAnswer(Trouble.SETTINGS, "no user name")))


def test_an_answer_that_confuses_the_library_cannot_be_used() -> None:
    assert "cannot be used" in str(failure(Script(NoAnswer(Trouble.CONFUSED, "KeyError")), HostError))


@pytest.mark.parametrize(
    "reply", [NoAnswer(Trouble.LOST), b"<garbage", output(DONE, relates_to="uuid:other"), HttpStatus(503, b"")]
)
def test_after_trouble_the_next_call_opens_a_connection_of_our_own(reply: object) -> None:
    script = Script(reply, DONE)
    exchange = script.exchange()
    with pytest.raises(HostError):
        run(script, exchange=exchange)

    assert run(script, exchange=exchange) == 0
    assert script.fresh == [False, True]
    assert script.transports[0].closed


class TaskTimeout(BaseException):
    """Ansible's task timeout is no Exception."""


def test_a_task_timeout_in_the_middle_passes_and_the_next_call_starts_afresh() -> None:
    script = Script(TaskTimeout(), DONE)
    exchange = script.exchange()
    with pytest.raises(TaskTimeout):
        run(script, exchange=exchange)

    assert run(script, exchange=exchange) == 0
    assert script.fresh == [False, True]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_sent_after_the_time_limit() -> None:
    clock, script = Clock(), Script(DONE, DONE)
    exchange = script.exchange(clock=clock)
    exchange.limit(10)
    clock.now += 9.9
    run(script, exchange=exchange)
    clock.now += 0.1

    with pytest.raises(HostUnreachable, match="time limit") as caught:
        run(script, exchange=exchange, changes=True)
    assert not caught.value.outcome_unknown
    assert exchange.messages == 1


def test_an_answer_that_is_lost_at_the_time_limit_leaves_the_outcome_unknown() -> None:
    clock = Clock()
    script = Script(NoAnswer(Trouble.READ_TIMEOUT))
    exchange = script.exchange(clock=clock)
    exchange.limit(0.0001)
    clock.now -= 0.0001
    reply = script._next

    def late(message: bytes) -> object:
        clock.now += 1
        return reply(message)

    script._next = late
    with pytest.raises(HostUnreachable, match="time limit") as caught:
        run(script, exchange=exchange, changes=True)
    assert caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("operation", "read", "limit", "expected"),
    [(20, 30, None, 20), (30, 30, None, 28), (500, 600, None, 60), (20, 30, 10, 8), (20, 30, 1, 1), (20, 1, None, 1)],
)
def test_the_host_must_answer_before_we_stop_waiting(
    operation: int, read: int, limit: int | None, expected: int
) -> None:
    script = Script(DONE)
    opened = script.open

    def open_with_times(fresh: bool) -> object:
        transport = opened(fresh)
        transport.operation_timeout, transport.read_timeout = operation, read
        return transport

    script.open = open_with_times
    exchange = script.exchange(clock=Clock())
    if limit is not None:
        exchange.limit(limit)
    run(script, exchange=exchange)

    assert f"<w:OperationTimeout>PT{expected}S<".encode() in script.transports[0].sent[0]
