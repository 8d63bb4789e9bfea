# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: every decision about what changes, and in which order, on one host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.model import TO_DELETE, UNREADABLE, KeyRead, KeyState, Observed, RegistryKey, RegistryValue, Write
from .access import is_closing
from .catalogue import CONTROL, CONTROL_PANEL, HELPER_KEY, LIFETIME, LIFETIME_UNIT, SOLICITED, STATE, VIEW_ONLY
from .declaration import Declaration
from .targets import Target, is_enabled, is_whole_helper, needed_reads, targets

SET: t.Final = "set"
DELETE: t.Final = "delete"
REPAIR_TYPE: t.Final = "repair_type"

_EMPTY: t.Final = KeyState()


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One value before and after.

    Attributes:
        target: Which value, and what it is for.
        before: What stands there, or None.
        after: What will stand there, or None.
    """

    target: Target
    before: RegistryValue | None
    after: RegistryValue | None

    @property
    def action(self) -> str:
        """set, delete or repair_type."""
        if self.after is None or self.after.data is TO_DELETE:
            return DELETE
        if self.before is None or self.before.data is TO_DELETE or self.before.type == self.after.type:
            return SET
        return REPAIR_TYPE

    @property
    def setting(self) -> str:
        """The dotted word of the setting."""
        return self.target.setting

    @property
    def layer(self) -> str:
        """Where the value stands: live_policy, control_panel or local_gpo."""
        return self.target.layer

    def to_result(self) -> dict[str, t.Any]:
        """Return this change as plain types; see ``schemas/changes.schema.json``."""
        value = self.after if self.after is not None else self.before
        return {
            "layer": self.layer,
            "setting": self.setting,
            "path": f"{self.target.key}\\{self.target.name}",
            "type": value.type.name if value is not None else None,
            "before": self.target.word(self.before),
            "after": self.target.word(self.after),
            "action": self.action,
        }

    def write(self) -> Write:
        """Return the write that makes this step."""
        return Write(key=self.target.key, name=self.target.name, value=self.after)

    def undo(self) -> Write:
        """Return the write that takes this step back."""
        return Write(key=self.target.key, name=self.target.name, value=self.before)

    def current(self, observed: Observed) -> RegistryValue | None:
        """Return what stands at this step's place."""
        return observed.get(self.target.key, _EMPTY).get(self.target.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What one run will change on one host.

    Attributes:
        steps: In the order in which they are made.
        notes: What the declaration asks for and this host does not call for.
        before: What was read.
        after: What will stand there when every step is made.
        closing: True if nobody may do more afterwards; such a plan is never rolled back.
        whole_list: True if every entry of the list of helpers was read, False if only those that are named.
    """

    steps: tuple[Step, ...]
    notes: tuple[str, ...]
    before: Observed
    after: Observed
    closing: bool
    whole_list: bool

    def unreadable(self) -> tuple[Step, ...]:
        """Return the steps whose old value could not be put back, because it cannot be read without loss."""
        return tuple(step for step in self.steps if step.before is not None and step.before.data is UNREADABLE)


def plan(declaration: Declaration, have: Observed) -> Plan:
    """Return what must change on a host.

    Args:
        declaration: What the user wants.
        have: What was read of the host; see ``targets.needed_reads``.
    """
    wanted, notes = targets(declaration, have)
    steps = []
    for target in wanted:
        before = have.get(target.key, _EMPTY).get(target.name)
        if not _satisfied(target, before):
            steps.append(Step(target=target, before=before, after=target.wanted))
    ordered = _ordered(steps, have)
    after = applied(have, [step.write() for step in ordered])
    closing = not ordered or is_closing(have, after)
    whole_list = KeyRead(key=HELPER_KEY) in needed_reads(declaration)
    return Plan(steps=ordered, notes=notes, before=have, after=after, closing=closing, whole_list=whole_list)


def applied(observed: Observed, writes: t.Iterable[Write]) -> Observed:
    """Return what stands on a host after these writes, if every one of them is made."""
    keys: dict[RegistryKey, KeyState] = dict(observed)
    for write in writes:
        keys[write.key] = keys.get(write.key, _EMPTY).replaced(write.name, write.value)
    return keys


def same_value(left: RegistryValue | None, right: RegistryValue | None) -> bool:
    """Return True if two states of one value are equal; the letter case of the name is the registry's affair."""
    if left is None or right is None:
        return left is right
    return left.type == right.type and left.data == right.data


def _satisfied(target: Target, before: RegistryValue | None) -> bool:
    if target.kind is None and target.wanted is not None and before is not None:
        return is_whole_helper(before)
    return same_value(before, target.wanted)


def _ordered(steps: t.Sequence[Step], have: Observed) -> tuple[Step, ...]:
    order = sorted((_rank(step, have), number) for number, step in enumerate(steps))
    return tuple(steps[number] for dummy, number in order)


def _rank(step: Step, have: Observed) -> tuple[int, int]:
    """Return where a step stands in the order: whatever narrows first, then whatever widens.

    Every prefix of the order leaves a host at most as open as the wider of before and wanted:

    0 switches off: they close at the first message, so that a connection that dies later leaves the host closed
    1 check box off
    2 control down to view only, encrypted tickets on: before anything can fall back on them
    3 helpers removed, entries repaired: whoever their old data named is removed by that
    4 options deleted that a switch of this plan must not meet any more
    5 Solicited back to not configured: the preference decides from here on
    6 options deleted which hold, or may hold, a policy down to viewing that was on until now
    7 options set, helpers added
    8 switches on
    9 preferences up: last, because a policy that was switched on overrides them
    """
    target = step.target
    number = step.after.data if step.after is not None else None
    if target.key == HELPER_KEY:
        return (7, 0) if step.before is None else (3, 0)
    option = target.setting.rpartition(".")[2]
    if target.layer == CONTROL_PANEL:
        return _preference_rank(step, option, number)
    if target.kind is STATE:
        return _switch_rank(target, number)
    if step.after is None:
        return (6, 0) if _holds_down(step, have) else (4, 0)
    if target.kind is CONTROL and number == 0:
        return (2, 0)
    return (7, _lifetime_order(step))


def _holds_down(step: Step, have: Observed) -> bool:
    """Return True if a control that goes may be what keeps helpers at viewing until its switch is off."""
    if step.before is None or step.target.kind is not CONTROL:
        return False
    word = CONTROL.decode(step.before)
    # Nobody knows what Windows makes of a number that is not legal: beside a switch that is on it may mean view only,
    # beside one that is off it must not meet the switch's absence, when it may mean full control.
    return is_enabled(SOLICITED, have) if word is None else word == VIEW_ONLY


def _preference_rank(step: Step, option: str, number: object) -> tuple[int, int]:
    if option == "invitations":
        return (1, 0) if number == 0 else (9, 3)
    if (option, number) in (("control", 0), ("encrypted_tickets_only", 1)):
        return (2, 0)
    return (9, _lifetime_order(step))


def _switch_rank(target: Target, number: object) -> tuple[int, int]:
    if target.setting == "encrypted_tickets_only.state":
        return (2, 0) if number == 1 else (8, 0)
    if number is None:
        # Absent Offer is off; absent Solicited hands the decision to the preference.
        return (5, 0) if target.setting == "solicited.state" else (0, 0)
    return (0, 0) if number == 0 else (8, 1)


def _lifetime_order(step: Step) -> int:
    """Order the two halves of a lifetime so that no invitation lives longer than before or wanted in between."""
    if step.target.kind is LIFETIME_UNIT:
        return 1
    if step.target.kind is not LIFETIME:
        return 0
    before, after = (value.data if value else None for value in (step.before, step.after))
    shrinks = isinstance(before, int) and isinstance(after, int) and after <= before
    return 0 if shrinks else 2
