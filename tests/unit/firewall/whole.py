# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with registry, local GPO and firewall in memory, and runs of everything on it."""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import enforce, take_back
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.whole_run import (
    Core,
    WholeEnded,
    enforce_with_firewall,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.outcome import Begin, Outcome
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_ended import (
    Copies,
    Ways,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_run import (
    enforce_both,
    take_both_back,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import Observed
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost
from ansible_collections.winfleet.remote_assistance.tests.unit.firewall.memory_firewall import (
    InMemoryFirewall,
    InMemoryWay,
    rule,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.memory_folder import (
    InMemoryFolder,
    InMemoryGpo,
)

Told = t.Sequence[Outcome[t.Any]]
RULES: t.Final = ("RemoteAssistance-In-Active", "RemoteAssistance-Out-Active", "RemoteAssistance-Out")


class Broken(BaseException):
    """What a task time-out is: no Exception."""


class Host:
    """One host and one connection to each of its places; messages are counted over all of them.

    Attributes:
        log: Which place was written, in order: registry, files, firewall.
        told: What was told at interruptions.
        between: Called before every message with its number, from 0; what it raises comes through.
    """

    def __init__(self, state: Observed, rules: t.Mapping[str, bool], *, gpo: bool, whole_group: bool = False) -> None:
        self.registry = InMemoryHost(state)
        self.channel = InMemoryChannel(self.registry)
        self.gpo = InMemoryGpo(LocalGpoFiles(registry_pol=None, gpt_ini=None))
        self.folder = InMemoryFolder(self.gpo)
        self.firewall = InMemoryFirewall(*(rule(name, on=on) for name, on in rules.items()))
        self.way = InMemoryWay(self.firewall, whole_group=whole_group)
        self.told: list[Told] = []
        self.between: t.Callable[[int], None] = lambda number: None
        self.messages = 0
        self._has_gpo = gpo
        self.channel.between = self.folder.between = self.way.between = self._message

    def _message(self, dummy: int) -> None:
        number, self.messages = self.messages, self.messages + 1
        self.between(number)

    def run(self, raw: dict[str, t.Any], *, check_mode: bool = False) -> list[Outcome[t.Any]]:
        """Return how the run ended in each place, the firewall last."""
        declaration = from_mapping(raw)
        assert declaration.firewall is not None
        core: Core[t.Any] = self._both(declaration, check_mode) if self._has_gpo else self._one(declaration, check_mode)
        ended: WholeEnded[t.Any] = enforce_with_firewall(
            core, self.way, declaration.firewall, check_mode=check_mode, interrupted=self.told.append
        )
        return [*core.outcomes(ended.core), ended.firewall]

    def _one(self, declaration: t.Any, check_mode: bool) -> Core[t.Any]:
        def run(interrupted: t.Any, begin: Begin) -> t.Any:
            return enforce(
                self.channel,
                declaration,
                check_mode=check_mode,
                interrupted=lambda outcome: interrupted([outcome]),
                begin=begin,
            )

        return Core(
            run=run,
            outcomes=lambda ended: (ended,),
            take_back=lambda ended: take_back(self.channel, declaration, ended.plan),
        )

    def _both(self, declaration: t.Any, check_mode: bool) -> Core[t.Any]:
        ways = Ways(registry=self.channel, folder=self.folder, pause=lambda dummy: None)

        def run(interrupted: t.Any, begin: Begin) -> t.Any:
            return enforce_both(
                ways,
                declaration,
                check_mode=check_mode,
                copies=Copies.none(),
                interrupted=interrupted,
                begin=begin,
            )

        return Core(
            run=run,
            outcomes=lambda ended: ended.outcomes,
            take_back=lambda ended: take_both_back(ways, declaration, ended),
        )

    def picture(self) -> tuple[t.Any, ...]:
        """Return everything that the host holds, fit for comparison."""
        values = {
            (key.path, folded): (int(value.type), value.data)
            for key, state in self.registry.state().items()
            for folded, value in state.by_name.items()
        }
        return values, self.gpo.files, self.firewall.states()
