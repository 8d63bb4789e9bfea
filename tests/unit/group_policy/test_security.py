# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security descriptors: bytes of a real GPO's object, and what Samba's own tools make of it for the folder."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.security import (
    Ace,
    SecurityDescriptor,
    decode,
    encode,
    folder_descriptor,
    folder_mask,
    same_rights,
    sid_text,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from hypothesis import given
from hypothesis import strategies as st

# nTSecurityDescriptor of the Default Domain Policy in a domain of Samba 4.17, without SACL.
OBJECT = bytes.fromhex(
    "010007901400000030000000000000004c0000000105000000000005150000000f7d5ff5a1e63021a212fe6800020000010500000000000515"
    "0000000f7d5ff5a1e63021a212fe68000200000400ec000800000000022400ff000f000105000000000005150000000f7d5ff5a1e63021a212"
    "fe680002000000022400ff000f000105000000000005150000000f7d5ff5a1e63021a212fe6807020000000a1400ff000f0001010000000000"
    "030000000000002400ff000f000105000000000005150000000f7d5ff5a1e63021a212fe680002000000021400ff000f000101000000000005"
    "12000000000214009400020001010000000000050b0000000502280000010000010000008ffdacedb3ffd111b41d00a0c968f9390101000000"
    "0000050b0000000002140094000200010100000000000509000000"
)
# What samba.ntacls.dsacl2fsacl of the same version made of it, its one object entry left out as Windows does.
FOLDER = (
    (0x03, 0x1F01FF, "S-1-5-21-4116675855-556852897-1761481378-512"),
    (0x03, 0x1F01FF, "S-1-5-21-4116675855-556852897-1761481378-519"),
    (0x0B, 0x1F01FF, "S-1-3-0"),
    (0x03, 0x1F01FF, "S-1-5-21-4116675855-556852897-1761481378-512"),
    (0x03, 0x1F01FF, "S-1-5-18"),
    (0x03, 0x1200A9, "S-1-5-11"),
    (0x03, 0x1200A9, "S-1-5-9"),
)
ADMINS = "S-1-5-21-4116675855-556852897-1761481378-512"


def test_a_real_descriptor_is_read_whole() -> None:
    descriptor = decode(OBJECT)
    assert (ADMINS, ADMINS, True) == (descriptor.owner, descriptor.group, descriptor.is_protected)
    assert descriptor.dacl is not None
    assert [0, 0, 0, 0, 0, 0, 5, 0] == [ace.kind for ace in descriptor.dacl]
    assert Ace(kind=0, flags=0x0A, mask=0x000F00FF, sid="S-1-3-0") == descriptor.dacl[2]


def test_a_real_descriptor_comes_back_byte_for_byte() -> None:
    assert OBJECT == encode(decode(OBJECT))


def test_the_folder_s_descriptor_is_the_documented_one() -> None:
    folder = folder_descriptor(decode(OBJECT))
    assert folder.dacl is not None
    assert FOLDER == tuple((ace.flags, ace.mask, ace.sid) for ace in folder.dacl)
    assert {0} == {ace.kind for ace in folder.dacl}
    assert (ADMINS, ADMINS, 0x9004) == (folder.owner, folder.group, folder.control)
    assert folder == decode(encode(folder))


def test_denials_stay_and_foreign_entries_go() -> None:
    dacl = (
        Ace(kind=1, flags=0x10, mask=0x20, sid="S-1-5-11"),
        Ace(kind=0, flags=0, mask=0x20094, sid="S-1-5-32-554"),
        Ace(kind=17, flags=0, body=b"label"),
    )
    folder = folder_descriptor(SecurityDescriptor(owner=ADMINS, group=ADMINS, control=0x8404, dacl=dacl))
    # The inherited flag goes: nothing is inherited by a protected folder.
    assert (Ace(kind=1, flags=0x03, mask=0x00100116, sid="S-1-5-11"),) == folder.dacl
    assert 0x9404 == folder.control


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (0x000F00FF, 0x001F01FF),
        (0x00020094, 0x001200A9),
        (0x00000010, 0),
        (0x00000004, 0),
        (0x00000020, 0x00100116),
        (0x00000001, 0x00000006),
        (0x00000002, 0x00000040),
        (0x00000100, 0),
        (0x000F0000, 0x000F0000),
    ],
)
def test_rights_are_mapped_as_samba_s_ldapmask2filemask_maps_them(mask: int, expected: int) -> None:
    assert expected == folder_mask(mask)


