# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``drift_verdict``: end a check of a host as its report says, so that Ansible's exit code tells it."""

from __future__ import annotations

import typing as t

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result
from ..plugin_utils._ansible.plain import plain
from ..plugin_utils._policy.declaration import checked_word
from ..plugin_utils._policy.kinds import one_of
from ..plugin_utils._reports.drift_facade import CLEAN, UNREACHABLE, VERDICTS

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    "verdict": {"type": "str", "choices": list(VERDICTS), "required": True},
    "message": {"type": "str", "default": ""},
}


class ActionModule(RemoteAssistanceAction):
    """Sends nothing to the host."""

    _requires_connection = False

    def perform(self, task_vars: dict[str, t.Any]) -> Result:  # noqa: ARG002  the form of the base class
        self.refuse_unknown_arguments(ARGUMENT_SPEC)
        verdict = checked_word("verdict", one_of(*VERDICTS), plain(self._task.args.get("verdict")))
        message = str(plain(self._task.args.get("message", "")))
        result: Result = {"changed": False, "verdict": verdict, "msg": f"{verdict}: {message}" if message else verdict}
        if verdict == UNREACHABLE:
            result["unreachable"] = True
        elif verdict != CLEAN:
            result["failed"] = True
        return result
