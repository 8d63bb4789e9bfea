# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for cmd.exe and the markers that come back."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands import lines
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError, InputError


def test_a_line_that_cmd_would_cut_off_is_refused() -> None:
    with pytest.raises(HostError, match="8017 characters is too long"):
        lines.line("x" * 8_000)


def test_cmd_gets_a_line_as_it_is() -> None:
    assert "echo 'a' \"b\"" == lines.wrapped("echo 'a' \"b\"", lines.CMD)


@pytest.mark.parametrize("quote", list("'\u2018\u2019\u201a\u201b"))
def test_powershell_gets_a_line_as_one_argument_in_single_quotes(quote: str) -> None:
    expected = f"cmd /c 'del \"C:\\O{quote}{quote}Neill\" & echo %X% $y `z'"
    assert expected == lines.wrapped(f'del "C:\\O{quote}Neill" & echo %X% $y `z', lines.POWERSHELL)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("C:\\Windows\\Temp", "C:\\Windows\\Temp"),
        ("d:/Temp Files/", "d:\\Temp Files"),
        ("C:\\Users\\O'Neill (x86)\\一時", "C:\\Users\\O'Neill (x86)\\一時"),
    ],
)
def test_a_folder_may_have_blanks_and_slashes(given: str, path: str) -> None:
    assert path == lines.folder(given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "C:",
        "C:\\",
        "Temp",
        "\\Temp",
        "\\\\server\\share",
        "%TEMP%",
        "C:\\%TEMP%",
        'C:\\a"b',
        "C:\\a&b",
        "C:\\a\nb",
        "C:\\a^b",
        "C:\\a!b",
        "C:\\a|b",
        "C:\\a>b",
        "C:\\a:b",
        "C:\\a\\\\b",
        "C:\\" + "x" * 98,
    ],
)
def test_a_folder_that_cmd_would_read_otherwise_is_refused(given: str) -> None:
    with pytest.raises(InputError, match="temp_dir: expected a folder on a drive"):
        lines.folder(given)


def test_markers_are_found_among_other_output() -> None:
    answer = lines.Answer.of(b"\x84 RA:no:0\r\nRA:a:0\r\n  RA:no:1\r\nRA:b.1:1 \r\nRA:c:0\nRA:no:0x\r\nRA:d")
    assert {"a": 0, "b.1": 1, "c": 0} == answer.codes


def test_a_marker_that_comes_twice_counts_for_nothing() -> None:
    assert {"b": 0} == lines.Answer.of(b"RA:a:1\r\nRA:a:0\r\nRA:b:0\r\n").codes


def test_texts_are_told_apart_from_codes_and_count_only_once() -> None:
    answer = lines.Answer.of(b"RA:root=C:\\Windows \r\nRA:two=a\r\nRA:two=b\r\n RA:no=x\r\nRA:root:0\r\n", 3)
    assert ({"root": b"C:\\Windows"}, {"root": 0}, 3) == (answer.texts, answer.codes, answer.exit_code)


def test_a_step_that_did_not_report_says_neither_yes_nor_no() -> None:
    answer = lines.Answer.of(b"RA:a:0\r\nRA:b:1\r\n")
    assert [True, False, None] == [answer.said(label) for label in "abc"]
