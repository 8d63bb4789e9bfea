# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The logon and the messages of a check, sent by pywinrm alone: what no code on top of it can go below.

Nothing is checked, planned or read of the answers; what is loaded in the parent of all workers is the same as for the
collection's own action.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.warm_up import warm_up_ansible
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman import provider
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.warm_up import warm_up
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.catalogue import POLICY_KEY

MESSAGE = provider.list_values(POLICY_KEY).to_bytes(message_id="0ed1d27b-0000-4000-8000-000000000000", seconds=20)

warm_up()
warm_up_ansible()


class ActionModule(ActionBase):
    """Sends one message several times (``messages``) over one connection without a shell."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the action; called by Ansible."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        connection = self._connection
        connection._build_winrm_kwargs()
        # With one, Ansible's plugin opens none.
        connection.shell_id = "none"
        transport = connection._winrm_connect().transport
        for _turn in range(int(self._task.args["messages"])):
            transport.send_message(MESSAGE)
        transport.close_session()
        connection.shell_id = None
        return result | {"changed": False}
