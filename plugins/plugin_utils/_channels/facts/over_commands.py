# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts over ssh, by programs of Windows: reg.exe, net.exe, schtasks.exe. Nothing of ours runs on the host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

What it takes: ``gather`` one line, and one transfer where policies were ever applied; one line more where device
management sets something of Remote Assistance. The group one line. Firewall rules one line and one transfer, and the
policy of the firewall comes with them. Files are removed by the next line, or when the channel is closed.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ..._policy.host_facts import NOT_ASKED, HelperGroup, HostFacts, Mdm, TaskOutcome, Unread
from ..._registry.model import Observed
from ..commands.lines import Answer
from ..reg_exe.registry import RegExeRegistry
from . import command_group, command_system, command_task, policies
from .attempts import attempt
from .snapshot import Snapshot

NO_RSOP: t.Final = Unread(why="RSoP is not readable over ssh")


class CommandFacts:
    """A HostFactsReader over ssh.

    Args:
        registry: The host's registry, whose connection is used.
        clock: Seconds that only grow.
        pause: Waits some seconds.
    """

    def __init__(
        self,
        registry: RegExeRegistry,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        pause: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._pause = pause

    def gather(self, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
        """Return everything that sources and conflicts are told from; see HostFactsReader."""
        snapshot = Snapshot(self._registry.files)
        answer = attempt(
            lambda: snapshot.load(
                (*policies.KEYS, *command_system.KEYS),
                single=command_system.SINGLE,
                tree=policies.HISTORY,
                more=command_system.STEPS,
                doing="reading what the host tells of itself and its policies",
            )
        )
        if isinstance(answer, Unread):
            return dataclasses.replace(HostFacts.unknown(answer, local_gpo=local_gpo), rsop=NO_RSOP)
        return HostFacts(
            rsop=NO_RSOP,
            applied=policies.read_applied(snapshot),
            mdm=attempt(lambda: _mdm(snapshot, answer)),
            local_gpo=local_gpo,
            local_gpo_off=policies.read_local_gpo_off(snapshot),
            refreshed=policies.read_refreshed(snapshot),
            system=attempt(lambda: command_system.read_system(snapshot, answer)),
            membership=attempt(lambda: command_system.read_membership(snapshot, answer)),
            feature=attempt(lambda: command_system.read_feature(answer)),
        )

    def start_task(self) -> TaskOutcome:
        """Start the task for the helpers; see HostFactsReader."""
        return command_task.start_task(self._registry.files, clock=self._clock, pause=self._pause)

    def read_group(self, facts: HostFacts) -> HelperGroup | Unread:
        """Return the members of the group of helpers; see HostFactsReader."""
        return command_group.read_group(self._registry.files, facts.system, facts.membership)


def _mdm(snapshot: Snapshot, answer: Answer) -> Mdm:
    doing = "reading what device management sets"
    command_system.demand_whole(answer, doing)
    snapshot.load(policies.mdm_keys(snapshot), doing=doing)
    return policies.mdm_in(snapshot)
