# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Registry types and data in a form that people write: in seeds, in tests, on the command line."""

from __future__ import annotations

from .registry import REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_QWORD, REG_SZ, Data

_NAMES = {
    0: "REG_NONE",
    REG_SZ: "REG_SZ",
    REG_EXPAND_SZ: "REG_EXPAND_SZ",
    REG_BINARY: "REG_BINARY",
    REG_DWORD: "REG_DWORD",
    5: "REG_DWORD_BIG_ENDIAN",
    6: "REG_LINK",
    REG_MULTI_SZ: "REG_MULTI_SZ",
    REG_QWORD: "REG_QWORD",
}
_NUMBERS = {name: number for number, name in _NAMES.items()}
_BITS = {REG_DWORD: 32, REG_QWORD: 64}

TypeName = str | int
Plain = int | str | list[str] | bytes


def type_name(number: int) -> TypeName:
    """Return a type's name, or its number if it has no name."""
    return _NAMES.get(number, number)


def type_number(name: TypeName) -> int:
    """Return a type's number.

    Raises:
        ValueError: The name is unknown, or the number does not fit in 32 bits.
    """
    number = _NUMBERS.get(name.upper()) if isinstance(name, str) else name
    if number is None and isinstance(name, str) and name.isdecimal():
        number = int(name)
    if number is None or not 0 <= number < 1 << 32:
        raise ValueError(f"unknown registry type {name!r}; known: {', '.join(_NUMBERS)}, or a number")
    return number


def read_data(kind: int, data: object) -> Data:
    """Return data of a type from what a person wrote: bytes may be hex text, items a list.

    Raises:
        ValueError: The data do not fit the type.
    """
    if kind in _BITS:
        number = int(data) if isinstance(data, (int, str)) and not isinstance(data, bool) else -1
        if not 0 <= number < 1 << _BITS[kind]:
            raise ValueError(f"{data!r} is not an unsigned {_BITS[kind]} bit number")
        return number
    if kind in {REG_SZ, REG_EXPAND_SZ}:
        if not isinstance(data, str):
            raise ValueError(f"{data!r} is not text")
        return data
    if kind == REG_MULTI_SZ:
        if not isinstance(data, (list, tuple)) or not all(isinstance(item, str) for item in data):
            raise ValueError(f"{data!r} is not a list of texts")
        return tuple(data)
    if isinstance(data, str):
        return bytes.fromhex(data)
    if not isinstance(data, bytes):
        raise ValueError(f"{data!r} is neither bytes nor hex text")
    return data


def plain_data(data: Data) -> Plain:
    """Return data as plain types for assertions: items as a list."""
    return list(data) if isinstance(data, tuple) else data


def written_data(data: Data) -> int | str | list[str]:
    """Return data as ``read_data`` takes them back: bytes as hex text."""
    plain = plain_data(data)
    return plain.hex(" ") if isinstance(plain, bytes) else plain
