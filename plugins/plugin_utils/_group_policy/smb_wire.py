# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""One SMB connection by smbprotocol, with what that library leaves open closed.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Measured with smbprotocol 1.17: an answer without a signature is taken although signing is required, and a plain answer
in an encrypted session as well; most calls wait for ever; links are followed; a dying receiver prints a traceback
through ``logging``.
"""

from __future__ import annotations

import inspect
import logging
import socket
import struct
import time
import typing as t
import uuid

try:
    from smbprotocol.connection import Connection
    from smbprotocol.exceptions import SMBConnectionClosed, SMBException, SMBResponseException
    from smbprotocol.session import Session
except ImportError as error:
    MISSING: ImportError | None = error
    Connection = object
else:
    # Before 1.16.1 its receiver raised into nowhere, which prints a traceback; 1.17 has other names for Kerberos.
    new_enough = "hostname_override" in inspect.signature(Session).parameters
    MISSING = None if new_enough else ImportError("what is installed is older than 1.17")

_PENDING: t.Final = 0x00000103
_UNSOLICITED: t.Final = 0xFFFFFFFFFFFFFFFF
_SIGNED: t.Final = 0x00000008
_GUEST_OR_NULL: t.Final = 0x0003
_NTLM_PROOF: t.Final = b"NTLMSSP\0\x03\0\0\0"
# NEGOTIATE and SESSION_SETUP (MS-SMB2 2.2.1.2).
_SESSION_SETUP: t.Final = 1
_OF_THE_LOGON: t.Final = frozenset({0, _SESSION_SETUP})
# Unless the user wants to see them: its errors are raised as well, and its receiver's come with a traceback.
_LOGGER: t.Final = logging.getLogger("smbprotocol")


class Untrusted(Exception):
    """An answer is not what the host has signed or encrypted."""


class GuestSession(Exception):
    """The host took the account for a guest, or for nobody."""


class StrictConnection(Connection):  # type: ignore[misc]
    """A connection on which every answer is signed or encrypted and comes in time.

    Args:
        host: Address of the host.
        port: Its port.
        seconds_left: Returns the longest wait for one answer, in seconds; may raise.

    Attributes:
        asked: Messages sent so far, those of the logon not counted.
        ntlm: True once a logon has proved the password by NTLM.
    """

    def __init__(self, host: str, port: int, *, seconds_left: t.Callable[[], float]) -> None:
        super().__init__(uuid.uuid4(), host, port, require_signing=True)
        self.asked = 0
        self.ntlm = False
        self._seconds_left = seconds_left
        if _LOGGER.level == logging.NOTSET:
            _LOGGER.setLevel(logging.CRITICAL)

    def send(self, message: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
        """Send a message; it must be taken in time as well."""
        seconds = self._seconds_left()
        self.asked += message.COMMAND not in _OF_THE_LOGON
        if message.COMMAND == _SESSION_SETUP:
            # The library tells nobody which of the two it has negotiated.
            self.ntlm = self.ntlm or _NTLM_PROOF in message["buffer"].get_value()
        wire = getattr(self.transport, "_sock", None)
        if isinstance(wire, socket.socket):
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(seconds))
        return super().send(message, *arguments, **options)

    def receive(self, request: t.Any, wait: bool = True, **options: t.Any) -> t.Any:  # noqa: FBT001, FBT002  the library's
        """Return the answer to a request.

        Raises:
            TimeoutError: None came in time.
            GuestSession: It ends a logon, as a guest.
        """
        del options  # the library's own calls give no timeout, or their own
        seconds = self._seconds_left()
        end = time.monotonic() + seconds
        if not request.response_event.wait(timeout=seconds):
            raise TimeoutError
        try:
            answer = super().receive(request, wait, timeout=max(end - time.monotonic(), 0), resolve_symlinks=False)
        except (SMBResponseException, SMBConnectionClosed):
            raise
        except SMBException:  # also says that an operation which the host had begun did not end in time
            if time.monotonic() < end:
                raise
            raise TimeoutError from None
        if answer["command"].get_value() == _SESSION_SETUP:
            flags = int.from_bytes(answer["data"].get_value()[2:4], "little")
            if flags & _GUEST_OR_NULL:
                raise GuestSession
        return answer

    def verify_signature(self, header: t.Any, session_id: int, **options: t.Any) -> None:
        """Refuse what is not signed rightly; called by the receiver for every message that came unencrypted."""
        session = self.session_table.get(session_id)
        exempt = header["status"].get_value() == _PENDING or header["message_id"].get_value() == _UNSOLICITED
        if session is not None and not options.get("force") and not exempt:
            if session.encrypt_data:
                raise Untrusted("not encrypted")
            if not header["flags"].get_value() & _SIGNED:
                raise Untrusted("not signed")
        try:
            super().verify_signature(header, session_id, **options)
        except SMBException:
            raise Untrusted("the signature is wrong") from None


def _timeval(seconds: float) -> bytes:
    """Return a ``struct timeval``; zero would mean no limit."""
    whole = int(seconds)
    return struct.pack("@ll", whole, max(int((seconds - whole) * 1_000_000), 1000))
