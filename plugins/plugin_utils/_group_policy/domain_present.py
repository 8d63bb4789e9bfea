# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Carries out what a GPO that is to be there needs: create or complete, content, attributes, links.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from functools import partial

from .domain_edit import Edited, edit
from .domain_links import ATTEMPTS, write_link
from .domain_making import complete, create
from .domain_plan import GpoPlan, attributes_of, content_changes, planned_content
from .domain_progress import Progress
from .domain_request import GpoRequest
from .domain_state import GpoState, read_gpo_again
from .domain_ways import Ways
from .ports import EditedMeanwhile


def run_present(ways: Ways, request: GpoRequest, plan: GpoPlan, progress: Progress) -> None:
    """Make the changes of a plan.

    Raises:
        HostError: A part of it failed; ``progress`` tells what is made.
    """
    if plan.changes:
        _Present(ways, request, plan, progress).run()


class _Present:
    """One attempt of a run."""

    def __init__(self, ways: Ways, request: GpoRequest, plan: GpoPlan, progress: Progress) -> None:
        self._ways = ways
        self._request = request
        self._plan = plan
        self._progress = progress
        self._guid = plan.state.gpo.guid

    def run(self) -> None:
        plan = self._plan
        if plan.is_new:
            self._create()
        else:
            if plan.making is not None or not plan.content.is_needed:
                self._put_away(plan.state)
            self._complete()
            if plan.content.is_needed:
                with self._progress.part(plan.content_changes) as actual:
                    actual[:] = content_changes(self._edit().plan)
            self._set_attributes()
        for step in plan.links.steps:
            with self._progress.part((step.change,)) as actual:
                made = write_link(self._ways.directory, plan.state.gpo.dn, step)
                actual[:] = [made.change] if made else []

    def _create(self) -> None:
        plan = self._plan
        changes = (*([plan.making] if plan.making else []), *plan.content_changes, *plan.attribute_changes)
        given = {name: value for name, value in plan.attributes.items() if value is not None}
        with self._progress.part(changes):
            create(self._ways, self._guid, plan.state.gpo.name, given, self._fill)

    def _complete(self) -> None:
        if self._plan.making is not None:
            with self._progress.part((self._plan.making,)):
                complete(self._ways, self._plan.state.gpo)

    def _fill(self) -> None:
        if self._plan.content.is_needed:
            self._edit()

    def _edit(self) -> Edited:
        edited = edit(
            self._ways,
            self._guid,
            partial(planned_content, self._request),
            before_write=self._put_away,
            force=self._request.force or self._request.restore is not None or self._plan.making is not None,
        )
        self._progress.warnings += edited.warnings
        self._progress.version = edited.plan.machine_version
        return edited

    def _put_away(self, state: GpoState) -> None:
        if not self._plan.is_new:
            self._progress.put_away(state.backup(self._plan.links.present))

    def _set_attributes(self) -> None:
        gpo, values, changes = self._plan.state.gpo, self._plan.attributes, self._plan.attribute_changes
        if not values:
            return
        with self._progress.part(changes) as actual:
            attempts_left = ATTEMPTS
            while values:
                attempts_left -= 1
                try:
                    self._ways.writer.set_attributes(gpo, values)
                except EditedMeanwhile:
                    if not attempts_left:
                        raise
                    gpo = read_gpo_again(self._ways.directory, self._guid)
                    values, changes = attributes_of(self._request, gpo)
                else:
                    break
            actual[:] = changes
