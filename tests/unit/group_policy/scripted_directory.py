# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on loopback that answers LDAP requests with bytes from a list, right or wrong."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence

# What is sent for one request; None closes the connection, and a function gets the request's number.
Answer = bytes | None | Callable[[int], bytes]


class Last(bytes):
    """An answer after which the connection is closed."""

    __slots__ = ()


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a value by the rules of BER."""
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes(4, "big")
    return bytes((tag, 0x84)) + length + body


def text(value: str | bytes) -> bytes:
    """Return an OCTET STRING."""
    return tlv(0x04, value.encode() if isinstance(value, str) else value)


def message(number: int, operation: bytes, *controls: bytes) -> bytes:
    """Return a message with its number."""
    return tlv(0x30, tlv(0x02, number.to_bytes(5, "big")), operation, *([tlv(0xA0, *controls)] if controls else []))


def result(tag: int, code: int = 0, said: str = "", *more: bytes) -> bytes:
    """Return an LDAPResult as the operation of this tag."""
    return tlv(tag, tlv(0x0A, bytes((code,))), text(""), text(said), *more)


def entry(dn: str, **attributes: Sequence[bytes]) -> bytes:
    """Return a SearchResultEntry."""
    held = (tlv(0x30, text(name), tlv(0x31, *map(text, values))) for name, values in attributes.items())
    return tlv(0x64, text(dn), tlv(0x30, *held))


def page_control(cookie: bytes) -> bytes:
    """Return the server's control for paged results."""
    value = tlv(0x30, tlv(0x02, b"\x00"), text(cookie))
    return tlv(0x30, text("1.2.840.113556.1.4.319"), text(value))


class ScriptedDirectory:
    """Answers each request with the next answer of a list; a context manager.

    Args:
        answers: What to send, one for each request, on one connection after the other.

    Attributes:
        port: Where it listens on 127.0.0.1.
        requests: What it got.
    """

    def __init__(self, answers: Sequence[Answer]) -> None:
        self._answers: Iterator[Answer] = iter(answers)
        self.requests: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedDirectory:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        for held in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError, StopIteration):
            while True:
                connection, _peer = self._listener.accept()
                self._open.append(connection)
                with contextlib.suppress(OSError):
                    self._answer(connection)
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        while head := reader.read(2):
            length = head[1]
            if length & 0x80:
                more = reader.read(length & 0x7F)
                head, length = head + more, int.from_bytes(more, "big")
            request = head + reader.read(length)
            self.requests.append(request)
            answer = next(self._answers)
            if answer is None:
                return
            connection.sendall(answer(_number(request)) if callable(answer) else answer)
            if isinstance(answer, Last):
                return


def _number(request: bytes) -> int:
    """Return the messageID of a request of ours: the first part within the outer one."""
    start = 2 + (request[1] & 0x7F if request[1] & 0x80 else 0)
    size = request[start + 1]
    return int.from_bytes(request[start + 2 : start + 2 + size], "big")
