# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the directory: microsoft.ad's names and variables, and every problem at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
    resolve_options,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError


def problems(given: dict[str, t.Any], environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        resolve_options(given, environment or {})
    return [problem.text() for problem in caught.value.problems]


def test_nothing_given_is_the_ticket_of_kinit_and_the_pdc_emulator() -> None:
    options = resolve_options({}, {})
    assert DirectoryOptions() == options
    assert ("", "negotiate", None, True, 389, "always", 5) == (
        options.server,
        options.auth_protocol,
        options.tls_mode,
        options.encrypt,
        options.ldap_port,
        options.cert_validation,
        options.connection_timeout,
    )


def test_what_is_given_wins_over_the_environment() -> None:
    environment = {
        "MICROSOFT_AD_LDAP_SERVER": "dc1.corp.example",
        "MICROSOFT_AD_LDAP_USERNAME": "CORP\\env",
        "MICROSOFT_AD_LDAP_PASSWORD": " secret ",
        "MICROSOFT_AD_LDAP_ENCRYPT": "no",
        "MICROSOFT_AD_LDAP_CONNECTION_TIMEOUT": "30",
        "MICROSOFT_AD_LDAP_PORT": "",
        "MICROSOFT_AD_LDAP_CERT_VERIFICATION": "ignore",
        "UNRELATED": "x",
    }
    options = resolve_options({"username": " CORP\\given ", "server": None, "encrypt": True}, environment)
    expected = DirectoryOptions(
        server="dc1.corp.example",
        username="CORP\\given",
        password=" secret ",
        encrypt=True,
        connection_timeout=30,
        cert_validation="ignore",
    )
    assert expected == options


@pytest.mark.parametrize(
    ("given", "port", "tls"),
    [
        ({"tls_mode": "ldaps"}, 636, "ldaps"),
        ({"tls_mode": "start_tls"}, 389, "start_tls"),
        ({"port": 636}, 636, "ldaps"),
        ({"port": "3389", "tls_mode": "ldaps"}, 3389, "ldaps"),
        ({"port": 636, "tls_mode": "start_tls"}, 636, "start_tls"),
    ],
)
def test_ports_and_tls(given: dict[str, t.Any], port: int, tls: str) -> None:
    options = resolve_options({"auth_protocol": "simple", "username": "u", "password": "p", **given}, {})
    assert (port, tls) == (options.ldap_port, options.tls_mode)


@pytest.mark.parametrize("text", ["YES", "on", "1", "True", True])
def test_truth_as_ansible_users_write_it(text: t.Any) -> None:
    assert resolve_options({"encrypt": text}, {}).encrypt


def test_every_problem_is_said_at_once_with_the_nearest_word_and_no_password() -> None:
    given = {"auth_protocol": "kerberso", "port": 70000, "encrypt": "maybe", "password": 5, "connection_timeout": 1.5}
    found = problems(given, {"MICROSOFT_AD_LDAP_TLS_MODE": "tls"})
    assert 6 == len(found)
    assert (
        "auth_protocol: must be one of negotiate, kerberos, ntlm, simple, got 'kerberso' (did you mean 'kerberos'?)"
        in found
    )
    assert "port: must be a whole number from 1 to 65535, got 70000" in found
    assert "encrypt: must be true or false, got 'maybe'" in found
    assert "password: must be a text" in found
    assert "connection_timeout: must be a whole number from 1 to 3600, got 1.5" in found
    assert any(
        line.startswith("environment variable MICROSOFT_AD_LDAP_TLS_MODE: must be one of ldaps, start_tls, got 'tls'")
        for line in found
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"auth_protocol": "simple", "username": "u", "password": "p"}, "would send the password as plain text"),
        ({"auth_protocol": "simple", "tls_mode": "ldaps"}, "username: must be given with auth_protocol: simple"),
        ({"tls_mode": "ldaps"}, "tls_mode: only with auth_protocol: simple"),
        ({"auth_protocol": "ntlm"}, "username: must be given, with password, with auth_protocol: ntlm"),
        ({"password": "p"}, "username: must be given together with password"),
        ({"server": "a\0b"}, "server: must be a text"),
        ({"port": True}, "port: must be a whole number"),
        ({"port": "٣"}, "port: must be a whole number"),
    ],
)
def test_what_does_not_go_together_is_refused(given: dict[str, t.Any], words: str) -> None:
    assert any(words in line for line in problems(given))


def test_the_password_is_not_shown() -> None:
    assert "hunter2" not in repr(DirectoryOptions(username="u", password="hunter2"))
