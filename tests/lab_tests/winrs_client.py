# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Remote shells by the two public client libraries, for tests of the stand-in host."""

from __future__ import annotations

from typing import Any, Protocol

import pypsrp.shell
import pypsrp.wsman
import winrm.protocol

from tests.lab import StandInHost

Ran = tuple[bytes, bytes, int]


class Shell(Protocol):
    """One remote shell of either library."""

    def run(self, line: str, *arguments: str, given: bytes | None = None) -> Ran: ...
    def close(self) -> None: ...


class WinrmShell:
    """A shell by pywinrm."""

    def __init__(self, host: StandInHost, **options: Any) -> None:
        self.protocol = winrm.protocol.Protocol(
            host.endpoint,
            transport="ntlm",
            message_encryption="always",
            username=host.username,
            password=host.password,
            read_timeout_sec=20,
            operation_timeout_sec=options.pop("operation_timeout", 10),
        )
        self.shell_id = self.protocol.open_shell(**options)

    def run(self, line: str, *arguments: str, given: bytes | None = None) -> Ran:
        command_id = self.protocol.run_command(self.shell_id, line, arguments)
        if given is not None:
            self.protocol.send_command_input(self.shell_id, command_id, given, end=True)
        ran = self.protocol.get_command_output(self.shell_id, command_id)
        self.protocol.cleanup_command(self.shell_id, command_id)
        return ran

    def close(self) -> None:
        self.protocol.close_shell(self.shell_id)


class PsrpShell:
    """A shell by pypsrp."""

    def __init__(self, host: StandInHost, **options: Any) -> None:
        self.wsman = pypsrp.wsman.WSMan(
            host.address,
            port=host.port,
            ssl=False,
            auth="negotiate",
            encryption="always",
            no_proxy=True,
            username=host.username,
            password=host.password,
            read_timeout=20,
            operation_timeout=options.pop("operation_timeout", 10),
        )
        self.shell = pypsrp.shell.WinRS(self.wsman, **options)
        self.shell.open()

    def run(self, line: str, *arguments: str, given: bytes | None = None) -> Ran:
        process = pypsrp.shell.Process(self.shell, line, list(arguments))
        process.begin_invoke()
        if given is not None:
            process.send(given)
        process.end_invoke()
        process.signal(pypsrp.shell.SignalCode.CTRL_C)
        assert process.rc is not None
        return process.stdout, process.stderr, process.rc

    def close(self) -> None:
        self.shell.close()
        self.wsman.close()
