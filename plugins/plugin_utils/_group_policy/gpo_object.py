# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What a GPO is in the directory (MS-GPOL 2.2.4), read from an entry; nothing here talks to anybody.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._registry.errors import FormatError
from .gpo_links import GpoLinks
from .ldap_query import Entry
from .security import SecurityDescriptor, decode

# The two GPOs that every domain has: never deleted, and edited only when the user insists.
DEFAULT_GPOS: t.Final = frozenset({"{31B2F340-016D-11D2-945F-00C04FB984F9}", "{6AC1786C-016F-11D2-945F-00C04FB984F9}"})
FUNCTIONALITY_VERSION: t.Final = 2
USER_DISABLED: t.Final = 1
COMPUTER_DISABLED: t.Final = 2

GPO_ATTRIBUTES: t.Final = (
    "cn",
    "displayName",
    "description",
    "versionNumber",
    "flags",
    "gPCFileSysPath",
    "gPCFunctionalityVersion",
    "gPCMachineExtensionNames",
    "gPCUserExtensionNames",
    "gPCWQLFilter",
    "whenChanged",
    "allowedAttributesEffective",
    "nTSecurityDescriptor",
)
TARGET_ATTRIBUTES: t.Final = ("objectClass", "name", "gPLink", "gPOptions", "allowedAttributesEffective")

_GUID: t.Final = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_TARGET_KINDS: t.Final = {"organizationalunit": "ou", "domaindns": "domain", "site": "site"}


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoObject:
    """A GPO's object.

    Attributes:
        dn: Its distinguished name.
        guid: Its GUID in braces and capital letters.
        name: displayName; not unique.
        version: versionNumber as an unsigned number: user half in the upper 16 bits; None if it is absent.
        flags: Bit 0: the user side is off; bit 1: the computer side is off.
        path: gPCFileSysPath.
        functionality_version: Clients ignore a GPO where this is not 2; None if it is absent.
        machine_extensions: gPCMachineExtensionNames, or empty.
        user_extensions: gPCUserExtensionNames, or empty.
        descriptor: Owner, group and DACL; None if the account may not read them.
        may_write: The account may change versionNumber: the official test (MS-GPOL 3.3.3).
        entry: All of it as it was read.
    """

    dn: str
    guid: str
    name: str
    version: int | None
    flags: int
    path: str
    functionality_version: int | None
    machine_extensions: str
    user_extensions: str
    descriptor: SecurityDescriptor | None
    may_write: bool
    entry: Entry

    @classmethod
    def from_entry(cls, entry: Entry) -> GpoObject:
        """Read an entry.

        Raises:
            FormatError: A number is none, or the security descriptor is damaged.
        """
        raw = entry.number("versionNumber")
        descriptor = entry.value("nTSecurityDescriptor")
        return cls(
            dn=entry.dn,
            guid=canonical_guid(entry.text("cn")) or entry.text("cn"),
            name=entry.text("displayName"),
            version=None if raw is None else raw & 0xFFFFFFFF,
            flags=entry.number("flags") or 0,
            path=entry.text("gPCFileSysPath"),
            functionality_version=entry.number("gPCFunctionalityVersion"),
            machine_extensions=entry.text("gPCMachineExtensionNames"),
            user_extensions=entry.text("gPCUserExtensionNames"),
            descriptor=decode(descriptor) if descriptor else None,
            may_write=allows(entry, "versionNumber"),
            entry=entry,
        )

    @property
    def machine_version(self) -> int:
        """The half that counts changes of the computer side."""
        return (self.version or 0) & 0xFFFF

    @property
    def user_version(self) -> int:
        """The half that counts changes of the user side."""
        return (self.version or 0) >> 16

    @property
    def is_default(self) -> bool:
        """Whether it is one of the two that every domain has."""
        return self.guid in DEFAULT_GPOS


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkTarget:
    """What GPOs are linked to.

    Attributes:
        dn: Its distinguished name.
        kind: ``ou``, ``domain``, ``site``, or empty for something that no GPO can be linked to.
        raw: gPLink as it was read; None if it is absent.
        links: The same, taken apart.
        blocks_inheritance: gPOptions is 1: what is linked above does not reach it, unless enforced.
        may_write: The account may change gPLink.
    """

    dn: str
    kind: t.Literal["ou", "domain", "site", ""]
    raw: bytes | None
    links: GpoLinks
    blocks_inheritance: bool
    may_write: bool

    @classmethod
    def from_entry(cls, entry: Entry) -> LinkTarget:
        """Read an entry.

        Raises:
            FormatError: gPLink is no text.
        """
        raw = entry.value("gPLink")
        try:
            links = GpoLinks.from_text((raw or b"").decode())
        except UnicodeDecodeError as error:
            raise FormatError(what=f"gPLink of {entry.dn}", reason="it is no text", offset=error.start) from error
        classes = [value.decode(errors="replace").lower() for value in entry.values("objectClass")]
        kind = next((_TARGET_KINDS[name] for name in classes if name in _TARGET_KINDS), "")
        return cls(
            dn=entry.dn,
            kind=t.cast("t.Literal['ou', 'domain', 'site', '']", kind),
            raw=raw,
            links=links,
            blocks_inheritance=entry.number("gPOptions") == 1,
            may_write=allows(entry, "gPLink"),
        )


def canonical_guid(text: str) -> str:
    """Return a GUID in braces and capital letters, or an empty text if it is none."""
    found = _GUID.fullmatch(text.strip())
    return f"{{{found[1].upper()}}}" if found else ""


def directory_number(value: int) -> bytes:
    """Return an unsigned 32-bit number as the directory keeps it: signed."""
    return str(value - (1 << 32) if value >= 1 << 31 else value).encode()


def allows(entry: Entry, attribute: str) -> bool:
    """Return whether the account may change an attribute of the object; allowedAttributesEffective must be read."""
    return attribute.lower().encode() in {value.lower() for value in entry.values("allowedAttributesEffective")}
