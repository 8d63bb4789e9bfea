# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Registry.pol says about Remote Assistance, in the form in which a registry is read.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._formats.registry_pol import PolicyEntry, PolicyFile
from .._formats.registry_pol_instructions import DELETED, Directive, Effect, KeyEffect, SetTo, effect, instruction
from .._policy.catalogue import DELETE_ALL_VALUES, HELPER_KEY, POLICIES, POLICY_KEY
from .._registry.model import IF_ABSENT, TO_DELETE, KeyState, Observed, RegistryValue, ValueType
from .._registry.names import fold

_EMPTY: t.Final = KeyState()
# A value of this name, which "**soft." or "**del." could be about, must not be taken for the instruction.
_DELETE_ALL: t.Final = fold(DELETE_ALL_VALUES)


def view(file: PolicyFile) -> Observed:
    """Return what a file leaves behind in the two policy keys.

    A value that the file deletes holds TO_DELETE, one that it sets only on hosts without that value IF_ABSENT. Where
    every helper that the file does not name is deleted, a value named ``**delvals.`` says so.
    """
    policies = effect(file, POLICY_KEY)
    values = [value for policy in POLICIES for name in policy.value_names if (value := _value(name, policies.of(name)))]
    return {POLICY_KEY: KeyState.of(*values), HELPER_KEY: _helpers(effect(file, HELPER_KEY), file)}


def _helpers(found: KeyEffect, file: PolicyFile) -> KeyState:
    spelt = {fold(name): name for entry in file.entries for name in instruction(entry).names}
    values = [_value(spelt[folded], what) for folded, what in found.by_name.items() if folded != _DELETE_ALL]
    if found.wiped:
        values.append(delete_all())
    return KeyState.of(*(value for value in values if value))


def _value(name: str, what: Effect | None) -> RegistryValue | None:
    if isinstance(what, SetTo):
        if what.soft:
            return RegistryValue(name=what.value.name, type=what.value.type, data=IF_ABSENT)
        return what.value
    return to_delete(name) if what is DELETED else None


def to_delete(name: str) -> RegistryValue:
    """Return the instruction to delete a value; REG_SZ is the type that such an entry has."""
    return RegistryValue(name=name, type=ValueType.REG_SZ, data=TO_DELETE)


def delete_all() -> RegistryValue:
    """Return the instruction to delete every value of the key."""
    return to_delete(DELETE_ALL_VALUES)


def subject(entry: PolicyEntry) -> tuple[str, str] | None:
    """Return which value alone an entry is about, as folded key and folded name; None for every other entry."""
    done = instruction(entry)
    if done.kind is Directive.DELETE_ALL_VALUES:
        return place(entry.key, DELETE_ALL_VALUES)
    if done.kind in (Directive.SET, Directive.SOFT, Directive.DELETE_VALUE) and fold(done.names[0]) != _DELETE_ALL:
        return place(entry.key, done.names[0])
    return None


def place(key: str, name: str) -> tuple[str, str]:
    """Return what identifies a value, in any letter case."""
    return fold(key), fold(name)


def overlaid(host: Observed, file: Observed) -> Observed:
    """Return what a host holds once its group policy has been applied.

    Args:
        host: What the registry of the host holds.
        file: The view of a policy file.
    """
    keys = dict(host)
    for key, says in file.items():
        values = {} if says.get(DELETE_ALL_VALUES) else dict(host.get(key, _EMPTY).by_name)
        for folded, value in says.by_name.items():
            if value.data is TO_DELETE:
                values.pop(folded, None)
            elif value.data is not IF_ABSENT:
                values[folded] = value
        keys[key] = KeyState(by_name=values)
    return keys
