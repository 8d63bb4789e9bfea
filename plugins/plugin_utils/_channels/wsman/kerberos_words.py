# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a logon with Kerberos failed on the control node, in words.

pywinrm's library (pykerberos) and pypsrp's (gssapi and krb5) wrap the same codes in different exceptions.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..kerberos_codes import Meanings, advised, known_code

# How Ansible's winrm plugin begins its text when the kinit that it runs fails; the rest is kinit's own text.
KINIT_FAILED: t.Final = "Kerberos auth failure"
KINIT_ADVICE: t.Final = (
    "Check the user name (name@REALM, the realm in capital letters), the password, krb5.conf and the clock; on the "
    "control node kinit must work with the same name. If krb5.conf is named by KRB5_CONFIG, list that variable in "
    "ansible_winrm_kinit_env_vars"
)

_NEW_TICKET: t.Final = "Get a new one with kinit, or set ansible_user and ansible_password"
_FULL_NAME: t.Final = (
    "Let ansible_host be the host's full DNS name as the directory has it (setspn -L <computer>), no address and no "
    "alias; or set ansible_winrm_kerberos_hostname_override or ansible_psrp_negotiate_hostname_override to it"
)
_KRB5_CONF: t.Final = "Look at /etc/krb5.conf, or at the file that KRB5_CONFIG names"
_ACCOUNT: t.Final = "Look at the account in the directory, or use another one"
_MEANINGS: t.Final[Meanings] = advised(
    {
        1: _ACCOUNT,
        6: "Write ansible_user as name@REALM, the realm in capital letters",
        12: _ACCOUNT,
        18: _ACCOUNT,
        23: "Set a new password first",
        24: "Check ansible_password",
        32: _NEW_TICKET,
        33: "Set the control node's clock",
        68: "Check the realm in ansible_user",
        135: _KRB5_CONF,
        136: _KRB5_CONF,
        224: "Write ansible_user as name@REALM, or set default_realm in krb5.conf",
    }
) | {
    7: ("the realm does not know the host by the name that was used", _FULL_NAME),
    14: ("the realm and this machine have no encryption type in common", _KRB5_CONF),
    37: (
        "the clocks of the control node and of the realm differ by more than five minutes",
        "Set the control node's clock by the realm's",
    ),
    141: ("there is no ticket of ansible_user, or none at all", _NEW_TICKET),
    154: (
        "no key distribution center is known for the realm",
        "Check the realm's name; it must be in krb5.conf or in the DNS (_kerberos._tcp.<realm>)",
    ),
    156: ("no key distribution center of the realm answers", "Check the realm's name, krb5.conf, the DNS and port 88"),
    194: ("the ticket cache cannot be read", "Look at the owner of the file that KRB5CCNAME names"),
    195: ("there is no ticket", _NEW_TICKET),
}


def explain(chain: t.Iterable[BaseException]) -> tuple[str, str] | None:
    """Return reason and advice of the first error with a code that is known here, or None.

    Args:
        chain: An exception and what caused it.
    """
    code = known_code(chain, _MEANINGS)
    return None if code is None else _MEANINGS[code]
