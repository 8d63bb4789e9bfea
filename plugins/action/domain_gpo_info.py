# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``domain_gpo_info``: read what GPOs of a domain say about Remote Assistance."""

from __future__ import annotations

import os
import typing as t

from ..plugin_utils._ansible.base import Result
from ..plugin_utils._ansible.domain_base import DomainAction
from ..plugin_utils._ansible.domain_results import facts_result
from ..plugin_utils._group_policy.domain_inputs import read_task_of
from ..plugin_utils._group_policy.domain_listing import read_gpos
from ..plugin_utils._policy.options import directory_options, without_descriptions

ARGUMENT_SPEC: t.Final = {"name": {"type": "str"}, "guid": {"type": "str"}} | without_descriptions(directory_options())


class ActionModule(DomainAction):
    """Runs on the control node, never writes."""

    def work(self) -> Result:
        task = read_task_of(self.arguments, os.environ)
        found = read_gpos(task.directory, name=task.name, guid=task.guid)
        told: Result = {"changed": False, "gpos": [facts_result(facts) for facts in found.gpos]}
        if found.unread:
            told["warnings"] = list(found.unread)
        return told | self.describe_way(found.figures)
