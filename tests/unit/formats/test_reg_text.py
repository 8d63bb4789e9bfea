# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The form of .reg files: what every reader and writer of them must agree on."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.reg_reader import decode
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.reg_text import (
    DeleteKey,
    DeleteValue,
    Key,
    RegFile,
    SetValue,
    encode,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import FormatError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import ValueType
from hypothesis import given
from hypothesis import strategies as st

HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"
ROOT = r"HKEY_LOCAL_MACHINE\SOFTWARE\X"

# What Wine's conformance tests, which pass on Windows, expect of an export (programs/reg/tests/export.c).
EXPORT = (
    HEADER
    + f"[{ROOT}]\r\n"
    + '"DWORD"=dword:00000100\r\n"String"="Your text here..."\r\n\r\n'
    + f"[{ROOT}\\Subkey1]\r\n"
    + '"Binary"=hex:11,22,33,44\r\n"Undefined hex"=hex(100):25,50,41,54,48,25,00\r\n\r\n'
    + f"[{ROOT}\\Subkey2a]\r\n"
    + '"double\\"quote"="\\"Hello, World!\\""\r\n"single\'quote"=dword:00000008\r\n\r\n'
    + f"[{ROOT}\\Subkey2a\\Subkey2b]\r\n"
    + '@="Default value name"\r\n'
    + '"Multiple strings"=hex(7):4c,00,69,00,6e,00,65,00,31,00,00,00,4c,00,69,00,6e,\\\r\n'
    + "  00,65,00,32,00,00,00,4c,00,69,00,6e,00,65,00,33,00,00,00,00,00\r\n\r\n"
    + f"[{ROOT}\\Subkey3a]\r\n"
    + '"Backslash"="Use \\\\\\\\ to escape a backslash"\r\n\r\n'
    + f"[{ROOT}\\Subkey3a\\Subkey3b]\r\n\r\n"
    + f"[{ROOT}\\Subkey3a\\Subkey3b\\Subkey3c]\r\n"
    + '"String expansion"=hex(2):25,00,48,00,4f,00,4d,00,45,00,25,00,5c,00,25,00,50,\\\r\n'
    + "  00,41,00,54,00,48,00,25,00,00,00\r\n"
    + '"Zero data type"=hex(0):56,61,6c,75,65,00\r\n\r\n'
    + f"[{ROOT}\\Subkey4]\r\n"
    + '@=dword:12345678\r\n"43981"=hex(abcd):56,61,6c,75,65,00\r\n"e"=hex:\r\n"q"=hex(b):01,02\r\n\r\n'
    + f"[{ROOT}\\https://winehq.org]\r\n\r\n"
)


def wide(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass")


def entries(*lines: str, header: str = HEADER) -> tuple[object, ...]:
    (key,) = decode(wide(header + f"[{ROOT}]\r\n" + "\r\n".join(lines))).keys
    assert isinstance(key, Key)
    return key.entries


def text(name: str, value: str) -> SetValue:
    return SetValue(name=name, type=ValueType.REG_SZ, data=(value + "\0").encode("utf-16-le"))


def dword(name: str, number: int) -> SetValue:
    return SetValue(name=name, type=ValueType.REG_DWORD, data=number.to_bytes(4, "little"))


def offset_of_error(data: bytes) -> int:
    """Return where reading fails, or 0 where it does not."""
    try:
        decode(data)
    except FormatError as error:
        return error.offset
    return 0


_names = st.text(st.characters(exclude_characters="\r\n\0"), max_size=12)
_data = st.one_of(
    st.binary(max_size=90),
    st.text(max_size=20).map(lambda value: (value + "\0").encode("utf-16-le", "surrogatepass")),
)
_types = st.one_of(st.sampled_from(list(ValueType)), st.integers(0, 2**32 - 1).map(ValueType))
_entries = st.one_of(st.builds(SetValue, name=_names, type=_types, data=_data), st.builds(DeleteValue, name=_names))
_paths = _names.map(lambda name: f"{ROOT}\\{name}")
_files = st.builds(
    RegFile,
    keys=st.lists(
        st.one_of(
            st.builds(Key, path=_paths, entries=st.lists(_entries, max_size=4).map(tuple)),
            st.builds(DeleteKey, path=_paths),
        ),
        max_size=4,
    ).map(tuple),
)


@given(_files)
def test_what_is_written_is_read(content: RegFile) -> None:
    assert content == decode(encode(content))


@given(_files, st.integers(0))
def test_a_file_that_breaks_off_anywhere_raises_nothing_but_a_format_error(content: RegFile, length: int) -> None:
    data = encode(content)
    assert 0 <= offset_of_error(data[: length % len(data)]) <= len(data)


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_raise_nothing_but_a_format_error(data: bytes, headed: bool) -> None:
    with_head = wide(HEADER) + data if headed else data
    assert 0 <= offset_of_error(with_head) <= len(with_head)


@given(st.text(alphabet='[]"\\=-@;hex:dword(7)01,\r\n \t', max_size=40))
def test_any_text_raises_nothing_but_a_format_error(body: str) -> None:
    assert 0 <= offset_of_error(wide(HEADER + f"[{ROOT}]\r\n" + body)) <= 500


def test_an_export_of_windows_is_written_as_it_was_read() -> None:
    assert wide(EXPORT) == encode(decode(wide(EXPORT)))


def test_a_golden_file_of_every_form() -> None:
    content = RegFile(
        keys=(
            DeleteKey(path=ROOT + r"\Old"),
            Key(
                path=ROOT + r"\a]b",
                entries=(
                    text("", "default"),
                    dword('q"\\', 0xFFFFFFFF),
                    text("two lines", "a\r\nb"),
                    SetValue(name="half", type=ValueType.REG_SZ, data=b"\0\xd8\0\0"),
                    SetValue(name="odd", type=ValueType.REG_DWORD, data=b"\1\2"),
                    DeleteValue(name="日本語"),
                    DeleteValue(name=""),
                ),
            ),
        )
    )
    expected = (
        HEADER
        + f"[-{ROOT}\\Old]\r\n\r\n[{ROOT}\\a]b]\r\n"
        + '@="default"\r\n"q\\"\\\\"=dword:ffffffff\r\n"two lines"=hex(1):61,00,0d,00,0a,00,62,00,00,00\r\n'
        + '"half"=hex(1):00,d8,00,00\r\n"odd"=hex(4):01,02\r\n"日本語"=-\r\n@=-\r\n\r\n'
    )
    assert wide(expected) == encode(content)
    assert content == decode(wide(expected))


def test_a_text_may_span_lines_and_hold_what_looks_like_a_key() -> None:
    assert (text("a", "one\r\n[-HKEY_LOCAL_MACHINE]\r\n"), dword("b", 1)) == entries(
        '"a"="one\r\n[-HKEY_LOCAL_MACHINE]\r\n"', '"b"=dword:1'
    )


def test_wine_writes_line_ends_with_backslashes() -> None:
    assert (text("a", "x\r\ny\\n"),) == entries(r'"a"="x\r\ny\\n"')


def test_comments_blanks_and_upper_case_are_tolerated() -> None:
    assert (dword("a", 10), SetValue(name="", type=ValueType.REG_MULTI_SZ, data=b"\0\0"), DeleteValue(name="c")) == (
        entries("; one", "", ' "a" = DWORD:A ; ten', "@=HEX(7): 00,\\ ; more", "\t00 ", '"c"=- ;gone')
    )


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_line_end_counts(end: str) -> None:
    lines = ["Windows Registry Editor Version 5.00", "", f"[{ROOT}]", '"a"=dword:00000001', '"b"=hex:01,\\', "  02"]
    (key,) = decode(wide(end.join(lines))).keys
    assert (dword("a", 1), SetValue(name="b", type=ValueType.REG_BINARY, data=b"\1\2")) == key.entries


def test_exports_that_are_joined_are_read_as_one() -> None:
    one, two = (wide(HEADER + f"[{ROOT}\\{name}]\r\n\r\n") for name in "ab")
    assert [f"{ROOT}\\a", f"{ROOT}\\b"] == [key.path for key in decode(one + two).keys]


@pytest.mark.parametrize("header", ["Windows Registry Editor Version 5.00", "REGEDIT4"])
def test_plain_ascii_without_a_mark_is_read(header: str) -> None:
    (key,) = decode(f'{header}\r\n[{ROOT}]\r\n"a"="x"\r\n'.encode()).keys
    assert (text("a", "x"),) == key.entries


def test_utf16_without_a_mark_is_read() -> None:
    (key,) = decode(wide(EXPORT)[2:]).keys[:1]
    assert ROOT == key.path


def test_texts_in_bytes_are_widened_in_the_old_version_only() -> None:
    lines = '"e"=hex(2):25,41,00\r\n"b"=hex:01,ff'
    (key,) = decode(f"REGEDIT4\r\n[{ROOT}]\r\n{lines}".encode()).keys
    assert (
        SetValue(name="e", type=ValueType.REG_EXPAND_SZ, data="%A\0".encode("utf-16-le")),
        SetValue(name="b", type=ValueType.REG_BINARY, data=b"\1\xff"),
    ) == key.entries


@pytest.mark.parametrize(
    ("data", "line", "offset", "reason"),
    [
        (b"", 1, 0, "first line"),
        (b"\xfe\xff\0W", 1, 0, "not ASCII"),
        (b"\xef\xbb\xbfREGEDIT4", 1, 0, "not ASCII"),
        (b"REGEDIT5\r\n", 1, 0, "first line"),
        (b'REGEDIT4\r\n[HKLM\\A]\r\n"a"="\xe4"', 1, 25, "not ASCII"),
        (b'REGEDIT4\n[HKLM\\A]\n"a"=hex(1):e4,00', 3, 22, "code page"),
        (wide(HEADER)[:-1], 1, 80, "not UTF-16"),
        (wide(HEADER + "x"), 3, 82, "in brackets"),
        (wide(HEADER + '"a"=-'), 3, 82, "in brackets"),
        (wide(HEADER + "[-A]\r\n@=-"), 4, 94, "in brackets"),
        (wide(HEADER + "[A] x"), 3, 82, "in brackets"),
        (wide(HEADER + "[]"), 3, 82, "in brackets"),
        (wide(HEADER + "[A]\n\0"), 4, 90, "NUL"),
        (wide(HEADER + '[A]\n"a'), 4, 90, "in brackets"),
        (wide(HEADER + '[A]\n"a"=1'), 4, 98, "not known"),
        (wide(HEADER + '[A]\n"a"="1'), 4, 98, "break off"),
        (wide(HEADER + '[A]\n"a"="1" 2'), 4, 98, "break off"),
        (wide(HEADER + '[A]\n"a"="\\x"'), 4, 98, "backslash before 'x'"),
        (wide(HEADER + "[A]\n@=dword:"), 4, 94, "break off"),
        (wide(HEADER + "[A]\n@=dword:123456789"), 4, 94, "break off"),
        (wide(HEADER + "[A]\n@=hex:01,"), 4, 94, "two hexadecimal digits"),
        (wide(HEADER + "[A]\n@=hex:01,2"), 4, 94, "two hexadecimal digits"),
        (wide(HEADER + "[A]\n@=hex:0102"), 4, 94, "two hexadecimal digits"),
        (wide(HEADER + "[A]\n@=hex:01,\\"), 4, 94, "break off"),
        (wide(HEADER + "[A]\n@=hex(100000000):01"), 4, 94, "not known"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: bytes, line: int, offset: int, reason: str) -> None:
    with pytest.raises(FormatError, match=r"\.reg file, line") as caught:
        decode(data)
    assert (line, offset) == (caught.value.line, caught.value.offset)
    assert reason in caught.value.reason
    assert {"what": ".reg file", "offset": offset, "line": line} == caught.value.details()


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\0b"])
def test_a_name_that_another_reader_would_take_for_a_line_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match="a value name cannot be"):
        encode(RegFile(keys=(Key(path=ROOT, entries=(DeleteValue(name=name),)),)))


@pytest.mark.parametrize("path", ["", "-A", "A\r\nB"])
def test_a_path_that_would_mean_something_else_is_refused(path: str) -> None:
    with pytest.raises(FormatError, match="the path of a key cannot be"):
        encode(RegFile(keys=(DeleteKey(path=path),)))


def test_many_blanks_cost_no_time() -> None:
    with pytest.raises(FormatError):
        entries("@=hex:" + " " * 50_000 + "x")
