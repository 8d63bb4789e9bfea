# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error tree: input, host, internal. Nothing here knows Ansible.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from .model import Write


class RemoteAssistanceError(Exception):
    """Root of every error that this collection raises on purpose."""

    def details(self) -> dict[str, t.Any]:
        """Return the facts of this error as plain types, fit for a task result."""
        return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong with the user's data.

    Attributes:
        path: Where it stands, such as ``offer.helpers.add[3]``.
        value: What stands there, shown as the user wrote it; empty for something missing.
        expected: What would be right.
        nearest: The nearest legal word, or empty.
    """

    path: str
    value: str = ""
    expected: str
    nearest: str = ""

    def text(self) -> str:
        """Return this problem as one line for a person."""
        line = f"{self.path}: {self.expected}"
        if self.value:
            line += f", got {self.value}"
        if self.nearest:
            line += f" (did you mean {self.nearest!r}?)"
        return line

    def to_result(self) -> dict[str, str]:
        """Return this problem as plain types."""
        return {"path": self.path, "value": self.value, "expected": self.expected, "nearest": self.nearest}


class InputError(RemoteAssistanceError):
    """The user's data are wrong; carries every problem that was found, not only the first.

    Args:
        problems: What is wrong.
        untouched: What that means for the target.
    """

    def __init__(self, problems: t.Iterable[Problem], *, untouched: str = "nothing was sent to the host") -> None:
        self.problems = tuple(problems)
        lines = [f"  - {problem.text()}" for problem in self.problems]
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        super().__init__("\n".join([f"{count} in the input, {untouched}:", *lines]))

    def details(self) -> dict[str, t.Any]:
        """Return every problem."""
        return {"problems": [problem.to_result() for problem in self.problems]}


class FormatError(RemoteAssistanceError):
    """Bytes or text do not have the form that they must have.

    Args:
        what: What is read or made, such as ``.reg file``.
        reason: What is wrong.
        offset: The byte at which it is wrong.
        line: The line in which it is wrong, from 1; None for what has no lines.
    """

    def __init__(self, *, what: str, reason: str, offset: int, line: int | None = None) -> None:
        self.what = what
        self.reason = reason
        self.offset = offset
        self.line = line
        place = f"byte {offset}" if line is None else f"line {line}, byte {offset}"
        super().__init__(f"{what}, {place}: {reason}")

    def details(self) -> dict[str, t.Any]:
        """Return what was wrong, and where."""
        return {"what": self.what, "offset": self.offset, "line": self.line}


class HostError(RemoteAssistanceError):
    r"""Windows refused, or its answer cannot be used.

    Args:
        doing: What was being done, such as ``reading HKLM\SOFTWARE\...``.
        reason: Why it failed, in words.
        code: Windows' or WS-Management's code, or None where there is none.
        advice: What the user can do about it, or empty.
    """

    def __init__(self, *, doing: str, reason: str, code: int | None = None, advice: str = "") -> None:
        self.doing = doing
        self.reason = reason
        self.code = code
        self.advice = advice
        text = f"{doing}: {reason}"
        if code is not None:
            text += f" (0x{code:08X})"
        if advice:
            text += f". {advice}"
        super().__init__(text)

    def details(self) -> dict[str, t.Any]:
        """Return what was being done, and the code in hexadecimal."""
        return {"doing": self.doing, "code": None if self.code is None else f"0x{self.code:08X}"}


class AccessDenied(HostError):
    """The account of the connection may not do this."""


class HostUnreachable(HostError):
    """The host cannot be reached, does not answer in time, or refuses the logon.

    Attributes:
        outcome_unknown: True when a request had been sent and its answer was lost.
        logon_refused: True for HTTP 401; such a request is never tried again.
        acknowledged: What the host had confirmed as written before, in the same call; set by the channel.
        in_doubt: What may have been written without a confirmation, in the same call; set by the channel.
    """

    def __init__(
        self,
        *,
        doing: str,
        reason: str,
        advice: str = "",
        outcome_unknown: bool = False,
        logon_refused: bool = False,
    ) -> None:
        super().__init__(doing=doing, reason=reason, advice=advice)
        self.outcome_unknown = outcome_unknown
        self.logon_refused = logon_refused
        self.acknowledged: tuple[Write, ...] = ()
        self.in_doubt: tuple[Write, ...] = ()


class UnsupportedConnection(RemoteAssistanceError):
    """The inventory names a connection, or the control node lacks a library, that this collection needs."""
