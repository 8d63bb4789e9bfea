# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""A host behind ssh that runs the lines of this collection out of plain tables, and that can refuse keys.

It knows the few forms of cmd.exe that ``lines.py`` allows. That the real one runs them alike is Wine's to say
(tests/integration); what Wine cannot do is deny a key, and answer for net.exe and schtasks.exe.
"""

from __future__ import annotations

import re
import types
import typing as t
from pathlib import Path

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe.registry import (
    RegExeRegistry,
    open_channel,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.reg_exe_host import Lost, Refused, export

REG = r"%SystemRoot%\System32\reg.exe"
ROOT = "HKEY_LOCAL_MACHINE"
MSRA = r"%SystemRoot%\System32\msra.exe"
SYSNATIVE = r"%SystemRoot%\Sysnative\reg.exe"

_IF = re.compile(r'\(if (?P<no>not )?(?P<what>errorlevel|defined|exist) (?P<operand>"[^"]*"|\S+) (?P<then>.*)\)')
_QUERY = re.compile(r'query "HKLM\\(?P<path>[^"]*)"(?: /v "(?P<name>[^"]*)")? 2>nul')
_EXPORT = re.compile(r'export "HKLM\\(?P<path>[^"]*)" "(?P<file>[^"]*)" /y >nul 2>&1')

Registry = dict[str, dict[str, int | str]]


class CommandHost:
    """The host and Ansible's connection to it, in one.

    Attributes:
        registry: Values by key path and name; a key exists if it or one below it is named.
        denied: Key paths that may not be read, with all below.
        files: Files by path; those of Windows only by name.
        variables: Environment variables.
        programs: What a program answers: exit code and output by the start of its command line without the folder;
            a list holds one answer for each call, the last one for all further.
        lines: Every line that was run; ``commands`` every command of them.
        said: What is printed instead of what a line prints; bytes, or None.
        lost_at: The number of the call, from 0, at which the connection is lost.
        writable: Whether files can be made.
    """

    transport = "ssh"

    def __init__(self) -> None:
        self._shell = types.SimpleNamespace(SHELL_FAMILY="cmd")
        self.registry: Registry = {}
        self.denied: tuple[str, ...] = ()
        self.files: dict[str, bytes] = {MSRA: b""}
        self.variables = {"SystemRoot": "C:\\Windows", "COMPUTERNAME": "PC1"}
        self.programs: dict[str, list[tuple[int, bytes]]] = {}
        self.lines: list[str] = []
        self.commands: list[str] = []
        self.calls = 0
        self.said: bytes | None = None
        self.lost_at: int | None = None
        self.writable = True
        self._level = 0
        self._line_variables: set[str] = set()

    def channel(self, **options: t.Any) -> RegExeRegistry:
        return open_channel(self, lost=(Lost,), refused=(Refused,), **options)

    def exec_command(self, line: str, *, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        assert not sudoable
        self._called()
        self.lines.append(line)
        assert len(line) < 8191
        self._level, self._line_variables = 0, set()
        printed = b"".join(self._step(step) for step in re.split(r"& (?=[(A-Za-z%])", line))
        return self._level, printed if self.said is None else self.said, b""

    def fetch_file(self, path: str, local: str) -> None:
        self._called()
        Path(local).write_bytes(self.files[path])

    def reset(self) -> None:
        """Nothing to drop."""

    def _called(self) -> None:
        self.calls += 1
        if self.calls - 1 == self.lost_at:
            raise Lost("gone")

    def _step(self, step: str) -> bytes:
        step = step.strip()
        condition = _IF.fullmatch(step)
        if not condition:
            return self._command(step)
        operand = condition["operand"].strip('"')
        holds = {
            "errorlevel": lambda: self._level >= int(operand),
            "defined": lambda: operand in self._line_variables,
            "exist": lambda: operand in self.files,
        }[condition["what"]]()
        return self._command(condition["then"]) if holds is not bool(condition["no"]) else b""

    def _command(self, command: str) -> bytes:
        if command.startswith("echo "):
            text = re.sub("%([A-Za-z0-9]+)%", lambda name: self.variables.get(name[1], name[0]), command[5:])
            return f"{text}\r\n".encode("cp437", "replace")
        self.commands.append(command)
        if command.startswith("set "):
            self._line_variables.add(command[4:].partition("=")[0])
            return b""
        if command.startswith("del "):
            self.files.pop(command.split('"')[1], None)
            return b""
        if command.startswith("copy "):
            *sources, target = re.findall('"([^"]*)"', command)
            self.files[target] = b"".join(self.files[one] for one in sources if one in self.files)
            return b""
        self._level, printed = self._run(command.removeprefix(REG).strip() if command.startswith(REG) else command)
        return printed

    def _run(self, command: str) -> tuple[int, bytes]:
        if query := _QUERY.fullmatch(command):
            return self._query(query["path"], query["name"])
        if done := _EXPORT.fullmatch(command):
            return self._export(done["path"], done["file"])
        plain = command.removeprefix(r"%SystemRoot%\System32" + "\\")
        answers = next(answers for start, answers in self.programs.items() if plain.startswith(start))
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _found(self, path: str) -> tuple[dict[str, int | str], list[str]] | None:
        """Return the values and the names below a key, or None where it is absent or denied."""
        folded = path.lower()
        if any(f"{folded}\\".startswith(f"{one.lower()}\\") for one in self.denied):
            return None
        below = [key[len(path) + 1 :].split("\\")[0] for key in self.registry if key.lower().startswith(f"{folded}\\")]
        values = next((values for key, values in self.registry.items() if key.lower() == folded), None)
        return None if values is None and not below else (values or {}, list(dict.fromkeys(below)))

    def _query(self, path: str, name: str | None) -> tuple[int, bytes]:
        found = self._found(path)
        values = {} if found is None else {one: data for one, data in found[0].items() if name in {None, one}}
        if found is None or (name and not values):
            return 1, b""
        shown = [
            f"    {one}    REG_DWORD    {data:#x}" if isinstance(data, int) else f"    {one}    REG_SZ    {data}"
            for one, data in values.items()
        ]
        listed = [] if name else [f"{ROOT}\\{path}\\{child}" for child in found[1]]
        return 0, "\r\n".join(["", *([f"{ROOT}\\{path}", *shown, ""] if shown else []), *listed, ""]).encode(
            "cp437", "replace"
        )

    def _export(self, path: str, file: str) -> tuple[int, bytes]:
        if self._found(path) is None or not self.writable:
            return 1, b""
        keys = [path, *(key for key in self.registry if key.lower().startswith(f"{path.lower()}\\"))]
        self.files[file] = export(*(f"{key}]" + self._values(key) for key in dict.fromkeys(keys)))
        return 0, b""

    def _values(self, key: str) -> str:
        values = self.registry.get(key, {})
        quoted = {
            name: f"dword:{data:08x}" if isinstance(data, int) else '"' + data.replace("\\", "\\\\") + '"'
            for name, data in values.items()
        }
        return "".join(f'\r\n"{name}"={text}' for name, text in quoted.items())
