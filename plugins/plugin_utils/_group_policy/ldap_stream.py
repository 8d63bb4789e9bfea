# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP connection that carries LDAP messages: plain, within TLS, or signed and sealed.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import time
import typing as t
from collections.abc import Callable

from .._registry.errors import FormatError, HostUnreachable, InputError, Problem
from .directory_options import DirectoryOptions
from .ldap_ber import MAX_MESSAGE, WHAT, check_message, message_length

_CHUNK: t.Final = 64 * 1024
# A sealed message has four bytes of length before it (RFC 4752, section 3.1) and a signature.
_MAX_SEALED: t.Final = MAX_MESSAGE + 1024


class Sealing(t.Protocol):
    """What signs and seals messages once the logon is done."""

    def wrap(self, data: bytes) -> bytes:
        """Return the signed or sealed form."""

    def unwrap(self, data: bytes) -> bytes:
        """Return what was sealed; any exception means that it was changed on the way."""


class LdapStream:
    """Sends and receives whole LDAP messages.

    Args:
        host: DNS name or address.
        port: TCP port.
        timeout: Seconds for the connection, and for all of one answer.

    Attributes:
        host: DNS name or address.
        sent: Number of messages sent.
    """

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.host = host
        self.sent = 0
        self._timeout = timeout
        self._where = f"LDAP on {host}, port {port}"
        self._doing = f"connecting to {self._where}"
        self._changes = self._outstanding = False
        self._ended = ""
        self._deadline = time.monotonic() + timeout
        self._sealing: Sealing | None = None
        self._raw = bytearray()
        self._plain = bytearray()
        with self._network():
            self._socket: socket.socket = socket.create_connection((host, port), timeout=timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # -- protection -------------------------------------------------------------------------------

    def start_tls(self, options: DirectoryOptions) -> None:
        """Speak TLS from here on.

        Raises:
            HostUnreachable: The certificate is not trusted, or TLS fails.
        """
        self._doing = f"securing {self._where} with TLS"
        if self._raw:
            raise self._lost("the server sent something before TLS that nobody asked for")
        context = tls_context(options)
        with self._network():
            self._socket.settimeout(self._left())
            self._socket = context.wrap_socket(self._socket, server_hostname=self.host)

    def seal(self, sealing: Sealing) -> None:
        """Sign or seal every message from here on."""
        if self._raw or self._plain:
            raise self._lost("the server sent something before the logon was done that nobody asked for")
        self._sealing = sealing

    # -- messages ---------------------------------------------------------------------------------

    def begin(self, doing: str, *, changes: bool = False) -> None:
        """Begin a request.

        Args:
            doing: What is being done, for errors.
            changes: It changes the directory: if the answer is lost, nobody knows whether it did.

        Raises:
            HostUnreachable: The connection has ended before.
        """
        self._doing = f"{doing} ({self._where})"
        if self._ended:
            raise HostUnreachable(doing=self._doing, reason=f"the connection has ended before: {self._ended}")
        self._changes = changes

    def send(self, message: bytes) -> None:
        """Send the request; the wait for its answer starts."""
        self._deadline = time.monotonic() + self._timeout
        self._outstanding = self._changes
        if self._sealing is not None:
            sealed = self._sealing.wrap(message)
            message = len(sealed).to_bytes(4, "big") + sealed
        with self._network():
            self._socket.settimeout(self._left())
            self._socket.sendall(message)
        self.sent += 1

    def receive(self) -> bytes:
        """Return the next message, whole and of good form.

        Raises:
            HostUnreachable: The connection ended, the answer did not come in time, or is none.
        """
        try:
            while (length := message_length(self._plain)) is None or len(self._plain) < length:
                self._more()
            message = bytes(self._plain[:length])
            del self._plain[:length]
            check_message(message)
        except FormatError as error:
            raise self.broken(error) from error
        return message

    def settled(self) -> None:
        """Note that the answer to a change has come: what fails later says nothing about it."""
        self._outstanding = False

    def broken(self, error: FormatError) -> HostUnreachable:
        """Close the connection and return the error for an answer that cannot be used."""
        return self._lost(f"the answer is not LDAP as it should be: {error}")

    def close(self) -> None:
        """Close the connection; never raises."""
        with contextlib.suppress(OSError):
            self._socket.close()

    # -- parts ------------------------------------------------------------------------------------

    def _more(self) -> None:
        if self._sealing is None:
            self._plain += self._recv()
            return
        while len(self._raw) < 4:
            self._raw += self._recv()
        length = int.from_bytes(self._raw[:4], "big")
        if not 0 < length <= _MAX_SEALED:
            reason = f"a sealed part of {length} bytes"
            raise FormatError(what=WHAT, reason=reason, offset=0)
        while len(self._raw) < 4 + length:
            self._raw += self._recv()
        sealed = bytes(self._raw[4 : 4 + length])
        del self._raw[: 4 + length]
        self._plain += self._unsealed(self._sealing, sealed)
        if len(self._plain) > 2 * _MAX_SEALED:
            raise FormatError(what=WHAT, reason="more was sealed than is believed", offset=0)

    def _unsealed(self, sealing: Sealing, sealed: bytes) -> bytes:
        try:
            return sealing.unwrap(sealed)
        except Exception as error:  # the libraries behind raise what they like
            raise self._lost(f"an answer was changed on the way or is not sealed as agreed ({error})") from error

    def _recv(self) -> bytes:
        with self._network():
            self._socket.settimeout(self._left())
            data = self._socket.recv(_CHUNK)
        if not data:
            raise self._lost("the domain controller closed the connection")
        return data

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _lost(self, reason: str, advice: str = "") -> HostUnreachable:
        unknown, self._outstanding = self._outstanding, False
        self._ended = reason
        with contextlib.suppress(AttributeError):
            self.close()
        return HostUnreachable(doing=self._doing, reason=reason, advice=advice, outcome_unknown=unknown)

    @contextlib.contextmanager
    def _network(self) -> t.Iterator[None]:
        """Turn what the network throws into our errors."""
        try:
            yield
        except TimeoutError as error:
            raise self._lost(f"no answer within {self._timeout:g} s", _TIMEOUT_ADVICE) from error
        except socket.gaierror as error:
            raise self._lost(f"the name does not resolve ({error.strerror})", "Check server and DNS") from error
        except ssl.SSLCertVerificationError as error:
            raise self._lost(f"the certificate is not trusted: {error.verify_message}", _CERTIFICATE_ADVICE) from error
        except ssl.SSLError as error:
            advice = "" if isinstance(self._socket, ssl.SSLSocket) else _TLS_ADVICE
            raise self._lost(f"TLS failed: {error.reason or error}", advice) from error
        except OSError as error:
            raise self._lost(_words(error), "Check server, port and firewalls") from error


_TIMEOUT_ADVICE: t.Final = "Check server, port and firewalls, or raise connection_timeout"
_TLS_ADVICE: t.Final = "Does the domain controller have a certificate?"
_CERTIFICATE_ADVICE: t.Final = "Name its authority in ca_cert; server must be a name that the certificate holds"


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def tls_context(options: DirectoryOptions) -> ssl.SSLContext:
    """Return the TLS settings that the options ask for.

    Raises:
        InputError: ``ca_cert`` cannot be used.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if options.ca_cert:
        try:
            _authorities(options.ca_cert)(context)
        except (OSError, ValueError) as error:
            expected = f"must be a file or folder with certificates, or a PEM text ({error})"
            raise InputError([Problem(path="ca_cert", expected=expected)]) from error
    context.check_hostname = options.cert_validation == "always"
    if options.cert_validation == "ignore":
        context.verify_mode = ssl.CERT_NONE
    return context


def _authorities(ca_cert: str) -> Callable[[ssl.SSLContext], None]:
    """Return what makes a context trust the authorities; PEM text, PEM or DER file, or a folder by hash."""
    if "-----BEGIN" in ca_cert:
        return lambda context: context.load_verify_locations(cadata=ca_cert)
    if os.path.isdir(ca_cert):  # noqa: PTH112
        return lambda context: context.load_verify_locations(capath=ca_cert)
    with open(ca_cert, "rb") as handle:  # noqa: PTH123
        data = handle.read()
    text = data.decode("ascii", errors="ignore") if b"-----BEGIN" in data else data
    return lambda context: context.load_verify_locations(cadata=text)
