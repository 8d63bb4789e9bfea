# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The way into a domain's GPOs: enforce one, or read one.

A run is made of parts: create or complete, content, attributes, each link; for a GPO that is to go, each link and the
rest. Content comes before links: what is linked is whole. Where the connection is lost, the run connects once more to
the same controller, looks what is there, and goes on from that.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import replace

from .._registry.errors import HostError, HostUnreachable, InputError, Problem
from .._registry.model import Observed
from .directory_options import DirectoryOptions
from .domain_absent import plan_absent, run_absent
from .domain_find import find, virtual
from .domain_info import facts_of
from .domain_links import ATTEMPTS
from .domain_plan import check_helpers, plan_present
from .domain_present import run_present
from .domain_progress import Progress
from .domain_request import GPO, AnyChange, GpoEnded, GpoFacts, GpoRequest, Keep
from .domain_view import merged, sides, without
from .domain_ways import Ways
from .gpo_object import GpoObject, canonical_guid
from .ports import EditedMeanwhile
from .sysvol import with_jitter

_PAUSE: t.Final = 0.2


def enforce_gpo(options: DirectoryOptions, request: GpoRequest, *, check_mode: bool, keep: Keep | None) -> GpoEnded:
    """Bring a GPO to the wanted state, or say what that would change.

    Args:
        options: How to reach the domain.
        request: What is wanted.
        check_mode: Stop before the first write.
        keep: Puts the GPO's old state away before the first write; None for no backup.

    Raises:
        InputError: What is wanted cannot be, such as a name that two GPOs have; nothing was written.
        HostError: Nothing was written. What fails later is ``failure`` of the result.
    """
    _check(request)
    with Ways(options, lock_timeout=request.lock_timeout) as ways:
        return _Run(ways, request, Progress(keep=keep)).enforce(check_mode=check_mode)


def read_gpo(
    options: DirectoryOptions, *, name: str = "", guid: str = "", lock_timeout: float = 30.0
) -> GpoFacts | None:
    """Return what a GPO is and says, or None if there is none.

    Raises:
        InputError: Two GPOs have this name.
        HostError: It cannot be read.
    """
    _check(GpoRequest(name=name, guid=guid))
    with Ways(options, lock_timeout=lock_timeout) as ways:
        gpo = find(ways.directory, name=name, guid=guid)
        return None if gpo is None else facts_of(ways, gpo)


def _check(request: GpoRequest) -> None:
    problems = []
    if request.guid and not canonical_guid(request.guid):
        problems.append(Problem(path="guid", value=repr(request.guid), expected="must be a GUID"))
    if not (request.name or request.guid or request.restore):
        problems.append(Problem(path="name", expected="must be given, or guid"))
    if problems:
        raise InputError(problems)


