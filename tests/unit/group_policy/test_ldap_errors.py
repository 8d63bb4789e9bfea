# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in words, with what to do; the texts are part of the product."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.kerberos_words import explain
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_errors import (
    DirectoryBusy,
    NoSuchObject,
    NotAsExpected,
    ObjectExists,
    ReadOnlyController,
    Refusal,
    logon_refused,
    refused,
    server_words,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import AccessDenied, HostError

# What Windows writes, as published for each of these codes; Samba's form is the same.
_AD = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {}, v4563"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("525", "there is no such user"),
        ("52e", "the user name or the password is wrong"),
        ("530", "the account may not log on at this time"),
        ("531", "the account may not log on from this computer"),
        ("532", "the password has expired"),
        ("533", "the account is disabled"),
        ("701", "the account has expired"),
        ("773", "the password must be changed first"),
        ("775", "the account is locked"),
        ("57", "Windows error 87"),
    ],
)
def test_a_refused_logon_says_why(data: str, words: str) -> None:
    error = logon_refused("logging on", Refusal(code=49, text=_AD.format(data)))
    assert error.logon_refused
    assert f"logging on: {words}" in str(error) or words in error.reason
    assert "DSID" not in str(error)


def test_a_refused_logon_without_a_sub_code() -> None:
    error = logon_refused("logging on", Refusal(code=49, text="go away"))
    assert (
        "logging on: the directory refuses the logon (invalidCredentials, LDAP 49). Check username and password"
        == str(error)
    )


def test_a_directory_that_wants_more_protection_says_what_to_set() -> None:
    error = logon_refused("logging on", Refusal(code=8, text="BindSimple: Transport encryption required."))
    assert "strongerAuthRequired" in error.reason
    assert "tls_mode: ldaps or start_tls" in error.advice


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        (16, NotAsExpected, "noSuchAttribute"),
        (20, NotAsExpected, "attributeOrValueExists"),
        (32, NoSuchObject, "noSuchObject"),
        (50, AccessDenied, "insufficientAccessRights"),
        (51, DirectoryBusy, "busy"),
        (52, DirectoryBusy, "unavailable"),
        (53, HostError, "unwillingToPerform"),
        (68, ObjectExists, "entryAlreadyExists"),
        (80, HostError, "other"),
        (4711, HostError, "unknown"),
    ],
)
def test_each_refusal_has_its_class_and_its_name(code: int, kind: type[HostError], name: str) -> None:
    error = refused("creating CN=x", Refusal(code=code, text="00002098: SecErr: DSID-031514A0, problem 4003"))
    assert kind is error.__class__
    assert f"({name}, LDAP {code})" in error.reason
    assert "creating CN=x" == error.doing
    assert 0x2098 == error.code


def test_a_referral_is_a_controller_that_writes_nothing() -> None:
    refusal = Refusal(code=10, text="0000202B: RefErr: DSID-0310082F", referrals=("ldap://dc2.corp.example/CN=x",))
    error = refused("changing CN=x", refusal)
    assert isinstance(error, ReadOnlyController)
    assert "it names ldap://dc2.corp.example/CN=x" in error.reason
    assert "Set server to a domain controller that can be written" == error.advice


def test_what_a_server_says_is_one_short_line() -> None:
    assert "a b c" == server_words("a\r\n b\x1b\x00c ")
    assert 300 == len(server_words(1000 * "x"))


class _Krb5Error(Exception):
    def __init__(self, code: int) -> None:
        super().__init__("the library's own words")
        self.err_code = code


class _GssError(Exception):
    def __init__(self, major: int, minor: int) -> None:
        super().__init__("Major (851968): Unspecified GSS failure")
        self.maj_code, self.min_code = major, minor


class _Wrapped(Exception):
    def __init__(self, base: Exception) -> None:
        super().__init__("SpnegoError (1)")
        self.base_error = base


# Codes as krb5.h of MIT Kerberos defines them; GSSAPI shows the same without sign.
@pytest.mark.parametrize(
    ("code", "words", "final"),
    [
        (-1765328360, "the password is wrong", True),
        (-1765328378, "the realm does not know this user", False),
        (-1765328377, "the realm does not know this domain controller by the name that was used", False),
        (-1765328366, "the account is disabled, locked or expired", True),
        (-1765328361, "the password has expired or must be changed", True),
        (-1765328352, "the ticket has expired", True),
        (-1765328347, "clock and the domain controller's differ by more than five minutes", True),
        (-1765328316, "this user belongs to another realm", False),
        (-1765328243, "the ticket cache holds no ticket that fits", False),
        (-1765328230, "no domain controller is known for this realm", False),
        (-1765328228, "no domain controller of the realm answers on port 88", False),
        (-1765328190, "there is no ticket cache that can be read", False),
        (-1765328189, "the credential cache does not exist", False),
        (-1765328160, "no realm is named", False),
    ],
)
def test_kerberos_says_why(code: int, words: str, *, final: bool) -> None:
    for error in (_Krb5Error(code), _GssError(13 << 16, code + (1 << 32)), _Wrapped(_GssError(13 << 16, code))):
        failure = explain(error)
        assert words in failure.reason
        assert failure.advice
        assert final is failure.final


def test_gssapi_alone_says_why() -> None:
    assert "there is no ticket" == explain(_Wrapped(_GssError(7 << 16, 0))).reason
    assert "the ticket has expired" == explain(_GssError(11 << 16, 100001)).reason


def test_an_unknown_failure_keeps_the_library_s_words() -> None:
    failure = explain(ValueError("something\nelse"))
    assert "Kerberos is not possible here (something else)" == failure.reason
    assert not failure.final
