# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``host``: enforce what Remote Assistance may do on a Windows host."""

from __future__ import annotations

import typing as t

from ..plugin_utils._ansible.audit import AUDITED, audited
from ..plugin_utils._ansible.backups import Backups
from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result, display
from ..plugin_utils._ansible.inputs import ARGUMENT_SPEC, Request, request_of
from ..plugin_utils._ansible.results import (
    Part,
    interruption_text,
    outcome_result,
    refresh_result,
    registry_part,
)
from ..plugin_utils._ansible.schema_check import SchemaCheck
from ..plugin_utils._ansible.warm_up import warm_up_ansible
from ..plugin_utils._channels.enforce import enforce
from ..plugin_utils._channels.outcome import Outcome
from ..plugin_utils._channels.wsman.warm_up import warm_up
from ..plugin_utils._group_policy.local_ended import Copies, Ways
from ..plugin_utils._group_policy.local_run import enforce_both
from ..plugin_utils._group_policy.refresh import refresh_policy
from ..plugin_utils._policy.catalogue import LOCAL_GPO

__all__ = ["ARGUMENT_SPEC", "ActionModule"]

# Done here, in the parent of all workers: inside run() it would cost every host again.
DECLARATION_SCHEMA: t.Final = SchemaCheck("declaration")
warm_up()
warm_up_ansible()


class ActionModule(RemoteAssistanceAction):
    """Brings one host to the declared state."""

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        request = request_of(self._task.args, task_vars, self.template, DECLARATION_SCHEMA)
        host = str(self._task.delegate_to or task_vars["inventory_hostname"])
        if request.options.local_gpo:
            result = self._registry_and_local_gpo(request, host)
        else:
            result = self._registry(request, host)
        if request.options.refresh_policy and result["changed"] and not self._task.check_mode and "msg" not in result:
            result |= self._refresh(result)
        if self._task.check_mode:
            result[AUDITED] = audited(request, task_vars)
        return self._with_warnings(result, request.declaration.cautions())

    def _registry(self, request: Request, host: str) -> Result:
        with self.channel(temp_dir=request.options.temp_dir) as channel:

            def interrupted(outcome: Outcome[t.Any]) -> None:
                self._tell_interruption([outcome])

            outcome = enforce(channel, request.declaration, check_mode=self._task.check_mode, interrupted=interrupted)
            return outcome_result([registry_part(outcome)], host=host) | self.describe(channel)

    def _registry_and_local_gpo(self, request: Request, host: str) -> Result:
        options = request.options
        backups = Backups(options.backup_dir, host) if options.backup else None
        copies = Copies(keep=_nothing, check=_nothing, suffix=None)
        if backups is not None:
            copies = Copies(keep=backups.keep, check=backups.check, suffix=backups.suffix)
        with self.channel(temp_dir=options.temp_dir) as channel, self.local_gpo(options) as way:
            ended = enforce_both(
                Ways(registry=channel, folder=way.folder),
                request.declaration,
                check_mode=self._task.check_mode,
                copies=copies,
                interrupted=self._tell_interruption,
            )
            files = Part(outcome=ended.files, sides=ended.local_plan.sides(ended.files.made), under=LOCAL_GPO)
            result = outcome_result([registry_part(ended.registry), files], host=host)
            result |= self.describe(channel, way)
        if backups is not None and not self._task.check_mode:
            result["backup_files"] = backups.files
            result["backup_files_on_host"] = list(ended.copies)
        return result

    def _refresh(self, result: Result) -> Result:
        try:
            with self.commands() as commands:
                return refresh_result(lambda: refresh_policy(commands).exit_code)
        except BaseException:
            # Ansible's task time-out, for example, which drops the result.
            made = ", ".join(dict.fromkeys(f"{change['layer']}: {change['setting']}" for change in result["changes"]))
            display.warning(
                f"Remote Assistance: broken off while gpupdate ran; these changes are made and stay: {made}"
            )
            raise

    @staticmethod
    def _with_warnings(result: Result, cautions: t.Sequence[str]) -> Result:
        warnings = [*result.get("warnings", ()), *cautions]
        return result | {"warnings": warnings} if warnings else result

    @staticmethod
    def _tell_interruption(outcomes: t.Sequence[Outcome[t.Any]]) -> None:
        display.warning(f"Remote Assistance: {interruption_text(outcomes)}")


def _nothing(*_files: object) -> None:
    """Keep no copy."""
