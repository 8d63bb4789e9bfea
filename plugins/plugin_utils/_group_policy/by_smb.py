# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The files of a host's local GPO through its share ADMIN$, which Windows lets administrators use.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import time
import typing as t

from .ports import GPT_INI, REGISTRY_POL, LocalGpoFiles
from .smb_files import SmbFiles
from .smb_opening import SmbFacts, SmbLogon
from .smb_replacement import Folder, Replacement, Step
from .smb_session import SmbSession

SHARE: t.Final = "ADMIN$"
_FOLDER: t.Final = r"System32\GroupPolicy"
_MACHINE: t.Final = rf"{_FOLDER}\Machine"
_GPT_INI: t.Final = rf"{_FOLDER}\{GPT_INI}"
_REGISTRY_POL: t.Final = rf"{_FOLDER}\{REGISTRY_POL}"
_NOTHING: t.Final = LocalGpoFiles(registry_pol=None, gpt_ini=None)


class SmbFolder:
    r"""``\\host\ADMIN$\System32\GroupPolicy``.

    Args:
        logon: Who logs on where.
        timeout: Seconds to wait for a connection and for each answer.
        patience: Seconds to wait for a file that somebody else has open.
        clock: Seconds that only go up.
        sleep: Waits for some seconds.
    """

    name = "smb"

    def __init__(
        self,
        logon: SmbLogon,
        *,
        timeout: float = 30.0,
        patience: float = 3.0,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = SmbSession(logon, SHARE, timeout=timeout, clock=clock)
        self._files = SmbFiles(self._session, patience=patience, clock=clock, sleep=sleep)
        self._replacement = Replacement(self._files)

    @property
    def facts(self) -> SmbFacts | None:
        """What was negotiated; None before the first connection."""
        return self._session.facts

    @property
    def left_behind(self) -> t.Sequence[str]:
        """Full paths of files of ours that may still be on the host; copies of failed runs are among them."""
        return tuple(self._session.unc(path) for path in (*self._replacement.kept, *self._replacement.strays))

    @property
    def requests(self) -> int:
        """Round trips to the host so far, those of the logon not counted."""
        return self._session.requests

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""
        self._session.drop()

    def limit(self, seconds: float) -> None:
        """Let no later wait for the host, nor all of them together, last longer than this many seconds from now."""
        self._session.limit(seconds)

    def close(self) -> None:
        """Remove what may have stayed if that is easy, and drop the connection; never raises."""
        if self._session.is_open():
            self._replacement.sweep()
        self._session.close()

    def read(self) -> LocalGpoFiles:
        """Return the content of both files; what a lost connection left behind is removed on the way."""
        files = LocalGpoFiles(gpt_ini=self._files.read(_GPT_INI), registry_pol=self._files.read(_REGISTRY_POL))
        self._replacement.sweep()
        return files

    def replace(self, before: LocalGpoFiles, after: LocalGpoFiles, *, backup_suffix: str | None) -> tuple[str, ...]:
        """Replace what differs; see GroupPolicyFolder.replace.

        Raises:
            EditedMeanwhile: The host holds neither ``before`` nor ``after``.
            HostUnreachable: ``outcome_unknown`` tells whether a file may have been replaced.
            HostError: The host refuses, or holds something else afterwards.
        """
        steps = [
            Step(path=_GPT_INI, old=before.gpt_ini, new=after.gpt_ini),
            Step(path=_REGISTRY_POL, old=before.registry_pol, new=after.registry_pol),
        ]
        if before == after:
            return ()
        copies = self._replacement.run(steps, _folders(before, after), backup_suffix=backup_suffix)
        return tuple(self._session.unc(path) for path in copies)


def _folders(before: LocalGpoFiles, after: LocalGpoFiles) -> list[Folder]:
    """Return the folders that may be missing; whatever was read proves that its folder is there."""
    folders = []
    if before == _NOTHING:
        folders.append(Folder(path=_FOLDER, hidden=True))
    if before.registry_pol is None and after.registry_pol is not None:
        folders.append(Folder(path=_MACHINE))
    return folders
