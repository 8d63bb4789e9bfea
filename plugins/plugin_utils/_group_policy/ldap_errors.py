# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a directory's refusals mean, and what can be done about them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._registry.errors import AccessDenied, HostError, HostUnreachable


class NoSuchObject(HostError):
    """The object is not there, or the account may not see it."""


class ObjectExists(HostError):
    """There is an object of this name already."""


class NotAsExpected(HostError):
    """A value that was to be replaced is not there any more: somebody else has changed it."""


class ReadOnlyController(HostError):
    """This domain controller writes nothing; it names another one."""


class DirectoryBusy(HostError):
    """The directory could not do it now; the same request may succeed later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """What a directory answered that is not success.

    Attributes:
        code: LDAP result code.
        text: The server's own words.
        referrals: Where else to ask.
    """

    code: int
    text: str = ""
    referrals: tuple[str, ...] = ()


NO_SUCH_ATTRIBUTE: t.Final = 16
NO_SUCH_OBJECT: t.Final = 32
_REFERRAL: t.Final = 10
_INVALID_CREDENTIALS: t.Final = 49

# Result code -> its name in RFC 4511, in words, what to do.
_WORDS: t.Final[dict[int, tuple[str, str, str]]] = {
    1: (
        "operationsError",
        "the directory could not do it",
        "The account may not be logged on as the directory wants it",
    ),
    2: ("protocolError", "the directory did not understand the request", ""),
    3: ("timeLimitExceeded", "it took the directory too long", "Try again, or ask another domain controller"),
    4: ("sizeLimitExceeded", "there are more answers than the directory gives at once", ""),
    7: ("authMethodNotSupported", "the directory does not know this kind of logon", "Choose another auth_protocol"),
    8: (
        "strongerAuthRequired",
        "the directory wants a signed or encrypted connection",
        "Use auth_protocol negotiate, kerberos or ntlm with encrypt: true, or simple with tls_mode: ldaps or start_tls",
    ),
    10: (
        "referral",
        "this domain controller does not do it itself",
        "Set server to a domain controller that can be written",
    ),
    11: ("adminLimitExceeded", "a limit of the directory was reached", ""),
    12: ("unavailableCriticalExtension", "the directory lacks a control that is needed", ""),
    13: (
        "confidentialityRequired",
        "the directory wants an encrypted connection",
        "Set tls_mode to ldaps or start_tls",
    ),
    16: ("noSuchAttribute", "the value is not there any more", "Somebody else has changed it meanwhile: run again"),
    19: ("constraintViolation", "the directory does not accept a value", ""),
    20: ("attributeOrValueExists", "the value is there already", "Somebody else has changed it meanwhile: run again"),
    32: ("noSuchObject", "there is no such object, or the account may not see it", ""),
    34: ("invalidDNSyntax", "this is not a distinguished name", ""),
    48: ("inappropriateAuthentication", "the directory does not allow this kind of logon", ""),
    49: ("invalidCredentials", "the directory refuses the logon", "Check username and password"),
    50: ("insufficientAccessRights", "the account may not do this", ""),
    51: ("busy", "the directory is busy", "Try again later"),
    52: ("unavailable", "the directory is shutting down or starting", "Try again later, or set server to another one"),
    53: ("unwillingToPerform", "the directory is unwilling to do it", ""),
    64: ("namingViolation", "such an object may not be there", ""),
    65: ("objectClassViolation", "the object would not be as its class demands", ""),
    66: ("notAllowedOnNonLeaf", "the object has objects below it", ""),
    68: ("entryAlreadyExists", "there is an object of this name already", ""),
    80: ("other", "the directory could not do it", ""),
}

# The number after "data" in Active Directory's words for a refused logon is a Windows error code.
_LOGON: t.Final[dict[int, tuple[str, str]]] = {
    0x525: ("there is no such user", "Check username: DOMAIN\\name or name@domain"),
    0x52E: ("the user name or the password is wrong", "Check username and password"),
    0x52F: (
        "the account may not log on so",
        "An account restriction: no empty password, logon hours, or smart card only",
    ),
    0x530: ("the account may not log on at this time", "Look at its logon hours"),
    0x531: ("the account may not log on from this computer", "Look at its list of workstations"),
    0x532: ("the password has expired", "Set a new password"),
    0x533: ("the account is disabled", "Enable it, or use another one"),
    0x569: ("the account has no right to log on over the network", "Look at the controller's user rights"),
    0x701: ("the account has expired", "Extend it, or use another one"),
    0x773: ("the password must be changed first", "Log on once and set a new password"),
    0x775: ("the account is locked", "Unlock it; see who sends wrong passwords"),
}
_DATA: t.Final = re.compile(r"AcceptSecurityContext error, data ([0-9a-fA-F]{1,8})\b")
_WINDOWS_CODE: t.Final = re.compile(r"^([0-9a-fA-F]{8}):")
_LONGEST_TEXT: t.Final = 300

_CLASSES: t.Final[dict[int, type[HostError]]] = {
    NO_SUCH_ATTRIBUTE: NotAsExpected,
    20: NotAsExpected,
    NO_SUCH_OBJECT: NoSuchObject,
    50: AccessDenied,
    51: DirectoryBusy,
    52: DirectoryBusy,
    68: ObjectExists,
}


def refused(doing: str, refusal: Refusal) -> HostError:
    """Return the error for an answer that is not success.

    Args:
        doing: What was being done.
        refusal: The answer.
    """
    if refusal.code == _REFERRAL:
        return _referred(doing, refusal)
    name, meaning, advice = _WORDS.get(refusal.code, ("unknown", "the directory refuses it", ""))
    kind = _CLASSES.get(refusal.code, HostError)
    reason = f"{meaning} ({name}, LDAP {refusal.code})"
    said = server_words(refusal.text)
    if said:
        reason += f"; the directory says: {said}"
    return kind(doing=doing, reason=reason, code=windows_code(refusal.text), advice=advice)


def logon_refused(doing: str, refusal: Refusal) -> HostUnreachable:
    """Return the error for a refused logon; it is never tried again, for a wrong password locks accounts.

    Args:
        doing: What was being done.
        refusal: The answer to the bind request.
    """
    name, meaning, advice = _WORDS.get(refusal.code, ("unknown", "the directory refuses the logon", ""))
    if refusal.code == _INVALID_CREDENTIALS and (found := _DATA.search(refusal.text)):
        code = int(found[1], 16)
        meaning, advice = _LOGON.get(code, (f"the directory refuses the logon, Windows error {code}", advice))
    reason = f"{meaning} ({name}, LDAP {refusal.code})"
    if refusal.code not in (_INVALID_CREDENTIALS, 8) and (said := server_words(refusal.text)):
        reason += f"; the directory says: {said}"
    return HostUnreachable(doing=doing, reason=reason, advice=advice, logon_refused=True)


def _referred(doing: str, refusal: Refusal) -> HostError:
    name, meaning, advice = _WORDS[_REFERRAL]
    where = ", ".join(server_words(referral) for referral in refusal.referrals[:3])
    reason = f"{meaning} ({name}, LDAP {refusal.code})"
    if where:
        reason += f"; it names {where}"
    return ReadOnlyController(doing=doing, reason=reason, code=windows_code(refusal.text), advice=advice)


def windows_code(text: str) -> int | None:
    """Return the Windows error code at the start of the server's words, or None; both AD and Samba put one there."""
    found = _WINDOWS_CODE.match(text)
    return int(found[1], 16) if found else None


def server_words(text: str) -> str:
    """Return what a server said as one short line without control characters."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 3] + "..."
