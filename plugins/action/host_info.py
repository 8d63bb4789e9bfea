# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``host_info``: read what Remote Assistance may do on a Windows host."""

from __future__ import annotations

import contextlib
import typing as t

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result
from ..plugin_utils._ansible.inputs import checked_options
from ..plugin_utils._ansible.plain import plain
from ..plugin_utils._channels.firewall.reading import read_firewall
from ..plugin_utils._group_policy.local_info import local_info
from ..plugin_utils._group_policy.ports import GroupPolicyFolder
from ..plugin_utils._policy.effective import effective
from ..plugin_utils._policy.options import READ_OPTIONS, host_options, without_descriptions
from ..plugin_utils._policy.words import EVERYTHING, helpers_in_words, in_words
from ..plugin_utils._registry.errors import HostError, HostUnreachable
from ..plugin_utils._registry.model import Observed

ARGUMENT_SPEC: t.Final = without_descriptions(host_options(READ_OPTIONS))


class ActionModule(RemoteAssistanceAction):
    """Reads one host, never writes."""

    def perform(self, task_vars: dict[str, t.Any]) -> Result:  # noqa: ARG002  the form of the base class
        self.refuse_unknown_arguments(ARGUMENT_SPEC)
        options = checked_options({name: plain(value) for name, value in self._task.args.items()})
        with contextlib.ExitStack() as stack:
            channel = stack.enter_context(self.channel(temp_dir=options.temp_dir))
            way = stack.enter_context(self.local_gpo(options)) if options.local_gpo else None
            observed = channel.read(EVERYTHING)
            firewall = read_firewall(channel)
            local_gpo = {} if way is None else _local_gpo(way.folder, observed)
            facts = self.describe(channel, way)
        words = in_words(observed)
        control_panel = words.pop("control_panel")
        return {
            "changed": False,
            "policies": words,
            "control_panel": control_panel,
            "helpers": helpers_in_words(observed),
            "effective": {name: answer.to_result() for name, answer in effective(observed).items()},
            "firewall": firewall,
            **facts,
            **local_gpo,
        }


def _local_gpo(folder: GroupPolicyFolder, observed: Observed) -> Result:
    """Return what the files say; that they cannot be read must not hide what the registry says."""
    try:
        return {"local_gpo": local_info(folder.read(), observed)}
    except HostUnreachable:
        raise
    except HostError as error:
        return {"local_gpo": None, "warnings": [str(error)]}
