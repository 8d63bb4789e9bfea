# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation against code: what Ansible users read is what the actions take."""

from __future__ import annotations

import importlib
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.options import (
    declaration_options,
    directory_options,
    domain_options,
    host_options,
    policy_options,
)

yaml = pytest.importorskip("yaml")
pytest.importorskip("ansible")

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "ansible_collections.winfleet.remote_assistance"
ACTIONS = sorted(path.stem for path in (ROOT / "plugins/action").glob("*.py"))
# Not no_log: documentation has no word for it.
COMPARED = ("type", "elements", "choices", "required", "default")
DEFAULTS = {"type": "str", "required": False}

Options = dict[str, dict[str, t.Any]]


def documented(action: str) -> dict[str, t.Any]:
    return t.cast(
        "dict[str, t.Any]", yaml.safe_load((ROOT / f"plugins/modules/{action}.yml").read_text(encoding="utf-8"))
    )


def options_of(action: str) -> Options:
    """Return the documented options, those of its fragments included."""
    documentation = documented(action)["DOCUMENTATION"]
    options = dict(documentation.get("options") or {})
    for fragment in documentation.get("extends_documentation_fragment", ()):
        namespace, collection, name, *section = fragment.split(".")
        assert ("winfleet", "remote_assistance") == (namespace, collection)
        found = importlib.import_module(f"{COLLECTION}.plugins.doc_fragments.{name}").ModuleDocFragment
        text = getattr(found, section[0].upper() if section else "DOCUMENTATION")
        options |= yaml.safe_load(text).get("options") or {}
    return options


def shape(options: Options) -> Options:
    """Return what must agree, with 'options' and 'suboptions' as one word."""
    found: Options = {}
    for name, spec in options.items():
        found[name] = DEFAULTS | {key: spec[key] for key in COMPARED if key in spec}
        inner = spec.get("options") or spec.get("suboptions")
        if inner:
            found[name]["options"] = shape(inner)
    return found


@pytest.mark.parametrize("action", ACTIONS)
def test_the_documented_options_are_those_of_the_action(action: str) -> None:
    pytest.importorskip("winrm")
    spec = importlib.import_module(f"{COLLECTION}.plugins.action.{action}").ARGUMENT_SPEC
    assert shape(spec) == shape(options_of(action))


def test_the_secret_options_are_marked_as_such() -> None:
    assert ["smb_password"] == [name for name, spec in host_options().items() if spec.get("no_log")]
    assert ["password"] == [name for name, spec in directory_options().items() if spec.get("no_log")]


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_has_a_stub_and_a_sidecar_under_its_own_name(action: str) -> None:
    assert (ROOT / f"plugins/modules/{action}.py").is_file()
    sidecar = documented(action)
    assert action == sidecar["DOCUMENTATION"]["module"]
    assert {"DOCUMENTATION", "EXAMPLES", "RETURN"} == set(sidecar)


def test_there_is_no_documentation_without_an_action() -> None:
    assert ACTIONS == sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.yml"))
    assert ACTIONS == sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))


@pytest.mark.parametrize("action", ACTIONS)
def test_every_option_and_return_value_is_described(action: str) -> None:
    def undescribed(options: Options, path: str) -> t.Iterator[str]:
        for name, spec in options.items():
            if not spec.get("description"):
                yield f"{path}{name}"
            yield from undescribed(spec.get("suboptions") or {}, f"{path}{name}.")

    assert [] == list(undescribed(options_of(action), ""))
    for name, spec in documented(action)["RETURN"].items():
        assert spec["description"], name
        assert name not in {"values", "items", "keys", "get", "pop", "copy", "update", "count"}


@pytest.mark.parametrize("action", ACTIONS)
def test_the_examples_are_tasks_of_this_collection(action: str) -> None:
    tasks = yaml.safe_load(documented(action)["EXAMPLES"])
    assert any(f"winfleet.remote_assistance.{action}" in task for task in tasks)
    assert all(task["name"] for task in tasks)


def test_the_callback_and_the_action_take_the_same_options_from_the_same_environment() -> None:
    callback = importlib.import_module(f"{COLLECTION}.plugins.callback.drift_report")
    settings = importlib.import_module(f"{COLLECTION}.plugins.plugin_utils._ansible.drift_settings")
    options = yaml.safe_load(callback.DOCUMENTATION)["options"]
    read = {name: spec["env"][0]["name"] for name, spec in options.items() if name in callback.OPTIONS}
    assert settings.ENVIRONMENT == read
    assert set(read) <= set(options_of("drift_report"))
    assert settings.DEFAULT_DIR == options["report_dir"]["default"]
    for variable in read.values():
        assert variable in str(documented("drift_report")["DOCUMENTATION"])
    assert [] == [name for name, spec in options.items() if not spec["description"]]


def test_the_examples_of_host_are_legal_declarations() -> None:
    problems = importlib.import_module(f"{COLLECTION}.plugins.plugin_utils._policy.declaration").problems
    for task in yaml.safe_load(documented("host")["EXAMPLES"]):
        raw = task["winfleet.remote_assistance.host"]
        if "variables_prefix" not in raw:
            assert () == problems({name: value for name, value in raw.items() if name not in host_options()})


def test_the_examples_of_domain_gpo_are_legal_tasks() -> None:
    task_of = importlib.import_module(f"{COLLECTION}.plugins.plugin_utils._group_policy.domain_inputs").task_of
    for task in yaml.safe_load(documented("domain_gpo")["EXAMPLES"]):
        assert task_of(task["winfleet.remote_assistance.domain_gpo"], {})


def test_the_group_of_module_defaults_holds_the_actions_that_work_on_a_domain() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))
    groups = {"domain": [action for action in ACTIONS if action.startswith("domain_")]}
    assert groups == runtime["action_groups"]


def test_the_playbook_for_domain_gpos_passes_every_option_on() -> None:
    (play,) = yaml.safe_load((ROOT / "playbooks/domain_gpo.yml").read_text(encoding="utf-8"))
    looks, *acts = play["tasks"]
    legal = set(domain_options() | policy_options())
    assert legal == set(looks["vars"]["legal"])
    expected = {name: f"{{{{ item.{name} | default(omit) }}}}" for name in legal}
    assert [expected] * 2 == [task["winfleet.remote_assistance.domain_gpo"] for task in acts]


def test_the_role_documents_exactly_the_catalogue() -> None:
    text = (ROOT / "roles/remote_assistance/meta/argument_specs.yml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    # The top level only: Ansible's own check takes null for a wrong value and stops at the first problem.
    expected = {f"remote_assistance_{name}": {"type": "dict"} for name in declaration_options()}
    expected["remote_assistance_firewall"] = {
        "type": "str",
        "choices": ["enabled", "disabled", "all_rules", "unmanaged"],
    }
    expected |= {f"remote_assistance_{name}": spec for name, spec in host_options().items()}
    assert shape(expected) == shape(options)


def test_the_generated_files_are_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "tests/tools/generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stdout + done.stderr), "run make generate"
