# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Rules of the firewall as they stand in the registry, one text for each.

``v2.30|Action=Allow|Active=TRUE|Dir=In|Profile=Domain|...|EmbedCtxt=@FirewallAPI.dll,-33002|`` (MS-GPFAS 2.2.2). The
host's own rules are below ``SharedAccess``, those of a policy below ``SOFTWARE\Policies``; nothing is written there.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.firewall import FirewallRule, is_of_group
from ..._registry.errors import HostError
from ..._registry.model import RegistryKey, RegistryValue

LOCAL_RULES: t.Final = RegistryKey(
    path=r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
)
POLICIES: t.Final = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\WindowsFirewall")
POLICY_RULES: t.Final = RegistryKey(path=rf"{POLICIES.path}\FirewallRules")
PROFILES: t.Final = ("DomainProfile", "PrivateProfile", "PublicProfile")
MERGE: t.Final = "AllowLocalPolicyMerge"

_PROFILE_BITS: t.Final = {"domain": 1, "private": 2, "public": 4}
_ALLOWING: t.Final = frozenset({"allow", "bypass", "bypassblock"})
_STATES: t.Final = {"TRUE": True, "FALSE": False}


def rules_in(values: t.Iterable[RegistryValue], *, doing: str) -> tuple[FirewallRule, ...]:
    """Return the rules of the group among the host's own rules.

    Args:
        values: What stands in LOCAL_RULES.
        doing: What is being done, for errors.

    Raises:
        HostError: A rule is neither on nor off.
    """
    return tuple(_rule(value.name, _fields(value), doing) for value in values if _is_of_group(value))


def names_in(values: t.Iterable[RegistryValue]) -> tuple[str, ...]:
    """Return the names of the rules of the group among those of a policy."""
    return tuple(value.name for value in values if _is_of_group(value))


def _fields(value: RegistryValue) -> list[tuple[str, str]]:
    parts = value.data.split("|") if isinstance(value.data, str) else []
    return [(name.lower(), text) for name, dummy, text in (part.partition("=") for part in parts)]


def _is_of_group(value: RegistryValue) -> bool:
    return any(name == "embedctxt" and is_of_group(text) for name, text in _fields(value))


def _rule(name: str, fields: t.Sequence[tuple[str, str]], doing: str) -> FirewallRule:
    single = dict(fields)
    state = _STATES.get(single.get("active", "").upper())
    if state is None:
        raise HostError(doing=doing, reason=f"the rule {name} is neither on nor off")
    bits = [_PROFILE_BITS.get(text.lower(), 0) for field, text in fields if field == "profile"]
    return FirewallRule(
        id=name,
        is_enabled=state,
        is_inbound=single.get("dir", "").lower() == "in",
        allows=single.get("action", "").lower() in _ALLOWING,
        profiles=sum(set(bits)),
        is_local=True,
        keys={},
    )
