# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The port through which the files of a host's local GPO are reached; one adapter for each way to reach them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.errors import HostError

REGISTRY_POL: t.Final = "Machine\\Registry.pol"
GPT_INI: t.Final = "gpt.ini"


class EditedMeanwhile(HostError):
    """Somebody else changed a file between our reading and our writing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalGpoFiles:
    r"""What the machine half of a local GPO consists of.

    Attributes:
        registry_pol: Content of ``Machine\Registry.pol``, or None if there is no such file.
        gpt_ini: Content of ``gpt.ini``, or None if there is no such file.
    """

    registry_pol: bytes | None
    gpt_ini: bytes | None


class GroupPolicyFolder(t.Protocol):
    r"""Reads and replaces files in ``%SystemRoot%\System32\GroupPolicy`` of one host.

    Every method may raise AccessDenied, HostUnreachable or another HostError; a file that is absent, one that may not
    be read, and a connection that is lost are never confused.

    Attributes:
        name: The word for this way in results: ``connection`` or ``smb``.
    """

    name: str

    @property
    def left_behind(self) -> t.Sequence[str]:
        """Files of ours that may still be on the host."""

    @property
    def requests(self) -> int:
        """Round trips to the host so far, those of the logon not counted."""

    def read(self) -> LocalGpoFiles:
        """Return the content of both files."""

    def replace(self, before: LocalGpoFiles, after: LocalGpoFiles, *, backup_suffix: str | None) -> tuple[str, ...]:
        """Replace what differs, gpt.ini first; each file is always whole.

        gpt.ini goes first: a run that is broken off in between leaves a version that is too high, which costs Windows
        one needless application and is healed by the next run. The other way round it would leave a policy that
        Windows never applies and that looks right.

        Args:
            before: What was read; if the host holds something else now, nothing is replaced.
            after: What the host is to hold; None removes a file.
            backup_suffix: What is put behind the name of a copy of each file that is replaced; None for no copies.

        Returns:
            The full paths of the copies.

        Raises:
            EditedMeanwhile: The host holds neither ``before`` nor ``after``.
            HostUnreachable: ``outcome_unknown`` tells whether a file may have been replaced.
        """

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""

    def limit(self, seconds: float) -> None:
        """Let no later wait for the host, nor all of them together, last longer than this many seconds from now."""

    def close(self) -> None:
        """Drop the connection; never raises."""