class _Run:
    """One run."""

    def __init__(self, ways: Ways, request: GpoRequest, progress: Progress) -> None:
        if request.restore is not None:
            request = replace(request, guid=request.restore.guid, name="")
        self._ways = ways
        self._request = request
        self._progress = progress
        self._gpo: GpoObject | None = None
        self._before: Observed | None = None
        self._notes: tuple[str, ...] = ()
        self._warnings: tuple[str, ...] = ()

    def enforce(self, *, check_mode: bool) -> GpoEnded:
        """Do it, connecting once more if the connection is lost behind the first write."""
        progress = self._progress
        try:
            self._attempts(check_mode=check_mode)
        except HostUnreachable as lost:
            if not progress.has_begun:
                raise
            return self._again(lost)
        except HostError as failure:
            if not (progress.made or progress.begun):
                raise
            return self._ended(failure)
        return self._ended()

    def _again(self, lost: HostUnreachable) -> GpoEnded:
        """Look what is there now, and go on."""
        progress = self._progress
        earlier, in_doubt = progress.made, progress.begun
        planned = progress.planned
        progress.is_kept = progress.kept is not None
        if lost.logon_refused:
            return self._ended(lost)
        try:
            self._ways.reopen()
            progress.made, progress.begun = (), ()
            self._attempt(check_mode=False)
        except HostError as failure:
            progress.made = merged(earlier, progress.made)
            progress.begun = merged(without(in_doubt, progress.made), progress.begun)
            progress.planned = planned
            return self._ended(failure)
        # What the second look did not find to do had been done by the first.
        progress.made = merged(merged(earlier, in_doubt), progress.made)
        return self._ended()

    def _attempts(self, *, check_mode: bool) -> None:
        """Do it; look again where somebody else makes, changes or deletes the GPO at the same time."""
        attempts_left = ATTEMPTS
        while True:
            attempts_left -= 1
            try:
                self._attempt(check_mode=check_mode)
            except EditedMeanwhile:
                if self._progress.made or not attempts_left:
                    raise
            else:
                return
            self._progress.forget()
            self._gpo = None
            with_jitter(_PAUSE)

    def _attempt(self, *, check_mode: bool) -> None:
        ways, progress = self._ways, self._progress
        gpo = self._find()
        if self._request.state == "absent":
            self._absent(gpo, check_mode=check_mode)
            return
        if self._request.verify_helpers and not progress.has_begun:
            self._warnings = check_helpers(ways.directory, self._request)
        is_new = gpo is None
        if gpo is None:
            gpo = self._new()
        self._gpo = gpo
        plan = plan_present(ways, self._request, gpo, is_new=is_new)
        self._seen(plan.content.file.before, plan.notes)
        self._warnings = (*self._warnings, *plan.warnings)
        progress.plan(plan.changes)
        if not check_mode:
            run_present(ways, self._request, plan, progress)

    def _absent(self, gpo: GpoObject | None, *, check_mode: bool) -> None:
        ways, progress = self._ways, self._progress
        if gpo is None:
            if self._gpo is not None and progress.has_begun:
                # The connection was lost when the object went.
                ways.sysvol.folder(self._gpo.path).remove_all()
            return
        self._gpo = gpo
        absent = plan_absent(ways, self._request, gpo)
        self._seen(absent.before, ())
        progress.plan(absent.changes)
        if not check_mode:
            run_absent(ways, absent, progress)

    def _find(self) -> GpoObject | None:
        if self._progress.has_begun and self._gpo is not None:
            return self._ways.directory.gpo(self._gpo.guid)
        return find(self._ways.directory, name=self._request.name, guid=self._request.guid)

    def _new(self) -> GpoObject:
        """Return the GPO that is going to be made; a second attempt makes the same one."""
        if self._gpo is not None:
            return virtual(self._ways.directory, self._gpo.guid, self._gpo.name)
        backup = self._request.restore
        name = self._request.name or (backup.name if backup else "")
        if not name:
            expected = "there is no GPO of this GUID; name must be given to make it"
            raise InputError([Problem(path="guid", value=repr(self._request.guid), expected=expected)])
        if self._request.guid:
            self._refuse_taken(name)
        guid = canonical_guid(self._request.guid) or f"{{{str(uuid.uuid4()).upper()}}}"
        return virtual(self._ways.directory, guid, name)

    def _refuse_taken(self, name: str) -> None:
        """Refuse to make a GPO of this GUID with a name that another one has; without a GUID that one is meant."""
        others = ", ".join(gpo.guid for gpo in self._ways.directory.gpos_named(name))
        if others:
            expected = (
                f"there is no GPO of this GUID, and {others} has the name {name!r}; give that GUID or another name"
            )
            raise InputError([Problem(path="guid", value=repr(self._request.guid), expected=expected)])

    def _seen(self, before: Observed, notes: tuple[str, ...]) -> None:
        if self._before is None:
            self._before = before
        self._notes = tuple(dict.fromkeys((*self._notes, *notes)))

    def _ended(self, failure: HostError | None = None) -> GpoEnded:
        progress = self._progress
        made = progress.made if progress.has_begun or failure else progress.planned
        unknown = without(progress.begun, made) if failure else ()
        left: tuple[AnyChange, ...] = without(without(progress.planned, made), unknown) if failure else ()
        gpo = self._gpo
        is_there = gpo is not None and self._request.state == "present"
        warnings = (*self._warnings, *progress.warnings)
        if failure and gpo and not is_there and GPO in {change.setting for change in (*made, *unknown)}:
            rest = f"{gpo.path} may stay behind: no computer applies it without the GPO's object, delete it by hand"
            warnings = (*warnings, rest)
        return GpoEnded(
            guid=gpo.guid if gpo else "",
            name=gpo.name if gpo else self._request.name,
            dn=gpo.dn if gpo else "",
            made=made,
            left=left,
            unknown=unknown,
            sides=sides(self._before or {}, made),
            notes=(*self._ways.directory.client.logon.notes, *self._notes),
            warnings=tuple(dict.fromkeys(warnings)),
            version=(progress.version or (gpo.machine_version if gpo else None)) if is_there else None,
            figures=self._ways.figures(),
            failure=failure,
        )
