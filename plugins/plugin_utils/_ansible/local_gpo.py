# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the files of a host's local GPO: over the connection of the inventory, or over SMB.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import importlib.util
import typing as t
from dataclasses import dataclass

from .._channels.commands.ports import HostCommands
from .._group_policy.by_commands import CommandsFolder
from .._group_policy.ports import GroupPolicyFolder
from .._policy.host_options import SMB, HostOptions
from .._registry.errors import InputError, Problem

OWN: t.Final = "smb_username"
CONNECTION: t.Final = "connection"
CACHE: t.Final = "kerberos cache"


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How the files are reached.

    Attributes:
        folder: The files.
        credentials: Whose credentials are used for SMB: OWN, CONNECTION or CACHE; empty over the connection.
    """

    folder: GroupPolicyFolder
    credentials: str = ""

    def to_result(self) -> dict[str, t.Any]:
        """Return what a result says of this way; what was negotiated is known after the first message."""
        told: dict[str, t.Any] = {"via": self.folder.name}
        facts = getattr(self.folder, "facts", None)
        if facts is not None:
            told |= {
                "credentials": self.credentials,
                "authentication": facts.auth,
                "dialect": facts.dialect,
                "signed": facts.signed,
                "encrypted": facts.encrypted,
            }
        return told


def way_to_local_gpo(connection: t.Any, options: HostOptions, commands: t.Callable[[], HostCommands]) -> Way:
    """Return the way to the files; nothing is sent before the first call.

    Args:
        connection: The object of Ansible's connection plugin.
        options: The options of the task.
        commands: Makes the way for lines of cmd.exe.

    Raises:
        InputError: There are no credentials for SMB.
        UnsupportedConnection: There is no such way over this connection, or a library is missing.
    """
    if options.local_gpo_via != SMB:
        return Way(folder=CommandsFolder(commands(), temp_dir=options.temp_dir))
    # Not at the top: it costs every run a quarter of a second, and most have no use for it.
    from .._group_policy.by_smb import SmbFolder  # noqa: PLC0415
    from .._group_policy.smb_opening import SmbLogon  # noqa: PLC0415

    username, password, credentials = _credentials(connection, options)
    logon = SmbLogon(
        host=_option(connection, "remote_addr") or _option(connection, "host") or "",
        port=options.smb_port,
        username=username,
        password=password,
    )
    return Way(folder=SmbFolder(logon), credentials=credentials)


def _credentials(connection: t.Any, options: HostOptions) -> tuple[str | None, str | None, str]:
    """Return user, password and whose they are."""
    if options.smb_username is not None:
        return options.smb_username, options.smb_password, OWN
    username = _option(connection, "remote_user")
    password = _option(connection, "remote_password") or _option(connection, "password")
    if username and password:
        return username, password, CONNECTION
    if importlib.util.find_spec("krb5") or importlib.util.find_spec("gssapi"):
        return None, None, CACHE
    expected = (
        "local_gpo_via: smb needs an account: smb_username and smb_password, or a user with a password in the "
        "connection's own variables, or a Kerberos ticket and the package pyspnego[kerberos]"
    )
    raise InputError([Problem(path=OWN, expected=expected)])


def _option(connection: t.Any, name: str) -> str | None:
    try:
        value = connection.get_option(name)
    except KeyError:
        return None
    return None if value is None else str(value)
