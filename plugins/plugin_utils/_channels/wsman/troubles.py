# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways in which no answer comes, in words of our own.

The texts of the HTTP libraries are never shown: they can hold proxy addresses with passwords.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import importlib
import os
import socket
import ssl
import struct
import typing as t
from http.client import HTTPException

from ..words import shown
from .codes import NOT_SENT, Trouble
from .kerberos_words import explain

try:
    import requests.exceptions as http
    import urllib3.exceptions as pool
except ImportError:  # pywinrm and pypsrp bring both; whoever has neither is told in reach.py
    HTTP_ERRORS: tuple[type[Exception], ...] = ()
    PROXY_ERRORS: tuple[type[Exception], ...] = ()
    CONNECT_TIMEOUTS: tuple[type[Exception], ...] = ()
    READ_TIMEOUTS: tuple[type[Exception], ...] = ()
    NEVER_CONNECTED: tuple[type[Exception], ...] = ()
    BAD_SETTINGS: tuple[type[Exception], ...] = ()
else:
    HTTP_ERRORS = (http.RequestException, pool.HTTPError)
    PROXY_ERRORS = (http.ProxyError, pool.ProxyError)
    NEVER_CONNECTED = (pool.NewConnectionError,)
    CONNECT_TIMEOUTS = (http.ConnectTimeout,)
    READ_TIMEOUTS = (http.ReadTimeout, pool.ReadTimeoutError)
    BAD_SETTINGS = (http.InvalidURL, http.InvalidSchema, http.MissingSchema, http.InvalidHeader)

# What the client libraries and their codecs raise on answers that make no sense, and on settings they do not take.
CONFUSED: tuple[type[Exception], ...] = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    EOFError,
    ImportError,
    struct.error,
)
BROKEN: tuple[type[Exception], ...] = (OSError, HTTPException, *HTTP_ERRORS)

_LONGEST_CHAIN: t.Final = 32

# The packages that log on; their exceptions have no common root, and which are installed depends on the inventory.
# requests_kerberos (pywinrm's copy as well) raises exceptions of requests.
_LOGON_CLASSES: t.Final = (
    ("spnego.exceptions", "SpnegoError"),
    ("spnego.exceptions", "FeatureMissingError"),
    ("spnego.exceptions", "NativeError"),
    ("gssapi.exceptions", "GSSError"),
    ("kerberos", "KrbError"),
    ("krb5", "Krb5Error"),
    ("requests_credssp.exceptions", "AuthenticationException"),
)


def _installed(classes: t.Iterable[tuple[str, str]]) -> t.Iterator[type[Exception]]:
    for module, name in classes:
        try:
            found = getattr(importlib.import_module(module), name, None)
        except (ImportError, OSError):  # OSError: a missing shared library
            continue
        if isinstance(found, type) and issubclass(found, Exception):
            yield found


LOGON_ERRORS: tuple[type[Exception], ...] = tuple(_installed(_LOGON_CLASSES))


class NoAnswer(Exception):
    """No answer came.

    Attributes:
        trouble: Why.
        detail: A few words more, safe to show, or empty.
        advice: What to do, where more is known than the trouble; or empty.
    """

    def __init__(self, trouble: Trouble, detail: str = "", advice: str = "") -> None:
        self.trouble = trouble
        self.detail = detail
        self.advice = advice
        super().__init__(trouble.value)

    @property
    def maybe_sent(self) -> bool:
        """True when the host may have received and executed the request."""
        return self.trouble not in NOT_SENT


class HttpStatus(Exception):
    """The host answered with an HTTP status that is no success.

    Attributes:
        status: The number.
        body: What came with it, decrypted.
    """

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body
        super().__init__(str(status))


def no_answer(error: Exception) -> NoAnswer:
    """Return what an exception of a client library, of a socket or of a codec means."""
    chain = tuple(_chain(error))
    for cause in chain:
        found = _by_cause(cause)
        if found is not None:
            known = explain(chain) if found.trouble is Trouble.LOGON else None
            return NoAnswer(Trouble.LOGON, *known) if known else found
    if isinstance(error, BAD_SETTINGS) or (error.__class__ is OSError and error.errno is None):
        return NoAnswer(Trouble.SETTINGS, "an address, or the path of a certificate or key, is wrong")
    if isinstance(error, ImportError):
        return NoAnswer(Trouble.SETTINGS, shown(str(error)))
    if isinstance(error, BROKEN):
        # requests' exceptions are OSErrors; with two arguments their errno is a text.
        numbers = (number for cause in chain if isinstance(number := getattr(cause, "errno", None), int))
        never = any(isinstance(cause, NEVER_CONNECTED) for cause in chain)
        words = next((os.strerror(number).lower() for number in numbers), "")
        return NoAnswer(Trouble.REFUSED if never else Trouble.LOST, words)
    return NoAnswer(Trouble.CONFUSED, type(error).__name__)


def _chain(error: BaseException) -> t.Iterator[BaseException]:
    """Yield the exception and what caused it; urllib3 keeps causes in ``reason``, requests in ``args``."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _LONGEST_CHAIN:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]


def _by_cause(cause: BaseException) -> NoAnswer | None:
    if isinstance(cause, LOGON_ERRORS) or "requests_kerberos" in type(cause).__module__.split("."):
        words = "" if isinstance(cause, HTTP_ERRORS) else f": {shown(str(cause), longest=160)}"
        return NoAnswer(Trouble.LOGON, type(cause).__name__ + words)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return NoAnswer(Trouble.CERTIFICATE, shown(getattr(cause, "verify_message", ""), longest=120))
    if isinstance(cause, ssl.SSLError):
        reason = getattr(cause, "reason", None) or ""
        return NoAnswer(Trouble.TLS, shown(reason, longest=60).replace("_", " ").lower())
    for classes, trouble, detail in _BY_CLASS:
        if isinstance(cause, classes):
            return NoAnswer(trouble, detail)
    return None


_BY_CLASS: tuple[tuple[tuple[type[BaseException], ...], Trouble, str], ...] = (
    (PROXY_ERRORS, Trouble.PROXY, ""),
    (CONNECT_TIMEOUTS, Trouble.CONNECT_TIMEOUT, ""),
    ((*READ_TIMEOUTS, TimeoutError), Trouble.READ_TIMEOUT, ""),
    ((socket.gaierror,), Trouble.NAME, ""),
    ((ConnectionRefusedError,), Trouble.REFUSED, "connection refused"),
)
