# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A runspace pool: MS-PSRP inside the shell messages of MS-WSMV, read and written by psrpcore's server half."""

from __future__ import annotations

import struct
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import psrpcore
from psrpcore.types import (
    ErrorCategory,
    ErrorCategoryInfo,
    ErrorRecord,
    HostMethodIdentifier,
    NETException,
    PSInvocationState,
    RunspacePoolState,
)

from ..soap import Request
from ..xml_text import SHELL
from . import faults, messages
from .psrp_scripts import Error, Runspace
from .shell import Place, Shell, patience, timed_out

RESOURCE = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
_CREATION = "{http://schemas.microsoft.com/powershell}creationXml"
_PIECE = 32768
# The elements that recordings show beyond those of a remote shell; only the number of the process varies.
_EXTRA = {
    "MaxIdleTimeOut": "PT2147483.647S",
    "Locale": "en-US",
    "DataLocale": "en-US",
    "CompressionMode": "NoCompression",
    "ProfileLoaded": "Yes",
    "Encoding": "UTF8",
    "BufferMode": "Block",
    "State": "Connected",
}


class _Pipeline:
    """One pipeline of a pool.

    Args:
        server: Its state and its messages.
    """

    def __init__(self, server: psrpcore.ServerPipeline) -> None:
        self.server = server
        self.script = ""
        self.arguments: list[Any] = []
        self.given: list[Any] = []
        self.waiting: list[bytes] = []
        self.told = False

    @property
    def ended(self) -> bool:
        """Whether it has run."""
        return self.server.state not in {PSInvocationState.NotStarted, PSInvocationState.Running}


