# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three operations that sansldap has not: add, modify and delete (RFC 4511, sections 4.6 to 4.8).

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import enum
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

try:
    from sansldap.asn1 import ASN1Reader, ASN1Tag, ASN1Writer, NotEnougData, TagClass
except ImportError:  # said at use, see ldap_client
    ASN1Writer = None

from .._registry.errors import FormatError
from .ldap_ber import WHAT

# The protocolOp of each answer: ModifyResponse, AddResponse, DelResponse.
ANSWERS: t.Final = (7, 9, 11)
_MODIFY, _ADD, _DELETE = 6, 8, 10
_REFERRAL: t.Final = 3


class Change(enum.IntEnum):
    """What a modification does with the values that it names; DELETE of a value that is not there fails with 16."""

    ADD = 0
    DELETE = 1
    REPLACE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Modification:
    """One step of a modify operation; all steps succeed, or none is done.

    Attributes:
        change: What is done.
        attribute: Name of the attribute.
        values: The values; none with DELETE or REPLACE stands for all of them.
    """

    change: Change
    attribute: str
    values: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A request's control.

    Attributes:
        oid: Its object identifier.
        value: Its value, or None.
    """

    oid: str
    value: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The server's LDAPResult.

    Attributes:
        operation: Number of the protocolOp.
        code: Result code.
        matched: The deepest object that was found.
        text: The server's own words.
        referrals: Where else to ask.
    """

    operation: int
    code: int
    matched: str
    text: str
    referrals: tuple[str, ...]


def add_request(number: int, dn: str, attributes: Mapping[str, Iterable[bytes]], controls: Sequence[Control]) -> bytes:
    """Return the message that adds an object.

    Args:
        number: messageID.
        dn: Name of the object.
        attributes: Its attributes, objectClass among them.
        controls: Controls, all of them critical.
    """

    def body(message: t.Any) -> None:
        with message.push_sequence(_application(_ADD)) as request:
            request.write_octet_string(dn.encode())
            with request.push_sequence() as held:
                for name, values in attributes.items():
                    _attribute(held, name, values)

    return _message(number, body, controls)


def modify_request(number: int, dn: str, steps: Iterable[Modification], controls: Sequence[Control]) -> bytes:
    """Return the message that modifies an object; arguments as in ``add_request``."""

    def body(message: t.Any) -> None:
        with message.push_sequence(_application(_MODIFY)) as request:
            request.write_octet_string(dn.encode())
            with request.push_sequence() as changes:
                for step in steps:
                    with changes.push_sequence() as change:
                        change.write_enumerated(int(step.change))
                        _attribute(change, step.attribute, step.values)

    return _message(number, body, controls)


def delete_request(number: int, dn: str, controls: Sequence[Control]) -> bytes:
    """Return the message that deletes an object; arguments as in ``add_request``."""
    tag = ASN1Tag(TagClass.APPLICATION, _DELETE, is_constructed=False)
    return _message(number, lambda message: message.write_octet_string(dn.encode(), tag), controls)


def read_answer(message: bytes, *, number: int) -> Answer | None:
    """Return the answer to one of the three operations, or None if the message is something else.

    Args:
        message: A whole message that ``check_message`` has passed.
        number: The messageID that the answer must have.

    Raises:
        FormatError: It is such an answer, but not well-formed, or one to another request.
    """
    try:
        reader = ASN1Reader(message).read_sequence()
        answered = reader.read_integer()
        head = reader.peek_header()
        if head.tag.tag_class != TagClass.APPLICATION or head.tag.tag_number not in ANSWERS:
            return None
        if answered != number:
            reason = f"it answers request {answered}, and {number} was sent"
            raise FormatError(what=WHAT, reason=reason, offset=0)
        return _result(reader.read_sequence(header=head), int(head.tag.tag_number))
    except (ValueError, NotEnougData) as error:
        raise FormatError(what=WHAT, reason=f"an answer that cannot be read ({error})", offset=0) from error


def _result(reader: t.Any, operation: int) -> Answer:
    code = reader.read_enumerated(int)
    matched, text = (reader.read_octet_string().decode(errors="replace") for _part in range(2))
    referrals = []
    if reader:
        head = reader.peek_header()
        if head.tag.tag_class == TagClass.CONTEXT_SPECIFIC and head.tag.tag_number == _REFERRAL:
            inner = reader.read_sequence(header=head)
            while inner:
                referrals.append(inner.read_octet_string().decode(errors="replace"))
    return Answer(operation=operation, code=code, matched=matched, text=text, referrals=tuple(referrals))


def _application(number: int) -> t.Any:
    return ASN1Tag(TagClass.APPLICATION, number, is_constructed=True)


def _attribute(writer: t.Any, name: str, values: Iterable[bytes]) -> None:
    with writer.push_sequence() as attribute:
        attribute.write_octet_string(name.encode())
        with attribute.push_set_of() as held:
            for value in values:
                held.write_octet_string(value)


def _message(number: int, body: t.Callable[[t.Any], None], controls: Sequence[Control]) -> bytes:
    writer = ASN1Writer()
    with writer.push_sequence() as message:
        message.write_integer(number)
        body(message)
        if controls:
            with message.push_sequence(ASN1Tag(TagClass.CONTEXT_SPECIFIC, 0, is_constructed=True)) as held:
                for control in controls:
                    with held.push_sequence() as one:
                        one.write_octet_string(control.oid.encode())
                        one.write_boolean(value=True)
                        if control.value is not None:
                            one.write_octet_string(control.value)
    return bytes(writer.get_data())
