# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts over WS-Management: WMI classes and the registry over one connection.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import time
import typing as t

from ..._policy.host_facts import NOT_ASKED, HelperGroup, HostFacts, TaskOutcome, Unread
from ..._registry.model import Observed
from ..wsman.registry import WsmanRegistry
from . import helper_sync
from .gather import gather


class WsmanFacts:
    """A HostFactsReader over WS-Management.

    Args:
        registry: The host's registry, whose connection is used.
        clock: Seconds that only grow.
        pause: Waits some seconds.
    """

    def __init__(
        self,
        registry: WsmanRegistry,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        pause: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._pause = pause

    def gather(self, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
        """Return everything that sources and conflicts are told from; see HostFactsReader."""
        return gather(self._registry, local_gpo=local_gpo)

    def start_task(self) -> TaskOutcome:
        """Start the task for the helpers; see HostFactsReader."""
        return helper_sync.start_task(self._registry.exchange, clock=self._clock, pause=self._pause)

    def read_group(self, facts: HostFacts) -> HelperGroup | Unread:
        """Return the members of the group of helpers; see HostFactsReader."""
        return helper_sync.read_group(self._registry.exchange, facts.system, facts.membership)
