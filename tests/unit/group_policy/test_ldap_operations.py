# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add, modify and delete as bytes, and their answers: requests by the grammar of RFC 4511, answers of a real server."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_operations import (
    Change,
    Control,
    Modification,
    add_request,
    delete_request,
    modify_request,
    read_answer,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError

pytest.importorskip("sansldap")


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return a value by the rules of BER, short lengths only: an encoder that is independent of the library."""
    body = b"".join(parts)
    assert len(body) < 0x80
    return bytes((tag, len(body))) + body


def text(value: str) -> bytes:
    return tlv(0x04, value.encode())


NUMBER = tlv(0x02, b"\x07")


def test_an_add_request() -> None:
    values = {"objectClass": [b"top", b"container"], "description": ["é".encode()]}
    expected = tlv(
        0x30,
        NUMBER,
        tlv(
            0x68,
            text("CN=é"),
            tlv(
                0x30,
                tlv(0x30, text("objectClass"), tlv(0x31, text("top"), text("container"))),
                tlv(0x30, text("description"), tlv(0x31, text("é"))),
            ),
        ),
    )
    assert expected == add_request(7, "CN=é", values, ())


def test_a_modify_request_keeps_the_order_of_its_steps() -> None:
    steps = [
        Modification(change=Change.DELETE, attribute="versionNumber", values=(b"1",)),
        Modification(change=Change.ADD, attribute="versionNumber", values=(b"2",)),
        Modification(change=Change.REPLACE, attribute="description"),
    ]
    changes = [
        tlv(0x30, tlv(0x0A, b"\x01"), tlv(0x30, text("versionNumber"), tlv(0x31, text("1")))),
        tlv(0x30, tlv(0x0A, b"\x00"), tlv(0x30, text("versionNumber"), tlv(0x31, text("2")))),
        tlv(0x30, tlv(0x0A, b"\x02"), tlv(0x30, text("description"), tlv(0x31))),
    ]
    expected = tlv(0x30, NUMBER, tlv(0x66, text("CN=x"), tlv(0x30, *changes)))
    assert expected == modify_request(7, "CN=x", steps, ())


def test_a_delete_request_with_and_without_the_tree() -> None:
    # DelRequest is the name itself: [APPLICATION 10] LDAPDN, primitive.
    assert tlv(0x30, NUMBER, tlv(0x4A, b"CN=x")) == delete_request(7, "CN=x", ())
    control = tlv(0x30, text("1.2.840.113556.1.4.805"), tlv(0x01, b"\xff"))
    expected = tlv(0x30, NUMBER, tlv(0x4A, b"CN=x"), tlv(0xA0, control))
    assert expected == delete_request(7, "CN=x", [Control(oid="1.2.840.113556.1.4.805")])
    valued = tlv(0x30, text("1.2"), tlv(0x01, b"\xff"), text("v"))
    assert tlv(0x30, NUMBER, tlv(0x4A, b"CN=x"), tlv(0xA0, valued)) == delete_request(
        7, "CN=x", [Control(oid="1.2", value=b"v")]
    )


# What Samba 4.17 answered.
SUCCESS = bytes.fromhex("302002044000000169180a01000400041130303030303030303a2053756363657373")
EXISTS = bytes.fromhex(
    "303902044000000269310a01440400042a456e74727920434e3d546573742c44433d72612c44433d7465737420616c726561647920657869737473"
)
GONE = bytes.fromhex(
    "30600204400000086b580a01200400045130303030323033303a206f626a656374636c6173733a2043616e6e6f742064656c65746520434e3d5465"
    "73742c44433d72612c44433d746573742c20656e74727920646f6573206e6f7420657869737421"
)


@pytest.mark.parametrize(
    ("message", "number", "operation", "code", "start"),
    [
        (SUCCESS, 0x40000001, 9, 0, "00000000: Success"),
        (EXISTS, 0x40000002, 9, 68, "Entry CN=Test,DC=ra,DC=test already exists"),
        (GONE, 0x40000008, 11, 32, "00002030: objectclass: Cannot delete"),
    ],
)
def test_answers_of_a_real_server(message: bytes, number: int, operation: int, code: int, start: str) -> None:
    answer = read_answer(message, number=number)
    assert answer is not None
    assert (operation, code, "", ()) == (answer.operation, answer.code, answer.matched, answer.referrals)
    assert answer.text.startswith(start)


def test_an_answer_with_referrals() -> None:
    where = text("ldap://dc2.ra.test/CN=x")
    message = tlv(0x30, NUMBER, tlv(0x67, tlv(0x0A, b"\x0a"), text("DC=ra"), text("0000202B: Ref"), tlv(0xA3, where)))
    answer = read_answer(message, number=7)
    assert answer is not None
    assert (7, 10, "DC=ra", ("ldap://dc2.ra.test/CN=x",)) == (
        answer.operation,
        answer.code,
        answer.matched,
        answer.referrals,
    )


def test_text_that_is_no_utf_8_is_no_reason_to_fail() -> None:
    message = tlv(0x30, NUMBER, tlv(0x69, tlv(0x0A, b"\x00"), text(""), tlv(0x04, b"\xff\xfe")))
    answer = read_answer(message, number=7)
    assert answer is not None
    assert "\ufffd\ufffd" == answer.text


def test_another_kind_of_answer_is_none() -> None:
    assert read_answer(tlv(0x30, NUMBER, tlv(0x65, tlv(0x0A, b"\x00"), text(""), text(""))), number=7) is None


def test_an_answer_to_another_request_is_refused() -> None:
    with pytest.raises(FormatError) as caught:
        read_answer(SUCCESS, number=0x40000002)
    assert "it answers request 1073741825, and 1073741826 was sent" in str(caught.value)


@pytest.mark.parametrize(
    "message",
    [
        tlv(0x30, tlv(0x04, b"x"), tlv(0x69)),
        tlv(0x30, NUMBER, tlv(0x69)),
        tlv(0x30, NUMBER, tlv(0x69, tlv(0x0A, b"\x00"), text(""))),
        tlv(0x30, NUMBER, tlv(0x69, text("no code"), text(""), text(""))),
        tlv(0x30, NUMBER),
    ],
)
def test_an_answer_without_its_parts_is_refused(message: bytes) -> None:
    with pytest.raises(FormatError):
        read_answer(message, number=7)
