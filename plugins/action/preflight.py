# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``preflight``: find out before any host is touched that a run cannot be right."""

from __future__ import annotations

import typing as t

from ansible.plugins.loader import lookup_loader
from ansible.template import Templar

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result
from ..plugin_utils._ansible.inputs import VARIABLES_PREFIX, request_of
from ..plugin_utils._ansible.plain import plain
from ..plugin_utils._ansible.schema_check import SchemaCheck
from ..plugin_utils._policy.declaration import shown_input
from ..plugin_utils._policy.kinds import nearest_word
from ..plugin_utils._registry.errors import InputError, Problem

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    "hosts": {"type": "str", "required": True},
    VARIABLES_PREFIX: {"type": "str"},
    "play_variables": {"type": "list", "elements": "str"},
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
        if self._task.args.get(VARIABLES_PREFIX) is None:
            return {"changed": False, "hosts": hosts}
        by_problem: dict[Problem, list[str]] = {}
        for host in hosts:
            for problem in self._problems_of(host, task_vars):
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

    def _problems_of(self, host: str, task_vars: dict[str, t.Any]) -> tuple[Problem, ...]:
        hostvars = task_vars["hostvars"]
        variables = dict(hostvars.raw_get(host))
        variables |= {"hostvars": hostvars, "inventory_hostname": host, "groups": task_vars.get("groups", {})}
        for name in plain(self._task.args.get("play_variables")) or []:
            if name in task_vars:
                variables[name] = task_vars[name]
        prefix = {VARIABLES_PREFIX: self._task.args[VARIABLES_PREFIX]}
        templar = Templar(loader=self._loader, variables=variables)
        try:
            request_of(prefix, variables, templar.template, DECLARATION_SCHEMA)
        except InputError as error:
            return error.problems
        return ()


def _nothing_matches(pattern: str, groups: t.Mapping[str, t.Sequence[str]]) -> str:
    filled = sorted(str(name) for name, members in groups.items() if members and name not in ("all", "ungrouped"))
    if not filled:
        return f"the host pattern {pattern!r} matches nothing: the inventory has no group with hosts; name one with -i"
    nearest = nearest_word(pattern, filled)
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
