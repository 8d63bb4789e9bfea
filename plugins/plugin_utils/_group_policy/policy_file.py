# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a declaration to the entries of a Registry.pol, as Windows' own policy editor writes them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._formats.registry_pol import PolicyEntry, PolicyFile
from .._formats.registry_pol_instructions import delete_all_values, delete_value, instruction, set_value
from .._policy.catalogue import (
    DELETE_ALL_VALUES,
    DISABLED,
    ENABLED,
    HELPER_KEY,
    NOT_CONFIGURED,
    OFFER,
    POLICY_KEY,
)
from .._policy.declaration import Declaration
from .._policy.plan import Step, same_value
from .._policy.targets import Target, is_enabled, is_whole_helper, targets
from .._registry.model import TO_DELETE, KeyState, Observed, RegistryKey, RegistryValue
from .._registry.names import fold
from .policy_view import delete_all, place, subject, to_delete, view

# RemoteAssistance.admx spells the key so; the letter case has no meaning.
_ADMX_SPELLING: t.Final = {
    POLICY_KEY: r"Software\policies\Microsoft\Windows NT\Terminal Services",
    HELPER_KEY: r"Software\policies\Microsoft\Windows NT\Terminal Services\RAUnsolicit",
}
_EMPTY: t.Final = KeyState()
Subject = tuple[str, str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FilePlan:
    """What changes in a policy file.

    Attributes:
        steps: What the file says about each value before and after; see ``policy_view.view``.
        notes: What the declaration asks for and this file does not call for.
        before: The view of the file as it is.
        after: The view of the file as it will be.
        file: The file as it will be.
    """

    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    before: Observed
    after: Observed
    file: PolicyFile


def plan_file(declaration: Declaration, file: PolicyFile, *, layer: str) -> FilePlan:
    """Return what a declaration changes in a policy file; preferences have no place there and are left out.

    Entries of others keep their bytes and their order; a file that already says what is wanted stays as it is,
    however it says it.

    Args:
        declaration: What the user wants.
        file: What the file holds.
        layer: The word for this file in results.
    """
    before = view(file)
    present = _with_overruled(before, file)
    wanted, notes = _targets(declaration, present)
    mentioned = {subject(entry) for entry in file.entries}
    steps = tuple(
        Step(target=replace(target, layer=layer), before=now, after=target.wanted)
        for target in wanted
        if not _satisfied(target, now := present.get(target.key, _EMPTY).get(target.name), mentioned)
    )
    after = _edited(file, steps) if steps else file
    return FilePlan(steps=steps, notes=notes, before=before, after=view(after), file=after)


def _with_overruled(before: Observed, file: PolicyFile) -> Observed:
    """Return a view in which those helpers too are deleted by name whose entries a later one overrules.

    Where the list is not to be configured, nothing may be left that would come back to life.
    """
    entries = (entry for entry in file.entries if fold(entry.key) == fold(HELPER_KEY.path) and subject(entry))
    overruled = (to_delete(name) for entry in entries for name in instruction(entry).names)
    return {**before, HELPER_KEY: KeyState.of(*overruled, *before[HELPER_KEY].by_name.values())}


def _targets(declaration: Declaration, present: Observed) -> tuple[list[Target], tuple[str, ...]]:
    """Return what the file must say about each value: its data, that it is to be deleted, or nothing (None)."""
    found, notes = targets(replace(declaration, control_panel={}), present)
    wanted = [
        _deleting(target, declaration) if target.key == POLICY_KEY else target
        for target in found
        if target.key == POLICY_KEY or _is_needed(target, present, declaration)
    ]
    return [*_list_target(declaration, present), *wanted], notes


def _is_needed(target: Target, present: Observed, declaration: Declaration) -> bool:
    """Return False for a helper to remove whom the file deletes already, by name or with everybody else."""
    if target.name == DELETE_ALL_VALUES:
        return False
    now = present[HELPER_KEY].get(target.name)
    deleted = target.wanted is None and now is not None and now.data is TO_DELETE
    return not deleted or declaration.policies[OFFER.name].state == NOT_CONFIGURED


def _list_target(declaration: Declaration, present: Observed) -> t.Iterator[Target]:
    """Yield whether the file is to delete everybody from the list whom it does not name."""
    wanted = declaration.policies.get(OFFER.name)
    if wanted is None:
        return
    whole_list = wanted.helpers is not None and wanted.helpers.exact is not None
    enabled = wanted.state == ENABLED or (wanted.state is None and is_enabled(OFFER, present))
    if wanted.state in (DISABLED, NOT_CONFIGURED) or (enabled and whole_list):
        instruction = None if wanted.state == NOT_CONFIGURED else delete_all()
        setting = f"{OFFER.name}.helpers"
        yield Target(layer="", setting=setting, key=HELPER_KEY, name=DELETE_ALL_VALUES, wanted=instruction, kind=None)


def _deleting(target: Target, declaration: Declaration) -> Target:
    policy = declaration.policies[target.setting.partition(".")[0]]
    if target.wanted is not None or policy.state == NOT_CONFIGURED:
        return target
    return replace(target, wanted=to_delete(target.name))


def _satisfied(target: Target, now: RegistryValue | None, mentioned: t.Container[Subject]) -> bool:
    if target.wanted is None:
        # What another entry does to a whole key is not ours to undo.
        return place(target.key.path, target.name) not in mentioned
    if target.wanted.data is TO_DELETE:
        return now is not None and now.data is TO_DELETE
    if target.kind is None:
        return now is not None and is_whole_helper(now)
    return same_value(now, target.wanted)


def _edited(file: PolicyFile, steps: t.Sequence[Step]) -> PolicyFile:
    """Return a file that says what is wanted; entries of others keep their bytes and their order."""
    edited = _with_entries(file, steps, at_end=False)
    says = view(edited)
    late = [step for step in steps if not same_value(says[step.target.key].get(step.target.name), step.after)]
    # A later instruction of somebody else takes these away again: the last one wins.
    return _with_entries(edited, [step for step in late if step.after is not None], at_end=True)


def _with_entries(file: PolicyFile, steps: t.Sequence[Step], *, at_end: bool) -> PolicyFile:
    """Return a file with one entry for each of these values, or none where the file is to say nothing about it.

    An entry takes the place of the value's first one, else it goes behind its key's last one; what empties the list
    of helpers goes in front of it.
    """
    subjects = [subject(entry) for entry in file.entries]
    keys = [fold(entry.key) for entry in file.entries]
    end = len(keys)
    # By dictionary: 1,000 helpers may go into a file of any length.
    first_of_subject = {subjects[number]: number for number in reversed(range(end))}
    first_of_key = {keys[number]: number for number in reversed(range(end))}
    behind_key = {key: number + 1 for number, key in enumerate(keys)}
    gone: set[Subject] = set()
    inserted: dict[int, list[PolicyEntry]] = {}
    for step in steps:
        own = place(step.target.key.path, step.target.name)
        gone.add(own)
        if step.after is None:
            continue
        beside = first_of_key if step.target.name == DELETE_ALL_VALUES else behind_key
        number = end if at_end else first_of_subject.get(own, beside.get(own[0], end))
        spelt = file.entries[first_of_key[own[0]]].key if own[0] in first_of_key else _ADMX_SPELLING[step.target.key]
        inserted.setdefault(number, []).append(_entry(RegistryKey(path=spelt), step.after))
    entries: list[PolicyEntry] = []
    for number, entry in enumerate(file.entries):
        entries += inserted.get(number, [])
        entries += [] if subjects[number] in gone and subjects[number] is not None else [entry]
    return PolicyFile(entries=(*entries, *inserted.get(end, [])))


def _entry(key: RegistryKey, wanted: RegistryValue) -> PolicyEntry:
    if wanted.data is not TO_DELETE:
        return set_value(key, wanted)
    return delete_all_values(key) if wanted.name == DELETE_ALL_VALUES else delete_value(key, wanted.name)
