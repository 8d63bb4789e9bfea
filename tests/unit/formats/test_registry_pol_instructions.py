# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the entries of a Registry.pol do, and what all of them leave behind in one key."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol import (
    PolicyEntry,
    PolicyFile,
    decode,
    encode,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol_instructions import (
    DELETED,
    Directive,
    Instruction,
    SetTo,
    delete_all_values,
    delete_value,
    effect,
    instruction,
    set_value,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    RegistryKey,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from hypothesis import given
from hypothesis import strategies as st

PARENT = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
KEY = RegistryKey(path=PARENT + r"\RAUnsolicit")
SPACE = b" \0\0\0"
ONE = b"\1\0\0\0"
TWO = b"\2\0\0\0"


def entry(name: str | None, kind: int | None = 4, data: bytes | None = ONE, key: str = KEY.path) -> PolicyEntry:
    return PolicyEntry(key=key, value_name=name, type=None if kind is None else ValueType(kind), data=data)


def listing(name: str, text: str, key: str = KEY.path) -> PolicyEntry:
    return entry(name, 1, text.encode("utf-16-le"), key)


def left(*entries: PolicyEntry) -> tuple[bool, dict[str, object]]:
    """Return whether the key is wiped, and what happens to the values that are named."""
    found = effect(PolicyFile(entries=entries), KEY)
    return found.wiped, dict(found.by_name)


@pytest.mark.parametrize(
    ("what", "kind", "names"),
    [
        (entry("fAllowToGetHelp"), Directive.SET, ("fAllowToGetHelp",)),
        (entry("*"), Directive.SET, ("*",)),
        (entry("*del.x"), Directive.SET, ("*del.x",)),
        (entry("x**del.x"), Directive.SET, ("x**del.x",)),
        (entry("**del.Ümlaut;x", 1, SPACE), Directive.DELETE_VALUE, ("Ümlaut;x",)),
        (entry("**DEL.a", 4, b"\0\0\0\0"), Directive.DELETE_VALUE, ("a",)),
        (entry("**Del.**del.a", 1, SPACE), Directive.DELETE_VALUE, ("**del.a",)),
        (entry("**del.a", None, None), Directive.DELETE_VALUE, ("a",)),
        (entry("**del.", 1, SPACE), Directive.DELETE_VALUE, ("",)),
        (entry("**delvals.", 1, SPACE), Directive.DELETE_ALL_VALUES, ()),
        (entry("**DelVals.", 4, b"\0\0\0\0"), Directive.DELETE_ALL_VALUES, ()),
        (entry("**DelVals", 1, SPACE), Directive.DELETE_ALL_VALUES, ()),
        (entry("**delvals. ", 0, b""), Directive.DELETE_ALL_VALUES, ()),
        (listing("**DeleteValues", "a;b c;;d\0"), Directive.DELETE_VALUES, ("a", "b c", "d")),
        (listing("**deletevalues", "a"), Directive.DELETE_VALUES, ("a",)),
        (listing("**DeleteValues", "a;\0b"), Directive.DELETE_VALUES, ("a",)),
        (entry("**DeleteValues", 1, b"a\0;\0b"), Directive.DELETE_VALUES, ("a",)),
        (entry("**DeleteValues", 1, b"a\0\0\xd8"), Directive.DELETE_VALUES, ("a\ud800",)),
        (entry("**DeleteValues", None, None), Directive.DELETE_VALUES, ()),
        (listing("**DeleteKeys", "s;t\0"), Directive.DELETE_KEYS, ("s", "t")),
        (listing("**DELETEKEYS ", "s\0"), Directive.DELETE_KEYS, ("s",)),
        (entry("**SecureKey"), Directive.SECURE_KEY, ()),
        (entry("**soft.Name", 1, b"x\0\0\0"), Directive.SOFT, ("Name",)),
        (entry("**Soft.Name", 4, b""), Directive.KEY_ONLY, ()),
        (entry("**soft.Name", None, None), Directive.KEY_ONLY, ()),
        (entry("**Comment:GPO", 1, SPACE), Directive.UNKNOWN, ()),
        (entry("**delval", 1, SPACE), Directive.UNKNOWN, ()),
        (entry("**delvals.x", 1, SPACE), Directive.UNKNOWN, ()),
        (entry("**DeleteValuesx", 1, SPACE), Directive.UNKNOWN, ()),
        (entry("**", 1, SPACE), Directive.UNKNOWN, ()),
        (entry(None, None, None), Directive.KEY_ONLY, ()),
        (entry("x", None, None), Directive.KEY_ONLY, ()),
        (entry("x", 4, None), Directive.KEY_ONLY, ()),
        (entry("x", 4, b""), Directive.KEY_ONLY, ()),
        (entry("x", 0, b"x"), Directive.KEY_ONLY, ()),
        (entry("", 1, b"x\0\0\0"), Directive.KEY_ONLY, ()),
        (entry("", 0, b""), Directive.KEY_ONLY, ()),
    ],
)
def test_each_entry_is_one_instruction(what: PolicyEntry, kind: Directive, names: tuple[str, ...]) -> None:
    assert Instruction(kind=kind, names=names) == instruction(what)


# -- a whole file -------------------------------------------------------------------------------------


def test_a_file_that_does_not_name_the_key_says_nothing_about_it() -> None:
    others = (entry("a", key=PARENT), entry("**delvals.", 1, SPACE, PARENT), entry("a", key=KEY.path + r"\Below"))
    others += (entry("a", key=KEY.path + "2"), entry("**delvals.", 1, SPACE, KEY.path + r"\Below"))
    assert (False, {}) == left(*others)
    assert effect(PolicyFile(), KEY).of("a") is None


def test_keys_and_names_are_compared_without_regard_to_case() -> None:
    upper, lower = entry("ÄNNA", 4, ONE, KEY.path.upper()), entry("änna", 4, TWO, KEY.path.lower())
    assert (False, {"ÄNNA": SetTo(value=dword("änna", 2))}) == left(upper, lower)
    found = effect(PolicyFile(entries=(upper, lower)), RegistryKey(path=KEY.path.swapcase()))
    assert SetTo(value=dword("änna", 2)) == found.of("Änna")


def test_the_last_instruction_wins() -> None:
    on, off = entry("a"), entry("**del.A", 1, SPACE)
    assert (False, {"A": DELETED}) == left(on, off)
    assert (False, {"A": SetTo(value=dword("a", 1))}) == left(off, on)
    assert (False, {"A": DELETED, "B": DELETED}) == left(on, listing("**DeleteValues", "A;b\0"))


def test_a_wipe_takes_what_was_set_before_and_leaves_what_is_set_later() -> None:
    wipe = entry("**delvals.", 1, SPACE)
    assert (True, {"B": SetTo(value=dword("b", 1))}) == left(entry("a"), entry("**del.c"), wipe, entry("b"))
    found = effect(PolicyFile(entries=(entry("a"), wipe, entry("b"))), KEY)
    assert (DELETED, SetTo(value=dword("b", 1)), DELETED) == (found.of("a"), found.of("B"), found.of("never named"))


@pytest.mark.parametrize(
    ("key", "names", "wiped"),
    [
        (PARENT, "Other;raunsolicit\0", True),
        (PARENT, "RAUnsolicit2;RA\0", False),
        (PARENT.lower(), "RAUNSOLICIT", True),
        (r"software\policies\microsoft\windows nt", "Terminal Services", True),
        (r"SOFTWARE\Policies", "Microsoft", True),
        (r"SOFTWARE\Policies", "Micro", False),
        (r"SOFTWARE\Policies", r"Microsoft\Windows NT", True),
        (KEY.path, "RAUnsolicit", False),
        (KEY.path + r"\Below", "RAUnsolicit", False),
        (r"SOFTWARE\Pol", "icies", False),
        (PARENT, "", False),
    ],
)
def test_deleting_a_key_or_one_above_it_wipes_it(key: str, names: str, wiped: bool) -> None:
    gone = listing("**DeleteKeys", names, key)
    assert (wiped, {} if wiped else {"A": SetTo(value=dword("a", 1))}) == left(entry("a"), gone)
    assert (wiped, {"A": SetTo(value=dword("a", 1))}) == left(gone, entry("a"))


def test_a_soft_value_yields_to_what_is_there() -> None:
    soft, hard = entry("**soft.a", 4, TWO), entry("A")
    assert (False, {"A": SetTo(value=dword("a", 2), soft=True)}) == left(soft)
    assert (False, {"A": SetTo(value=dword("A", 1))}) == left(hard, soft)
    assert (False, {"A": SetTo(value=dword("A", 1))}) == left(soft, hard)
    assert (False, {"A": SetTo(value=dword("a", 2), soft=True)}) == left(soft, entry("**soft.A", 4, ONE))


def test_a_soft_value_is_sure_once_the_file_itself_has_deleted_the_old_one() -> None:
    soft = entry("**soft.a", 4, TWO)
    assert (False, {"A": SetTo(value=dword("a", 2))}) == left(entry("**del.a", 1, SPACE), soft)
    assert (True, {"A": SetTo(value=dword("a", 2))}) == left(entry("**delvals.", 1, SPACE), soft)


def test_what_sets_no_value_leaves_the_others_alone() -> None:
    silent = (entry("a", 4, b""), entry(None, None, None), entry("**SecureKey"), entry("**Unknown"), entry("", 1))
    assert (False, {"A": SetTo(value=dword("a", 1))}) == left(entry("a"), *silent)


def test_data_that_do_not_fit_their_type_are_bytes() -> None:
    value = RegistryValue(name="a", type=ValueType.REG_DWORD, data=b"\1\2")
    assert (False, {"A": SetTo(value=value)}) == left(entry("a", 4, b"\1\2"))


# A second account of the same rules, over all values of the two keys at once: the state of a host, before and after.
_NAMES = ("a", "A", "b", "ß")
_steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["set", "soft", "del"]), st.sampled_from(_NAMES), st.integers(1, 3)),
        st.tuples(st.sampled_from(["wipe", "drop", "drop all", "two"]), st.just(""), st.just(0)),
    ),
    max_size=7,
)


