# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions that work on a domain from the control node.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._group_policy.domain_inputs import located
from .._group_policy.domain_request import Figures
from .._registry.errors import InputError
from .base import RemoteAssistanceAction, Result, display
from .plain import plain


class DomainAction(RemoteAssistanceAction):
    """Works without the connection of the task's host."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Run the action; called by Ansible."""
        result = super().run(tmp, task_vars)
        # It is not the host of the task that cannot be reached: a rescue shall be possible, and the play go on.
        if result.pop("unreachable", False):
            result["failed"] = True
        return result

    def perform(self, task_vars: dict[str, t.Any]) -> Result:  # noqa: ARG002  the form of the base class
        """Do the work and return the result; errors of this collection may be raised."""
        try:
            return self.work()
        except InputError as wrong:
            # Some input can only be judged by asking the directory.
            raise InputError(located(wrong.problems, self.arguments), untouched="nothing was changed") from None

    def work(self) -> Result:
        """Do the work and return the result; errors of this collection may be raised."""
        raise NotImplementedError

    @property
    def arguments(self) -> dict[str, t.Any]:
        """The arguments of the task as plain types."""
        return {str(name): plain(value) for name, value in self._task.args.items()}

    @staticmethod
    def describe_way(figures: Figures) -> Result:
        """Return what a result says of the way to the domain; the number of messages from -vv on."""
        protocol: Result = {"ldap": {"authentication": figures.ldap_protocol, "protection": figures.ldap_protection}}
        if figures.smb_protocol:
            protocol["smb"] = {
                "authentication": figures.smb_protocol,
                "protection": "sealed" if figures.smb_encrypted else "signed",
                "dialect": figures.smb_dialect,
            }
        told: Result = {"domain": figures.domain, "domain_controller": figures.controller, "protocol": protocol}
        if display.verbosity >= 2:
            told["messages"] = {"ldap": figures.ldap_messages, "smb": figures.smb_messages}
        return told
