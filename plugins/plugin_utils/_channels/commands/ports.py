# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port through which lines of cmd.exe are run on a host; one adapter for each way to reach it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .lines import Answer

Errors = tuple[type[Exception], ...]


class HostCommands(t.Protocol):
    """Runs lines of cmd.exe on one host, sends files to it and fetches files from it.

    Attributes:
        calls: Lines run and files transferred so far.
        reached: True once the host has answered, or may have run something without an answer.
    """

    calls: int
    reached: bool

    @property
    def errors(self) -> Errors:
        """What Ansible's connection plugin may raise beside this collection's errors."""

    def run(self, whole: str, *, doing: str, changes: bool = False) -> Answer:
        """Run a line and return its answer.

        Args:
            whole: The line, as ``lines.line`` makes it.
            doing: What is being done, for errors.
            changes: True when the line changes a setting.

        Raises:
            HostUnreachable: The connection is lost, or the logon refused; ``outcome_unknown`` if the line changes
                something and may have run.
            HostError: The line was not understood, or could not be run.
        """

    def send(self, content: bytes, file: str, *, doing: str) -> None:
        r"""Make a file on the host.

        Args:
            content: All of it.
            file: Its path, such as ``C:\Windows\Temp\x``; what was there is replaced.
            doing: What is being done, for errors.

        Raises:
            HostUnreachable: The connection is lost.
            HostError: The file cannot be made; a part of it may be there.
        """

    def fetch(self, file: str, *, doing: str) -> bytes:
        """Return what is in a file on the host.

        Raises:
            HostUnreachable: The connection is lost.
            HostError: The file cannot be fetched; whether it is absent cannot be told from that.
        """

    def reset(self) -> None:
        """Drop the connection; the next call makes a new one. Never raises an error of the plugin."""

    def limit(self, seconds: float) -> None:
        """Start no call after this many seconds."""

    def close(self) -> None:
        """Give back what was opened; never raises."""
