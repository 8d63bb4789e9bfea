# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Replacing the two files of a GPO's machine half by SMB: compare, put in place, look again, tidy up.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Windows refuses to rename a file over one that anybody has open (MS-FSA 2.1.5.15.11), we included. So the file that is
there is held against writers while both files are compared, and let go right before the rename: in the one round trip
between them another editor could save, and would be overwritten. Where there was no file the rename itself refuses to
replace one, and a file is removed through the very handle that holds it: these two have no such gap.
"""

from __future__ import annotations

import contextlib
import secrets
import typing as t
from dataclasses import dataclass
from functools import partial

from .._registry.errors import HostError, HostUnreachable
from . import smb_codes as codes
from .ports import EditedMeanwhile
from .smb_files import SmbFile, SmbFiles

# Tidying up after a failure is no reason to keep anybody waiting.
_TIDYING: t.Final = 5.0


@dataclass(kw_only=True, slots=True)
class Step:
    """One file on its way.

    Attributes:
        path: Its path below the share.
        old: What is there, as was read.
        new: What is to be there.
        temp: The new content under another name, open.
        held: The file that is there, open.
        done: The host holds the new content.
    """

    path: str
    old: bytes | None
    new: bytes | None
    temp: SmbFile | None = None
    held: SmbFile | None = None
    done: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """A folder that must be there.

    Attributes:
        path: Its path below the share.
        hidden: A new one gets the attribute.
    """

    path: str
    hidden: bool = False


class Replacement:
    """Replaces files in order.

    Args:
        files: The files below the share.

    Attributes:
        strays: Paths of files that nobody needs and that may be on the host.
        kept: Paths of copies that failed runs have made, or may have made.
    """

    def __init__(self, files: SmbFiles) -> None:
        self.strays: list[str] = []
        self.kept: list[str] = []
        self._copies: list[str] = []
        self._files = files
        self._session = files.session
        self._maybe_replaced = False

    def run(
        self, steps: t.Sequence[Step], folders: t.Sequence[Folder], *, backup_suffix: str | None
    ) -> t.Sequence[str]:
        """Replace what differs.

        Args:
            steps: The files, in the order in which they are replaced; those that stay are only compared.
            folders: Folders to make where they are missing, the upper one first.
            backup_suffix: What is put behind the name of a copy of each file that is replaced; None for no copies.

        Returns:
            The paths of the copies.

        Raises:
            EditedMeanwhile: The host holds neither the old nor the new content of a file.
            HostUnreachable: ``outcome_unknown`` tells whether a file may have been replaced.
            HostError: The host refuses, or holds something else afterwards.
        """
        self._maybe_replaced, self._copies = False, []
        failed = True
        try:
            for folder in folders:
                self._files.make_folder(folder.path, hidden=folder.hidden)
            self._prepare([step for step in steps if step.new != step.old], backup_suffix)
            for step in steps:
                self._files.patiently(partial(self._compare, step))
            for step in steps:
                self._files.patiently(partial(self._put_in_place, step))
            self._look_again(steps)
            failed = False
        except HostUnreachable as lost:
            lost.outcome_unknown = self._maybe_replaced
            raise
        finally:
            self._tidy(steps, failed=failed)
        return tuple(self._copies)

    def sweep(self) -> None:
        """Try to remove what nobody needs; what cannot be removed now stays among the strays."""
        for path in tuple(self.strays):
            with contextlib.suppress(HostError):
                self._files.remove(path)
                self.strays.remove(path)

    # -- before -----------------------------------------------------------------------------------

    def _prepare(self, steps: t.Iterable[Step], backup_suffix: str | None) -> None:
        """Write the copies, and the new content under names that nobody looks at."""
        for step in steps:
            if backup_suffix is not None and step.old is not None:
                with self._written_beside(step.path, step.old) as copy:
                    self._name_copy(copy, step.path + backup_suffix)
            if step.new is not None:
                step.temp = self._written_beside(step.path, step.new)

    def _written_beside(self, path: str, content: bytes) -> SmbFile:
        """Return a new file with this content, still open."""
        temp = f"{path}.{secrets.token_hex(16)}.tmp"
        self.strays.append(temp)
        file = self._files.create(temp)
        file.write(content)
        return file

    def _name_copy(self, copy: SmbFile, path: str) -> None:
        """Give a copy its name; nothing of that name is replaced."""
        temp, known = copy.path, False
        try:
            copy.rename(path, replace=False)
            known = True
        except HostError as refusal:
            known = not isinstance(refusal, HostUnreachable)
            raise
        finally:
            if not known:
                self.kept.append(path)
        self.strays.remove(temp)
        self._copies.append(path)

    def _compare(self, step: Step) -> None:
        """Hold a file against other writers, and see what is in it.

        Raises:
            EditedMeanwhile: Somebody has changed it.
        """
        content = None
        step.held = self._files.hold(step.path, to_remove=step.new is None)
        if step.held is not None:
            content = step.held.read()
        if content not in {step.old, step.new}:
            raise self._edited(step)
        step.done = content == step.new
        if step.done:
            self._let_go(step)

    # -- the moves --------------------------------------------------------------------------------

    def _put_in_place(self, step: Step) -> None:
        if not step.done and step.held is None and step.old is not None:
            self._compare(step)  # somebody had it open; who knows what for
        if step.done:
            return
        if step.temp is None:
            self._take_away(step)
        else:
            self._let_go(step)
            self._rename(step, step.temp)
        step.done = True

    def _take_away(self, step: Step) -> None:
        with self._in_doubt():
            if step.held is not None:
                step.held.remove()
        self._let_go(step)

    def _rename(self, step: Step, temp: SmbFile) -> None:
        stray = temp.path
        try:
            with self._in_doubt():
                temp.rename(step.path, replace=step.old is not None)
        except HostUnreachable:
            raise
        except HostError as refusal:
            if refusal.code == codes.COLLISION:
                raise self._edited(step) from None
            # The same answer as for a missing right (MS-FSA 2.1.5.15.11).
            if refusal.code == codes.DENIED and self._files.in_use(step.path):
                raise codes.refused(codes.FILES, codes.SHARING_VIOLATION, doing=refusal.doing) from None
            raise
        self.strays.remove(stray)
        step.temp = None
        temp.close()

    @contextlib.contextmanager
    def _in_doubt(self) -> t.Iterator[None]:
        """From here on a file may have been replaced, unless the host refuses."""
        before, self._maybe_replaced = self._maybe_replaced, True
        try:
            yield
        except HostUnreachable:
            raise
        except HostError:
            self._maybe_replaced = before
            raise

    # -- afterwards -------------------------------------------------------------------------------

    def _look_again(self, steps: t.Iterable[Step]) -> None:
        for step in steps:
            if self._files.read(step.path) != step.new:
                raise HostError(
                    doing=f"reading {self._session.unc(step.path)} back",
                    reason="it does not hold what was just written",
                    advice="Another program changes it at the same time; look which, and run it again",
                )

    def _let_go(self, step: Step) -> None:
        held, step.held = step.held, None
        if held is not None:
            held.close()

    def _tidy(self, steps: t.Iterable[Step], *, failed: bool) -> None:
        if failed:
            # As long as nothing was replaced nobody needs the copies.
            (self.kept if self._maybe_replaced else self.strays).extend(self._copies)
        if not self._session.is_open():
            return
        with self._session.at_most(_TIDYING):
            for file in (file for step in steps for file in (step.held, step.temp) if file is not None):
                with contextlib.suppress(HostError):
                    file.close()
            self.sweep()

    def _edited(self, step: Step) -> EditedMeanwhile:
        return EditedMeanwhile(
            doing=f"replacing {self._session.unc(step.path)}",
            reason="somebody else has changed it since it was read; nothing of theirs was touched",
            advice="Run it again",
        )
