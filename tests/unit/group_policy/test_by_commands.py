# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines about a local GPO and what their markers mean; whether cmd.exe agrees is Wine's to say."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands import lines
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import folder_lines as steps
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.by_commands import CommandsFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.folder_verdicts import (
    is_there,
    not_replaced,
    unprepared,
    windows_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import (
    EditedMeanwhile,
    LocalGpoFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.refresh import refresh_policy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)

TEMP = r"C:\Windows\Temp"
LONGEST_TEMP = "C:\\" + "x" * 97
KNOWN = steps.Windows(root=r"C:\Windows")
GPT, POL = steps.PLACES


class ScriptedCommands:
    """A host that reports of every line what it was told to, and success otherwise.

    Attributes:
        lines: Every line that was run.
        codes: What the markers of a label say instead of DONE; None leaves a marker out.
        files: What comes back of a fetch, one after the other.
        fails: Exceptions by the number of the line, from 0.
    """

    errors: tuple[type[Exception], ...] = ()
    calls = 0
    reached = True

    def __init__(self, *files: bytes) -> None:
        self.lines: list[str] = []
        self.codes: dict[str, int | None] = {"native": 1}
        self.files = list(files)
        self.fails: dict[int, Exception] = {}
        self.closed = 0
        self.exit_code = 0
        self.root = "C:\\Windows"

    def run(self, whole: str, *, doing: str, changes: bool = False) -> lines.Answer:
        del doing, changes
        number = len(self.lines)
        self.lines.append(whole)
        if number in self.fails:
            raise self.fails[number]
        # A file of ours that was to be deleted is gone; every other step did what it was to do.
        gone = re.compile(r"del\d+\.file|[gr]\.(?:end\.file|left)")
        labels = dict.fromkeys(re.findall(r"RA:([a-z0-9.]+):", whole))
        said = {label: self.codes.get(label, int(bool(gone.fullmatch(label)))) for label in labels}
        told = "".join(f"RA:{label}:{code}\r\n" for label, code in said.items() if code is not None)
        return lines.Answer.of(f"RA:root={self.root}\r\n{told}".encode(), self.exit_code)

    def send(self, content: bytes, file: str, *, doing: str) -> None:
        del content, file, doing

    def fetch(self, file: str, *, doing: str) -> bytes:
        del file, doing
        return self.files.pop(0)

    def reset(self) -> None:
        self.fails.clear()

    def limit(self, seconds: float) -> None:
        del seconds

    def close(self) -> None:
        self.closed += 1


def files(gpt_ini: bytes | None, registry_pol: bytes | None) -> LocalGpoFiles:
    return LocalGpoFiles(gpt_ini=gpt_ini, registry_pol=registry_pol)


def whole_run(temp_dir: str, after: LocalGpoFiles, suffix: str | None) -> list[str]:
    """Return the lines of reading, replacing, replacing back and closing."""
    before = files(b"1", b"2")
    there = [content for content in (after.gpt_ini, after.registry_pol) if content is not None]
    commands = ScriptedCommands(b"1", b"2", b"1", b"2", *there, *there, b"1", b"2")
    commands.codes |= {f"{label}.file": 0 for label in "gr"}
    folder = CommandsFolder(commands, temp_dir=temp_dir)
    folder.read()
    folder.replace(before, after, backup_suffix=suffix)
    folder.replace(after, before, backup_suffix=suffix)
    folder.close()
    return commands.lines


EVERY = whole_run(LONGEST_TEMP, files(b"3" * 999_999, b"4" * 999_999), "." + "s" * 39)
REMOVING = [
    *steps.placing(KNOWN, [steps.New(place=POL, sent=None, size=0, beside=r"C:\b")]),
    *steps.replacement(
        KNOWN,
        [
            (
                steps.Old(copy=r"C:\c", size=3, backup=r"C:\d"),
                steps.New(place=POL, sent=None, size=0, beside=r"C:\b"),
            )
        ],
    ),
]


def test_every_line_fits_with_the_longest_folder_and_suffix() -> None:
    assert max(len(line) for line in EVERY) <= lines.LONGEST
    assert max(len(line) for line in EVERY) > 6000, "otherwise this says nothing"


@pytest.mark.parametrize("line", [*EVERY, lines.line(*REMOVING)], ids=range(len(EVERY) + 1))
def test_lines_keep_to_what_windows_and_wine_both_understand(line: str) -> None:
    assert line.startswith("echo RA:start:0& ")
    assert "&&" not in line
    assert "|" not in line
    assert " else " not in line
    bare = re.sub(r'"[^"]*"', '""', line)
    assert bare.count("(if ") + 2 * bare.count("(for ") == bare.count("(") == bare.count(")")
    assert [] == re.findall(r"(?<!\()(?<! do )\bif ", bare), "an if outside parentheses swallows the rest of the line"


@pytest.mark.parametrize("line", [*EVERY, lines.line(*REMOVING)], ids=range(len(EVERY) + 1))
def test_nothing_asks_a_question(line: str) -> None:
    assert line.count("copy ") == line.count("copy /b /y ")
    assert line.count("move ") == line.count("move /y ")
    assert line.count("del ") == line.count("del /f /q ")


@pytest.mark.parametrize("line", EVERY[1:], ids=range(len(EVERY) - 1))
def test_percent_signs_of_variables_and_of_for_never_meet(line: str) -> None:
    assert [] == re.findall(r"%(?!A in|~zA==z)", line)


def test_nothing_is_moved_before_all_was_saved_and_compared_and_gpt_ini_goes_first() -> None:
    moving = [line for line in EVERY if "move /y" in line]
    assert 2 == len(moving)
    for line in moving:
        acts = re.findall(r'(copy|fc\.exe|move) /\S+ (?:/y )?"([^"]*)" "([^"]*)"', line.partition("RA:s:")[0])
        folder = r"C:\Windows\System32\GroupPolicy"
        gpt, pol = rf"{folder}\gpt.ini", rf"{folder}\Machine\Registry.pol"
        assert ["copy", "copy", "fc.exe", "fc.exe", "move", "move"] == [verb for verb, dummy, dummy in acts]
        assert [gpt, pol, gpt, pol] == [source for dummy, source, dummy in acts[:4]]
        assert [gpt, pol] == [target for dummy, dummy, target in acts[4:]]


@pytest.mark.parametrize("suffix", ["", "a b", "..\\x", "%x", 'a"', "é", "x" * 41, "&", "a\n"])
def test_a_suffix_that_cannot_stand_on_a_line_gets_on_none(suffix: str) -> None:
    commands = ScriptedCommands()
    with pytest.raises(HostError, match="cannot be the end of a file's name"):
        CommandsFolder(commands, temp_dir=TEMP).replace(files(None, None), files(b"", b""), backup_suffix=suffix)
    assert [] == commands.lines


@pytest.mark.parametrize("root", ["", "%SystemRoot%", "C:\\W&x", "C:\\Wind%o", 'C:\\"', "C:", "\\\\x\\y", "C:\\é"])
def test_a_folder_of_windows_that_cannot_stand_on_a_line_is_refused(root: str) -> None:
    with pytest.raises(HostError, match="cannot stand on a command line"):
        windows_of(lines.Answer.of(f"RA:root={root}\r\nRA:native:1\r\n".encode()))


def test_an_answer_that_does_not_tell_which_view_it_is_decides_nothing() -> None:
    with pytest.raises(HostError, match="cut off"):
        windows_of(lines.Answer.of(b"RA:root=C:\\Windows\r\n"))


def told(**codes: int) -> lines.Answer:
    labels = (f"RA:{label.replace('_', '.')}:{code}" for label, code in codes.items())
    return lines.Answer.of("\r\n".join(labels).encode())


FOLDERS = {"s": 0, "f_file": 0, "f": 0, "m_file": 0, "m": 0}
COPIED = {"r_file": 0, "r_copy": 0, "r_copy_file": 0, "r_read": 0, "r_plain": 0}


@pytest.mark.parametrize(
    ("codes", "there"),
    [
        (FOLDERS | COPIED, True),
        (FOLDERS | {"r_file": 1}, False),
        (FOLDERS | {"r_file": 1, "m_file": 1, "m": 1}, False),
        (FOLDERS | {"r_file": 1, "m_file": 1, "m": 1, "f_file": 1, "f": 1}, False),
    ],
)
def test_there_and_absent(codes: dict[str, int], there: bool) -> None:
    assert there == is_there(told(**codes), POL, temp_dir=TEMP)


@pytest.mark.parametrize(
    ("codes", "kind", "words"),
    [
        (FOLDERS | {"r_file": 1, "m": 1}, AccessDenied, r"folder GroupPolicy\\Machine"),
        (
            FOLDERS | {"r_file": 1, "m_file": 1, "m": 1, "f": 1},
            AccessDenied,
            "folder GroupPolicy,|folder GroupPolicy\\b",
        ),
        (FOLDERS | {"r_file": 1, "m_file": 1, "f_file": 1, "s": 1}, AccessDenied, "system folder"),
        (FOLDERS | COPIED | {"r_copy": 1}, HostError, "cannot be copied to"),
        (FOLDERS | COPIED | {"r_copy_file": 1}, HostError, "cannot be copied to"),
        (FOLDERS | COPIED | {"r_copy": 1, "r_read": 1, "r_plain": 1}, HostError, "hidden or a system file"),
        (FOLDERS | COPIED | {"r_copy": 1, "r_read": 1}, AccessDenied, "may not read the file"),
        (FOLDERS | {"r_file": 0, "r_copy": 1}, HostError, "cannot be copied to"),
        (FOLDERS, HostError, "cut off"),
        ({"r_file": 1} | {label: code for label, code in FOLDERS.items() if label != "m"}, HostError, "cut off"),
        (COPIED, HostError, "cut off"),
    ],
)
def test_why_a_file_is_neither_there_nor_absent(codes: dict[str, int], kind: type, words: str) -> None:
    with pytest.raises(HostError, match=words) as caught:
        is_there(told(**codes), POL, temp_dir=TEMP)
    assert kind is caught.value.__class__


NEW = steps.New(place=GPT, sent="x", size=1, beside="b")
GONE = steps.New(place=GPT, sent=None, size=0, beside="b")
OLD = steps.Old(copy="c", size=1, backup="d")


@pytest.mark.parametrize(
    ("codes", "new", "words"),
    [
        ({"g_may": 0, "g_put": 0}, NEW, None),
        ({"g_may": 0}, GONE, None),
        ({"g_may": 1, "g_put": 1}, NEW, "may not make files"),
        ({"g_may": 0, "g_put": 1}, NEW, "room"),
        ({"g_may": 0}, NEW, "cut off"),
        ({}, GONE, "cut off"),
    ],
)
def test_why_nothing_could_be_put_beside(codes: dict[str, int], new: steps.New, words: str | None) -> None:
    error = unprepared(told(**codes), [new])
    assert (words is None) == (error is None)
    assert words is None or words in str(error)


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({"g_saved": 0, "g_same": 0, "g_left": 1}, None),
        ({"g_saved": 1, "g_same": 0, "g_left": 1}, "backup copy"),
        ({"g_saved": 0, "g_same": 1, "g_left": 1}, "somebody else"),
        ({"g_saved": 0, "g_same": 0, "g_left": 0}, "holds it open"),
        ({"g_saved": 0, "g_same": 0}, "cut off"),
    ],
)
def test_why_a_file_was_not_replaced(codes: dict[str, int], words: str | None) -> None:
    error = not_replaced(told(**codes), [(OLD, NEW)])
    assert (words is None) == (error is None)
    assert words is None or words in str(error)
    assert ("somebody" in str(words)) == isinstance(error, EditedMeanwhile)