class RunspacePool(Shell):
    """One runspace pool; see ``Shell``."""

    kind = "powershell"

    def __init__(self, place: Place, request: Request, user: str) -> None:
        super().__init__(place, request, user)
        self._pool = psrpcore.ServerRunspacePool()
        self._runspace = Runspace(place.machine)
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._pipelines: dict[str, _Pipeline] = {}
        self._closed = False
        creation = messages.content(request, "Shell").findtext(_CREATION)
        self._receive(messages.decoded(creation), None)
        if self._pool.state != RunspacePoolState.Opened:
            raise faults.incorrect_parameter()

    def line_of(self, request: Request, verb: str) -> str | None:
        """See ``Shell``."""
        if request.body is None:
            return None
        name = {"Send": "Stream", "Receive": "DesiredStream"}.get(verb)
        node = request.body if name is None else request.body.find(f"{{{SHELL}}}{name}")
        pipeline = self._pipelines.get((node.get("CommandId") or "").upper()) if node is not None else None
        return pipeline.script if pipeline else None

    def command(self, request: Request) -> str:
        """See ``Shell``."""
        body = messages.content(request, "CommandLine")
        command_id = (body.get("CommandId") or str(uuid.uuid4())).upper()
        with self._changed:
            try:
                server = psrpcore.ServerPipeline(self._pool, uuid.UUID(command_id))
            except ValueError:
                raise faults.incorrect_parameter() from None
            self._pipelines[command_id] = _Pipeline(server)
        self._receive(messages.decoded(messages.text(body, "Arguments")), command_id)
        return messages.command_response(command_id)

    def send(self, request: Request) -> str:
        """See ``Shell``."""
        stream = messages.child(messages.content(request, "Send"), "Stream")
        command_id = stream.get("CommandId")
        if command_id is not None and self._find(command_id).ended:
            raise faults.pipe_ended()
        self._receive(messages.decoded(stream.text), command_id and command_id.upper())
        return "<rsp:SendResponse/>"

    def receive(self, request: Request) -> str:
        """See ``Shell``."""
        desired = messages.child(messages.content(request, "Receive"), "DesiredStream")
        command_id = desired.get("CommandId")
        pipeline = self._find(command_id) if command_id is not None else None
        if pipeline is not None and pipeline.told:
            raise faults.unknown_command()
        waiting = self._waiting if pipeline is None else pipeline.waiting
        with self._changed:
            self._changed.wait_for(lambda: waiting or self._closed, patience(request))
            if self._closed:
                raise faults.aborted()
            if not waiting:
                raise timed_out()
            pieces = _cut(waiting, messages.room(request, self._place.behaviour.max_envelope_kb))
            done = pipeline is not None and pipeline.ended and not waiting
            if pipeline is not None:
                pipeline.told = done
        return messages.receive_response(
            (("stdout", piece) for piece in pieces),
            command_id=command_id and command_id.upper(),
            exit_code=0 if done else None,
        )

    def signal(self, request: Request) -> str:
        """See ``Shell``."""
        command_id = (messages.content(request, "Signal").get("CommandId") or "").upper()
        pipeline = self._find(command_id)
        with self._changed:
            if pipeline.server.state == PSInvocationState.Running:
                pipeline.server.stop()
                self._collect()
            else:
                del self._pipelines[command_id]
                self._pool.pipeline_table.pop(pipeline.server.pipeline_id, None)
        return "<rsp:SignalResponse/>"

    def close(self) -> None:
        """See ``Shell``."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _extra(self) -> Mapping[str, str]:
        return _EXTRA

    def _find(self, command_id: str) -> _Pipeline:
        pipeline = self._pipelines.get(command_id.upper())
        if pipeline is None:
            raise faults.unknown_command()
        return pipeline

    def _receive(self, data: bytes, command_id: str | None) -> None:
        """Take fragments and do what the messages in them ask for."""
        pipeline_id = uuid.UUID(command_id) if command_id else None
        with self._changed:
            try:
                self._pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, pipeline_id))
                while (event := self._pool.next_event()) is not None:
                    self._handle(event)
            except (psrpcore.PSRPCoreError, struct.error, ValueError, SyntaxError, LookupError, AttributeError):
                # What the library raises for data that are none of its messages (SyntaxError: no XML).
                raise faults.incorrect_parameter() from None
            self._collect()

    def _handle(self, event: psrpcore.PSRPEvent) -> None:
        pipeline = self._pipelines.get(str(getattr(event, "pipeline_id", "")).upper())
        if pipeline is None:
            return
        if isinstance(event, psrpcore.CreatePipelineEvent):
            command = event.pipeline.commands[0]
            pipeline.script = command.command_text
            pipeline.arguments = [value for name, value in command.parameters if name is None]
            # Windows tells no state for the beginning.
            pipeline.server._change_state(PSInvocationState.Running, emit=False)
            if event.pipeline.no_input:
                self._run(pipeline)
        elif isinstance(event, psrpcore.PipelineInputEvent):
            pipeline.given.append(event.data)
        elif isinstance(event, psrpcore.EndOfPipelineInputEvent):
            self._run(pipeline)

    def _run(self, pipeline: _Pipeline) -> None:
        if pipeline.ended:
            return
        note = self._journal(pipeline.script)
        result = self._runspace.run(pipeline.script, pipeline.arguments, pipeline.given)
        for text in result.output:
            pipeline.server.write_output(text)
        if result.should_exit is not None:
            pipeline.server.host_call(HostMethodIdentifier.SetShouldExit, [result.should_exit])
        if result.error is None:
            pipeline.server.complete()
        else:
            pipeline.server._change_state(PSInvocationState.Failed, error=_record(result.error))
        note(1 if result.error else result.should_exit or 0)

    def _collect(self) -> None:
        """Hand what is to be said to those who wait for it."""
        while (payload := self._pool.data_to_send(_PIECE)) is not None:
            pipeline = self._pipelines.get(str(payload.pipeline_id).upper()) if payload.pipeline_id else None
            if payload.pipeline_id is None or pipeline is not None:
                (self._waiting if pipeline is None else pipeline.waiting).append(payload.data)
        self._changed.notify_all()


def _cut(waiting: list[bytes], amount: int) -> list[bytes]:
    """Take as many fragments as an answer holds, and at least one."""
    taken = [waiting.pop(0)]
    amount -= len(taken[0])
    while waiting and len(waiting[0]) <= amount:
        taken.append(waiting.pop(0))
        amount -= len(taken[-1])
    return taken


def _record(error: Error) -> ErrorRecord:
    exception = NETException(Message=error.text)
    names = [f"System.Management.Automation.{error.reason}", *exception.PSTypeNames]
    exception.PSObject.type_names = names
    return ErrorRecord(
        Exception=exception,
        CategoryInfo=ErrorCategoryInfo(Category=ErrorCategory.NotSpecified, Reason=error.reason),
        FullyQualifiedErrorId=error.identifier,
    )
