# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The accounts of one host, and NTLM, Kerberos and Basic over them."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import spnego
from spnego import NegotiateOptions
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from .registry import fold

DOMAIN = "STANDIN"
# The name that the NTLM acceptor gives in its challenge; clients without a domain may send it.
_ACCEPTOR_DOMAIN = "WORKSTATION"

# The AV pair MsvAvChannelBindings of 16 bytes (MS-NLMP 2.2.2.1) as it stands in a token.
_AV_CHANNEL_BINDINGS = b"\x0a\x00\x10\x00"

# Every NTLM message begins so (MS-NLMP 2.2.1), also inside SPNEGO.
_NTLM_SIGNATURE = b"NTLMSSP\x00"

# pyspnego's acceptor knows users and keys only through these variables of the whole process; each host
# has its own files, so the variables are set for the length of one step only.
_USER_FILE = "NTLM_USER_FILE"
_KEYTAB = "KRB5_KTNAME"
_environment = threading.Lock()


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    with _environment:
        before = {name: os.environ.get(name) for name in values}
        os.environ.update(values)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


class AuthenticationError(Exception):
    """A token or a password was refused."""


class Accounts:
    r"""Users of one host.

    Args:
        users: Password by name: ``Administrator``, ``STANDIN\name``, ``DOMAIN\name``, ``name@domain``.
        not_administrators: Users that may sign in but not use WMI.
        refused: Users that get a 401 although the password is right (RootSDDL, UAC filtering).
        directory: Where to keep the acceptor's users file.
        keytab: The keys of the host's computer account; without them the host knows no Kerberos.

    Attributes:
        not_administrators: May be changed at any time.
        refused: May be changed at any time; takes effect on open connections too.
    """

    def __init__(
        self,
        users: Mapping[str, str],
        *,
        not_administrators: Collection[str] = (),
        refused: Collection[str] = (),
        directory: Path,
        keytab: Path | None = None,
    ) -> None:
        if not users or any(":" in text or "\n" in text for pair in users.items() for text in pair):
            raise ValueError("users must not be empty, and neither names nor passwords may hold ':' or a line feed")
        self.not_administrators = set(not_administrators)
        self.refused = set(refused)
        self._passwords = dict(users)
        self._names = {fold(alias): name for name in users for alias in _aliases(name)}
        self._file = directory / "users"
        # A file that is not there, or a machine's own keytab would serve hosts that have none.
        self._variables = {_USER_FILE: str(self._file), _KEYTAB: f"FILE:{keytab or directory / 'no-keytab'}"}
        lines = []
        for name, password in users.items():
            for alias in _aliases(name):
                domain, _separator, user = alias.rpartition("\\")
                lines.append(f"{domain}:{user}:{password}\n")
        self._file.touch(mode=0o600)
        self._file.write_text("".join(lines), encoding="utf-8")

    def name_of(self, principal: str) -> str | None:
        """Return the user whose name, in any of its forms, this is."""
        return self._names.get(fold(principal))

    def is_refused(self, name: str) -> bool:
        """Tell whether a user is refused with 401."""
        return name in {self.name_of(refused) for refused in self.refused}

    def is_administrator(self, name: str) -> bool:
        """Tell whether a user may use WMI."""
        return name not in {self.name_of(other) for other in self.not_administrators}

    def check_basic(self, name: str, password: str) -> str:
        """Return the user that name and password belong to.

        Raises:
            AuthenticationError: There is none.
        """
        user = self.name_of(name)
        if user is None or self._passwords[user] != password:
            raise AuthenticationError
        return user

    def acceptor(self, scheme: str, bindings: bytes | None, *, strict: bool = False) -> Acceptor:
        """Return a new acceptor of NTLM and Kerberos, as far as the scheme means them.

        Args:
            scheme: Name of the HTTP scheme.
            bindings: TLS channel binding data to check, if any.
            strict: Refuse a client that sends no binding.
        """
        return Acceptor(self, self._variables, scheme, bindings, strict=strict)


def _aliases(name: str) -> tuple[str, ...]:
    domain, separator, user = name.rpartition("\\")
    if "@" in name or (separator and fold(domain) != fold(DOMAIN)):
        return (name,)
    return (user, f"{DOMAIN}\\{user}", f"{_ACCEPTOR_DOMAIN}\\{user}")


# pyspnego's protocol by HTTP scheme. In Negotiate, Windows also takes a token that is not wrapped in SPNEGO.
_PROTOCOLS = {"ntlm": ("ntlm", NegotiateOptions.use_ntlm), "kerberos": ("kerberos", NegotiateOptions.use_gssapi)}
_NEGOTIATE = ("negotiate", NegotiateOptions.use_negotiate)


class Acceptor:
    """The server's side of one authentication and of the messages encrypted with it.

    Attributes:
        scheme: Name of the HTTP scheme, in lower case.
    """

    def __init__(
        self, accounts: Accounts, variables: Mapping[str, str], scheme: str, bindings: bytes | None, *, strict: bool
    ) -> None:
        self.scheme = scheme.lower()
        self._accounts = accounts
        self._bindings = bindings
        self._strict = strict
        self._variables = variables
        protocol, options = _PROTOCOLS.get(self.scheme, _NEGOTIATE)
        try:
            with _variables(variables):
                self._context = spnego.server(protocol=protocol, options=options)
        except (ImportError, SpnegoError) as error:  # Kerberos without its library, or without a keytab
            raise AuthenticationError from error

    def step(self, token: bytes) -> bytes:
        """Take the client's token and return the next one, which may be empty.

        Raises:
            AuthenticationError: The token is malformed or wrong, or its user is none of the host's.
        """
        try:
            with _variables(self._variables):
                answer = self._context.step(token, channel_bindings=self._bindings_for(token)) or b""
        except Exception as error:  # a malformed token surfaces as almost any exception of the parser
            raise AuthenticationError from error
        if self._context.complete and self.user is None:
            raise AuthenticationError
        return answer

    def _bindings_for(self, token: bytes) -> GssChannelBindings | None:
        if self._bindings is None:
            return None
        # Kerberos' library takes a client that sends no binding (RFC 4121 4.1.1.2: all zero), and no wrong one.
        if _NTLM_SIGNATURE in token and not self._strict and _AV_CHANNEL_BINDINGS not in token:
            return None
        return GssChannelBindings(application_data=self._bindings)

    @property
    def user(self) -> str | None:
        """The authenticated user, or None while the authentication goes on."""
        if not self._context.complete:
            return None
        return self._accounts.name_of(self._context.client_principal or "")

    def unwrap(self, header: bytes, data: bytes) -> bytes:
        """Decrypt a message.

        Raises:
            AuthenticationError: It was not encrypted with this session's key and sequence.
        """
        try:
            return self._context.unwrap_winrm(header, data)
        except Exception as error:  # see step
            raise AuthenticationError from error

    def wrap(self, message: bytes) -> tuple[bytes, bytes, int]:
        """Encrypt a message into header, data and length of the padding."""
        wrapped = self._context.wrap_winrm(message)
        return wrapped.header, wrapped.data, wrapped.padding_length
