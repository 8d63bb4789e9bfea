# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A provisioned and filled domain, kept on disk; every run starts from a copy."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..programs import program
from .accounts import ADMINISTRATOR
from .certificates import Authority
from .names import ADDRESSES, DNS_DOMAIN, HOST, REALM, WORKGROUP
from .programs import DC, HERE, STATE, SYSTEM_PYTHON, run, unshared, with_state

# What a template is made of: another content makes another template.
_SOURCES = ("names.py", "accounts.py", "certificates.py", "seed_directory.py", "template.py")
# A stock of unrequested services is neither started nor waited for.
_SERVICES = "s3fs rpc ldap cldap kdc winbindd dns"


def settings(address: str, *, forwarder: str = "") -> str:
    """Return smb.conf for a controller on an address; every path is the one that the namespace has."""
    lines = {
        "netbios name": HOST.upper(),
        "realm": REALM,
        "workgroup": WORKGROUP,
        "server role": "active directory domain controller",
        "server services": _SERVICES,
        "interfaces": f"{address}/8",
        "bind interfaces only": "yes",
        "idmap_ldb:use rfc2307": "yes",
        "dns forwarder": forwarder,
        "private dir": f"{DC}/private",
        "state directory": f"{DC}/state",
        "cache directory": f"{DC}/cache",
        "lock directory": f"{DC}/lock",
        "pid directory": f"{DC}/lock",
        "ncalrpc dir": f"{DC}/ncalrpc",
        "ntp signd socket directory": f"{DC}/ntp",
        "binddns dir": f"{DC}/bind-dns",
        "log file": f"{DC}/log/samba.log",
        "logging": "file",
        "log level": "1 auth_audit:2",
        "tls enabled": "yes",
        "tls keyfile": f"{DC}/tls/key.pem",
        "tls certfile": f"{DC}/tls/cert.pem",
        "tls cafile": f"{DC}/tls/ca.pem",
        "template shell": "/bin/false",
        "load printers": "no",
        "disable spoolss": "yes",
    }
    body = "".join(f"\t{name} = {value}\n" for name, value in lines.items())
    sysvol = f"{DC}/state/sysvol"
    return (
        f"[global]\n{body}\n[sysvol]\n\tpath = {sysvol}\n\tread only = No\n"
        f"\n[netlogon]\n\tpath = {sysvol}/{DNS_DOMAIN}/scripts\n\tread only = No\n"
    )


def copy_template(target: Path, *, gpos: int = 0) -> None:
    """Copy a template; it is made if it is not there, by one process at a time, and an older one goes.

    Args:
        target: Where to; must not exist.
        gpos: Number of GPOs beside the two default ones.
    """
    version = run(program("samba"), "--version")
    digest = hashlib.sha256(version.encode())
    for name in _SOURCES:
        digest.update((HERE / name).read_bytes())
    folder = STATE / f"template-{gpos}-{digest.hexdigest()[:16]}"
    STATE.mkdir(parents=True, exist_ok=True)
    with _locked(STATE / "template.lock"):
        if not folder.is_dir():
            for old in (*STATE.glob(f"template-{gpos}-*"), *STATE.glob("making-*")):
                shutil.rmtree(old)
            making = STATE / f"making-{uuid.uuid4().hex[:8]}"
            _make(making, gpos)
            making.rename(folder)
        # With its extended attributes: they hold the rights of Windows.
        run("cp", "-a", "--reflink=auto", folder, target)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make(folder: Path, gpos: int) -> None:
    for name in ("etc", "lock", "log", "cache"):
        (folder / name).mkdir(parents=True)
    provision = [
        *(program("samba-tool"), "domain", "provision", f"--targetdir={DC}", f"--realm={REALM}"),
        *(f"--domain={WORKGROUP}", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL", f"--host-name={HOST}"),
        # Samba gives no DNS record to 127.0.0.1, and does to any other loopback address.
        *(f"--adminpass={ADMINISTRATOR.password}", f"--host-ip={ADDRESSES[0]}", "--use-rfc2307"),
        *(f"--option=interfaces={ADDRESSES[0]}/8", "--option=bind interfaces only=yes"),
    ]
    run(*unshared(), *with_state(folder, provision))
    (folder / "etc" / "smb.conf").write_text(settings(ADDRESSES[0]), encoding="ascii")
    seed = [SYSTEM_PYTHON, HERE / "seed_directory.py", f"{DC}/etc/smb.conf", gpos]
    run(*unshared(), *with_state(folder, [str(word) for word in seed]))
    Authority().issue(folder / "tls")
