# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of Registry.pol; every file here is built byte by byte, never by the code under test."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol import (
    PolicyEntry,
    PolicyFile,
    decode,
    encode,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import ValueType
from hypothesis import given
from hypothesis import strategies as st

HEADER = bytes.fromhex("50526567 01000000")
KEY = r"Software\Policies\X"


def units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def numbers(number: int) -> bytes:
    return struct.pack("<I", number)


def made(*parts: bytes) -> bytes:
    """Return one entry of these parts."""
    return b"\x5b\0" + b"\x3b\0".join(parts) + b"\x5d\0"


def whole(key: str, name: str, kind: int, data: bytes) -> bytes:
    """Return one entry with all parts."""
    return made(units(key + "\0"), units(name + "\0"), numbers(kind), numbers(len(data)), data)


def entry(key: str, name: str, kind: int, data: bytes) -> PolicyEntry:
    return PolicyEntry(key=key, value_name=name, type=ValueType(kind), data=data)


def refused(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        decode(data)
    assert caught.value.what == "Registry.pol"
    return caught.value


# What a file may hold, as bytes and as what they mean; the two are drawn together and built apart.
_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=()), max_size=8).filter(
    # Two lone surrogates in a row may be one character in UTF-16.
    lambda text: text == units(text).decode("utf-16-le", "surrogatepass")
)
_tricky = st.sampled_from(["a[b]c", "];[", ";", "[", "]", "**del.x", "\ud800", "𝄞", "Ā", "\u0100\u5b00", ""])
_names = st.one_of(_texts, _tricky)
_numbers = st.one_of(st.sampled_from([0, 1, 2, 3, 4, 5, 7, 11, 91, 93, 2**32 - 1]), st.integers(0, 2**32 - 1))
_data = st.one_of(
    st.binary(max_size=40), st.sampled_from([b"]\0", b";\0", b"]\0[\0", b"", b"\0", bytes(65535), b"[" * 7])
)


def _meant(key: str, parts: int, name: str, kind: int, data: bytes, size: int) -> tuple[bytes, PolicyEntry]:
    raw = [units(key + "\0"), units(name + "\0"), numbers(kind), numbers(len(data) if parts == 5 else size), data]
    means = PolicyEntry(
        key=key,
        value_name=name if parts > 1 else None,
        type=ValueType(kind) if parts > 2 else None,
        size=size if parts == 4 else None,
        data=data if parts == 5 else None,
    )
    return made(*raw[:parts]), means


_parts = st.sampled_from([1, 2, 3, 4, 5, 5, 5, 5])
_entries = st.lists(st.builds(_meant, _names, _parts, _names, _numbers, _data, _numbers), max_size=5)


def _file(entries: list[tuple[bytes, PolicyEntry]]) -> bytes:
    return HEADER + b"".join(raw for raw, means in entries)


@given(_entries)
def test_every_legal_file_is_read_and_written_again_byte_by_byte(entries: list[tuple[bytes, PolicyEntry]]) -> None:
    data = _file(entries)
    file = PolicyFile(entries=tuple(means for raw, means in entries))
    assert file == decode(data)
    assert data == encode(file)


@given(_entries, st.integers(0))
def test_a_file_that_breaks_off_is_refused_or_ends_between_two_entries(
    entries: list[tuple[bytes, PolicyEntry]], at: int
) -> None:
    data = _file(entries)
    length = at % len(data)
    ends = {len(_file(entries[:count])): count for count in range(len(entries) + 1)}
    if length in ends:
        assert tuple(means for raw, means in entries[: ends[length]]) == decode(data[:length]).entries
    else:
        assert refused(data[:length]).offset <= length


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_are_refused_or_written_again_as_they_are(data: bytes, headed: bool) -> None:
    data = HEADER + data if headed else data
    try:
        file = decode(data)
    except FormatError as error:
        assert 0 <= error.offset <= len(data)
    else:
        assert data == encode(file)


