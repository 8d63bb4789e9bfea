# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``domain_gpo``: enforce the policies of Remote Assistance in a GPO of a domain."""

from __future__ import annotations

import os
import typing as t
from dataclasses import replace

from ..plugin_utils._ansible.base import Result
from ..plugin_utils._ansible.domain_base import DomainAction
from ..plugin_utils._ansible.domain_results import ended_result
from ..plugin_utils._ansible.gpo_backups import GpoBackups, backup_at
from ..plugin_utils._ansible.plain import without_nulls
from ..plugin_utils._ansible.results import with_more
from ..plugin_utils._ansible.schema_check import SchemaCheck
from ..plugin_utils._group_policy.domain_inputs import task_of
from ..plugin_utils._group_policy.domain_run import enforce_gpo
from ..plugin_utils._policy.options import (
    directory_options,
    domain_options,
    policy_options,
    without_descriptions,
)

ARGUMENT_SPEC: t.Final = without_descriptions(domain_options() | policy_options() | directory_options())

DECLARATION_SCHEMA: t.Final = SchemaCheck("declaration")


class ActionModule(DomainAction):
    """Runs on the control node and brings one GPO to the declared state."""

    def work(self) -> Result:
        task = task_of(self.arguments, os.environ)
        request = task.request
        if task.policies:
            DECLARATION_SCHEMA.check(without_nulls(task.policies))
        if task.restore_from:
            request = replace(request, restore=backup_at(task.restore_from))
        backups = GpoBackups(task.backup_dir)
        keep = backups.keep if task.backup else None
        ended = enforce_gpo(task.directory, request, check_mode=self._task.check_mode, keep=keep)
        is_foretold = self._task.check_mode and not request.guid and request.restore is None
        result = ended_result(ended, is_foretold=is_foretold) | self.describe_way(ended.figures)
        if backups.file:
            result["backup_file"] = backups.file
        return with_more(result, {"warnings": request.declaration.cautions()})
