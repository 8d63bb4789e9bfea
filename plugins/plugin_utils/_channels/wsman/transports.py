# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One small face for the two client libraries: bytes to the host, bytes back, two exceptions.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import inspect
import time
import typing as t

from ..words import shown
from .codes import Trouble
from .troubles import BROKEN, CONFUSED, LOGON_ERRORS, HttpStatus, NoAnswer, no_answer
from .waits import waits_until

_LIBRARY: tuple[type[Exception], ...] = ()
REFUSALS: tuple[type[Exception], ...] = ()
STATUS_ERRORS: tuple[type[Exception], ...] = ()
try:
    import winrm.exceptions
except ImportError:
    pass
else:
    _LIBRARY += (winrm.exceptions.WinRMError,)
    REFUSALS += (winrm.exceptions.AuthenticationError,)
    STATUS_ERRORS += (winrm.exceptions.WinRMTransportError,)
try:
    import pypsrp.exceptions
except ImportError:
    pass
else:
    _LIBRARY += (pypsrp.exceptions.WinRMError,)
    REFUSALS += (pypsrp.exceptions.AuthenticationError,)
    STATUS_ERRORS += (pypsrp.exceptions.WinRMTransportError,)

UNAUTHORIZED: t.Final = 401
FAILURES: tuple[type[Exception], ...] = (*BROKEN, *CONFUSED, *LOGON_ERRORS, *_LIBRARY, *STATUS_ERRORS)

_SHORTEST: t.Final = 0.001


class Transport(t.Protocol):
    """Sends one message and returns the answer to it.

    Attributes:
        operation_timeout: How many seconds the inventory gives the host for one operation.
        read_timeout: How many seconds the inventory waits for an answer.
    """

    operation_timeout: float
    read_timeout: float

    def send(self, message: bytes, *, until: float | None) -> bytes:
        """Return the body of a 200 answer.

        Args:
            message: The SOAP message in the clear.
            until: The point of ``time.monotonic`` at which all waiting ends, or None.

        Raises:
            HttpStatus: Any other status; 401 stands for every refused logon.
            NoAnswer: There is none.
        """

    def close(self) -> None:
        """Drop the connection; never raises."""


class LibraryTransport:
    """What the two libraries have in common: how their trouble is told.

    Args:
        raw: The library's own transport.
        owned: Close it when done; a client that the connection plugin opened stays open.
    """

    def __init__(self, raw: t.Any, *, owned: bool) -> None:
        self._raw = raw
        self._owned = owned
        self._secret = _text_or_none(getattr(raw, "password", None))
        self._answered = False

    def send(self, message: bytes, *, until: float | None) -> bytes:
        """Send through the library; see Transport."""
        try:
            answer = bytes(self._send(message, until))
        except FAILURES as error:
            # "from None": the texts of the libraries can hold proxy addresses with passwords.
            raise self._told(error) from None
        self._answered = True
        return answer

    def close(self) -> None:
        """Drop the connection if it is our own; see Transport."""
        if self._owned:
            _quietly(self._drop)

    def _send(self, message: bytes, until: float | None) -> t.Any:
        raise NotImplementedError

    def _drop(self) -> None:
        raise NotImplementedError

    def _told(self, error: Exception) -> HttpStatus | NoAnswer:
        if isinstance(error, REFUSALS):
            return HttpStatus(UNAUTHORIZED, b"")
        if isinstance(error, STATUS_ERRORS):
            status, text = getattr(error, "code", None), getattr(error, "response_text", "")
            if isinstance(status, int):
                return HttpStatus(status, text.encode("utf-8", "replace") if isinstance(text, str) else text)
            return NoAnswer(Trouble.CONFUSED, type(error).__name__)
        if isinstance(error, _LIBRARY) or (isinstance(error, CONFUSED) and self._session() is None):
            # Before the first answer these are refusals of the inventory's settings, such as a missing package or a
            # user name that is not there; the texts are the libraries' own and name settings only.
            trouble = Trouble.CONFUSED if self._answered else Trouble.SETTINGS
            return NoAnswer(trouble, self._safe(shown(str(error))))
        told = no_answer(error)
        told.detail = self._safe(told.detail)
        return told

    def _safe(self, text: str) -> str:
        return text.replace(self._secret, "***") if self._secret else text

    def _session(self) -> object:
        return getattr(self._raw, "session", None)


class PywinrmTransport(LibraryTransport):
    """Sends through a ``winrm.protocol.Protocol``.

    Args:
        protocol: The client.
        owned: Close it when done; a client that the connection plugin opened stays open.
    """

    def __init__(self, protocol: t.Any, *, owned: bool) -> None:
        super().__init__(protocol.transport, owned=owned)
        self.operation_timeout = _seconds(getattr(protocol, "operation_timeout_sec", None), 20)
        self.read_timeout = _seconds(getattr(self._raw, "read_timeout_sec", None), 30)

    def _send(self, message: bytes, until: float | None) -> t.Any:
        kept = self._raw.read_timeout_sec
        if until is not None:
            self._raw.read_timeout_sec = waits_until(until, connect=self.read_timeout, read=self.read_timeout)
        try:
            answer = self._raw.send_message(message)
        finally:
            self._raw.read_timeout_sec = kept
        session = self._session()
        if self._owned and hasattr(session, "trust_env"):
            # It was built with the proxies of the environment; requests would look for them before each message again.
            session.trust_env = False
        return answer

    def _drop(self) -> None:
        self._raw.close_session()


class PypsrpTransport(LibraryTransport):
    """Sends through a ``pypsrp.wsman.WSMan``.

    Its own retries do no harm: urllib3 repeats only what failed before the request was sent (``read`` is 0, and POST is
    not among the methods that it repeats after a status).

    Args:
        wsman: The client.
        owned: Close it when done; a client that the connection plugin opened stays open.
    """

    def __init__(self, wsman: t.Any, *, owned: bool) -> None:
        super().__init__(wsman.transport, owned=owned)
        self.operation_timeout = _seconds(getattr(wsman, "operation_timeout", None), 20)
        self.read_timeout = _seconds(getattr(self._raw, "read_timeout", None), 30)
        self._connect_timeout = _seconds(getattr(self._raw, "connection_timeout", None), 30)

    def _send(self, message: bytes, until: float | None) -> t.Any:
        return self._raw.send(message) if until is None else self._send_until(message, until)

    def _send_until(self, message: bytes, until: float) -> t.Any:
        # Retries sleep between attempts; there is no time for that. Read when the session is built.
        self._raw.reconnection_retries = 0
        if "timeout" in inspect.signature(self._raw.send).parameters:  # pypsrp 0.9
            waits = waits_until(until, connect=self._connect_timeout, read=self.read_timeout)
            return self._raw.send(message, timeout=waits)
        kept = self._raw.connection_timeout, self._raw.read_timeout
        left = max(until - time.monotonic(), _SHORTEST)
        self._raw.connection_timeout = min(left, self._connect_timeout)
        self._raw.read_timeout = min(left, self.read_timeout)
        try:
            return self._raw.send(message)
        finally:
            self._raw.connection_timeout, self._raw.read_timeout = kept

    def _drop(self) -> None:
        self._raw.close()


def _seconds(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) and value > 0 else float(otherwise)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _quietly(close: t.Callable[[], object]) -> None:
    with contextlib.suppress(*FAILURES):  # nothing is lost: the connection is not used again
        close()
