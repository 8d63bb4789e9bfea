# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``preflight``: find out before any host is touched that a run cannot be right."""

from __future__ import annotations

import typing as t

from ansible.plugins.loader import lookup_loader
from ansible.template import Templar
from ansible.utils.vars import load_extra_vars

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result
from ..plugin_utils._ansible.inputs import PRESET, VARIABLES_PREFIX, problems_of_source, request_of
from ..plugin_utils._ansible.plain import plain
from ..plugin_utils._ansible.schema_check import SchemaCheck
from ..plugin_utils._policy.declaration import shown_input
from ..plugin_utils._policy.kinds import nearest_word
from ..plugin_utils._policy.presets import PRESETS
from ..plugin_utils._policy.variables import EXTRA_ONLY
from ..plugin_utils._registry.errors import InputError, Problem

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    "hosts": {"type": "str", "required": True},
    VARIABLES_PREFIX: {"type": "str"},
    PRESET: {"type": "str", "choices": list(PRESETS)},
}

DECLARATION_SCHEMA: t.Final = SchemaCheck("declaration")

SHOWN_HOSTS: t.Final = 5
"""How many names stand beside a problem before 'and N more'."""


class ActionModule(RemoteAssistanceAction):
    """Runs on the control node, once, before the play that changes hosts."""

    _requires_connection = False

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        self.refuse_unknown_arguments(ARGUMENT_SPEC)
        pattern = plain(self._task.args.get("hosts"))
        if not isinstance(pattern, str) or not pattern:
            raise InputError([Problem(path="hosts", value=shown_input(pattern), expected="expected a host pattern")])
        hosts = self._matching(pattern, task_vars)
        if not hosts:
            return {"failed": True, "msg": _nothing_matches(pattern, task_vars.get("groups", {}))}
        source = {name: value for name, value in self._task.args.items() if name in (VARIABLES_PREFIX, PRESET)}
        if source.get(VARIABLES_PREFIX) is None:
            return {"changed": False, "hosts": hosts}
        wrong = problems_of_source(source)
        if wrong:
            raise InputError(wrong)
        extra = load_extra_vars(self._loader)
        by_problem: dict[Problem, list[str]] = {}
        for host in hosts:
            variables = dict(task_vars["hostvars"].raw_get(host))
            misplaced = _misplaced(variables, str(source[VARIABLES_PREFIX]), extra)
            for problem in (*misplaced, *self._problems_of(host, hosts, source, variables, task_vars)):
                by_problem.setdefault(problem, []).append(host)
        if by_problem:
            return _refusal(by_problem)
        return {"changed": False, "hosts": hosts}

    def _matching(self, pattern: str, task_vars: dict[str, t.Any]) -> list[str]:
        """Return the hosts that the next play will run on, --limit included."""
        lookup = lookup_loader.get("ansible.builtin.inventory_hostnames", loader=self._loader, templar=self._templar)
        hosts = [str(name) for name in lookup.run([pattern], variables=task_vars)]
        limit = plain(task_vars.get("ansible_limit"))
        # A limit that names a file is Ansible's own affair: then every host of the pattern is checked.
        if isinstance(limit, str) and limit and "@" not in limit:
            limited = set(lookup.run([limit.replace(",", ":")], variables=task_vars))
            hosts = [name for name in hosts if name in limited]
        return hosts

    def _problems_of(
        self,
        host: str,
        hosts: list[str],
        source: dict[str, t.Any],
        variables: dict[str, t.Any],
        task_vars: dict[str, t.Any],
    ) -> tuple[Problem, ...]:
        # What the play to come has, and the variables of a host alone have not.
        variables = variables | {name: task_vars[name] for name in ("hostvars", "groups") if name in task_vars}
        variables["inventory_hostname"] = host
        variables |= dict.fromkeys(("ansible_play_hosts", "ansible_play_hosts_all", "ansible_play_batch"), hosts)
        templar = Templar(loader=self._loader, variables=variables)
        try:
            request_of(source, variables, templar.template, DECLARATION_SCHEMA)
        except InputError as error:
            return error.problems
        return ()


def _misplaced(variables: dict[str, t.Any], prefix: str, extra: t.Container[str]) -> tuple[Problem, ...]:
    """Return the variables of an inventory that Ansible would not read from there."""
    names = [prefix + name for name in EXTRA_ONLY]
    expected = "works by -e only, not in an inventory: Ansible reads it before it knows a host"
    return tuple(
        Problem(path=name, value=shown_input(plain(variables[name])), expected=expected)
        for name in names
        if name in variables and name not in extra
    )


def _nothing_matches(pattern: str, groups: t.Mapping[str, t.Sequence[str]]) -> str:
    filled = sorted(str(name) for name, members in groups.items() if members and name not in ("all", "ungrouped"))
    if not filled:
        return f"the host pattern {pattern!r} matches nothing: the inventory has no group with hosts; name one with -i"
    nearest = nearest_word(pattern, filled) if pattern.isidentifier() else ""
    hint = f" (did you mean {nearest!r}?)" if nearest else ""
    return (
        f"the host pattern {pattern!r} matches no host{hint}. Groups of this inventory: {', '.join(filled)}. "
        "Choose with -e remote_assistance_hosts=GROUP"
    )


def _refusal(by_problem: t.Mapping[Problem, t.Sequence[str]]) -> Result:
    lines = []
    for problem, hosts in by_problem.items():
        more = f" and {len(hosts) - SHOWN_HOSTS} more" if len(hosts) > SHOWN_HOSTS else ""
        lines.append(f"  - {problem.text()} (on {', '.join(hosts[:SHOWN_HOSTS])}{more})")
    count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
    return {
        "failed": True,
        "msg": "\n".join([f"{count} in the declarations, no host was touched:", *lines]),
        "problems": [problem.to_result() | {"hosts": list(hosts)} for problem, hosts in by_problem.items()],
    }