def test_success_that_the_host_reports_and_does_not_hold_is_a_failure() -> None:
    commands = ScriptedCommands(b"1", b"2", b"1", b"2")
    with pytest.raises(HostError, match="does not hold what was written"):
        CommandsFolder(commands, temp_dir=TEMP).replace(files(b"1", b"2"), files(b"3", b"2"), backup_suffix=None)


def test_what_the_host_holds_outweighs_what_the_line_reports() -> None:
    commands = ScriptedCommands(b"1", b"2", b"3", b"2")
    commands.codes["g.same"] = 1
    assert () == CommandsFolder(commands, temp_dir=TEMP).replace(
        files(b"1", b"2"), files(b"3", b"2"), backup_suffix=None
    )


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_line_that_is_not_understood_is_raised_and_its_files_are_removed(number: int) -> None:
    commands = ScriptedCommands(b"1", b"2", b"1", b"2")
    commands.fails[number] = HostError(doing="x", reason="not understood")
    folder = CommandsFolder(commands, temp_dir=TEMP)
    with pytest.raises(HostError, match="not understood"):
        folder.replace(files(b"1", b"2"), files(b"3", b"2"), backup_suffix=None)
    folder.close()
    assert ([], 1) == (list(folder.left_behind), commands.closed)


def test_a_reading_that_is_lost_behind_the_replacement_leaves_its_outcome_open() -> None:
    class LosesIt(ScriptedCommands):
        def fetch(self, file: str, *, doing: str) -> bytes:
            if any("move /y" in line for line in self.lines):
                raise HostUnreachable(doing=doing, reason="lost")
            return super().fetch(file, doing=doing)

    with pytest.raises(HostUnreachable) as caught:
        CommandsFolder(LosesIt(b"1", b"2"), temp_dir=TEMP).replace(
            files(b"1", b"2"), files(b"3", b"2"), backup_suffix=None
        )
    assert caught.value.outcome_unknown


