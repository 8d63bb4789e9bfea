# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port through which everything beside the managed values is learned of a host; one adapter for each channel.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.host_facts import NOT_ASKED, HelperGroup, HostFacts, TaskOutcome, Unread
from ..._registry.model import Observed


class HostFactsReader(t.Protocol):
    """Reads facts of one host over its open connection, and starts Windows' task for the helpers.

    Whatever the host refuses, lacks or garbles is ``Unread`` with the reason. Every method raises HostUnreachable when
    the connection is lost, and no other error of a host.
    """

    def gather(self, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
        """Return everything that sources and conflicts are told from.

        Args:
            local_gpo: The managed values in the file of the local GPO, where that was read; handed through.
        """

    def start_task(self) -> TaskOutcome:
        """Start the task that copies the list of helpers into the local group; wait 15 seconds at most for its end."""

    def read_group(self, facts: HostFacts) -> HelperGroup | Unread:
        """Return the members of the local group of helpers.

        Args:
            facts: What ``gather`` returned: the system, and the computer's own name.
        """
