# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wrapping of Kerberos tokens: an independent encoder, another library's reader, and a real server's answer."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_spnego import Attempt
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.spnego_token import (
    inner_token,
    offer,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.group_policy.scripted_directory import text, tlv

pytest.importorskip("sansldap")

KERBEROS = bytes.fromhex("06092a864886f712010202")
# What a domain controller of Samba 4.17 answered.
REAL = bytes.fromhex(
    "a181b73081b4a0030a0100a10b06092a864886f712010202a2819f04819c60819906092a864886f71201020202006f8189308186a003020105a103"
    "02010fa27a3078a003020112a271046f05a2c8cbdbc34c5224b9f125cf647d00a160338a160a427e7408fa8447896879460546b5bb07d557129cdf"
    "4273b56c05360ecfafa37e7a2906dad309a964dc9af51cc4dd5f06449afd3703f29f44560cb78e629a90776c8f70b128eccd01b85da77b219be563"
    "67774901c066a7fae7"
)


def answer(*fields: bytes) -> bytes:
    return tlv(0xA1, tlv(0x30, *fields))


def test_an_offer_names_kerberos_only() -> None:
    spnego = bytes.fromhex("06062b0601050502")
    init = tlv(0x30, tlv(0xA0, tlv(0x30, KERBEROS)), tlv(0xA2, text(b"token")))
    assert tlv(0x60, spnego, tlv(0xA0, init)) == offer(b"token")


def test_an_offer_is_read_by_another_library() -> None:
    reader = pytest.importorskip("spnego._spnego")
    read = reader.unpack_token(offer(b"\x60" + bytes(300)))
    assert (["1.2.840.113554.1.2.2"], b"\x60" + bytes(300), None) == (
        read.mech_types,
        read.mech_token,
        read.mech_list_mic,
    )


def test_the_token_in_a_real_answer_is_found() -> None:
    token = inner_token(REAL)
    assert (156, bytes.fromhex("60819906092a864886f712010202")) == (len(token), token[:14])
    # A server may leave the wrapping away.
    assert token == inner_token(token)


def test_an_answer_without_a_token_has_none() -> None:
    assert b"" == inner_token(answer(tlv(0xA0, tlv(0x0A, b"\x00")), tlv(0xA1, KERBEROS)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (answer(tlv(0xA0, tlv(0x0A, b"\x02"))), "the server rejects Kerberos"),
        (answer(tlv(0xA0, tlv(0x0A))), "ends too early"),
        (answer(tlv(0xA2, b"\x04\x05x")), "ends too early"),
        (b"", "ends too early"),
        (b"NTLMSSP\0", "xpected tag|nknown|ends too early|is not a valid"),
    ],
)
def test_what_is_no_answer_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        inner_token(data)


@given(st.binary(max_size=80), st.integers(0, 40), st.integers(0, 255))
def test_damage_is_a_value_error_or_a_token(data: bytes, place: int, value: int) -> None:
    for damaged in (data, REAL[:place] + bytes((value,)) + REAL[place + 1 :]):
        try:
            inner_token(damaged)
        except ValueError as error:
            assert str(error)


def test_a_giant_or_senseless_token_ends_the_logon() -> None:
    begun = Attempt(protocol="kerberos", context=None, token=b"")
    for incoming in (bytes(100_000), b"\xa1\x02\x30\x05"):
        with pytest.raises(HostUnreachable, match="the server's part of the logon cannot be used") as caught:
            begun.step(incoming, "logging on")
        assert caught.value.logon_refused
