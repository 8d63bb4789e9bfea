# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""HTTP/1.1 on loopback: one thread per connection, keep-alive, one write per answer."""

from __future__ import annotations

import logging
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from email.utils import formatdate
from http.client import HTTPException, parse_headers
from io import BufferedReader, BytesIO

from .counters import Recorder
from .session import HttpAnswer, HttpRequest

_LOG = logging.getLogger(__name__)
_MAX_LINE = 65536
_TLS_SECONDS = 10.0
_DRAIN_SECONDS = 1.0


class BadRequest(Exception):  # answered, never an error of a caller
    """The bytes are no request that the server reads.

    Args:
        status: HTTP status to answer with.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HttpServer:
    """Listens on a port of a loopback address while it is started.

    Args:
        respond: Makes the function that answers the requests of a new connection.
        recorder: Where to count.
        idle_timeout: Seconds after which a silent connection is dropped.
        max_body: Largest body that is read; a larger one is a 413.
        tls: Server context for https.
        address: The loopback address to listen on.

    Attributes:
        port: The port; 0 lets the system choose at the first start, later starts keep it.
        errors: Exceptions that are faults of the stand-in itself.
    """

    def __init__(
        self,
        *,
        respond: Callable[[], Callable[[HttpRequest], HttpAnswer]],
        recorder: Recorder,
        idle_timeout: float,
        max_body: int,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
        address: str = "127.0.0.1",
    ) -> None:
        self.address = address
        self.port = port
        self.errors: list[Exception] = []
        self.idle_timeout = idle_timeout
        self._respond = respond
        self._recorder = recorder
        self._max_body = max_body
        self._tls = tls
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()

    def start(self) -> None:
        """Open the port; does nothing if it is open."""
        listener = self.listen()
        if listener is not None:
            threading.Thread(target=self._accept, args=(listener,), daemon=True, name=f"lab-{self.port}").start()

    def listen(self) -> socket.socket | None:
        """Open the port and leave it to the caller to ``welcome`` connections; None if it is open."""
        with self._lock:
            if self._listener is not None:
                return None
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((self.address, self.port))
                listener.listen(256)
            except OSError:
                listener.close()
                raise
            self.port = listener.getsockname()[1]
            self._listener = listener
        return listener

    def stop(self) -> None:
        """Close the port and every connection; new ones are refused."""
        with self._lock:
            listener, self._listener = self._listener, None
        if listener is not None:
            # Only shutdown wakes the thread that waits in accept.
            _shut(listener)
            listener.close()
        self.drop_connections()

    def drop_connections(self) -> None:
        """End every open connection; the port stays as it is."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _shut(connection)

    def _accept(self, listener: socket.socket) -> None:
        while self.welcome(listener):
            pass

    def welcome(self, listener: socket.socket) -> bool:
        """Take one connection and serve it in a thread; False when the port was closed."""
        try:
            connection, _peer = listener.accept()
        except OSError:
            return False
        with self._lock:
            if self._listener is not listener:
                connection.close()
                return False
            self._connections.add(connection)
        self._recorder.count(connections=1)
        threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        return True

    def _serve(self, raw: socket.socket) -> None:
        connection = raw
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                raw.settimeout(_TLS_SECONDS)
                connection = self._tls.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
                with self._lock:
                    self._connections.discard(raw)
                    self._connections.add(connection)
                connection.do_handshake()
            connection.settimeout(self.idle_timeout)
            with connection.makefile("rb") as reader:
                self._converse(connection, reader)
        except OSError:
            # The peer went away, was silent too long, or broke TLS: the connection is over.
            return
        except Exception as error:  # noqa: BLE001  a bug of the stand-in must reach the test, not end its thread
            self.errors.append(error)
            _LOG.exception("the stand-in failed while it answered a request")
        finally:
            with self._lock:
                self._connections.discard(connection)
                self._connections.discard(raw)
            connection.close()

    def _converse(self, connection: socket.socket, reader: BufferedReader) -> None:
        respond = self._respond()
        while True:
            try:
                request = self._read(reader)
            except BadRequest as refusal:
                self._send(connection, HttpAnswer(status=refusal.status, headers=(("Connection", "close"),)))
                _drain(connection)
                return
            if request is None:
                return
            answer = respond(request)
            if answer.closing == "reset":
                # A zero linger time turns the close into a RST.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if answer.closing is not None:
                return
            self._send(connection, answer)
            if request.headers.get("connection", "").lower() == "close":
                return

    def _read(self, reader: BufferedReader) -> HttpRequest | None:
        """Read a request; None is the end of the connection."""
        line = reader.readline(_MAX_LINE + 1)
        if not line:
            return None
        parts = line.decode("latin-1").split()
        if len(line) > _MAX_LINE or len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest(400)
        block = self._header_block(reader)
        try:
            parsed = parse_headers(BytesIO(block))
        except HTTPException as error:
            raise BadRequest(400) from error
        headers = {name.lower(): value for name, value in parsed.items()}
        body = self._body(reader, headers)
        if body is None:
            return None
        self._recorder.count(http_requests=1, bytes_in=len(line) + len(block) + len(body))
        return HttpRequest(method=parts[0], target=parts[1], headers=headers, body=body)

    @staticmethod
    def _header_block(reader: BufferedReader) -> bytes:
        lines: list[bytes] = []
        while True:
            line = reader.readline(_MAX_LINE + 1)
            lines.append(line)
            if len(line) > _MAX_LINE or len(lines) > 200:
                raise BadRequest(400)
            if line in {b"\r\n", b"\n", b""}:
                return b"".join(lines)

    def _body(self, reader: BufferedReader, headers: dict[str, str]) -> bytes | None:
        if "transfer-encoding" in headers:
            raise BadRequest(411)
        text = headers.get("content-length", "0").strip()
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            raise BadRequest(400)
        length = int(text)
        if length > self._max_body:
            raise BadRequest(413)
        body = reader.read(length)
        return body if len(body) == length else None

    def _send(self, connection: socket.socket, answer: HttpAnswer) -> None:
        headers = (
            *answer.headers,
            ("Server", "Microsoft-HTTPAPI/2.0"),
            ("Date", formatdate(usegmt=True)),
            ("Content-Length", str(len(answer.body))),
        )
        # http.sys sends no reason phrase. One write, or Nagle and delayed ACK cost 40 ms per answer.
        head = f"HTTP/1.1 {answer.status} \r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n"
        data = head.encode("latin-1") + answer.body
        self._recorder.count(bytes_out=len(data))
        connection.sendall(data)


def _drain(connection: socket.socket) -> None:
    """Read what is still to come: to close with unread bytes would be a RST that destroys the answer."""
    connection.settimeout(_DRAIN_SECONDS)
    connection.shutdown(socket.SHUT_WR)
    for _turn in range(_MAX_LINE):
        if not connection.recv(_MAX_LINE):
            return


def _shut(endpoint: socket.socket) -> None:
    """Shut a socket down that may be gone already."""
    try:
        endpoint.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
