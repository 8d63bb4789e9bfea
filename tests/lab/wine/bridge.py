# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Wine's registry functions, called through the helper regbridge over pipes."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..registry import ERROR_FILE_NOT_FOUND, ERROR_SUCCESS, HIVES, RegistryError
from .programs import WineError

_ANSWER_SECONDS = 60.0
_CREATED_NEW_KEY = 1

RawValue = tuple[str, int, bytes]


def _hex(data: bytes) -> str:
    return data.hex() or "-"


def _text(text: str) -> str:
    return _hex(text.encode("utf-16-le", "surrogatepass"))


def _bytes(word: str) -> bytes:
    return b"" if word == "-" else bytes.fromhex(word)


def _name(word: str) -> str:
    return _bytes(word).decode("utf-16-le", "surrogatepass")


class Bridge:
    """A running regbridge.exe; every call is one registry function, failures are Win32 codes.

    It is also the Windows process that must live as long as the host, so that Wine's services are not started, with
    their hands on a caller's pipe, by the first command (measured with Wine 8).

    Args:
        command: Words that start it.
        environment: The host's environment.
        folder: The folder to start in.
    """

    def __init__(self, command: Sequence[str], *, environment: dict[str, str], folder: Path) -> None:
        self._lock = threading.Lock()
        self._rest = b""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            bufsize=0,
            start_new_session=True,
        )
        self._one("ping")

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    # -- the functions --------------------------------------------------------------------------

    def has(self, hive: str, path: str) -> bool:
        """Tell whether a key exists."""
        return self._exists("has", hive, path)

    def create(self, hive: str, path: str) -> bool:
        """RegCreateKeyEx: create a key with its parents; tell whether it is new."""
        return self._call("create", hive, path) == [f"{_CREATED_NEW_KEY}"]

    def get(self, hive: str, path: str, name: str) -> tuple[int, bytes] | None:
        """RegQueryValueEx: type and bytes of a value, or None if the key has no such value."""
        try:
            kind, data = self._call("get", hive, path, _text(name))
        except RegistryError as error:
            if error.code == ERROR_FILE_NOT_FOUND and self.has(hive, path):
                return None
            raise
        return int(kind, 16), _bytes(data)

    def set(self, hive: str, path: str, name: str, kind: int, data: bytes) -> None:
        """RegSetValueEx in a key that exists."""
        self._call("set", hive, path, _text(name), f"{kind:x}", _hex(data))

    def unset(self, hive: str, path: str, name: str) -> None:
        """RegDeleteValue."""
        self._call("unset", hive, path, _text(name))

    def drop(self, hive: str, path: str) -> None:
        """RegDeleteKey: refuses a key that has subkeys."""
        self._call("drop", hive, path)

    def drop_tree(self, hive: str, path: str) -> bool:
        """RegDeleteTree: remove a key with all below it; tell whether it was there."""
        return self._exists("droptree", hive, path)

    def keys(self, hive: str, path: str) -> list[str]:
        """RegEnumKeyEx: the names of the subkeys."""
        return [_name(word) for word in self._listed("keys", hive, path)]

    def values(self, hive: str, path: str) -> list[RawValue]:
        """RegEnumValue: all values."""
        words = self._listed("values", hive, path)
        return [
            (_name(name), int(kind, 16), _bytes(data))
            for name, kind, data in zip(words[::3], words[1::3], words[2::3], strict=True)
        ]

    def tree(self, hive: str, path: str) -> list[tuple[str, list[RawValue]]]:
        """Return a key and all below it, parents first, as (path below the hive, values); none if it is missing."""
        found: list[tuple[str, list[RawValue]]] = []
        with self._lock:
            self._send("tree", f"{HIVES[hive]:x}", _text(path))
            for line in self._lines():
                match line.split(" "):
                    case ["K", word]:
                        found.append((_name(word), []))
                    case ["V", name, kind, data]:
                        found[-1][1].append((_name(name), int(kind, 16), _bytes(data)))
                    case [_end, code]:
                        if int(code) not in {ERROR_SUCCESS, ERROR_FILE_NOT_FOUND}:
                            raise RegistryError(int(code))
                        return found
        raise WineError("regbridge ended in the middle of an answer")

    # -- the pipes ------------------------------------------------------------------------------

    def _exists(self, verb: str, hive: str, path: str) -> bool:
        try:
            self._call(verb, hive, path)
        except RegistryError as error:
            if error.code != ERROR_FILE_NOT_FOUND:
                raise
            return False
        return True

    def _listed(self, verb: str, hive: str, path: str) -> list[str]:
        words = self._call(verb, hive, path)
        if words and words[-1].startswith("!"):
            raise RegistryError(int(words[-1][1:]))
        return words

    def _call(self, verb: str, hive: str, path: str, *words: str) -> list[str]:
        return self._one(verb, f"{HIVES[hive]:x}", _text(path), *words)

    def _one(self, *words: str) -> list[str]:
        with self._lock:
            self._send(*words)
            code, *rest = next(self._lines()).split(" ")
        if int(code) != ERROR_SUCCESS:
            raise RegistryError(int(code))
        return rest

    def _send(self, *words: str) -> None:
        data = memoryview(" ".join(words).encode("ascii") + b"\n")
        stream = self._process.stdin
        try:
            # An unbuffered stream writes what fits into the pipe.
            while data and stream is not None:
                data = data[stream.write(data) or 0 :]
        except (OSError, ValueError) as error:
            raise WineError("regbridge has ended") from error

    def _lines(self) -> Iterator[str]:
        deadline = time.monotonic() + _ANSWER_SECONDS
        pipe = self._process.stdout
        if pipe is None or pipe.closed:
            raise WineError("regbridge has ended")
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if newline:
                self._rest = rest
                yield line.rstrip(b"\r").decode("ascii")
                continue
            ready, _writable, _failed = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(pipe.fileno(), 1 << 20) if ready else b""
            if not data:
                raise WineError("regbridge has ended" if ready else "regbridge does not answer")
            self._rest += data
