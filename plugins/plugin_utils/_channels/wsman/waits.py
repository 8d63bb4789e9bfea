# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit to all waiting together, for HTTP libraries that only know limits for one wait.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import time
import typing as t

try:
    from urllib3.util import Timeout
except ImportError:  # pywinrm and pypsrp bring it; whoever has neither is told in reach.py
    Timeout = None  # type: ignore[assignment,misc]

_SHORTEST: t.Final = 0.001


def waits_until(until: float, *, connect: float, read: float) -> t.Any:
    """Return a timeout for requests under which nothing waits beyond ``until``.

    A logon is three or four exchanges, each with its own timeout. urllib3 copies the timeout object for each of them;
    this one computes what is left at that moment. A host that sends its answer byte by byte is not covered.

    Args:
        until: The point of ``time.monotonic``.
        connect: Seconds for opening a connection, at most.
        read: Seconds for an answer, at most.
    """

    class _Until(Timeout):
        def clone(self) -> t.Any:
            left = max(until - time.monotonic(), _SHORTEST)
            return Timeout(connect=min(connect, left), read=min(read, left), total=left)

    return _Until(connect=connect, read=read)
