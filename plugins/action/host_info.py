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
from ..plugin_utils._channels.facts.opening import NoFacts, facts_reader
from ..plugin_utils._channels.facts.ports import HostFactsReader
from ..plugin_utils._channels.firewall.reading import read_firewall
from ..plugin_utils._channels.ports import RegistryChannel
from ..plugin_utils._group_policy.local_info import local_info, local_values
from ..plugin_utils._group_policy.ports import GroupPolicyFolder
from ..plugin_utils._policy.declaration import checked_word
from ..plugin_utils._policy.effective import effective
from ..plugin_utils._policy.firewall import firewall_info
from ..plugin_utils._policy.host_facts import NOT_ASKED, HelperGroup, Unread
from ..plugin_utils._policy.host_report import host_report
from ..plugin_utils._policy.kinds import Flag
from ..plugin_utils._policy.options import READ_OPTIONS, host_options, without_descriptions
from ..plugin_utils._policy.words import EVERYTHING, helpers_in_words, in_words
from ..plugin_utils._registry.errors import HostError, HostUnreachable
from ..plugin_utils._registry.model import Observed

FACTS: t.Final = "facts"

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    **without_descriptions(host_options(READ_OPTIONS)),
    FACTS: {"type": "bool", "default": True},
}


class ActionModule(RemoteAssistanceAction):
    """Reads one host, never writes."""

    def perform(self, task_vars: dict[str, t.Any]) -> Result:  # noqa: ARG002  the form of the base class
        self.refuse_unknown_arguments(ARGUMENT_SPEC)
        given = {name: plain(value) for name, value in self._task.args.items()}
        with_facts = _flag(given.pop(FACTS, None))
        options = checked_options(given)
        with contextlib.ExitStack() as stack:
            channel = stack.enter_context(self.channel(temp_dir=options.temp_dir))
            way = stack.enter_context(self.local_gpo(options)) if options.local_gpo else None
            observed = channel.read(EVERYTHING)
            told, in_files = ({}, NOT_ASKED) if way is None else _local_gpo(way.folder, observed)
            report = _report(channel, observed, in_files) if with_facts else {}
            ways = self.describe(channel, way)
        words = in_words(observed)
        control_panel = words.pop("control_panel")
        return {
            "changed": False,
            "policies": words,
            "control_panel": control_panel,
            "helpers": helpers_in_words(observed),
            "effective": {name: answer.to_result() for name, answer in effective(observed).items()},
            **report,
            **ways,
            **told,
        }


def _flag(raw: object) -> bool:
    """Return what the option ``facts`` holds; raises InputError."""
    return True if raw is None else bool(checked_word(FACTS, Flag(), raw))


def _report(channel: RegistryChannel, observed: Observed, in_files: Observed | Unread) -> Result:
    """Return what else is known of the host; that it cannot be read must not hide what the registry says."""
    reader: HostFactsReader = facts_reader(channel)
    lost_before: HostError | None = None
    try:
        facts = reader.gather(local_gpo=in_files)
    except HostError as lost:
        # Nothing else is asked: a host that did not answer once would be waited for again.
        reader, lost_before = NoFacts(str(lost)), lost
        facts = reader.gather(local_gpo=in_files)
    group: HelperGroup | Unread
    try:
        group = reader.read_group(facts)
    except HostError as lost:
        group, lost_before = Unread(why=str(lost)), lost
    return host_report(observed, facts, group) | {"firewall": _firewall(channel, lost_before)}


def _firewall(channel: RegistryChannel, lost: HostError | None) -> Result:
    """Return what is known of the firewall; a host that was lost before is not asked."""
    try:
        if lost is None:
            return read_firewall(channel)
    except HostError as error:
        lost = error
    unread = Unread(why=str(lost))
    return firewall_info(unread, unread)


def _local_gpo(folder: GroupPolicyFolder, observed: Observed) -> tuple[Result, Observed | Unread]:
    """Return what the files say; that they cannot be read must not hide what the registry says."""
    try:
        files = folder.read()
        return {"local_gpo": local_info(files, observed)}, local_values(files)
    except HostUnreachable:
        raise
    except HostError as error:
        return {"local_gpo": None, "warnings": [str(error)]}, Unread(why=str(error))
