# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Paths and command lines as Windows reads them; no Wine is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.wine import WhenRun
from tests.lab.wine.remote.winpath import WinPaths, split_arguments
from tests.lab.wine.trouble import Met


@pytest.fixture
def paths(tmp_path: Path) -> WinPaths:
    (tmp_path / "dosdevices").mkdir()
    (tmp_path / "drive_c" / "Windows" / "Temp").mkdir(parents=True)
    (tmp_path / "drive_c" / "Users" / "me").mkdir(parents=True)
    (tmp_path / "dosdevices" / "c:").symlink_to("../drive_c")
    (tmp_path / "dosdevices" / "com1").symlink_to("/dev/null")
    return WinPaths(str(tmp_path), "C:/Users/me")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/C:/Windows/Temp", "/C:/Windows/Temp"),
        ("C:/Windows/Temp", "/C:/Windows/Temp"),
        (r"C:\Windows\Temp", "/C:/Windows/Temp"),
        ("c:/x/../y/./z", "/C:/y/z"),
        ("/C:/../..", "/C:/"),
        ("/C:", "/C:/"),
        ("/Windows", "/C:/Windows"),
        (".", "/C:/Users/me"),
        ("file", "/C:/Users/me/file"),
        ("/", "/"),
    ],
)
def test_a_real_path_begins_with_a_slash_and_the_drive(paths: WinPaths, path: str, shown: str) -> None:
    assert paths.shown(path) == shown


def test_names_are_found_in_any_case_and_without_trailing_dots_and_blanks(paths: WinPaths, tmp_path: Path) -> None:
    temp = tmp_path / "drive_c" / "Windows" / "Temp"
    (temp / "Report.TXT").touch()
    found = (paths.unix("/c:/WINDOWS/temp/report.txt"), paths.unix("/C:/windows/Temp/REPORT.txt. "))
    assert {path.resolve() for path in found} == {temp / "Report.TXT"}
    assert paths.unix("/C:/Windows/temp/New").name == "New"
    assert paths.drives() == ["C:"]


@pytest.mark.parametrize("path", ["/D:/x", "/C:/a*b", "/C:/a:b", '/C:/a"b', "/C:/...", "/C:/a\x01"])
def test_names_that_windows_does_not_take_are_not_found(paths: WinPaths, path: str) -> None:
    with pytest.raises(FileNotFoundError):
        paths.unix(path)


@pytest.mark.parametrize("path", ["/C:/nul", "/C:/Windows/COM1.txt"])
def test_devices_are_refused(paths: WinPaths, path: str) -> None:
    with pytest.raises(PermissionError):
        paths.unix(path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("scp -t /C:/x", ["scp", "-t", "/C:/x"]),
        ('scp -f "/C:/with blank"', ["scp", "-f", "/C:/with blank"]),
        (r'a "b\"c" d\e', ["a", 'b"c', r"d\e"]),
        (r'a "b\\" c', ["a", "b\\", "c"]),
        ('a "" b', ["a", "", "b"]),
        (r"a\\", [r"a\\"]),
        ("", []),
    ],
)
def test_a_command_line_is_split_as_windows_programs_split_theirs(line: str, words: list[str]) -> None:
    assert split_arguments(line) == words


def test_trouble_matches_by_kind_and_by_a_pattern_without_case() -> None:
    line = r"reg IMPORT C:\Windows\Temp\[x].reg"
    assert WhenRun(line="reg import *").matches(Met(kind="exec", line=line))
    assert WhenRun(line="*[x].reg").matches(Met(kind="exec", line=line))
    assert not WhenRun(line="reg export *").matches(Met(kind="exec", line=line))
    assert not WhenRun().matches(Met(kind="put", line=line))
    assert WhenRun(kind="put").matches(Met(kind="put", line=line))
