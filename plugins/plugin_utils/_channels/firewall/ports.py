# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port through which a host's firewall is reached; one adapter for each way to reach it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.firewall import FirewallRule
from ..._policy.firewall_plan import FirewallState


class FirewallWay(t.Protocol):
    """Reads and switches the rules of the group on one host.

    Every method but the last two may raise AccessDenied, HostUnreachable or another HostError.

    Attributes:
        whole_group: True if ``switch`` always acts on every rule of the group, whatever is named.
    """

    whole_group: bool

    def read(self, *, only_on: bool = False) -> FirewallState:
        """Return the rules of the group, and what policies say of them.

        Args:
            only_on: Leave out the rules that are off.

        Raises:
            NotOffered: This Windows has no way to them.
        """

    def rules(self) -> tuple[FirewallRule, ...]:
        """Return the rules of the group alone, none where there is no such group."""

    def switch(self, rules: t.Sequence[FirewallRule], *, on: bool) -> None:
        """Switch rules on or off. It does no harm when it is done twice; the caller reads them again.

        Args:
            rules: One rule, or every rule that is to be switched where ``whole_group`` is true.
            on: Which way.

        Raises:
            HostUnreachable: The connection was lost; ``outcome_unknown`` tells whether it may have been done.
        """

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""

    def limit(self, seconds: float) -> None:
        """Let no later wait for the host, nor all of them together, last longer than this many seconds from now."""
