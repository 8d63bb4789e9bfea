# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What two contents of a Registry.pol differ in, and what in one is not Remote Assistance's; nothing here talks.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import replace

from .._formats.registry_pol import PolicyEntry, PolicyFile
from .._formats.registry_pol_instructions import instruction
from .._policy.catalogue import HELPER_KEY, OFFER, POLICIES, POLICY_KEY, STATE
from .._policy.plan import Plan, Step, same_value
from .._policy.targets import Target
from .._policy.words import difference
from .._registry.model import KeyState, Observed, RegistryKey
from .._registry.names import fold
from .domain_request import DOMAIN_GPO, GPO_LINKS, AnyChange, GpoChange
from .policy_file import FilePlan
from .policy_view import view

_EMPTY: t.Final = KeyState()


def steps_between(present: PolicyFile, then: PolicyFile) -> FilePlan:
    """Return the way from one content to another: a step for each value of the catalogue that differs."""
    before, after = view(present), view(then)
    steps = []
    for target in (*_settings(), *_helpers(before, after)):
        old, new = (_value(side, target) for side in (before, after))
        if not same_value(old, new):
            steps.append(Step(target=replace(target, wanted=new), before=old, after=new))
    return FilePlan(steps=tuple(steps), notes=(), before=before, after=after, file=then)


def foreign_entries(file: PolicyFile) -> tuple[str, ...]:
    """Return the entries that are about something else than Remote Assistance, as keys with value names."""
    names = {fold(target.name) for target in _settings()}
    return tuple(f"{entry.key}\\{entry.value_name or ''}" for entry in file.entries if not _is_ours(entry, names))


def _is_ours(entry: PolicyEntry, names: t.Container[str]) -> bool:
    if fold(entry.key) == fold(HELPER_KEY.path):
        return True
    about = instruction(entry).names
    return fold(entry.key) == fold(POLICY_KEY.path) and bool(about) and all(fold(name) in names for name in about)


def _settings() -> t.Iterator[Target]:
    for policy in POLICIES:
        kinds = [("state", policy.switch, STATE), *((o.name, o.value_name, o.kind) for o in policy.options)]
        for word, name, kind in kinds:
            setting = f"{policy.name}.{word}"
            yield Target(layer=DOMAIN_GPO, setting=setting, key=POLICY_KEY, name=name, wanted=None, kind=kind)


def _helpers(before: Observed, after: Observed) -> t.Iterator[Target]:
    values = {**before[HELPER_KEY].by_name, **after[HELPER_KEY].by_name}
    for folded in sorted(values):
        name, setting = values[folded].name, f"{OFFER.name}.helpers"
        yield Target(layer=DOMAIN_GPO, setting=setting, key=HELPER_KEY, name=name, wanted=None, kind=None)


def _value(side: Observed, target: Target) -> t.Any:
    return side.get(RegistryKey(path=target.key.path), _EMPTY).get(target.name)


def sides(before: Observed, changes: Sequence[AnyChange]) -> dict[str, dict[str, t.Any]]:
    """Return before and after of changes, in words.

    Args:
        before: The view of Registry.pol before.
        changes: What was changed.
    """
    found: dict[str, dict[str, t.Any]] = {"before": {}, "after": {}}
    steps = tuple(change for change in changes if isinstance(change, Step))
    if steps:
        plan = Plan(steps=steps, notes=(), before=before, after=before, closing=True, whole_list=True)
        found = difference(plan, steps)
    for change in changes:
        if isinstance(change, GpoChange):
            _put(found["before"], change, change.before if change.old is None else change.old)
            _put(found["after"], change, change.after if change.new is None else change.new)
    return found


def _put(side: dict[str, t.Any], change: GpoChange, words: t.Any) -> None:
    if change.setting == GPO_LINKS:
        if words is not None:
            side.setdefault("links", {})[change.place] = words
    else:
        side[change.setting.removeprefix("gpo.")] = words


def merged(earlier: Sequence[AnyChange], later: Sequence[AnyChange]) -> tuple[AnyChange, ...]:
    """Return the changes of two attempts of one run: each once, from what the first met to what the last left."""
    found: dict[tuple[str, str], AnyChange] = {_key(change): change for change in earlier}
    for change in later:
        old = found.get(_key(change))
        if isinstance(old, Step) and isinstance(change, Step):
            found[_key(change)] = replace(change, before=old.before)
        elif isinstance(old, GpoChange) and isinstance(change, GpoChange):
            found[_key(change)] = replace(change, before=old.before, old=old.old)
        else:
            found[_key(change)] = change
    return tuple(found.values())


def without(changes: Sequence[AnyChange], those: Sequence[AnyChange]) -> tuple[AnyChange, ...]:
    """Return the changes that are not about the same places as those."""
    keys = {_key(change) for change in those}
    return tuple(change for change in changes if _key(change) not in keys)


def _key(change: AnyChange) -> tuple[str, str]:
    place = change.target.name if isinstance(change, Step) else change.place
    return change.setting, fold(place)
