# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The host behind a connection plugin ``winrm`` or ``psrp`` of Ansible: run a line, send a file, fetch a file.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Lines run in a Windows Remote Shell, which is cmd.exe; the messages go the way that those to the registry go. Files go
through the plugin itself, public methods only: put_file and fetch_file, which run PowerShell scripts of Ansible.
"""

from __future__ import annotations

import contextlib
import time
import typing as t
from http.client import HTTPException

from ..._registry.errors import HostError, HostUnreachable
from ..words import shown
from ..wsman import reach
from ..wsman.codes import LOGON_REFUSED
from ..wsman.exchange import Exchange
from ..wsman.transports import FAILURES, REFUSALS, STATUS_ERRORS
from ..wsman.troubles import HTTP_ERRORS
from . import shell_messages as messages
from .files import fetched, put
from .lines import START, Answer
from .ports import Errors
from .refusals import refused as told_refusal

_OPERATION_TIMED_OUT: t.Final = 0x80338029
_NO_SUCH_SHELL: t.Final = 0x8033805B

# Closing must not hold up a task whose host has gone.
_CLOSING_SECONDS: t.Final = 10.0
_LONGEST_CHAIN: t.Final = 32
# What lies under an error of a transfer when it is the connection that failed.
_BROKEN: tuple[type[BaseException], ...] = (ConnectionError, TimeoutError, HTTPException, *HTTP_ERRORS, *STATUS_ERRORS)


def open_winrs(connection: t.Any, *, lost: Errors, refused: Errors) -> WinrsHost:
    """Return the way to a host; nothing is sent before the first call.

    Args:
        connection: The object of Ansible's ``winrm`` or ``psrp`` connection plugin.
        lost: What the plugin raises when the connection is lost or does not come about.
        refused: What else it raises, such as when a file cannot be transferred.

    Raises:
        UnsupportedConnection: It is another connection, or its Python package is missing.
    """
    exchange = Exchange(reach.opener(connection, lost=lost))
    return WinrsHost(connection, exchange, lost=lost, refused=refused)


class WinrsHost:
    """HostCommands over WS-Management.

    Args:
        connection: The plugin's object, for files.
        exchange: The conversation with the host, for lines.
        lost: What the plugin raises when the connection is lost or does not come about.
        refused: What else it raises.
        clock: Seconds that only go up.

    Attributes:
        calls: Lines run and files transferred so far.
        reached: True once the host has answered.
    """

    def __init__(
        self,
        connection: t.Any,
        exchange: Exchange,
        *,
        lost: Errors,
        refused: Errors,
        clock: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self.calls = 0
        self.reached = False
        self._connection = connection
        self._exchange = exchange
        self._lost = lost
        self._refused = refused
        self._clock = clock
        self._until: float | None = None
        self._shell = ""
        # Every shell that was opened and is not known to be closed.
        self._shells: list[str] = []

    @property
    def errors(self) -> Errors:
        """What the plugin may raise."""
        return (*self._lost, *self._refused)

    def run(self, whole: str, *, doing: str, changes: bool = False) -> Answer:
        """Run a line in the shell of this task; see HostCommands."""
        self._begin(doing)
        finished = False
        try:
            command_id = self._start(whole, doing, changes=changes)
            output, code = self._collect(command_id, doing, changes=changes)
            finished = True
        finally:
            # The line may still run, also when Ansible's task timeout strikes in between (it is a BaseException).
            if not finished:
                self._shell = ""
        # All is known; the host forgets a command that is not ended only with its shell.
        with contextlib.suppress(HostError):
            self._call(messages.terminate(self._shell, command_id), doing)
        answer = Answer.of(output, code)
        if START not in answer.codes:
            raise HostError(
                doing=doing,
                reason=f"cmd.exe on the host did not understand the command (exit code {code})",
                advice="Please report it with the Windows version",
            )
        return answer

    def send(self, content: bytes, file: str, *, doing: str) -> None:
        """Make a file through the plugin; see HostCommands."""
        with self._transfer(file, doing):
            put(self._connection, content, file)

    def fetch(self, file: str, *, doing: str) -> bytes:
        """Return what is in a file, through the plugin; see HostCommands.

        The plugin psrp ends without a word when the first that the host says is something else than data, such as the
        progress of a first start; hence a second attempt.
        """
        for dummy in range(2):
            with self._transfer(file, doing):
                content = fetched(self._connection, file)
            if content is not None:
                return content
        raise HostError(doing=doing, reason=f"{file} did not arrive")

    def reset(self) -> None:
        """Drop the connections; see HostCommands."""
        self._shell = ""
        self._exchange.drop()
        reset = getattr(self._connection, "reset", None)
        if callable(reset):
            # Also where the plugin says that it is not connected: psrp would keep a runspace pool that did not open.
            with contextlib.suppress(*self.errors, *FAILURES):
                reset()

    def limit(self, seconds: float) -> None:
        """Let waiting for lines end, and start no transfer, after this many seconds; see HostCommands.

        A transfer that has begun is waited for: the plugins know no limit for it.
        """
        self._until = self._clock() + max(seconds, 0.0)
        self._exchange.limit(seconds)

    def close(self) -> None:
        """Close what shells were opened; never raises."""
        left = _CLOSING_SECONDS if self._until is None else min(self._until - self._clock(), _CLOSING_SECONDS)
        if self._shells:
            self._exchange.limit(left)
        with contextlib.suppress(HostUnreachable):
            for shell in self._shells:
                self._delete(shell)
        self._shells, self._shell = [], ""
        self._exchange.drop()

    def _begin(self, doing: str) -> None:
        if self._until is not None and self._clock() >= self._until:
            raise HostUnreachable(doing=doing, reason="the time limit has passed")
        self.calls += 1

    # Lines

    def _start(self, whole: str, doing: str, *, changes: bool) -> str:
        """Start a line and return the command's id."""
        known = self._shell
        shell = known or self._open(doing)
        try:
            return self._call(messages.command(shell, whole), doing, changes=changes).one("CommandId")
        except HostUnreachable:
            raise
        except HostError as refusal:
            if not known or refusal.code != _NO_SUCH_SHELL:
                raise
        # Nothing ran: the host has closed an idle shell.
        self._shells.remove(known)
        return self._call(messages.command(self._open(doing), whole), doing, changes=changes).one("CommandId")

    def _open(self, doing: str) -> str:
        """Open a shell, and first close what others there are: a line whose answer was lost ends with its shell."""
        while self._shells:
            self._delete(self._shells[0])
            del self._shells[0]
        self._shell = messages.shell_id_of(self._call(messages.create(), doing))
        self._shells.append(self._shell)
        self.reached = True
        return self._shell

    def _collect(self, command_id: str, doing: str, *, changes: bool) -> tuple[bytes, int]:
        """Return the output and the exit code of a command; the host answers when there is something to tell."""
        output = b""
        while True:
            try:
                answer = self._call(messages.receive(self._shell, command_id), doing)
            except HostUnreachable as broken:
                broken.outcome_unknown = changes
                raise
            except HostError as refusal:
                if refusal.code == _OPERATION_TIMED_OUT:
                    continue
                raise
            piece = messages.piece_of(answer)
            output += piece.stdout
            if piece.exit_code is not None:
                return output, piece.exit_code

    def _call(self, request: messages.ShellRequest, doing: str, *, changes: bool = False) -> messages.ShellAnswer:
        return self._exchange.ask(request, read=messages.read, doing=doing, changes=changes, refused=told_refusal)

    def _delete(self, shell: str) -> None:
        try:
            self._call(messages.delete(shell), "closing the shell")
        except HostUnreachable:
            raise
        except HostError:  # it has gone by itself
            return

    # Files

    @contextlib.contextmanager
    def _transfer(self, file: str, doing: str) -> t.Iterator[None]:
        self._begin(doing)
        try:
            yield
        except (*self.errors, *FAILURES) as error:
            raise self._told(error, file, doing) from None
        self.reached = True

    def _told(self, error: Exception, file: str, doing: str) -> HostError:
        """Return what an exception of a plugin means: its class, and the classes of what led to it, decide.

        The plugin winrm has one error for every transfer that fails; what was wrong is behind it.
        """
        chain = tuple(_chain(error))
        if any(isinstance(cause, REFUSALS) for cause in chain):
            return HostUnreachable(
                doing=doing, reason=LOGON_REFUSED.reason, advice=LOGON_REFUSED.advice, logon_refused=True
            )
        if any(isinstance(cause, (*self._lost, *_BROKEN)) for cause in chain):
            return HostUnreachable(
                doing=doing,
                reason=f"the connection was lost while {file} was transferred",
                advice="Check that the host is up, that WinRM listens there and that a firewall admits it",
            )
        # Only the plugin's own words: those of the libraries can hold addresses of proxies with passwords.
        words = f" ({shown(str(error))})" if isinstance(error, self.errors) else ""
        return HostError(
            doing=doing,
            reason=f"{file} cannot be transferred{words}",
            advice="Ansible transfers files with PowerShell: look whether it may run on the host, whether the account "
            "may write to that folder and whether there is room; temp_dir names another one",
        )


def _chain(error: BaseException) -> t.Iterator[BaseException]:
    """Yield an exception and what led to it."""
    current: BaseException | None = error
    for dummy in range(_LONGEST_CHAIN):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__
