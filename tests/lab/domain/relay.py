# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A relay before a controller's LDAP and SMB ports: counts messages, and cuts the connection at the n-th one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

PORTS = (389, 445, 636)
_MOST = 1 << 25


@dataclass(frozen=True, kw_only=True, slots=True)
class CutAt:
    """When to cut the connection, once; later connections work.

    Attributes:
        message: Number of the client's message, from 1, counted over all ports.
        side: ``before``: the message is not passed on; ``after``: it is, and the server's answer is swallowed.
        stay_down: Refuse every later connection until ``Relay.up``.
    """

    message: int
    side: Literal["before", "after"]
    stay_down: bool = False


class Relay:
    """Listens on one address and passes everything on to another, port by port.

    A message is what the framing of the stream says: a BER value (LDAP), a length of four bytes and so much data (SMB,
    and LDAP with sign and seal), or a record of TLS.

    Args:
        target: The controller's address.
        listen: The address to listen on.

    Attributes:
        address: The address that it listens on.
        messages: The port of each message that clients sent, in order.
    """

    def __init__(self, target: str, listen: str) -> None:
        self._target = target
        self.address = listen
        self.messages: list[int] = []
        self._cut: CutAt | None = None
        self._was_cut = threading.Event()
        self._lock = threading.Lock()
        self._listeners: list[socket.socket] = []
        self._open: set[socket.socket] = set()
        self._refusing = False

    def __enter__(self) -> Relay:
        for port in PORTS:
            listener = socket.create_server((self.address, port), backlog=64)
            self._listeners.append(listener)
            threading.Thread(target=self._accept, args=(listener, port), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for listener in self._listeners:
            _shut(listener)
        self.drop()

    # -- orders -----------------------------------------------------------------------------------

    def reset(self, cut: CutAt | None = None) -> None:
        """Drop every connection, count from zero, and cut as told from now on."""
        self.drop()
        with self._lock:
            self.messages.clear()
            self._was_cut.clear()
            self._cut = cut
            self._refusing = False

    def up(self) -> None:
        """Accept connections again."""
        self._refusing = False

    def drop(self) -> None:
        """Cut every connection now."""
        with self._lock:
            held = set(self._open)
        for connection in held:
            _shut(connection)

    @property
    def was_cut(self) -> bool:
        """Whether the ordered cut has happened."""
        return self._was_cut.is_set()

    # -- passing on -------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, port: int) -> None:
        while True:
            try:
                client, _peer = listener.accept()
            except OSError:
                return
            if self._refusing:
                _shut(client)
                continue
            try:
                server = socket.create_connection((self._target, port), timeout=10)
            except OSError:
                _shut(client)
                continue
            server.settimeout(None)
            pair = _Pair(client=client, server=server, cut=threading.Event())
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._upwards, args=(pair, port), daemon=True).start()
            threading.Thread(target=self._downwards, args=(pair,), daemon=True).start()

    def _upwards(self, pair: _Pair, port: int) -> None:
        with self._ending(pair):
            for message in _messages(pair.client):
                side = self._note(port)
                if side == "before":
                    return
                if side == "after":
                    pair.cut.set()
                pair.server.sendall(message)
                if side == "after":
                    # The server's thread ends the connection once the answer has come: the server has done its part.
                    time.sleep(0.5)
                    return

    def _downwards(self, pair: _Pair) -> None:
        with self._ending(pair):
            for message in _messages(pair.server):
                if pair.cut.is_set():
                    return
                pair.client.sendall(message)

    def _note(self, port: int) -> str:
        with self._lock:
            self.messages.append(port)
            if self._cut is None or len(self.messages) != self._cut.message:
                return ""
            self._was_cut.set()
            self._refusing = self._cut.stay_down
            return self._cut.side

    @contextlib.contextmanager
    def _ending(self, pair: _Pair) -> Iterator[None]:
        try:
            with contextlib.suppress(OSError, ValueError):
                yield
        finally:
            with self._lock:
                self._open -= {pair.client, pair.server}
            _shut(pair.client)
            _shut(pair.server)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pair:
    client: socket.socket
    server: socket.socket
    cut: threading.Event


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        connection.close()


def _messages(connection: socket.socket) -> Iterator[bytes]:
    """Yield what arrives, message by message; the end of the stream in the middle of one is ignored."""
    while head := _exactly(connection, 2):
        if head[0] == 0:
            head += _exactly(connection, 2)
            length = int.from_bytes(head, "big")
        elif 0x14 <= head[0] <= 0x17:
            head += _exactly(connection, 3)
            length = int.from_bytes(head[3:5], "big")
        elif head[1] & 0x80:
            size = _exactly(connection, head[1] & 0x7F)
            head += size
            length = int.from_bytes(size, "big")
        else:
            length = head[1]
        if length > _MOST:
            raise ValueError("this is not a message of LDAP, SMB or TLS")
        yield head + _exactly(connection, length)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            return b""
        data += more
    return bytes(data)
