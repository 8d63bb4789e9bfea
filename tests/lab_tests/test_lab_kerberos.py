# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Stand-in hosts in a realm: tickets of a real KDC, message encryption in both forms, who is refused."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypsrp.encryption
import pypsrp.negotiate
import pytest
import requests

from tests.lab import Behaviour, StandInHost
from tests.lab.domain import PLAIN, SambaDomain
from tests.lab.kerberos import Member, get_ticket, join, kerberos_available
from tests.lab_tests.lab_client import PREFERENCE, Client, HttpFailure, psrp_client, winrm_client

_KERBEROS_ONLY = Behaviour(schemes=("Kerberos",))
_SPNEGO_FORM = "application/HTTP-SPNEGO-session-encrypted"
_KERBEROS_FORM = "application/HTTP-Kerberos-session-encrypted"


@pytest.fixture(scope="module")
def domain() -> Iterator[SambaDomain]:
    if reason := kerberos_available():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with SambaDomain() as running:
        yield running


@pytest.fixture(scope="module")
def member(domain: SambaDomain, tmp_path_factory: pytest.TempPathFactory) -> Member:
    return join(domain, "pc1", tmp_path_factory.mktemp("member"))


@pytest.fixture(scope="module")
def other(domain: SambaDomain, tmp_path_factory: pytest.TempPathFactory) -> Member:
    return join(domain, "pc2", tmp_path_factory.mktemp("other"))


