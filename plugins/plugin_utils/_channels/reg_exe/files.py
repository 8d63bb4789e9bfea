# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that work with files of ours on the host, and the files' removal.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

No line is spent on removing files as long as another one follows: each removes what the ones before have left.
"""

from __future__ import annotations

import contextlib
import secrets
import typing as t

from ..._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from ..commands import lines
from ..commands.lines import Answer
from ..commands.ports import HostCommands

# What one reading and one writing leave.
_DELETED_AT_ONCE: t.Final = 4


class HostFiles:
    """Runs lines on a host, and keeps account of the files that they leave.

    Args:
        host: The way to the host.
        temp_dir: The folder for files, as ``lines.folder`` returns it.

    Attributes:
        host: The way to the host.
        temp_dir: The folder for files.
        left_behind: Files of ours that may still be on the host.
    """

    def __init__(self, host: HostCommands, *, temp_dir: str) -> None:
        self.host = host
        self.temp_dir = temp_dir
        self.left_behind: list[str] = []
        # Not to be guessed: the folder may be open to everybody.
        self._token = secrets.token_hex(8)
        self._made = 0

    def new(self) -> str:
        """Return the path of a file that is not there yet and that is to be removed."""
        self._made += 1
        file = f"{self.temp_dir}\\ra_{self._token}_{self._made}.reg"
        self.left_behind.append(file)
        return file

    def run(self, doing: str, *steps: str, changes: bool = False) -> Answer:
        """Run a line that first removes the files that its steps do not name; see HostCommands."""
        old = [file for file in self.left_behind if not any(file in step for step in steps)]
        room = lines.LONGEST - len(lines.line(*steps))
        deletions: list[str] = []
        for number, file in enumerate(old[:_DELETED_AT_ONCE]):
            deletion = lines.delete(f"del{number}", file)
            room -= len(deletion) + len(lines.JOINT)
            if room >= 0:
                deletions.append(deletion)
        old = old[: len(deletions)]
        answer = self.host.run(lines.line(*deletions, *steps), doing=doing, changes=changes)
        gone = {file for number, file in enumerate(old) if answer.file_exists(f"del{number}") is False}
        self.left_behind = [file for file in self.left_behind if file not in gone]
        return answer

    def fetch(self, file: str, *, doing: str) -> bytes:
        """Return what is in a file; see HostCommands."""
        with self._looked_after():
            return self.host.fetch(file, doing=doing)

    def send(self, content: bytes, file: str, *, doing: str) -> None:
        """Make a file; see HostCommands."""
        with self._looked_after():
            self.host.send(content, file, doing=doing)

    def close(self) -> None:
        """Remove what is left; never raises."""
        if not self.host.reached:
            self.left_behind = []
        before = len(self.left_behind) + 1
        with contextlib.suppress(RemoteAssistanceError, *self.host.errors):
            while 0 < len(self.left_behind) < before:
                before = len(self.left_behind)
                self._clean()

    def _clean(self) -> None:
        self.run("removing temporary files")

    @contextlib.contextmanager
    def _looked_after(self) -> t.Iterator[None]:
        """After a failed transfer, clean up, which also shows whether the host is still there."""
        try:
            yield
        except HostUnreachable:
            raise
        except HostError:
            self._clean()
            raise
