# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every registry channel promises: the same cases against the fake and over real connections."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyRead,
    KeyState,
    RegistryKey,
    RegistryValue,
    ValueType,
    Write,
    dword,
    string,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.grounds import KINDS, NOT_READABLE, Ground, StandInGround, ground_of

KEY = RegistryKey(path=r"SOFTWARE\Policies\Contract")
OTHER = RegistryKey(path=r"SOFTWARE\Policies\Contract\Below & <beside>")
ABSENT = RegistryKey(path=r"SOFTWARE\Nowhere\At\All")

DATA: dict[ValueType, t.Any] = {
    ValueType.REG_SZ: "  Zoë <&> \"'\r\n\t日本 😀 ",
    ValueType.REG_DWORD: 0xFFFFFFFF,
    ValueType.REG_QWORD: 2**64 - 1,
    ValueType.REG_MULTI_SZ: ("a", "", "ß<&>"),
    ValueType.REG_BINARY: bytes(range(256)),
}
EMPTY: dict[ValueType, t.Any] = {
    ValueType.REG_SZ: "",
    ValueType.REG_DWORD: 0,
    ValueType.REG_QWORD: 0,
    ValueType.REG_MULTI_SZ: (),
    ValueType.REG_BINARY: b"",
}


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param) as ground:
        yield ground


@pytest.fixture(scope="module", params=KINDS)
def shared(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param) as ground:
        yield ground


def read(ground: Ground, *names: str, key: RegistryKey = KEY) -> KeyState:
    return ground.channel.read([KeyRead(key=key, names=names)])[key]


def read_all(ground: Ground, key: RegistryKey = KEY) -> KeyState:
    return ground.channel.read([KeyRead(key=key)])[key]


def found(state: KeyState) -> dict[str, tuple[int, t.Any]]:
    return {folded: (int(value.type), value.data) for folded, value in state.by_name.items()}


def setting(name: str, number: int = 1, key: RegistryKey = KEY) -> Write:
    return Write(key=key, name=name, value=dword(name, number))


def write(ground: Ground, *writes: Write) -> None:
    assert ground.channel.write(writes) == ()


def test_an_absent_key_has_no_values_and_is_named_in_the_answer(ground):
    reads = [KeyRead(key=ABSENT), KeyRead(key=KEY, names=("a",)), KeyRead(key=OTHER, names=("a", "b"))]
    observed = ground.channel.read(reads)
    assert {ABSENT: {}, KEY: {}, OTHER: {}} == {key: found(state) for key, state in observed.items()}


def test_exactly_what_was_asked_for_is_returned(ground):
    for name in ("one", "two", "three"):
        ground.put(KEY, name, ValueType.REG_DWORD, len(name))
    assert {"ONE": (4, 3)} == found(read(ground, "one"))
    assert {"ONE": (4, 3), "THREE": (4, 5)} == found(read(ground, "one", "three", "four"))
    assert {"ONE": (4, 3), "TWO": (4, 3), "THREE": (4, 5)} == found(read_all(ground))
    assert {} == found(read(ground, "four")) == found(read(ground))


def test_one_key_asked_for_twice_is_answered_with_both(ground):
    ground.put(KEY, "one", ValueType.REG_DWORD, 1)
    ground.put(KEY, "two", ValueType.REG_DWORD, 2)
    ground.put(KEY, "three", ValueType.REG_DWORD, 3)
    observed = ground.channel.read([KeyRead(key=KEY, names=("one",)), KeyRead(key=KEY, names=("two",))])
    assert {"ONE", "TWO"} == set(observed[KEY].by_name)
    observed = ground.channel.read([KeyRead(key=KEY), KeyRead(key=KEY, names=("two",))])
    assert {"ONE", "TWO", "THREE"} == set(observed[KEY].by_name)


@pytest.mark.parametrize("data", [DATA, EMPTY], ids=["full", "empty"])
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "among-others"])
def test_every_type_is_read_and_written_exactly(ground, data, alone):
    if not alone:
        ground.put(KEY, "first", ValueType.REG_DWORD, 1)
    for kind, content in data.items():
        ground.put(KEY, f"put {kind.name}", kind, content)
        write(ground, Write(key=KEY, name=f"set {kind.name}", value=RegistryValue(name="x", type=kind, data=content)))
    state = read_all(ground)
    for kind, content in data.items():
        for name in (f"put {kind.name}", f"set {kind.name}"):
            value = state.get(name)
            assert value is not None
            assert (name, kind, content) == (value.name, value.type, value.data)
            assert (kind, content) == ground.holds(KEY)[name]
            assert {name.upper(): (kind, content)} == found(read(ground, name))


@pytest.mark.parametrize("kind", sorted(NOT_READABLE), ids=lambda kind: kind.name)
def test_a_type_that_cannot_be_read_without_loss_is_there_and_says_so(ground, kind):
    content = r"%SystemRoot%\x" if kind == ValueType.REG_EXPAND_SZ else b"\1\2"
    ground.put(KEY, "odd", kind, content)
    ground.put(KEY, "even", ValueType.REG_DWORD, 2)
    for state in (read(ground, "odd"), read(ground, "odd", "even"), read_all(ground)):
        value = state.get("odd")
        assert value is not None
        assert ("odd", kind, UNREADABLE) == (value.name, value.type, value.data)


@pytest.mark.parametrize("kind", DATA, ids=lambda kind: kind.name)
def test_a_default_value_is_read_alone_and_among_others_and_deleted(ground, kind):
    write(ground, Write(key=KEY, name="", value=RegistryValue(name="", type=kind, data=DATA[kind])))
    for expected in ({""}, {"", "A"}):
        assert expected == set(read_all(ground).by_name)
        assert {"": (kind, DATA[kind])} == found(read(ground, ""))
        assert (kind, DATA[kind]) == found(read(ground, "", "zzz"))[""]
        write(ground, setting("a"))
    write(ground, Write(key=KEY, name="", value=None))
    assert {"A"} == set(read_all(ground).by_name)
    assert {"a"} == set(ground.holds(KEY))


