# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port through which a host's registry is reached; one adapter for each way to reach it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.errors import HostError
from .._registry.model import KeyRead, Observed, Write


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteFailure:
    """A write that the host refused.

    Attributes:
        write: What was to be written.
        error: Why it was not.
    """

    write: Write
    error: HostError


class RegistryChannel(t.Protocol):
    """Reads and writes values below HKEY_LOCAL_MACHINE of one host.

    Every method may raise AccessDenied, HostUnreachable or another HostError.

    Attributes:
        name: The word for this channel in results: ``wsman`` or ``reg_exe``.
    """

    name: str

    @property
    def left_behind(self) -> t.Sequence[str]:
        """Files of ours that may still be on the host after ``close``."""

    @property
    def requests(self) -> int:
        """Round trips to the host so far, those of the logon not counted."""

    def read(self, reads: t.Iterable[KeyRead]) -> Observed:
        """Return the values that are there, with raw type and data, for every key that was asked for."""

    def write(self, writes: t.Sequence[Write]) -> tuple[WriteFailure, ...]:
        """Write in the given order; the first refusal ends it.

        Args:
            writes: What to write.

        Returns:
            Nothing, or the refusal; every write from the first refused one on where the channel makes all at once
            and nobody knows which of them were made. A lost connection is raised, never returned; the error says what
            was confirmed before.
        """

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""

    def limit(self, seconds: float) -> None:
        """Let no later wait for the host, nor all of them together, last longer than this many seconds from now."""

    def close(self) -> None:
        """Drop the connection; never raises."""
