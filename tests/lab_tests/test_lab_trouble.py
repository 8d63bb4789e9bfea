# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Scripted trouble: what the client sees, and what the registry holds afterwards."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import requests

from tests.lab import (
    Delay,
    Drop,
    Fault,
    Garbage,
    Hang,
    HttpStatus,
    Oversized,
    PretendSuccess,
    Return,
    Run,
    StandInHost,
    Trouble,
    When,
    WrongRelatesTo,
)
from tests.lab_tests.lab_client import PREFERENCE, Client, HttpFailure, call_envelope, psrp_client, winrm_client

KEY = rf"HKLM\{PREFERENCE}"
SWITCH = {"sSubKeyName": PREFERENCE, "sValueName": "fAllowToGetHelp"}
OFF = call_envelope("SetDWORDValue", uValue=0, **SWITCH)


def switch(host: StandInHost) -> object:
    """Return the value that the tests write: 1 before, 0 if the write was performed."""
    found = host.registry.get(KEY, "fAllowToGetHelp")
    assert found is not None
    return found[1]


def disable(client: Client) -> int:
    """Write the value and return the return value."""
    return client.call("SetDWORDValue", uValue=0, **SWITCH).code


@pytest.mark.parametrize("do", [Fault(code=5), HttpStatus(status=400), HttpStatus(status=500), HttpStatus(status=503)])
def test_a_failing_status_is_seen_and_nothing_performed(host: StandInHost, client: Client, do: Any) -> None:
    host.script.add(Trouble(do=do))
    with pytest.raises(HttpFailure) as caught:
        disable(client)
    assert caught.value.status == (500 if isinstance(do, Fault) else do.status)
    assert (caught.value.text == "") == isinstance(do, HttpStatus)
    assert (switch(host), host.journal) == (1, ())


def test_a_401_in_the_middle_ends_the_session(host: StandInHost, client: Client) -> None:
    client.call("EnumKey", sSubKeyName="")
    host.script.add(Trouble(do=HttpStatus(status=401)))
    with pytest.raises(HttpFailure) as caught:
        disable(client)
    # Both libraries authenticate again at once, but with a body that the old session encrypted.
    assert caught.value.status in {400, 401}
    assert switch(host) == 1


@pytest.mark.parametrize(("do", "code"), [(Return(code=5), 5), (Return(code=1314), 1314), (PretendSuccess(), 0)])
def test_a_scripted_return_value_performs_nothing(host: StandInHost, client: Client, do: Any, code: int) -> None:
    host.script.add(Trouble(do=do))
    assert disable(client) == code
    assert (switch(host), host.journal) == (1, ())


@pytest.mark.parametrize(
    ("do", "left"),
    [
        (Drop(), 1),
        (Drop(reset=True), 1),
        (Drop(performed=True), 0),
        (Drop(performed=True, reset=True), 0),
        (Hang(seconds=0.05), 1),
        (Hang(seconds=0.05, perform="first"), 0),
        (Hang(seconds=0.05, perform="last"), 0),
    ],
)
def test_a_lost_connection_leaves_the_operation_done_or_not(
    host: StandInHost, client: Client, do: Any, left: int
) -> None:
    host.script.add(Trouble(do=do))
    with pytest.raises(requests.exceptions.ConnectionError):
        disable(client)
    assert switch(host) == left


def test_a_hanging_host_is_a_read_timeout_and_can_be_stopped(host: StandInHost) -> None:
    client = psrp_client(host, read_timeout=0.4)
    client.call("EnumKey", sSubKeyName="")
    host.script.add(Trouble(do=Hang(seconds=60)))
    with pytest.raises(requests.exceptions.ReadTimeout):
        disable(client)
    began = time.monotonic()
    host.stop()
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("after", [False, True])
def test_a_late_answer_is_a_right_answer(host: StandInHost, one_client: Client, after: bool) -> None:
    host.script.add(Trouble(do=Delay(seconds=0.2, after=after)))
    began = time.monotonic()
    assert disable(one_client) == 0
    assert time.monotonic() - began >= 0.2


def test_garbage_comes_through_encryption_as_it_is(host: StandInHost, client: Client) -> None:
    host.script.add(Trouble(do=Garbage(body=b"<not xml")), Trouble(when=When(message=2), do=Garbage(body=b"\x00plain")))
    assert client.send(OFF) == b"<not xml"
    assert client.send(OFF) == b"\x00plain"
    assert switch(host) == 1


def test_garbage_may_be_left_plain_after_performing(host: StandInHost, client: Client) -> None:
    host.script.add(Trouble(do=Garbage(body=b"plain", performed=True, sealed=False)))
    assert client.send(OFF) == b"plain"
    assert switch(host) == 0


def test_an_answer_may_relate_to_another_message(host: StandInHost, client: Client) -> None:
    host.script.add(Trouble(do=WrongRelatesTo(relates_to="uuid:other")))
    assert b"<a:RelatesTo>uuid:other</a:RelatesTo>" in client.send(OFF)
    assert b"uuid:other" not in client.send(OFF)


def test_an_answer_may_be_larger_than_allowed(host: StandInHost, client: Client) -> None:
    host.script.add(Trouble(do=Oversized(size=2_000_000)))
    assert len(client.send(OFF)) == 2_000_000
    assert switch(host) == 0


@pytest.mark.parametrize(("after", "left"), [(False, 0), (True, 7)])
def test_somebody_else_acts_between_two_messages(host: StandInHost, one_client: Client, after: bool, left: int) -> None:
    act = Run(function=lambda: host.registry.set(KEY, "fAllowToGetHelp", "REG_DWORD", 7), after=after)
    host.script.add(Trouble(when=When(method="Set*"), do=act))
    assert disable(one_client) == 0
    assert switch(host) == left


def test_troubles_that_meet_one_message_nest_in_their_order(host: StandInHost, one_client: Client) -> None:
    order: list[str] = []
    host.script.add(
        Trouble(do=Run(function=lambda: order.append("one"))),
        Trouble(do=Run(function=lambda: order.append("two"))),
        Trouble(do=Return(code=5)),
        Trouble(do=Run(function=lambda: order.append("never"))),
    )
    assert (disable(one_client), order) == (5, ["one", "two"])


def test_every_message_from_one_on_can_fail(host: StandInHost, one_client: Client) -> None:
    host.script.add(Trouble(when=When(message=3, times=None), do=Return(code=5)))
    assert [disable(one_client) for _turn in range(5)] == [0, 0, 5, 5, 5]
    host.script.clear()
    assert disable(one_client) == 0


def test_a_host_can_vanish_before_it_acts(host: StandInHost, one_client: Client) -> None:
    host.script.add(Trouble(do=Run(function=host.refuse_connections)), Trouble(do=Drop()))
    for _turn in range(2):
        with pytest.raises(requests.exceptions.ConnectionError):
            disable(one_client)
    assert switch(host) == 1


def test_many_clients_at_once_get_their_own_answers(host: StandInHost) -> None:
    host.registry.create(r"HKLM\SOFTWARE\Lab")
    failures: list[str] = []

    def work(number: int) -> None:
        client = winrm_client(host)
        for turn in range(5):
            named = {"sSubKeyName": r"SOFTWARE\Lab", "sValueName": f"n{number}"}
            client.call("SetDWORDValue", uValue=turn, **named)
            if client.call("GetDWORDValue", **named).all("uValue") != [str(turn)]:
                failures.append(f"{number}: {turn}")
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(host.journal) == host.counters.soap_messages == 80
    assert len(host.registry.dump(r"HKLM\SOFTWARE\Lab")[r"HKLM\SOFTWARE\Lab"]) == 8
