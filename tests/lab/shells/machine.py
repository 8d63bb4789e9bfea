# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What shells need of the machine behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ..counters import FileEntry, Recorder
from .command import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """How a shell starts its commands.

    Attributes:
        directory: The working directory as the client named it; empty for the profile folder.
        variables: Variables that the shell adds.
        quotes: See ``Behaviour.winrs_quotes``.
        skip_shell: Start the program without cmd.exe.
    """

    directory: str = ""
    variables: Mapping[str, str]
    quotes: bool = False
    skip_shell: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """What became of a file operation.

    Attributes:
        state: ``done``; ``folder``: the path is one; ``missing``: there is no such file; ``failed``: ``text`` says why.
        text: .NET's text for the exception.
        error: .NET's name of the exception.
        data: The content that was read.
    """

    state: Literal["done", "folder", "missing", "failed"]
    text: str = ""
    error: str = ""
    data: bytes = b""


class Machine(Protocol):
    """A machine that runs lines and keeps files."""

    def command(self, program_name: str, arguments: str, how: Start) -> Command:
        """Return a line as a command, yet to begin.

        Raises:
            FaultError: It cannot be started.
        """

    def put(self, path: str, content: bytes) -> Transfer:
        """Create or replace a file."""

    def get(self, path: str, offset: int = 0, size: int | None = None) -> Transfer:
        """Read a file, or a part of it."""


class Watched:
    """A machine whose transfers are journaled; see ``Machine``.

    Args:
        machine: The machine.
        recorder: Where to journal.
    """

    def __init__(self, machine: Machine, recorder: Recorder) -> None:
        self._machine, self._recorder = machine, recorder

    def command(self, program_name: str, arguments: str, how: Start) -> Command:
        """See ``Machine``."""
        return self._machine.command(program_name, arguments, how)

    def put(self, path: str, content: bytes) -> Transfer:
        """See ``Machine``."""
        done = self._machine.put(path, content)
        self._recorder.transferred(FileEntry(verb="put", path=path, state=done.state))
        return done

    def get(self, path: str, offset: int = 0, size: int | None = None) -> Transfer:
        """See ``Machine``."""
        done = self._machine.get(path, offset, size)
        self._recorder.transferred(FileEntry(verb="get", path=path, state=done.state))
        return done
