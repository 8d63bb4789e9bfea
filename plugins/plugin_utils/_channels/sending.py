# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending writes in order, and what goes on after a refusal.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, field

from .._policy.access import stays_within
from .._policy.catalogue import HELPER_KEY
from .._policy.plan import Plan, applied
from .._registry.errors import HostError, HostUnreachable
from .._registry.model import Observed, Write
from .ports import RegistryChannel


@dataclass(kw_only=True, slots=True)
class Record:
    """What became of writes.

    Attributes:
        confirmed: The host says that it made them.
        doubtful: They were refused or their answer was lost: a refusal may be an answer that cannot be read, to a
            write that was made.
    """

    confirmed: set[Write] = field(default_factory=set)
    doubtful: set[Write] = field(default_factory=set)


class Sender:
    """Sends the writes of one plan, and those that take it back."""

    def __init__(self, channel: RegistryChannel, plan: Plan) -> None:
        self._channel = channel
        self._limits = (plan.before, plan.after)

    def send(self, writes: t.Sequence[Write], state: Observed, record: Record, *, go_on: bool) -> HostError | None:
        """Write in order and return the first refusal that stays, or None.

        Args:
            writes: What to write.
            state: What the host holds.
            record: Is told what became of each write, also when an error is raised.
            go_on: Try the rest after a refusal, except what only a refused write keeps from opening the host.

        Raises:
            HostUnreachable: The connection was lost.
        """
        first: HostError | None = None
        # A refusal that is no verdict yet: its writes have another try before them.
        open_refusal: HostError | None = None
        # What the host holds if no refused write was made after all, and if every one was.
        least = most = state
        pending = [list(writes)]
        while pending:
            batch = pending.pop(0)
            if first is not None or open_refusal is not None:
                harmless = self._harmless(batch, least, most)
                first = first or (open_refusal if len(harmless) < len(batch) else None)
                batch = harmless
            made, refused, error = self._send_batch(batch, record)
            least, most = applied(least, made), applied(most, [*made, *refused])
            if error is None:
                continue
            # A channel that writes all at once refuses all at once: then each key has a try of its own.
            runs = [list(run) for dummy, run in itertools.groupby(refused, key=lambda write: write.key)]
            if not go_on or len(runs) == 1:
                first = first or error
            else:
                open_refusal = open_refusal or error
            if not go_on:
                break
            pending = [*(runs if len(runs) > 1 else []), list(batch[len(made) + len(refused) :]), *pending]
        return first

    def _send_batch(
        self, batch: t.Sequence[Write], record: Record
    ) -> tuple[t.Sequence[Write], t.Sequence[Write], HostError | None]:
        """Return what was made, what was refused after it, and why."""
        if not batch:
            return (), (), None
        try:
            failures = self._channel.write(batch)
        except HostUnreachable as lost:
            record.confirmed.update(lost.acknowledged)
            record.doubtful.update(lost.in_doubt)
            raise
        except HostError:
            raise
        except BaseException:
            # Nobody knows how far it came.
            record.doubtful.update(batch)
            raise
        number = batch.index(failures[0].write) if failures else len(batch)
        refused = [failure.write for failure in failures]
        record.confirmed.update(batch[:number])
        # A second try that was confirmed leaves no doubt.
        record.doubtful.difference_update(batch[:number])
        record.doubtful.update(refused)
        return batch[:number], refused, failures[0].error if failures else None

    def _harmless(self, writes: t.Sequence[Write], least: Observed, most: Observed) -> list[Write]:
        """Return the writes that leave the host at most as open as it is, was or shall be."""
        chosen: list[Write] = []
        for write in writes:
            after = [(state, applied(state, [write])) for state in (least, most)]
            # Up to 1,000 helpers may have to go, and none of that gives more access.
            removes_helper = write.key == HELPER_KEY and write.value is None
            if removes_helper or all(stays_within(then, *self._limits, state) for state, then in after):
                chosen.append(write)
                least, most = (then for dummy, then in after)
        return chosen
