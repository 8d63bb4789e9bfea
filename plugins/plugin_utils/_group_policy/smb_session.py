# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""A session with one share of a host: opened when it is first needed, limited in time, dropped when it is of no use.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import time
import typing as t

from .._registry.errors import HostUnreachable
from . import smb_codes as codes
from .smb_opening import Opening, SmbFacts, SmbLogon, hang_up
from .smb_troubles import BROKEN, failure
from .smb_wire import StrictConnection

# Logging off and closing what is open is a courtesy; a host that does not answer is not waited for.
_GOODBYE: t.Final = 2.0


class SmbSession:
    """A session that is opened when it is first needed and stays open.

    Args:
        logon: Who logs on where.
        share: Name of the share, such as ``ADMIN$``.
        timeout: Seconds to wait for a connection and for each answer.
        clock: Seconds that only go up.

    Attributes:
        facts: What was negotiated last; None before the first connection.
    """

    def __init__(
        self, logon: SmbLogon, share: str, *, timeout: float, clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        self.facts: SmbFacts | None = None
        self._unc = rf"\\{logon.host}\{share}"
        self._opening = Opening(logon, self._unc, seconds_left=self._seconds_left)
        self._timeout = timeout
        self._clock = clock
        self._until: float | None = None
        self._doing = ""
        self._asked = 0
        self._connection: StrictConnection | None = None
        self._tree: t.Any = None
        self._logon_refused: HostUnreachable | None = None

    @property
    def requests(self) -> int:
        """Round trips so far, those of the logon not counted."""
        return self._asked + (self._connection.asked if self._connection is not None else 0)

    def is_open(self, tree: t.Any = None) -> bool:
        """Tell whether there is a connection as far as is known, or whether this one still is the one."""
        return self._tree is not None and tree in {None, self._tree}

    def unc(self, path: str) -> str:
        r"""Return the full name of a path below the share."""
        return rf"{self._unc}\{path}"

    def limit(self, seconds: float) -> None:
        """Let no wait from now on, nor all of them together, last longer than this many seconds."""
        self._until = self._clock() + max(seconds, 0.0)

    @contextlib.contextmanager
    def at_most(self, seconds: float) -> t.Iterator[None]:
        """Let all waiting inside last at most this many seconds, or less if a limit says so."""
        before = self._until
        soon = self._clock() + seconds
        self._until = soon if before is None else min(before, soon)
        try:
            yield
        finally:
            self._until = before

    @contextlib.contextmanager
    def talk(self, doing: str, *, only: t.Any = None) -> t.Iterator[t.Any]:
        """Give the library's tree of the share, connected, and turn what fails inside into errors of ours.

        Args:
            doing: What is being done, for errors.
            only: The tree that it must be; another connection would not do.

        Raises:
            HostError: The host refuses; its NT status is the code.
            HostUnreachable: There is no session any more.
            UnsupportedConnection: A library is missing.
        """
        self._doing = doing
        if only is not None and not self.is_open(only):
            raise codes.unreachable(codes.LOST, doing=doing)
        tree = self._connected()
        try:
            yield tree
        except HostUnreachable:
            self.drop()
            raise
        except BROKEN as error:
            refusal = failure(error, codes.FILES, doing=doing)
            if isinstance(refusal, HostUnreachable):
                self.drop()
            raise refusal from None

    def drop(self) -> None:
        """End the connection without a word; never raises. The next use opens a fresh one."""
        self._hang_up(politely=False)

    def close(self) -> None:
        """Log off and end the connection; never raises."""
        with self.at_most(_GOODBYE):
            self._hang_up(politely=True)

    def _connected(self) -> t.Any:
        if self._logon_refused is not None:  # a second attempt could lock the account
            raise self._logon_refused
        if self._tree is None:
            try:
                self._connection, self._tree, self.facts = self._opening.open()
            except HostUnreachable as refusal:
                if refusal.logon_refused:
                    self._logon_refused = refusal
                raise
        return self._tree

    def _hang_up(self, *, politely: bool) -> None:
        self._tree = None
        connection, self._connection = self._connection, None
        if connection is not None:
            self._asked += connection.asked
            hang_up(connection, politely=politely)

    def _seconds_left(self) -> float:
        """Return how long one answer may be waited for.

        Raises:
            HostUnreachable: The time limit has passed.
        """
        left = self._timeout if self._until is None else min(self._timeout, self._until - self._clock())
        if left <= 0:
            raise HostUnreachable(doing=self._doing, reason="the time limit has passed")
        return left
