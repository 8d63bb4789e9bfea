# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gpt.ini: what Windows reads in it, and edits that leave everything else as it is."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.gpt_ini import GptIni, parse
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from hypothesis import given
from hypothesis import strategies as st

PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
SCRIPTS = "[{42B5FAAE-6536-11D2-AE5A-0000F87571E3}{40B6664F-4972-11D1-A7CA-0000F87571E3}]"
LINE = f"gPCMachineExtensionNames={PAIR}"
LOCAL = f"[General]\r\ngPCFunctionalityVersion=2\r\ngPCMachineExtensionNames={SCRIPTS}\r\nVersion=65538\r\n".encode()


def edited(data: bytes | None, extensions: str = PAIR) -> bytes:
    return parse(data).with_machine_extensions(extensions).with_machine_version_bumped().encode()


def version(value: str) -> int:
    return parse(f"[General]\r\nVersion={value}\r\n".encode()).version


# -- reading ------------------------------------------------------------------------------------------


def test_a_local_file_is_read() -> None:
    ini = parse(LOCAL + b"gPCUserExtensionNames=[{x}]\r\nOptions=1\r\n")
    assert (65538, 2, 1) == (ini.version, ini.machine_version, ini.user_version)
    assert (SCRIPTS, "[{x}]") == (ini.machine_extensions, ini.user_extensions)


@pytest.mark.parametrize(
    "data", [None, b"", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"[General]", b"[Other]\nVersion=3"]
)
def test_without_a_version_it_is_zero(data: bytes | None) -> None:
    ini = parse(data)
    assert (0, 0, 0, "", "") == (
        ini.version,
        ini.machine_version,
        ini.user_version,
        ini.machine_extensions,
        ini.user_extensions,
    )
    assert (data or b"") == ini.encode()


def test_one_quote_alone_is_no_pair() -> None:
    for text, value in (('"', '"'), ('""', ""), ("'a'", "a"), ("'a\"", "'a\"")):
        assert value == parse(f"[General]\r\ngPCMachineExtensionNames={text}\r\n".encode()).machine_extensions


# The first rows are Wine's, dlls/kernel32/tests/profile.c, test_profile_int; they pass on Windows.
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-1", 4294967295),
        ("1", 1),
        ("+1", 1),
        ("4294967296", 0),
        ("4294967297", 1),
        ("-4294967297", 4294967295),
        ("42A94967297", 42),
        ("B4294967297", 0),
        ("0", 0),
        ("007", 7),
        ("4294967295", 4294967295),
        ("", 0),
        ("abc", 0),
        ("-", 0),
        ("0x10", 0),
        ("3 ; three", 3),
        ('"3"', 3),
        ("'3'", 3),
        ('"3', 0),
        ("\t 3 ", 3),
        ("3.9", 3),
        ("²", 0),
        ("9" * 5000, (10**5000 - 1) % 2**32),
        ("-" + "1" * 5000, -(10**5000 // 9) % 2**32),
    ],
)
def test_numbers_are_read_as_windows_reads_them(text: str, number: int) -> None:
    assert number == version(text)


@pytest.mark.parametrize(
    "text",
    [
        "[General]\nVersion = 3\n\n",
        "[general]\r\nVERSION=3",
        "[GENERAL]\r\n\tversion\t=\t3\t\r\n",
        "\r\n  [General]  \r\n;Version=1\r\n ; Version=2\r\nVersion=3\r\n",
        "[General]\r\nVersion=3\r\nVersion=4\r\n",
        "[General]\r\nVersion=3\r\n[Other]\r\nVersion=4\r\n[General]\r\nVersion=5\r\n",
        "Version=9\r\n[General]\r\nVersion=3\r\n",
        "[Other]\r\nVersion=9\r\n[General]\r\ndisplayName=New Group Policy Object\r\nVersion=3\r\n",
        "[General]\r\nVersions=9\r\nVersion\r\n=9\r\nMyVersion=9\r\nVersion=3\r\n",
        "[General] ; comment\r\nVersion=3\x1a",
        "[General\r\nVersion=9\r\n[General]\r\nVersion=3\r\n",
        "[General]\r\nVersion=3\r\n\0\0\0",
    ],
)
def test_the_first_value_in_the_first_section_counts(text: str) -> None:
    for data in (text.encode(), b"\xef\xbb\xbf" + text.encode(), b"\xff\xfe" + text.encode("utf-16-le")):
        assert parse(data).version == 3
        assert data == parse(data).encode()


