# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which reader of facts belongs to an open channel.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from ..._policy.host_facts import FAILED, NOT_ASKED, HelperGroup, HostFacts, TaskOutcome, Unread
from ..._registry.model import Observed
from ..ports import RegistryChannel
from ..reg_exe.registry import RegExeRegistry
from ..wsman.registry import WsmanRegistry
from .over_commands import CommandFacts
from .over_wsman import WsmanFacts
from .ports import HostFactsReader


def facts_reader(channel: RegistryChannel) -> HostFactsReader:
    """Return the reader for a channel; nothing is sent before the first question.

    Args:
        channel: The open channel to the host's registry, whose connection is used.
    """
    if isinstance(channel, WsmanRegistry):
        return WsmanFacts(channel)
    if isinstance(channel, RegExeRegistry):
        return CommandFacts(channel)
    return NoFacts(f"not readable over {channel.name}")


class NoFacts:
    """A HostFactsReader for a channel that has no way to any fact.

    Args:
        why: The reason in words.
    """

    def __init__(self, why: str) -> None:
        self._unread = Unread(why=why)

    def gather(self, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
        """Return that nothing is known; see HostFactsReader."""
        return HostFacts.unknown(self._unread, local_gpo=local_gpo)

    def start_task(self) -> TaskOutcome:
        """Return that it cannot be started; see HostFactsReader."""
        return TaskOutcome(state=FAILED, why=self._unread.why)

    def read_group(self, facts: HostFacts) -> HelperGroup | Unread:  # noqa: ARG002  the port's
        """Return that it is not known; see HostFactsReader."""
        return self._unread
