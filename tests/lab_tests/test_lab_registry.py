# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The in-memory registry without any wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.registry import Registry, RegistryError, fold
from tests.lab.seed_files import content_of, fill, read_seed, seed_names, write_state
from tests.lab.standin import RegistryView

_KEY = r"HKLM\SOFTWARE\Lab"


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "A"), ("ä", "Ä"), ("я", "Я"), ("ǆ", "Ǆ"), ("ÿ", "Ÿ"), ("ᾳ", "ᾼ")],
)
def test_names_that_differ_only_in_case_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ß", "ẞ"),
        ("ſ", "S"),
        ("ς", "Σ"),
        ("\u212a", "k"),
        ("ı", "I"),
        ("\U00010428", "\U00010400"),
    ],
)
def test_names_that_only_casefold_unites_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_an_overwritten_value_keeps_its_spelling_and_place() -> None:
    registry = RegistryView(Registry())
    registry.set(_KEY, "First", "REG_SZ", "1")
    registry.set(_KEY, "Second", "REG_SZ", "2")
    registry.set(_KEY, "FIRST", "REG_DWORD", 3)
    assert [value.name for value in registry.raw.find(_KEY) or ()] == ["First", "Second"]
    assert registry.get(_KEY, "first") == ("REG_DWORD", 3)


def test_a_denied_key_denies_what_lies_below_it_and_nothing_beside_it() -> None:
    registry = RegistryView(Registry())
    registry.create(_KEY + r"\Below")
    registry.create(r"HKLM\SOFTWARE\Beside")
    registry.deny(_KEY, read=True)
    with pytest.raises(RegistryError) as caught:
        registry.raw.values("HKLM", r"SOFTWARE\Lab\Below")
    assert caught.value.code == 5
    assert registry.raw.values("HKLM", r"SOFTWARE\Beside") == []
    registry.deny(_KEY)
    assert registry.raw.values("HKLM", r"SOFTWARE\Lab\Below") == []


def test_dump_below_a_key_leaves_out_its_neighbours() -> None:
    registry = RegistryView(Registry())
    registry.set(_KEY, "", "REG_MULTI_SZ", ["a", ""])
    registry.create(_KEY + "2")
    assert registry.dump(_KEY.lower()) == {_KEY: {"": ("REG_MULTI_SZ", ["a", ""])}}


def test_delete_tells_whether_there_was_something() -> None:
    registry = RegistryView(Registry())
    registry.set(_KEY + r"\Below", "Name", 99, b"\x00\xff")
    assert registry.get(_KEY + r"\Below", "Name") == (99, b"\x00\xff")
    assert registry.delete(_KEY + r"\Below", "NAME")
    assert not registry.delete(_KEY + r"\Below", "NAME")
    assert registry.delete(_KEY)
    assert not registry.delete(_KEY)
    assert not registry.has_key(_KEY + r"\Below")


@pytest.mark.parametrize(
    ("kind", "data"),
    [("REG_DWORD", 1 << 32), ("REG_DWORD", True), ("REG_SZ", 1), ("REG_MULTI_SZ", "a"), ("REG_X", 1), (-1, b"")],
)
def test_data_that_do_not_fit_their_type_are_refused(kind: str | int, data: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        RegistryView(Registry()).set(_KEY, "Name", kind, data)


def test_the_seeds_are_the_three_that_are_described() -> None:
    assert seed_names() == ["compliant_server", "domain_member", "open_client"]


def test_the_open_client_has_no_policy_value_at_all() -> None:
    registry = Registry()
    fill(registry, read_seed("open_client"))
    assert not any(values for path, values, _rights in registry.walk() if "Policies" in path)


def test_the_domain_member_has_three_helpers_whose_data_repeat_the_name() -> None:
    registry = RegistryView(Registry())
    registry.load("domain_member")
    policies = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
    helpers = registry.dump(policies + r"\RAUnsolicit")[policies + r"\RAUnsolicit"]
    assert len(helpers) == 3
    assert helpers == {name: ("REG_SZ", name) for name in helpers}
    assert any(not name.isascii() for name in helpers)


def test_an_unknown_seed_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="known: compliant_server, domain_member, open_client"):
        read_seed("no_such")


def test_a_seed_error_names_the_value() -> None:
    with pytest.raises(ValueError, match=r"HKLM\\X\\Name: 'x' is not an unsigned|invalid literal"):
        fill(Registry(), {"registry": {r"HKLM\X": {"Name": {"type": "REG_DWORD", "data": "x"}}}})


_names = st.text(st.characters(blacklist_characters="\\", blacklist_categories=()), min_size=1, max_size=20)
_data = st.one_of(
    st.tuples(st.just("REG_DWORD"), st.integers(0, 2**32 - 1)),
    st.tuples(st.just("REG_QWORD"), st.integers(0, 2**64 - 1)),
    st.tuples(st.sampled_from(["REG_SZ", "REG_EXPAND_SZ"]), st.text(st.characters(blacklist_categories=()))),
    st.tuples(st.just("REG_MULTI_SZ"), st.lists(st.text(max_size=5), max_size=4)),
    st.tuples(st.sampled_from(["REG_BINARY", "REG_NONE", 99]), st.binary(max_size=10)),
)


@given(st.lists(st.tuples(_names, _names, _data), max_size=5))
def test_a_state_file_gives_back_what_was_written(tmp_path_factory: pytest.TempPathFactory, values: list[Any]) -> None:
    registry = RegistryView(Registry())
    for key, name, (kind, data) in values:
        registry.set(rf"HKLM\{key}", name, kind, data)
    registry.deny(r"HKLM\Denied", write=True)
    path = tmp_path_factory.mktemp("state") / "host.yml"
    write_state(registry.raw, path)
    again = Registry()
    fill(again, read_seed(path))
    assert content_of(again) == content_of(registry.raw)


def test_a_state_file_takes_the_longest_value_name(tmp_path: Path) -> None:
    registry = RegistryView(Registry())
    registry.set(_KEY, "n" * 16383, "REG_SZ", "x: 'y'")
    write_state(registry.raw, tmp_path / "host.yml")
    again = RegistryView(Registry())
    again.load(tmp_path / "host.yml")
    assert again.get(_KEY, "N" * 16383) == ("REG_SZ", "x: 'y'")
