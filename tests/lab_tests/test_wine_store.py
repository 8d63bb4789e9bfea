# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Our registry and Wine's say the same; where they do not, it is written down here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.lab import RegistryView, StandInHost
from tests.lab.registry import Registry, RegistryError, fold
from tests.lab.store import Store
from tests.lab.wine import WineError, WineMachine
from tests.lab.wine.raw_data import from_bytes, to_bytes
from tests.lab_tests.lab_client import PREFERENCE, winrm_client

_KEY = r"HKLM\SOFTWARE\Policies\Lab"
_BELOW = r"SOFTWARE\Policies\Lab"


@pytest.fixture(params=["ours", "wine"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each registry in turn, empty."""
    made: Store = Registry() if request.param == "ours" else request.getfixturevalue("wine_machine").store
    made.clear()
    yield made
    made.clear()


@pytest.fixture
def wine(wine_machine: WineMachine) -> Iterator[WineMachine]:
    wine_machine.store.clear()
    yield wine_machine
    wine_machine.store.clear()


def code_of(function: Any, *arguments: Any) -> int:
    with pytest.raises(RegistryError) as caught:
        function(*arguments)
    return caught.value.code


# -- the same in both ---------------------------------------------------------------------------------


def test_names_compare_without_case_and_the_first_spelling_stays(store: Store) -> None:
    store.create_key("HKLM", _BELOW + r"\Hjälp")
    store.create_key("HKLM", _BELOW.upper() + r"\HJÄLP")
    assert store.subkeys("HKLM", _BELOW) == ["Hjälp"]
    store.write("HKLM", _BELOW, "Größe", 1, "x")
    store.write("HKLM", _BELOW, "GRÖßE", 4, 7)
    assert [(value.name, value.type, value.data) for value in store.values("HKLM", _BELOW)] == [("Größe", 4, 7)]
    found = store.value("HKLM", _BELOW, "gRÖßE")
    assert found is not None
    assert found.data == 7
    assert store.value("HKLM", _BELOW, "GRÖSSE") is None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (1, ""),
        (1, " trailing "),
        (1, 'CORP\\"quoted" ]%^&'),
        (1, "日本語 \U0001f600 \ud800"),
        (2, r"%SystemRoot%\x"),
        (3, b""),
        (3, bytes(range(256))),
        (4, 0),
        (4, 0xFFFFFFFF),
        (7, ()),
        (7, ("",)),
        (7, ("a", "", "b", "")),
        (11, 1 << 63),
        (0, b"\x01"),
        (99, b"raw"),
        (0x80000001, b"raw"),
    ],
)
def test_data_come_back_as_they_were_written(store: Store, kind: int, data: Any) -> None:
    store.put(_KEY, "Name", kind, data)
    found = store.value("HKLM", _BELOW, "Name")
    assert found is not None
    assert (found.type, found.data) == (kind, data)
    assert [(value.type, value.data) for value in store.find(_KEY) or ()] == [(kind, data)]


@pytest.mark.parametrize(
    "name", ["", " ", "trailing ", "a\\b", '"', "]", "=", "%PATH%", "^&|<>", "日本語", "\ud800", "n" * 16383]
)
def test_value_names_come_back_as_they_were_written(store: Store, name: str) -> None:
    store.put(_KEY, name, 1, name[:100])
    assert [value.name for value in store.find(_KEY) or ()] == [name]
    assert store.take_value(_KEY, name)
    assert not store.take_value(_KEY, name)


def test_a_name_that_is_too_long_is_a_wrong_parameter(store: Store) -> None:
    store.create_key("HKLM", _BELOW)
    assert code_of(store.write, "HKLM", _BELOW, "n" * 16384, 1, "") == 87


def test_what_is_missing_is_not_found(store: Store) -> None:
    for function in (store.subkeys, store.values, store.remove_key, store.denied):
        assert code_of(function, "HKLM", _BELOW) == 2
    assert code_of(store.value, "HKLM", _BELOW, "Name") == 2
    assert code_of(store.write, "HKLM", _BELOW, "Name", 1, "") == 2
    assert code_of(store.remove_value, "HKLM", _BELOW, "Name") == 2
    store.create_key("HKLM", _BELOW)
    assert store.value("HKLM", _BELOW, "Name") is None
    assert code_of(store.remove_value, "HKLM", _BELOW, "Name") == 2
    assert store.find(_KEY + r"\Nope") is None
    assert not store.take_key(_KEY + r"\Nope")
    assert code_of(store.create_key, "HKXX", "X") == 2


def test_a_key_with_subkeys_and_a_root_cannot_be_removed(store: Store) -> None:
    store.create_key("HKLM", _BELOW + r"\Below")
    assert code_of(store.remove_key, "HKLM", _BELOW) == 5
    assert code_of(store.remove_key, "HKLM", "") == 5
    store.remove_key("HKLM", _BELOW + r"\Below")
    store.remove_key("HKLM", _BELOW)
    assert store.find(_KEY) is None


def test_an_empty_name_in_a_path_is_a_wrong_key(store: Store) -> None:
    assert code_of(store.create_key, "HKLM", r"SOFTWARE\\Policies") == 6
    store.create_key("HKLM", _BELOW + "\\")
    assert store.subkeys("HKLM", _BELOW) == []


def test_subkeys_come_sorted(store: Store) -> None:
    for name in ("b", "A", "Z", "ä", "aa", "日", "1"):
        store.create_key("HKLM", f"{_BELOW}\\{name}")
    assert store.subkeys("HKLM", _BELOW) == ["1", "A", "aa", "b", "Z", "ä", "日"]


def test_a_removed_tree_is_gone_with_all_below_it(store: Store) -> None:
    store.put(_KEY + r"\A\B", "Name", 1, "x")
    assert store.take_key(_KEY)
    assert store.find(_KEY + r"\A\B") is None
    assert store.find(_KEY) is None


def test_denial_holds_for_all_below_and_can_be_lifted(store: Store) -> None:
    store.ensure_key(_KEY + r"\Below")
    store.deny(_KEY, frozenset({"write"}))
    assert code_of(store.write, "HKLM", _BELOW + r"\BELOW", "Name", 1, "") == 5
    assert code_of(store.create_key, "HKLM", _BELOW + r"\New\Key") == 5
    assert store.denied("HKLM", _BELOW + r"\Below") == {"write"}
    assert store.subkeys("HKLM", _BELOW) == ["Below"]
    store.deny(_KEY, frozenset())
    store.write("HKLM", _BELOW + r"\Below", "Name", 1, "")


def test_a_seed_gives_the_same_dump(store: Store, host: StandInHost) -> None:
    view = RegistryView(store)
    view.load("domain_member")
    host.registry.load("domain_member")
    expected = {path: values for path, values in host.registry.dump().items() if values}
    assert {path: values for path, values in view.dump().items() if values} == expected


def test_wine_folds_the_characters_that_we_fold(wine: WineMachine) -> None:
    pairs = {
        (character, other)
        for character in map(chr, range(0x21, 0x10000))
        for other in (character.upper(), character.lower(), character.title())
        if other != character and len(other) == 1 and ord(other) < 0x10000
    }
    bridge = wine.bridge
    bridge.create("HKLM", _BELOW)
    wrong = []
    for one, other in sorted(pairs):
        bridge.set("HKLM", _BELOW, one, 1, b"")
        same = bridge.get("HKLM", _BELOW, other) is not None
        bridge.unset("HKLM", _BELOW, one)
        if same != (fold(one) == fold(other)):
            wrong.append(f"U+{ord(one):04X} U+{ord(other):04X} {'same' if same else 'apart'} in Wine")
    assert len(pairs) > 2000
    assert wrong == []


# -- what is Wine's alone -----------------------------------------------------------------------------


def test_values_come_sorted_by_name_where_windows_keeps_the_order_of_creation(wine: WineMachine) -> None:
    for name in ("b", "A", "c"):
        wine.registry.set(_KEY, name, "REG_SZ", "")
    assert [value.name for value in wine.store.values("HKLM", _BELOW)] == ["A", "b", "c"]


def test_an_underline_comes_before_the_letters_where_windows_puts_it_behind_them(wine: WineMachine) -> None:
    names = [rf"{_KEY}\_", rf"{_KEY}\a"]
    for name in names:
        wine.registry.create(name)
    assert wine.store.subkeys("HKLM", _BELOW) == ["_", "a"]
    ours = RegistryView(Registry())
    for name in names:
        ours.create(name)
    assert ours.raw.subkeys("HKLM", _BELOW) == ["a", "_"]


def test_data_that_do_not_fit_their_type_are_kept(wine: WineMachine) -> None:
    wine.bridge.create("HKLM", _BELOW)
    for kind, raw in ((4, b"12345678"), (1, b"abc"), (7, b"\x01"), (11, b"")):
        wine.bridge.set("HKLM", _BELOW, "Name", kind, raw)
        assert wine.bridge.get("HKLM", _BELOW, "name") == (kind, raw)
        found = wine.store.value("HKLM", _BELOW, "Name")
        assert found is not None
        assert found.data == raw


def test_a_large_value_and_many_values_pass_the_pipe(wine: WineMachine) -> None:
    wine.registry.set(_KEY, "Large", "REG_BINARY", b"\xa5" * 500_000)
    for number in range(500):
        wine.registry.set(_KEY + r"\Many", f"CORP\\helper{number:03}", "REG_SZ", "x")
    assert wine.registry.get(_KEY, "Large") == ("REG_BINARY", b"\xa5" * 500_000)
    assert len(wine.registry.dump(_KEY)[_KEY + r"\Many"]) == 500


def test_clear_removes_what_is_not_wines_and_puts_back_what_is(wine: WineMachine) -> None:
    version = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    before = wine.registry.get(version, "CurrentBuildNumber")
    assert before is not None
    wine.registry.set(version, "CurrentBuildNumber", "REG_SZ", "20348")
    wine.registry.set(version, "Lab", "REG_SZ", "new")
    wine.registry.set(r"HKLM\SOFTWARE\Lab\Deep", "Name", "REG_SZ", "x")
    assert r"HKLM\SOFTWARE\Lab\Deep" in wine.registry.dump()
    wine.store.clear()
    assert wine.registry.get(version, "CurrentBuildNumber") == before
    assert wine.registry.get(version, "Lab") is None
    assert not wine.registry.has_key(r"HKLM\SOFTWARE\Lab")
    assert wine.registry.dump() == {}
    with pytest.raises(WineError, match="belongs to Wine"):
        wine.registry.delete(version)


@pytest.mark.parametrize(
    ("kind", "raw", "data"), [(1, b"a\0b\0", "ab"), (1, b"", ""), (7, b"", ()), (7, b"a\0\0\0", ("a",)), (4, b"", b"")]
)
def test_bytes_without_their_final_nul_are_read_all_the_same(kind: int, raw: bytes, data: Any) -> None:
    assert from_bytes(kind, raw) == data


def test_texts_get_their_final_nul() -> None:
    assert to_bytes(1, "a") == b"a\0\0\0"
    assert to_bytes(7, ("a", "")) == b"a\0\0\0\0\0\0\0"
    assert to_bytes(4, 258) == b"\x02\x01\0\0"


# -- behind the stand-in host -------------------------------------------------------------------------


def test_a_stand_in_host_keeps_its_registry_in_wine(wine: WineMachine) -> None:
    with StandInHost(seed="open_client", store=wine.store) as host:
        client = winrm_client(host)
        switch = {"sSubKeyName": PREFERENCE, "sValueName": "fAllowToGetHelp"}
        assert client.call("GetDWORDValue", **switch).all("uValue") == ["1"]
        assert client.call("SetDWORDValue", uValue=0, **switch).code == 0
        assert client.call("GetStringValue", **switch).code == 0x80041005
        client.close()
        assert host.errors == ()
    exported = wine.run(f'reg query "HKLM\\{PREFERENCE}" /v fAllowToGetHelp')
    assert b"fAllowToGetHelp    REG_DWORD    0x0\r\n" in exported.stdout
    assert wine.registry.get(rf"HKLM\{PREFERENCE}", "fAllowToGetHelp") == ("REG_DWORD", 0)
