# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files that are made from the catalogue; with --check, say which of them differ."""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "unit"))

import conftest  # noqa: E402, F401  # pylint: disable=unused-import  # mounts this checkout as ansible_collections.winfleet.remote_assistance

_REPORTS = "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports"
_POLICY = "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy"

HEADER = """\
# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""


class _Indented(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> t.Any:
        return super().increase_indent(flow, False)


def _yaml(data: object) -> str:
    return yaml.dump(data, Dumper=_Indented, sort_keys=False, width=100, allow_unicode=True)


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _fragment(head: str, options: dict[str, t.Any], reads: dict[str, t.Any] | None = None) -> str:
    sections = {"DOCUMENTATION": options} | ({} if reads is None else {"READS": reads})
    parts = [f'    {name} = r"""\n{_yaml({"options": _for_docs(part)})}"""\n' for name, part in sections.items()]
    text = f"{head}." if reads is None else "What host alone has; section READS is what host_info has too."
    return (
        HEADER
        + f'"""{head}; made by ``make generate``."""\n\n'
        + "from __future__ import annotations\n\n\n"
        + f'class ModuleDocFragment:\n    """{text}"""\n\n'
        + "\n".join(parts)
    )


def _without(options: dict[str, t.Any], others: t.Container[str]) -> dict[str, t.Any]:
    return {name: spec for name, spec in options.items() if name not in others}


def _for_docs(options: dict[str, t.Any]) -> dict[str, t.Any]:
    documented = {}
    for name, spec in options.items():
        # Documentation has no word for a secret.
        documented[name] = {
            ("suboptions" if key == "options" else key): value for key, value in spec.items() if key != "no_log"
        }
        if "options" in spec:
            documented[name]["suboptions"] = _for_docs(spec["options"])
    return documented


def _role(options: dict[str, t.Any], prefix: str) -> str:
    # Ansible checks a role's arguments by this before the action does, with one problem at a time and null as a wrong
    # value: it gets the top level only, the action's own validator does the rest.
    tops = {
        prefix + name: {
            key: _named_with(prefix, options, value) if key == "description" else value
            for key, value in spec.items()
            if key != "options"
        }
        for name, spec in options.items()
    }
    entry = {
        "short_description": "Enforce what Windows Remote Assistance may do",
        "description": [
            "Enforces the declaration in the variables of the host that start with C(remote_assistance_).",
            "Unknown variables with this prefix are refused. What each holds is described with the module"
            " M(winfleet.remote_assistance.host).",
        ],
        "options": tops,
    }
    return f"{HEADER}#\n# Made from the catalogue by `make generate`.\n---\n" + _yaml(
        {"argument_specs": {"main": entry}}
    )


def _named_with(prefix: str, options: t.Collection[str], description: t.Any) -> t.Any:
    # Options of the module are variables of the role.
    def renamed(text: str) -> str:
        return re.sub(r"\bO\((\w+)", lambda found: f"O({prefix * (found[1] in options)}{found[1]}", text)

    return renamed(description) if isinstance(description, str) else [renamed(text) for text in description]


def _domain_playbook(path: Path, names: t.Sequence[str]) -> str:
    # Only the two lists of options in it are made: what is legal in an entry, and what is passed on.
    text = path.read_text(encoding="utf-8")
    legal = "".join(f"          - {name}\n" for name in names)
    passed = "".join(f'        {name}: "{{{{ item.{name} | default(omit) }}}}"\n' for name in names)
    text = re.sub(r"(?<=        legal:\n)(?: {10}- \w+\n)+", legal, text)
    return re.sub(r"(?<=domain_gpo: &gpo\n)(?: {8}\w+: .*\n)+", lambda dummy: passed, text)


def files() -> dict[Path, str]:
    """Return the contents of every generated file."""
    schema = importlib.import_module(f"{_POLICY}.schema")
    results = importlib.import_module(f"{_POLICY}.result_schemas")
    baseline = importlib.import_module(f"{_POLICY}.baseline_schema")
    drift = importlib.import_module(f"{_REPORTS}.drift_schema")
    exceptions = importlib.import_module(f"{_REPORTS}.drift_exceptions")
    described = importlib.import_module(f"{_POLICY}.options")
    options, policies = described.declaration_options(), described.policy_options()
    beside, reads = described.host_options(), described.host_options(described.READ_OPTIONS)
    prefix = importlib.import_module(f"{_POLICY}.variables").PREFIX
    return {
        ROOT / "schemas/declaration.schema.json": _json(schema.declaration_schema()),
        ROOT / "schemas/role_variables.schema.json": _json(schema.role_variables_schema()),
        ROOT / "schemas/baseline.schema.json": _json(baseline.baseline_schema()),
        ROOT / "schemas/changes.schema.json": _json(results.changes_schema()),
        ROOT / "schemas/host_info.schema.json": _json(results.host_info_schema()),
        ROOT / "schemas/domain_gpo_info.schema.json": _json(results.domain_gpo_info_schema()),
        ROOT / "schemas/drift_report.schema.json": _json(drift.report_schema()),
        ROOT / "schemas/exceptions.schema.json": _json(exceptions.exceptions_schema()),
        ROOT / "plugins/doc_fragments/declaration.py": _fragment(
            "The options of a declaration beside the policies", _without(options, policies)
        ),
        ROOT / "plugins/doc_fragments/policies.py": _fragment(
            "The policies, the part of a declaration that is legal in a GPO", policies
        ),
        ROOT / "plugins/doc_fragments/host_options.py": _fragment(
            "The options of a host beside its declaration", _without(beside, reads), reads
        ),
        ROOT / "plugins/doc_fragments/domain_options.py": _fragment(
            "The options of a GPO beside its policies", described.domain_options()
        ),
        ROOT / "plugins/doc_fragments/directory_options.py": _fragment(
            "The options that say how to reach a domain", described.directory_options()
        ),
        ROOT / "playbooks/domain_gpo.yml": _domain_playbook(
            ROOT / "playbooks/domain_gpo.yml", [*described.domain_options(), *policies]
        ),
        ROOT / "roles/remote_assistance/meta/argument_specs.yml": _role(options | beside, prefix),
    }


def main() -> int:
    """Write or compare; the exit code is 1 if a file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, name the files that differ")
    check = parser.parse_args().check
    stale = [path for path, text in files().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        print(f"{'differs' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(files()[path], encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
