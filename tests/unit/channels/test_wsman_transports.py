# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402 - the libraries may be missing, which is asked first
"""The client libraries' exceptions become two of our own, and nothing secret is in their words."""

from __future__ import annotations

import socket
import ssl
import time
import types
import typing as t

import pytest

requests = pytest.importorskip("requests")
urllib3 = pytest.importorskip("urllib3")
winrm_errors = pytest.importorskip("winrm.exceptions")
pypsrp_errors = pytest.importorskip("pypsrp.exceptions")

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import (
    Trouble,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.transports import (
    PypsrpTransport,
    PywinrmTransport,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import (
    HttpStatus,
    NoAnswer,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.waits import (
    waits_until,
)

SECRET = "S3cret!"
LEAKY = f"http://user:{SECRET}@proxy:3128"


class Raw:
    """What both libraries call a transport: a function sends."""

    def __init__(self, act: t.Callable[[], bytes]) -> None:
        self.act = act
        self.password = SECRET
        self.session: object = "built"
        self.read_timeout_sec: t.Any = 30
        self.connection_timeout: t.Any = 30
        self.read_timeout: t.Any = 30
        self.reconnection_retries = 3
        self.closed = 0

    def send_message(self, dummy: bytes) -> bytes:
        return self.act()

    def send(self, dummy: bytes) -> bytes:
        return self.act()

    def close_session(self) -> None:
        self.closed += 1

    close = close_session


class Pypsrp09(Raw):
    def send(self, dummy: bytes, *, timeout: t.Any = None) -> bytes:
        self.timeout = timeout
        return self.act()


def transport(kind: str, raw: Raw, *, owned: bool = True) -> PywinrmTransport | PypsrpTransport:
    client = types.SimpleNamespace(transport=raw, operation_timeout_sec=25, operation_timeout=25)
    return (PywinrmTransport if kind == "winrm" else PypsrpTransport)(client, owned=owned)


def raising(error: BaseException) -> t.Callable[[], bytes]:
    def act() -> bytes:
        raise error

    return act


def told(error: BaseException, kind: str = "winrm", *, session: object = "built") -> NoAnswer:
    raw = Raw(raising(error))
    raw.session = session
    with pytest.raises(NoAnswer) as caught:
        transport(kind, raw).send(b"m", until=None)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert SECRET not in caught.value.detail
    return caught.value


KINDS = pytest.mark.parametrize("kind", ["winrm", "psrp"])


@KINDS
def test_an_answer_is_returned_as_it_is(kind: str) -> None:
    assert transport(kind, Raw(lambda: b"<a/>")).send(b"m", until=None) == b"<a/>"


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (winrm_errors.WinRMTransportError("http", 500, "<a>\u00e4</a>"), 500, "<a>\u00e4</a>".encode()),
        (pypsrp_errors.WinRMTransportError("http", 400, ""), 400, b""),
        (winrm_errors.InvalidCredentialsError("no"), 401, b""),
        (pypsrp_errors.AuthenticationError("Failed to authenticate the user x with ntlm"), 401, b""),
    ],
)
@KINDS
def test_a_status_keeps_its_number_and_body(kind: str, error: Exception, status: int, body: bytes) -> None:
    with pytest.raises(HttpStatus) as caught:
        transport(kind, Raw(raising(error))).send(b"m", until=None)

    assert (caught.value.status, caught.value.body) == (status, body)


def pool_error(reason: Exception) -> Exception:
    """Return what requests raises around an error of urllib3."""
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(None, LEAKY, reason))


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


NEVER = urllib3.exceptions.NewConnectionError


@pytest.mark.parametrize(
    ("error", "trouble", "detail"),
    [
        (pool_error(caused(NEVER(None, LEAKY), ConnectionRefusedError(111, "x"))), Trouble.REFUSED, "refused"),
        (pool_error(caused(NEVER(None, LEAKY), OSError(113, LEAKY))), Trouble.REFUSED, "no route to host"),
        (pool_error(caused(NEVER(None, LEAKY), socket.gaierror(-2, "x"))), Trouble.NAME, ""),
        (requests.exceptions.SSLError(pool_error(ssl.SSLCertVerificationError(1, "x"))), Trouble.CERTIFICATE, ""),
        (requests.exceptions.SSLError(ssl.SSLError(1, "x")), Trouble.TLS, ""),
        (requests.exceptions.ProxyError(LEAKY), Trouble.PROXY, ""),
        (requests.exceptions.ConnectTimeout(LEAKY), Trouble.CONNECT_TIMEOUT, ""),
        (requests.exceptions.ReadTimeout(LEAKY), Trouble.READ_TIMEOUT, ""),
        (pool_error(urllib3.exceptions.ReadTimeoutError(None, LEAKY, "x")), Trouble.READ_TIMEOUT, ""),
        (requests.exceptions.ConnectionError("aborted", ConnectionResetError(104, "x")), Trouble.LOST, "reset"),
        (requests.exceptions.ChunkedEncodingError(LEAKY), Trouble.LOST, ""),
        (requests.exceptions.InvalidURL(LEAKY), Trouble.SETTINGS, "an address"),
        (OSError("Could not find a suitable TLS CA certificate bundle"), Trouble.SETTINGS, "certificate"),
        (ImportError("requests-credssp is not installed"), Trouble.SETTINGS, "requests-credssp"),
        (KeyError(LEAKY), Trouble.CONFUSED, "KeyError"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, LEAKY), Trouble.CONFUSED, "UnicodeDecodeError"),
    ],
    ids=lambda value: getattr(value, "value", None) or type(value).__name__,
)
@KINDS
def test_trouble_is_told_by_class_and_number_never_by_text(
    kind: str, error: Exception, trouble: Trouble, detail: str
) -> None:
    found = told(error, kind)

    assert found.trouble is trouble
    assert detail in found.detail
    assert "proxy:3128" not in found.detail