def _as_entry(step: tuple[str, str, int]) -> PolicyEntry:
    word, name, number = step
    data = number.to_bytes(4, "little")
    return {
        "set": entry(name, 4, data),
        "soft": entry("**soft." + name, 4, data),
        "del": entry("**del." + name, 1, SPACE),
        "wipe": entry("**DelVals.", 1, SPACE),
        "drop": listing("**DeleteKeys", "x;RAUnsolicit\0", PARENT),
        "drop all": listing("**DeleteKeys", "policies\0", "Software"),
        "two": listing("**DeleteValues", "a;ß\0"),
    }[word]


def _run(host: dict[str, int], steps: list[tuple[str, str, int]]) -> dict[str, int]:
    state = dict(host)
    for word, name, number in steps:
        upper = name if name == "ß" else name.upper()
        if word == "set":
            state[upper] = number
        elif word == "soft":
            state.setdefault(upper, number)
        elif word == "del":
            state.pop(upper, None)
        elif word == "two":
            state.pop("A", None)
            state.pop("ß", None)
        else:
            state.clear()
    return state


@given(_steps, st.dictionaries(st.sampled_from(["A", "B", "ß", "C"]), st.integers(7, 9)))
def test_the_effect_is_what_a_host_ends_with(steps: list[tuple[str, str, int]], host: dict[str, int]) -> None:
    file = PolicyFile(entries=tuple(map(_as_entry, steps)))
    found = effect(file, KEY)
    after = {} if found.wiped else dict(host)
    for name, what in found.by_name.items():
        if isinstance(what, SetTo):
            assert isinstance(what.value.data, int)
            if not (what.soft and name in host):
                after[name] = what.value.data
        else:
            after.pop(name, None)
    assert _run(host, steps) == after


