# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which channel reaches a host: the connection in the inventory decides.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._registry.errors import UnsupportedConnection
from .ports import RegistryChannel
from .reg_exe.registry import open_channel as open_reg_exe
from .words import shown
from .wsman.reach import SUPPORTED as WSMAN_CONNECTIONS
from .wsman.registry import open_channel as open_wsman

Errors = tuple[type[Exception], ...]


def open_channel(connection: t.Any, *, temp_dir: str, lost: Errors, refused: Errors) -> RegistryChannel:
    """Return the way to a host's registry; nothing is sent before the first call.

    Args:
        connection: The object of Ansible's connection plugin.
        temp_dir: The host's folder for files that come and go; only ssh needs it.
        lost: What the plugin raises when the connection is lost or does not come about.
        refused: What else the plugin raises.

    Raises:
        UnsupportedConnection: There is no channel over this connection.
        InputError: ``temp_dir`` cannot be such a folder.
    """
    kind = getattr(connection, "transport", None)
    if kind in WSMAN_CONNECTIONS:
        return open_wsman(connection, lost=lost)
    if kind == "ssh":
        return open_reg_exe(connection, temp_dir=temp_dir, lost=lost, refused=refused)
    raise UnsupportedConnection(
        f"the connection {shown(str(kind), longest=40)!r} does not reach a Windows registry; set ansible_connection to "
        "winrm, psrp or ssh"
    )
