# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-doc tells of every plugin is complete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import ROOT

Told = dict[str, t.Any]

NAMESPACE: t.Final = "winfleet.remote_assistance."
PLUGINS: t.Final = {
    "module": sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.yml")),
    "callback": sorted(path.stem for path in (ROOT / "plugins/callback").glob("*.py")),
    "role": sorted(path.name for path in (ROOT / "roles").iterdir()),
}


@pytest.fixture(scope="module")
def told() -> dict[str, Told]:
    """Return what ansible-doc tells, by the kind of plugin and then by its name."""
    program = Path(sys.executable).parent / "ansible-doc"
    environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "ANSIBLE_NOCOLOR": "1"}
    found = {}
    for kind, names in PLUGINS.items():
        command = [str(program), "--json", "-t", kind, *(NAMESPACE + name for name in names)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/")
        assert 0 == done.returncode, done.stderr
        # Ansible has a warning about a part of itself.
        assert [] == [line for line in done.stderr.splitlines() if "winfleet" in line]
        found[kind] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in PLUGINS.items() for name in names])
def test_every_plugin_is_found_and_says_what_it_is_for(told: dict[str, Told], kind: str, name: str) -> None:
    plugin = told[kind][NAMESPACE + name]
    about = plugin["entry_points"]["main"] if kind == "role" else plugin["doc"]
    assert about["short_description"]
    assert about["description"]
    assert [] == list(incomplete(about.get("options", {}), "", wanted=("description", "type")))


@pytest.mark.parametrize("name", PLUGINS["module"])
def test_every_module_says_what_it_returns_where_it_runs_and_since_when(told: dict[str, Told], name: str) -> None:
    plugin = told["module"][NAMESPACE + name]
    about = plugin["doc"]
    assert {"check_mode", "diff_mode", "platform"} <= set(about["attributes"])
    assert "0.1.0" <= about["version_added"]
    assert about["author"]
    assert [] == list(incomplete(plugin["return"], "", wanted=("description", "type", "returned")))


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in ("module", "callback") for name in PLUGINS[kind]])
def test_every_plugin_has_examples(told: dict[str, Told], kind: str, name: str) -> None:
    assert yaml.safe_load(told[kind][NAMESPACE + name]["examples"])


def incomplete(described: Told, path: str, *, wanted: tuple[str, ...]) -> t.Iterator[str]:
    """Yield what lacks one of these words, at any depth."""
    for name, spec in described.items():
        yield from (f"{path}{name}: {word}" for word in wanted if not spec.get(word))
        for below in ("suboptions", "options", "contains"):
            yield from incomplete(spec.get(below) or {}, f"{path}{name}.", wanted=wanted)
