# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What NT status codes mean here, and what a user can do about them.

Sources: MS-ERREF 2.3.1 for the numbers and their names; MS-SMB2 3.3.5 for where a server returns them. Numbers that are
not here are shown in hex.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from types import MappingProxyType

from .._channels.wsman.codes import Meaning
from .._registry.errors import AccessDenied, HostError, HostUnreachable

# There is no such file, or no such folder above it.
ABSENT: t.Final = frozenset({0xC000000F, 0xC0000034, 0xC000003A})
# Another client or a program of the host has it open in a way that excludes ours, or is just removing it.
SHARING_VIOLATION: t.Final = 0xC0000043
IN_USE: t.Final = frozenset({SHARING_VIOLATION, 0xC0000054, 0xC0000056})
COLLISION: t.Final = 0xC0000035
DENIED: t.Final = 0xC0000022

_ADMINISTRATOR: t.Final = (
    "The account must be a member of the host's local group Administrators; a local account other than the built-in "
    "Administrator is also filtered by User Account Control until the registry value LocalAccountTokenFilterPolicy "
    "(DWORD, in HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System) is 1"
)
_REACHABLE: t.Final = (
    "Check that the host is up and that its firewall admits file sharing from the control node (rule group File and "
    "Printer Sharing, SMB-In, TCP 445)"
)
_BUSY: t.Final = Meaning(
    reason="another program has the file open",
    advice="Close the Group Policy editor on the host, or run it again later",
)
_FULL: t.Final = Meaning(reason="the host's disk is full, or a quota is used up")
_LINK: t.Final = Meaning(
    reason="a name on the path is a link or a folder where a file belongs", advice="Look at the folder on the host"
)
_FORBIDDEN: t.Final = Meaning(
    reason="access denied",
    advice=f"{_ADMINISTRATOR}; a security product, the file's own permissions or its attribute read-only can "
    "refuse it as well",
    error=AccessDenied,
)

FILES: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        DENIED: _FORBIDDEN,
        0xC0000061: _FORBIDDEN,
        0xC0000121: Meaning(reason="the file may not be removed: it is read-only", error=AccessDenied),
        0xC00000A2: Meaning(reason="the share or the disk is read-only", error=AccessDenied),
        SHARING_VIOLATION: _BUSY,
        0xC0000054: _BUSY,
        0xC0000056: Meaning(reason="the file is just being removed by another program", advice="Run it again"),
        COLLISION: Meaning(reason="there is a file of this name already"),
        0xC000000F: Meaning(reason="there is no such file"),
        0xC0000034: Meaning(reason="there is no such file"),
        0xC000003A: Meaning(reason="there is no such folder"),
        0xC0000033: Meaning(reason="the host does not accept the name of the file"),
        0xC000007F: _FULL,
        0xC0000044: _FULL,
        0xC00000BA: _LINK,
        0xC0000103: _LINK,
        0x8000002D: _LINK,
        0xC000009A: Meaning(reason="the host is out of resources"),
        0xC0000205: Meaning(reason="the host is out of resources"),
    }
)

SHARE: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        DENIED: Meaning(reason="the account may not use this share", advice=_ADMINISTRATOR, error=AccessDenied),
        0xC00000CA: Meaning(reason="the account may not use this share", advice=_ADMINISTRATOR, error=AccessDenied),
        0xC00000CC: Meaning(
            reason="the host has no such share",
            advice="Windows makes ADMIN$ when its service Server (LanmanServer) starts, unless the registry value "
            "AutoShareServer or AutoShareWks below HKLM\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters "
            "is 0",
        ),
        0xC00000D0: Meaning(reason="the host accepts no more connections to this share"),
    }
)

_WRONG_PASSWORD: t.Final = Meaning(
    reason="wrong user name or password",
    advice="Check user name (DOMAIN\\name, name@domain, or the plain name of a local account) and password",
)
_EXPIRED: t.Final = Meaning(reason="the account's password has expired and must be changed first")

