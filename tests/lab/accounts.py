# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The accounts of one host, and NTLM and Basic over them."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import spnego
from spnego import NegotiateOptions
from spnego.channel_bindings import GssChannelBindings

from .registry import fold

DOMAIN = "STANDIN"
# The name that the NTLM acceptor gives in its challenge; clients without a domain may send it.
_ACCEPTOR_DOMAIN = "WORKSTATION"

# The AV pair MsvAvChannelBindings of 16 bytes (MS-NLMP 2.2.2.1) as it stands in a token.
_AV_CHANNEL_BINDINGS = b"\x0a\x00\x10\x00"

# pyspnego's acceptor knows its users only through this variable of the whole process; each host
# has its own file, so the variable is set for the length of one step only.
_USER_FILE = "NTLM_USER_FILE"
_environment = threading.Lock()


@contextmanager
def _user_file(path: Path) -> Iterator[None]:
    with _environment:
        before = os.environ.get(_USER_FILE)
        os.environ[_USER_FILE] = str(path)
        try:
            yield
        finally:
            if before is None:
                del os.environ[_USER_FILE]
            else:
                os.environ[_USER_FILE] = before


class AuthenticationError(Exception):
    """A token or a password was refused."""


class Accounts:
    r"""Users of one host.

    Args:
        users: Password by name: ``Administrator``, ``STANDIN\name``, ``DOMAIN\name``, ``name@domain``.
        not_administrators: Users that may sign in but not use WMI.
        refused: Users that get a 401 although the password is right (RootSDDL, UAC filtering).
        directory: Where to keep the acceptor's users file.

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
    ) -> None:
        if not users or any(":" in text or "\n" in text for pair in users.items() for text in pair):
            raise ValueError("users must not be empty, and neither names nor passwords may hold ':' or a line feed")
        self.not_administrators = set(not_administrators)
        self.refused = set(refused)
        self._passwords = dict(users)
        self._names = {fold(alias): name for name in users for alias in _aliases(name)}
        self._file = directory / "users"
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
        """Return a new NTLM acceptor.

        Args:
            scheme: Name of the HTTP scheme.
            bindings: TLS channel binding data to check, if any.
            strict: Refuse a client that sends no binding.
        """
        return Acceptor(self, self._file, scheme, bindings, strict=strict)


def _aliases(name: str) -> tuple[str, ...]:
    domain, separator, user = name.rpartition("\\")
    if "@" in name or (separator and fold(domain) != fold(DOMAIN)):
        return (name,)
    return (user, f"{DOMAIN}\\{user}", f"{_ACCEPTOR_DOMAIN}\\{user}")


class Acceptor:
    """The server's side of one NTLM authentication and of the messages encrypted with it."""

    def __init__(
        self, accounts: Accounts, users_file: Path, scheme: str, bindings: bytes | None, *, strict: bool
    ) -> None:
        self._accounts = accounts
        self._bindings = bindings
        self._strict = strict
        self._users_file = users_file
        ntlm = scheme.lower() == "ntlm"
        with _user_file(users_file):
            self._context = spnego.server(
                protocol="ntlm" if ntlm else "negotiate",
                options=NegotiateOptions.use_ntlm if ntlm else NegotiateOptions.use_negotiate,
            )

    def step(self, token: bytes) -> bytes:
        """Take the client's token and return the next one, which may be empty.

        Raises:
            AuthenticationError: The token is malformed or wrong.
        """
        try:
            with _user_file(self._users_file):
                return self._context.step(token, channel_bindings=self._bindings_for(token)) or b""
        except Exception as error:  # a malformed token surfaces as almost any exception of the parser
            raise AuthenticationError from error

    def _bindings_for(self, token: bytes) -> GssChannelBindings | None:
        if self._bindings is None or (not self._strict and _AV_CHANNEL_BINDINGS not in token):
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
