# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs real playbooks with real Ansible against stand-in hosts in this process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

import tests.unit.conftest  # noqa: F401  # pylint: disable=unused-import  # mounts the collection for the tests that use it in this process
from tests.integration.domain_ground import Directory, DirectoryOptions, GpoWriter, directory, need_domain, options
from tests.lab import StandInHost
from tests.lab.domain import Relay, SambaDomain
from tests.lab.wine import WineHost, wine_available

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = ("winrm", "psrp")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A run of ansible-playbook that has ended."""

    code: int
    output: str
    lines: tuple[dict[str, t.Any], ...]

    def result(self, host: str, task: str = "") -> dict[str, t.Any]:
        """Return the last result of a host, of the task whose name holds this text."""
        return [line["result"] for line in self.lines if line["host"] == host and task in line["task"]][-1]

    def status(self, host: str) -> str:
        """Return how the last task of a host ended."""
        return [line["status"] for line in self.lines if line["host"] == host][-1]


class Runner:
    """Runs ansible-playbook of the environment that runs the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {}
        # What a command becomes before it is run, such as one inside a namespace.
        self.inside: t.Callable[..., list[str]] = lambda *words: [str(word) for word in words]

    def inventory(
        self, hosts: t.Mapping[str, t.Mapping[str, t.Any]], group: str = "windows", **group_vars: t.Any
    ) -> Path:
        """Write an inventory with one group and return its path."""
        path = self.folder / "inventory.yml"
        content = {group: {"hosts": {name: dict(values) for name, values in hosts.items()}, "vars": group_vars}}
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        return path

    def __call__(self, playbook: str | list[dict[str, t.Any]], inventory: Path, *arguments: str) -> Finished:
        """Run a playbook of the collection by name, or a play that is given as data."""
        if isinstance(playbook, str):
            file = ROOT / "playbooks" / f"{playbook}.yml"
        else:
            file = self.folder / "play.yml"
            file.write_text(yaml.safe_dump(playbook, allow_unicode=True), encoding="utf-8")
        record = self.folder / "record.jsonl"
        record.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        environment |= {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_HOME": str(self.folder / "home"),
            "RECORDER_FILE": str(record),
            "PYTHONWARNINGS": "ignore",
        }
        ansible = Path(sys.executable).parent / "ansible-playbook"
        command = [str(ansible), "-i", str(inventory), str(file), *arguments]
        finished = subprocess.run(
            self.inside(*command),
            env=environment | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
            cwd=self.folder,
        )
        recorded = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        output = finished.stdout
        assert "Traceback" not in output, output
        return Finished(code=finished.returncode, output=output, lines=tuple(json.loads(line) for line in recorded))


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture(params=CONNECTIONS)
def connection(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def client() -> t.Iterator[StandInHost]:
    with StandInHost(seed="open_client", name="client01") as host:
        yield host
        assert host.errors == ()


@pytest.fixture
def member() -> t.Iterator[StandInHost]:
    with StandInHost(seed="domain_member", name="member01") as host:
        yield host
        assert host.errors == ()


@pytest.fixture
def server() -> t.Iterator[StandInHost]:
    with StandInHost(seed="compliant_server", name="server01") as host:
        yield host
        assert host.errors == ()


@pytest.fixture(scope="session")
def wine() -> t.Iterator[t.Callable[..., WineHost]]:
    """Lends running Wine hosts by their settings; each is shared by all tests, and as good as new when lent."""
    if reason := wine_available():
        pytest.skip(reason)
    hosts: dict[tuple[tuple[str, str], ...], WineHost] = {}
    with contextlib.ExitStack() as stack:

        def lend(seed: str | None = None, **settings: t.Any) -> WineHost:
            key = tuple(sorted(settings.items()))
            if key not in hosts:
                hosts[key] = stack.enter_context(WineHost(**settings))
            hosts[key].accept_connections()
            hosts[key].reset(seed)
            return hosts[key]

        yield lend


@pytest.fixture(scope="module")
def domain(request: pytest.FixtureRequest) -> t.Iterator[SambaDomain]:
    """Runs a domain controller for one file, with as many GPOs more as its GPOS says."""
    need_domain()
    with SambaDomain(gpos=getattr(request.module, "GPOS", 0)) as running:
        yield running


@pytest.fixture
def relay(domain: SambaDomain) -> t.Iterator[Relay]:
    with domain.relay() as running:
        yield running


@pytest.fixture
def have(domain: SambaDomain) -> DirectoryOptions:
    return options(domain)


@pytest.fixture
def opened(domain: SambaDomain) -> t.Iterator[Directory]:
    found = directory(domain)
    yield found
    found.client.close()


@pytest.fixture
def write(opened: Directory) -> GpoWriter:
    return GpoWriter(opened)
