# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors as bytes, and the folder's descriptor that belongs to a GPO's object.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

from .._registry.errors import FormatError

_WHAT: t.Final = "security descriptor"

# MS-DTYP 2.4.6: bits of Control.
DACL_PRESENT: t.Final = 0x0004
DACL_AUTO_INHERITED: t.Final = 0x0400
DACL_PROTECTED: t.Final = 0x1000
SELF_RELATIVE: t.Final = 0x8000

# MS-DTYP 2.4.4.1: types and flags of an entry.
ALLOW, DENY = 0, 1
OBJECT_INHERIT, CONTAINER_INHERIT, INHERIT_ONLY, INHERITED = 0x01, 0x02, 0x08, 0x10

CREATOR_OWNER: t.Final = "S-1-3-0"
# "Pre-Windows 2000 Compatible Access": it may read the directory, and has no business in SYSVOL.
PRE_WINDOWS_2000: t.Final = "S-1-5-32-554"

_ACL_REVISION: t.Final = 2
_MOST_SUB_AUTHORITIES: t.Final = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Ace:
    """One entry of an access control list.

    Attributes:
        kind: 0 allows, 1 denies; anything else is kept and never looked into.
        flags: How it is inherited.
        mask: Rights.
        sid: Whom it concerns; empty for a kind that is not looked into.
        body: The bytes behind the head, for a kind that is not looked into.
    """

    kind: int
    flags: int
    mask: int = 0
    sid: str = ""
    body: bytes = b""

    @property
    def is_plain(self) -> bool:
        """Whether it allows or denies rights to the whole object."""
        return self.kind in (ALLOW, DENY)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityDescriptor:
    """Owner, group and DACL; a SACL is neither read nor written.

    Attributes:
        owner: SID of the owner, or empty.
        group: SID of the group, or empty.
        control: The control bits.
        dacl: The entries; None for no DACL, which allows everything.
    """

    owner: str
    group: str
    control: int
    dacl: tuple[Ace, ...] | None

    @property
    def is_protected(self) -> bool:
        """Whether nothing is inherited from above."""
        return bool(self.control & DACL_PROTECTED)


def decode(data: bytes) -> SecurityDescriptor:
    """Read a self-relative descriptor (MS-DTYP 2.4.6).

    Raises:
        FormatError: It is none; the offset says where.
    """
    if len(data) < 20:
        raise FormatError(what=_WHAT, reason="it ends within its head", offset=len(data))
    revision, dummy, control, owner, group, dummy_sacl, dacl = struct.unpack_from("<BBHIIII", data)
    if revision != 1 or not control & SELF_RELATIVE:
        raise FormatError(what=_WHAT, reason="it is not a self-relative descriptor", offset=0)
    entries = None
    if control & DACL_PRESENT and dacl:
        entries = _acl(data, dacl)
    return SecurityDescriptor(
        owner=_sid(data, owner, len(data))[0] if owner else "",
        group=_sid(data, group, len(data))[0] if group else "",
        control=control,
        dacl=entries,
    )


def encode(descriptor: SecurityDescriptor) -> bytes:
    """Return the self-relative form; the bits of Control that say where things are follow from what is there."""
    parts, offsets, position = [], [], 20
    acl = None if descriptor.dacl is None else _acl_bytes(descriptor.dacl)
    for part in (_sid_bytes(descriptor.owner), _sid_bytes(descriptor.group), acl):
        offsets.append(position if part else 0)
        parts.append(part or b"")
        position += len(part or b"")
    control = (descriptor.control | SELF_RELATIVE) & ~(DACL_PRESENT | 0x0010)
    control |= DACL_PRESENT if acl is not None else 0
    owner, group, dacl = offsets
    return struct.pack("<BBHIIII", 1, 0, control, owner, group, 0, dacl) + b"".join(parts)


def folder_descriptor(of_object: SecurityDescriptor) -> SecurityDescriptor:
    """Return what a GPO's folder in SYSVOL must have, made from what the GPO's object has.

    Owner, group and the entries that allow or deny rights as such, which then hold for everything in the folder. It is
    what Group Policy Management compares (KB 2838154) and what Samba's tools make (``dsacl2fsacl``).
    """
    entries = tuple(
        Ace(kind=ace.kind, flags=_folder_flags(ace), mask=folder_mask(ace.mask), sid=ace.sid)
        for ace in of_object.dacl or ()
        if ace.is_plain and ace.sid != PRE_WINDOWS_2000
    )
    control = SELF_RELATIVE | DACL_PRESENT | DACL_PROTECTED | of_object.control & DACL_AUTO_INHERITED
    return SecurityDescriptor(owner=of_object.owner, group=of_object.group, control=control, dacl=entries)


def folder_mask(mask: int) -> int:
    """Return the rights on files for rights on an object of the directory.

    Args:
        mask: Rights on the object: MS-ADTS 5.1.3.2. The upper half, from DELETE on, means the same in both worlds.
    """
    result = mask & 0x001F0000
    for needed, given in _RIGHTS:
        if mask & needed == needed:
            result |= given
    return result


