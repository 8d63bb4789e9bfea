# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The command line for Wine hosts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab_dir import LabError
from tests.lab.wine import programs, wine_available
from tests.lab.wine.processes import descendants, parents
from tests.lab.wine.wine_lab import WinePlan

_ROOT = Path(__file__).resolve().parents[2]
_KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
_ANSIBLE = Path(sys.executable).with_name("ansible")


class LabCommand:
    """Runs ``python -m tests.lab`` for one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, command: str, *arguments: str, code: int = 0) -> str:
        """Run a command and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.lab", command, "--dir", str(self.folder), *arguments],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def hosts(self) -> dict[str, Any]:
        """Return the hosts of the inventory."""
        content = yaml.safe_load((self.folder / "inventory.yml").read_text(encoding="utf-8"))
        hosts: dict[str, Any] = content["windows"]["hosts"]
        return hosts


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabCommand]:
    if reason := wine_available():
        pytest.skip(reason)
    command = LabCommand(tmp_path / "lab")
    yield command
    command("stop")


def test_a_lab_of_wine_hosts_is_started_used_and_stopped(lab: LabCommand) -> None:
    lab("wine-start", "--hosts", "2", "--locale", "de_DE.UTF-8", "--transfer", "sftp")
    assert list(lab.hosts()) == ["client01", "member01"]
    assert lab.hosts()["client01"]["ansible_ssh_transfer_method"] == "sftp"
    lab("set", "client01", _KEY, "fAllowToGetHelp", "REG_DWORD", "0")
    line = f'reg query "{_KEY}" /v fAllowToGetHelp'
    done = subprocess.run(
        [_ANSIBLE, "windows", "-i", lab.folder / "inventory.yml", "-m", "raw", "-a", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.count("0x0"), done.stdout.count("0x1")) == (0, 1, 1), done.stdout
    assert json.loads(lab("counters"))["member01"]["commands"] == 1
    process = int((lab.folder / "lab.pid").read_text())
    running = descendants(process)
    assert running
    lab("stop")
    assert not running & set(parents())

    lab("wine-start", "--hosts", "1")
    assert "fAllowToGetHelp  REG_DWORD  0" in lab("show", "client01")
    lab("stop")
    lab("wine-start", "--hosts", "1", "--fresh")
    assert "fAllowToGetHelp  REG_DWORD  1" in lab("show", "client01")


def test_a_plan_takes_the_seeds_in_turn() -> None:
    assert WinePlan.cycled(["a", "b"], 3).seeds == ("a", "b", "a")


def test_without_wine_the_command_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(programs, "_NEEDED", ("no-such-wine",))
    assert "no-such-wine not installed; run make lab-deps" in wine_available()
    with pytest.raises(LabError, match="run make lab-deps"):
        programs.program("no-such-wine")
