# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each managed registry value must become on one host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.model import TO_DELETE, KeyRead, KeyState, Observed, RegistryKey, RegistryValue, string
from .._registry.names import fold
from .catalogue import (
    CONTROL_PANEL,
    DISABLED,
    ENABLED,
    HELPER_KEY,
    LIVE_POLICY,
    NOT_CONFIGURED,
    POLICY_KEY,
    PREFERENCE_KEY,
    PREFERENCES,
    STATE,
    Policy,
    policy_named,
)
from .declaration import Declaration, PolicyWanted
from .helpers import HelpersWanted
from .kinds import Kind, Word, shown

_EMPTY: t.Final = KeyState()


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One registry value and what it must become.

    Attributes:
        layer: live_policy, control_panel or local_gpo.
        setting: The dotted word, such as ``offer.control``.
        key: Where the value stands.
        name: The value name.
        wanted: The value, or None where it must be absent.
        kind: What the value may hold, or None for an entry of the list of helpers.
    """

    layer: str
    setting: str
    key: RegistryKey
    name: str
    wanted: RegistryValue | None
    kind: Kind | None

    def word(self, value: RegistryValue | None) -> Word | None:
        """Return a state of this value as users write it; None for an absent option or entry."""
        if value is None:
            return NOT_CONFIGURED if self.kind is STATE else None
        if self.kind is not None or value.data is TO_DELETE:
            return shown(value, self.kind)
        return helper_word(value)


def helper_word(value: RegistryValue) -> str:
    """Return an entry of the list of helpers as users write it, or what it really holds where it is not whole."""
    if is_whole_helper(value):
        return value.name
    return f"{value.name or '(default value)'} = {shown(value)}"


def is_whole_helper(value: RegistryValue) -> bool:
    """Return True if name and data are the same text; the registry's comparison of names is the measure."""
    whole = value == string(value.name, str(value.data)) and bool(value.name)
    return whole and fold(value.name) == fold(str(value.data))


def needed_reads(declaration: Declaration) -> tuple[KeyRead, ...]:
    """Return what must be read of a host before anything can be decided, and no more."""
    reads: list[KeyRead] = []
    names: list[str] = []
    helper_read: KeyRead | None = None
    for policy_name, wanted in declaration.policies.items():
        policy = policy_named(policy_name)
        names.append(policy.switch)
        options = (o for o in policy.options if wanted.state is not None or o.name in wanted.options)
        names.extend(option.value_name for option in options)
        if policy.has_helpers:
            helper_read = _helper_read(wanted)
    if names:
        reads.append(KeyRead(key=POLICY_KEY, names=tuple(names)))
    if helper_read:
        reads.append(helper_read)
    preferences = tuple(setting.value_name for setting in PREFERENCES if setting.name in declaration.control_panel)
    if preferences:
        reads.append(KeyRead(key=PREFERENCE_KEY, names=preferences))
    return tuple(reads)


def _helper_read(wanted: PolicyWanted) -> KeyRead | None:
    helpers = wanted.helpers
    if wanted.state in (DISABLED, NOT_CONFIGURED) or (helpers and helpers.exact is not None):
        return KeyRead(key=HELPER_KEY)
    return KeyRead(key=HELPER_KEY, names=(*helpers.add, *helpers.remove)) if helpers else None


def targets(declaration: Declaration, have: Observed) -> tuple[tuple[Target, ...], tuple[str, ...]]:
    """Return what every managed value must become, and notes on what cannot apply on this host.

    Args:
        declaration: What the user wants.
        have: What was read; see ``needed_reads``.
    """
    wanted: list[Target] = []
    notes: list[str] = []
    for name, policy_wanted in declaration.policies.items():
        _policy_targets(policy_named(name), policy_wanted, have, wanted, notes)
    for setting in PREFERENCES:
        if setting.name in declaration.control_panel:
            value = setting.kind.encode(setting.value_name, declaration.control_panel[setting.name])
            wanted.append(
                Target(
                    layer=CONTROL_PANEL,
                    setting=f"{CONTROL_PANEL}.{setting.name}",
                    key=PREFERENCE_KEY,
                    name=setting.value_name,
                    wanted=value,
                    kind=setting.kind,
                )
            )
    return tuple(wanted), tuple(notes)


def is_enabled(policy: Policy, have: Observed) -> bool:
    """Return True if the policy is enabled by its live value now."""
    switch = have.get(POLICY_KEY, _EMPTY).get(policy.switch)
    return switch is not None and STATE.decode(switch) == ENABLED


def _policy_targets(
    policy: Policy, wanted: PolicyWanted, have: Observed, collected: list[Target], notes: list[str]
) -> None:
    enabled = wanted.state == ENABLED or (wanted.state is None and is_enabled(policy, have))
    if wanted.state is not None:
        switch = None if wanted.state == NOT_CONFIGURED else STATE.encode(policy.switch, wanted.state)
        collected.append(_value(policy, "state", policy.switch, switch, STATE))
    for setting in policy.options:
        word = wanted.options.get(setting.name)
        if wanted.state == ENABLED and word is None:
            word = setting.default
        if wanted.state is None and (word is None or not enabled):
            if word is not None:
                notes.append(f"{policy.name} is not enabled: {policy.name}.{setting.name} not applied")
            continue
        value = setting.kind.encode(setting.value_name, word) if enabled and word is not None else None
        collected.append(_value(policy, setting.name, setting.value_name, value, setting.kind))
    if policy.has_helpers:
        present = have.get(HELPER_KEY, _EMPTY)
        if wanted.state in (DISABLED, NOT_CONFIGURED):
            collected.extend(_helper_targets(HelpersWanted(exact=()), present))
        elif wanted.helpers:
            applicable = wanted.helpers if enabled else HelpersWanted(remove=wanted.helpers.remove)
            collected.extend(_helper_targets(applicable, present))
            if not enabled and (wanted.helpers.exact is not None or wanted.helpers.add):
                part = "add" if wanted.helpers.exact is None else "set"
                notes.append(f"{policy.name} is not enabled: {policy.name}.helpers.{part} not applied")


def _value(policy: Policy, setting: str, name: str, value: RegistryValue | None, kind: Kind) -> Target:
    return Target(
        layer=LIVE_POLICY, setting=f"{policy.name}.{setting}", key=POLICY_KEY, name=name, wanted=value, kind=kind
    )


def _helper_targets(wanted: HelpersWanted, present: KeyState) -> t.Iterator[Target]:
    keep = wanted.add if wanted.exact is None else wanted.exact
    kept = {fold(name) for name in keep}
    if wanted.exact is None:
        gone = [value.name for value in map(present.get, wanted.remove) if value]
    else:
        gone = [value.name for folded, value in present.by_name.items() if folded not in kept]
    entries: dict[str, RegistryValue | None] = dict.fromkeys(gone) | {name: string(name, name) for name in keep}
    for name in sorted(entries, key=fold):
        yield Target(
            layer=LIVE_POLICY, setting="offer.helpers", key=HELPER_KEY, name=name, wanted=entries[name], kind=None
        )