@pytest.mark.parametrize(
    ("data", "offset", "reason"),
    [
        (bytes(300), 0, r"a NUL character and no \[General\]"),
        ("[General]\r\nVersion=3\r\n".encode("utf-16-le"), 1, r"a NUL character and no \[General\]"),
        (b"\xff\xfe" + "a=1\0".encode("utf-16-le"), 8, r"a NUL character and no \[General\]"),
        ("[General]\r\nVersion=3\r\n".encode("utf-16"), None, ""),
        (b"\xfe\xff" + "[General]\r\nVersion=3\r\n".encode("utf-16-be"), 0, "byte order marks fe ff: "),
        (b"\xef\xbb\xbf\xff\xfe" + "[General]".encode("utf-16-le"), 0, "byte order marks ef bb bf ff fe: "),
        (b"\xff\xfe[", 2, "3 bytes of UTF-16 end in half a unit"),
        (b"PK\x03\x04 not this", 0, "no line of these 13 characters is a section, a name with a value, or a comment"),
        (b"hello\r\nworld\r\n", 0, "no line of these 14 characters"),
        (b"\xef\xbb\xbf{}", 3, "no line of these 2 characters"),
        (b"=1", 0, "no line of these 2 characters"),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, offset: int | None, reason: str) -> None:
    if offset is None:
        assert parse(data).version == 3
        return
    with pytest.raises(FormatError, match=reason) as caught:
        parse(data)
    assert ("gpt.ini", offset) == (caught.value.what, caught.value.offset)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_kept(data: bytes) -> None:
    try:
        ini = parse(data)
    except FormatError as error:
        assert 0 <= error.offset < len(data)
    else:
        assert data == ini.encode()


# -- editing ------------------------------------------------------------------------------------------


def test_a_new_file_is_the_one_that_gpedit_writes() -> None:
    new = f"[General]\r\ngPCMachineExtensionNames={PAIR}\r\nVersion=1\r\n".encode()
    assert new == edited(None)
    assert new == parse(None).with_machine_version_bumped().with_machine_extensions(PAIR).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (0, 1),
        (1, 2),
        (0xFFFE, 0xFFFF),
        (0xFFFF, 1),
        (0x1FFFF, 0x10001),
        (0x10000, 0x10001),
        (0xFFFF0000, 0xFFFF0001),
        (0xFFFFFFFF, 0xFFFF0001),
        (-1, 0xFFFF0001),
        (-65534, 0xFFFF0003),
        (2**32 + 5, 6),
    ],
)
def test_the_machine_half_is_counted_up_and_the_user_half_stays(before: int, after: int) -> None:
    ini = parse(f"[General]\r\nVersion={before}\r\n".encode()).with_machine_version_bumped()
    assert after == ini.version
    assert f"[General]\r\nVersion={after}\r\n".encode() == ini.encode()


@given(st.integers(0, 2**32 - 1))
def test_a_bump_changes_one_half_and_never_to_zero(number: int) -> None:
    ini = parse(f"[General]\nVersion={number}".encode()).with_machine_version_bumped()
    assert number >> 16 == ini.user_version
    assert (number & 0xFFFF) % 0xFFFF + 1 == ini.machine_version


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("[General]\r\nVersion=3\r\n", f"[General]\r\n{LINE}\r\nVersion=4\r\n", id="before the version"),
        pytest.param("[General]", f"[General]\r\n{LINE}\r\nVersion=1\r\n", id="no line end"),
        pytest.param("[General]\n\n", f"[General]\n{LINE}\nVersion=1\n\n", id="line ends of Unix"),
        pytest.param("[General]\nVersion = 3\n\n", f"[General]\n{LINE}\nVersion = 4\n\n", id="as Samba writes it"),
        pytest.param("[x]\r\na=1", f"[x]\r\na=1\r\n[General]\r\n{LINE}\r\nVersion=1\r\n", id="no [General]"),
        pytest.param("; mine", f"; mine\r\n[General]\r\n{LINE}\r\nVersion=1\r\n", id="only a comment"),
        pytest.param("\r\n\r\n", f"\r\n\r\n[General]\r\n{LINE}\r\nVersion=1\r\n", id="only blank lines"),
        pytest.param(
            "[General]\r\nversion= 65539 ; x\r\ndisplayName=Ä\r\n\r\n[x]\r\nVersion=1",
            f"[General]\r\n{LINE}\r\nversion= 65540 ; x\r\ndisplayName=Ä\r\n\r\n[x]\r\nVersion=1",
            id="what others wrote",
        ),
        pytest.param(
            "[General]\r\nVersion=1\r\nGPCMACHINEEXTENSIONNAMES = [old] \r\nVersion=9",
            f"[General]\r\nVersion=2\r\nGPCMACHINEEXTENSIONNAMES = {PAIR} \r\nVersion=9",
            id="names that are there, twice",
        ),
        pytest.param(
            "[General]\r\n;Version=7\r\ngPCMachineExtensionNames=\r\nVersion=",
            f"[General]\r\n;Version=7\r\n{LINE}\r\nVersion=1",
            id="empty values",
        ),
        pytest.param('[General]\nVersion="3"\n', f"[General]\n{LINE}\nVersion=4\n", id="quotes"),
        pytest.param("[General]\nVersion=abc def\n", f"[General]\n{LINE}\nVersion=1 def\n", id="no number"),
        pytest.param("[General]\r\nVersion=0x10\n", f"[General]\r\n{LINE}\r\nVersion=1\n", id="mixed line ends"),
        pytest.param(
            "[General]\r\n\r\n[x]\r\ny=1\r\n", f"[General]\r\n{LINE}\r\nVersion=1\r\n\r\n[x]\r\ny=1\r\n", id="empty"
        ),
        pytest.param("[General]\nVersion=1\n\0\0", f"[General]\n{LINE}\nVersion=2\n\0\0", id="NULs at the end"),
    ],
)
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-16"])
def test_an_edit_leaves_everything_else_as_it_is(before: str, after: str, encoding: str) -> None:
    if encoding == "utf-16":
        assert b"\xff\xfe" + after.encode("utf-16-le") == edited(b"\xff\xfe" + before.encode("utf-16-le"))
    else:
        assert after.encode(encoding) == edited(before.encode(encoding))


