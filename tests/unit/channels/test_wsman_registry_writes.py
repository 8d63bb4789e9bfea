# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing through the registry port: order, keys that are missing, refusals, lost connections."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import Trouble
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.registry import WsmanRegistry
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import (
    HttpStatus,
    NoAnswer,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostUnreachable,
    InputError,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyRead,
    RegistryKey,
    RegistryValue,
    ValueType,
    Write,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import Script

KEY = RegistryKey(path=r"SOFTWARE\Policies\X")


def code(number: int) -> list[tuple[str, object]]:
    return [("ReturnValue", number)]


def put(name: str, number: int = 1) -> Write:
    return Write(key=KEY, name=name, value=dword(name, number))


def remove(name: str) -> Write:
    return Write(key=KEY, name=name, value=None)


def test_writes_go_out_in_order() -> None:
    script = Script(code(0), code(0))

    assert WsmanRegistry(script.exchange()).write([remove("b"), put("a", 7)]) == ()
    assert script.methods == ["DeleteValue", "SetDWORDValue"]
    assert script.calls[1][1] == {
        "hDefKey": ["2147483650"],
        "sSubKeyName": [KEY.path],
        "sValueName": ["a"],
        "uValue": ["7"],
    }


def test_a_value_is_written_under_the_name_of_the_write() -> None:
    script = Script(code(0))
    WsmanRegistry(script.exchange()).write([Write(key=KEY, name="", value=string("other", "x"))])

    assert script.calls[0][1]["sValueName"] == [""]


@pytest.mark.parametrize("absent", [1, 2])
def test_deleting_what_is_absent_is_a_success_and_creates_nothing(absent: int) -> None:
    script = Script(code(absent))

    assert WsmanRegistry(script.exchange()).write([remove("a")]) == ()
    assert len(script.calls) == 1


def test_a_missing_key_is_created_when_the_first_value_shows_that_it_is_missing() -> None:
    script = Script(code(2), code(0), code(0), code(0))

    assert WsmanRegistry(script.exchange()).write([put("a"), put("b")]) == ()
    assert script.methods == ["SetDWORDValue", "CreateKey", "SetDWORDValue", "SetDWORDValue"]


def test_a_key_that_was_seen_to_be_missing_is_created_first() -> None:
    script = Script(code(2), code(0), code(0), code(0))
    channel = WsmanRegistry(script.exchange())
    channel.read([KeyRead(key=KEY)])
    lower = Write(key=RegistryKey(path=KEY.path.lower()), name="b", value=dword("b", 1))

    assert channel.write([put("a"), lower]) == ()
    assert script.methods == ["EnumValues", "CreateKey", "SetDWORDValue", "SetDWORDValue"]


def test_a_key_that_was_missing_and_is_there_now_is_not_created() -> None:
    script = Script(code(2), code(0), code(1), code(0))
    channel = WsmanRegistry(script.exchange())
    channel.read([KeyRead(key=KEY)])
    channel.read([KeyRead(key=KEY)])
    channel.write([put("a")])

    assert script.methods == ["EnumValues", "EnumValues", "GetStringValue", "SetDWORDValue"]


def test_a_key_that_stays_missing_is_created_only_once() -> None:
    script = Script(code(2), code(0), code(2))
    (failure,) = WsmanRegistry(script.exchange()).write([put("a")])

    assert failure.error.code == 2
    assert script.replies == []


def test_a_key_that_may_not_be_created() -> None:
    script = Script(code(2), code(5))
    (failure,) = WsmanRegistry(script.exchange()).write([put("a")])

    assert isinstance(failure.error, AccessDenied)
    assert str(failure.error).startswith(r"creating HKLM\SOFTWARE\Policies\X: access denied")


def test_the_first_refusal_ends_it() -> None:
    script = Script(code(5), code(0))
    (failure,) = WsmanRegistry(script.exchange()).write([put("a"), put("b")])

    assert failure.write == put("a")
    assert isinstance(failure.error, AccessDenied)
    assert "Administrators" in failure.error.advice
    assert len(script.replies) == 1


@pytest.mark.parametrize("reply", [code(6), HttpStatus(503, b"")])
def test_nothing_is_sent_after_a_refusal(reply: object) -> None:
    script = Script(code(0), reply, code(0))
    (failure,) = WsmanRegistry(script.exchange()).write([put("a"), remove("b"), put("c")])

    assert failure.write == remove("b")
    assert len(script.replies) == 1


def test_a_lost_connection_is_raised_with_what_was_confirmed() -> None:
    script = Script(code(0), NoAnswer(Trouble.LOST), code(0))
    with pytest.raises(HostUnreachable, match=r"writing HKLM.*\\b") as caught:
        WsmanRegistry(script.exchange()).write([put("a"), put("b"), put("c")])

    assert caught.value.outcome_unknown
    assert caught.value.acknowledged == (put("a"),)
    assert len(script.replies) == 1


def test_nothing_is_sent_when_one_of_the_writes_cannot_be_sent() -> None:
    script = Script(code(0))
    with pytest.raises(InputError):
        WsmanRegistry(script.exchange()).write([put("a"), put("b\x00")])

    assert script.calls == []


def test_a_type_that_cannot_be_written_is_a_refusal() -> None:
    script = Script(code(0))
    odd = Write(key=KEY, name="a", value=RegistryValue(name="a", type=ValueType.REG_NONE, data=UNREADABLE))
    (failure,) = WsmanRegistry(script.exchange()).write([odd, put("b")])

    assert "cannot write such a value (REG_NONE)" in str(failure.error)
    assert script.methods == []


def test_a_delete_that_was_sent_twice_is_a_success() -> None:
    script = Script(HttpStatus(400, b""), code(2))
    channel = WsmanRegistry(script.exchange())

    assert channel.write([remove("a")]) == ()
    assert channel.requests == 2


# The connection


def test_reconnect_and_close_drop_the_connection() -> None:
    script = Script(code(1), code(1), code(1))
    channel = WsmanRegistry(script.exchange())
    for drop in (channel.reconnect, channel.close, channel.close):
        channel.read([KeyRead(key=KEY, names=("a",))])
        drop()

    assert script.fresh == [False, True, True]
    assert all(transport.closed for transport in script.transports)


def test_no_message_goes_out_after_the_limit() -> None:
    channel = WsmanRegistry(Script(code(1)).exchange())
    channel.limit(0)

    with pytest.raises(HostUnreachable, match="time limit"):
        channel.read([KeyRead(key=KEY)])
    assert channel.requests == 0


def test_control_characters_of_a_name_are_not_shown() -> None:
    with pytest.raises(AccessDenied) as caught:
        WsmanRegistry(Script(code(5)).exchange()).read([KeyRead(key=KEY, names=("a\r\nb\u202e",))])

    assert r"X\a b: access denied" in str(caught.value)
