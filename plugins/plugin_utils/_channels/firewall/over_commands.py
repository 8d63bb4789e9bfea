# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall over ssh: an export of the registry shows the rules, and netsh switches the group as a whole.

netsh takes the group by its resource id in every language, and cannot switch one rule of it. Its texts are translated,
so that only its exit code counts; what it really did is read again.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.firewall import RULE_GROUP, FirewallRule
from ..._policy.firewall_plan import FirewallState
from ..._policy.firewall_text import LOCAL_RULES, rules_in
from ..._policy.host_facts import Unread
from ..._registry.errors import HostError
from ..._registry.model import KeyRead, Observed
from ..commands.lines import DONE, line, proof
from ..facts import firewall
from ..facts.attempts import attempt
from ..reg_exe.registry import RegExeRegistry
from ..words import shown

# The full path, because cmd.exe looks into the current folder first.
NETSH: t.Final = r"%SystemRoot%\System32\netsh.exe"

_LABEL: t.Final = "netsh"
_READING: t.Final = "reading the firewall rules"


class CommandFirewall:
    """A FirewallWay over reg.exe and netsh.

    Args:
        registry: The open channel to the host's registry, whose connection is used.
    """

    whole_group = True

    def __init__(self, registry: RegExeRegistry) -> None:
        self._registry = registry

    def read(self, *, only_on: bool = False) -> FirewallState:
        """Return the rules of the group, and what policies say of them, of one export; see FirewallWay."""
        state = self._read()
        rules = tuple(rule for rule in state.rules if rule.is_enabled or not only_on)
        return FirewallState(rules=rules, policy=state.policy)

    def _read(self) -> FirewallState:
        policy = (firewall.ROOT, *firewall.READS)
        seen = attempt(lambda: self._registry.read((KeyRead(key=LOCAL_RULES), *policy)))
        if isinstance(seen, Unread):
            # One of them may be what cannot be read.
            rules = self.rules()
            return FirewallState(rules=rules, policy=attempt(lambda: firewall.policy_in(self._registry.read(policy))))
        return FirewallState(rules=_rules(seen), policy=attempt(lambda: firewall.policy_in(seen)))

    def rules(self) -> tuple[FirewallRule, ...]:
        """Return the rules of the group; see FirewallWay."""
        return _rules(self._registry.read([KeyRead(key=LOCAL_RULES)]))

    def switch(self, rules: t.Sequence[FirewallRule], *, on: bool) -> None:  # noqa: ARG002  always the whole group
        """Switch the group on or off; see FirewallWay."""
        doing = f"switching the firewall rules of the group {RULE_GROUP} {'on' if on else 'off'}"
        command = (
            f'{NETSH} advfirewall firewall set rule group="{RULE_GROUP}" new enable={"yes" if on else "no"} >nul 2>&1'
        )
        answer = self._registry.files.host.run(line(f"{command} & {proof(_LABEL)}"), doing=doing, changes=True)
        code = answer.codes.get(_LABEL)
        if code is None:
            raise HostError(doing=doing, reason="the answer of the host is cut off: netsh did not report")
        if code != DONE:
            raise HostError(
                doing=doing,
                reason="netsh reports that it could not do it",
                advice="The account must be a member of the host's Administrators, and the service mpssvc must run",
            )

    def reconnect(self) -> None:
        """Drop the connection; see FirewallWay."""
        self._registry.reconnect()

    def limit(self, seconds: float) -> None:
        """Limit all waits; see FirewallWay."""
        self._registry.limit(seconds)


def _rules(seen: Observed) -> tuple[FirewallRule, ...]:
    try:
        return rules_in(seen[LOCAL_RULES], is_local=True)
    except ValueError as error:
        raise HostError(doing=_READING, reason=shown(str(error))) from None