def test_an_error_of_the_logon_is_told_with_its_words_but_without_the_password() -> None:
    spnego = pytest.importorskip("spnego.exceptions")
    found = told(spnego.NoCredentialError(context_msg=f"no ticket for {SECRET}"))

    assert found.trouble is Trouble.LOGON
    assert "NoCredentialError" in found.detail
    assert "no ticket for ***" in found.detail


@pytest.mark.parametrize("error", [winrm_errors.WinRMError("needs x"), pypsrp_errors.WinRMError("needs x")])
def test_a_library_that_refuses_before_the_first_answer_does_not_like_the_settings(error: Exception) -> None:
    raw = Raw(bytes)
    later = transport("winrm", raw)
    later.send(b"m", until=None)
    raw.act = raising(error)

    assert (told(error).trouble, told(error).detail) == (Trouble.SETTINGS, "needs x")
    with pytest.raises(NoAnswer) as caught:
        later.send(b"m", until=None)
    assert caught.value.trouble is Trouble.CONFUSED


def test_a_value_error_before_there_is_a_session_is_about_the_settings() -> None:
    assert told(ValueError(f"bad {SECRET}"), session=None).detail == "bad ***"
    assert told(ValueError("bad")).trouble is Trouble.CONFUSED


@KINDS
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit()])
def test_what_is_no_exception_passes(kind: str, error: BaseException) -> None:
    with pytest.raises(type(error)):
        transport(kind, Raw(raising(error))).send(b"m", until=None)


@KINDS
def test_only_a_connection_of_our_own_is_closed_and_closing_never_raises(kind: str) -> None:
    own, borrowed, broken = Raw(bytes), Raw(bytes), Raw(bytes)
    broken.close_session = broken.close = raising(OSError("x"))
    transport(kind, own).close()
    transport(kind, borrowed, owned=False).close()
    transport(kind, broken).close()

    assert (own.closed, borrowed.closed) == (1, 0)


@KINDS
def test_the_inventory_says_how_long_to_wait(kind: str) -> None:
    found = transport(kind, Raw(bytes))

    assert (found.operation_timeout, found.read_timeout) == (25.0, 30.0)


# Limits


def test_a_wait_shrinks_with_the_time_that_is_left() -> None:
    waits = waits_until(time.monotonic() + 5, connect=30, read=3)
    first = waits.clone()
    passed = waits_until(time.monotonic() - 1, connect=30, read=30).clone()

    assert 4 < first.connect_timeout <= 5
    assert first.total == first.connect_timeout
    assert first.clone()._read == 3
    assert 0 < passed.connect_timeout < 0.01


def test_the_limit_is_set_for_one_message_and_taken_back() -> None:
    seen: list[t.Any] = []
    raw = Raw(lambda: seen.append(raw.read_timeout_sec) or b"")
    transport("winrm", raw).send(b"m", until=time.monotonic() + 5)
    transport("winrm", raw).send(b"m", until=None)

    assert isinstance(seen[0], urllib3.util.Timeout)
    assert seen[1] == raw.read_timeout_sec == 30


def test_pypsrp_gets_the_limit_as_an_argument() -> None:
    raw = Pypsrp09(lambda: b"")
    transport("psrp", raw).send(b"m", until=time.monotonic() + 5)

    assert isinstance(raw.timeout, urllib3.util.Timeout)
    assert raw.reconnection_retries == 0


def test_an_older_pypsrp_gets_the_limit_as_attributes() -> None:
    seen: list[float] = []
    raw = Raw(lambda: seen.extend([raw.connection_timeout, raw.read_timeout]) or b"")
    transport("psrp", raw).send(b"m", until=time.monotonic() + 5)

    assert all(4 < number <= 5 for number in seen)
    assert len(seen) == 2
    assert (raw.connection_timeout, raw.read_timeout) == (30, 30)
