# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``report_table``: print what ``host_info`` found, as a table."""

from __future__ import annotations

import typing as t

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result, display
from ..plugin_utils._ansible.plain import plain
from ..plugin_utils._policy.declaration import shown_input
from ..plugin_utils._registry.errors import InputError, Problem
from ..plugin_utils._reports.host_table import table

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "variable": {"type": "str", "required": True},
}


class ActionModule(RemoteAssistanceAction):
    """Runs on the control node after the hosts were read."""

    _requires_connection = False

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        self.refuse_unknown_arguments(ARGUMENT_SPEC)
        hosts = plain(self._task.args.get("hosts"))
        variable = plain(self._task.args.get("variable"))
        problems = []
        if not isinstance(hosts, list):
            problems.append(Problem(path="hosts", value=shown_input(hosts), expected="expected a list of hosts"))
        if not isinstance(variable, str):
            expected = "expected the name of a registered variable"
            problems.append(Problem(path="variable", value=shown_input(variable), expected=expected))
        if problems:
            raise InputError(problems)
        hostvars = task_vars["hostvars"]
        unknown = [name for name in hosts if name not in hostvars]
        if unknown:
            expected = "expected hosts of the inventory"
            raise InputError([Problem(path="hosts", value=shown_input(name), expected=expected) for name in unknown])
        results = {host: hostvars.raw_get(host).get(variable) for host in hosts}
        lines = table({host: result if isinstance(result, t.Mapping) else {} for host, result in results.items()})
        for line in lines:
            display.display(line)
        return {"changed": False, "table": lines}
