# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos and NTLM for the logon to a directory: which of them is possible, and the seal afterwards.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

try:
    import spnego
    from spnego import ContextReq
except ImportError:
    spnego = None

from .._registry.errors import HostUnreachable, RemoteAssistanceError, UnsupportedConnection
from .directory_options import DirectoryOptions
from .kerberos_words import EXTRA, KerberosFailure, explain
from .spnego_token import inner_token, offer

_SERVICE: t.Final = "ldap"
# A server proves itself with some hundred bytes.
_LONGEST_TOKEN: t.Final = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A logon that has begun.

    Attributes:
        protocol: What is tried.
        context: The library's context.
        token: The first token for the server.
        notes: Why it is not what would have been better.
    """

    protocol: t.Literal["kerberos", "ntlm"]
    context: t.Any
    token: bytes | None
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether both sides have proved who they are, as far as the protocol does that."""
        return bool(self.context.complete)

    @property
    def negotiated(self) -> t.Literal["kerberos", "ntlm"]:
        """What the library says that it speaks with the server."""
        return "kerberos" if self.context.negotiated_protocol == "kerberos" else "ntlm"

    def step(self, incoming: bytes, doing: str) -> bytes | None:
        """Return the answer to a token of the server.

        Raises:
            HostUnreachable: The token is not what the protocol demands.
        """
        try:
            if len(incoming) > _LONGEST_TOKEN:
                raise ValueError(f"a token of {len(incoming)} bytes")  # noqa: TRY301 - it ends as every wrong token
            token = inner_token(incoming) if self.protocol == "kerberos" else incoming
            answer: bytes | None = self.context.step(token)
        except Exception as error:  # the libraries behind raise what they like
            failure = explain(error)
            reason = f"the server's part of the logon cannot be used: {failure.reason}"
            raise HostUnreachable(doing=doing, reason=reason, advice=failure.advice, logon_refused=True) from error
        return answer

    def protects(self, *, encrypt: bool) -> bool:
        """Return whether messages can be sealed, or at least signed."""
        wanted = ContextReq.confidentiality if encrypt else ContextReq.integrity
        return bool(self.context.context_attr & wanted)


class Sealed:
    """Signs and seals messages with a context that is complete."""

    def __init__(self, context: t.Any, *, encrypt: bool) -> None:
        self._context = context
        self._encrypt = encrypt

    def wrap(self, data: bytes) -> bytes:
        """Return the signed or sealed form."""
        return bytes(self._context.wrap(data, encrypt=self._encrypt).data)

    def unwrap(self, data: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            ValueError: It was only signed, and the agreement is to seal.
        """
        found = self._context.unwrap(data)
        if self._encrypt and not found.encrypted:
            raise ValueError("it is signed only")
        return bytes(found.data)


def attempt(options: DirectoryOptions, host: str) -> Attempt:
    """Begin a logon with the protocol that the options name.

    Args:
        options: The options; ``negotiate`` takes NTLM only where Kerberos is not possible, and says so.
        host: The name of the server, as its service principal name has it.

    Raises:
        HostUnreachable: Kerberos does not work, with the reason.
        UnsupportedConnection: A library is missing.
    """
    if spnego is None:
        raise UnsupportedConnection("a logon with Kerberos or NTLM needs a Python library: pip install pyspnego")
    if options.auth_protocol == "ntlm":
        return _begun(options, host, "ntlm")
    doing = f"getting a Kerberos ticket for {_SERVICE}/{host}{as_whom(options)}"
    try:
        return _begun(options, host, "kerberos")
    except ImportError as error:
        failure = KerberosFailure(reason="a Python library for Kerberos is missing", advice=EXTRA)
        refusal: RemoteAssistanceError = UnsupportedConnection(f"{doing}: {failure.reason}: {failure.advice}")
        cause: Exception = error
    except Exception as error:  # noqa: BLE001 - three libraries, each with exceptions of its own
        failure, cause = explain(error), error
        refusal = HostUnreachable(
            doing=doing, reason=failure.reason, advice=failure.advice, logon_refused=failure.final
        )
    if failure.final or options.auth_protocol == "kerberos" or not options.password:
        raise refusal from cause
    return _begun(options, host, "ntlm", notes=(f"NTLM was used, not Kerberos: {failure.reason}",))


def as_whom(options: DirectoryOptions) -> str:
    """Return the end of a sentence that says as whom."""
    return f" as {options.username}" if options.username else " with the ticket of kinit"


def kerberos_name(options: DirectoryOptions) -> str:
    r"""Return the user name as Kerberos reads it: ``DOMAIN\name`` becomes a name in the realm.

    A realm is written in capital letters; MIT Kerberos takes another spelling for another realm.
    """
    name = options.username
    dummy, backslash, user = name.partition("\\")
    if backslash:
        return f"{user}@{options.domain_realm.upper()}" if options.domain_realm else user
    user, at, realm = name.rpartition("@")
    if at:
        return f"{user}@{realm.upper()}"
    return f"{name}@{options.domain_realm.upper()}" if name and options.domain_realm else name


def _begun(
    options: DirectoryOptions, host: str, protocol: t.Literal["kerberos", "ntlm"], notes: tuple[str, ...] = ()
) -> Attempt:
    wanted = ContextReq.mutual_auth | ContextReq.replay_detect | ContextReq.sequence_detect | ContextReq.integrity
    if options.encrypt:
        wanted |= ContextReq.confidentiality
    service = {"hostname": host, "service": _SERVICE, "context_req": wanted}
    if protocol == "ntlm":
        # A ticket cache that is never there takes Kerberos off the list that the library would offer.
        nobody = spnego.KerberosCCache(ccache="MEMORY:winfleet-none")
        password = spnego.Password(username=options.username, password=options.password)
        context = spnego.client([nobody, password], protocol="negotiate", **service)
        return Attempt(protocol=protocol, context=context, token=context.step(), notes=notes)
    context = spnego.client(kerberos_name(options) or None, options.password or None, protocol=protocol, **service)
    # This asks the realm for a ticket: what is wrong there is known before the directory hears of it.
    return Attempt(protocol=protocol, context=context, token=offer(context.step()), notes=notes)