LOGON: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        0xC000006D: _WRONG_PASSWORD,
        0xC000006A: _WRONG_PASSWORD,
        0xC0000064: _WRONG_PASSWORD,
        0xC000006E: Meaning(
            reason="the account is restricted",
            advice="An empty password, or a policy such as Protected Users without Kerberos, keeps it from logging on",
        ),
        0xC000006F: Meaning(reason="the account may not log on at this time of day"),
        0xC0000070: Meaning(reason="the account may not log on from this machine"),
        0xC0000071: _EXPIRED,
        0xC0000224: _EXPIRED,
        0xC0000072: Meaning(reason="the account is disabled"),
        0xC0000193: Meaning(reason="the account has expired"),
        0xC0000234: Meaning(reason="the account is locked out"),
        0xC000015B: Meaning(
            reason="the account may not log on over the network",
            advice='The user right "Access this computer from the network" must admit it, and no "Deny access ..." '
            "right may name it",
        ),
        0xC00000BB: Meaning(
            reason="the host does not take this way to log on", advice="NTLM may be switched off: use Kerberos"
        ),
        0xC0000418: Meaning(reason="the host refuses NTLM", advice="Use Kerberos"),
        0xC0000133: Meaning(reason="the clocks of host and domain controller differ too much"),
        DENIED: Meaning(reason="the host refuses the logon", advice="Its policies may demand a domain account"),
    }
)
# The host could not decide; another attempt does no harm.
UNDECIDED: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        0xC000005E: Meaning(reason="the host finds no domain controller to ask about the account"),
        0xC000018D: Meaning(reason="the host's trust relationship with its domain is broken"),
        0xC0000192: Meaning(reason="the host's service Netlogon does not run"),
        0xC00000D0: Meaning(reason="the host accepts no more connections"),
    }
)
# What ends a session that worked before.
GONE: t.Final[t.Mapping[int, Meaning]] = MappingProxyType(
    {
        0xC00000C9: Meaning(reason="the host has taken the share away"),
        0xC0000128: Meaning(reason="the host has closed the file"),
        0xC0000203: Meaning(reason="the host has ended the session"),
        0xC000035C: Meaning(reason="the session has expired"),
        0xC000020C: Meaning(reason="the host has ended the connection"),
        0xC000020D: Meaning(reason="the host has ended the connection"),
    }
)

NAME: t.Final = Meaning(reason="the host's name cannot be resolved", advice="Check the address and the DNS")
REFUSED: t.Final = Meaning(reason="the connection cannot be opened", advice=_REACHABLE)
NO_CONNECTION: t.Final = Meaning(reason="no connection in time", advice=_REACHABLE)
NO_ANSWER: t.Final = Meaning(reason="no answer in time", advice=_REACHABLE)
LOST: t.Final = Meaning(reason="the connection broke before the answer came", advice=_REACHABLE)
NOT_SMB: t.Final = Meaning(
    reason="the host ends the connection at the first message",
    advice="Something else than SMB listens there, or it only speaks SMB 1, which is not used",
)
SENSELESS: t.Final = Meaning(reason="the client library does not understand the host's answer")
GUEST: t.Final = Meaning(
    reason="the host lets the account in as a guest only, who has no rights and whose messages cannot be signed",
    advice="Give the user name and password of an account that the host knows",
)
UNTRUSTED: t.Final = Meaning(
    reason="what arrives is not what the host has signed or encrypted",
    advice="Something between control node and host changes the messages, or the host does not sign, which is demanded",
)
LOCAL_LOGON: t.Final = Meaning(
    reason="the logon failed before the host could decide",
    advice="For Kerberos check the ticket (klist), the realm in the user name, the clock, and that the host is "
    "addressed by its full name; without Kerberos give user name and password",
)


def refused(table: t.Mapping[int, Meaning], status: int, *, doing: str) -> HostError:
    """Return the error for a status that is an answer.

    Args:
        table: The meanings that belong to the request: FILES or SHARE.
        status: The NT status.
        doing: What was being done.
    """
    if status in GONE:
        return unreachable(GONE[status], doing=doing, status=status)
    meaning = table.get(status) or FILES.get(status) or Meaning(reason="the host refuses the request")
    return meaning.error(doing=doing, reason=meaning.reason, code=status, advice=meaning.advice)


def logon_refused(status: int, *, doing: str) -> HostUnreachable:
    """Return the error for the status of a logon."""
    undecided = UNDECIDED.get(status) or GONE.get(status)
    if undecided:
        return unreachable(undecided, doing=doing, status=status)
    meaning = LOGON.get(status, Meaning(reason="the host refuses the logon"))
    return unreachable(meaning, doing=doing, status=status, final=True)


def unreachable(
    meaning: Meaning, *, doing: str, status: int | None = None, detail: str = "", final: bool = False
) -> HostUnreachable:
    """Return the error for a host that cannot be used.

    Args:
        meaning: The words.
        doing: What was being done.
        status: The NT status, where the host gave one.
        detail: A few words more, safe to show, or empty.
        final: The logon was refused; another attempt could lock the account.
    """
    words = [detail] if detail else []
    words += [] if status is None else [f"0x{status:08X}"]
    reason = f"{meaning.reason} ({', '.join(words)})" if words else meaning.reason
    error = HostUnreachable(doing=doing, reason=reason, advice=meaning.advice, logon_refused=final)
    error.code = status
    return error
