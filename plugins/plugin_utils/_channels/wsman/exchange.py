# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Request and answer: builds the connection when it is first needed, sends, repairs a dead session once.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import time
import typing as t
import uuid

from ..._registry.errors import HostError
from .answer import Answer, Content, Fault, output, parse, unusable
from .envelope import Request
from .failures import from_fault, from_no_answer, from_status, out_of_time
from .transports import UNAUTHORIZED, Transport
from .troubles import HttpStatus, NoAnswer

# The host answers with a fault when its time is up; that answer must still get here before we stop waiting.
_HEAD_START: t.Final = 2
# MaxTimeoutms of the service is 60 s by default (MS-WSMV 2.2.4.10).
_LONGEST_OPERATION: t.Final = 60

OpenTransport = t.Callable[[bool], Transport]
"""Opens a transport; True demands a connection that nobody used before."""

Read = t.TypeVar("Read")


class Refused(t.Protocol):
    """A function that makes an error of a fault."""

    def __call__(self, fault: Fault, *, doing: str) -> HostError:
        """Return the error; see ``failures.from_fault``."""


class Exchange:
    """A conversation with one host.

    Args:
        open_transport: Opens the way to the host.
        clock: Seconds that only go up.

    Attributes:
        messages: SOAP messages sent so far.
        received: Bytes of the answers so far, faults not counted.
    """

    def __init__(self, open_transport: OpenTransport, *, clock: t.Callable[[], float] = time.monotonic) -> None:
        self.messages = 0
        self.received = 0
        self._open = open_transport
        self._clock = clock
        self._transport: Transport | None = None
        self._fresh = False
        self._until: float | None = None
        self._logon_refused: HostError | None = None

    def call(self, request: Request, *, doing: str, changes: bool) -> Answer:
        """Return the output of a method of StdRegProv; see ``ask``."""
        return self.ask(request, read=output, doing=doing, changes=changes)

    def ask(
        self,
        request: Request,
        *,
        read: t.Callable[[Content, str], Read],
        doing: str,
        changes: bool = False,
        refused: Refused | None = None,
    ) -> Read:
        """Return what an answer says.

        Args:
            request: What to send.
            read: Takes the content of the answer, and ``doing``; raises HostError for what cannot be used.
            doing: What is being done, for errors.
            changes: True when the request changes something; it must do no harm when it is executed twice.
            refused: Makes an error of a fault; without it ``failures.from_fault`` does.

        Raises:
            RemoteAssistanceError: There is no usable answer, or it is a fault.
        """
        if self._logon_refused is not None:  # a second attempt could lock the account
            raise self._logon_refused
        finished = False
        try:
            content = self._answer(request, doing=doing, changes=changes)
            answer = content if isinstance(content, Fault) else read(content, doing)
            finished = True
        finally:
            # After a lost or senseless answer, or when Ansible's task timeout strikes in between (it is a
            # BaseException), request and answer may be out of step: the next call starts afresh.
            if not finished:
                self.drop()
        if not isinstance(answer, Fault):
            return answer
        if refused is None:
            raise from_fault(answer, doing=doing, absent=request.absent)
        raise refused(answer, doing=doing)

    def drop(self) -> None:
        """Drop the connection; never raises. The next call opens one of our own."""
        transport, self._transport = self._transport, None
        self._fresh = True
        if transport is not None:
            transport.close()

    def limit(self, seconds: float) -> None:
        """Let all waiting from now on end after this many seconds."""
        self._until = self._clock() + max(seconds, 0.0)

    def _answer(self, request: Request, *, doing: str, changes: bool) -> Content | Fault:
        """Return the answer or the refusal; raise where the connection is of no more use."""
        try:
            try:
                return self._send(request, doing=doing)
            except HttpStatus as failure:
                if failure.status != 400 or failure.body.strip():
                    raise
                # 400 without a word: the idle connection was closed, the encryption died with it, and the host could
                # not read (nor execute) the message. With TLS or Basic the libraries recover by themselves.
                self.drop()
                return self._send(request, doing=doing)
        except HttpStatus as failure:
            refusal = from_status(failure.status, failure.body, doing=doing)
            if failure.status == UNAUTHORIZED:
                self._logon_refused = refusal
            raise refusal from None
        except NoAnswer as failure:
            if self._until is not None and self._clock() >= self._until:
                raise out_of_time(doing=doing, outcome_unknown=changes and failure.maybe_sent) from None
            raise from_no_answer(failure, doing=doing, changes=changes) from None

    def _send(self, request: Request, *, doing: str) -> Content | Fault:
        left = None if self._until is None else self._until - self._clock()
        if left is not None and left <= 0:
            raise out_of_time(doing=doing, outcome_unknown=False)
        if self._transport is None:
            self._transport = self._open(self._fresh)
        transport = self._transport
        message_id = str(uuid.uuid4())
        message = request.to_bytes(message_id=message_id, seconds=_operation_seconds(transport, left))
        self.messages += 1
        try:
            body = transport.send(message, until=self._until)
        except HttpStatus as failure:
            if failure.status == UNAUTHORIZED or not failure.body.lstrip().startswith(b"<"):
                raise
            return _fault_or_status(failure, message_id=message_id, doing=doing)
        content = parse(body, message_id=message_id, doing=doing)
        if not isinstance(content, Fault):
            self.received += len(body)
        return content


def _fault_or_status(failure: HttpStatus, *, message_id: str, doing: str) -> Fault:
    try:
        content = parse(failure.body, message_id=message_id, doing=doing)
    except HostError:
        raise from_status(failure.status, failure.body, doing=doing) from None  # such as a proxy's page
    if isinstance(content, Fault):
        return content
    raise unusable(doing, f"HTTP status {failure.status} with a method's output")


def _operation_seconds(transport: Transport, left: float | None) -> int:
    limits = [transport.operation_timeout, transport.read_timeout - _HEAD_START, _LONGEST_OPERATION]
    if left is not None:
        limits.append(left - _HEAD_START)
    return max(1, int(min(limits)))
