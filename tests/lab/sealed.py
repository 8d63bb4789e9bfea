# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The MIME form of encrypted messages.

The protocol follows from the HTTP scheme: HTTP-SPNEGO for Negotiate, whatever it came to, and HTTP-Kerberos for
Kerberos. Grammar (MS-WSMV 2.2.9.1, as Windows emits it)::

    --Encrypted Boundary CRLF
    TAB Content-Type: application/HTTP-<SPNEGO or Kerberos>-session-encrypted CRLF
    TAB OriginalContent: type=application/soap+xml;charset=UTF-8;Length=<plain length + padding> CRLF
    --Encrypted Boundary CRLF
    TAB Content-Type: application/octet-stream CRLF
    int32 little endian: length of the signature; signature; data
    --Encrypted Boundary-- CRLF
"""

from __future__ import annotations

import re
import struct

from .accounts import Acceptor, AuthenticationError

_BOUNDARY = b"--Encrypted Boundary"
_SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
_KERBEROS = "application/HTTP-Kerberos-session-encrypted"
_FORM = re.compile(
    rb"--\s?Encrypted Boundary\r\n\tContent-Type: ([^\r\n]+)\r\n"
    rb"\tOriginalContent: type=application/soap\+xml;charset=UTF-8;Length=([0-9]{1,9})\r\n"
    rb"--\s?Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    rb"(.*)--\s?Encrypted Boundary--\r\n",
    re.DOTALL,
)


def _protocol(acceptor: Acceptor) -> str:
    return _KERBEROS if acceptor.scheme == "kerberos" else _SPNEGO


def content_type(acceptor: Acceptor) -> str:
    """Return the Content-Type of an encrypted answer."""
    return f'multipart/encrypted;protocol="{_protocol(acceptor)}";boundary="Encrypted Boundary"'


def is_sealed(kind: str) -> bool:
    """Tell whether a Content-Type announces an encrypted message."""
    return kind.lower().startswith(("multipart/encrypted", "multipart/x-multi-encrypted"))


def unseal(acceptor: Acceptor, body: bytes) -> bytes:
    """Decrypt a request's body.

    Raises:
        AuthenticationError: It is not of that form, or not encrypted with this session's key.
    """
    match = _FORM.fullmatch(body)
    if match is None or match[1].decode("latin-1") != _protocol(acceptor) or len(match[3]) < struct.calcsize("<i"):
        raise AuthenticationError
    (length,) = struct.unpack_from("<i", match[3])
    rest = match[3][struct.calcsize("<i") :]
    if not 0 < length <= len(rest):
        raise AuthenticationError
    message = acceptor.unwrap(rest[:length], rest[length:])
    if len(message) != int(match[2]):
        raise AuthenticationError
    return message


def seal(acceptor: Acceptor, message: bytes) -> bytes:
    """Encrypt an answer into a body."""
    header, data, padding = acceptor.wrap(message)
    original = f"type=application/soap+xml;charset=UTF-8;Length={len(message) + padding}"
    return b"".join(
        (
            _BOUNDARY + b"\r\n",
            f"\tContent-Type: {_protocol(acceptor)}\r\n\tOriginalContent: {original}\r\n".encode(),
            _BOUNDARY + b"\r\n\tContent-Type: application/octet-stream\r\n",
            struct.pack("<i", len(header)) + header + data,
            _BOUNDARY + b"--\r\n",
        )
    )
