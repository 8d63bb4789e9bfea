# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that writes the registry and the local GPO of a host needs, and how it ended.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._channels.outcome import Outcome
from .._channels.ports import RegistryChannel
from .._policy.plan import Plan, Step
from .local_plan import FileStep, LocalPlan
from .ports import GroupPolicyFolder, LocalGpoFiles

FileOutcome = Outcome[FileStep]
Tell = t.Callable[[t.Sequence[Outcome[t.Any]]], None]

ATTEMPTS: t.Final = 3
"""How often the files are read again and planned anew when somebody else edits them at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """The ways to the two places of one host.

    Attributes:
        registry: To its registry.
        folder: To the files of its local GPO.
        pause: Waits some seconds.
    """

    registry: RegistryChannel
    folder: GroupPolicyFolder
    pause: t.Callable[[float], None] = time.sleep


@dataclass(frozen=True, kw_only=True, slots=True)
class Copies:
    """What becomes of files that are replaced.

    Attributes:
        keep: Puts them away on the control node, before the first write; may raise HostError.
        check: Finds out in check mode whether that could be done; may raise HostError.
        suffix: What is put behind the names of copies beside them on the host; None for no copies.
    """

    keep: t.Callable[[LocalGpoFiles], None]
    check: t.Callable[[], None]
    suffix: str | None

    @classmethod
    def none(cls) -> Copies:
        """Return that no copies are kept."""
        return cls(keep=lambda dummy: None, check=lambda: None, suffix=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a run on one host ended.

    Attributes:
        registry: What it did in the registry.
        files: What it did in the local GPO.
        local_plan: What was to change there.
        copies: Full paths of the copies on the host of files that were replaced.
    """

    registry: Outcome[Step]
    files: FileOutcome
    local_plan: LocalPlan
    copies: tuple[str, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome[t.Any], ...]:
        """Both outcomes."""
        return (self.registry, self.files)


def would_be(decided: Plan, planned: LocalPlan) -> Ended:
    """Return how a run would end that makes everything it may.

    Args:
        decided: What would change in the registry.
        planned: What would change in the local GPO.
    """
    files: FileOutcome = Outcome(plan=planned.plan, made=planned.steps)
    if planned.refusal is not None:
        files = Outcome(plan=planned.plan, left=planned.steps, failure=planned.refusal)
    return Ended(registry=Outcome(plan=decided, made=decided.steps), files=files, local_plan=planned)


def would_stay(decided: Plan, planned: LocalPlan) -> Ended:
    """Return how a run would end that leaves everything as it is.

    Args:
        decided: What would change in the registry.
        planned: What would change in the local GPO.
    """
    return Ended(
        registry=Outcome(plan=decided, left=decided.steps),
        files=Outcome(plan=planned.plan, left=planned.steps),
        local_plan=planned,
    )
