# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``domain_gpo`` and ``domain_gpo_info`` beside the policies: which GPO, where it is, how to get there.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .baselines import OPTION
from .host_options import BASELINE_OPTION, HostOption
from .kinds import Choice, Flag, Number, Text, one_of

DOMAIN_GPO: t.Final = "domain_gpo"
"""The layer in results."""

GPO_SETTINGS: t.Final = ("gpo", "gpo.links", "gpo.status", "gpo.description")
"""What can change of a GPO beside its policies and its version."""

PRESENT: t.Final = "present"
ABSENT: t.Final = "absent"
LINKS: t.Final = "links"

GPO_STATUSES: t.Final = {"all_enabled": 0, "user_disabled": 1, "computer_disabled": 2, "all_disabled": 3}
"""Which side of a GPO is off, and the attribute ``flags`` for it (MS-GPOL 2.2.4)."""

NAME_LONGEST: t.Final = 255
DESCRIPTION_LONGEST: t.Final = 1024
"""rangeUpper of the attribute in the directory's schema (MS-ADA1)."""

ENVIRONMENT: t.Final = "MICROSOFT_AD_LDAP_"


GPO_OPTIONS: t.Final[dict[str, HostOption]] = {
    "name": HostOption(
        kind=Text(longest=NAME_LONGEST),
        text=(
            "The display name of the GPO. Names are not unique in a domain: if two GPOs have it, nothing is done "
            "and both GUIDs are listed.\n"
            "This or O(guid) must be given, but for O(restore_from). O(state=present) makes a GPO of a name that is "
            "not there."
        ),
    ),
    "guid": HostOption(
        kind=Text(longest=38),
        text=(
            "The GUID of the GPO, with or without braces.\n"
            "With O(name) beside it the GPO must have that name, and is made with both where it is not there."
        ),
    ),
    "state": HostOption(
        kind=one_of(PRESENT, ABSENT),
        default=PRESENT,
        text=(
            "V(absent) removes the links of the GPO in its domain and in the forest's sites, then the GPO.\n"
            "Without O(force) it deletes only a GPO that holds nothing but policies of Remote Assistance."
        ),
    ),
    "status": HostOption(
        kind=Choice(words=tuple(GPO_STATUSES.items())),
        text=(
            "Which side of the GPO is off. Left out, it stays as it is; a new GPO is V(all_enabled).\n"
            "The policies of Remote Assistance are on the computer side."
        ),
    ),
    "description": HostOption(
        kind=Text(longest=DESCRIPTION_LONGEST),
        text="The comment of the GPO. An empty text removes it; left out, it stays as it is.",
    ),
    OPTION: replace(
        BASELINE_OPTION,
        text=BASELINE_OPTION.text
        + "\nThe settings of the Control Panel in a baseline are no policies and stay out of a GPO.",
    ),
    "force": HostOption(
        kind=Flag(),
        default=False,
        text=(
            "Delete a GPO whatever else it holds, edit one of the domain's two default GPOs, and edit a GPO of which "
            "the domain controller may not have every file yet.\n"
            "The two default GPOs are never deleted."
        ),
    ),
    "verify_helpers": HostOption(
        kind=Flag(),
        default=False,
        text=(
            "Look up the names of O(offer.helpers) that are to be on the list in the domain, as account name or as "
            "user principal name. Unknown names are refused, with similar ones; disabled accounts and names of "
            "other domains warn."
        ),
    ),
    "lock_timeout": HostOption(
        kind=Number(lowest=0, highest=3600),
        default=30,
        text="How many seconds to wait for somebody else who is editing the same GPO.",
    ),
    "backup": HostOption(
        kind=Flag(),
        default=True,
        text=(
            "Keep a copy of a GPO that is there on the control node before it is changed or deleted: "
            "C(Registry.pol), C(gpt.ini) and the attributes of its object, in one zip file."
        ),
    ),
    "backup_dir": HostOption(
        kind=Text(longest=4096),
        default="remote-assistance-backups",
        text="The folder of the control node for copies, relative to the current one; it is made where needed.",
    ),
    "restore_from": HostOption(
        kind=Text(longest=4096),
        text=(
            "A file that O(backup) made. What it holds takes the place of what is there, as one more edit; a GPO that "
            "is gone is made again under its GUID.\n"
            "It says itself which GPO that is. Stands beside no policy and none of O(name), O(guid), O(links), "
            "O(status), O(description)."
        ),
    ),
}
"""In the order of the documentation; O(links) is described in options."""

DIRECTORY_OPTIONS: t.Final[dict[str, HostOption]] = {
    "server": HostOption(
        kind=Text(longest=255),
        text=(
            "The domain controller, for LDAP and for SMB. Left out, or where it is the name of the domain, it is the "
            "PDC emulator, where all editors of GPOs work."
        ),
    ),
    "port": HostOption(
        kind=Number(lowest=1, highest=65535),
        text="The port of LDAP. Left out, 389, or 636 with O(tls_mode=ldaps); 636 alone means V(ldaps).",
    ),
    "domain_realm": HostOption(
        kind=Text(longest=255),
        text=(
            "The DNS name of the domain, where O(server) is left out. Left out as well, it is taken from "
            "O(username) or from C(krb5.conf)."
        ),
    ),
    "auth_protocol": HostOption(
        kind=one_of("negotiate", "kerberos", "ntlm", "simple"),
        default="negotiate",
        text=(
            "How to log on. V(negotiate) is Kerberos where it is possible and NTLM elsewhere; the result says "
            "which. There is no other way down to a weaker protocol.\n"
            "V(kerberos) needs C(pip install 'pyspnego[kerberos]'). V(simple) needs O(tls_mode)."
        ),
    ),
    "tls_mode": HostOption(
        kind=one_of("ldaps", "start_tls"),
        text=(
            "TLS for LDAP, with O(auth_protocol=simple) only: the other protocols sign and encrypt by themselves, "
            "and Active Directory refuses both at once."
        ),
    ),
    "ca_cert": HostOption(
        kind=Text(longest=65536),
        text="File or folder with certificate authorities, or a certificate as PEM. Left out, the system's.",
    ),
    "cert_validation": HostOption(
        kind=one_of("always", "ignore", "ignore_hostname"),
        default="always",
        text="What of the domain controller's certificate is checked.",
    ),
    "encrypt": HostOption(
        kind=Flag(),
        default=True,
        text="Encrypt what NTLM carries; V(false) signs only. The other protocols always encrypt.",
    ),
    "username": HostOption(
        kind=Text(longest=1024),
        text="The account, as C(DOMAIN\\name) or C(name@domain). Left out, the ticket of C(kinit) is taken.",
    ),
    "password": HostOption(
        kind=Text(longest=1024),
        secret=True,
        text="The password of O(username).",
    ),
    "connection_timeout": HostOption(
        kind=Number(lowest=1, highest=3600),
        default=5,
        text="How many seconds to wait for the connection, and for each answer.",
    ),
}
"""Named as in microsoft.ad; each can also stand in an environment variable, see ENVIRONMENT."""


def environment_text(name: str) -> str:
    """Return the sentence of the documentation about an option's environment variable."""
    variable = "CERT_VALIDATION" if name == "cert_validation" else name.upper()
    return f"Can also be given in the environment variable E({ENVIRONMENT}{variable}); the option counts first."
