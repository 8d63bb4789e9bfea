# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The other end of the forced command: keeps the log of executions, and decides which trouble meets them."""

from __future__ import annotations

import json
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ..script import Script
from .trouble import Met, Orders

_LOG = logging.getLogger(__name__)
EXECUTION_KINDS = ("exec", "scp", "sftp")


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    r"""Something that a client had done.

    Attributes:
        kind: ``exec``, ``scp``, ``sftp`` (a session), or within one ``put``, ``get``, ``remove``, ``rename``, ...
        line: The command line; for the operations of an sftp session the path as ``C:\...``.
        connection: What tells TCP connections apart: address and port of both ends.
        exit_code: None while it runs, when the connection was dropped, and for operations.
    """

    kind: str
    line: str
    connection: str = ""
    exit_code: int | None = None


class Executions(tuple[Execution, ...]):
    """What clients had done, in the order of the beginnings."""

    __slots__ = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines that were handed to the shell."""
        return tuple(entry.line for entry in self if entry.kind == "exec")

    @property
    def channels(self) -> tuple[Execution, ...]:
        """What cost a round trip of ssh: commands, scp and sftp sessions."""
        return tuple(entry for entry in self if entry.kind in EXECUTION_KINDS)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The operations of sftp sessions as (verb, path)."""
        return tuple((entry.kind, entry.line) for entry in self if entry.kind not in EXECUTION_KINDS)

    @property
    def connections(self) -> int:
        """How many TCP connections there were."""
        return len({entry.connection for entry in self.channels})


class Control:
    """Listens to the forced commands of one host.

    Args:
        script: The trouble to meet.
        switches: Gives the orders that hold for every execution now.
    """

    def __init__(self, script: Script, switches: Callable[[], Orders]) -> None:
        # An abstract name: no file, no limit by the folder's depth, gone with the process.
        self.name = f"winfleet-lab-{secrets.token_hex(12)}"
        self.errors: list[Exception] = []
        self._script, self._switches = script, switches
        self._lock = threading.Lock()
        self._log: list[Execution] = []
        self._first = 0
        self._socket: socket.socket | None = None

    def start(self) -> None:
        """Listen."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind("\0" + self.name)
        self._socket.listen(64)
        threading.Thread(target=self._accept, args=(self._socket,), daemon=True, name="wine-control").start()

    def stop(self) -> None:
        """Listen no longer."""
        if self._socket is not None:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
            self._socket = None

    @property
    def executions(self) -> Executions:
        """What was done since the last reset."""
        with self._lock:
            return Executions(self._log)

    def reset(self) -> None:
        """Forget what was done."""
        with self._lock:
            self._first += len(self._log)
            self._log.clear()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _peer = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True, name="wine-execution").start()

    def _converse(self, connection: socket.socket) -> None:
        met: Met | None = None
        try:
            with connection, connection.makefile("rwb") as stream:
                for line in stream:
                    words = json.loads(line)
                    if words["event"] == "end":
                        answer = self._end(words, met)
                    elif words["event"] == "begin":
                        met = self._meet(words)
                        answer = self._begin(words, met)
                    else:
                        answer = self._begin(words, self._meet(words))
                    stream.write(json.dumps(answer).encode() + b"\n")
                    stream.flush()
        except OSError:
            _LOG.info("an execution ended early")
        except Exception as error:  # noqa: BLE001 - a hook's failure belongs to the test, which looks at errors
            self.errors.append(error)

    def _meet(self, words: dict[str, Any]) -> Met:
        met = Met(kind=words["kind"], line=words["line"])
        met.actions = tuple(self._script.take(met))  # type: ignore[arg-type]
        return met

    def _begin(self, words: dict[str, Any], met: Met) -> dict[str, Any]:
        entry = Execution(kind=met.kind, line=met.line, connection=words.get("connection", ""))
        with self._lock:
            self._log.append(entry)
            number = self._first + len(self._log) - 1
        orders = self._switches()
        for action in met.actions:
            orders = action.before(orders)
        return orders.to_dict() | {"id": number}

    def _end(self, words: dict[str, Any], met: Met | None) -> dict[str, Any]:
        with self._lock:
            place = words["id"] - self._first
            if 0 <= place < len(self._log):
                self._log[place] = replace(self._log[place], exit_code=words["exit_code"])
        for action in met.actions if met else ():
            action.after()
        return {}
