# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall over WS-Management: one query for all rules, one call for each rule that is switched.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.firewall import FirewallRule
from ..._policy.firewall_plan import FirewallState
from ..facts.firewall import read_policy, rules_of, switch
from ..wsman.registry import WsmanRegistry


class WsmanFirewall:
    """A FirewallWay over WS-Management.

    Args:
        registry: The open channel to the host's registry, whose connection is used.
    """

    whole_group = False

    def __init__(self, registry: WsmanRegistry) -> None:
        self._registry = registry

    def read(self, *, only_on: bool = False) -> FirewallState:
        """Return the rules of the group, and what policies say of them; see FirewallWay."""
        rules = rules_of(self._registry.exchange, only_on=only_on)
        return FirewallState(rules=rules, policy=read_policy(self._registry))

    def rules(self) -> tuple[FirewallRule, ...]:
        """Return the rules of the group; see FirewallWay."""
        return rules_of(self._registry.exchange)

    def switch(self, rules: t.Sequence[FirewallRule], *, on: bool) -> None:
        """Switch rules on or off, one after the other; see FirewallWay."""
        for rule in rules:
            switch(self._registry.exchange, rule, on=on)

    def reconnect(self) -> None:
        """Drop the connection; see FirewallWay."""
        self._registry.reconnect()

    def limit(self, seconds: float) -> None:
        """Limit all waits; see FirewallWay."""
        self._registry.limit(seconds)
