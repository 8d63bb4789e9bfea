# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""Windows hosts by Wine: a registry, a reg.exe and a cmd.exe that nobody here wrote, reached by a real sshd.

What is not faithful (all measured with Wine 8):

- The messages of reg.exe, and their stream: decide by exit codes and by files.
- ``&&`` and ``||`` of cmd.exe always run both sides; ``%ERRORLEVEL%`` expands late.
- No access rights in the registry; file permissions hold (the server runs without root's right to pass them).
- Values come sorted by name; HKLM has no SAM and SECURITY; the version is Windows 7's.
- No PowerShell: ``shell="powershell"`` imitates one documented rule of quoting and refuses everything else.
- An unknown command is exit code 49 (Windows: 9009 or 1).
- sshd is Unix' own; what Win32-OpenSSH does with a command, with scp and with sftp paths is in remote/.
- Names of files that differ in case only: Windows' rules for sftp and scp are ours, for cmd.exe Wine's.
"""

from .control import Execution, Executions
from .host import WineHost
from .host_view import SshCounters
from .machine import WineMachine, WineRegistryView
from .programs import WineError, wine_available
from .store import WineStore
from .trouble import Answer, Call, DropConnection, Refuse, Wait, WhenRun

__all__ = [
    "Answer",
    "Call",
    "DropConnection",
    "Execution",
    "Executions",
    "Refuse",
    "SshCounters",
    "Wait",
    "WhenRun",
    "WineError",
    "WineHost",
    "WineMachine",
    "WineRegistryView",
    "WineStore",
    "wine_available",
]
