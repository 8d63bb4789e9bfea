# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``host``: enforce what Remote Assistance may do on a Windows host."""

from __future__ import annotations

import contextlib
import typing as t

from ..plugin_utils._ansible.audit import AUDITED, audited
from ..plugin_utils._ansible.backups import Backups
from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result, display
from ..plugin_utils._ansible.conflict_review import ConflictReview
from ..plugin_utils._ansible.helper_sync import sync_result
from ..plugin_utils._ansible.inputs import ARGUMENT_SPEC, Request, request_of
from ..plugin_utils._ansible.results import (
    Part,
    interruption_text,
    outcome_result,
    refresh_result,
    registry_part,
    with_more,
)
from ..plugin_utils._ansible.schema_check import SchemaCheck
from ..plugin_utils._ansible.warm_up import warm_up_ansible
from ..plugin_utils._ansible.whole_run import CoreEnded, Whole, both_core, enforce_whole, registry_core
from ..plugin_utils._channels.facts.opening import facts_reader
from ..plugin_utils._channels.facts.ports import HostFactsReader
from ..plugin_utils._channels.firewall.whole_run import Core
from ..plugin_utils._channels.outcome import Outcome
from ..plugin_utils._channels.ports import RegistryChannel
from ..plugin_utils._channels.wsman.warm_up import warm_up
from ..plugin_utils._group_policy.local_ended import Copies, Ways
from ..plugin_utils._group_policy.refresh import refresh_policy
from ..plugin_utils._policy.catalogue import HELPER_KEY, LOCAL_GPO
from ..plugin_utils._policy.declaration import Declaration
from ..plugin_utils._policy.host_facts import HostFacts
from ..plugin_utils._policy.plan import Step

__all__ = ["ARGUMENT_SPEC", "ActionModule"]

# Done here, in the parent of all workers: inside run() it would cost every host again.
DECLARATION_SCHEMA: t.Final = SchemaCheck("declaration")
warm_up()
warm_up_ansible()


class ActionModule(RemoteAssistanceAction):
    """Brings one host to the declared state."""

    _facts: HostFacts | None = None

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        request = request_of(self._task.args, task_vars, self.template, DECLARATION_SCHEMA)
        host = str(self._task.delegate_to or task_vars["inventory_hostname"])
        if request.options.local_gpo:
            result = self._registry_and_local_gpo(request, host)
        else:
            result = self._registry(request, host)
        if request.options.refresh_policy and result["changed"] and not self._task.check_mode and "msg" not in result:
            result = with_more(result, self._refresh(result))
        if self._task.check_mode:
            result[AUDITED] = audited(request, task_vars, self._facts)
        return with_more(result, {"warnings": request.declaration.cautions()})

    def _registry(self, request: Request, host: str) -> Result:
        with self.channel(temp_dir=request.options.temp_dir) as channel:
            review = _review(request, channel)
            core = registry_core(channel, request.declaration, check_mode=self._task.check_mode, review=review)
            whole = self._whole(core, channel, request.declaration)
            result = self._told(request, host, review, whole, [registry_part(whole.core)])
            return result | self.describe(channel)

    def _registry_and_local_gpo(self, request: Request, host: str) -> Result:
        options = request.options
        backups = Backups(options.backup_dir, host) if options.backup else None
        copies = Copies.none()
        if backups is not None:
            copies = Copies(keep=backups.keep, check=backups.check, suffix=backups.suffix)
        with self.channel(temp_dir=options.temp_dir) as channel, self.local_gpo(options) as way:
            review = _review(request, channel)
            core = both_core(
                Ways(registry=channel, folder=way.folder),
                request.declaration,
                check_mode=self._task.check_mode,
                copies=copies,
                review=review,
            )
            whole = self._whole(core, channel, request.declaration)
            ended = whole.core
            files = Part(outcome=ended.files, sides=ended.local_plan.sides(ended.files.made), under=LOCAL_GPO)
            result = self._told(request, host, review, whole, [registry_part(ended.registry), files])
            result |= self.describe(channel, way)
        if backups is not None and not self._task.check_mode:
            result["backup_files"] = backups.files
            result["backup_files_on_host"] = list(ended.copies)
        return result

    def _whole(self, core: Core[CoreEnded], channel: RegistryChannel, declaration: Declaration) -> Whole[CoreEnded]:
        check_mode = self._task.check_mode
        return enforce_whole(core, channel, declaration, check_mode=check_mode, interrupted=self._tell_interruption)

    def _told(
        self, request: Request, host: str, review: ConflictReview, whole: Whole[t.Any], core: t.Sequence[Part]
    ) -> Result:
        """Return the result of a run while its ways are open; ``core`` is all but the firewall, the registry first."""
        self._facts = review.facts
        result = outcome_result([*core, *whole.parts], host=host)
        result = with_more(result, review.result(), {"warnings": whole.warnings})
        return with_more(result, self._synced(result, request, core[0].outcome, review.reader))

    def _synced(self, result: Result, request: Request, outcome: Outcome[Step], reader: HostFactsReader) -> Result:
        """Let a new list of helpers take effect, where the run made one."""
        is_new = any(step.target.key == HELPER_KEY for step in outcome.made)
        if not is_new or not request.options.sync_helpers or "msg" in result:
            return {}
        with _telling(result, "Windows' task for the helpers ran"):
            return sync_result(reader.start_task, check_mode=self._task.check_mode)

    def _refresh(self, result: Result) -> Result:
        with _telling(result, "gpupdate ran"), self.commands() as commands:
            return refresh_result(lambda: refresh_policy(commands).exit_code)

    @staticmethod
    def _tell_interruption(outcomes: t.Sequence[Outcome[t.Any]]) -> None:
        display.warning(f"Remote Assistance: {interruption_text(outcomes)}")


def _review(request: Request, channel: RegistryChannel) -> ConflictReview:
    return ConflictReview(
        facts_reader(channel),
        mode=request.options.conflicts,
        uses_local_gpo=request.options.local_gpo,
        reconnect=channel.reconnect,
        silent=request.is_audit,
    )


@contextlib.contextmanager
def _telling(result: Result, meanwhile: str) -> t.Iterator[None]:
    """Tell what is made if what comes after it is broken off, by Ansible's task time-out for example: it drops it."""
    try:
        yield
    except BaseException:
        made = ", ".join(dict.fromkeys(f"{change['layer']}: {change['setting']}" for change in result["changes"]))
        display.warning(f"Remote Assistance: broken off while {meanwhile}; these changes are made and stay: {made}")
        raise
