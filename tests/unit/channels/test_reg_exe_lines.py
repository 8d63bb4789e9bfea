# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for cmd.exe and the markers that come back."""

from __future__ import annotations

import re

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe import lines
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError, InputError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import RegistryKey

KEY = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services")
FILE = r"C:\Windows\Temp\ra_0123456789abcdef_1.reg"
EVERY = (
    lines.export("k0", KEY, FILE),
    lines.join("all", [FILE, FILE + "2"], FILE + "3"),
    lines.load("import", FILE),
    lines.delete("del0", FILE),
)


def test_an_import_is_proved_by_its_exit_code_and_by_its_file() -> None:
    assert (
        rf'(if exist "{FILE}" echo RA:i.file:0)& (if not exist "{FILE}" echo RA:i.file:1)& '
        rf'%SystemRoot%\System32\reg.exe import "{FILE}" >nul 2>&1 & '
        "(if errorlevel 1 echo RA:i:1)& (if not errorlevel 1 echo RA:i:0)"
    ) == lines.load("i", FILE)


@pytest.mark.parametrize("step", EVERY)
def test_steps_keep_to_what_windows_and_wine_both_understand(step: str) -> None:
    whole = lines.line(step, step)
    assert whole.startswith("echo RA:start:0& ")
    assert "&&" not in whole
    assert "|" not in whole
    assert " else " not in whole
    assert whole.count("(") == whole.count("(if ") == whole.count(")")
    assert not re.search(r"\([^)]*\(", whole)
    assert not re.search(r"[^(]if ", whole), "an if outside parentheses swallows the rest of the line"


@pytest.mark.parametrize("step", EVERY)
def test_nothing_asks_a_question(step: str) -> None:
    assert "reg.exe export" not in step or "/y >nul" in step
    assert "copy" not in step or "copy /b /y" in step
    assert "del " not in step or "del /f /q" in step


def test_two_exports_fit_on_a_line_with_the_longest_folder() -> None:
    folder = lines.folder("C:\\" + "x" * 97)
    files = [f"{folder}\\ra_0123456789abcdef_{number}.reg" for number in range(1000, 1008)]
    steps = [lines.delete(f"del{number}", file) for number, file in enumerate(files[:4])]
    steps += [lines.export(f"k{number}", KEY, file) for number, file in enumerate(files[:2])]
    assert len(lines.line(*steps, lines.join("all", files[:2], files[3]))) <= lines.LONGEST


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


@pytest.mark.parametrize("path", ["A", r"A\B%C", r"A\B&C", 'A\\B"C', "A\\日本", "A\\B\n", "A\\\\B"])
def test_a_key_that_is_not_plain_gets_on_no_line(path: str) -> None:
    with pytest.raises(HostError, match="cannot stand on a command line"):
        lines.export("k", RegistryKey(path=path), FILE)


def test_markers_are_found_among_other_output() -> None:
    answer = lines.Answer.of(b"\x84 RA:no:0\r\nRA:a:0\r\n  RA:no:1\r\nRA:b.1:1 \r\nRA:c:0\nRA:no:0x\r\nRA:d")
    assert {"a": 0, "b.1": 1, "c": 0} == answer.codes


def test_a_marker_that_comes_twice_counts_for_nothing() -> None:
    assert {"b": 0} == lines.Answer.of(b"RA:a:1\r\nRA:a:0\r\nRA:b:0\r\n").codes


def test_a_list_of_subkeys_names_whole_keys_in_any_letter_case() -> None:
    answer = lines.Answer.of(
        b"\r\nHKEY_LOCAL_MACHINE\\Software\\policies\\Microsoft\\WINDOWS NT\\Terminal Services X\r\n"
    )
    assert not answer.lists(KEY)
    assert answer.lists(RegistryKey(path=KEY.path + " x"))


def test_the_lowest_key_that_can_be_read_counts() -> None:
    answer = lines.Answer.of(b"RA:k.0:1\r\nRA:k.1:1\r\nRA:k.2:0\r\nRA:k.3:0\r\nRA:k.4:0\r\n")
    assert answer.readable("k", KEY) == 2
    assert r"SOFTWARE\Policies\Microsoft\Windows NT" == lines.ancestor(KEY, 1).path
    assert lines.Answer.of(b"").readable("k", KEY) is None
