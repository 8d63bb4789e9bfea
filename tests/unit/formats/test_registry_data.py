# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw bytes and plain values."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_data import from_raw, to_raw
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    RegistryValue,
    ValueType,
)
from hypothesis import given
from hypothesis import strategies as st

GOOD = [
    (ValueType.REG_DWORD, b"\xff\xff\xff\xff", 2**32 - 1),
    (ValueType.REG_QWORD, b"\1" + bytes(7), 1),
    (ValueType.REG_SZ, b"\0\0", ""),
    (ValueType.REG_SZ, "日本\r\n\0".encode("utf-16-le"), "日本\r\n"),
    (ValueType.REG_EXPAND_SZ, "%A%\0".encode("utf-16-le"), "%A%"),
    (ValueType.REG_MULTI_SZ, b"\0\0", ()),
    (ValueType.REG_MULTI_SZ, b"\0\0\0\0", ("",)),
    (ValueType.REG_MULTI_SZ, "a\0\0b\0\0".encode("utf-16-le"), ("a", "", "b")),
    (ValueType.REG_BINARY, b"\1", b"\1"),
    (ValueType.REG_NONE, b"", b""),
    (ValueType(100), b"\0", b"\0"),
]


@pytest.mark.parametrize(("kind", "raw", "data"), GOOD)
def test_each_type_has_its_form(kind: ValueType, raw: bytes, data: object) -> None:
    value = from_raw("x", kind, raw)
    assert ("x", kind, data) == (value.name, value.type, value.data)
    assert raw == to_raw(value)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (ValueType.REG_DWORD, b""),
        (ValueType.REG_DWORD, b"\1\2"),
        (ValueType.REG_QWORD, b"\1\2\3\4"),
        (ValueType.REG_SZ, b""),
        (ValueType.REG_SZ, b"a\0"),
        (ValueType.REG_SZ, b"a\0\0"),
        (ValueType.REG_SZ, b"a\0\0\0b\0\0\0"),
        (ValueType.REG_SZ, b"\0\xd8\0\0"),
        (ValueType.REG_MULTI_SZ, b"a\0\0\0"),
        (ValueType.REG_MULTI_SZ, b"\0\xd8\0\0\0\0"),
    ],
)
def test_data_that_do_not_fit_their_type_stay_as_they_are(kind: ValueType, raw: bytes) -> None:
    assert raw == from_raw("x", kind, raw).data


@given(st.sampled_from([*ValueType, ValueType(8)]), st.binary(max_size=12).map(lambda raw: raw.replace(b"\1", b"\0")))
def test_nothing_is_lost(kind: ValueType, raw: bytes) -> None:
    assert raw == to_raw(from_raw("", kind, raw))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4), max_size=4))
def test_a_row_of_texts_is_read_as_it_was_written(texts: list[str]) -> None:
    value = RegistryValue(name="", type=ValueType.REG_MULTI_SZ, data=tuple(texts))
    assert value == from_raw("", ValueType.REG_MULTI_SZ, to_raw(value))


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (ValueType.REG_SZ, UNREADABLE, "unreadable data cannot be stored as REG_SZ"),
        (ValueType.REG_SZ, 1, "data of type int"),
        (ValueType.REG_DWORD, 2**32, "data of type int"),
        (ValueType.REG_DWORD, -1, "data of type int"),
        (ValueType.REG_BINARY, "x", "data of type str"),
        (ValueType.REG_DWORD, ("x",), "data of type tuple"),
    ],
)
def test_data_of_another_type_are_refused(kind: ValueType, data: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        to_raw(RegistryValue(name="x", type=kind, data=data))  # type: ignore[arg-type]
