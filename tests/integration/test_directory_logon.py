# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logons to a real domain controller: every protocol, every protection, every refusal that Samba can make."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import ldap_spnego
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.controllers import open_directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory import Directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
    resolve_options,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_client import LdapClient
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostUnreachable,
    UnsupportedConnection,
)

from tests.integration.domain_ground import need_kerberos, options
from tests.integration.newest import newest_only
from tests.lab.domain import (
    ADMINISTRATOR,
    BASE_DN,
    DISABLED,
    DNS_DOMAIN,
    EXPIRED,
    FQDN,
    LOCKED,
    MUST_CHANGE,
    PLAIN,
    Account,
    SambaDomain,
)
from tests.lab.domain.certificates import Authority

pytestmark = newest_only

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _realm(domain: SambaDomain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRB5_CONFIG", str(domain.krb5_config))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/ccache")


def tls(domain: SambaDomain, **more: t.Any) -> DirectoryOptions:
    return options(domain, **{"auth_protocol": "simple", "tls_mode": "ldaps", "ca_cert": str(domain.ca), **more})


def refusal(given: DirectoryOptions) -> HostUnreachable:
    """Try to log on and return why that failed."""
    with pytest.raises(HostUnreachable) as caught:
        LdapClient.connect(given)
    assert not given.password or given.password not in str(caught.value)
    return caught.value


def logged_on(given: DirectoryOptions) -> tuple[str, str, tuple[str, ...]]:
    """Log on, read something, and return protocol, protection and notes."""
    client = LdapClient.connect(given)
    root = client.read("", ("defaultNamingContext",))
    assert root is not None
    assert BASE_DN == root.text("defaultNamingContext")
    client.close()
    return client.logon.protocol, client.logon.protection, client.logon.notes


# -- what works ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [r"RA\Administrator", "administrator@ra.test", "Administrator"])
def test_ntlm_seals(domain: SambaDomain, name: str) -> None:
    assert ("ntlm", "sealed", ()) == logged_on(options(domain, username=name))


def test_ntlm_signs_only_if_told_so(domain: SambaDomain) -> None:
    assert ("ntlm", "signed", ()) == logged_on(options(domain, encrypt=False))


@pytest.mark.parametrize("name", [r"RA\Administrator", "administrator@ra.test", "Administrator"])
@pytest.mark.parametrize("encrypt", [True, False])
def test_kerberos_always_seals(domain: SambaDomain, name: str, *, encrypt: bool) -> None:
    need_kerberos()
    given = options(domain, auth_protocol="kerberos", username=name, encrypt=encrypt)
    assert ("kerberos", "sealed", ()) == logged_on(given)


def test_kerberos_takes_the_ticket_of_kinit(domain: SambaDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    need_kerberos()
    domain.kinit(PLAIN)
    monkeypatch.setenv("KRB5CCNAME", domain.environment["KRB5CCNAME"])
    given = resolve_options({"server": domain.address}, {})
    assert ("kerberos", "sealed", ()) == logged_on(given)


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
@pytest.mark.parametrize("name", ["administrator@ra.test", f"CN=Administrator,CN=Users,{BASE_DN}"])
def test_a_password_goes_through_tls(domain: SambaDomain, mode: str, name: str) -> None:
    assert ("simple", "tls", ()) == logged_on(tls(domain, tls_mode=mode, username=name))


def test_negotiate_prefers_kerberos(domain: SambaDomain) -> None:
    need_kerberos()
    assert ("kerberos", "sealed", ()) == logged_on(options(domain, auth_protocol="negotiate"))


def test_negotiate_says_why_it_took_ntlm(domain: SambaDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    need_kerberos()
    given = options(domain, auth_protocol="negotiate", username="administrator@no.test")
    error = refusal(given)
    assert "with ntlm" in error.doing
    monkeypatch.setenv("KRB5_CONFIG", "/nowhere")
    protocol, protection, notes = logged_on(options(domain, auth_protocol="negotiate"))
    assert ("ntlm", "sealed", 1) == (protocol, protection, len(notes))
    assert notes[0].startswith("NTLM was used, not Kerberos: ")


def test_without_the_kerberos_library_negotiate_is_ntlm_and_kerberos_an_error(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ldap_spnego.spnego.client

    def missing(*args: t.Any, protocol: str, **more: t.Any) -> t.Any:
        if protocol == "kerberos":
            raise ImportError("GSSAPIProxy requires the Python gssapi library: No module named 'gssapi'")
        return real(*args, protocol=protocol, **more)

    monkeypatch.setattr(ldap_spnego.spnego, "client", missing)
    assert ("NTLM was used, not Kerberos: a Python library for Kerberos is missing",) == logged_on(
        options(domain, auth_protocol="negotiate")
    )[2]
    with pytest.raises(UnsupportedConnection, match=r"pip install pyspnego\[kerberos\]"):
        LdapClient.connect(options(domain, auth_protocol="kerberos"))


# -- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "ntlm", "kerberos"),
    [
        (DISABLED, "the account is disabled", "disabled, locked or expired"),
        (LOCKED, "the account is locked", "disabled, locked or expired"),
        (EXPIRED, "the account has expired", "disabled, locked or expired"),
        (MUST_CHANGE, "the password must be changed first", "the password has expired or must be changed"),
        (Account("paula", "Not-Hers-9"), "the user name or the password is wrong", "the password is wrong"),
        (Account("nobody", "Not-His-9"), "the user name or the password is wrong", "the realm does not know this user"),
    ],
)
def test_a_refused_logon_says_why(domain: SambaDomain, account: Account, ntlm: str, kerberos: str) -> None:
    error = refusal(options(domain, account))
    assert (ntlm in error.reason, True) == (True, error.logon_refused)
    assert account.down_level in error.doing
    error = refusal(tls(domain, username=f"{account.name}@ra.test", password=account.password))
    assert (ntlm in error.reason, True) == (True, error.logon_refused)
    need_kerberos()
    error = refusal(options(domain, account, auth_protocol="kerberos"))
    assert kerberos in error.reason
    assert error.advice


def test_a_wrong_password_is_sent_once_only(domain: SambaDomain) -> None:
    need_kerberos()
    before = _bad_passwords(domain)
    error = refusal(options(domain, Account("paula", "Not-Hers-9"), auth_protocol="negotiate"))
    assert error.logon_refused
    assert before + 1 == _bad_passwords(domain)


def _bad_passwords(domain: SambaDomain) -> int:
    client = LdapClient.connect(options(domain))
    entry = client.read(f"CN=paula,CN=Users,{BASE_DN}", ("badPwdCount",))
    client.close()
    assert entry is not None
    return entry.number("badPwdCount") or 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"server": ""}, "no domain controller of the realm|there is no ticket|does not exist|holds no ticket"),
        ({"username": "paula@NO.TEST", "password": "x"}, "no domain controller is known for this realm"),
    ],
)
def test_kerberos_without_a_ticket_or_realm(domain: SambaDomain, changes: dict[str, str], words: str) -> None:
    need_kerberos()
    given = resolve_options({"auth_protocol": "kerberos", **changes, "server": domain.address}, {})
    with pytest.raises(HostUnreachable, match=words):
        LdapClient.connect(given)


