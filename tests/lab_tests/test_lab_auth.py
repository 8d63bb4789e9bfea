# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Authentication: NTLM with message encryption, Basic, channel binding, who is refused."""

from __future__ import annotations

import base64
import http.client
import ssl
from typing import Any

import pytest
import spnego

from tests.lab import Behaviour, StandInHost
from tests.lab_tests.lab_client import (
    PREFERENCE,
    Client,
    HttpFailure,
    Make,
    basic,
    call_envelope,
    post,
    psrp_client,
    winrm_client,
)

_ASK = call_envelope("EnumKey", sSubKeyName="SYSTEM")


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
@pytest.mark.parametrize(("make", "auth"), [(winrm_client, "ntlm"), (psrp_client, "ntlm"), (psrp_client, "negotiate")])
def test_ntlm_with_encryption_works_with_both_libraries(transport: Any, make: Make, auth: str) -> None:
    with StandInHost(seed="open_client", transport=transport) as host:
        client = make(host, auth=auth)
        codes = {client.call("EnumValues", sSubKeyName=PREFERENCE).code for _turn in range(20)}
        client.close()
        assert codes == {0}
        assert (host.counters.encrypted_messages, host.counters.connections, host.errors) == (20, 1, ())


@pytest.mark.parametrize(("transport", "allowed"), [("https", False), ("http", True)])
@pytest.mark.parametrize("make", [winrm_client, psrp_client])
def test_basic_works_where_it_is_enabled(transport: Any, allowed: bool, make: Make) -> None:
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


@pytest.mark.parametrize("pair", [("Administrator", "wrong"), ("Nobody", "right"), ("Administrator", "")])
def test_wrong_basic_credentials_are_a_401(pair: tuple[str, str]) -> None:
    behaviour = Behaviour(basic=True, allow_unencrypted=True)
    with StandInHost(users={"Administrator": "right"}, behaviour=behaviour) as host:
        assert post(host, _ASK, Authorization=basic(*pair))[0].status == 401


def test_a_new_token_on_an_authenticated_connection_starts_again(host: StandInHost) -> None:
    connection = http.client.HTTPConnection(host.address, host.port, timeout=5)
    statuses = []
    for password in (host.password, host.password, "wrong"):
        context = spnego.client(host.username, password, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
        token = context.step() or b""
        for _leg in range(2):
            header = f"NTLM {base64.b64encode(token).decode()}"
            connection.request("POST", "/wsman", b"", {"Authorization": header})
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)
            challenge = response.headers["WWW-Authenticate"] or ""
            if challenge.startswith("NTLM "):
                token = context.step(base64.b64decode(challenge.removeprefix("NTLM "))) or b""
    connection.request("POST", "/wsman", b"")
    statuses.append(connection.getresponse().status)
    connection.close()
    assert statuses == [401, 200, 401, 200, 401, 401, 401]


@pytest.mark.parametrize("make", [winrm_client, psrp_client])
@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"username": r"STANDIN\Nobody"}, {"username": r"X\Administrator"}]
)
def test_wrong_credentials_are_a_401(host: StandInHost, make: Make, wrong: dict[str, str]) -> None:
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


@pytest.mark.parametrize("token", ["", "?", "AAAA", base64.b64encode(b"NTLMSSP\x00\x03\x00\x00\x00").decode()])
@pytest.mark.parametrize("scheme", ["Negotiate", "NTLM"])
def test_a_malformed_token_is_a_401(host: StandInHost, scheme: str, token: str) -> None:
    response, content = post(host, b"", Authorization=f"{scheme} {token}")
    assert (response.status, content) == (401, b"")


def test_the_certificate_can_be_trusted_for_the_address() -> None:
    with StandInHost(transport="https") as host:
        context = ssl.create_default_context(cafile=str(host.certificate))
        context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
        connection = http.client.HTTPSConnection(host.address, host.port, timeout=5, context=context)
        connection.request("POST", "/wsman", b"")
        assert connection.getresponse().status == 401
        connection.close()


@pytest.mark.parametrize(
    ("level", "sent", "status"), [("relaxed", False, 0), ("strict", True, 0), ("strict", False, 401)]
)
def test_tls_channel_binding_is_checked_as_configured(level: Any, sent: bool, status: int) -> None:
    behaviour = Behaviour(channel_binding=level)
    with StandInHost(seed="open_client", transport="https", behaviour=behaviour) as host:
        client = winrm_client(host, send_cbt=sent)
        try:
            seen = client.call("EnumKey", sSubKeyName="SYSTEM").code
        except HttpFailure as failure:
            seen = failure.status
    assert seen == status


@pytest.mark.parametrize("level", ["relaxed", "strict"])
def test_a_wrong_tls_channel_binding_is_a_401(monkeypatch: pytest.MonkeyPatch, level: Any) -> None:
    behaviour = Behaviour(channel_binding=level)
    with StandInHost(seed="open_client", transport="https", behaviour=behaviour) as host:
        monkeypatch.setattr("requests_ntlm.requests_ntlm._get_certificate_hash", lambda _certificate: b"x" * 32)
        with pytest.raises(HttpFailure) as caught:
            winrm_client(host).call("EnumKey", sSubKeyName="SYSTEM")
    assert caught.value.status == 401
