# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logon to a directory: Kerberos or NTLM with sign and seal, or a password within TLS.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.errors import HostUnreachable
from .directory_options import DirectoryOptions
from .ldap_conversation import Conversation
from .ldap_errors import Refusal, logon_refused
from .ldap_spnego import Attempt, Sealed, as_whom, attempt

START_TLS: t.Final = "1.3.6.1.4.1.1466.20037"
_MECHANISM: t.Final = "GSS-SPNEGO"
_IN_PROGRESS: t.Final = 14
_MOST_STEPS: t.Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Logon:
    """How the logon was done.

    Attributes:
        protocol: ``kerberos``, ``ntlm`` or ``simple``.
        protection: ``sealed``, ``signed`` or ``tls``.
        notes: Why it is not what would have been better.
    """

    protocol: t.Literal["kerberos", "ntlm", "simple"]
    protection: t.Literal["sealed", "signed", "tls"]
    notes: tuple[str, ...] = ()


def secure(conversation: Conversation, options: DirectoryOptions) -> None:
    """Start TLS if the options say so; nothing secret is sent before.

    Raises:
        HostUnreachable: The server has no TLS, or its certificate is not trusted.
    """
    stream = conversation.stream
    if options.tls_mode == "start_tls":
        doing = "asking for TLS"
        result = next(conversation.ask(doing, lambda session: session.extended_request(START_TLS))).result
        if code := int(result.result_code):
            reason = f"the server offers no StartTLS (LDAP {code})"
            advice = "Does the domain controller have a certificate?"
            raise HostUnreachable(doing=f"{doing} on {stream.host}", reason=reason, advice=advice)
    if options.tls_mode:
        stream.start_tls(options)


def log_on(conversation: Conversation, options: DirectoryOptions) -> Logon:
    """Log on as the options say.

    Raises:
        HostUnreachable: The logon was refused (``logon_refused``), or the connection was lost.
        UnsupportedConnection: A library is missing.
    """
    if options.auth_protocol == "simple":
        return _simple(conversation, options)
    return _negotiated(conversation, options, attempt(options, conversation.stream.host))


def _simple(conversation: Conversation, options: DirectoryOptions) -> Logon:
    doing = f"logging on to the directory{as_whom(options)}"
    if not options.tls_mode:
        raise HostUnreachable(doing=doing, reason="without TLS, a simple logon would send the password as plain text")
    answers = conversation.ask(doing, lambda session: session.bind_simple(options.username, options.password))
    result = next(answers).result
    if code := int(result.result_code):
        raise logon_refused(doing, Refusal(code=code, text=result.diagnostics_message))
    return Logon(protocol="simple", protection="tls")


def _negotiated(conversation: Conversation, options: DirectoryOptions, chosen: Attempt) -> Logon:
    doing = f"logging on to the directory{as_whom(options)} with {chosen.protocol}"
    token: bytes | None = chosen.token
    code = _IN_PROGRESS
    for _step in range(_MOST_STEPS):
        code, incoming = _bind(conversation, doing, token)
        token = chosen.step(incoming, doing) if incoming and not chosen.complete else None
        if code == 0 or token is None:
            break
    if code or not chosen.complete:
        raise HostUnreachable(doing=doing, reason="the server did not prove who it is", logon_refused=True)
    # MIT Kerberos always agrees on sealing, and the server then accepts nothing less.
    encrypt = options.encrypt or chosen.protocol == "kerberos"
    if not chosen.protects(encrypt=encrypt):
        reason = "the server agreed to no protection of the messages"
        raise HostUnreachable(doing=doing, reason=reason, logon_refused=True)
    conversation.stream.seal(Sealed(chosen.context, encrypt=encrypt))
    protection: t.Literal["sealed", "signed"] = "sealed" if encrypt else "signed"
    return Logon(protocol=chosen.negotiated, protection=protection, notes=chosen.notes)


def _bind(conversation: Conversation, doing: str, token: bytes | None) -> tuple[int, bytes | None]:
    """Send one token; return the result code and the server's token."""
    answers = conversation.ask(doing, lambda session: session.bind_sasl(_MECHANISM, cred=token))
    answer = next(answers)
    code = int(answer.result.result_code)
    if code not in (0, _IN_PROGRESS):
        raise logon_refused(doing, Refusal(code=code, text=answer.result.diagnostics_message))
    return code, getattr(answer, "server_sasl_creds", None)
