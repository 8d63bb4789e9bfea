# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a local GPO over winrm, psrp and ssh: what is read, what is written, and that nothing else changes."""

from __future__ import annotations

import random
import shutil
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import (
    EditedMeanwhile,
    LocalGpoFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
)

from tests.integration.local_gpo_grounds import FOLDER, KINDS, Ground, files, ground_of
from tests.integration.newest import newest_only

pytestmark = newest_only

NOISE = random.Random(4)
GPT = b"[General]\r\ngPCMachineExtensionNames=[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}]\r\nVersion=3\r\n"
POL = b"PReg\x01\x00\x00\x00" + NOISE.randbytes(500)
NEWER = files(GPT.replace(b"Version=3", b"Version=4"), POL + NOISE.randbytes(40))
NOTHING = files(None, None)
BLANKS = r"C:\Program Files\ra temp (x86)"


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    with ground_of(request.param, request) as prepared:
        yield prepared


@pytest.mark.parametrize("there", [NOTHING, files(GPT, None), files(None, POL), files(GPT, POL), files(b"", b"")])
def test_what_is_there_is_read_and_what_is_not_is_absent(ground: Ground, there: LocalGpoFiles) -> None:
    ground.put(there)
    with ground.files() as folder:
        assert there == folder.read()
        assert 1 + len([content for content in (there.gpt_ini, there.registry_pol) if content is not None]) == (
            folder.requests
        )
    assert ([], []) == (list(folder.left_behind), ground.temp_files())
    assert there == ground.holds()


def test_a_folder_without_files_is_no_file(ground: Ground) -> None:
    (ground.folder / "Machine").mkdir(parents=True)
    with ground.files() as folder:
        assert NOTHING == folder.read()


def test_names_are_found_in_any_letter_case_and_there_is_one_of_each_afterwards(ground: Ground) -> None:
    (ground.folder / "MACHINE").mkdir(parents=True)
    (ground.folder / "GPT.INI").write_bytes(GPT)
    (ground.folder / "MACHINE" / "registry.POL").write_bytes(POL)
    with ground.files() as folder:
        before = folder.read()
        assert files(GPT, POL) == before
        folder.replace(before, NEWER, backup_suffix=None)
    now = {name.upper(): content for name, content in ground.tree().items()}
    assert {"GPT.INI": NEWER.gpt_ini, "MACHINE/REGISTRY.POL": NEWER.registry_pol} == now
    assert ["MACHINE"] == [entry.name for entry in ground.folder.iterdir() if entry.is_dir()]


CONTENTS = {
    "every byte, nothing": files(bytes(range(256)) + b"\x1a\r\n\x1a", b""),
    "300 kB": files(NOISE.randbytes(300_000), NOISE.randbytes(300_001)),
}


@pytest.mark.parametrize("after", CONTENTS.values(), ids=CONTENTS)
def test_what_is_written_is_there_byte_for_byte_and_goes_again(ground: Ground, after: LocalGpoFiles) -> None:
    with ground.files() as folder:
        assert () == folder.replace(folder.read(), after, backup_suffix=None)
        assert after == ground.holds()
        assert after == folder.read()
        assert () == folder.replace(after, NOTHING, backup_suffix=None)
        assert NOTHING == ground.holds()
    assert ([], []) == (list(folder.left_behind), ground.temp_files())


def test_a_new_folder_is_hidden_as_the_policy_editor_does_and_an_old_one_stays_as_it_is(ground: Ground) -> None:
    for expected in (b"H", b"-"):
        with ground.files() as folder:
            folder.replace(NOTHING, NEWER, backup_suffix=None)
        shown = ground.machine.run(f'attrib "{FOLDER}"').stdout.split(b"C:")[0]
        assert expected == (b"H" if b"H" in shown else b"-")
        shutil.rmtree(ground.folder)
        ground.folder.mkdir()


def test_only_the_file_that_differs_is_replaced(ground: Ground) -> None:
    before = files(GPT, POL)
    ground.put(before)
    inode = (ground.folder / "Machine/Registry.pol").stat().st_ino
    with ground.files() as folder:
        folder.replace(before, files(NEWER.gpt_ini, POL), backup_suffix=".old")
    assert inode == (ground.folder / "Machine/Registry.pol").stat().st_ino
    assert {"gpt.ini", "gpt.ini.old", "Machine/Registry.pol"} == set(ground.tree())


def test_equal_states_cost_nothing(ground: Ground) -> None:
    with ground.files() as folder:
        assert () == folder.replace(NEWER, NEWER, backup_suffix=".old")
        assert 0 == folder.requests


def test_copies_of_what_was_there_stay_beside_and_are_named_in_full(ground: Ground) -> None:
    before = files(GPT, POL)
    ground.put(before)
    with ground.files() as folder:
        copies = folder.replace(before, files(NEWER.gpt_ini, None), backup_suffix=".ra-20260102T030405Z")
    system = r"C:\windows\System32\GroupPolicy"
    suffix = ".ra-20260102T030405Z"
    assert (rf"{system}\gpt.ini{suffix}", rf"{system}\Machine\Registry.pol{suffix}") == copies
    assert [GPT, POL] == [ground.machine.file(copy).read_bytes() for copy in copies]
    assert {"gpt.ini": NEWER.gpt_ini, f"gpt.ini{suffix}": GPT, f"Machine/Registry.pol{suffix}": POL} == ground.tree()


