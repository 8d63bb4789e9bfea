# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan is up against on its host, looked at before the first write.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._channels.facts.ports import HostFactsReader
from .._policy.conflicts import IGNORE, Conflict, in_lines, sorted_out, state_conflicts
from .._policy.host_facts import NOT_ASKED, HostFacts, Unread
from .._policy.plan import Plan
from .._policy.plan_conflicts import WIDENS_DOMAIN_GPO, WIDENS_MDM, plan_conflicts
from .._policy.sources import Source, plan_sources
from .._registry.errors import HostError, HostUnreachable
from .._registry.model import Observed

_INSTEAD: t.Final = {
    WIDENS_DOMAIN_GPO: "change that GPO (winfleet.remote_assistance.domain_gpo does it)",
    WIDENS_MDM: "change what device management sends",
}
_FORCE: t.Final = "set conflicts: warn to change the host all the same"


class ConflictError(HostError):
    """A run would be up against somebody else; nothing was written.

    Args:
        stopping: What stops the run.
        others: What is only warned of.
    """

    def __init__(self, stopping: t.Sequence[Conflict], others: t.Sequence[Conflict]) -> None:
        self.conflicts = (*stopping, *others)
        instead = [text for code, text in _INSTEAD.items() if code in {one.code for one in stopping}]
        advice = " or ".join([*instead, _FORCE])
        super().__init__(
            doing="looking at who else decides",
            reason=f"nothing was written, because {'; '.join(in_lines(stopping))}",
            advice=advice[0].upper() + advice[1:],
        )

    def details(self) -> dict[str, t.Any]:
        """Return every conflict, those that stop the run first."""
        return {**super().details(), "conflicts": [one.to_result() for one in self.conflicts]}


class ConflictReview:
    """Looks for conflicts once a run knows what it changes; see ``enforce``.

    Args:
        reader: The way to the facts of the host; nothing is read before a plan changes something.
        mode: The user's ``conflicts``, or None.
        uses_local_gpo: True if the run brings the local GPO into line as well.
        reconnect: Drops the connection to the host; the run goes on with a fresh one.
        silent: True if what is found goes into the result only and is no warning: for reports of a fleet.
    """

    def __init__(
        self,
        reader: HostFactsReader,
        *,
        mode: str | None,
        uses_local_gpo: bool,
        reconnect: t.Callable[[], None],
        silent: bool = False,
    ) -> None:
        self.reader = reader
        self._mode = mode
        self._uses_local_gpo = uses_local_gpo
        self._reconnect = reconnect
        self._silent = silent
        self._found: tuple[Conflict, ...] = ()
        self._unknown = ""
        self._sources: dict[str, Source] = {}
        self.facts: HostFacts | None = None
        """What is known of the host; None where nothing was asked."""

    def __call__(self, decided: Plan, local_gpo: Observed | Unread = NOT_ASKED) -> None:
        """Look at a plan.

        Args:
            decided: What will change in the registry.
            local_gpo: What the file of the local GPO sets, where the run has read it.

        Raises:
            ConflictError: Something stops the run.
            HostUnreachable: The connection was lost, and the plan may open the host.
        """
        if self._mode == IGNORE:
            return
        self.facts = facts = self._facts(decided, local_gpo)
        self._sources = plan_sources(decided, facts)
        uses = self._uses_local_gpo
        found = (
            *plan_conflicts(decided, facts, uses_local_gpo=uses),
            *state_conflicts(decided.after, facts, whole_list=decided.whole_list, uses_local_gpo=uses),
        )
        stopping, self._found = sorted_out(found, self._mode)
        if stopping:
            raise ConflictError(stopping, self._found)

    def _facts(self, decided: Plan, local_gpo: Observed | Unread) -> HostFacts:
        try:
            return self.reader.gather(local_gpo=local_gpo)
        except HostUnreachable as lost:
            # What only closes must not hang on a class of WMI that does not answer.
            if not decided.closing or lost.logon_refused:
                raise
            self._unknown = str(lost)
            self._reconnect()
            return HostFacts(local_gpo=local_gpo)

    def result(self) -> dict[str, t.Any]:
        """Return what a result says of who else decides: conflicts that did not stop the run, and sources."""
        told: dict[str, t.Any] = {
            "conflicts": [one.to_result() for one in self._found],
            "sources": {setting: source.to_result() for setting, source in self._sources.items()},
        }
        warnings = [f"who else decides is not known: {self._unknown}"] if self._unknown else []
        warnings += in_lines(self._found)
        return told | {"warnings": warnings} if warnings and not self._silent else told
