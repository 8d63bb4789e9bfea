# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guides are true: the files that they show are written, the commands run, the outputs compared."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import ROOT
from tests.integration.guide_blocks import GUIDES, agrees, blocks
from tests.integration.newest import newest_only
from tests.lab import StandInHost

pytestmark = newest_only

SEEDS: t.Final = {"client01": "open_client", "member01": "domain_member", "server01": "compliant_server"}
# Each with what proves it instead.
PROVED_ELSEWHERE: t.Final = {
    "make demo": "a stage of the tests of its own, and the same playbooks are run here",
}
WITH_COMMANDS: t.Final = sorted(
    guide for guide in GUIDES.glob("*.rst") if any(block.language == "console" for block in blocks(guide))
)


@pytest.fixture
def folder(tmp_path: Path) -> t.Iterator[Path]:
    """A folder of a user whose hosts are stand-ins, whatever connection the inventory of a guide shows for them."""
    hosts = {name: StandInHost(seed=seed, name=name) for name, seed in SEEDS.items()}
    with hosts["client01"], hosts["member01"], hosts["server01"]:
        for name, host in hosts.items():
            file = tmp_path / "host_vars" / name / "connection.yml"
            file.parent.mkdir(parents=True)
            file.write_text(yaml.safe_dump(host.inventory_vars()), encoding="utf-8")
        yield tmp_path
        assert [()] * 3 == [host.errors for host in hosts.values()]


def environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "WINFLEET_"))}
    return clean | {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_HOME": str(folder / ".ansible"),
        "COLLECTION": str(ROOT / ".collections/ansible_collections/winfleet/remote_assistance"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONWARNINGS": "ignore",
    }


@pytest.mark.parametrize(
    ("shown", "true"),
    [
        ("one\ntwo", True),
        ("one\n...\nthree", True),
        ("...two...", True),
        ("PLAY [x]", True),
        ("two\none", False),
        ("one\nthree", False),
        ("four", False),
    ],
)
def test_a_guide_that_shows_something_else_is_found_out(shown: str, true: bool) -> None:
    assert true is agrees(shown, "PLAY [x] *******\none  \ntwo\nthree\n")


def test_there_are_guides_with_commands() -> None:
    assert {"guide_start.rst", "guide_drift.rst", "guide_baselines.rst"} <= {guide.name for guide in WITH_COMMANDS}


@pytest.mark.parametrize("guide", WITH_COMMANDS, ids=lambda guide: guide.stem)
def test_what_a_guide_shows_is_what_happens(guide: Path, folder: Path) -> None:
    for block in blocks(guide):
        if block.caption:
            file = folder / block.caption
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, shown in block.commands():
                if command.partition("  #")[0] not in PROVED_ELSEWHERE:
                    prove(folder, command, shown)


def prove(folder: Path, command: str, shown: str) -> None:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=120,
        check=False,
    )
    assert 0 == done.returncode, f"$ {command}\n{done.stdout}"
    assert agrees(shown, done.stdout), f"$ {command}\nshown:\n{shown}\nprinted:\n{done.stdout}"
