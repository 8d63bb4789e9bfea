# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every registry channel promises: the same cases against the fake and over real connections."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
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
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.names import fold
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.contract_cases import ABSENT, KEY, OTHER, found, read, read_all, setting, write
from tests.integration.grounds import KINDS, NOT_READABLE, POWERSHELL, Ground, ground_of
from tests.integration.newest import newest_only

pytestmark = newest_only

QUOTED = RegistryKey(path=r"SOFTWARE\Policies\Contract\Below & <beside> %PATH%")

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
    with ground_of(request.param, request) as ground:
        yield ground


@pytest.fixture(scope="module", params=KINDS)
def shared(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as ground:
        yield ground


def grounds_and_types(types: t.Iterable[ValueType]) -> pytest.MarkDecorator:
    """Try every ground with every type, but ssh, which takes seconds for each, with one that files hold in hex."""
    pairs = [(kind, one) for kind in KINDS for one in types if kind != "ssh" or one == ValueType.REG_QWORD]
    ids = [f"{kind}-{one.name}" for kind, one in pairs]
    return pytest.mark.parametrize(("ground", "kind"), pairs, indirect=["ground"], ids=ids)


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
    values = [RegistryValue(name=f"set {kind.name}", type=kind, data=content) for kind, content in data.items()]
    write(ground, *(Write(key=KEY, name=value.name, value=value) for value in values))
    state = read_all(ground)
    for kind, content in data.items():
        for name in (f"put {kind.name}", f"set {kind.name}"):
            value = state.get(name)
            assert value is not None
            assert (name, kind, content) == (value.name, value.type, value.data)
            assert (kind, content) == ground.holds(KEY)[name]
            # An export is the same whatever was asked for.
            if not ground.all_at_once or kind == ValueType.REG_SZ:
                assert {name.upper(): (kind, content)} == found(read(ground, name))


@pytest.mark.parametrize("kind", sorted(NOT_READABLE), ids=lambda kind: kind.name)
def test_a_type_that_cannot_be_read_without_loss_everywhere_is_there_and_says_so(ground, kind):
    content = r"%SystemRoot%\x" if kind == ValueType.REG_EXPAND_SZ else b"\1\2"
    ground.put(KEY, "odd", kind, content)
    ground.put(KEY, "even", ValueType.REG_DWORD, 2)
    for state in (read(ground, "odd"), read(ground, "odd", "even"), read_all(ground)):
        value = state.get("odd")
        assert value is not None
        assert ("odd", kind, content if ground.reads_every_type else UNREADABLE) == (value.name, value.type, value.data)


@grounds_and_types(DATA)
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


@grounds_and_types([*DATA, *sorted(NOT_READABLE)])
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


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(XML_TEXT, XML_TEXT, min_size=1, max_size=25))
def test_any_text_that_xml_can_carry_is_exact_in_both_directions(shared, values):
    if not shared.carries_line_ends:
        values = {re.sub("[\r\n]", " ", name): text for name, text in values.items()}
    values = {fold(name): (name, text) for name, text in values.items()}
    write(shared, *(Write(key=KEY, name=name, value=string(name, text)) for name, text in values.values()))
    assert {name: (1, text) for name, text in values.values()} == shared.holds(KEY)
    assert dict(values.values()) == {value.name: value.data for value in read_all(shared).by_name.values()}
    write(shared, *(Write(key=KEY, name=name, value=None) for name, dummy in values.values()))
    assert {} == shared.holds(KEY)


def test_a_key_whose_name_needs_quoting_is_read_and_written_or_refused_before_anything_is_sent(ground):
    write_it = Write(key=QUOTED, name="a", value=dword("a", 1))
    if ground.carries_every_key:
        write(ground, write_it)
        assert {"a": (4, 1)} == ground.holds(QUOTED)
        assert {"A": (4, 1)} == found(read(ground, "a", key=QUOTED))
        return
    with pytest.raises(HostError, match="cannot stand on a command line"):
        read(ground, "a", key=QUOTED)
    assert 0 == ground.messages()


def test_a_value_name_with_a_line_end_is_written_or_refused_by_name(ground):
    writes = [setting("a"), setting("b\r\nc"), setting("d")]
    failures = ground.channel.write(writes)
    if ground.carries_line_ends:
        assert () == failures
        assert {"a", "b\r\nc", "d"} == set(ground.holds(KEY))
        return
    (failure,) = failures
    assert writes[1] == failure.write
    assert "line end" in str(failure.error)
    assert {"a"} == set(ground.holds(KEY))


@pytest.mark.parametrize("ground", [POWERSHELL], indirect=True)
def test_the_other_shell_of_windows_reads_writes_and_deletes_alike(ground):
    assert {} == found(read_all(ground))
    texts = {'%PATH% ^ & | "x" ]': "'quoted' \u2018too\u2019", "日本 😀": "%PATH%"}
    write(ground, *(Write(key=KEY, name=name, value=string(name, text)) for name, text in texts.items()))
    assert {name: (1, text) for name, text in texts.items()} == ground.holds(KEY)
    assert texts == {value.name: value.data for value in read_all(ground).by_name.values()}
    write(ground, *(Write(key=KEY, name=name, value=None) for name in texts))
    assert {} == ground.holds(KEY)