@pytest.fixture
def standing(domain: SambaDomain, member: Member, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Member:
    """The member, and in this process a ticket of the plain user."""
    monkeypatch.setenv("KRB5_CONFIG", str(domain.krb5_config))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{get_ticket(domain, PLAIN, tmp_path / 'ticket')}")
    return member


def host_of(member: Member | None, **more: Any) -> StandInHost:
    settings = {"users": {PLAIN.principal: "not looked at"}, "keytab": member.keytab if member else None, **more}
    return StandInHost(seed="open_client", name="pc1", **settings)


def winrm_to(host: StandInHost, name: str, **more: Any) -> Client:
    ticket: dict[str, Any] = {"username": None, "password": None, "kerberos_hostname_override": name}
    return winrm_client(host, auth="kerberos", **ticket | more)


def psrp_to(host: StandInHost, name: str, *, auth: str = "kerberos", **more: Any) -> Client:
    ticket: dict[str, Any] = {"username": None, "password": None, "negotiate_hostname_override": name}
    return psrp_client(host, auth=auth, **ticket | more)


BOTH = pytest.mark.parametrize("make", [winrm_to, psrp_to], ids=["pywinrm", "pypsrp"])


def status(client: Client) -> int:
    """Return 200, or the HTTP status that refuses a call."""
    try:
        assert client.call("EnumValues", sSubKeyName=PREFERENCE).code == 0
    except HttpFailure as failure:
        return failure.status
    finally:
        client.close()
    return 200


def test_a_member_has_the_service_names_of_a_windows_host(domain: SambaDomain, member: Member) -> None:
    said = domain.samba_tool("spn", "list", "pc1$").lower()
    for name in ("pc1", "pc1.ra.test"):
        assert [] == [kind for kind in ("host", "restrictedkrbhost", "wsman") if f"{kind}/{name}\n" not in said + "\n"]
    # No HTTP/: the directory makes HOST/ of it.
    assert "http/" not in said
    environment = {**os.environ, **domain.environment}
    subprocess.run(["kinit", "-k", "-t", member.keytab, "PC1$@RA.TEST"], env=environment, check=True)


@BOTH
@pytest.mark.parametrize("transport", ["http", "https"])
def test_a_ticket_opens_and_every_message_is_encrypted(
    standing: Member, make: Callable[..., Client], transport: Any
) -> None:
    with host_of(standing, transport=transport) as host:
        client = make(host, standing.fqdn)
        codes = {client.call("EnumValues", sSubKeyName=PREFERENCE).code for _turn in range(20)}
        client.close()
        figures = host.counters
        assert codes == {0}
        assert {PLAIN.principal} == {entry.user for entry in host.journal}
        assert (20, 0, 1) == (figures.encrypted_messages, figures.plain_messages, figures.connections)
        assert host.errors == ()


def test_a_logon_costs_one_request_at_once_and_two_after_a_401(standing: Member) -> None:
    legs = []
    for make in (winrm_to, psrp_to):
        with host_of(standing) as host:
            assert 200 == status(make(host, standing.fqdn))
            legs.append((host.counters.auth_legs, host.counters.http_requests))
    assert [(1, 2), (2, 3)] == legs


@pytest.mark.parametrize("service", ["HTTP", "WSMAN", "host"])
def test_each_service_name_that_clients_use_is_the_host_s(standing: Member, service: str) -> None:
    with host_of(standing) as host:
        assert 200 == status(psrp_to(host, standing.fqdn, negotiate_service=service))


def test_negotiate_prefers_kerberos(standing: Member) -> None:
    with host_of(standing) as host:
        assert 200 == status(psrp_to(host, standing.fqdn, auth="negotiate"))
        assert {PLAIN.principal} == {entry.user for entry in host.journal}


@pytest.mark.parametrize(
    ("behaviour", "form"),
    [(Behaviour(), _SPNEGO_FORM), (_KERBEROS_ONLY, _KERBEROS_FORM)],
    ids=["Negotiate", "Kerberos"],
)
def test_the_scheme_decides_on_the_form_of_encrypted_messages(
    standing: Member, behaviour: Behaviour, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client uses the form of MS-WSMV 2.2.9.1; with the other one the host refuses."""
    other = _SPNEGO_FORM if form == _KERBEROS_FORM else _KERBEROS_FORM
    with host_of(standing, behaviour=behaviour) as host:
        assert 200 == status(psrp_to(host, standing.fqdn))
        monkeypatch.setattr(pypsrp.encryption.WinRMEncryption, "SPNEGO", other)
        monkeypatch.setattr(pypsrp.encryption.WinRMEncryption, "KERBEROS", other)
        assert 400 == status(psrp_to(host, standing.fqdn))


@pytest.mark.parametrize("behaviour", [Behaviour(), _KERBEROS_ONLY], ids=["Negotiate", "Kerberos"])
def test_the_host_writes_the_form_into_its_answers(standing: Member, behaviour: Behaviour, monkeypatch: Any) -> None:
    seen = []
    genuine = requests.Session.send

    def watched(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        response = genuine(session, request, **more)
        seen.append(response.headers.get("Content-Type"))
        return response

    monkeypatch.setattr(requests.Session, "send", watched)
    with host_of(standing, behaviour=behaviour) as host:
        assert 200 == status(psrp_to(host, standing.fqdn))
    form = _KERBEROS_FORM if behaviour is _KERBEROS_ONLY else _SPNEGO_FORM
    assert [f'multipart/encrypted;protocol="{form}";boundary="Encrypted Boundary"'] == seen[-1:]


def test_a_message_that_was_changed_on_its_way_is_a_400(standing: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = pypsrp.encryption.WinRMEncryption._wrap_message

    def changed(encryption: pypsrp.encryption.WinRMEncryption, message: bytes) -> bytes:
        data = genuine(encryption, message)
        return data[:-1] + bytes([data[-1] ^ 1])

    with host_of(standing) as host:
        monkeypatch.setattr(pypsrp.encryption.WinRMEncryption, "_wrap_message", changed)
        assert 400 == status(psrp_to(host, standing.fqdn))
        assert host.journal.writes == ()


def test_pywinrm_does_not_speak_the_kerberos_scheme(standing: Member) -> None:
    r"""It writes Negotiate; a host with Service\Auth\Negotiate off does not take that."""
    with host_of(standing, behaviour=_KERBEROS_ONLY) as host:
        assert 401 == status(winrm_to(host, standing.fqdn))


# -- who is refused -----------------------------------------------------------------------------------


@BOTH
def test_a_ticket_for_another_computer_is_a_401(standing: Member, other: Member, make: Callable[..., Client]) -> None:
    with host_of(standing) as host, host_of(other) as another:
        assert 401 == status(make(host, other.fqdn))
        assert 200 == status(make(another, other.fqdn))
        assert 200 == status(make(host, standing.fqdn))


@BOTH
def test_a_user_of_the_realm_who_is_none_of_the_host_s_is_a_401(standing: Member, make: Callable[..., Client]) -> None:
    with host_of(standing, users={"dana@RA.TEST": "x"}) as host:
        assert 401 == status(make(host, standing.fqdn))


@BOTH
def test_a_host_without_a_keytab_knows_no_kerberos(standing: Member, make: Callable[..., Client]) -> None:
    with host_of(None) as host:
        assert 401 == status(make(host, standing.fqdn))


def test_a_member_still_takes_ntlm(standing: Member) -> None:
    with host_of(standing, users={PLAIN.principal: "x", "Administrator": "Local-1"}) as host:
        assert 200 == status(psrp_client(host, auth="negotiate", username="Administrator", password="Local-1"))
        assert 200 == status(winrm_client(host, username="Administrator", password="Local-1"))


@pytest.mark.parametrize(("sent", "expected"), [(True, 401), (False, 200)])
def test_a_wrong_tls_channel_binding_is_a_401_and_none_is_not(
    standing: Member, sent: bool, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pypsrp.negotiate.HTTPNegotiateAuth, "_get_certificate_hash", staticmethod(lambda _certificate: b"x" * 32)
    )
    with host_of(standing, transport="https") as host:
        assert expected == status(psrp_to(host, standing.fqdn, negotiate_send_cbt=sent))
