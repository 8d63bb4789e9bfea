# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files named Registry.pol as bytes, and what Windows does with them; knows nothing of the collection's own reader.

Form and instructions are told from MS-GPREG 2.2.1 and 3.2.5.1.2 alone.
"""

from __future__ import annotations

import struct
import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    RegistryKey,
    RegistryValue,
    ValueType,
)

HEADER = bytes.fromhex("50526567 01000000")
REG_SZ, REG_DWORD = 1, 4

Stored = tuple[int, bytes]
Hive = dict[str, dict[str, Stored]]
"""What a registry holds: type and bytes by name by key, both in the spelling of ``folded``."""


class Entry(t.NamedTuple):
    """One entry, with the bytes that it stands in."""

    key: str
    name: str
    type: int
    data: bytes
    raw: bytes

    @property
    def instruction(self) -> str:
        """What begins with two asterisks and ends before the name that it is about; empty for a plain value."""
        name = self.name.lower()
        if not name.startswith("**"):
            return ""
        return next((word for word in ("**del.", "**soft.") if name.startswith(word)), name.rstrip(" "))

    @property
    def about(self) -> str:
        """The one value that the entry is about, folded; empty for instructions on whole keys."""
        name = folded(self.name[len(self.instruction) :])
        # No file can set a value whose name begins like an instruction.
        return name if self.instruction in ("", "**del.", "**soft.") and not name.startswith("**") else ""

    @property
    def empties(self) -> bool:
        return self.instruction in ("**delvals.", "**delvals")

    @property
    def listed(self) -> list[str]:
        return [folded(name) for name in self.data.decode("utf-16-le").split("\0")[0].split(";") if name]


def folded(name: str) -> str:
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)


def text(words: str) -> bytes:
    return words.encode("utf-16-le") + b"\0\0"


def entry(key: str, name: str, kind: int, data: bytes) -> bytes:
    parts = (text(key), text(name), struct.pack("<I", kind), struct.pack("<I", len(data)), data)
    return b"[\0" + b";\0".join(parts) + b"]\0"


def number(key: str, name: str, value: int) -> bytes:
    return entry(key, name, REG_DWORD, struct.pack("<I", value))


def words(key: str, name: str, value: str) -> bytes:
    return entry(key, name, REG_SZ, text(value))


def order(key: str, instruction: str, data: str = " ") -> bytes:
    return words(key, instruction, data)


def pol(*entries: bytes) -> bytes:
    return HEADER + b"".join(entries)


def entries_of(content: bytes) -> list[Entry]:
    """Return the entries of a file in which no part of an entry is missing."""
    assert content[:8] == HEADER
    found, at = [], 8
    while at < len(content):
        start = at
        at = _behind(content, at, b"[\0")
        key, at = _text_at(content, at)
        at = _behind(content, at, b";\0")
        name, at = _text_at(content, at)
        at = _behind(content, at, b";\0")
        (kind,) = struct.unpack_from("<I", content, at)
        at = _behind(content, at + 4, b";\0")
        (size,) = struct.unpack_from("<I", content, at)
        at = _behind(content, at + 4, b";\0")
        data = content[at : at + size]
        assert len(data) == size
        at = _behind(content, at + size, b"]\0")
        found.append(Entry(key, name, kind, data, content[start:at]))
    return found


def _behind(content: bytes, at: int, mark: bytes) -> int:
    assert content[at : at + 2] == mark, (at, mark, content[at : at + 8])
    return at + 2


def _text_at(content: bytes, at: int) -> tuple[str, int]:
    end = at
    while content[end : end + 2] != b"\0\0":
        assert end < len(content)
        end += 2
    return content[at:end].decode("utf-16-le"), end + 2


def applied(content: bytes | None, hive: Hive) -> Hive:
    """Return what a registry holds when Windows has processed a file in its order; None stands for no file."""
    after = {key: dict(values) for key, values in hive.items()}
    for one in [] if content is None else entries_of(content):
        _apply(one, after)
    return {key: values for key, values in after.items() if values}


def _apply(one: Entry, hive: Hive) -> None:
    key = folded(one.key)
    values = hive.setdefault(key, {})
    if one.instruction == "" and one.name and one.data and one.type:
        values[one.about] = (one.type, one.data)
    elif one.instruction == "**soft." and one.about and one.data and one.type:
        values.setdefault(one.about, (one.type, one.data))
    elif one.instruction == "**del.":
        values.pop(one.about, None)
    elif one.empties:
        values.clear()
    elif one.instruction == "**deletevalues":
        for name in one.listed:
            values.pop(name, None)
    elif one.instruction == "**deletekeys":
        for path in list(hive):
            if any((path + "\\").startswith(f"{key}\\{name}\\") for name in one.listed):
                hive[path] = {}


def hive_of(observed: Observed) -> Hive:
    """Return the state of an in-memory host as a hive."""
    hive = {
        folded(key.path): {folded(value.name): (int(value.type), _raw(value)) for value in state.by_name.values()}
        for key, state in observed.items()
    }
    return {key: values for key, values in hive.items() if values}


def _raw(value: RegistryValue) -> bytes:
    if isinstance(value.data, int):
        return value.data.to_bytes(8 if value.type == 11 else 4, "little")
    if isinstance(value.data, str):
        return text(value.data)
    if isinstance(value.data, tuple):
        return b"".join(map(text, value.data)) + b"\0\0"
    assert isinstance(value.data, bytes)
    return value.data


def observed_of(hive: Hive) -> Observed:
    """Return a hive in the form that the oracle of access reads; only types of which it knows something are told."""
    return {
        RegistryKey(path=key): KeyState.of(*(_value(name, *stored) for name, stored in values.items()))
        for key, values in hive.items()
    }


def _value(name: str, kind: int, raw: bytes) -> RegistryValue:
    data: int | str | bytes = raw
    if kind == REG_DWORD and len(raw) == 4:
        data = int.from_bytes(raw, "little")
    elif kind == REG_SZ:
        data = raw.decode("utf-16-le").partition("\0")[0]
    return RegistryValue(name=name, type=ValueType(kind), data=data)
