# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry data as raw bytes, as files and the registry itself hold them, and as this collection's plain values.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

REG_DWORD and REG_QWORD are little-endian and unsigned, texts are UTF-16LE and end with NUL, a REG_MULTI_SZ is a row of
such texts and one NUL more (winnt.h, "Registry value types").
"""

from __future__ import annotations

import typing as t

from .._registry.model import Data, RegistryValue, Special, ValueType

_NUMBERS: t.Final = {ValueType.REG_DWORD: 4, ValueType.REG_QWORD: 8}
_TEXTS: t.Final = (ValueType.REG_SZ, ValueType.REG_EXPAND_SZ)


def from_raw(name: str, kind: ValueType, raw: bytes) -> RegistryValue:
    """Return the value for raw bytes; data that do not fit the type stay bytes, so that nothing is lost.

    Args:
        name: The value name.
        kind: The type number.
        raw: What the registry holds.
    """
    data: Data | None = None
    if raw and len(raw) == _NUMBERS.get(kind):
        data = int.from_bytes(raw, "little")
    elif kind in _TEXTS:
        data = _text(raw)
    elif kind is ValueType.REG_MULTI_SZ:
        data = _texts(raw)
    return RegistryValue(name=name, type=kind, data=raw if data is None else data)


def to_raw(value: RegistryValue) -> bytes:
    """Return what the registry holds for a value.

    Raises:
        ValueError: The data do not belong to the type, or are not known.
    """
    data = value.data
    if isinstance(data, bytes):
        return data
    if isinstance(data, int) and value.type in _NUMBERS and 0 <= data < 256 ** _NUMBERS[value.type]:
        return data.to_bytes(_NUMBERS[value.type], "little")
    if isinstance(data, str) and value.type in _TEXTS:
        return _encoded(data)
    if isinstance(data, tuple) and value.type is ValueType.REG_MULTI_SZ:
        return b"".join(map(_encoded, data)) + _encoded("")
    kind = "unreadable data" if isinstance(data, Special) else f"data of type {type(data).__name__}"
    raise ValueError(f"{kind} cannot be stored as {value.type.name}")


def _encoded(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def _text(raw: bytes) -> str | None:
    """Return the text if these bytes are exactly one text with its NUL."""
    try:
        text = raw.decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    return text[:-1] if text.find("\0") == len(text) - 1 and text else None


def _texts(raw: bytes) -> tuple[str, ...] | None:
    try:
        text = raw.decode("utf-16-le")
    except UnicodeDecodeError:
        return None
    if text == "\0":
        return ()
    return tuple(text[:-2].split("\0")) if text.endswith("\0\0") else None
