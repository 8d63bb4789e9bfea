# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry port: which messages are sent for what, and what their return codes become."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import RegistryChannel
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.registry import WsmanRegistry
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyRead,
    KeyState,
    RegistryKey,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import NIL, Script

KEY = RegistryKey(path=r"SOFTWARE\Policies\X")
OTHER = RegistryKey(path=r"SYSTEM\Y")
WRONG_TYPE = [("ReturnValue", 0x80041005)]


def code(number: int) -> list[tuple[str, object]]:
    return [("ReturnValue", number)]


def data(element: str, *items: object) -> list[tuple[str, object]]:
    return [*((element, item) for item in items), ("ReturnValue", 0)]


def listed(**values: int) -> list[tuple[str, object]]:
    """Return what EnumValues answers; the name "default" stands for the default value."""
    names = ["" if name == "default" else name for name in values]
    return [*(("sNames", name) for name in names), *(("Types", kind) for kind in values.values()), ("ReturnValue", 0)]


def read(script: Script, *names: str) -> KeyState:
    return WsmanRegistry(script.exchange()).read([KeyRead(key=KEY, names=names or None)])[KEY]


def test_it_is_a_registry_channel() -> None:
    channel: RegistryChannel = WsmanRegistry(Script().exchange())

    assert (channel.name, channel.requests) == ("wsman", 0)


# One value


def test_one_number_costs_one_message() -> None:
    script = Script(data("uValue", 7))

    assert read(script, "fIn") == KeyState.of(dword("fIn", 7))
    assert script.calls == [
        ("GetDWORDValue", {"hDefKey": ["2147483650"], "sSubKeyName": [KEY.path], "sValueName": ["fIn"]})
    ]


@pytest.mark.parametrize("absent", [1, 2])
def test_one_value_that_is_absent_costs_one_message(absent: int) -> None:
    script = Script(code(absent))

    assert read(script, "fIn") == KeyState()
    assert script.methods == ["GetDWORDValue"]


def test_one_value_of_another_type_is_listed_and_read() -> None:
    script = Script(WRONG_TYPE, listed(A=4, fin=1), data("sValue", "1"))

    assert read(script, "fIn") == KeyState.of(string("fin", "1"))
    assert script.methods == ["GetDWORDValue", "EnumValues", "GetStringValue"]


def test_one_value_that_is_denied() -> None:
    with pytest.raises(AccessDenied, match=r"^reading HKLM\\SOFTWARE\\Policies\\X\\fIn: access denied") as caught:
        read(Script(code(5)), "fIn")

    assert caught.value.code == 5


# Several values


def test_several_values_are_listed_once_and_only_those_asked_for_are_read() -> None:
    script = Script(listed(other=1, FIN=4, t=1), data("uValue", 1), data("sValue", "x"))

    assert read(script, "fIn", "t", "absent") == KeyState.of(dword("FIN", 1), string("t", "x"))
    assert script.methods == ["EnumValues", "GetDWORDValue", "GetStringValue"]


def test_an_absent_key_costs_one_message() -> None:
    script = Script(code(2))

    assert read(script, "a", "b") == KeyState()
    assert len(script.calls) == 1


def test_no_names_cost_nothing() -> None:
    script = Script()

    assert WsmanRegistry(script.exchange()).read([KeyRead(key=KEY, names=())]) == {KEY: KeyState()}


def test_every_type_is_returned_without_loss_or_marked() -> None:
    script = Script(
        listed(s=1, x=2, b=3, d=4, m=7, q=11, n=0, r=8),
        data("sValue", " a\r\n"),
        data("uValue", 0, 255),
        data("uValue", 2**32 - 1),
        data("sValue", "a", "", "b"),
        data("uValue", 2**64 - 1),
    )

    assert read(script) == KeyState.of(
        string("s", " a\r\n"),
        RegistryValue(name="x", type=ValueType.REG_EXPAND_SZ, data=UNREADABLE),
        RegistryValue(name="b", type=ValueType.REG_BINARY, data=b"\x00\xff"),
        dword("d", 2**32 - 1),
        RegistryValue(name="m", type=ValueType.REG_MULTI_SZ, data=("a", "", "b")),
        RegistryValue(name="q", type=ValueType.REG_QWORD, data=2**64 - 1),
        RegistryValue(name="n", type=ValueType.REG_NONE, data=UNREADABLE),
        RegistryValue(name="r", type=ValueType(8), data=UNREADABLE),
    )


