# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The firewall's rules for Remote Assistance over WMI (MSFT_NetFirewallRule, Windows 8 and Server 2012 and later).

Without a policy store in the request Windows answers from the persistent store, the host's own rules; what a policy
delivers is read from the registry.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.firewall import RULE_GROUP, FirewallPolicy, FirewallRule, allows, is_of_group
from ..._policy.host_facts import Unread
from ..._registry.model import KeyRead
from ..firewall.rule_text import MERGE, POLICIES, POLICY_RULES, PROFILES, names_in
from ..wsman.answer import unusable
from ..wsman.enumerate import Query, query
from ..wsman.exchange import Exchange
from ..wsman.invoke import Call, check, invoke
from ..wsman.items import Item
from .attempts import KeyReader, attempt, number_of, rows, values_of

_NAMESPACE: t.Final = "root/standardcimv2"
_CLASS: t.Final = "MSFT_NetFirewallRule"
_KEYS: t.Final = ("CreationClassName", "PolicyRuleName", "SystemCreationClassName", "SystemName")
_COLUMNS: t.Final = ",".join(
    ("InstanceID", *_KEYS, "RuleGroup", "Enabled", "Direction", "Action", "Profiles", "PolicyStoreSourceType")
)
_LOCAL_STORES: t.Final = frozenset({None, 0, 1})


def read_rules(exchange: Exchange) -> tuple[FirewallRule, ...] | Unread:
    """Return the rules of the group, none where the host has no such group."""
    return attempt(lambda: rules_of(exchange))


def read_policy(registry: KeyReader) -> FirewallPolicy | Unread:
    """Return what Group Policy says of the firewall."""
    return attempt(lambda: _policy(registry))


def switch(exchange: Exchange, rule: FirewallRule, *, on: bool) -> None:
    """Switch a rule on or off; the caller reads it again, because some hosts answer without a word.

    Raises:
        HostError: The host refuses; the state is as before.
        HostUnreachable: The connection was lost; ``outcome_unknown`` tells whether it may have been done.
    """
    doing = f"switching {'on' if on else 'off'} the firewall rule {rule.id}"
    call = Call(namespace=_NAMESPACE, class_name=_CLASS, method="Enable" if on else "Disable", selectors=rule.keys)
    check(invoke(exchange, call, doing=doing, changes=True))


def rules_of(exchange: Exchange) -> tuple[FirewallRule, ...]:
    """Return the rules of the group, none where the host has no such group.

    Raises:
        NotOffered: Windows does not have this part of WMI: before Windows 8 and Server 2012.
        AccessDenied: The account may not read it.
        HostError: The answer cannot be used.
        HostUnreachable: The connection was lost.
    """
    doing = "reading the firewall rules"
    wql = f"SELECT {_COLUMNS} FROM {_CLASS} WHERE RuleGroup"  # noqa: S608  constants only
    found = rows(exchange, _NAMESPACE, f"{wql}='{RULE_GROUP}'", doing=doing)
    if not found:
        # Some groups are spelled with the path of the file.
        found = tuple(query(exchange, Query(namespace=_NAMESPACE, wql=f"{wql} LIKE '%,-33002'"), doing=doing))
    return tuple(_rule(item) for item in found if is_of_group(item.text("RuleGroup")))


def _rule(item: Item) -> FirewallRule:
    name, state = item.text("InstanceID"), item.number("Enabled")
    if not name or state not in {1, 2}:
        raise unusable(item.doing, "a rule has no name, or is neither on nor off")
    keys = {key: item.text(key) or "" for key in _KEYS}
    keys["CreationClassName"] = keys["CreationClassName"] or f"MSFT|FW|FirewallRule|{name}"
    return FirewallRule(
        id=name,
        is_enabled=state == 1,
        is_inbound=item.number("Direction") == 1,
        allows=allows(item.number("Action")),
        profiles=item.number("Profiles") or 0,
        is_local=item.number("PolicyStoreSourceType") in _LOCAL_STORES,
        keys=keys,
    )


def _policy(registry: KeyReader) -> FirewallPolicy:
    if registry.keys(POLICIES) is None:
        return FirewallPolicy(rules=(), merge_off=())  # the usual case, in one message instead of four
    off = [
        profile
        for profile in PROFILES
        if number_of(values_of(registry, rf"{POLICIES.path}\{profile}", MERGE), MERGE) == 0
    ]
    values = registry.read([KeyRead(key=POLICY_RULES)])[POLICY_RULES].by_name.values()
    return FirewallPolicy(rules=names_in(values), merge_off=tuple(off))
