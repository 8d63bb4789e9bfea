# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users install: the built tarball, in an environment that has nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.integration.newest import newest_only

pytestmark = newest_only

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
TOP_LEVEL = {
    "CHANGELOG.rst",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "bindep.txt",
    "changelogs",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
    "schemas",
}


def command(*arguments: str | Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    ended = subprocess.run(
        [str(argument) for argument in arguments],
        env=clean | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd="/",
        timeout=300,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.fixture(scope="module")
def tarball(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    galaxy = Path(sys.executable).parent / "ansible-galaxy"
    command(galaxy, "collection", "build", ROOT, "--output-path", folder)
    (built,) = folder.glob("winfleet-remote_assistance-*.tar.gz")
    return built


def test_the_tarball_holds_what_users_need_and_nothing_else(tarball):
    with tarfile.open(tarball) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
    names = {member.name for member in members}
    assert {name.split("/")[0] for name in names} == TOP_LEVEL
    assert {Path(name).suffix for name in names if "/" in name} == {
        ".css",
        ".html",
        ".js",
        ".json",
        ".md",
        ".py",
        ".rst",
        ".yaml",
        ".yml",
    }
    tracked = command("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    shipped = ("plugins/", "roles/", "playbooks/", "schemas/", "meta/", "docs/docsite/", "changelogs/changelog.yaml")
    expected = {name for name in tracked if name.startswith(shipped) and (ROOT / name).exists()}
    assert expected == {name for name in names if "/" in name}
    assert not [member.name for member in members if member.size > 100_000]


def test_the_main_job_runs_from_the_tarball_in_an_empty_environment(tarball, tmp_path, run, client):
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    collections = tmp_path / "collections"
    galaxy = home / "bin" / "ansible-galaxy"
    pip = (home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    command(*pip, f"ansible-core=={version('ansible-core')}")
    command(galaxy, "collection", "install", tarball, "-p", collections, "--offline", HOME=str(tmp_path))
    installed = collections / "ansible_collections" / "winfleet" / "remote_assistance"
    command(*pip, "-r", installed / "requirements.txt")

    inventory = run.inventory({"client01": client.inventory_vars()})
    play = (home / "bin" / "ansible-playbook", "-i", inventory)
    environment = {"ANSIBLE_COLLECTIONS_PATH": str(collections), "HOME": str(tmp_path), "ANSIBLE_NOCOLOR": "1"}
    disable = "winfleet.remote_assistance.disable_ra"
    checked = command(*play, disable, "--check", "--diff", **environment)
    assert "-  invitations: true\n+  invitations: false" in checked
    assert not client.journal.writes
    assert "changed=1" in command(*play, disable, **environment)
    assert client.registry.get(POLICY, "fAllowUnsolicited") == ("REG_DWORD", 0)
    assert "changed=1" not in command(*play, disable, **environment)
    report = command(*play, "winfleet.remote_assistance.report", **environment)
    assert "nobody" in report

    drift = ("winfleet.remote_assistance.drift", "-e", "remote_assistance_baseline=all_off")
    reports = ("-e", f"remote_assistance_report_dir={tmp_path / 'reports'}")
    enabled = {"ANSIBLE_CALLBACKS_ENABLED": "winfleet.remote_assistance.drift_report"}
    assert "(clean)" in command(*play, *drift, *reports, **environment | enabled)
    assert "drift.html" in {path.name for path in (tmp_path / "reports").iterdir()}
    told = command(home / "bin" / "python", installed / "playbooks/drift_exit_code.py", tmp_path / "reports/drift.json")
    assert "1 clean, 0 drift" in told
    merged = ("winfleet.remote_assistance.merge_reports", "-e", f"remote_assistance_reports={tmp_path}/reports/*.json")
    assert "(clean)" in command(*play, *merged, *reports, **environment)
