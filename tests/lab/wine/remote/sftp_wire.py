# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The fields of SFTP packets, version 3 (draft-ietf-secsh-filexfer-02). Standard library only."""

from __future__ import annotations

import os
import struct

HAS_SIZE, HAS_OWNER, HAS_MODE, HAS_TIMES = 1, 2, 4, 8


class Reader:
    """The fields of one packet."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def number(self, form: str = ">I") -> int:
        """Return the next number."""
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return int(value)

    def bytes(self) -> bytes:
        """Return the next string."""
        length = self.number()
        value = self._data[self._at : self._at + length]
        if len(value) != length:
            raise ValueError("a packet is too short")
        self._at += length
        return value

    def text(self) -> str:
        """Return the next string as text."""
        # Win32-OpenSSH speaks UTF-8 on the wire.
        return self.bytes().decode("utf-8", "surrogateescape")

    def mode_and_times(self) -> tuple[int | None, tuple[int, int] | None, int | None]:
        """Return mode, (access, modification) time and size of the next attributes, None for what is not given."""
        flags = self.number()
        size = self.number(">Q") if flags & HAS_SIZE else None
        if flags & HAS_OWNER:
            self.number(">Q")
        mode = self.number() if flags & HAS_MODE else None
        times = (self.number(), self.number()) if flags & HAS_TIMES else None
        return mode, times, size


def packed(data: bytes) -> bytes:
    """Return a string as it goes over the wire."""
    return struct.pack(">I", len(data)) + data


def packed_text(text: str) -> bytes:
    """Return a text as it goes over the wire."""
    return packed(text.encode("utf-8", "surrogateescape"))


def attributes(found: os.stat_result) -> bytes:
    """Return a file's attributes as they go over the wire."""
    flags = HAS_SIZE | HAS_OWNER | HAS_MODE | HAS_TIMES
    times = (int(found.st_atime), int(found.st_mtime))
    return struct.pack(">IQIIIII", flags, found.st_size, 0, 0, found.st_mode, *times)
