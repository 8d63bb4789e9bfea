# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples that ansible-doc shows do run: those of a plugin as one play, on stand-ins for what they need."""

from __future__ import annotations

import ast
import configparser
import typing as t

import pytest
import yaml

from tests.integration.conftest import ROOT, Finished, Runner
from tests.integration.domain_playbooks import DomainPlays
from tests.integration.newest import newest_only
from tests.lab import StandInHost
from tests.lab.domain import ADMINISTRATOR, BASE_DN, FQDN, WORKGROUP, SambaDomain
from tests.lab.wine import WineHost

pytestmark = newest_only

Task = dict[str, t.Any]

NAMESPACE: t.Final = "winfleet.remote_assistance."
MODULES: t.Final = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.yml"))
OF_A_DOMAIN: t.Final = tuple(module for module in MODULES if module.startswith("domain_"))
ON_HOSTS: t.Final = tuple(module for module in MODULES if module not in OF_A_DOMAIN)
# Where the examples of a module run; the others run on the hosts.
ON_THE_CONTROL_NODE: t.Final = ("preflight",)
# What a declaration in an inventory could be.
DECLARED: t.Final = {"remote_assistance_offer": {"state": "disabled"}}
# What an example has from tasks before it.
BEFORE: t.Final[dict[str, list[Task]]] = {
    "report_table": [{f"{NAMESPACE}host_info": {}, "register": "remote_assistance"}],
    "drift_verdict": [
        {f"{NAMESPACE}host": {"variables_prefix": "remote_assistance_"}, "check_mode": True, "register": "looked"},
        {
            f"{NAMESPACE}drift_report": {"hosts": "{{ ansible_play_hosts_all }}", "variable": "looked"},
            "run_once": True,
            "register": "drift_report",
        },
    ],
}
# Names that an example makes up, and what stands for them here.
ON_THIS_MACHINE: t.Final = {"/srv/drift": "slices/1"}
IN_THIS_DOMAIN: t.Final = {
    "DC=corp,DC=example": BASE_DN,
    "dc01.corp.example": FQDN,
    "admin@CORP.EXAMPLE": ADMINISTRATOR.down_level,
    "CORP\\": f"{WORKGROUP}\\",
}
# A task of an example that finds the copy which another one has made.
THE_COPY: t.Final = "{{ lookup('ansible.builtin.pipe', 'ls remote-assistance-backups/*/*.zip') }}"


def examples(module: str, meant: t.Mapping[str, str] | None = None) -> list[Task]:
    """Return the tasks that the documentation of a module shows, with the names of this lab."""
    documented = yaml.safe_load((ROOT / f"plugins/modules/{module}.yml").read_text(encoding="utf-8"))
    text = documented["EXAMPLES"]
    for name, here in (ON_THIS_MACHINE if meant is None else meant).items():
        text = text.replace(name, here)
    return t.cast("list[Task]", yaml.safe_load(text))


def touches_files(task: Task) -> bool:
    """Return True if a task wants files on a disk, which only a host on Wine has."""
    return any(isinstance(options, dict) and options.get("local_gpo") for options in task.values())


def all_ran(done: Finished, tasks: t.Sequence[Task]) -> None:
    assert 0 == done.code, done.output
    ended = {line["task"]: line["status"] for line in done.lines}
    assert [] == [task["name"] for task in tasks if task["name"] not in ended]
    # A condition that was evaluated is all that can be asked of its task.
    conditional = {task["name"] for task in tasks if "when" in task}
    assert {status for name, status in ended.items() if name not in conditional} <= {"ok", "changed"}, done.output


def play(run: Runner, variables: t.Mapping[str, t.Any], module: str, tasks: list[Task]) -> None:
    (run.folder / "exceptions.yml").write_text("exceptions: []\n", encoding="utf-8")
    inventory = run.inventory({"client01": variables}, **DECLARED)
    where = "localhost" if module in ON_THE_CONTROL_NODE else "windows"
    all_ran(
        run([{"hosts": where, "gather_facts": False, "tasks": [*BEFORE.get(module, ()), *tasks]}], inventory), tasks
    )


@pytest.mark.parametrize("module", ON_HOSTS)
def test_the_examples_run(run: Runner, server: StandInHost, module: str) -> None:
    play(run, server.inventory_vars(), module, [task for task in examples(module) if not touches_files(task)])


@pytest.mark.parametrize("module", [one for one in ON_HOSTS if any(map(touches_files, examples(one)))])
def test_the_examples_with_a_local_gpo_run(run: Runner, wine: t.Callable[..., WineHost], module: str) -> None:
    host = wine("open_client", shell="cmd")
    play(run, host.inventory_vars(), module, [task for task in examples(module) if touches_files(task)])


@pytest.mark.parametrize("module", OF_A_DOMAIN)
def test_the_examples_run_in_a_domain(
    run: Runner, domain: SambaDomain, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The command inside the domain's namespace starts in the folder of this process.
    monkeypatch.chdir(run.folder)
    plays = DomainPlays(run, domain)
    tasks = examples(module, IN_THIS_DOMAIN)
    for task in tasks:
        options = task.get(f"{NAMESPACE}{module}") or {}
        if "restore_from" in options:
            options["restore_from"] = THE_COPY
    content = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"vault_password": ADMINISTRATOR.password},
        "module_defaults": {f"group/{NAMESPACE}domain": plays.connection},
        "tasks": tasks,
    }
    all_ran(run([content], plays.inventory), tasks)


def test_the_example_of_the_callback_writes_a_report(run: Runner, server: StandInHost) -> None:
    tree = ast.parse((ROOT / "plugins/callback/drift_report.py").read_text(encoding="utf-8"))
    texts = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    shown = yaml.safe_load(texts["EXAMPLES"])["ansible_cfg"]
    config = run.folder / "ansible.cfg"
    config.write_text(shown.replace("/srv/drift", str(run.folder / "drift")), encoding="utf-8")
    ini = configparser.ConfigParser()
    ini.read(config, encoding="utf-8")
    # The environment of the runner counts more than ansible.cfg, so the callback is named there too.
    enabled = ini["defaults"]["callbacks_enabled"]
    run.environment |= {"ANSIBLE_CONFIG": str(config), "ANSIBLE_CALLBACKS_ENABLED": f"recorder,{enabled}"}
    task = {"name": "the check", f"{NAMESPACE}host": {"baseline": "all_off"}}
    inventory = run.inventory({"server01": server.inventory_vars()})
    done = run([{"hosts": "windows", "gather_facts": False, "tasks": [task]}], inventory, "--check")
    all_ran(done, [task])
    assert (run.folder / "drift/drift.json").is_file()
