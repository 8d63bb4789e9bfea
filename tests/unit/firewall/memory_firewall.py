# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall of a host in memory, and a way to it that can be told to misbehave."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallPolicy,
    FirewallRule,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall_plan import FirewallState
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import Unread
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

NO_POLICY = FirewallPolicy(rules=(), merge_off=())


def rule(name: str, *, on: bool, allows: bool = True, is_local: bool = True) -> FirewallRule:
    return FirewallRule(
        id=name, is_enabled=on, is_inbound=True, allows=allows, profiles=0, is_local=is_local, keys={"Name": name}
    )


class InMemoryFirewall:
    """The rules of one host; several ways may reach them.

    Attributes:
        history: What let traffic pass, at every moment.
    """

    def __init__(self, *rules: FirewallRule) -> None:
        self.rules = {one.id: one for one in rules}
        self.history = [self.passing()]

    def states(self) -> dict[str, bool]:
        return {name: one.is_enabled for name, one in self.rules.items()}

    def passing(self) -> frozenset[str]:
        return frozenset(name for name, one in self.rules.items() if one.is_enabled and one.allows)

    def blocking(self) -> frozenset[str]:
        return frozenset(name for name, one in self.rules.items() if one.is_enabled and not one.allows)

    def put(self, names: t.Iterable[str], *, on: bool) -> None:
        for name in names:
            self.rules[name] = replace(self.rules[name], is_enabled=on)
        self.history.append(self.passing())


class InMemoryWay:
    """A FirewallWay to an in-memory firewall.

    Attributes:
        refused: Numbers of switches, from 0, that are refused.
        lost_before: Numbers of switches at which the connection dies before Windows sees them.
        lost_after: The same, where Windows has done it and the answer is lost.
        pretended: Numbers of switches that are answered with success and not done.
        dead_from: From this number of reconnects on, no connection comes about any more; None for never.
        between: Called before every message with its number, from 0; what it raises comes through.
        policy: What policies say.
        read_error: Raised by ``read``.
    """

    def __init__(self, host: InMemoryFirewall, *, whole_group: bool = False) -> None:
        self.host = host
        self.whole_group = whole_group
        self.refused: set[int] = set()
        self.lost_before: set[int] = set()
        self.lost_after: set[int] = set()
        self.pretended: set[int] = set()
        self.dead_from: int | None = None
        self.between: t.Callable[[int], None] = lambda number: None
        self.policy: FirewallPolicy | Unread = NO_POLICY
        self.read_error: HostError | None = None
        self.log: list[tuple[tuple[str, ...], bool]] = []
        self.limits: list[float] = []
        self.reconnects = 0
        self.messages = 0
        self._switches = 0
        self._connected = True

    def read(self, *, only_on: bool = False) -> FirewallState:
        if self.read_error is not None:
            raise self.read_error
        rules = tuple(one for one in self.rules() if one.is_enabled or not only_on)
        return FirewallState(rules=rules, policy=self.policy)

    def rules(self) -> tuple[FirewallRule, ...]:
        self._message()
        return tuple(self.host.rules.values())

    def switch(self, rules: t.Sequence[FirewallRule], *, on: bool) -> None:
        self._message()
        number, self._switches = self._switches, self._switches + 1
        if number in self.lost_before:
            self._lose(outcome_unknown=True)
        if number in self.refused:
            raise HostError(doing="switching", reason="the host answered with a fault")
        if number not in self.pretended:
            names = [one.id for one in rules]
            if self.whole_group:
                names = [one.id for one in self.host.rules.values() if one.is_local]
            self.host.put(names, on=on)
            self.log.append((tuple(names), on))
        if number in self.lost_after:
            self._lose(outcome_unknown=True)

    def reconnect(self) -> None:
        self.reconnects += 1
        self._connected = True

    def limit(self, seconds: float) -> None:
        self.limits.append(seconds)

    def _message(self) -> None:
        number, self.messages = self.messages, self.messages + 1
        self.between(number)
        if not self._connected or (self.dead_from is not None and self.reconnects >= self.dead_from > 0):
            raise HostUnreachable(doing="asking", reason="no connection")

    def _lose(self, *, outcome_unknown: bool) -> t.NoReturn:
        self._connected = False
        raise HostUnreachable(doing="switching", reason="the connection broke", outcome_unknown=outcome_unknown)
