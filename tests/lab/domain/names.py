# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The names of the lab's domain; no imports, for Samba's own Python reads this file too."""

REALM = "RA.TEST"
DNS_DOMAIN = "ra.test"
WORKGROUP = "RA"
HOST = "dc1"
FQDN = "dc1.ra.test"
BASE_DN = "DC=ra,DC=test"

OU_CLIENTS = "OU=Clients," + BASE_DN
OU_SERVERS = "OU=Servers," + BASE_DN
OU_BRANCH = "OU=Größe & Co," + OU_CLIENTS
OU_COMMA = "OU=Sales\\, North," + BASE_DN
OUS = (OU_CLIENTS, OU_SERVERS, OU_BRANCH, OU_COMMA)
SITE_BRANCH = "CN=Branch,CN=Sites,CN=Configuration," + BASE_DN

# Each controller takes one of these; all are in the certificate and in the controller's service principal names.
ADDRESSES = tuple(f"127.0.0.{last}" for last in range(10, 18))
# Where a relay before the controller of the same place listens.
RELAYS = tuple(f"127.0.1.{last}" for last in range(10, 18))
