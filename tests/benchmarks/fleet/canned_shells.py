# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Remote shells in which every command has ended at once, with the result of a module that found nothing to change.

A real host would first start PowerShell, which takes it far longer than all the messages; so whatever is measured
against these shells is a lower bound.
"""

from __future__ import annotations

import json
import uuid

from tests.lab.counters import Recorder
from tests.lab.shells import messages
from tests.lab.soap import Request

# What ansible.windows.win_regedit returns where the value is as wanted.
RESULT = json.dumps({"changed": False, "data_changed": False, "data_type_changed": False}).encode() + b"\r\n"


class CannedShells:
    """Answers the shell messages of one host, without any state.

    Args:
        recorder: Where to count.
        address: The endpoint's URL.
    """

    def __init__(self, recorder: Recorder, address: str) -> None:
        self._recorder = recorder
        self._address = address

    def line_of(self, request: Request) -> str | None:
        """See ``tests.lab.shells.Shells``."""
        del request

    def perform(self, request: Request, user: str) -> str:
        """See ``tests.lab.shells.Shells``."""
        match messages.verb_of(request):
            case "Create":
                self._recorder.count(shells_opened=1)
                return self._created(request, user)
            case "Command":
                self._recorder.count(commands=1)
                return messages.command_response(str(uuid.uuid4()).upper())
            case "Send":
                return "<rsp:SendResponse/>"
            case "Receive":
                return self._received(request)
            case "Signal":
                return "<rsp:SignalResponse/>"
            case _:
                self._recorder.count(shells_closed=1)
                return ""

    def close(self) -> None:
        """See ``tests.lab.shells.Shells``."""

    def _created(self, request: Request, user: str) -> str:
        shell = messages.Description(
            shell_id=str(uuid.uuid4()).upper(),
            resource_uri=request.resource_uri,
            owner=user,
            idle_seconds=7200.0,
            streams=("stdin", "stdout stderr"),
            environment={},
            extra={},
        )
        return messages.created(shell, self._address)

    @staticmethod
    def _received(request: Request) -> str:
        desired = messages.child(messages.content(request, "Receive"), "DesiredStream")
        return messages.receive_response(
            [("stdout", RESULT)],
            command_id=desired.get("CommandId"),
            exit_code=0,
            ends=("stdout", "stderr"),
        )
