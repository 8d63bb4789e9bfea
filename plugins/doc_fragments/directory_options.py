# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say how to reach a domain; made by ``make generate``."""

from __future__ import annotations


class ModuleDocFragment:
    """The options that say how to reach a domain."""

    DOCUMENTATION = r"""
options:
  server:
    type: str
    description:
      - The domain controller, for LDAP and for SMB. Left out, or where it is the name of the domain,
        it is the PDC emulator, where all editors of GPOs work.
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_SERVER); the option counts first.
  port:
    type: int
    description:
      - The port of LDAP. Left out, 389, or 636 with O(tls_mode=ldaps); 636 alone means V(ldaps).
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_PORT); the option counts first.
  domain_realm:
    type: str
    description:
      - The DNS name of the domain, where O(server) is left out. Left out as well, it is taken from O(username)
        or from C(krb5.conf).
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_DOMAIN_REALM); the option counts
        first.
  auth_protocol:
    type: str
    choices:
      - negotiate
      - kerberos
      - ntlm
      - simple
    default: negotiate
    description:
      - How to log on. V(negotiate) is Kerberos where it is possible and NTLM elsewhere; the result says
        which. There is no other way down to a weaker protocol.
      - V(kerberos) needs C(pip install 'pyspnego[kerberos]'). V(simple) needs O(tls_mode).
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_AUTH_PROTOCOL); the option counts
        first.
  tls_mode:
    type: str
    choices:
      - ldaps
      - start_tls
    description:
      - 'TLS for LDAP, with O(auth_protocol=simple) only: the other protocols sign and encrypt by themselves,
        and Active Directory refuses both at once.'
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_TLS_MODE); the option counts
        first.
  ca_cert:
    type: str
    description:
      - File or folder with certificate authorities, or a certificate as PEM. Left out, the system's.
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_CA_CERT); the option counts
        first.
  cert_validation:
    type: str
    choices:
      - always
      - ignore
      - ignore_hostname
    default: always
    description:
      - What of the domain controller's certificate is checked.
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_CERT_VALIDATION); the option
        counts first.
  encrypt:
    type: bool
    default: true
    description:
      - Encrypt what NTLM carries; V(false) signs only. The other protocols always encrypt.
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_ENCRYPT); the option counts
        first.
  username:
    type: str
    description:
      - The account, as C(DOMAIN\name) or C(name@domain). Left out, the ticket of C(kinit) is taken.
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_USERNAME); the option counts
        first.
  password:
    type: str
    description:
      - The password of O(username).
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_PASSWORD); the option counts
        first.
  connection_timeout:
    type: int
    default: 5
    description:
      - How many seconds to wait for the connection, and for each answer.
      - Can also be given in the environment variable E(MICROSOFT_AD_LDAP_CONNECTION_TIMEOUT); the option
        counts first.
"""