_RIGHTS: t.Final = (
    (0x0014, 0x001000A9),  # read properties and list children: read, list, execute, attributes
    (0x0020, 0x00100116),  # write properties: write, append, attributes
    (0x0001, 0x00000006),  # create children: add files and folders
    (0x0002, 0x00000040),  # delete children: delete children
)


def same_rights(one: SecurityDescriptor, other: SecurityDescriptor) -> bool:
    """Return whether two folders' descriptors give the same rights to the same people.

    Entries that are not plain, and flags that only say where an entry came from, are not compared.
    """
    return _compared(one) == _compared(other)


def _compared(descriptor: SecurityDescriptor) -> tuple[t.Any, ...]:
    plain = (ace for ace in descriptor.dacl or () if ace.is_plain)
    entries = tuple((ace.kind, ace.flags & ~INHERITED, ace.mask, ace.sid) for ace in plain)
    return descriptor.owner, descriptor.group, descriptor.is_protected, descriptor.dacl is None, entries


def _folder_flags(ace: Ace) -> int:
    inherit_only = INHERIT_ONLY if ace.sid == CREATOR_OWNER else 0
    return ace.flags & ~INHERITED | OBJECT_INHERIT | CONTAINER_INHERIT | inherit_only


def _acl(data: bytes, offset: int) -> tuple[Ace, ...]:
    if offset + 8 > len(data):
        raise FormatError(what=_WHAT, reason="its list lies outside", offset=offset)
    revision, dummy, size, count, dummy_2 = struct.unpack_from("<BBHHH", data, offset)
    end = offset + size
    if revision not in (2, 4) or size < 8 or end > len(data):
        raise FormatError(what=_WHAT, reason="a list of this kind and length is not known", offset=offset)
    entries, place = [], offset + 8
    for _entry in range(count):
        ace, place = _ace(data, place, end)
        entries.append(ace)
    return tuple(entries)


def _ace(data: bytes, offset: int, end: int) -> tuple[Ace, int]:
    if offset + 4 > end:
        raise FormatError(what=_WHAT, reason="its list has fewer entries than it says", offset=offset)
    kind, flags, size = struct.unpack_from("<BBH", data, offset)
    stop = offset + size
    if size < 4 or stop > end:
        raise FormatError(what=_WHAT, reason="an entry is longer than its list", offset=offset)
    if kind not in (ALLOW, DENY):
        return Ace(kind=kind, flags=flags, body=data[offset + 4 : stop]), stop
    if size < 16:
        raise FormatError(what=_WHAT, reason="an entry names nobody", offset=offset)
    mask = struct.unpack_from("<I", data, offset + 4)[0]
    sid, after = _sid(data, offset + 8, stop)
    return Ace(kind=kind, flags=flags, mask=mask, sid=sid, body=data[after:stop]), stop


def _sid(data: bytes, offset: int, end: int) -> tuple[str, int]:
    """Return a SID and where it ends."""
    if offset + 8 > end or data[offset] != 1 or data[offset + 1] > _MOST_SUB_AUTHORITIES:
        raise FormatError(what=_WHAT, reason="what should be a SID is none", offset=offset)
    count = data[offset + 1]
    stop = offset + 8 + 4 * count
    if stop > end:
        raise FormatError(what=_WHAT, reason="a SID ends outside", offset=offset)
    authority = int.from_bytes(data[offset + 2 : offset + 8], "big")
    shown = str(authority) if authority < 1 << 32 else f"0x{authority:012X}"
    numbers = struct.unpack_from(f"<{count}I", data, offset + 8)
    return "-".join(("S", "1", shown, *map(str, numbers))), stop


def sid_text(data: bytes) -> str:
    """Return a SID, such as objectSid, as text.

    Raises:
        FormatError: It is none.
    """
    text, end = _sid(data, 0, len(data))
    if end != len(data):
        raise FormatError(what="SID", reason="something follows it", offset=end)
    return text


def _sid_bytes(sid: str) -> bytes | None:
    if not sid:
        return None
    dummy, dummy_revision, authority, *numbers = sid.split("-")
    head = bytes((1, len(numbers))) + int(authority, 0).to_bytes(6, "big")
    return head + struct.pack(f"<{len(numbers)}I", *map(int, numbers))


def _acl_bytes(entries: tuple[Ace, ...]) -> bytes:
    body = b""
    revision = _ACL_REVISION
    for ace in entries:
        data = ace.body
        if ace.is_plain:
            data = struct.pack("<I", ace.mask) + (_sid_bytes(ace.sid) or b"") + ace.body
        else:
            revision = 4
        body += struct.pack("<BBH", ace.kind, ace.flags, 4 + len(data)) + data
    return struct.pack("<BBHHH", revision, 0, 8 + len(body), len(entries), 0) + body