def test_an_expired_ticket_is_named(domain: SambaDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    need_kerberos()
    domain.kinit(PLAIN, lifetime="1s")
    monkeypatch.setenv("KRB5CCNAME", domain.environment["KRB5CCNAME"])
    given = resolve_options({"server": domain.address, "auth_protocol": "kerberos"}, {})
    subprocess.run(["sleep", "2"], check=True)
    assert "the ticket has expired" in refusal(given).reason


def test_a_name_that_the_realm_does_not_know_is_named(domain: SambaDomain) -> None:
    need_kerberos()
    with domain.relay("127.0.2.1") as relay:
        error = refusal(options(domain, server=relay.address, auth_protocol="kerberos"))
    assert "does not know this domain controller by the name that was used" in error.reason
    assert "Set server to the controller's full DNS name" in error.advice


# -- certificates -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_an_unknown_authority_is_refused(domain: SambaDomain, mode: str) -> None:
    error = refusal(tls(domain, tls_mode=mode, ca_cert=""))
    assert "the certificate is not trusted: unable to get local issuer certificate" in error.reason
    assert ("simple", "tls", ()) == logged_on(tls(domain, tls_mode=mode, ca_cert="", cert_validation="ignore"))


def test_a_certificate_for_another_name_is_refused(domain: SambaDomain) -> None:
    with domain.relay("127.0.2.1") as relay:
        error = refusal(tls(domain, server=relay.address))
        assert "certificate is not valid for '127.0.2.1'" in error.reason
        assert ("simple", "tls", ()) == logged_on(tls(domain, server=relay.address, cert_validation="ignore_hostname"))
        other = Authority("Another authority").pem().decode()
        foreign = tls(domain, server=relay.address, cert_validation="ignore_hostname", ca_cert=other)
        assert "not trusted" in refusal(foreign).reason


def test_a_text_of_pem_is_as_good_as_a_file(domain: SambaDomain) -> None:
    assert ("simple", "tls", ()) == logged_on(tls(domain, ca_cert=domain.ca.read_text(encoding="ascii")))


# -- which controller ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("server", "host"), [("", FQDN), (DNS_DOMAIN, FQDN), (FQDN, FQDN), ("dc1", "dc1")])
def test_the_pdc_emulator_is_found_from_the_domain_s_name(domain: SambaDomain, server: str, host: str) -> None:
    """In a process of its own, where the domain's names resolve."""
    package = "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy"
    code = (
        "import os, sys; sys.path.insert(0, os.getcwd()); import tests.unit.conftest\n"
        f"from {package}.controllers import open_directory\n"
        f"from {package}.directory_options import resolve_options\n"
        "directory = open_directory(resolve_options({}, os.environ))\n"
        "print(directory.client.host, directory.client.logon.protocol, directory.client.requests)\n"
    )
    environment = {
        "MICROSOFT_AD_LDAP_USERNAME": ADMINISTRATOR.principal,
        "MICROSOFT_AD_LDAP_PASSWORD": ADMINISTRATOR.password,
        "MICROSOFT_AD_LDAP_AUTH_PROTOCOL": "ntlm",
        "MICROSOFT_AD_LDAP_SERVER": server,
        "PYTHONPATH": os.pathsep.join(sys.path[1:]),
    }
    said = domain.run(sys.executable, "-c", code, environment=environment)
    assert [host, "ntlm"] == said.split()[:2]


def test_a_server_that_is_named_is_taken_as_it_is(domain: SambaDomain) -> None:
    directory: Directory = open_directory(options(domain))
    assert (domain.address, DNS_DOMAIN) == (directory.client.host, directory.facts.domain)
