# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way lines of cmd.exe take to a host: the connection in the inventory decides.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._registry.errors import UnsupportedConnection
from ..words import shown
from ..wsman.reach import SUPPORTED as WSMAN_CONNECTIONS
from .ports import Errors, HostCommands
from .ssh import SshHost
from .winrs import open_winrs


def open_commands(connection: t.Any, *, lost: Errors, refused: Errors) -> HostCommands:
    """Return the way for lines and files; nothing is sent before the first call.

    Args:
        connection: The object of Ansible's connection plugin.
        lost: What the plugin raises when the connection is lost or does not come about: AnsibleConnectionFailure.
        refused: What else it raises, such as when a file cannot be transferred: AnsibleError.

    Raises:
        UnsupportedConnection: There is no such way over this connection.
    """
    kind = getattr(connection, "transport", None)
    if kind in WSMAN_CONNECTIONS:
        return open_winrs(connection, lost=lost, refused=refused)
    if kind == "ssh":
        return SshHost(connection, lost=lost, refused=refused)
    raise UnsupportedConnection(
        f"no commands can be run over the connection {shown(str(kind), longest=40)!r}; set ansible_connection to "
        "winrm, psrp or ssh"
    )
