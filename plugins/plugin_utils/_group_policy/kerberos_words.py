# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why Kerberos did not work, in words.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._channels.kerberos_codes import Meanings, advised, known_code

EXTRA: t.Final = "pip install pyspnego[kerberos] (it needs a C compiler and the Kerberos headers, such as libkrb5-dev)"

_BY_PROTOCOL: t.Final[Meanings] = advised(
    {
        1: "Extend it, or use another one",
        6: "Check username: name@REALM, the realm in capital letters",
        12: "Look at the account's logon hours and workstations",
        18: "Look at the account, or use another one",
        23: "Log on once and set a new password",
        24: "Check the password",
        32: "Get a new one with kinit, or give username and password",
        33: "Set this machine's clock",
        68: "Check the realm in username",
        135: "Look at the file, or at the variable KRB5_CONFIG",
        136: "Look at the file, or at the variable KRB5_CONFIG",
        224: "Set domain_realm, write username as name@REALM, or set default_realm in krb5.conf",
    }
) | {
    7: (
        "the realm does not know this domain controller by the name that was used",
        "Set server to the controller's full DNS name, not to an address or an alias",
    ),
    14: ("the realm does not support the encryption types that this machine allows", "Look at krb5.conf"),
    31: ("the ticket is not for this domain controller, or its key has changed", "Get a new ticket with kinit"),
    37: (
        "this machine's clock and the domain controller's differ by more than five minutes",
        "Set this machine's clock by the domain's",
    ),
    41: ("the answer was changed on the way, or the password is wrong", "Check the password"),
    44: ("the domain controller has another key than the ticket", "Get a new ticket with kinit"),
    52: ("the answer does not fit into a datagram and TCP failed", "Open TCP port 88"),
    156: ("no domain controller of the realm answers on port 88", "Check the realm's name, krb5.conf, DNS and port 88"),
    154: (
        "no domain controller is known for this realm",
        "Check the realm's name; it must be in krb5.conf or in DNS (_kerberos._tcp.<realm>)",
    ),
    141: ("the ticket cache holds no ticket that fits", "Get one with kinit, or give username and password"),
    194: ("there is no ticket cache that can be read", "Look at the owner of the file, or get a ticket with kinit"),
    195: (
        "there is no ticket: the credential cache does not exist",
        "Get one with kinit, or give username and password",
    ),
    220: ("the names of the realm's domain controllers do not resolve", "Check krb5.conf and DNS"),
}
# What the GSSAPI library says by itself, without an error of Kerberos behind it.
_BY_GSSAPI: t.Final[Meanings] = {
    7 << 16: ("there is no ticket", "Get one with kinit, or give username and password"),
    11 << 16: ("the ticket has expired", "Get a new one with kinit, or give username and password"),
    12 << 16: ("the ticket has expired", "Get a new one with kinit, or give username and password"),
}
_UNREADABLE: t.Final = "Look at krb5.conf and at the credential cache (klist)"


# The realm has judged the account or the clock; NTLM would only count as one more failed logon.
_FINAL: t.Final = frozenset({1, 12, 18, 23, 24, 32, 33, 37})


@dataclass(frozen=True, kw_only=True, slots=True)
class KerberosFailure:
    """Why Kerberos failed.

    Attributes:
        reason: In words.
        advice: What to do.
        final: The realm has answered; another protocol would not help.
    """

    reason: str
    advice: str
    final: bool = False


def explain(error: BaseException) -> KerberosFailure:
    """Return why Kerberos failed.

    Args:
        error: What the Kerberos library or the layer above it raised.
    """
    code = known_code(_chain(error), _BY_PROTOCOL)
    if code is not None:
        reason, advice = _BY_PROTOCOL[code]
        return KerberosFailure(reason=reason, advice=advice, final=code in _FINAL)
    for one in _chain(error):
        major = getattr(one, "maj_code", None)
        if isinstance(major, int) and (found := _BY_GSSAPI.get(major)):
            return KerberosFailure(reason=found[0], advice=found[1])
    return KerberosFailure(reason=f"Kerberos is not possible here ({_text(error)})", advice=_UNREADABLE)


def _chain(error: BaseException) -> t.Iterator[BaseException]:
    seen: BaseException | None = error
    for _depth in range(8):
        if seen is None:
            return
        yield seen
        inner = getattr(seen, "base_error", None)
        seen = inner if isinstance(inner, BaseException) else seen.__cause__ or seen.__context__


def _text(error: BaseException) -> str:
    line = " ".join(str(error).split())
    return line[:300] or type(error).__name__
