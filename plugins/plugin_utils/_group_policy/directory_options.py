# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to connect to, as whom, and how: options with the names that microsoft.ad gave them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from .._registry.errors import InputError, Problem

AuthProtocol = t.Literal["negotiate", "kerberos", "ntlm", "simple"]
TlsMode = t.Literal["ldaps", "start_tls"]
CertValidation = t.Literal["always", "ignore", "ignore_hostname"]

LDAP_PORT: t.Final = 389
LDAPS_PORT: t.Final = 636
ENVIRONMENT_PREFIX: t.Final = "MICROSOFT_AD_LDAP_"

_WORDS: t.Final[dict[str, tuple[str, ...]]] = {
    "auth_protocol": t.get_args(AuthProtocol),
    "tls_mode": t.get_args(TlsMode),
    "cert_validation": t.get_args(CertValidation),
}
_TEXTS: t.Final = ("server", "domain_realm", "username", "password", "ca_cert")
# microsoft.ad's name for the variable of cert_validation.
_OTHER_VARIABLES: t.Final = {"cert_validation": ("CERT_VALIDATION", "CERT_VERIFICATION")}
_TRUE: t.Final = ("yes", "on", "1", "true", "t", "y")
_FALSE: t.Final = ("no", "off", "0", "false", "f", "n")
_LONGEST_WAIT: t.Final = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class DirectoryOptions:
    r"""How to reach the directory.

    Attributes:
        server: DNS name or address of a domain controller; empty for the PDC emulator.
        port: TCP port of LDAP; None for the usual one.
        domain_realm: DNS name of the domain; empty to take it from the user name or krb5.conf.
        auth_protocol: How to log on; ``negotiate`` is Kerberos if it is possible, else NTLM, and the result says which.
        tls_mode: TLS from the first byte, or by StartTLS; None for none.
        ca_cert: File or folder with certificate authorities, or a PEM text; empty for the system's.
        cert_validation: What of the certificate is checked.
        encrypt: Seal what NTLM carries; False signs only. Kerberos always seals, and simple has TLS.
        username: ``DOMAIN\name``, ``name@domain`` or a distinguished name (simple); empty for the ticket of kinit.
        password: Password; empty for the ticket of kinit.
        connection_timeout: Seconds for the connection, and for each answer.
    """

    server: str = ""
    port: int | None = None
    domain_realm: str = ""
    auth_protocol: AuthProtocol = "negotiate"
    tls_mode: TlsMode | None = None
    ca_cert: str = ""
    cert_validation: CertValidation = "always"
    encrypt: bool = True
    username: str = ""
    password: str = field(default="", repr=False)
    connection_timeout: int = 5

    @property
    def ldap_port(self) -> int:
        """The port that is used."""
        return self.port or (LDAPS_PORT if self.tls_mode == "ldaps" else LDAP_PORT)

    def problems(self) -> t.Iterator[Problem]:
        """Yield what does not go together."""
        if self.auth_protocol == "simple":
            if not self.tls_mode:
                expected = "set tls_mode to ldaps or start_tls: a simple logon would send the password as plain text"
                yield Problem(path="auth_protocol", value="simple", expected=expected)
            for name in ("username", "password"):
                if not getattr(self, name):
                    yield Problem(path=name, expected="must be given with auth_protocol: simple")
        elif self.tls_mode:
            expected = (
                f"only with auth_protocol: simple; {self.auth_protocol} signs and encrypts by itself, "
                "and Active Directory refuses that within TLS"
            )
            yield Problem(path="tls_mode", value=self.tls_mode, expected=expected)
        if self.auth_protocol == "ntlm" and not (self.username and self.password):
            yield Problem(path="username", expected="must be given, with password, with auth_protocol: ntlm")
        if self.password and not self.username:
            yield Problem(path="username", expected="must be given together with password")


def resolve_options(given: Mapping[str, t.Any], environment: Mapping[str, str]) -> DirectoryOptions:
    """Return the options of a task, completed from environment variables.

    Args:
        given: The task's options; an absent one and None are the same.
        environment: The variables; ``MICROSOFT_AD_LDAP_`` and the option's name in capital letters.

    Raises:
        InputError: With every problem.
    """
    problems: list[Problem] = []
    values: dict[str, t.Any] = {}
    for name in DirectoryOptions.__dataclass_fields__:
        path, value = name, given.get(name)
        if value is None:
            path, value = _from_environment(name, environment)
        if value is None:
            continue
        try:
            values[name] = _checked(name, value)
        except ValueError as error:
            nearest = difflib.get_close_matches(str(value), _WORDS.get(name, ()), n=1)
            shown = "" if name == "password" else repr(value)
            found = Problem(path=path, value=shown, expected=str(error), nearest=nearest[0] if nearest else "")
            problems.append(found)
    if values.get("port") == LDAPS_PORT:
        values.setdefault("tls_mode", "ldaps")
    options = DirectoryOptions(**values)
    problems += options.problems()
    if problems:
        raise InputError(problems)
    return options


def _from_environment(name: str, environment: Mapping[str, str]) -> tuple[str, str | None]:
    for variable in _OTHER_VARIABLES.get(name, (name.upper(),)):
        full = ENVIRONMENT_PREFIX + variable
        if value := environment.get(full):
            return f"environment variable {full}", value
    return name, None


def _checked(name: str, value: t.Any) -> t.Any:
    """Return the value of one option; ValueError says what was expected."""
    if name in _WORDS:
        if value not in _WORDS[name]:
            raise ValueError(f"must be one of {', '.join(_WORDS[name])}")
        return str(value)
    if name in _TEXTS:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError("must be a text")
        return value if name == "password" else value.strip()
    if name == "encrypt":
        return _truth(value)
    return _number(value, most=0xFFFF if name == "port" else _LONGEST_WAIT)


def _truth(value: t.Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word not in _TRUE + _FALSE:
        raise ValueError("must be true or false")
    return word in _TRUE


def _number(value: t.Any, *, most: int) -> int:
    text = "" if isinstance(value, bool | float) else str(value)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= most):
        raise ValueError(f"must be a whole number from 1 to {most}")
    return int(text)
