# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""HTTP: raw sockets for what no client library would send, and connections that end."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from tests.lab import Behaviour, StandInHost
from tests.lab_tests.lab_client import (
    Client,
    HttpFailure,
    call_envelope,
    post,
    winrm_client,
)

_SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_ASK = call_envelope("EnumKey", sSubKeyName="SYSTEM")


def raw(host: StandInHost, data: bytes) -> bytes:
    """Send bytes and return what comes until the connection ends."""
    with socket.create_connection((host.address, host.port), timeout=5) as connection:
        connection.sendall(data)
        # A server that has hung up already is as good as one that is about to.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        received = b""
        # A TLS server ends what is no handshake with a RST.
        with contextlib.suppress(ConnectionResetError):
            while block := connection.recv(65536):
                received += block
        return received


def test_without_authentication_a_401_without_body_offers_the_schemes(host: StandInHost) -> None:
    for body in (b"", _ASK):
        response, content = post(host, body)
        assert (response.status, response.reason, content) == (401, "", b"")
        assert response.headers.get_all("WWW-Authenticate") == ["Negotiate", "NTLM"]
        assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
        assert response.headers["Content-Length"] == "0"
    assert host.counters.soap_messages == 0


def test_plain_traffic_over_http_is_a_500_without_body(host: StandInHost) -> None:
    with pytest.raises(HttpFailure) as caught:
        winrm_client(host, encryption="never").call("EnumKey", sSubKeyName="SYSTEM")
    assert (caught.value.status, caught.value.text) == (500, "")
    assert host.counters.soap_messages == 0


def test_an_encrypted_session_does_not_survive_its_connection(host: StandInHost, client: Client) -> None:
    client.call("EnumKey", sSubKeyName="SYSTEM")
    host.drop_connections()
    with pytest.raises(HttpFailure) as caught:
        client.call("EnumKey", sSubKeyName="SYSTEM")
    assert (caught.value.status, caught.value.text) == (400, "")


def test_an_idle_connection_is_dropped() -> None:
    with StandInHost(seed="open_client", behaviour=Behaviour(idle_timeout=0.2)) as host:
        client = winrm_client(host)
        client.call("EnumKey", sSubKeyName="SYSTEM")
        time.sleep(0.4)
        with pytest.raises(HttpFailure) as caught:
            client.call("EnumKey", sSubKeyName="SYSTEM")
        assert (caught.value.status, host.counters.connections) == (400, 2)


def test_over_tls_without_message_encryption_a_lost_connection_recovers_alone() -> None:
    with StandInHost(seed="open_client", transport="https") as host:
        client = winrm_client(host, encryption="never")
        client.call("EnumKey", sSubKeyName="SYSTEM")
        host.drop_connections()
        assert client.call("EnumKey", sSubKeyName="SYSTEM").code == 0
        assert host.counters.connections == 2


@pytest.mark.parametrize("body", [b"x", b"--Encrypted Boundary\r\n", b""])
def test_encrypted_content_without_a_session_is_a_400_without_body(host: StandInHost, body: bytes) -> None:
    response, content = post(host, body, Content_Type=_SEALED)
    assert (response.status, content) == (400, b"")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", b"400"),
        (b"POST /wsman\r\n\r\n", b"400"),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"400"),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", b"413"),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"GET /wsman HTTP/1.1\r\n\r\n", b"405"),
        (b"POST /other HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /wsman HTTP/1.1\r\n" + b"a: b\r\n" * 300 + b"\r\n", b"400"),
        (b"POST /" + b"x" * 70000 + b" HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_malformed_requests_are_answered(host: StandInHost, data: bytes, status: bytes) -> None:
    assert raw(host, data).split(b" ")[:2] == [b"HTTP/1.1", status]


@pytest.mark.parametrize("data", [b"", b"POST /wsman HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"])
def test_half_a_request_is_not_answered(host: StandInHost, data: bytes) -> None:
    assert raw(host, data) == b""
    assert host.counters.http_requests == 0


def test_plain_http_on_a_tls_port_ends_quietly() -> None:
    with StandInHost(transport="https") as host:
        assert not raw(host, b"POST /wsman HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 2")
        assert host.errors == ()


def test_connections_can_be_refused_and_accepted_again(host: StandInHost) -> None:
    port = host.port
    host.refuse_connections()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host.address, port), timeout=2)
    host.accept_connections()
    assert (host.port, winrm_client(host).call("EnumKey", sSubKeyName="SYSTEM").code) == (port, 0)
