# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Deletes a GPO: only one that holds nothing but what the catalogue names, unless the user insists.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Links go first, then the object, then the files: a folder without an object does no harm, a link to nothing does.
"""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from .._registry.errors import AccessDenied, HostError
from .._registry.model import Observed
from .domain_find import foreign, require_same_age
from .domain_links import LinkPlan, all_gone, require_rights, write_link
from .domain_progress import Progress
from .domain_request import GPO, AnyChange, GpoChange, GpoRequest
from .domain_state import GpoState, read_gpo_again, read_state
from .domain_ways import Ways
from .gpo_object import GpoObject
from .policy_view import view
from .ports import EditedMeanwhile

_MOST_LINES: t.Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class AbsentPlan:
    """What goes.

    Attributes:
        state: The GPO as it was read.
        links: Its links.
        gone: The GPO itself, for results.
        before: The view of its Registry.pol.
    """

    state: GpoState
    links: LinkPlan
    gone: GpoChange
    before: Observed

    @property
    def changes(self) -> tuple[AnyChange, ...]:
        """Everything that changes, in its order."""
        return (*(step.change for step in self.links.steps), self.gone)


def plan_absent(ways: Ways, request: GpoRequest, gpo: GpoObject) -> AbsentPlan:
    """Return what goes.

    Raises:
        AccessDenied: The account may not.
        HostError: The GPO is a default one, or holds what nobody here knows; every such thing is named.
    """
    doing = f"deleting the GPO {gpo.name!r}"
    if gpo.is_default:
        raise HostError(doing=doing, reason="it is one of the two GPOs that every domain has; these are never deleted")
    folder = ways.sysvol.folder(gpo.path)
    state = read_state(gpo, folder)
    before: Observed = {}
    if not request.force:
        require_same_age(ways.directory, state, folder)
        before = view(state.policy)
        if lines := foreign(ways.directory, state, folder):
            raise _holds_more(doing, lines)
    ways.directory.require_writable()
    if not gpo.may_write:
        raise AccessDenied(doing=doing, reason="the account may not edit it")
    links = all_gone(gpo.dn, ways.directory.targets_of(gpo))
    require_rights(links)
    gone = GpoChange(setting=GPO, before=f"{gpo.name} {gpo.guid}", after=None)
    return AbsentPlan(state=state, links=links, gone=gone, before=before)


def run_absent(ways: Ways, plan: AbsentPlan, progress: Progress) -> None:
    """Delete it.

    Raises:
        HostError: A part of it failed; ``progress`` tells what is made.
    """
    gpo = plan.state.gpo
    folder = ways.sysvol.folder(gpo.path)
    with folder.held():
        if read_gpo_again(ways.directory, gpo.guid).version != gpo.version:
            reason = "somebody else has edited it since it was read; nothing was written"
            raise EditedMeanwhile(doing=f"deleting the GPO {gpo.name!r}", reason=reason, advice="Run again")
        progress.put_away(plan.state.backup(plan.links.present))
        for step in plan.links.steps:
            with progress.part((step.change,)):
                write_link(ways.directory, gpo.dn, step)
        with progress.part((plan.gone,)):
            ways.writer.delete(gpo)
    with progress.part(()):
        folder.remove_all()


def _holds_more(doing: str, lines: Sequence[str]) -> HostError:
    shown = "; ".join(lines[:_MOST_LINES])
    more = f"; and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
    reason = f"it holds more than Remote Assistance policies: {shown}{more}"
    return HostError(doing=doing, reason=reason, advice="Set it to not_configured or unlink it, or use force: true")
