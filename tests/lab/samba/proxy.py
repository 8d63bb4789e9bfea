# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A TCP proxy before a file server: counts the client's messages and makes trouble at any of them.

It knows the frames of SMB over TCP (four bytes of length, MS-SMB2 2.1) and nothing of what is in them, which may be
encrypted. A client that waits for each answer before it asks again has one answer for each message.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

ADDRESS = "127.0.0.1"
_FLAGS = slice(16, 20)
_SIGNED = 0x8
_SIGNATURE = slice(48, 64)


@dataclass(frozen=True, slots=True)
class Act:
    """What happens to a message of the client and to its answer."""

    def message(self, frame: bytes) -> bytes | None:
        """Return what goes to the server instead of a message; None ends the connection."""
        return frame

    def answer(self, frame: bytes) -> bytes | None:
        """Return what goes to the client instead of the answer; None ends the connection."""
        return frame


@dataclass(frozen=True, slots=True)
class Drop(Act):
    """End the connection, before the server has the message or when it has performed it."""

    performed: bool = False

    def message(self, frame: bytes) -> bytes | None:
        return frame if self.performed else None

    def answer(self, frame: bytes) -> bytes | None:
        del frame
        return None


@dataclass(frozen=True, slots=True)
class Silence(Act):
    """Let nothing through any more, before the server has the message or when it has performed it."""

    performed: bool = False

    def message(self, frame: bytes) -> bytes | None:
        return frame if self.performed else b""

    def answer(self, frame: bytes) -> bytes | None:
        del frame
        return b""


@dataclass(frozen=True, slots=True)
class Half(Act):
    """Cut the answer in two and end the connection."""

    def answer(self, frame: bytes) -> bytes | None:
        return frame[: len(frame) // 2]


@dataclass(frozen=True, slots=True)
class Stall(Act):
    """Take no more from the client: what it sends piles up."""


@dataclass(frozen=True, slots=True)
class Flip(Act):
    """Change one bit at the end of the answer."""

    def answer(self, frame: bytes) -> bytes | None:
        return frame[:-1] + bytes([frame[-1] ^ 1])


@dataclass(frozen=True, slots=True)
class Strip(Act):
    """Take the signature away and say that there is none."""

    def answer(self, frame: bytes) -> bytes | None:
        body = bytearray(frame[4:])
        flags = int.from_bytes(body[_FLAGS], "little") & ~_SIGNED
        body[_FLAGS] = flags.to_bytes(4, "little")
        body[_SIGNATURE] = bytes(16)
        return frame[:4] + bytes(body)


@dataclass(frozen=True, slots=True)
class Call(Act):
    """Call a function before the server has the message, or when it has performed it: somebody else acts."""

    function: Callable[[], object]
    after: bool = False

    def message(self, frame: bytes) -> bytes | None:
        if not self.after:
            self.function()
        return frame

    def answer(self, frame: bytes) -> bytes | None:
        if self.after:
            self.function()
        return frame


_NOTHING = Act()


class Proxy:
    """Listens on a free port and passes frames on to a server.

    Args:
        server: The port of the server.

    Attributes:
        port: Where it listens; it stays the same when the port is closed and opened again.
        messages: Messages of clients since the start, the last ``trouble`` or the last ``quiet``.
        met: The last trouble has been made.
        connections: Connections since the start.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self._listener: socket.socket | None = None
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._trouble: tuple[int, Act, bool] | None = None
        self._lock = threading.Lock()
        self.port = 0
        self.messages = 0
        self.met = False
        self.connections = 0

    def trouble(self, number: int, act: Act, *, ever_after: bool = False) -> None:
        """Count from new, and act on one message.

        Args:
            number: Its number, from 1.
            act: What happens to it.
            ever_after: The same happens to all that follow, over new connections as well.
        """
        with self._lock:
            self.messages, self.met, self._trouble = 0, False, (number, act, ever_after)

    def quiet(self) -> None:
        """Make no more trouble, and count from new."""
        with self._lock:
            self.messages, self._trouble = 0, None

    def open(self) -> None:
        """Listen."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, self.port))
        listener.listen(16)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._start(self._accept, listener)

    def close(self) -> None:
        """Refuse connections and end those that are there."""
        if self._listener is not None:
            self._end(self._listener)
            self._listener = None
        self.drop_connections()
        for thread in self._threads:
            thread.join(timeout=5)
        self._threads.clear()

    def drop_connections(self) -> None:
        """End every connection; new ones are taken."""
        with self._lock:
            sockets = tuple(self._sockets)
        for one in sockets:
            self._end(one)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                server = socket.create_connection((ADDRESS, self._server), timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._sockets |= {client, server}
            pipe = _Pipe(client, server)
            self._start(self._messages, pipe)
            self._start(self._answers, pipe)

    def _messages(self, pipe: _Pipe) -> None:
        while (frame := _frame(pipe.client)) is not None:
            with self._lock:
                self.messages += 1
                act = self._act()
            pipe.act = act
            if isinstance(act, Stall):
                return
            through = act.message(frame)
            if through is None or not _send(pipe.server, through):
                break
        self._end(pipe.client, pipe.server)

    def _answers(self, pipe: _Pipe) -> None:
        while (frame := _frame(pipe.server)) is not None:
            act = pipe.act
            through = act.answer(frame)
            if through is None or not _send(pipe.client, through) or isinstance(act, Half):
                break
        self._end(pipe.client, pipe.server)

    def _act(self) -> Act:
        if self._trouble is None:
            return _NOTHING
        number, act, ever_after = self._trouble
        if self.messages == number or (ever_after and self.messages > number):
            self.met = True
            return act
        return _NOTHING

    def _start(self, function: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _end(self, *sockets: socket.socket) -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        with self._lock:
            self._sockets -= set(sockets)


@dataclass(slots=True)
class _Pipe:
    """A client, its connection to the server, and what happens to the message on its way."""

    client: socket.socket
    server: socket.socket
    act: Act = _NOTHING


def _frame(source: socket.socket) -> bytes | None:
    head = _exactly(source, 4)
    body = None if head is None else _exactly(source, int.from_bytes(head[1:], "big"))
    return None if head is None or body is None else head + body


def _exactly(source: socket.socket, size: int) -> bytes | None:
    got = bytearray()
    while len(got) < size:
        try:
            some = source.recv(size - len(got))
        except OSError:
            return None
        if not some:
            return None
        got += some
    return bytes(got)


def _send(target: socket.socket, frame: bytes) -> bool:
    try:
        target.sendall(frame)
    except OSError:
        return False
    return True
