# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A GPO on the disk of a file server, and clients of it."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.by_smb import SmbFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_opening import SmbLogon

from tests.lab.samba import Account, FileServer

NOTHING = LocalGpoFiles(gpt_ini=None, registry_pol=None)
FIRST = LocalGpoFiles(gpt_ini=b"[General]\r\nVersion=1\r\n", registry_pol=b"PReg\x01\x00\x00\x00")
SECOND = LocalGpoFiles(gpt_ini=b"[General]\r\nVersion=2\r\n", registry_pol=b"PReg\x01\x00\x00\x00[...]")
WHERE = "\\\\127.0.0.1\\ADMIN$\\System32\\GroupPolicy"


def logon_of(server: FileServer, account: Account | None = None, **other: t.Any) -> SmbLogon:
    who = account or server.administrator
    return SmbLogon(
        **{"host": server.address, "port": server.port, "username": who.name, "password": who.password} | other
    )


def folder_of(
    server: FileServer, account: Account | None = None, *, timeout: float = 10, patience: float = 0.3, **other: t.Any
) -> SmbFolder:
    return SmbFolder(logon_of(server, account, **other), timeout=timeout, patience=patience)


def put(server: FileServer, files: LocalGpoFiles) -> None:
    """Make a GPO as another program would, with the host's own spelling of the names."""
    machine = server.folder / "Machine"
    machine.mkdir(parents=True, exist_ok=True)
    for path, content in ((server.folder / "gpt.ini", files.gpt_ini), (machine / "Registry.pol", files.registry_pol)):
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)


def on_disk(server: FileServer) -> LocalGpoFiles:
    def content(*names: str) -> bytes | None:
        path = server.folder.joinpath(*names)
        return path.read_bytes() if path.exists() else None

    return LocalGpoFiles(gpt_ini=content("gpt.ini"), registry_pol=content("Machine", "Registry.pol"))


def names(server: FileServer) -> set[str]:
    return (
        {str(path.relative_to(server.folder)) for path in server.folder.rglob("*")} if server.folder.exists() else set()
    )


def eventually_only(server: FileServer, allowed: set[str]) -> bool:
    """Tell whether nothing else is on the disk, soon: what is removed while a lost session holds it goes with that."""
    deadline = time.monotonic() + 10
    while not names(server) <= allowed and time.monotonic() < deadline:
        time.sleep(0.02)
    return names(server) <= allowed
