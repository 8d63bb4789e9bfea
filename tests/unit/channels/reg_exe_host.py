# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection object that answers as it was told; whether cmd.exe does is Wine's to say (tests/integration)."""

from __future__ import annotations

import re
import types
import typing as t
from pathlib import Path

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe.registry import (
    RegExeRegistry,
    open_channel,
)

HEADER = "Windows Registry Editor Version 5.00\r\n\r\n"


class Lost(Exception):
    """Stands for AnsibleConnectionFailure."""


class Refused(Exception):
    """Stands for AnsibleError."""


def export(*keys: str) -> bytes:
    """Return an export of keys below HKEY_LOCAL_MACHINE, each as its path and its lines."""
    return b"\xff\xfe" + (HEADER + "".join(f"[HKEY_LOCAL_MACHINE\\{key}\r\n\r\n" for key in keys)).encode("utf-16-le")


class ScriptedConnection:
    """Ansible's ssh plugin, as far as the channel knows it.

    Attributes:
        lines: Every line that was run.
        sent: Every file that was sent, by path.
        fetched: The path of every file that was fetched.
        events: What happened, in order: exec, put, fetch, reset.
        codes: What the markers of a label say instead of success; None leaves a marker out.
        files: What comes back of a fetch: bytes or an exception, one after the other.
        output: What else a line prints.
        fails: Exceptions by the number of the call, from 0.
    """

    transport = "ssh"

    def __init__(self, *files: bytes | Exception, family: str = "cmd") -> None:
        self._shell = types.SimpleNamespace(SHELL_FAMILY=family)
        self.lines: list[str] = []
        self.sent: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.events: list[str] = []
        self.codes: dict[str, int | None] = {}
        self.files = list(files)
        self.output = b""
        self.fails: dict[int, BaseException] = {}

    def exec_command(self, line: str, *, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        self.lines.append(line)
        self._happens("exec")
        assert not sudoable
        labels = dict.fromkeys(re.findall(r"RA:([a-z0-9.]+):", line))
        # A file that was to be deleted is gone, every other file is there.
        answers = {label: self.codes.get(label, int(label.startswith("del"))) for label in labels}
        said = "".join(f"RA:{label}:{code}\r\n" for label, code in answers.items() if code is not None)
        return 1, self.output + said.encode(), b""

    def put_file(self, local: str, path: str) -> None:
        self._happens("put")
        self.sent[path] = Path(local).read_bytes()

    def fetch_file(self, path: str, local: str) -> None:
        self.fetched.append(path)
        self._happens("fetch")
        content = self.files.pop(0)
        if isinstance(content, Exception):
            raise content
        Path(local).write_bytes(content)

    def reset(self) -> None:
        self._happens("reset")

    def _happens(self, event: str) -> None:
        number = len(self.events)
        self.events.append(event)
        if number in self.fails:
            raise self.fails[number]


def channel(connection: ScriptedConnection, **options: t.Any) -> RegExeRegistry:
    """Return a channel over a scripted connection."""
    return open_channel(connection, lost=(Lost,), refused=(Refused,), **options)
