# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A stand-in host as a member of the lab's domain: its computer account, its service names, its keytab.

Samba's own program joins it. Like a Windows host it then has HOST/<name> and RestrictedKrbHost/<name>; the WSMAN/<name>
that Windows' WinRM service registers is added. HTTP/<name>, which clients ask for, is no name of its own: the
directory's attribute sPNMappings makes HOST/<name> of it, in Samba's directory too.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .domain import (
    ADMINISTRATOR,
    DNS_DOMAIN,
    FQDN,
    REALM,
    WORKGROUP,
    Account,
    SambaDomain,
    domain_available,
)
from .domain.programs import program, run

_PACKAGES = {"gssapi": "pyspnego[kerberos]", "krb5": "pyspnego[kerberos]", "kerberos": "pywinrm[kerberos]"}
_LIBRARIES = Path("/usr/lib")
_NAMES = "libnss_wrapper.so"
_CLOCK = "faketime/libfaketime.so.1"


@cache
def kerberos_available() -> str:
    """Return an empty text if hosts with Kerberos can run here, else why not and what to do."""
    head = "NOT TESTED with Kerberos: "
    if reason := domain_available():
        return reason
    missing = sorted({extra for name, extra in _PACKAGES.items() if importlib.util.find_spec(name) is None})
    if missing:
        return f"{head}pip install {' '.join(missing)} (needs gcc, libkrb5-dev and Python's headers)"
    absent = [name for name in (_NAMES, _CLOCK) if _library(name) is None]
    return f"{head}{', '.join(absent)} not installed; run make lab-deps" if absent else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A computer account of the domain.

    Attributes:
        fqdn: The host's full DNS name.
        keytab: Its keys.
    """

    fqdn: str
    keytab: Path


def join(domain: SambaDomain, name: str, folder: Path) -> Member:
    """Let a host join the domain.

    Args:
        domain: A running domain.
        name: The host's short name in lower case; at most 15 characters, not in use yet.
        folder: A folder that exists; a folder with the member's files is made there.
    """
    fqdn = f"{name}.{DNS_DOMAIN}"
    home = folder / f"{name}.member"
    keytab = home / "keytab"
    settings = {
        "security": "ADS",
        "realm": REALM,
        "workgroup": WORKGROUP,
        "netbios name": name.upper(),
        "kerberos method": "dedicated keytab",
        "dedicated keytab file": f"FILE:{keytab}",
    }
    for kind in ("private dir", "lock directory", "state directory", "cache directory", "pid directory"):
        place = home / kind.split()[0]
        place.mkdir(parents=True)
        settings[kind] = str(place)
    file = home / "smb.conf"
    lines = "".join(f"\t{setting} = {value}\n" for setting, value in settings.items())
    file.write_text(f"[global]\n{lines}", encoding="utf-8")
    here = [f"--configfile={file}", f"-U{ADMINISTRATOR.name}%{ADMINISTRATOR.password}", "-S", FQDN]
    net = [program("net"), "ads"]
    domain.run(*net, "join", *here, f"dnshostname={fqdn}", "--no-dns-updates")
    for form in (name, fqdn):
        domain.run(*net, "setspn", "add", f"WSMAN/{form}", *here)
    domain.run(*net, "keytab", "create", f"--configfile={file}", "-P", "-S", FQDN)
    return Member(fqdn=fqdn, keytab=keytab)


def get_ticket(domain: SambaDomain, account: Account, cache_file: Path, *targets: str, lifetime: str = "1h") -> Path:
    """Run kinit as an account into a cache of its own, and return the cache.

    Args:
        domain: A running domain.
        account: Who.
        cache_file: The cache.
        targets: Services to get tickets for as well, such as ``HTTP/<name>``.
        lifetime: Of the ticket, as kinit understands it.
    """
    environment = domain.environment | {"KRB5CCNAME": f"FILE:{cache_file}"}
    run(program("kinit"), "-l", lifetime, account.principal, environment=environment, text=f"{account.password}\n")
    for target in targets:
        run(program("kvno"), target, environment=environment)
    return cache_file


def client_environment(domain: SambaDomain, hosts_file: Path, *names: str, ahead: str = "") -> Mapping[str, str]:
    """Return the variables with which a process finds the realm, and stand-in hosts by their full names.

    Args:
        domain: A running domain.
        hosts_file: A file to write, in the form of /etc/hosts.
        names: The hosts' full names.
        ahead: How far the clock goes wrong, such as ``+1h``; empty for not at all.
    """
    hosts_file.write_text("".join(f"127.0.0.1 {name}\n" for name in names), encoding="ascii")
    libraries = [_library(_NAMES), _library(_CLOCK) if ahead else None]
    preload = ":".join(str(library) for library in libraries if library)
    clock = {"FAKETIME": ahead} if ahead else {}
    return {
        "KRB5_CONFIG": str(domain.krb5_config),
        "KRB5CCNAME": f"FILE:{hosts_file.parent}/no-ticket",
        "NSS_WRAPPER_HOSTS": str(hosts_file),
        "LD_PRELOAD": preload,
        **clock,
    }


def _library(name: str) -> Path | None:
    machine = os.uname().machine
    for folder in (_LIBRARIES / f"{machine}-linux-gnu", _LIBRARIES):
        if (folder / name).exists():
            return folder / name
    return None
