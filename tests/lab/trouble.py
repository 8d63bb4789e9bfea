# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What can go wrong with a message, as actions that wrap its performing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .wsman_fault import Shape, WsmanFault


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back for a message.

    Attributes:
        status: HTTP status.
        body: The envelope, or nothing.
        closing: None to answer; "close" or "reset" to end the connection without an answer.
        sealed: Whether the body is encrypted where the request was.
    """

    status: int = 200
    body: bytes = b""
    closing: str | None = None
    sealed: bool = True


class Exchange(Protocol):
    """One SOAP message as an action sees it."""

    method: str | None
    key: str | None
    value: str | None
    line: str | None
    resource: str | None
    relates_to: str

    def fault(self, fault: WsmanFault) -> Answer:
        """Return a fault as the answer."""

    def returned(self, code: int) -> Answer:
        """Return a return value without output parameters as the answer."""

    def sleep(self, seconds: float) -> None:
        """Wait, but not longer than the host lives."""


Proceed = Callable[[], Answer]


class Action(Protocol):
    """One kind of trouble."""

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """Answer a message; ``proceed`` performs it (and any further trouble) and returns its answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Answer with a WS-Management fault; nothing is performed."""

    code: int
    text: str | None = None
    shape: Shape | None = None

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del proceed
        return exchange.fault(WsmanFault.of(self.code, text=self.text, shape=self.shape))


@dataclass(frozen=True, kw_only=True, slots=True)
class Return:
    """Answer with this ReturnValue; nothing is performed."""

    code: int

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del proceed
        return exchange.returned(self.code)


@dataclass(frozen=True, kw_only=True, slots=True)
class PretendSuccess:
    """Answer ReturnValue 0; nothing is performed."""

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del proceed
        return exchange.returned(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpStatus:
    """Answer with a bare HTTP status and no body; nothing is performed."""

    status: int

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del exchange, proceed
        return Answer(status=self.status)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """End the TCP connection instead of answering.

    Attributes:
        performed: Perform the operation first, so that only its answer is lost.
        reset: End it with a RST instead of a FIN.
    """

    performed: bool = False
    reset: bool = False

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del exchange
        if self.performed:
            proceed()
        return Answer(closing="reset" if self.reset else "close")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hang:
    """Say nothing for a while, then end the connection.

    Attributes:
        seconds: How long.
        perform: "never", "first" (before the silence) or "last" (after it).
    """

    seconds: float
    perform: str = "never"

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        if self.perform == "first":
            proceed()
        exchange.sleep(self.seconds)
        if self.perform == "last":
            proceed()
        return Answer(closing="close")


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """Answer rightly but late; ``after`` waits after performing instead of before."""

    seconds: float
    after: bool = False

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        if not self.after:
            exchange.sleep(self.seconds)
        answer = proceed()
        if self.after:
            exchange.sleep(self.seconds)
        return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Garbage:
    """Answer with these bytes instead of an envelope.

    Attributes:
        body: The bytes.
        performed: Perform the operation first.
        sealed: Encrypt them as a true answer would be; False puts them on the wire as they are.
        status: HTTP status.
    """

    body: bytes
    performed: bool = False
    sealed: bool = True
    status: int = 200

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del exchange
        if self.performed:
            proceed()
        return Answer(status=self.status, body=self.body, sealed=self.sealed)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongRelatesTo:
    """Perform the operation and answer as if to another message."""

    relates_to: str = "uuid:00000000-0000-0000-0000-000000000000"

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        exchange.relates_to = self.relates_to
        return proceed()


@dataclass(frozen=True, kw_only=True, slots=True)
class Oversized:
    """Perform the operation and pad its answer to at least this many bytes."""

    size: int

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del exchange
        answer = proceed()
        padding = b" " * max(0, self.size - len(answer.body))
        return Answer(status=answer.status, body=answer.body + padding, closing=answer.closing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Call a function before performing the operation, or ``after`` it: somebody else acts."""

    function: Callable[[], object]
    after: bool = False

    def apply(self, exchange: Exchange, proceed: Proceed) -> Answer:
        """See ``Action``."""
        del exchange
        if not self.after:
            self.function()
        answer = proceed()
        if self.after:
            self.function()
        return answer
