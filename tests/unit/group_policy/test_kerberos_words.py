# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What errors of the Kerberos libraries are told as; the numbers are those of MIT Kerberos' krb5.h."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.kerberos_words import explain

KRB5KDC_ERR_CLIENT_REVOKED = -1765328366
KRB5KDC_ERR_PREAUTH_FAILED = -1765328360
KRB5KRB_AP_ERR_SKEW = -1765328347
KRB5_FCC_NOFILE = -1765328189
KRB5_REALM_UNKNOWN = -1765328230
KRB5_KDC_UNREACH = -1765328228
GSS_S_NO_CRED = 7 << 16


class Krb5Error(Exception):
    """As the library krb5 raises it."""

    def __init__(self, code: int) -> None:
        super().__init__("words of the library")
        self.err_code = code


class GssError(Exception):
    """As the library gssapi raises it."""

    def __init__(self, major: int, minor: int) -> None:
        super().__init__("Major (1), Minor (2)")
        self.maj_code = major
        self.min_code = minor


class LayerError(Exception):
    """As pyspnego wraps an error."""

    def __init__(self, base: Exception) -> None:
        super().__init__("SpnegoError (1)")
        self.base_error = base


@pytest.mark.parametrize(
    ("code", "reason", "is_final"),
    [
        (KRB5KDC_ERR_CLIENT_REVOKED, "the account is disabled, locked or expired", True),
        (KRB5KDC_ERR_PREAUTH_FAILED, "the password is wrong", True),
        (
            KRB5KRB_AP_ERR_SKEW,
            "this machine's clock and the domain controller's differ by more than five minutes",
            True,
        ),
        (KRB5_FCC_NOFILE, "there is no ticket: the credential cache does not exist", False),
        (KRB5_REALM_UNKNOWN, "no domain controller is known for this realm", False),
        (KRB5_KDC_UNREACH, "no domain controller of the realm answers on port 88", False),
    ],
)
def test_a_code_of_the_library_is_told_in_words(code: int, reason: str, *, is_final: bool) -> None:
    signed = explain(Krb5Error(code))
    assert (reason, is_final) == (signed.reason, signed.final)
    assert signed.advice
    # GSSAPI counts without sign, and pyspnego puts its own error around it.
    assert signed == explain(LayerError(GssError(13 << 16, code + (1 << 32))))


def test_the_cause_of_an_error_counts_too() -> None:
    outer = RuntimeError("logon failed")
    outer.__cause__ = Krb5Error(KRB5KDC_ERR_PREAUTH_FAILED)
    assert "the password is wrong" == explain(outer).reason


def test_gssapi_alone_knows_no_more_than_its_own_code() -> None:
    assert "there is no ticket" == explain(GssError(GSS_S_NO_CRED, 0)).reason


def test_what_nobody_knows_is_one_line_of_the_library() -> None:
    found = explain(ValueError("one\n  two" + "x" * 1000))
    assert found.reason.startswith("Kerberos is not possible here (one two")
    assert len(found.reason) < 340
    assert not found.final
    assert "Kerberos is not possible here (ValueError)" == explain(ValueError()).reason


def test_an_error_that_leads_back_to_itself_ends() -> None:
    error = ValueError("round")
    error.__context__ = error
    assert "Kerberos is not possible here (round)" == explain(error).reason
