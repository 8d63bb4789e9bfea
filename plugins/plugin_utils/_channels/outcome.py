# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ended in one place: the registry of a host, or its local GPO.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._policy.plan import Plan
from .._registry.errors import HostError


class Change(t.Protocol):
    """One change, made or to be made; see plan.Step."""

    @property
    def setting(self) -> str:
        """The dotted word of the setting."""

    @property
    def layer(self) -> str:
        """Where it stands."""

    def to_result(self) -> dict[str, t.Any]:
        """Return this change as plain types; see ``schemas/changes.schema.json``."""


ChangeType = t.TypeVar("ChangeType", bound=Change)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome(t.Generic[ChangeType]):
    """How a run in one place ended.

    Attributes:
        plan: What was to change.
        made: Steps whose wanted value the host holds now, through this run.
        restored: Steps that were made and then taken back.
        left: Steps that are still to be made.
        unknown: Steps of which nobody knows whether the host holds the old value or the new one.
        foreign: Places where the host holds neither the old value nor the wanted one: somebody else wrote.
        failure: Why the run failed, or None.
    """

    plan: Plan
    made: tuple[ChangeType, ...] = ()
    restored: tuple[ChangeType, ...] = ()
    left: tuple[ChangeType, ...] = ()
    unknown: tuple[ChangeType, ...] = ()
    foreign: tuple[str, ...] = ()
    failure: HostError | None = None


class Begin(t.Protocol):
    """Asked once when everything is read, planned and not refused, before the first write; not in check mode."""

    def __call__(self, untouched: t.Sequence[Outcome[t.Any]], *, closing: bool) -> bool:
        """Return False to leave the host as it is.

        Args:
            untouched: How the run ends then.
            closing: True if the run only closes.
        """


def begin_at_once(untouched: t.Sequence[Outcome[t.Any]], *, closing: bool) -> bool:  # noqa: ARG001  the form of Begin
    """Let a run begin."""
    return True
