# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Fills a provisioned, stopped directory; run by the system's own Python, the only one that has Samba's modules.

Usage: seed_directory.py <smb.conf> <number of further GPOs>
"""

from __future__ import annotations

import sys
import uuid

import ldb
from accounts import (
    DELEGATE,
    DISABLED,
    EXPIRED,
    GROUPS,
    LOCKED,
    MUST_CHANGE,
    USERS,
    WORKSTATION,
)
from names import ADDRESSES, BASE_DN, DNS_DOMAIN, FQDN, HOST, OU_CLIENTS, OUS, RELAYS
from samba import sites
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
from samba.sd_utils import SDUtils

# Schema ids of the class groupPolicyContainer and of the attributes gPLink and gPOptions (MS-ADSC, MS-ADA1).
_CONTAINER = "f30e3bc2-9ff0-11d1-b603-0000f80367c1"
_GPLINK = "f30e3bbe-9ff0-11d1-b603-0000f80367c1"
_GPOPTIONS = "f30e3bbf-9ff0-11d1-b603-0000f80367c1"
_POLICIES = f"CN=Policies,CN=System,{BASE_DN}"
_LONG_AGO = "1"


def _replace(directory: SamDB, dn: ldb.Dn, **values: str) -> None:
    message = ldb.Message(dn)
    for name, value in values.items():
        message[name] = ldb.MessageElement(value, ldb.FLAG_MOD_REPLACE, name)
    directory.modify(message)


def _dn(directory: SamDB, name: str) -> ldb.Dn:
    found = directory.search(BASE_DN, ldb.SCOPE_SUBTREE, f"(sAMAccountName={ldb.binary_encode(name)})", ["objectSid"])
    return found[0].dn


def _people(directory: SamDB) -> None:
    settings = {"minPwdAge": "0", "maxPwdAge": "-36288000000000", "lockoutDuration": "-9223372036854775808"}
    # Wrong passwords are counted only where they can lock an account.
    _replace(directory, ldb.Dn(directory, BASE_DN), pwdHistoryLength="0", lockoutThreshold="50", **settings)
    for account in USERS:
        directory.newuser(account.name, account.password)
        _replace(directory, _dn(directory, account.name), userPrincipalName=account.upn)
    for group in GROUPS:
        directory.newgroup(group.name)
    directory.newcomputer(WORKSTATION.name, computerou="OU=Clients")
    directory.setpassword(f"(sAMAccountName={WORKSTATION.name})", WORKSTATION.password)
    directory.add_remove_group_members("Group Policy Creator Owners", [DELEGATE.name])
    directory.add_remove_group_members("Helpdesk", ["anna.meyer"])
    _replace(directory, _dn(directory, DISABLED.name), userAccountControl="514")
    _replace(directory, _dn(directory, LOCKED.name), lockoutTime="133000000000000000")
    _replace(directory, _dn(directory, EXPIRED.name), accountExpires=_LONG_AGO)
    _replace(directory, _dn(directory, MUST_CHANGE.name), pwdLastSet="0")


def _rights(directory: SamDB) -> None:
    """Give the delegated account what an administrator of Windows delegates; nothing more."""
    held = directory.search(_dn(directory, DELEGATE.name), ldb.SCOPE_BASE, attrs=["objectSid"])[0]["objectSid"][0]
    sid = directory.schema_format_value("objectSid", held).decode()
    descriptors = SDUtils(directory)
    descriptors.dacl_add_ace(_POLICIES, f"(OA;;CC;{_CONTAINER};;{sid})")
    for attribute in (_GPLINK, _GPOPTIONS):
        descriptors.dacl_add_ace(OU_CLIENTS, f"(OA;;RPWP;{attribute};;{sid})")


def _services(directory: SamDB) -> None:
    """Name the controller by every name and address; the service that does it on its own is not run by the lab."""
    hosts = (HOST, FQDN, DNS_DOMAIN, *ADDRESSES, *RELAYS)
    names = [f"{service}/{host}" for service in ("ldap", "cifs", "host") for host in hosts]
    message = ldb.Message(_dn(directory, f"{HOST}$"))
    have = directory.search(message.dn, ldb.SCOPE_BASE, attrs=["servicePrincipalName"])[0].get(
        "servicePrincipalName", []
    )
    held = {str(name).lower() for name in have}
    wanted = [name for name in names if name.lower() not in held]
    message["spn"] = ldb.MessageElement(wanted, ldb.FLAG_MOD_ADD, "servicePrincipalName")
    directory.modify(message)


def _crowd(directory: SamDB, number: int) -> None:
    """Add GPOs without folders, for searches in a large domain."""
    directory.transaction_start()
    for index in range(number):
        guid = f"{{{str(uuid.uuid5(uuid.NAMESPACE_OID, str(index))).upper()}}}"
        dn = f"CN={guid},{_POLICIES}"
        directory.add(
            {
                "dn": dn,
                "objectClass": "groupPolicyContainer",
                "displayName": f"Filler {index:04}",
                "gPCFileSysPath": f"\\\\{DNS_DOMAIN}\\sysvol\\{DNS_DOMAIN}\\Policies\\{guid}",
                "gPCFunctionalityVersion": "2",
                "versionNumber": "1",
                "flags": "0",
            }
        )
        for child in ("User", "Machine"):
            directory.add({"dn": f"CN={child},{dn}", "objectClass": "container"})
    directory.transaction_commit()


def main() -> None:
    """Fill the directory."""
    settings = LoadParm()
    settings.load(sys.argv[1])
    directory = SamDB(session_info=system_session(), lp=settings)
    for dn in OUS:
        directory.create_ou(dn)
    sites.create_site(directory, directory.get_config_basedn(), "Branch")
    _people(directory)
    _rights(directory)
    _services(directory)
    _crowd(directory, int(sys.argv[2]))


if __name__ == "__main__":
    main()
