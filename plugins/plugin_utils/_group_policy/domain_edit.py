# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Changes the content of a GPO, as the only editor at that time.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

The order (MS-GPREG 3.1.5.4): ``Machine\Registry.pol`` is opened so that others may only read it, and stays open to
the end; everything is read; the new content goes into a file beside it; the directory's version is changed, if it
still is the one that was read, and that is the commit; the content is written; the file beside it goes; gpt.ini gets
the new version. Broken off before the commit, nothing has changed. Broken off behind it, the directory's version is
above SYSVOL's, and the next run finishes what stands in the file beside it.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from .._formats import registry_pol
from .._registry.errors import HostError, HostUnreachable
from .domain_content import ContentPlan
from .domain_find import require_same_age
from .domain_links import ATTEMPTS
from .domain_state import GpoState, packed, parsed_ini, read_gpo_again, read_state
from .domain_ways import Ways
from .ports import GPT_INI, EditedMeanwhile
from .smb_files import SmbFile
from .sysvol import REDO, GpoFolder

Planner = t.Callable[[GpoState], ContentPlan]
_EMPTY_POL: t.Final = registry_pol.encode(registry_pol.PolicyFile())
_NO_LOCK: t.Final = "a program that does not keep to the lock of MS-GPREG edits this GPO at the same time"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """What an edit did.

    Attributes:
        plan: What was changed, as planned under the lock.
        warnings: Traces of editors that take no lock.
    """

    plan: ContentPlan
    warnings: tuple[str, ...] = ()


class HalfDone(HostError):
    """An edit failed behind its commit and could not be taken back; the next run finishes it."""


def edit(
    ways: Ways,
    guid: str,
    plan: Planner,
    *,
    before_write: t.Callable[[GpoState], None],
    force: bool = False,
) -> Edited:
    """Change a GPO's content.

    Args:
        ways: The connections.
        guid: The GPO.
        plan: Returns what is to be changed in what is found under the lock.
        before_write: Told what was found, before the first write.
        force: Write even if a part of the GPO may still be on its way to this controller.

    Raises:
        EditedMeanwhile: The version changed each time between reading and writing.
        HalfDone: It was written in part.
        HostUnreachable: ``outcome_unknown`` tells whether the commit may have been made.
        HostError: Nothing has changed.
    """
    folder = ways.sysvol.folder(read_gpo_again(ways.directory, guid).path)
    attempts_left = ATTEMPTS
    while True:
        attempts_left -= 1
        with folder.locked() as lock:
            state = read_state(read_gpo_again(ways.directory, guid), folder, lock)
            if not force:
                require_same_age(ways.directory, state, folder)
            planned = plan(state)
            if not planned.is_needed:
                return Edited(plan=planned)
            before_write(state)
            try:
                return _Commit(ways, planned, folder, lock).run()
            except EditedMeanwhile:
                # An editor of the user half holds another file; its version is in the same attribute.
                if not attempts_left:
                    raise


class _Commit:
    """The part of an edit that writes."""

    def __init__(self, ways: Ways, plan: ContentPlan, folder: GpoFolder, lock: SmbFile) -> None:
        self._ways = ways
        self._plan = plan
        self._folder = folder
        self._lock = lock
        self._warnings: list[str] = []
        self._version = plan.machine_version or 0
        # A file without a byte, as opening made it, would be damage to others.
        self._content = plan.registry_pol or (None if plan.state.registry_pol else _EMPTY_POL)

    def run(self) -> Edited:
        self._commit()
        try:
            self._finish(self._content)
        except HostUnreachable as lost:
            lost.outcome_unknown = True
            raise
        except HostError as failure:
            self._put_back(failure)
        self._look_again()
        return Edited(plan=self._plan, warnings=tuple(dict.fromkeys(self._warnings)))

    def _commit(self) -> None:
        plan = self._plan
        if self._content is not None:
            self._folder.write(REDO, packed(self._content, self._version))
        try:
            self._ways.writer.change(plan.state.gpo, version=plan.version, attributes=plan.attributes)
        except HostUnreachable:
            raise
        except HostError:
            with contextlib.suppress(HostError):
                self._folder.remove(REDO)
            raise

    def _finish(self, content: bytes | None) -> None:
        if content is not None:
            self._lock.write(content)
            self._folder.remove(REDO)
        elif self._plan.state.redo is not None:
            self._folder.remove(REDO)
        self._folder.rewrite(GPT_INI, self._with_version)

    def _with_version(self, content: bytes) -> bytes:
        ini = parsed_ini(self._plan.state.gpo, content)
        if ini.machine_version != self._plan.state.ini.machine_version:
            self._warnings.append(f"{_NO_LOCK}: gpt.ini was changed meanwhile")
        return ini.with_machine_version(self._version).encode()

    def _put_back(self, failure: HostError) -> t.NoReturn:
        """Put the old content back; the version stays counted up, in both places."""
        try:
            self._finish(self._plan.state.registry_pol or _EMPTY_POL)
        except HostError:
            reason = f"{failure.reason}; it was written in part, the next run finishes it"
            raise HalfDone(doing=failure.doing, reason=reason, code=failure.code, advice=failure.advice) from failure
        raise failure

    def _look_again(self) -> None:
        """Compare the version with our own, while nobody who keeps to the lock can have changed it."""
        gpo = self._ways.directory.gpo(self._plan.state.gpo.guid)
        if gpo is None or gpo.machine_version != self._version:
            self._warnings.append(
                f"{_NO_LOCK}: the directory has the machine version {gpo and gpo.machine_version} instead of "
                f"{self._version}. Look whether its change is there, and run this again"
            )
