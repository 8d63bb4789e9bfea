# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reg query prints of values, and what absent and denied keys look like."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands import lines
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands.lines import Answer
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe.queries import (
    Parents,
    printed,
    query,
    values_in,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import AccessDenied, HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    RegistryKey,
    RegistryValue,
    dword,
    string,
)
from hypothesis import given
from hypothesis import strategies as st

KEY = RegistryKey(path=r"SOFTWARE\Vendor\Product")
HEAD = b"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\Product\r\n"
# As Windows prints them: types that are of no use here, an empty text, a text with the separator in it, subkeys.
WHOLE = (
    HEAD + b"    Name    REG_SZ    Windows 10 Pro\r\n"
    b"    Folder    REG_EXPAND_SZ    %SystemRoot%\\x\r\n"
    b"    Number    REG_DWORD    0x80000000\r\n"
    b"    Empty    REG_SZ    \r\n"
    b"    Two words    REG_SZ    a    REG_SZ    b\r\n"
    b"    Raw    REG_BINARY    0001FF\r\n"
    b"    Long    REG_QWORD    0x1\r\n"
    b"    List    REG_MULTI_SZ    a\\0b\r\n"
    b"    J\x81rgen    REG_SZ    J\x81rgen\r\n"
    b"    Odd    REG_DWORD    (null)\r\n"
    b"    (Default)    REG_SZ    (value not set)\r\n\r\n"
    b"HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\Product\\Below\r\n"
)


def test_the_values_of_a_key() -> None:
    assert (
        string("Name", "Windows 10 Pro"),
        string("Folder", "%SystemRoot%\\x"),
        dword("Number", 2**31),
        string("Empty", ""),
        string("Two words", "a    REG_SZ    b"),
        string("J\ufffdrgen", "J\ufffdrgen"),
        string("(Default)", "(value not set)"),
    ) == values_in(WHOLE, doing="reading")


def test_a_name_that_comes_twice_is_refused() -> None:
    forged = HEAD + b"    Note    REG_SZ    first\r\n    Name    REG_SZ    a\r\n    NAME    REG_SZ    b\r\n"
    with pytest.raises(HostError, match="shows the value 'NAME' twice"):
        values_in(forged, doing="reading")


@given(st.binary())
def test_any_output_is_values_or_refused(text: bytes) -> None:
    try:
        found = values_in(text, doing="reading")
    except HostError:
        return
    assert all(isinstance(value, RegistryValue) and isinstance(value.data, int | str) for value in found)


PLAIN = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)


@given(st.dictionaries(PLAIN.map(str.lower), st.one_of(st.integers(0, 2**32 - 1), PLAIN)))
def test_plain_values_come_back_as_they_are(values: dict[str, int | str]) -> None:
    shown = "".join(
        f"    {name}    REG_DWORD    {data:#x}\r\n" if isinstance(data, int) else f"    {name}    REG_SZ    {data}\r\n"
        for name, data in values.items()
    )
    expected = [dword(name, data) if isinstance(data, int) else string(name, data) for name, data in values.items()]
    assert expected == list(values_in(HEAD + shown.encode() + b"\r\n", doing="reading"))


# Which parents can be read, with what they list; and what becomes of a key of which the query failed.
VENDOR, SOFTWARE = "SOFTWARE\\Vendor", "SOFTWARE"


def answer(readable: dict[str, list[str]]) -> Answer:
    said = "RA:start:0\r\nRA:k0.from:0\r\nRA:k0:1\r\n"
    for label, path in (("p0", VENDOR), ("p1", SOFTWARE)):
        if path in readable:
            listed = "".join(f"HKEY_LOCAL_MACHINE\\{path}\\{name}\r\n" for name in readable[path])
            said += f"\r\nHKEY_LOCAL_MACHINE\\{path}\r\n    a    REG_SZ    b\r\n\r\n{listed}RA:{label}:0\r\n"
    return Answer.of(said.encode())


@pytest.mark.parametrize(
    ("readable", "denied"),
    [
        ({VENDOR: ["Other"], SOFTWARE: ["Vendor"]}, None),
        ({VENDOR: [], SOFTWARE: ["Vendor"]}, None),
        ({SOFTWARE: ["Microsoft"]}, None),
        ({VENDOR: ["Other", "PRODUCT"], SOFTWARE: ["Vendor"]}, rf"{VENDOR}\\Product"),
        ({SOFTWARE: ["vendor"]}, VENDOR),
    ],
)
def test_absent_is_told_from_denied(readable: dict[str, list[str]], denied: str | None) -> None:
    parents = Parents({"k0": KEY})
    assert 2 == len(parents.steps())
    if denied is None:
        assert printed(answer(readable), "k0", KEY, parents) is None
        return
    with pytest.raises(AccessDenied) as caught:
        printed(answer(readable), "k0", KEY, parents)
    assert denied.replace("\\\\", "\\") in str(caught.value)


def test_without_any_parent_nothing_is_told() -> None:
    with pytest.raises(HostError, match="cannot read any key above it"):
        printed(answer({}), "k0", KEY, Parents({"k0": KEY}))


@pytest.mark.parametrize("lost", [b"RA:k0.from:0\r\n", b"RA:k0:0\r\n", b""])
def test_an_answer_without_its_markers_is_cut_off(lost: bytes) -> None:
    text = (b"RA:start:0\r\nRA:k0.from:0\r\n" + WHOLE + b"RA:k0:0\r\n").replace(lost, b"") if lost else b""
    with pytest.raises(HostError, match="cut off"):
        printed(Answer.of(text), "k0", KEY, Parents({"k0": KEY}))


def test_markers_in_the_wrong_order_enclose_nothing() -> None:
    assert Answer.of(b"RA:b:0\r\nx\r\nRA:a:0\r\n").between("a", "b") is None
    assert b"\r\nx\r\n" == Answer.of(b"RA:a:0\r\n\r\nx\r\nRA:b:0\r\n").between("a", "b")


def test_parents_that_several_keys_have_in_common_are_asked_once() -> None:
    beside = RegistryKey(path=r"SOFTWARE\Vendor\Other\Below")
    steps = Parents({"k0": KEY}, [beside]).steps()
    assert 4 == len(steps) == len(set(steps))
    assert all("if defined RA_Q" in step for step in steps)


@pytest.mark.parametrize("path", ["A\\b&c", 'A\\"', "A\\%x%", "A\\b^", "A\\ü", "A", "A\\b|c"])
def test_a_key_that_does_not_belong_onto_a_line(path: str) -> None:
    with pytest.raises(HostError, match="cannot stand on a command line"):
        query("k0", RegistryKey(path=path))


def test_the_step() -> None:
    assert (
        r'echo RA:k0.from:0& %SystemRoot%\System32\reg.exe query "HKLM\SOFTWARE\Vendor\Product" /v "Name" 2>nul& '
        "(if errorlevel 1 echo RA:k0:1)& (if not errorlevel 1 echo RA:k0:0)& (if errorlevel 1 set RA_Q=1)"
    ) == query("k0", KEY, "Name")
    assert lines.LONGEST > len(query("k0", KEY))
