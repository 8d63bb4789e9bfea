# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of Windows' firewall as the registry holds them (MS-GPFAS 2.2.2.19), as far as Remote Assistance needs them.

A rule is a value whose name is the rule's id and whose text is a version and fields, each with ``|`` behind it:
``v2.30|Action=Allow|Active=TRUE|Dir=In|Profile=Domain|Profile=Private|EmbedCtxt=@FirewallAPI.dll,-33002|``.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._registry.model import KeyState, RegistryKey
from .firewall import FirewallRule, is_of_group

LOCAL_RULES: t.Final = RegistryKey(
    path=r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
)
"""The host's own rules; nothing is ever written there."""

_GROUP: t.Final = "embedctxt"
_PROFILES: t.Final = {"domain": 1, "private": 2, "public": 4}
_ACTIONS: t.Final = {"allow": True, "bypass": True, "block": False}
_DIRECTIONS: t.Final = {"in": True, "out": False}
_STATES: t.Final = {"true": True, "false": False}

Fields = t.Mapping[str, tuple[str, ...]]
Meaning = t.TypeVar("Meaning")


def rules_in(values: KeyState, *, is_local: bool) -> tuple[FirewallRule, ...]:
    """Return the rules for Remote Assistance in a key of firewall rules.

    Args:
        values: All values of the key.
        is_local: False for the key that policies fill.

    Raises:
        ValueError: One of them does not say what is needed, or says it twice.
    """
    texts = {value.name: value.data for value in values.by_name.values() if isinstance(value.data, str)}
    rules = (rule_of(name, text, is_local=is_local) for name, text in texts.items())
    return tuple(rule for rule in rules if rule is not None)


def names_in(values: KeyState) -> tuple[str, ...]:
    """Return the names of the rules for Remote Assistance in a key of firewall rules, whatever else they say."""
    return tuple(value.name for value in values.by_name.values() if _is_of_group(_fields(str(value.data))))


def rule_of(name: str, text: str, *, is_local: bool) -> FirewallRule | None:
    """Return one rule, or None for a rule of another group.

    Args:
        name: The value's name.
        text: The value's text.
        is_local: False for a rule that a policy delivers.

    Raises:
        ValueError: It is one of the group, and does not say what is needed, or says it twice.
    """
    fields = _fields(text)
    if not _is_of_group(fields):
        return None
    return FirewallRule(
        id=name,
        is_enabled=_only(name, fields, "active", _STATES),
        is_inbound=_only(name, fields, "dir", _DIRECTIONS),
        allows=_only(name, fields, "action", _ACTIONS),
        profiles=_mask(name, fields.get("profile", ())),
        is_local=is_local,
        keys={},
    )


def _fields(text: str) -> Fields:
    """Return the fields by name in lower case; a field may come several times."""
    found: dict[str, tuple[str, ...]] = {}
    for part in text.split("|"):
        name, sign, value = part.partition("=")
        if sign:
            found[name.lower()] = (*found.get(name.lower(), ()), value)
    return found


def _is_of_group(fields: Fields) -> bool:
    return any(is_of_group(group) for group in fields.get(_GROUP, ()))


def _only(rule: str, fields: Fields, name: str, words: t.Mapping[t.Any, Meaning]) -> Meaning:
    said = fields.get(name, ())
    word = said[0].lower() if said else None
    if len(said) > 1 or word not in words:
        raise _unusable(rule, f"{name} is {said[0]!r}" if len(said) == 1 else f"{name} is said {len(said)} times")
    return words[word]


def _mask(rule: str, said: tuple[str, ...]) -> int:
    """Return the mask of networks; a rule that names none holds in all."""
    mask = 0
    for word in said:
        if word.lower() not in _PROFILES:
            raise _unusable(rule, f"profile is {word!r}")
        mask |= _PROFILES[word.lower()]
    return mask


def _unusable(rule: str, why: str) -> ValueError:
    return ValueError(f"the firewall rule {rule!r} cannot be used: {why}")
