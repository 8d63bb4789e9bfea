# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of LDAP messages: real bytes pass, and nothing else than our own error comes from what is wrong."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_ber import (
    MAX_MESSAGE,
    check_message,
    message_length,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from hypothesis import given
from hypothesis import strategies as st

# What Samba 4.17 sent: a search entry, the end of a paged search, an AddResponse, a reference.
REAL = tuple(
    bytes.fromhex(text)
    for text in (
        "3043020103643e04184f553d436c69656e74732c44433d72612c44433d746573743022301104046e616d6531090407436c69656e7473"
        "300d040667504c696e6b3103040178",
        "303102010465070a010004000400a02330210416312e322e3834302e3131333535362e312e342e333139040730050201000400",
        "302002044000000169180a01000400041130303030303030303a2053756363657373",
        "303a020104733504336c6461703a2f2f72612e746573742f434e3d436f6e66696775726174696f6e2c44433d72612c44433d746573743f"
        "3f62617365",
    )
)


@pytest.mark.parametrize("message", REAL)
def test_what_a_real_controller_sent_is_whole(message: bytes) -> None:
    assert len(message) == message_length(message)
    check_message(message)


@pytest.mark.parametrize("message", REAL)
def test_a_message_that_is_cut_anywhere_is_not_whole(message: bytes) -> None:
    for end in range(2, len(message)):
        assert message_length(message) == message_length(message[:end])
        with pytest.raises(FormatError):
            check_message(message[:end])


@pytest.mark.parametrize("start", [b"", b"\x30", b"\x30\x84", b"\x30\x84\x00\x00\x00"])
def test_a_head_may_come_in_parts(start: bytes) -> None:
    assert message_length(start) is None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"HTTP/1.1 400 Bad Request", "it starts with 0x48 and not with 0x30"),
        (b"\x30\x80\x02\x01\x01\x00\x00", "a length of 0 bytes"),
        (b"\x30\x85\x00\x00\x00\x00\x05abcde", "a length of 5 bytes"),
        (b"\x30\x84\xff\xff\xff\xff", "it says that it has 4294967295 bytes, more than is believed"),
        (b"\x30\x84\x01\x00\x00\x00", "it says that it has 16777216 bytes, more than is believed"),
        (b"\x30\x06\x02\x01\x01\x04\x05a", "a part says that it has 5 bytes, and 1 are left"),
        (b"\x30\x02\x02\x00", "a number of 0 bytes"),
        (b"\x30\x0b\x02\x09" + 9 * b"\x01", "a number of 9 bytes"),
        (b"\x30\x03\x1f\x81\x00", "a tag of more than one byte"),
        (b"\x30\x01\x02", "it ends within the head of a part"),
        (b"\x30\x02\x04\x82", "it ends within the head of a part"),
        (b"\x30\x1a" + b"".join(bytes((0x30, length)) for length in range(24, -2, -2)), "too many parts within parts"),
        (b"\x30\x03\x02\x01\x01\x00", "its length is not that of the data"),
        (b"\x30\x82\x20\x08\xa0\x82\x20\x04" + b"\x04\x82\x20\x00" + 0x2000 * b"x", "controls of 8196 bytes"),
    ],
)
def test_wrong_forms_are_named(message: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        check_message(message)
    assert "LDAP message" == caught.value.what
    assert reason in str(caught.value)


def test_a_message_of_the_greatest_length_is_believed() -> None:
    head = b"\x30\x84" + (MAX_MESSAGE - 6).to_bytes(4, "big")
    assert MAX_MESSAGE == message_length(head)


@given(st.binary(max_size=200))
def test_random_bytes_are_our_error_or_pass(data: bytes) -> None:
    try:
        check_message(data)
    except FormatError as error:
        assert 0 <= error.offset <= len(data)


@given(st.sampled_from(REAL), st.data())
def test_real_messages_with_one_changed_byte_are_our_error_or_pass(message: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(message) - 1))
    changed = message[:place] + bytes((data.draw(st.integers(0, 255)),)) + message[place + 1 :]
    try:
        check_message(changed)
    except FormatError as error:
        assert 0 <= error.offset <= len(changed)