# -- making entries -----------------------------------------------------------------------------------


def test_what_is_made_has_the_form_of_the_specification() -> None:
    assert entry("fAllowToGetHelp", 4, ONE) == set_value(KEY, dword("fAllowToGetHelp", 1))
    assert entry("A\\B", 1, b"x\0\0\0") == set_value(KEY, string("A\\B", "x"))
    assert entry("a", 1, b"\0\0") == set_value(KEY, string("a", ""))
    assert entry("**del.fAllowToGetHelp", 1, SPACE) == delete_value(KEY, "fAllowToGetHelp")
    assert entry("**delvals.", 1, SPACE) == delete_all_values(KEY)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_what_is_made_does_what_was_asked_for(name: str) -> None:
    file = PolicyFile(entries=(delete_all_values(KEY), delete_value(KEY, name)))
    assert DELETED == effect(decode(encode(file)), KEY).of(name)
    if not name.startswith("**"):
        file = PolicyFile(entries=(*file.entries, set_value(KEY, string(name, name))))
        assert SetTo(value=string(name, name)) == effect(decode(encode(file)), KEY).of(name)


LONG = "x" * 259


def test_names_and_data_may_be_as_long_as_the_specification_says() -> None:
    assert set_value(KEY, string(LONG, "x")).value_name == LONG
    assert set_value(KEY, string("𝄞" * 129 + "x", "x")).value_name == "𝄞" * 129 + "x"
    assert delete_value(KEY, LONG[:253]).value_name == "**del." + LONG[:253]
    binary = RegistryValue(name="a", type=ValueType.REG_BINARY, data=bytes(65535))
    assert set_value(KEY, binary).data == bytes(65535)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (dword("**del.x", 1), "that is an instruction"),
        (dword("**", 1), "that is an instruction"),
        (dword("", 1), "without a name, a type or data"),
        (RegistryValue(name="a", type=ValueType.REG_NONE, data=b"x"), "without a name, a type or data"),
        (RegistryValue(name="a", type=ValueType.REG_BINARY, data=b""), "without a name, a type or data"),
        (RegistryValue(name="a", type=ValueType.REG_SZ, data=UNREADABLE), "unreadable data"),
        (dword("a", 2**32), "cannot be stored as REG_DWORD"),
        (dword("a\0", 1), r"value name 'a\\x00'"),
        (dword(LONG + "x", 1), "259 characters, .* has 260"),
        (dword("𝄞" * 130, 1), "259 characters, .* has 260"),
        (string("a", "x" * 32767), "65535 bytes, these data have 65536"),
    ],
)
def test_a_value_that_no_entry_can_set_is_refused(value: RegistryValue, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        set_value(KEY, value)


def test_what_no_entry_can_delete_is_refused() -> None:
    with pytest.raises(FormatError, match="default value"):
        delete_value(KEY, "")
    with pytest.raises(FormatError, match="259 characters"):
        delete_value(KEY, LONG[:254])
    for path in ("", "a\0b"):
        with pytest.raises(FormatError, match="a key cannot be"):
            delete_all_values(RegistryKey(path=path))