def test_a_mark_that_hides_the_section_from_windows_goes_with_an_edit() -> None:
    data = b"\xef\xbb\xbf[General]\r\nVersion=3\r\n"
    assert data == parse(data).encode()
    assert data == parse(data).with_machine_extensions("").encode()
    for marks in (data, data[:3] + data, data[:3] * 2 + data):
        assert marks == parse(marks).encode()
        assert parse(marks).with_machine_version_bumped().encode() == b"[General]\r\nVersion=4\r\n"


def test_the_same_extensions_are_no_edit() -> None:
    for data in (LOCAL, LOCAL.replace(b"=[", b' = "[').replace(b"}]", b'}]"')):
        assert data == parse(data).with_machine_extensions(SCRIPTS).encode()


def test_extensions_can_be_taken_away() -> None:
    assert LOCAL.replace(SCRIPTS.encode(), b"") == parse(LOCAL).with_machine_extensions("").encode()
    assert GptIni() == parse(None).with_machine_extensions("")


@pytest.mark.parametrize("text", ["[a]\r\nVersion=1", "[a]\n", " [a]", "[a] ", "[ä]", "\0", "\t"])
def test_extensions_that_would_break_the_line_are_refused(text: str) -> None:
    with pytest.raises(FormatError, match="gPCMachineExtensionNames cannot be"):
        parse(LOCAL).with_machine_extensions(text)


_lines = st.one_of(
    st.sampled_from(
        ["[General]", " [GENERAL] ", "[Other]", "Version=3", "version = 70000", "Version", "", "  ", "; Version=2"]
    ),
    st.sampled_from(["gPCMachineExtensionNames=[x]", "gPCUserExtensionNames=[y]", "displayName=Ä", "Options = 1"]),
    st.text(st.characters(codec="latin-1", exclude_characters="\n"), max_size=12),
)


@given(st.lists(st.tuples(_lines, st.sampled_from(["\r\n", "\n"])), max_size=8), st.booleans(), st.booleans())
def test_an_edit_of_any_file_keeps_every_other_line(
    lines: list[tuple[str, str]], wide: bool, without_end: bool
) -> None:
    text = "".join(line + end for line, end in lines)
    text = text.removesuffix("\n") if without_end else text
    data = b"\xff\xfe" + text.encode("utf-16-le") if wide else text.encode("latin-1")
    try:
        before = parse(data)
    except FormatError:
        return
    assert data == before.encode()
    new = before.with_machine_extensions(PAIR).with_machine_version_bumped().encode()
    after = parse(new)
    assert PAIR == after.machine_extensions
    assert before.user_version == after.user_version
    assert (before.machine_version % 0xFFFF) + 1 == after.machine_version
    was = [line.rstrip("\r") for line in text.split("\n")]
    now = [line.rstrip("\r") for line in (new[2:].decode("utf-16-le") if wide else new.decode("latin-1")).split("\n")]
    ours = ("version", "gpcmachineextensionnames", "[general]")

    def foreign(found: list[str]) -> list[str]:
        return [line for line in found if line and not line.strip(" \t").lower().startswith(ours)]

    assert foreign(was) == foreign(now)