def test_names_are_found_in_any_letter_case_and_keep_the_one_they_have(ground):
    ground.put(KEY, "fAllowToGetHelp", ValueType.REG_DWORD, 1)
    ground.put(KEY, "Ünïcode", ValueType.REG_DWORD, 2)
    assert {"FALLOWTOGETHELP": (4, 1)} == found(read(ground, "FALLOWTOGETHELP"))
    assert {"ÜNÏCODE": (4, 2)} == found(read(ground, "üNÏCODE"))
    write(ground, setting("fallowtogethelp", 7), setting("ÜNÏCODE", 8))
    assert {"fAllowToGetHelp": (4, 7), "Ünïcode": (4, 8)} == ground.holds(KEY)
    assert {"fAllowToGetHelp", "Ünïcode"} == {value.name for value in read_all(ground).by_name.values()}
    write(ground, Write(key=KEY, name="FALLOWTOGETHELP", value=None))
    assert {"Ünïcode"} == set(ground.holds(KEY))


@pytest.mark.parametrize("pair", [("Straße", "STRASSE"), ("ſ", "S"), ("ς", "Σ"), ("\u212a", "K")], ids=ascii)
def test_names_that_only_other_foldings_equate_are_two_values(ground, pair):
    write(ground, setting(pair[0], 1), setting(pair[1], 2))
    assert {pair[0]: (4, 1), pair[1]: (4, 2)} == ground.holds(KEY)
    assert 2 == len(read_all(ground).by_name)
    assert [1, 2] == [t.cast("RegistryValue", read(ground, name).get(name)).data for name in pair]


def test_writing_into_an_absent_key_creates_it_with_its_parents(ground):
    assert {} == found(read_all(ground, OTHER))
    write(ground, setting("a", 1, OTHER), setting("b", 2, OTHER))
    assert {"a": (4, 1), "b": (4, 2)} == ground.holds(OTHER)
    write(ground, setting("unseen", 3, ABSENT))
    assert {"unseen": (4, 3)} == ground.holds(ABSENT)


def test_deleting_what_is_absent_is_a_success_and_creates_nothing(ground):
    ground.put(KEY, "stays", ValueType.REG_DWORD, 1)
    write(ground, Write(key=KEY, name="gone", value=None), Write(key=ABSENT, name="gone", value=None))
    assert ({"stays": (4, 1)}, {}) == (ground.holds(KEY), ground.holds(ABSENT))


@pytest.mark.parametrize("kind", [*DATA, *sorted(NOT_READABLE)], ids=lambda kind: kind.name)
def test_a_value_of_another_type_is_replaced(ground, kind):
    ground.put(KEY, "v", kind, DATA.get(kind, "x" if kind == ValueType.REG_EXPAND_SZ else b"x"))
    for value in (string("v", "text"), dword("v", 1)):
        write(ground, Write(key=KEY, name="v", value=value))
        assert {"v": (value.type, value.data)} == ground.holds(KEY)
        assert {"V": (value.type, value.data)} == found(read(ground, "v"))


XML_TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\ufffe\uffff", min_codepoint=32)
    | st.sampled_from("\r\n\t&<>\"']"),
    max_size=40,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=XML_TEXT, text=XML_TEXT)
def test_any_text_that_xml_can_carry_is_exact_in_both_directions(shared, name, text):
    write(shared, Write(key=KEY, name=name, value=string(name, text)))
    assert {name: (1, text)} == shared.holds(KEY)
    (value,) = read_all(shared).by_name.values()
    assert (name, text) == (value.name, value.data)
    write(shared, Write(key=KEY, name=name, value=None))
    assert {} == shared.holds(KEY)


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
    (failure,) = ground.channel.write([setting("a"), setting("b"), setting("c")])
    assert setting("b") == failure.write
    assert isinstance(failure.error, HostError)
    assert not isinstance(failure.error, (HostUnreachable, AccessDenied))
    assert {"there", "a"} == set(ground.holds(KEY))


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_connection_that_is_lost_says_what_was_confirmed_and_that_one_write_is_unknown(ground, number, done):
    ground.put(KEY, "there", ValueType.REG_DWORD, 1)
    assert {"THERE"} == set(read_all(ground).by_name)
    ground.lose(number, done=done)
    writes = [setting("a"), setting("b"), Write(key=KEY, name="there", value=None), setting("d")]
    with pytest.raises(HostUnreachable) as caught:
        ground.channel.write(writes)
    assert (tuple(writes[:number]), True, False) == (
        caught.value.acknowledged,
        caught.value.outcome_unknown,
        caught.value.logon_refused,
    )
    made = number + done
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
    for expected in (1, 2):
        read(ground, "a")
        assert expected == ground.channel.requests == ground.messages()
    write(ground, setting("a", 2), setting("b", 3))
    assert 4 == ground.channel.requests == ground.messages()
    ground.channel.reconnect()
    write(ground, Write(key=KEY, name="b", value=None))
    assert 5 == ground.channel.requests == ground.messages()


def test_a_key_that_may_not_be_read_is_denied_and_not_empty():
    with ground_of("winrm") as ground:
        assert isinstance(ground, StandInGround)
        ground.put(KEY, "a", ValueType.REG_DWORD, 1)
        ground.host.registry.deny(str(KEY), read=True)
        for names in (None, ("a",), ("a", "b")):
            with pytest.raises(AccessDenied):
                ground.channel.read([KeyRead(key=KEY, names=names)])
