# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SPNEGO around a Kerberos token (RFC 4178, section 4.2): the one mechanism that is offered.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

The library's own negotiation would try Kerberos and NTLM together and hide why the first one failed. With a single
mechanism there is nothing to negotiate, and no checksum over the list is due.
"""

from __future__ import annotations

import typing as t

try:
    from sansldap.asn1 import ASN1Reader, ASN1Tag, ASN1Writer, NotEnougData, TagClass, TypeTagNumber
except ImportError:  # said at use, see ldap_conversation
    ASN1Writer = None

_SPNEGO: t.Final = bytes.fromhex("2b0601050502")  # 1.3.6.1.5.5.2
_KERBEROS: t.Final = bytes.fromhex("2a864886f712010202")  # 1.2.840.113554.1.2.2
_RAW: t.Final = 0x60
_REJECT: t.Final = 2
_STATE, _TOKEN = 0, 2


def offer(token: bytes) -> bytes:
    """Return the first token of a negotiation that offers Kerberos only, with its first token inside."""
    writer = ASN1Writer()
    with writer.push_sequence(ASN1Tag(TagClass.APPLICATION, 0, is_constructed=True)) as outer:
        outer.write_octet_string(_SPNEGO, _oid())
        with outer.push_sequence(_context(0)) as choice, choice.push_sequence() as init:
            with init.push_sequence(_context(0)) as field, field.push_sequence() as mechanisms:
                mechanisms.write_octet_string(_KERBEROS, _oid())
            with init.push_sequence(_context(2)) as field:
                field.write_octet_string(token)
    return bytes(writer.get_data())


def inner_token(answer: bytes) -> bytes:
    """Return the Kerberos token in a server's answer; a server may also answer without the wrapping.

    Raises:
        ValueError: It is no answer to an offer, or a rejection.
    """
    if answer[:1] == bytes((_RAW,)):
        return answer
    try:
        reader = ASN1Reader(answer).read_sequence(_context(1)).read_sequence()
        token = b""
        while reader:
            head = reader.peek_header()
            field = reader.read_sequence(header=head)
            if head.tag.tag_number == _STATE and field.read_enumerated(int) == _REJECT:
                raise ValueError("the server rejects Kerberos")
            if head.tag.tag_number == _TOKEN:
                token = field.read_octet_string()
    except (NotEnougData, IndexError) as error:
        raise ValueError("the server's answer ends too early") from error
    return token


def _oid() -> t.Any:
    return ASN1Tag.universal_tag(TypeTagNumber.OBJECT_IDENTIFIER)


def _context(number: int) -> t.Any:
    return ASN1Tag(TagClass.CONTEXT_SPECIFIC, number, is_constructed=True)
