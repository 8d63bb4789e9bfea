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

from ..._policy.firewall import FirewallPolicy, FirewallRule, allows, is_of_group
from ..._policy.firewall_text import names_in
from ..._policy.host_facts import Unread
from ..._registry.model import KeyRead, Observed, RegistryKey
from ..wsman.answer import unusable
from ..wsman.exchange import Exchange
from ..wsman.invoke import Call, check, invoke
from ..wsman.items import Item
from .attempts import KeyReader, attempt, number_of, rows

_NAMESPACE: t.Final = "root/standardcimv2"
_CLASS: t.Final = "MSFT_NetFirewallRule"
_KEYS: t.Final = ("CreationClassName", "PolicyRuleName", "SystemCreationClassName", "SystemName")
_COLUMNS: t.Final = ",".join(
    ("InstanceID", *_KEYS, "RuleGroup", "Enabled", "Direction", "Action", "Profiles", "PolicyStoreSourceType")
)
_LOCAL_STORES: t.Final = frozenset({None, 0, 1})
_POLICIES: t.Final = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
_PROFILES: t.Final = {
    name: RegistryKey(path=rf"{_POLICIES}\{name}") for name in ("DomainProfile", "PrivateProfile", "PublicProfile")
}
_MERGE: t.Final = "AllowLocalPolicyMerge"
_DELIVERED: t.Final = RegistryKey(path=rf"{_POLICIES}\FirewallRules")

ROOT: t.Final = KeyRead(key=RegistryKey(path=_POLICIES), names=())
"""Asked for beside READS, lets a channel that reads whole trees do so once."""

READS: t.Final = (*(KeyRead(key=key, names=(_MERGE,)) for key in _PROFILES.values()), KeyRead(key=_DELIVERED))
"""What is read of the registry for the policy of the firewall."""


def read_policy(registry: KeyReader) -> FirewallPolicy | Unread:
    """Return what Group Policy says of the firewall."""
    return attempt(lambda: _policy(registry))


def policy_in(observed: Observed) -> FirewallPolicy:
    """Return what Group Policy says of the firewall in what was read for READS."""
    off = [profile for profile, key in _PROFILES.items() if number_of(observed[key], _MERGE) == 0]
    return FirewallPolicy(rules=names_in(observed[_DELIVERED]), merge_off=tuple(off))


def switch(exchange: Exchange, rule: FirewallRule, *, on: bool) -> None:
    """Switch a rule on or off; the caller reads it again, because some hosts answer without a word.

    Raises:
        HostError: The host refuses; the state is as before.
        HostUnreachable: The connection was lost; ``outcome_unknown`` tells whether it may have been done.
    """
    doing = f"switching {'on' if on else 'off'} the firewall rule {rule.id}"
    call = Call(namespace=_NAMESPACE, class_name=_CLASS, method="Enable" if on else "Disable", selectors=rule.keys)
    check(invoke(exchange, call, doing=doing, changes=True))


def rules_of(exchange: Exchange, *, only_on: bool = False) -> tuple[FirewallRule, ...]:
    """Return the rules of the group, none where the host has no such group.

    Args:
        exchange: The conversation with the host.
        only_on: Leave out the rules that are off.

    Raises:
        NotOffered: Windows does not have this part of WMI: before Windows 8 and Server 2012.
        AccessDenied: The account may not read it.
        HostError: The answer cannot be used.
        HostUnreachable: The connection was lost.
    """
    doing = "reading the firewall rules"
    # By the end of the id, because some groups are spelled with the path of the file.
    wql = f"SELECT {_COLUMNS} FROM {_CLASS} WHERE RuleGroup LIKE '%,-33002'"  # noqa: S608  constants only
    found = rows(exchange, _NAMESPACE, wql + (" AND Enabled=1" if only_on else ""), doing=doing)
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
    if registry.keys(ROOT.key) is None:
        return FirewallPolicy(rules=(), merge_off=())  # the usual case, in one message instead of four
    return policy_in(registry.read(READS))