@given(_entries, st.integers(0), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_refused_or_written_again_as_it_is(
    entries: list[tuple[bytes, PolicyEntry]], at: int, damage: bytes
) -> None:
    data = bytearray(_file(entries))
    at %= len(data)
    data[at : at + len(damage)] = damage
    try:
        file = decode(bytes(data))
    except FormatError as error:
        assert 0 <= error.offset <= len(data)
    else:
        assert bytes(data) == encode(file)


# -- by name ------------------------------------------------------------------------------------------

DATA = [
    pytest.param(4, numbers(91), id="a DWORD that is an opening bracket"),
    pytest.param(4, numbers(93), id="a DWORD that is a closing bracket"),
    pytest.param(4, numbers(0x005D005D), id="a DWORD that is two closing brackets"),
    pytest.param(4, numbers(0x003B003B), id="a DWORD that is two semicolons"),
    pytest.param(4, b"\xff\xff\xff\xff", id="the greatest DWORD"),
    pytest.param(4, b"\1", id="a DWORD of one byte"),
    pytest.param(4, b"\1\2\3\4\5", id="a DWORD of five bytes"),
    pytest.param(11, b"\xff" * 8, id="the greatest QWORD"),
    pytest.param(7, b"", id="MULTI_SZ without any byte"),
    pytest.param(7, b"\0\0", id="empty MULTI_SZ"),
    pytest.param(7, units("a\0b;]\0\0"), id="MULTI_SZ"),
    pytest.param(1, units("a;b][c\0"), id="text with brackets and semicolons"),
    pytest.param(1, units("no end"), id="text without NUL"),
    pytest.param(1, b"odd", id="text of an odd size"),
    pytest.param(3, b"\0", id="one byte"),
    pytest.param(3, bytes(range(255)), id="an odd size"),
    pytest.param(3, b"]\0" * 32767 + b"]", id="as many bytes as MS-GPREG allows"),
    pytest.param(3, bytes(70000), id="more bytes than MS-GPREG allows"),
    pytest.param(0, b"", id="type and size zero"),
    pytest.param(6, b"x", id="a type that has no name here"),
    pytest.param(2**32 - 1, b"x", id="the greatest type"),
]


@pytest.mark.parametrize(("kind", "data"), DATA)
def test_data_are_kept_as_they_are(kind: int, data: bytes) -> None:
    raw = HEADER + whole(KEY, "first", kind, data) + whole(KEY, "second", 1, units("x\0"))
    file = PolicyFile(entries=(entry(KEY, "first", kind, data), entry(KEY, "second", 1, units("x\0"))))
    assert file == decode(raw)
    assert raw == encode(file)


@pytest.mark.parametrize(
    "name",
    ["a[b]c", "];[", ";", "[", "]", "𝄞", "日本", "\ud83d", "\udc00x", "Ā", "a\u0100", "x" * 300, "", "**Anything"],
)
def test_names_and_keys_may_hold_anything_but_nul(name: str) -> None:
    raw = HEADER + whole(name, name, 4, numbers(1)) + whole(KEY, "second", 3, b"odd")
    file = PolicyFile(entries=(entry(name, name, 4, numbers(1)), entry(KEY, "second", 3, b"odd")))
    assert file == decode(raw)
    assert raw == encode(file)


def test_the_bytes_of_one_entry() -> None:
    raw = (
        b"PReg\1\0\0\0"
        b"[\0A\0\\\0B\0\0\0;\0f\0X\0\0\0;\0\x04\0\0\0;\0\x04\0\0\0;\0\x01\0\0\0]\0"
        b"[\0A\0\0\0;\0*\0*\0d\0e\0l\0v\0a\0l\0s\0.\0\0\0;\0\x01\0\0\0;\0\x04\0\0\0;\0 \0\0\0]\0"
    )
    file = PolicyFile(entries=(entry(r"A\B", "fX", 4, b"\1\0\0\0"), entry("A", "**delvals.", 1, b" \0\0\0")))
    assert file == decode(raw)
    assert raw == encode(file)


def test_a_file_with_nothing_but_a_header_has_no_entries() -> None:
    assert PolicyFile() == decode(HEADER)
    assert HEADER == encode(PolicyFile())


def test_duplicates_stay_in_their_order() -> None:
    raw = HEADER + whole("B", "x", 4, numbers(1)) + whole("a", "x", 4, numbers(2)) + whole("b", "X", 4, numbers(1))
    raw += whole("B", "x", 4, numbers(1))
    assert [("B", "x"), ("a", "x"), ("b", "X"), ("B", "x")] == [(e.key, e.value_name) for e in decode(raw).entries]
    assert raw == encode(decode(raw))


@pytest.mark.parametrize(
    ("raw", "means"),
    [
        (made(units("K\0")), PolicyEntry(key="K")),
        (made(units("K\0"), units("v\0")), PolicyEntry(key="K", value_name="v")),
        (
            made(units("K\0"), units("v\0"), numbers(4)),
            PolicyEntry(key="K", value_name="v", type=ValueType.REG_DWORD),
        ),
        (
            made(units("K\0"), units("v\0"), numbers(4), numbers(7)),
            PolicyEntry(key="K", value_name="v", type=ValueType.REG_DWORD, size=7),
        ),
        (made(units("K\0"), units("\0"), numbers(0), numbers(0), b""), entry("K", "", 0, b"")),
    ],
)
def test_parts_may_be_missing_from_the_end(raw: bytes, means: PolicyEntry) -> None:
    whole_file = HEADER + raw + whole(KEY, "next", 1, b"")
    assert (means, entry(KEY, "next", 1, b"")) == decode(whole_file).entries
    assert whole_file == encode(decode(whole_file))


ONE = whole("K", "v", 4, numbers(1))


def sized(size: int) -> bytes:
    """Return an entry with four bytes of data and another size."""
    return made(units("K\0"), units("v\0"), numbers(4), numbers(size), numbers(1))


@pytest.mark.parametrize(
    ("data", "offset", "reason"),
    [
        (b"", 0, "the file is empty, not even the header is there"),
        (b"PRe", 0, "the file must begin with b'PReg', not with b'PRe'"),
        (b"regf\1\0\0\0" + ONE, 0, "the file must begin with b'PReg', not with b'regf'"),
        (b"\xef\xbb\xbfPReg\1\0\0\0", 0, r"the file must begin with b'PReg', not with b'\xef\xbb\xbfP'"),
        (b"PReg\1\0\0", 7, "the header breaks off: 7 bytes of 8"),
        (b"PReg\2\0\0\0" + ONE, 4, "version 2 is not known, only 1 is"),
        (HEADER + b"\0", 8, r"an entry must begin with '[', here is b'\x00'"),
        (HEADER + ONE + b"\r\n\r\n", 40, r"an entry must begin with '[', here is b'\r\n'"),
        (HEADER + ONE + bytes(2), 40, r"an entry must begin with '[', here is b'\x00\x00'"),
        (HEADER + b"[\0K\0", 10, "the key has no NUL at its end, 2 bytes follow"),
        (HEADER + b"[\0K\0\0K", 10, "the key has no NUL at its end, 4 bytes follow"),
        (HEADER + b"[\0K\0\0\0;\0\0K", 16, "the value name has no NUL at its end, 2 bytes follow"),
        (HEADER + ONE[:6], 14, "';' or ']' must follow the key, the file ends here"),
        (HEADER + ONE[:6] + b",\0", 14, r"';' or ']' must follow the key, here is b',\x00'"),
        (HEADER + ONE[:16], 22, "the type must have 4 bytes, 2 follow"),
        (HEADER + ONE[:18], 26, "';' or ']' must follow the type, the file ends here"),
        (HEADER + ONE[:22], 28, "the size must have 4 bytes, 2 follow"),
        (HEADER + sized(3), 37, r"']' must follow the 3 bytes of data, here is b'\x00]'"),
        (HEADER + sized(5), 39, r"']' must follow the 5 bytes of data, here is b'\x00'"),
        (HEADER + sized(7), 34, "the data must have 7 bytes, 6 follow"),
        (HEADER + sized(2**32 - 1), 34, "the data must have 4294967295 bytes, 6 follow"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_place(data: bytes, offset: int, reason: str) -> None:
    error = refused(data)
    assert (offset, reason) == (error.offset, error.reason)
    assert f"Registry.pol, byte {offset}: {reason}" == str(error)


def entry_with_size(size: int, data: bytes | None = None) -> PolicyEntry:
    return PolicyEntry(key="a", value_name="b", type=ValueType.REG_SZ, size=size, data=data)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (PolicyEntry(key="a\0b"), r"a key cannot hold NUL: 'a\x00b'"),
        (PolicyEntry(key="a", value_name="b\0"), r"a value name cannot hold NUL: 'b\x00'"),
        (PolicyEntry(key="a", type=ValueType.REG_SZ), "an entry cannot have these parts: "),
        (PolicyEntry(key="a", value_name="b", data=b""), "an entry cannot have these parts: "),
        (PolicyEntry(key="a", value_name="b", size=0), "an entry cannot have these parts: "),
        (entry_with_size(1, data=b"x"), "an entry cannot have these parts: "),
        (entry_with_size(-1), "a size cannot be -1"),
        (entry_with_size(2**32), "a size cannot be 4294967296"),
    ],
)
def test_an_entry_that_no_file_can_hold_is_refused_with_its_place(wrong: PolicyEntry, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        encode(PolicyFile(entries=(entry("K", "v", 4, numbers(1)), wrong)))
    assert (40, reason) == (caught.value.offset, caught.value.reason.partition("PolicyEntry")[0])
