# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""HTTP and authentication: raw sockets for what no client library would send."""

from __future__ import annotations

import base64
import http.client
import socket
import time

import pytest

from tests.lab import Behaviour, StandInHost
from tests.lab_tests.lab_client import (
    PREFERENCE,
    Client,
    HttpFailure,
    call_envelope,
    psrp_client,
    winrm_client,
)

_SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'
_ASK = call_envelope("EnumKey", sSubKeyName="SYSTEM")


def post(host: StandInHost, body: bytes, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    """Send one POST on a connection of its own."""
    connection = http.client.HTTPConnection(host.address, host.port, timeout=5)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/wsman", body, named)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def raw(host: StandInHost, data: bytes) -> bytes:
    """Send bytes and return what comes until the connection ends."""
    with socket.create_connection((host.address, host.port), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while block := connection.recv(65536):
            received += block
        return received


def basic(name: str, password: str) -> str:
    """Return a Basic Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_without_authentication_a_401_without_body_offers_the_schemes(host: StandInHost) -> None:
    for body in (b"", _ASK):
        response, content = post(host, body)
        assert (response.status, response.reason, content) == (401, "", b"")
        assert response.headers.get_all("WWW-Authenticate") == ["Negotiate", "NTLM"]
        assert response.headers["Server"] == "Microsoft-HTTPAPI/2.0"
        assert response.headers["Content-Length"] == "0"
    assert host.counters.soap_messages == 0


def test_ntlm_with_encryption_costs_four_requests_and_then_one_each(host: StandInHost, client: Client) -> None:
    client.call("EnumKey", sSubKeyName="SYSTEM")
    first = host.counters
    assert (first.http_requests, first.auth_legs, first.connections, first.soap_messages) == (4, 3, 1, 1)
    client.call("EnumKey", sSubKeyName="SYSTEM")
    second = host.counters
    assert (second.http_requests, second.auth_legs, second.connections) == (5, 3, 1)
    assert (second.encrypted_messages, second.plain_messages, second.shells_opened) == (2, 0, 0)
    assert second.bytes_in > first.bytes_in > len(_ASK)
    assert second.bytes_out > first.bytes_out
    host.reset_counters()
    assert set(host.counters.to_dict().values()) == {0}


def test_ntlm_without_message_encryption_costs_three_requests_over_tls() -> None:
    with StandInHost(seed="open_client", transport="https") as host:
        client = winrm_client(host, encryption="never")
        client.call("EnumKey", sSubKeyName="SYSTEM")
        counters = host.counters
    assert (counters.http_requests, counters.auth_legs, counters.plain_messages) == (3, 2, 1)


@pytest.mark.parametrize("transport", ["http", "https"])
@pytest.mark.parametrize(
    ("make", "auth"), [(winrm_client, "ntlm"), (psrp_client, "ntlm"), (psrp_client, "negotiate")]
)
def test_ntlm_with_encryption_works_with_both_libraries(transport, make, auth: str) -> None:
    with StandInHost(seed="open_client", transport=transport) as host:
        client = make(host, auth=auth)
        codes = {client.call("EnumValues", sSubKeyName=PREFERENCE).code for _turn in range(20)}
        client.close()
        assert codes == {0}
        assert (host.counters.encrypted_messages, host.counters.connections, host.errors) == (20, 1, ())


@pytest.mark.parametrize(("transport", "allowed"), [("https", False), ("http", True)])
@pytest.mark.parametrize("make", [winrm_client, psrp_client])
def test_basic_works_where_it_is_enabled(transport, allowed: bool, make) -> None:
    behaviour = Behaviour(basic=True, allow_unencrypted=allowed)
    with StandInHost(seed="open_client", transport=transport, behaviour=behaviour) as host:
        client = make(host, auth="basic", encryption="never")
        assert client.call("EnumValues", sSubKeyName=PREFERENCE).code == 0
        assert host.counters.http_requests == host.counters.plain_messages == 1


def test_basic_is_refused_where_it_is_not_enabled(host: StandInHost) -> None:
    assert post(host, _ASK, Authorization=basic(host.username, host.password))[0].status == 401


def test_basic_authenticates_a_request_and_not_the_connection() -> None:
    behaviour = Behaviour(basic=True, allow_unencrypted=True)
    with StandInHost(seed="open_client", behaviour=behaviour) as host:
        connection = http.client.HTTPConnection(host.address, host.port, timeout=5)
        statuses = []
        for headers in ({"Authorization": basic("Administrator", host.password)}, {}, {"Authorization": "Basic ?"}):
            connection.request("POST", "/wsman", _ASK, headers)
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
        offered = response.headers.get_all("WWW-Authenticate")
        connection.close()
    assert statuses == [200, 401, 401]
    assert offered == ["Negotiate", "NTLM", 'Basic realm="WSMAN"']


def test_plain_traffic_over_http_is_a_500_without_body(host: StandInHost) -> None:
    with pytest.raises(HttpFailure) as caught:
        winrm_client(host, encryption="never").call("EnumKey", sSubKeyName="SYSTEM")
    assert (caught.value.status, caught.value.text) == (500, "")
    assert host.counters.soap_messages == 0


@pytest.mark.parametrize("make", [winrm_client, psrp_client])
@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": r"STANDIN\Nobody"}, {"username": r"X\Administrator"}])
def test_wrong_credentials_are_a_401(host: StandInHost, make, wrong: dict[str, str]) -> None:
    with pytest.raises(HttpFailure) as caught:
        make(host, **wrong).call("EnumKey", sSubKeyName="SYSTEM")
    assert caught.value.status == 401


def test_a_refused_account_is_a_401_on_an_open_connection_too(host: StandInHost, client: Client) -> None:
    assert client.call("EnumKey", sSubKeyName="SYSTEM").code == 0
    host.accounts.refused.add("Administrator")
    with pytest.raises(HttpFailure) as caught:
        client.call("EnumKey", sSubKeyName="SYSTEM")
    assert caught.value.status in {400, 401}
    with pytest.raises(HttpFailure) as caught:
        winrm_client(host).call("EnumKey", sSubKeyName="SYSTEM")
    assert caught.value.status == 401


@pytest.mark.parametrize("name", ["Administrator", r"STANDIN\Administrator", r"standin\ADMINISTRATOR"])
def test_a_local_account_is_known_by_each_form_of_its_name(host: StandInHost, name: str) -> None:
    assert winrm_client(host, username=name).call("EnumKey", sSubKeyName="SYSTEM").code == 0


@pytest.mark.parametrize("name", [r"CORP\svc", "svc@corp.example"])
def test_domain_accounts_are_known_by_the_name_they_were_given(name: str) -> None:
    with StandInHost(seed="open_client", users={name: "Pässword"}) as host:
        assert psrp_client(host).call("EnumKey", sSubKeyName="SYSTEM").code == 0
        assert [entry.user for entry in host.journal] == [name]


def test_two_hosts_have_their_own_users_and_registries() -> None:
    users = [{"Administrator": "one"}, {"Administrator": "two"}]
    with StandInHost(seed="open_client", users=users[0]) as one, StandInHost(users=users[1]) as two:
        assert winrm_client(one).call("EnumValues", sSubKeyName=PREFERENCE).code == 0
        assert winrm_client(two).call("EnumValues", sSubKeyName=PREFERENCE).code == 2
        with pytest.raises(HttpFailure):
            winrm_client(two, password="one").call("EnumKey", sSubKeyName="")


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


@pytest.mark.parametrize("token", ["", "?", "AAAA", base64.b64encode(b"NTLMSSP\x00\x03\x00\x00\x00").decode()])
@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM"])
def test_a_malformed_token_is_a_401(host: StandInHost, scheme: str, token: str) -> None:
    response, content = post(host, b"", Authorization=f"{scheme} {token}")
    assert (response.status, content) == (401, b"")


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


def test_plain_http_on_a_tls_port_and_a_foreign_certificate_end_quietly() -> None:
    with StandInHost(transport="https") as host:
        assert not raw(host, b"POST /wsman HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 2")
        assert host.errors == ()
        assert host.certificate is not None
        assert b"BEGIN CERTIFICATE" in host.certificate.read_bytes()


def test_tls_channel_binding_may_be_left_out_by_the_client() -> None:
    with StandInHost(seed="open_client", transport="https") as host:
        assert winrm_client(host, send_cbt=False).call("EnumKey", sSubKeyName="SYSTEM").code == 0


def test_connections_can_be_refused_and_accepted_again(host: StandInHost) -> None:
    port = host.port
    host.refuse_connections()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host.address, port), timeout=2)
    host.accept_connections()
    assert (host.port, winrm_client(host).call("EnumKey", sSubKeyName="SYSTEM").code) == (port, 0)
