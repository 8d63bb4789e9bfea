# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a line that are about reg.exe, and what its answer says about keys."""

from __future__ import annotations

import re

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands import lines
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe import lines as reg_lines
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import RegistryKey

KEY = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services")
FILE = r"C:\Windows\Temp\ra_0123456789abcdef_1.reg"
EVERY = (
    reg_lines.export("k0", KEY, FILE),
    lines.join("all", [FILE, FILE + "2"], FILE + "3"),
    reg_lines.load("import", FILE),
    lines.delete("del0", FILE),
)


def test_an_import_is_proved_by_its_exit_code_and_by_its_file() -> None:
    assert (
        rf'(if exist "{FILE}" echo RA:i.file:0)& (if not exist "{FILE}" echo RA:i.file:1)& '
        rf'%SystemRoot%\System32\reg.exe import "{FILE}" >nul 2>&1 & '
        "(if errorlevel 1 echo RA:i:1)& (if not errorlevel 1 echo RA:i:0)"
    ) == reg_lines.load("i", FILE)


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
    steps += [reg_lines.export(f"k{number}", KEY, file) for number, file in enumerate(files[:2])]
    assert len(lines.line(*steps, lines.join("all", files[:2], files[3]))) <= lines.LONGEST


@pytest.mark.parametrize("path", ["A", r"A\B%C", r"A\B&C", 'A\\B"C', "A\\日本", "A\\B\n", "A\\\\B"])
def test_a_key_that_is_not_plain_gets_on_no_line(path: str) -> None:
    with pytest.raises(HostError, match="cannot stand on a command line"):
        reg_lines.export("k", RegistryKey(path=path), FILE)


def test_a_list_of_subkeys_names_whole_keys_in_any_letter_case() -> None:
    answer = lines.Answer.of(
        b"\r\nHKEY_LOCAL_MACHINE\\Software\\policies\\Microsoft\\WINDOWS NT\\Terminal Services X\r\n"
    )
    assert not reg_lines.lists(answer, KEY)
    assert reg_lines.lists(answer, RegistryKey(path=KEY.path + " x"))


def test_the_lowest_key_that_can_be_read_counts() -> None:
    answer = lines.Answer.of(b"RA:k.0:1\r\nRA:k.1:1\r\nRA:k.2:0\r\nRA:k.3:0\r\nRA:k.4:0\r\n")
    assert reg_lines.readable(answer, "k", KEY) == 2
    assert r"SOFTWARE\Policies\Microsoft\Windows NT" == reg_lines.ancestor(KEY, 1).path
    assert reg_lines.readable(lines.Answer.of(b""), "k", KEY) is None
