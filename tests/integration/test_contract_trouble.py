# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every registry channel promises when something goes wrong, and what it counts."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyRead,
    ValueType,
    Write,
)

from tests.integration.contract_cases import KEY, OTHER, read, read_all, setting, write
from tests.integration.grounds import KINDS, KINDS_WITH_RIGHTS, Ground, StandInGround, ground_of
from tests.integration.newest import newest_only

pytestmark = newest_only


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as ground:
        yield ground


@pytest.mark.parametrize("ground", KINDS_WITH_RIGHTS, indirect=True)
def test_a_denied_key_is_refused_by_name_and_the_first_refusal_ends_it(ground):
    ground.deny(OTHER)
    writes = [setting("a"), setting("b", key=OTHER), setting("c", key=OTHER), setting("d")]
    (failure,) = ground.channel.write(writes)
    assert ({"a"}, {}) == (set(ground.holds(KEY)), ground.holds(OTHER))
    assert isinstance(failure.error, AccessDenied)
    assert (writes[1], 5) == (failure.write, failure.error.code)


def test_a_refused_write_is_no_success_and_no_lost_connection(ground):
    ground.put(KEY, "there", ValueType.REG_DWORD, 1)
    ground.refuse(1)
    writes = [setting("a"), setting("b"), setting("c")]
    failures = ground.channel.write(writes)
    assert (writes if ground.all_at_once else writes[1:2]) == [failure.write for failure in failures]
    for failure in failures:
        assert isinstance(failure.error, HostError)
        assert not isinstance(failure.error, (HostUnreachable, AccessDenied))
    assert ({"there"} if ground.all_at_once else {"there", "a"}) == set(ground.holds(KEY))


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_connection_that_is_lost_says_what_was_confirmed_and_what_is_unknown(ground, done):
    writes = [setting("a"), setting("b"), Write(key=KEY, name="there", value=None), setting("d")]
    # Where one message makes all, it alone can be lost with writes in it.
    for number in (0,) if ground.all_at_once else (0, 1, 2):
        write(ground, setting("there"), *(Write(key=KEY, name=name, value=None) for name in ("a", "b", "d")))
        assert {"THERE"} == set(read_all(ground).by_name)
        ground.lose(number, done=done)
        with pytest.raises(HostUnreachable) as caught:
            ground.channel.write(writes)
        in_doubt = tuple(writes) if ground.all_at_once else (writes[number],)
        assert (tuple(writes[:number]), in_doubt, True, False) == (
            caught.value.acknowledged,
            caught.value.in_doubt,
            caught.value.outcome_unknown,
            caught.value.logon_refused,
        )
        made = (len(writes) if ground.all_at_once else number + 1) if done else number
        expected = {"there", *(write.name for write in writes[:made])} - ({"there"} if made > 2 else set())
        assert expected == set(ground.holds(KEY))
        ground.channel.reconnect()
        assert {name.upper() for name in expected} == set(read_all(ground).by_name)
        write(ground, *writes)
        assert {"a", "b", "d"} == set(ground.holds(KEY))


def test_a_dead_host_is_unreachable_with_nothing_unknown_and_close_never_raises(ground):
    write(ground, setting("a"))
    ground.die()
    ground.channel.reconnect()
    with pytest.raises(HostUnreachable) as caught:
        ground.channel.write([setting("b")])
    assert ((), False) == (caught.value.acknowledged, caught.value.outcome_unknown)
    with pytest.raises(HostUnreachable):
        read_all(ground)
    for dummy in range(2):
        ground.channel.close()


def test_requests_are_counted_from_zero_and_without_the_logon(ground):
    assert 0 == ground.channel.requests
    ground.put(KEY, "a", ValueType.REG_DWORD, 1)
    sent = 0
    for dummy in range(2):
        read(ground, "a")
        sent += ground.read_cost
        assert sent == ground.channel.requests == ground.messages()
    # One message for each write, or the transfer of all and the line that imports them.
    write(ground, setting("a", 2), setting("b", 3), setting("c", 4))
    sent += 2 if ground.all_at_once else 3
    assert sent == ground.channel.requests == ground.messages()
    ground.channel.reconnect()
    write(ground, Write(key=KEY, name="b", value=None))
    sent += 2 if ground.all_at_once else 1
    assert sent == ground.channel.requests == ground.messages()


def test_a_key_that_may_not_be_read_is_denied_and_not_empty(request):
    with ground_of("winrm", request) as ground:
        assert isinstance(ground, StandInGround)
        ground.put(KEY, "a", ValueType.REG_DWORD, 1)
        ground.host.registry.deny(str(KEY), read=True)
        for names in (None, ("a",), ("a", "b")):
            with pytest.raises(AccessDenied):
                ground.channel.read([KeyRead(key=KEY, names=names)])
