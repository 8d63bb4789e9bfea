# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The Windows Remote Shell: lines for cmd.exe (MS-WSMV 3.1.4.11 to 3.1.4.14).

WINRS_CODEPAGE and WINRS_NOPROFILE are taken and do nothing: output comes in the code page of the machine's locale.
WINRS_CONSOLEMODE_STDIN likewise: input is always a pipe. The exit code is written as the DWORD that it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from ..soap import Request
from ..xml_text import SHELL
from . import faults, messages
from .command import Command
from .machine import Start
from .powershell import imitated
from .shell import Place, Shell, patience, timed_out

RESOURCE = f"{SHELL}/cmd"
_OUTPUT = ("stdout", "stderr")
_SIGNALS = {f"{SHELL}/signal/{name}".lower() for name in ("terminate", "ctrl_c", "ctrl_break")}


class RemoteShell(Shell):
    """One Windows Remote Shell; see ``Shell``."""

    kind = "cmd"

    def __init__(self, place: Place, request: Request, user: str) -> None:
        super().__init__(place, request, user)
        body = messages.content(request, "Shell")
        self._directory = messages.text(body, "WorkingDirectory")
        self._variables = {
            node.get("Name", ""): node.text or ""
            for node in body.iterfind(f"{{{SHELL}}}Environment/{{{SHELL}}}Variable")
        }
        self._commands: dict[str, Command] = {}

    def line_of(self, request: Request, verb: str) -> str | None:
        """See ``Shell``."""
        if verb == "Command":
            return " ".join(part for part in _parts(request) if part)
        command = self._commands.get(_command_id(request, verb) or "")
        return command.line if command else None

    def command(self, request: Request) -> str:
        """See ``Shell``."""
        body = messages.content(request, "CommandLine")
        command_id = (body.get("CommandId") or str(uuid.uuid4())).upper()
        program, arguments = _parts(request)
        line = f"{program} {arguments}" if arguments else program
        command: Command | None = imitated(line, self._place.machine)
        if command is None:
            how = Start(
                directory=self._directory,
                variables=self._variables,
                quotes=self._place.behaviour.winrs_quotes,
                skip_shell=messages.is_true(request.options.get("WINRS_SKIP_CMD_SHELL")),
            )
            command = self._place.machine.command(program, arguments, how)
        command.begin(self._journal(line))
        self._commands[command_id] = command
        return messages.command_response(command_id)

    def send(self, request: Request) -> str:
        """See ``Shell``."""
        stream = messages.child(messages.content(request, "Send"), "Stream")
        command = self._find(stream.get("CommandId"))
        command.feed(messages.decoded(stream.text), end=messages.is_true(stream.get("End")))
        return "<rsp:SendResponse/>"

    def receive(self, request: Request) -> str:
        """See ``Shell``."""
        desired = messages.child(messages.content(request, "Receive"), "DesiredStream")
        command_id = desired.get("CommandId")
        if command_id is None:
            raise faults.incorrect_parameter()
        command = self._find(command_id)
        if command.told:
            raise faults.unknown_command()
        streams = (desired.text or "").split() or _OUTPUT
        output = command.read(streams, messages.room(request, self._place.behaviour.max_envelope_kb), patience(request))
        if output is None:
            raise timed_out()
        command.told = output.exit_code is not None
        ends = [name for name in _OUTPUT if name in streams] if command.told else []
        return messages.receive_response(
            output.pieces, command_id=command_id.upper(), exit_code=output.exit_code, ends=ends
        )

    def signal(self, request: Request) -> str:
        """See ``Shell``."""
        body = messages.content(request, "Signal")
        command_id = (body.get("CommandId") or "").upper()
        command, code = self._find(command_id), messages.text(body, "Code").strip().lower()
        if code not in _SIGNALS:
            raise faults.incorrect_parameter()
        command.terminate()
        if code.endswith("/terminate"):
            del self._commands[command_id]
        return "<rsp:SignalResponse/>"

    def close(self) -> None:
        """See ``Shell``."""
        for command in self._commands.values():
            command.give_up()

    def _find(self, command_id: str | None) -> Command:
        command = self._commands.get((command_id or "").upper())
        if command is None:
            raise faults.unknown_command()
        return command

    def _environment(self) -> Mapping[str, str]:
        return self._variables


def _parts(request: Request) -> tuple[str, str]:
    """Return the program and the arguments of a CommandLine; several Arguments are joined with blanks."""
    body = messages.content(request, "CommandLine")
    return messages.text(body, "Command"), " ".join(messages.texts(body, "Arguments"))


def _command_id(request: Request, verb: str) -> str | None:
    """Return the command that a message names."""
    if request.body is None:
        return None
    if verb == "Signal":
        return (request.body.get("CommandId") or "").upper()
    node = request.body.find(f"{{{SHELL}}}{'Stream' if verb == 'Send' else 'DesiredStream'}")
    return (node.get("CommandId") or "").upper() if node is not None else None
