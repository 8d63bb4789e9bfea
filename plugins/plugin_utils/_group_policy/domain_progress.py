# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""How far a run on a GPO has come.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field

from .._registry.errors import HostUnreachable
from .domain_edit import HalfDone
from .domain_request import AnyChange, GpoBackup, Keep
from .domain_view import merged


@dataclass(kw_only=True, slots=True)
class Progress:
    """How far a run has come.

    Attributes:
        keep: Puts the old state away; None for no backup.
        planned: Everything that was to change.
        made: What is made.
        begun: What may have been made: the part that is under way, or was when the connection was lost.
        has_begun: A first write may have been sent.
        warnings: What the user should know.
        kept: What was put away last.
        is_kept: What was put away is the old state, whatever is found from now on.
        version: The machine half of the version that was written last; None for none.
    """

    keep: Keep | None
    planned: tuple[AnyChange, ...] = ()
    made: tuple[AnyChange, ...] = ()
    begun: tuple[AnyChange, ...] = ()
    has_begun: bool = False
    warnings: list[str] = field(default_factory=list)
    kept: GpoBackup | None = None
    is_kept: bool = False
    version: int | None = None

    def plan(self, changes: Sequence[AnyChange]) -> None:
        """Note what is to change, as far as it is not known from an earlier attempt."""
        self.planned = merged(self.planned, changes)

    def forget(self) -> None:
        """Begin anew: nothing was made, and what was planned does not fit any more."""
        self.planned, self.begun, self.has_begun = (), (), False

    def put_away(self, backup: GpoBackup) -> None:
        """Hand the old state over; again only if somebody else has changed it before this run has written anything."""
        if self.keep is None or self.made or self.is_kept or backup == self.kept:
            return
        self.keep(backup)
        self.kept = backup

    @contextlib.contextmanager
    def part(self, changes: Sequence[AnyChange]) -> t.Iterator[list[AnyChange]]:
        """Do a part of the run; where the connection is lost inside, nobody knows whether it is done.

        Gives:
            The changes, to be replaced where something else had to be done than was planned.
        """
        self.has_begun = True
        self.begun = tuple(changes)
        actual = list(changes)
        try:
            yield actual
        except (HostUnreachable, HalfDone):
            raise
        except BaseException:
            self.begun = ()
            raise
        self.made = merged(self.made, actual)
        self.begun = ()