def test_of_what_was_not_there_there_is_no_copy(ground: Ground) -> None:
    with ground.files() as folder:
        assert () == folder.replace(NOTHING, NEWER, backup_suffix=".old")
    assert NEWER == ground.holds()


@pytest.mark.parametrize(
    "now", [NOTHING, files(GPT + b";", POL), files(GPT, POL[:-1] + b"?"), files(GPT, None)], ids=range(4)
)
def test_what_somebody_else_has_edited_is_left_alone(ground: Ground, now: LocalGpoFiles) -> None:
    ground.put(now)
    with ground.files() as folder, pytest.raises(EditedMeanwhile):
        folder.replace(files(GPT, POL), NEWER, backup_suffix=".old")
    assert now == ground.holds()
    assert ([], []) == (list(folder.left_behind), ground.temp_files())


def test_a_replacement_that_was_broken_off_in_the_middle_can_be_finished(ground: Ground) -> None:
    ground.put(files(NEWER.gpt_ini, POL))
    with ground.files() as folder:
        folder.replace(files(GPT, POL), NEWER, backup_suffix=None)
        folder.replace(files(GPT, POL), NEWER, backup_suffix=None)
    assert NEWER == ground.holds()


def test_read_only_files_are_replaced_and_removed(ground: Ground) -> None:
    before = files(GPT, POL)
    ground.put(before)
    ground.machine.run(rf'attrib +r "{FOLDER}\gpt.ini" & attrib +r "{FOLDER}\Machine\Registry.pol"')
    with ground.files() as folder:
        folder.replace(folder.read(), files(NEWER.gpt_ini, None), backup_suffix=None)
    assert files(NEWER.gpt_ini, None) == ground.holds()


@pytest.mark.parametrize("denied", ["gpt.ini", "Machine/Registry.pol", "Machine", "."])
def test_what_may_not_be_read_is_denied_and_never_absent(ground: Ground, denied: str) -> None:
    ground.put(files(GPT, POL))
    (ground.folder / denied).chmod(0)
    with ground.files() as folder:
        with pytest.raises(AccessDenied):
            folder.read()
        with pytest.raises(AccessDenied):
            folder.replace(NOTHING, NEWER, backup_suffix=None)
    assert ([], []) == (list(folder.left_behind), ground.temp_files())
    ground.folder.chmod(0o755)
    (ground.folder / denied).chmod(0o755)
    assert files(GPT, POL) == ground.holds()


@pytest.mark.parametrize("denied", ["Machine", "."])
def test_where_no_file_may_be_made_nothing_is_replaced(ground: Ground, denied: str) -> None:
    ground.put(files(GPT, POL))
    (ground.folder / denied).chmod(0o555)
    with ground.files() as folder, pytest.raises(AccessDenied, match="may not make files"):
        folder.replace(files(GPT, POL), NEWER, backup_suffix=".old")
    assert ([], []) == (list(folder.left_behind), ground.temp_files())
    assert files(GPT, POL) == ground.holds()


def test_a_temp_dir_that_is_not_there_is_named(ground: Ground) -> None:
    ground.put(files(GPT, POL))
    with ground.files(r"C:\Nowhere") as folder:
        with pytest.raises(HostError, match=r"cannot be copied to C:\\Nowhere.*temp_dir"):
            folder.read()
        with pytest.raises(HostError, match="temp_dir"):
            folder.replace(files(GPT, POL), NEWER, backup_suffix=None)
    assert files(GPT, POL) == ground.holds()


def test_a_temp_dir_with_blanks_and_parentheses_works(ground: Ground) -> None:
    ground.machine.file(BLANKS).mkdir(parents=True, exist_ok=True)
    with ground.files(BLANKS) as folder:
        folder.replace(folder.read(), NEWER, backup_suffix=None)
    assert NEWER == ground.holds()
    assert [] == list(ground.machine.file(BLANKS).iterdir())


def test_a_32_bit_shell_finds_the_folder_of_the_64_bit_windows(ground: Ground) -> None:
    native = ground.machine.file(r"C:\Windows\Sysnative")
    native.mkdir()
    (native / "cmd.exe").write_bytes(b"")
    (native / "GroupPolicy").mkdir()
    (native / "GroupPolicy" / "gpt.ini").write_bytes(GPT)
    try:
        with ground.files() as folder:
            assert files(GPT, None) == folder.read()
            copies = folder.replace(files(GPT, None), NEWER, backup_suffix=".old")
        assert (r"C:\windows\System32\GroupPolicy\gpt.ini.old",) == copies
        assert NEWER.registry_pol == (native / "GroupPolicy" / "Machine" / "Registry.pol").read_bytes()
    finally:
        shutil.rmtree(native)
    assert NOTHING == ground.holds()