def test_names_of_files_cannot_be_guessed_and_never_come_again() -> None:
    names: list[str] = []
    for dummy in range(2):
        made = {
            name for line in whole_run(TEMP, files(b"3", b"4"), None) for name in re.findall(r"ra_[0-9a-f_]+", line)
        }
        assert 1 == len({name.split("_")[1] for name in made})
        names += made
    assert len(set(names)) == len(names) > 20
    assert all(re.fullmatch(r"ra_[0-9a-f]{16}_[0-9]+", name) for name in names)


def test_a_file_that_cannot_be_removed_is_named_in_the_end() -> None:
    commands = ScriptedCommands(b"1", b"2")
    commands.codes["del0.file"] = 0
    folder = CommandsFolder(commands, temp_dir=TEMP)
    folder.read()
    folder.close()
    assert 1 == len(folder.left_behind)
    assert folder.left_behind[0].startswith(TEMP)


@pytest.mark.parametrize("code", [0, 1, 0x80070005])
def test_the_exit_code_of_gpupdate_is_that_of_the_line(code: int) -> None:
    commands = ScriptedCommands()
    commands.exit_code = code
    assert code == refresh_policy(t.cast("t.Any", commands), wait=7).exit_code
    assert commands.lines[0].endswith(r"System32\gpupdate.exe /target:computer /wait:7 >nul 2>&1 <nul")
