# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``host``: enforce what Remote Assistance may do on a Windows host."""

from __future__ import annotations

import typing as t

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result, display
from ..plugin_utils._ansible.inputs import ARGUMENT_SPEC, request_of
from ..plugin_utils._ansible.results import interruption_text, outcome_result
from ..plugin_utils._ansible.schema_check import SchemaCheck
from ..plugin_utils._channels.enforce import Outcome, enforce
from ..plugin_utils._channels.wsman.warm_up import warm_up

__all__ = ["ARGUMENT_SPEC", "ActionModule"]

# Done here, in the parent of all workers: inside run() it would cost every host again.
DECLARATION_SCHEMA: t.Final = SchemaCheck("declaration")
warm_up()


class ActionModule(RemoteAssistanceAction):
    """Brings one host to the declared state."""

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        request = request_of(self._task.args, task_vars, self.template, DECLARATION_SCHEMA)
        with self.channel(temp_dir=request.temp_dir) as channel:
            outcome = enforce(
                channel, request.declaration, check_mode=self._task.check_mode, interrupted=self._tell_interruption
            )
            host = str(self._task.delegate_to or task_vars["inventory_hostname"])
            result = outcome_result(outcome, host=host) | self.describe(channel)
        cautions = request.declaration.cautions()
        return result | {"warnings": list(cautions)} if cautions else result

    @staticmethod
    def _tell_interruption(outcome: Outcome) -> None:
        display.warning(f"Remote Assistance: {interruption_text(outcome)}")
