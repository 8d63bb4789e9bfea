# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The host behind a connection plugin ``ssh`` of Ansible: run a line, send a file, fetch a file.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

Only public methods of the plugin are used: exec_command, put_file, fetch_file, reset. It sends a line unchanged where
the shell plugin is one for Windows, and turns ``C:\x`` into ``/C:/x`` for sftp and scp.
"""

from __future__ import annotations

import contextlib
import re
import time
import typing as t

from ..._registry.errors import HostError, HostUnreachable, UnsupportedConnection
from ..words import LONGEST, shown
from .files import fetched, put
from .lines import CMD, POWERSHELL, START, Answer, wrapped
from .ports import Errors

_SHELLS: t.Final = (CMD, POWERSHELL)

# OpenSSH's own words, never translated, when not even the connection came about: nothing can have run.
_NOT_CONNECTED: t.Final = re.compile(
    "ssh: connect to host|ssh: Could not resolve|Host key verification failed|Permission denied"
)


def shell_of(connection: t.Any) -> str:
    """Return the family of the host's login shell: CMD or POWERSHELL.

    Raises:
        UnsupportedConnection: It is another connection, or a shell that is not one of Windows.
    """
    kind = getattr(connection, "transport", None)
    if kind != "ssh":
        raise UnsupportedConnection(f"the connection {shown(str(kind), longest=40)!r} is not ssh")
    family = getattr(getattr(connection, "_shell", None), "SHELL_FAMILY", None)
    if family in _SHELLS:
        return str(family)
    message = (
        f"over ssh the shell of the host must be known, and the inventory says {shown(str(family), longest=40)!r}; set "
        "ansible_shell_type to cmd, which Windows' OpenSSH starts unless told otherwise, or to powershell where "
        "DefaultShell was changed to it"
    )
    raise UnsupportedConnection(message)


class SshHost:
    """HostCommands over ssh.

    Args:
        connection: The plugin's object.
        lost: What it raises when the connection is lost or does not come about.
        refused: What else it raises when a file cannot be transferred.
        clock: Seconds that only go up.

    Attributes:
        calls: Lines run and files transferred so far.
        reached: True once the host has answered, or may have run something without an answer.
    """

    def __init__(
        self, connection: t.Any, *, lost: Errors, refused: Errors, clock: t.Callable[[], float] = time.monotonic
    ) -> None:
        self.calls = 0
        self.reached = False
        self._connection = connection
        self._shell = shell_of(connection)
        self._lost = lost
        self._refused = refused
        self._clock = clock
        self._until: float | None = None

    @property
    def errors(self) -> Errors:
        """What the plugin may raise."""
        return (*self._lost, *self._refused)

    def run(self, whole: str, *, doing: str, changes: bool = False) -> Answer:
        """Run a line in the login shell; see HostCommands."""
        with self._call(doing, changes=changes):
            code, output, errors = self._connection.exec_command(wrapped(whole, self._shell), sudoable=False)
        # Also true of a wrong shell: it may have understood the rest of the line.
        self.reached = True
        answer = Answer.of(_bytes(output), int(code))
        if START in answer.codes:
            return answer
        said = shown((_bytes(errors) or _bytes(output)).decode("utf-8", "replace"))
        other = POWERSHELL if self._shell == CMD else CMD
        raise HostError(
            doing=doing,
            reason=f"the shell of the host did not understand the command (exit code {int(code)}{_said(said)})",
            advice=f"ansible_shell_type is {self._shell}; if the host's DefaultShell is another one, set it to {other}",
        )

    def send(self, content: bytes, file: str, *, doing: str) -> None:
        """Make a file by sftp or scp; see HostCommands."""
        with self._call(doing), self._transfer(file, doing):
            put(self._connection, content, file)

    def fetch(self, file: str, *, doing: str) -> bytes:
        """Return what is in a file, by sftp or scp; see HostCommands."""
        with self._call(doing), self._transfer(file, doing):
            content = fetched(self._connection, file)
        if content is None:
            raise HostError(doing=doing, reason=f"{file} did not arrive")
        return content

    def reset(self) -> None:
        """Drop the connection; see HostCommands."""
        reset = getattr(self._connection, "reset", None)
        if callable(reset):
            with contextlib.suppress(*self.errors):
                reset()

    def limit(self, seconds: float) -> None:
        """Start no call after this many seconds.

        A call that has begun is waited for: Ansible's ssh plugin has no limit for that, its option ``timeout`` only
        limits the time for connecting.
        """
        self._until = self._clock() + max(seconds, 0.0)

    def close(self) -> None:
        """Nothing to give back: the connection is Ansible's."""

    @contextlib.contextmanager
    def _call(self, doing: str, *, changes: bool = False) -> t.Iterator[None]:
        if self._until is not None and self._clock() >= self._until:
            raise HostUnreachable(doing=doing, reason="the time limit has passed")
        self.calls += 1
        try:
            yield
        except self._lost as error:
            self.reached = self.reached or not _NOT_CONNECTED.search(str(error))
            raise HostUnreachable(
                doing=doing,
                reason=_words(error),
                advice="Look at address, port, host key and key or password of the host in the inventory",
                outcome_unknown=changes,
            ) from None

    @contextlib.contextmanager
    def _transfer(self, file: str, doing: str) -> t.Iterator[None]:
        try:
            yield
        except self._lost:
            raise
        except self._refused as error:
            advice = (
                "Look whether the account may write to that folder and whether there is room; temp_dir names another "
                "one. The host's sshd_config must have the subsystem sftp"
            )
            if not re.fullmatch(r"[\w:\\.-]+", file):
                # Ansible quotes for a shell on the host; scp has spoken SFTP, and quoted nothing, since OpenSSH 9.0.
                advice += ", and ansible_ssh_transfer_method must not be scp for a temp_dir with such characters"
            raise HostError(
                doing=doing, reason=f"{file} cannot be transferred: {_words(error)}", advice=advice
            ) from None


def _words(error: Exception) -> str:
    """Return what the plugin says; what ssh says last, behind its banners, is the reason."""
    text = re.sub("@{3,}", " ", str(error)).rstrip(" .:\r\n").lstrip()
    return shown(text) if len(text) <= LONGEST else f"{shown(text, longest=100)} {shown(text[-200:])}"


def _said(text: str) -> str:
    return f"; it says: {text}" if text else ""


def _bytes(output: t.Any) -> bytes:
    return output if isinstance(output, bytes) else str(output or "").encode()
