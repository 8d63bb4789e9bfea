# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' own gpupdate: apply the computer's policies now.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._channels.commands import lines
from .._channels.commands.ports import HostCommands
from .._registry.errors import HostError

WAIT: t.Final = 120
"""Seconds that gpupdate waits; then it ends, and the processing goes on without it. Its own default is 600."""

_GPUPDATE: t.Final = r"%SystemRoot%\System32\gpupdate.exe"
_DOING: t.Final = "refreshing Group Policy"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refresh:
    """How gpupdate ended.

    Attributes:
        exit_code: 0 for success. Where ssh starts PowerShell on the host, any other code is 1.
    """

    exit_code: int


def refresh_policy(commands: HostCommands, *, wait: int = WAIT) -> Refresh:
    """Have the host apply the computer's policies that have changed.

    The exit code is that of the line, whose last command gpupdate is. It gets no input: a question whether to restart
    would go without an answer, and so it is none.

    Args:
        commands: The way to the host.
        wait: Seconds that gpupdate waits for the processing to end; 0 not at all.

    Raises:
        HostUnreachable: The connection is lost; the policies may have been applied.
        HostError: There is no gpupdate on the host, or the line could not be run.
    """
    steps = [lines.existence("gpupdate.file", _GPUPDATE), f"{_GPUPDATE} /target:computer /wait:{wait} >nul 2>&1 <nul"]
    answer = commands.run(lines.line(*steps), doing=_DOING, changes=True)
    if answer.file_exists("gpupdate") is False:
        raise HostError(
            doing=_DOING,
            reason="there is no gpupdate.exe in the host's system folder",
            advice="Windows applies the policies by itself within two hours, and when it starts",
        )
    return Refresh(exit_code=answer.exit_code)
