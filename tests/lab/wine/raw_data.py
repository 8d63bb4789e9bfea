# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Registry data as bytes, the form in which Windows keeps them, and as the lab's types."""

from __future__ import annotations

from ..registry import REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_QWORD, REG_SZ, Data

_SIZES = {REG_DWORD: 4, REG_QWORD: 8}
_END = b"\0\0"


def to_bytes(kind: int, data: Data) -> bytes:
    """Return data as bytes; texts get their final NUL, lists their final empty item."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, int):
        return data.to_bytes(_SIZES.get(kind, 4), "little")
    if isinstance(data, str):
        return _units(data) + _END
    return b"".join(_units(item) + _END for item in data) + _END


def from_bytes(kind: int, raw: bytes) -> Data:
    """Return bytes as data of their type; bytes that do not fit the type stay bytes."""
    if kind in _SIZES:
        return int.from_bytes(raw, "little") if len(raw) == _SIZES[kind] else raw
    if kind not in {REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ}:
        return raw
    if len(raw) % 2:
        return raw
    text = raw.decode("utf-16-le", "surrogatepass")
    if kind != REG_MULTI_SZ:
        return text.removesuffix("\0")
    # Written by to_bytes: one NUL per item and one for the list, so an empty item is not lost.
    items = text.removesuffix("\0").split("\0")
    return tuple(items[:-1] if items[-1] == "" else items)


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