def test_rights_are_compared_without_what_says_nothing() -> None:
    folder = folder_descriptor(decode(OBJECT))
    assert folder.dacl is not None
    foreign = Ace(kind=5, flags=3, body=bytes(32))
    same = SecurityDescriptor(owner=ADMINS, group=ADMINS, control=0x9404, dacl=(*folder.dacl, foreign))
    assert same_rights(folder, same)
    assert not same_rights(folder, SecurityDescriptor(owner=ADMINS, group=ADMINS, control=0x9004, dacl=folder.dacl[1:]))
    assert not same_rights(folder, SecurityDescriptor(owner=ADMINS, group=ADMINS, control=0x8004, dacl=folder.dacl))
    assert not same_rights(folder, SecurityDescriptor(owner=ADMINS, group=ADMINS, control=0x9004, dacl=None))


def test_no_dacl_and_an_empty_one_differ() -> None:
    none = SecurityDescriptor(owner="", group="", control=0x8000, dacl=None)
    empty = SecurityDescriptor(owner="", group="", control=0x8004, dacl=())
    assert none == decode(encode(none))
    assert empty == decode(encode(empty))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("010100000000000512000000", "S-1-5-18"),
        ("01020000000000052000000020020000", "S-1-5-32-544"),
        ("010100000000000000000000", "S-1-0-0"),
        ("0101ffffffffffff01000000", "S-1-0xFFFFFFFFFFFF-1"),
    ],
)
def test_sids_as_text(data: str, text: str) -> None:
    assert text == sid_text(bytes.fromhex(data))


@pytest.mark.parametrize(
    "data", ["", "0201", "01020000000000051200000000", "0110000000000005", "01010000000000051200000000"]
)
def test_what_is_no_sid_is_refused(data: str) -> None:
    with pytest.raises(FormatError):
        sid_text(bytes.fromhex(data))


def test_a_descriptor_that_is_cut_anywhere_is_refused() -> None:
    for end in range(len(OBJECT)):
        with pytest.raises(FormatError):
            decode(OBJECT[:end])


@given(st.binary(max_size=120), st.integers(0, len(OBJECT)))
def test_damage_is_our_error_or_still_a_descriptor(data: bytes, place: int) -> None:
    for damaged in (data, OBJECT[:place] + data + OBJECT[place:]):
        try:
            decode(damaged)
        except FormatError as error:
            assert 0 <= error.offset


SIDS = st.builds(
    lambda authority, numbers: "-".join(("S", "1", str(authority), *map(str, numbers))),
    st.integers(0, (1 << 32) - 1),
    st.lists(st.integers(0, (1 << 32) - 1), min_size=1, max_size=15),
)
ACES = st.builds(
    Ace, kind=st.integers(0, 1), flags=st.integers(0, 255), mask=st.integers(0, (1 << 32) - 1), sid=SIDS
) | st.builds(Ace, kind=st.integers(2, 255), flags=st.integers(0, 255), body=st.binary(max_size=40))


@given(st.just("") | SIDS, st.just("") | SIDS, st.none() | st.lists(ACES, max_size=5).map(tuple))
def test_what_is_written_comes_back(owner: str, group: str, dacl: tuple[Ace, ...] | None) -> None:
    control = 0x9000 | (0 if dacl is None else 4)
    descriptor = SecurityDescriptor(owner=owner, group=group, control=control, dacl=dacl)
    assert descriptor == decode(encode(descriptor))
