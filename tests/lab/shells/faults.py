# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The faults of the shell service.

Recorded from Windows (the public test data of pypsrp and txwinrm): the unknown command identifier, a Receive that
names no command, a program that does not exist, the quota of shells. The others have the shape of those.
"""

from __future__ import annotations

from dataclasses import replace

from ..wsman_fault import INVALID_PARAMETER, INVALID_SELECTORS, PIPE_ENDED, FaultError, WsmanFault

_PLUGIN = ("Shell cmd plugin", r"%systemroot%\system32\winrscmd.dll")
_ABORTED = 995
_FILE_NOT_FOUND = 0x80070002
_NAME_TOO_LONG = 0x800700CE
_BAD_DIRECTORY = 0x8007010B


def unknown_shell(shell_id: str) -> FaultError:
    """Return the fault for a shell that is not there, or no longer."""
    message = (
        f"The request for the Windows Remote Shell with ShellId {shell_id} failed because the shell was not found on "
        "the server. Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the "
        "server. Provide the correct ShellId or create a new shell and retry the operation. "
    )
    return FaultError(replace(WsmanFault.of(INVALID_SELECTORS), message=message))


def unknown_command() -> FaultError:
    """Return the fault for a command that is not there, or whose end was already told."""
    message = (
        "The Windows Remote Shell received a request to perform an operation on a command identifier that does not "
        "exist. Either the command has completed execution or the client specified an invalid command identifier. "
    )
    return FaultError(replace(WsmanFault.of(INVALID_SELECTORS), message=message))


def incorrect_parameter() -> FaultError:
    """Return the fault for an operation that lacks what it works on."""
    return FaultError(replace(WsmanFault.of(INVALID_PARAMETER, shape="provider"), provider=_PLUGIN))


def pipe_ended() -> FaultError:
    """Return the fault for input that nobody reads any more."""
    return _of_plugin(PIPE_ENDED, "The pipe has been ended. ")


def program_not_found() -> FaultError:
    """Return the fault for a program that does not exist, where no cmd.exe stands in between."""
    return _of_plugin(_FILE_NOT_FOUND, "The system cannot find the file specified. ")


def line_too_long() -> FaultError:
    """Return the fault for a line that CreateProcess does not take."""
    return _of_plugin(_NAME_TOO_LONG, "The filename or extension is too long. ")


def bad_directory() -> FaultError:
    """Return the fault for a shell whose working directory does not exist."""
    return _of_plugin(_BAD_DIRECTORY, "The directory name is invalid. ")


def aborted() -> FaultError:
    """Return the fault for an operation on a shell that is deleted meanwhile."""
    text = "The I/O operation has been aborted because of either a thread exit or an application request. "
    return FaultError(WsmanFault(code=_ABORTED, text=text, role="s:Receiver"))


def _of_plugin(code: int, text: str) -> FaultError:
    fault = WsmanFault(code=code, text=text, role="s:Receiver", shape="provider", provider=_PLUGIN)
    return FaultError(fault)