@pytest.mark.parametrize(("kind", "empty"), [(1, ""), (3, b""), (7, ())])
@pytest.mark.parametrize("null", [[], [NIL]], ids=["absent", "nil"])
def test_null_data_are_empty_data(kind: int, empty: object, null: list[object]) -> None:
    element = "uValue" if kind == 3 else "sValue"

    assert read(Script(listed(v=kind), data(element, *null))).get("v").data == empty


def test_a_number_that_is_null_cannot_be_used() -> None:
    with pytest.raises(HostError, match="uValue is there 0 times"):
        read(Script(listed(v=4), data("uValue", NIL)))


@pytest.mark.parametrize("absent", [1, 2])
def test_a_value_that_vanishes_while_it_is_read_is_absent(absent: int) -> None:
    assert read(Script(listed(a=1, b=1), code(absent), data("sValue", "x"))) == KeyState.of(string("b", "x"))


def test_data_that_do_not_fit_their_type_are_unreadable() -> None:
    assert read(Script(listed(a=4), WRONG_TYPE)).get("a").data is UNREADABLE


def test_an_error_of_one_value_is_told_with_its_name() -> None:
    with pytest.raises(HostError, match=r"X\\a: StdRegProv returned an error that is not known here \(0x0000270F\)"):
        read(Script(listed(a=1), code(9999)))


# The default value


def test_a_listed_default_value_has_the_empty_name() -> None:
    script = Script(listed(default=1, a=1), data("sValue", "d"), data("sValue", "x"))

    assert read(script) == KeyState.of(string("", "d"), string("a", "x"))
    assert [parameters["sValueName"] for dummy, parameters in script.calls[1:]] == [[""], ["a"]]


@pytest.mark.parametrize("nulls", [[], [("sNames", NIL), ("Types", NIL)]], ids=["absent", "nil"])
@pytest.mark.parametrize("absent", [1, 2])
def test_a_key_that_lists_nothing_is_asked_for_its_default_value(nulls: list, absent: int) -> None:
    script = Script([*nulls, ("ReturnValue", 0)], code(absent))

    assert read(script) == KeyState()
    assert script.calls[1][0] == "GetStringValue"
    assert script.calls[1][1]["sValueName"] == [""]


def test_a_default_value_that_is_not_listed_is_found() -> None:
    assert read(Script(listed(), data("sValue", "d"))) == KeyState.of(string("", "d"))


def test_the_type_of_a_default_value_that_is_not_listed_is_found_by_trying() -> None:
    number = read(Script(listed(), WRONG_TYPE, WRONG_TYPE, data("uValue", 3)))
    unknown = read(Script(listed(), *[WRONG_TYPE] * 6))

    assert number == KeyState.of(dword("", 3))
    assert unknown.get("").data is UNREADABLE


def test_the_default_value_is_not_asked_for_where_it_does_not_matter() -> None:
    script = Script(listed())

    assert read(script, "a", "b") == KeyState()
    assert script.methods == ["EnumValues"]


# Lists that make no sense


def test_names_and_types_must_have_the_same_length() -> None:
    with pytest.raises(HostError, match="lists 1 value names and 0 types"):
        read(Script([("sNames", "a"), ("ReturnValue", 0)]))


def test_names_that_cannot_be_told_apart_are_refused_only_where_they_matter() -> None:
    twins = [("sNames", "a"), ("sNames", "A"), ("sNames", "b"), *[("Types", 4)] * 3, ("ReturnValue", 0)]
    with pytest.raises(HostError, match="cannot be told apart"):
        read(Script(twins))

    assert read(Script(twins, data("uValue", 1)), "b", "c") == KeyState.of(dword("b", 1))


def test_several_keys_and_repeated_ones() -> None:
    script = Script(listed(a=4, b=4), data("uValue", 1), data("uValue", 2), code(1))
    channel = WsmanRegistry(script.exchange())
    observed = channel.read(
        [KeyRead(key=KEY, names=("a",)), KeyRead(key=OTHER, names=("z",)), KeyRead(key=KEY, names=("b",))]
    )

    assert observed == {KEY: KeyState.of(dword("a", 1), dword("b", 2)), OTHER: KeyState()}
    assert channel.requests == 4
