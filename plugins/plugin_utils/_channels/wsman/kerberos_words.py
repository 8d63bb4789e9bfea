# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a logon with Kerberos failed on the control node, in words: the error codes of the Kerberos libraries.

pywinrm's library (pykerberos) and pypsrp's (gssapi and krb5) wrap the same codes in different exceptions.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

# How Ansible's winrm plugin begins its text when the kinit that it runs fails; the rest is kinit's own text.
KINIT_FAILED: t.Final = "Kerberos auth failure"
KINIT_ADVICE: t.Final = (
    "Check the user name (name@REALM, the realm in capital letters), the password, krb5.conf and the clock; on the "
    "control node kinit must work with the same name. If krb5.conf is named by KRB5_CONFIG, list that variable in "
    "ansible_winrm_kinit_env_vars"
)

# The codes of RFC 4120, section 7.5.9, and of MIT Kerberos' own table, both counted from here.
_BASE: t.Final = -1765328384
_NEW_TICKET: t.Final = "Get a new one with kinit, or set ansible_user and ansible_password"
_FULL_NAME: t.Final = (
    "Let ansible_host be the host's full DNS name as the directory has it (setspn -L <computer>), no address and no "
    "alias; or set ansible_winrm_kerberos_hostname_override or ansible_psrp_negotiate_hostname_override to it"
)
_KRB5_CONF: t.Final = "Look at /etc/krb5.conf, or at the file that KRB5_CONFIG names"
_ACCOUNT: t.Final = "Look at the account in the directory, or use another one"
_MEANINGS: t.Final[t.Mapping[int, tuple[str, str]]] = {
    1: ("the account has expired", _ACCOUNT),
    6: ("the realm does not know this user", "Write ansible_user as name@REALM, the realm in capital letters"),
    7: ("the realm does not know the host by the name that was used", _FULL_NAME),
    12: ("the realm's policy does not allow this logon", _ACCOUNT),
    14: ("the realm and this machine have no encryption type in common", _KRB5_CONF),
    18: ("the account is disabled, locked or expired", _ACCOUNT),
    23: ("the password has expired or must be changed", "Set a new password first"),
    24: ("the password is wrong", "Check ansible_password"),
    32: ("the ticket has expired", _NEW_TICKET),
    33: ("the ticket is not valid yet", "Set the control node's clock"),
    37: (
        "the clocks of the control node and of the realm differ by more than five minutes",
        "Set the control node's clock by the realm's",
    ),
    68: ("this user belongs to another realm", "Check the realm in ansible_user"),
    135: ("krb5.conf cannot be opened", _KRB5_CONF),
    136: ("krb5.conf is not well-formed", _KRB5_CONF),
    141: ("there is no ticket of ansible_user, or none at all", _NEW_TICKET),
    154: (
        "no key distribution center is known for the realm",
        "Check the realm's name; it must be in krb5.conf or in the DNS (_kerberos._tcp.<realm>)",
    ),
    156: ("no key distribution center of the realm answers", "Check the realm's name, krb5.conf, the DNS and port 88"),
    194: ("the ticket cache cannot be read", "Look at the owner of the file that KRB5CCNAME names"),
    195: ("there is no ticket", _NEW_TICKET),
    224: ("no realm is named", "Write ansible_user as name@REALM, or set default_realm in krb5.conf"),
}


def explain(chain: t.Iterable[BaseException]) -> tuple[str, str] | None:
    """Return reason and advice of the first error with a code that is known here, or None.

    Args:
        chain: An exception and what caused it.
    """
    for error in chain:
        for code in _codes(error):
            # GSSAPI counts the same codes without sign.
            found = _MEANINGS.get((code - (1 << 32) if code >= 1 << 31 else code) - _BASE)
            if found:
                return found
    return None


def _codes(error: BaseException) -> t.Iterator[int]:
    """Yield the codes that an error may hold: attributes of krb5 and gssapi, (text, code) pairs of pykerberos."""
    values = [getattr(error, "err_code", None), getattr(error, "min_code", None)]
    values += [value[1] for value in error.args if isinstance(value, tuple) and len(value) > 1]
    yield from (value for value in values if isinstance(value, int))
