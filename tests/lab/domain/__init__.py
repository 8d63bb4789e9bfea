# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""A Samba Active Directory domain controller on a loopback address: a directory and a SYSVOL that nobody here wrote.

What is not faithful (Samba 4.17, Debian 12):

- One controller, so there is nothing to replicate, and no read-only controller.
- Group Policy Creator Owners may not create in CN=Policies as they may on Windows; the lab adds that right.
- Sub codes of a refused logon ("data 52e" and so on) are fewer than Windows' own.
- The directory's default security descriptor of a GPO is Samba's model of Windows' one.

Each controller lives in its own mount and process namespace: the folder of winbindd's socket is compiled into Samba's
libraries, and nothing that it started can outlive it. A file server (smbd) outside is not disturbed.
"""

from .accounts import (
    ADMINISTRATOR,
    DELEGATE,
    DISABLED,
    EXPIRED,
    HELPERS,
    LOCKED,
    MUST_CHANGE,
    PLAIN,
    WORKSTATION,
    Account,
)
from .controller import SambaDomain
from .names import BASE_DN, DNS_DOMAIN, FQDN, OU_BRANCH, OU_CLIENTS, OU_COMMA, OU_SERVERS, REALM, SITE_BRANCH, WORKGROUP
from .programs import DomainError, domain_available
from .relay import CutAt, Relay

__all__ = [
    "ADMINISTRATOR",
    "BASE_DN",
    "DELEGATE",
    "DISABLED",
    "DNS_DOMAIN",
    "EXPIRED",
    "FQDN",
    "HELPERS",
    "LOCKED",
    "MUST_CHANGE",
    "OU_BRANCH",
    "OU_CLIENTS",
    "OU_COMMA",
    "OU_SERVERS",
    "PLAIN",
    "REALM",
    "SITE_BRANCH",
    "WORKGROUP",
    "WORKSTATION",
    "Account",
    "CutAt",
    "DomainError",
    "Relay",
    "SambaDomain",
    "domain_available",
]
