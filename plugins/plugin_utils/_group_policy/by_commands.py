# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a host's local GPO over the connection of the inventory: lines for cmd.exe and file transfer.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Files are transferred to and from ``temp_dir`` only; cmd.exe copies them. Reading is one line, which copies what is
there, and one transfer for each file. Replacing sends the new files, reads as above, and is one line that compares,
saves, moves and copies what is there then; that is fetched and decides, whatever the line reports.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import typing as t

from .._channels.commands import lines
from .._channels.commands.lines import Answer
from .._channels.commands.ports import HostCommands
from .._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from .folder_lines import (
    NATIVE,
    PLACES,
    UNKNOWN_ROOT,
    Change,
    New,
    Old,
    Place,
    Windows,
    checked_suffix,
    discovery,
    look,
    placing,
    replacement,
    survey,
)
from .folder_verdicts import READING, WRITING, edited, is_there, not_replaced, unprepared, windows_of
from .ports import LocalGpoFiles

_REMOVING: t.Final = "removing temporary files"

# What one reading and one replacing leave.
_DELETED_AT_ONCE: t.Final = 4


class CommandsFolder:
    """A GroupPolicyFolder over lines of cmd.exe.

    Args:
        commands: The way to the host.
        temp_dir: The host's folder for files that come and go, as ``lines.folder`` returns it.
    """

    name = "connection"

    def __init__(self, commands: HostCommands, *, temp_dir: str) -> None:
        self._commands = commands
        self._temp_dir = temp_dir
        # Not to be guessed: temp_dir may be open to everybody.
        self._token = secrets.token_hex(8)
        self._files = 0
        # Our files, as they stand on a line.
        self._ours: list[str] = []
        self._windows = Windows()

    @property
    def left_behind(self) -> t.Sequence[str]:
        """Files of ours that may still be on the host."""
        return [_plain(file) for file in self._ours]

    @property
    def requests(self) -> int:
        """Lines run and files transferred so far."""
        return self._commands.calls

    def read(self) -> LocalGpoFiles:
        """Return the content of both files; see GroupPolicyFolder."""
        return self._fetched(self._copied(READING)[1], READING)

    def replace(self, before: LocalGpoFiles, after: LocalGpoFiles, *, backup_suffix: str | None) -> tuple[str, ...]:
        """Replace what differs; see GroupPolicyFolder.

        A file that is already as in ``after`` stays: what a lost connection has interrupted can be done again.
        """
        suffix = None if backup_suffix is None else checked_suffix(backup_suffix)
        if before == after:
            return ()
        self._discover()
        news = [self._new(place, _content(after, place)) for place in PLACES if _differs(before, after, place)]
        answer, copies = self._copied(WRITING, *placing(self._windows, news), keep=[new.sent for new in news])
        refusal = unprepared(answer, news)
        if refusal is not None:
            raise refusal
        now = self._fetched(copies, WRITING)
        for place in PLACES:
            if _content(now, place) not in (_content(before, place), _content(after, place)):
                raise edited(place)
        changes = [(self._old(now, copies, new.place, suffix), new) for new in news if _differs(now, after, new.place)]
        if changes:
            self._move(changes, now, after)
        return tuple(_plain(old.backup) for old, dummy in changes if old.backup is not None)

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""
        self._commands.reset()

    def limit(self, seconds: float) -> None:
        """Start no call after this many seconds; see HostCommands."""
        self._commands.limit(seconds)

    def close(self) -> None:
        """Remove what is left of our files on the host; never raises."""
        if not self._commands.reached:
            self._ours = []
        with contextlib.suppress(RemoteAssistanceError, *self._commands.errors):
            tried: list[str] = []
            while rest := [file for file in self._ours if file not in tried]:
                tried += rest[:_DELETED_AT_ONCE]
                self._run(_REMOVING, keep=[file for file in self._ours if file not in rest[:_DELETED_AT_ONCE]])
        self._commands.close()

    # Reading

    def _discover(self) -> None:
        """Ask where Windows is, unless that is known from a reading before."""
        if self._windows.root == UNKNOWN_ROOT:
            self._windows = windows_of(self._run(READING, *discovery()))

    def _copied(
        self, doing: str, *first: str, keep: t.Collection[str | None] = ()
    ) -> tuple[Answer, dict[Place, str | None]]:
        """Copy both files in one line; return its answer and the copy of each file, None where there is none."""
        copies, steps = self._looking(reasons=True)
        asking = discovery() if self._windows.root == UNKNOWN_ROOT else []
        answer = self._run(doing, *asking, *first, *steps, keep=keep)
        if asking:
            self._windows = windows_of(answer)
            if self._windows.system == NATIVE:
                return self._copied(doing, *first, keep=keep)
        return answer, self._there(answer, copies)

    def _looking(self, *, reasons: bool) -> tuple[dict[Place, str], list[str]]:
        copies = {place: self._new_file() for place in PLACES}
        looks = [look(self._windows, place, copy, reasons=reasons) for place, copy in copies.items()]
        return copies, [*survey(self._windows), *itertools.chain.from_iterable(looks)]

    def _there(self, answer: Answer, copies: t.Mapping[Place, str]) -> dict[Place, str | None]:
        found = {
            place: copy if is_there(answer, place, temp_dir=self._temp_dir) else None for place, copy in copies.items()
        }
        self._forget(copy for place, copy in copies.items() if found[place] is None)
        return found

    def _fetched(self, copies: t.Mapping[Place, str | None], doing: str) -> LocalGpoFiles:
        content = {
            place.field: None if copy is None else self._commands.fetch(copy, doing=doing)
            for place, copy in copies.items()
        }
        return LocalGpoFiles(**content)

    # Writing

    def _new(self, place: Place, content: bytes | None) -> New:
        """Send the new content of a file; return where it is and where it goes."""
        sent = None
        if content is not None:
            sent = self._new_file()
            self._commands.send(content, sent, doing=WRITING)
        folder = self._windows.path(place.folders[-1][1])
        return New(place=place, sent=sent, size=len(content or b""), beside=self._new_file(folder))

    def _old(self, now: LocalGpoFiles, copies: t.Mapping[Place, str | None], place: Place, suffix: str | None) -> Old:
        content = _content(now, place)
        backup = f"{self._windows.file(place)}{suffix}" if content is not None and suffix is not None else None
        return Old(copy=copies[place], size=len(content or b""), backup=backup)

    def _move(self, changes: t.Sequence[Change], before: LocalGpoFiles, after: LocalGpoFiles) -> None:
        """Replace the files, read back, and raise unless the host holds what it is to hold."""
        copies, looking = self._looking(reasons=False)
        found: dict[Place, str | None] | None = None
        refusal: HostError | None = None
        try:
            answer = self._run(WRITING, *replacement(self._windows, changes), *looking, keep=self._ours, changes=True)
            self._forget(new.beside for dummy, new in changes if answer.file_exists(f"{new.place.label}.end") is False)
            refusal = not_replaced(answer, changes)
            found = self._there(answer, copies)
        except HostUnreachable:
            raise
        except HostError as error:
            refusal = refusal or error
        # What the host holds decides: an answer may be cut off, and when Ansible runs a line twice, because the
        # connection was lost, the second run finds nothing to move.
        now = self._now(found)
        if now != after:
            self._remove_copies(
                old.backup for old, new in changes if now is not None and not _differs(now, before, new.place)
            )
            raise refusal or HostError(
                doing=WRITING, reason="the host reports that all was written, and does not hold what was written"
            )

    def _remove_copies(self, backups: t.Iterable[str | None]) -> None:
        """Remove copies of files that were not replaced; they would stand in the way of the next attempt."""
        self._ours = [*(backup for backup in backups if backup is not None), *self._ours]
        with contextlib.suppress(HostError):
            self._run(_REMOVING)

    def _now(self, copies: t.Mapping[Place, str | None] | None) -> LocalGpoFiles | None:
        """Return what the host holds after files may have been replaced; None if it cannot be read."""
        try:
            return self._fetched(self._copied(WRITING)[1] if copies is None else copies, WRITING)
        except HostUnreachable as lost:
            lost.outcome_unknown = True
            raise
        except HostError:
            return None

    # Files

    def _new_file(self, folder: str = "") -> str:
        self._files += 1
        file = f"{folder or self._temp_dir}\\ra_{self._token}_{self._files}.tmp"
        self._ours.append(file)
        return file

    def _forget(self, files: t.Iterable[str]) -> None:
        gone = set(files)
        self._ours = [file for file in self._ours if file not in gone]

    def _run(self, doing: str, *steps: str, keep: t.Collection[str | None] = (), changes: bool = False) -> Answer:
        """Run a line that first removes files of ours that its steps do not name and nobody needs."""
        old = [file for file in self._ours if file not in keep and not any(file in step for step in steps)]
        old = old[:_DELETED_AT_ONCE]
        deletions = [lines.delete(f"del{number}", file) for number, file in enumerate(old)]
        answer = self._commands.run(lines.line(*deletions, *steps), doing=doing, changes=changes)
        self._forget(file for number, file in enumerate(old) if answer.file_exists(f"del{number}") is False)
        return answer


def _content(files: LocalGpoFiles, place: Place) -> bytes | None:
    return t.cast("bytes | None", getattr(files, place.field))


def _differs(one: LocalGpoFiles, other: LocalGpoFiles, place: Place) -> bool:
    return _content(one, place) != _content(other, place)


def _plain(path: str) -> str:
    """Return a path as everybody but a 32-bit process knows it."""
    return path.replace(f"\\{NATIVE}\\", "\\System32\\")
