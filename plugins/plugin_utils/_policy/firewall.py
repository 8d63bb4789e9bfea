# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of Windows' firewall for Remote Assistance: the group, its default state, and what a declaration changes.

The group is told by its resource id, never by a translated name. Rules of Windows itself are switched on and off, never
edited. Port 3389 belongs to Remote Desktop and has had nothing to do with Remote Assistance since Windows Vista.

Source of the defaults: Windows 10 as installed; for servers no source was found.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .catalogue import ALL_RULES, DISABLED, ENABLED
from .host_facts import Unread

RULE_GROUP: t.Final = "@FirewallAPI.dll,-33002"

MIXED: t.Final = "mixed"
ABSENT: t.Final = "absent"
UNKNOWN: t.Final = "unknown"
STATES: t.Final = (ENABLED, DISABLED, ALL_RULES, MIXED, ABSENT, UNKNOWN)
"""What the group can be on a host."""

ON: t.Final = "on"
OFF: t.Final = "off"

_ALLOW: t.Final = frozenset({2, 3})
_PREFIX: t.Final = "remoteassistance-"
# Each rule comes twice: the one for networks that one trusts is on, its twin for public networks off.
_ON_BY_DEFAULT: t.Final = "-active"


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallRule:
    """One rule of the group.

    Attributes:
        id: The rule's name that no language changes, such as ``RemoteAssistance-Out-TCP-Active``.
        is_enabled: True if it is switched on.
        is_inbound: True for traffic to the host.
        allows: False for a rule that blocks.
        profiles: A mask of networks: 1 domain, 2 private, 4 public; 0 for all.
        is_local: False for a rule that a policy delivers, which can only be changed there.
        keys: What chooses this rule in WMI.
    """

    id: str
    is_enabled: bool
    is_inbound: bool
    allows: bool
    profiles: int
    is_local: bool
    keys: t.Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallPolicy:
    """What Group Policy says of the firewall as far as it matters here.

    Attributes:
        rules: Names of rules for Remote Assistance that a policy delivers.
        merge_off: The profiles in which the host's own rules do not count (AllowLocalPolicyMerge is 0).
    """

    rules: tuple[str, ...]
    merge_off: tuple[str, ...]


def is_of_group(group: str | None) -> bool:
    """Return True for the group's resource id; Windows spells the path of such ids in several ways."""
    folded = (group or "").lower()
    return folded.endswith(",-33002") and "firewallapi.dll" in folded


def allows(action: int | None) -> bool:
    """Return True for an action that lets traffic pass (2 allow, 3 allow and bypass other rules; 4 is block)."""
    return action in _ALLOW


def default_state(rule: FirewallRule) -> bool | None:
    """Return whether Windows ships a rule switched on, or None for one that is none of Windows'."""
    name = rule.id.lower()
    return name.endswith(_ON_BY_DEFAULT) if name.startswith(_PREFIX) else None


def state_of(rules: t.Collection[FirewallRule]) -> str:
    """Return the state of the group.

    Args:
        rules: The rules of the group, as they stand on the host.

    Returns:
        absent (there is no such group), disabled (nothing is let through), enabled (each rule as Windows ships it),
        all_rules, or mixed. Rules that block do not count.
    """
    if not rules:
        return ABSENT
    passing = [rule for rule in rules if rule.allows]
    states = {rule.is_enabled for rule in passing}
    if True not in states:
        return DISABLED
    if all(rule.is_enabled == default_state(rule) for rule in passing):
        return ENABLED
    return ALL_RULES if states == {True} else MIXED


def blocking(rules: t.Iterable[FirewallRule]) -> tuple[FirewallRule, ...]:
    """Return the rules that are on and keep Remote Assistance out: switched on, the group then closes the host."""
    return tuple(rule for rule in rules if rule.is_enabled and not rule.allows)


def wanted_state(rule: FirewallRule, wanted: str) -> bool | None:
    """Return whether a rule shall be on, or None for one that is left alone.

    Rules that block are: switched off, they would open the host. So are those of a policy, which only that policy
    changes, and with ``enabled`` those that are none of Windows'.

    Args:
        rule: A rule of the group.
        wanted: enabled (as Windows ships it), disabled or all_rules.
    """
    if not rule.is_local or not rule.allows:
        return None
    return {DISABLED: False, ALL_RULES: True}.get(wanted, default_state(rule))


def to_switch(rules: t.Iterable[FirewallRule], wanted: str) -> tuple[FirewallRule, ...]:
    """Return the rules that are not as they should be, each to be switched over; see ``wanted_state``."""
    return tuple(rule for rule in rules if wanted_state(rule, wanted) not in (None, rule.is_enabled))


def firewall_info(rules: tuple[FirewallRule, ...] | Unread, policy: FirewallPolicy | Unread) -> dict[str, t.Any]:
    """Return what ``host_info`` says of the firewall; see ``schemas/host_info.schema.json``.

    Args:
        rules: The rules of the group.
        policy: What Group Policy says of them.
    """
    known = () if isinstance(rules, Unread) else rules
    return {
        "state": UNKNOWN if isinstance(rules, Unread) else state_of(rules),
        "rules": {rule.id: word(is_on=rule.is_enabled) for rule in sorted(known, key=lambda rule: rule.id.lower())},
        "blocking": [rule.id for rule in blocking(known)],
        "merge_off": None if isinstance(policy, Unread) else list(policy.merge_off),
        "policy_rules": None if isinstance(policy, Unread) else list(policy.rules),
        "unknown": [str(fact) for fact in (rules, policy) if isinstance(fact, Unread)],
    }


def word(*, is_on: bool) -> str:
    """Return the word for a rule's state."""
    return ON if is_on else OFF
