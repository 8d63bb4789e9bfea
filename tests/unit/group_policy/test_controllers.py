# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The realm and the name for Kerberos; which controller is asked."""

from __future__ import annotations

import socket
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import (
    ldap_client,
    ldap_conversation,
    ldap_spnego,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.controllers import (
    open_directory,
    realm_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_client import LdapClient
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_spnego import kerberos_name
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostUnreachable,
    InputError,
    UnsupportedConnection,
)

pytest.importorskip("sansldap")


@pytest.mark.parametrize(
    ("username", "realm", "expected"),
    [
        ("CORP\\anna", "corp.example", "anna@CORP.EXAMPLE"),
        ("CORP\\anna", "", "anna"),
        ("anna@corp.example", "", "anna@CORP.EXAMPLE"),
        ("a@b@corp.example", "other", "a@b@CORP.EXAMPLE"),
        ("anna", "corp.example", "anna@CORP.EXAMPLE"),
        ("anna", "", "anna"),
        ("", "corp.example", ""),
    ],
)
def test_a_name_as_kerberos_reads_it(username: str, realm: str, expected: str) -> None:
    assert expected == kerberos_name(DirectoryOptions(username=username, domain_realm=realm))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (DirectoryOptions(domain_realm="corp.example", username="a@other.example"), "corp.example"),
        (DirectoryOptions(username="anna@corp.example"), "corp.example"),
        (DirectoryOptions(username="CORP\\anna@x"), "default.example"),
        (DirectoryOptions(), "default.example"),
    ],
)
def test_where_the_realm_comes_from(
    options: DirectoryOptions, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "krb5.conf").write_text("[libdefaults]\n default_realm = default.example \n", encoding="ascii")
    monkeypatch.setenv("KRB5_CONFIG", f"/nowhere:{tmp_path}/krb5.conf")
    assert expected == realm_of(options)


def test_no_server_and_no_realm_is_an_input_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KRB5_CONFIG", "/nowhere")
    with pytest.raises(InputError, match="domain_realm: must be given, or server"):
        open_directory(DirectoryOptions(username="CORP\\anna", password="p"))


def test_a_domain_that_does_not_resolve_is_named() -> None:
    def nothing(_name: str) -> t.NoReturn:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(HostUnreachable) as caught:
        open_directory(DirectoryOptions(domain_realm="nowhere.example"), resolve=nothing)
    assert (
        "looking for a domain controller of nowhere.example: its name does not resolve (Name or service not known). "
        "Check domain_realm and DNS, or set server" == str(caught.value)
    )


def test_of_many_controllers_only_some_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    monkeypatch.setattr(ldap_client, "LDAP_PORT", port)
    addresses = tuple(f"127.0.0.{last}" for last in range(1, 9))
    with pytest.raises(HostUnreachable) as caught:
        open_directory(DirectoryOptions(domain_realm="corp.example"), resolve=lambda _name: addresses)
    assert "none of 127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4 answers" in caught.value.reason
    assert 4 == caught.value.reason.count("Connection refused")


def test_missing_libraries_are_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ldap_spnego, "spnego", None)
    with pytest.raises(UnsupportedConnection, match="pip install pyspnego"):
        ldap_spnego.attempt(DirectoryOptions(username="u", password="p"), "dc1")
    monkeypatch.setattr(ldap_conversation, "sansldap", None)
    with pytest.raises(UnsupportedConnection, match="pip install sansldap"):
        LdapClient.connect(DirectoryOptions(server="127.0.0.1"))
