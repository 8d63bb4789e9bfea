# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which domain controller to talk to: the one that is named, else the PDC emulator, where everybody edits GPOs.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

DNS gives a domain's name the addresses of its controllers. One of them says, without a logon, what its DNS name is
(Kerberos and certificates need it); it then knows, after a logon, which controller is the PDC emulator.
"""

from __future__ import annotations

import dataclasses
import os
import re
import socket
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

from .._registry.errors import HostError, HostUnreachable, InputError, Problem
from .directory import Directory
from .directory_options import LDAP_PORT, DirectoryOptions
from .ldap_client import LdapClient, who_is

Resolve = Callable[[str], tuple[str, ...]]

# Of a large domain's controllers some may be behind firewalls; more than these are not waited for.
_MOST_CONTROLLERS: t.Final = 4
_REALM: t.Final = re.compile(r"^\s*default_realm\s*=\s*(\S+)\s*$", re.MULTILINE)


def open_directory(options: DirectoryOptions, *, resolve: Resolve | None = None) -> Directory:
    """Connect to the domain controller that the options mean, and log on.

    Args:
        options: How.
        resolve: Returns the addresses of a DNS name; OSError if there are none.

    Returns:
        The directory; its client's ``host`` is the name under which SMB has to reach the same controller.

    Raises:
        InputError: Neither a server nor a domain is known.
        HostUnreachable: No controller can be reached, or the logon was refused.
    """
    if options.server:
        named = Directory(LdapClient.connect(options))
        return _pdc_of(named, options) if _is_a_domain(named, options.server) else named
    realm = realm_of(options)
    if not realm:
        expected = "must be given, or server: no domain is known from username or krb5.conf"
        raise InputError([Problem(path="domain_realm", expected=expected)])
    host = _a_controller(dataclasses.replace(options, domain_realm=realm), resolve or _addresses)
    return _pdc_of(Directory(LdapClient.connect(options, host)), options)


def _is_a_domain(directory: Directory, server: str) -> bool:
    """Return whether ``server`` is the domain's name: DNS may give it to another controller the next time."""
    try:
        return directory.facts.domain.lower() == server.rstrip(".").lower()
    except BaseException:
        directory.client.close()
        raise


def _pdc_of(first: Directory, options: DirectoryOptions) -> Directory:
    """Return the directory on the PDC emulator."""
    try:
        pdc = first.pdc()
        if pdc.lower() == first.client.host.lower():
            return first
    except BaseException:
        first.client.close()
        raise
    first.client.close()
    return Directory(LdapClient.connect(options, pdc))


def realm_of(options: DirectoryOptions) -> str:
    """Return the DNS name of the domain as far as the options or krb5.conf say it, or an empty text."""
    if options.domain_realm:
        return options.domain_realm
    dummy, at, realm = options.username.rpartition("@")
    if at and "\\" not in options.username:
        return realm
    return _default_realm()


def _default_realm() -> str:
    """Return default_realm of krb5.conf; the Kerberos library, which would know more, may not be installed."""
    for path in os.environ.get("KRB5_CONFIG", "/etc/krb5.conf").split(":"):
        try:
            text = Path(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if found := _REALM.search(text):
            return found[1]
    return ""


def _a_controller(options: DirectoryOptions, resolve: Resolve) -> str:
    """Return the DNS name of a controller that answers."""
    doing = f"looking for a domain controller of {options.domain_realm}"
    try:
        addresses = resolve(options.domain_realm)
    except OSError as error:
        reason = f"its name does not resolve ({error.strerror or error})"
        advice = "Check domain_realm and DNS, or set server"
        raise HostUnreachable(doing=doing, reason=reason, advice=advice) from error
    failures = []
    for address in addresses[:_MOST_CONTROLLERS]:
        try:
            return who_is(address, options.connection_timeout)
        except HostError as error:
            failures.append(error.reason)
    reason = f"none of {', '.join(addresses[:_MOST_CONTROLLERS])} answers on port {LDAP_PORT}: {'; '.join(failures)}"
    raise HostUnreachable(doing=doing, reason=reason, advice="Check the network, or set server")


def _addresses(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_found(name)))


def _found(name: str) -> Iterator[str]:
    for found in socket.getaddrinfo(name, LDAP_PORT, type=socket.SOCK_STREAM):
        yield str(found[4][0])
