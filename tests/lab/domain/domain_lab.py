# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The process that runs a domain controller for plays that are started by hand or by molecule.

Beside the inventory it writes ``hosts``, for NSS_WRAPPER_HOSTS: commands that are started with libnss_wrapper find the
domain's names there.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from typing import Any

from ..lab_dir import LabDir, LabError
from ..lab_process import Lab
from ..samba.policy_files import policy_entries
from .accounts import ADMINISTRATOR
from .controller import SambaDomain
from .names import DNS_DOMAIN, FQDN, OUS


class DomainLab(Lab):
    """One domain controller; it begins anew with each start.

    Args:
        where: The lab's folder.
    """

    def __init__(self, where: LabDir) -> None:
        # What the stand-in hosts need is left out on purpose.
        self._where = where
        self._stopping = threading.Event()
        self._domain = SambaDomain()
        self.hosts = {}

    def run(self) -> None:
        """Serve until told to stop; the inventory exists once the controller answers."""
        with self._domain:
            names = f"127.0.0.1 localhost\n{self._domain.address} {FQDN} {DNS_DOMAIN}\n"
            (self._where.path / "hosts").write_text(names, encoding="ascii")
            super().run()

    def _save(self) -> None:
        """Nothing to do: the state ends with the controller."""

    def _groups(self) -> dict[str, dict[str, dict[str, Any]]]:
        connection = {"server": FQDN, "auth_protocol": "ntlm"}
        connection |= {"username": ADMINISTRATOR.down_level, "password": ADMINISTRATOR.password}
        variables = {"ansible_connection": "local", "remote_assistance_domain_connection": connection}
        return {"windows": {"localhost": variables}}

    def _do(self, command: str, **arguments: Any) -> Any:
        if command == "status":
            return {"pid": os.getpid(), "hosts": {FQDN: self._domain.address}}
        if command == "gpos":
            return self._gpos()
        if command == "stop":
            self.stop()
            return None
        raise LabError(f"a domain does not know the command {command}")

    def _gpos(self) -> dict[str, Any]:
        """Return what Samba's own tools and code say of each GPO, by its name."""
        links = {unit: self._links(unit) for unit in OUS}
        found = {}
        for block in self._domain.samba_tool("gpo", "listall").split("\n\n"):
            fields = dict(re.findall(r"^(\w[\w ]*?)\s*: (.*)$", block, re.MULTILINE))
            if fields:
                guid = fields["GPO"]
                found[fields["display name"]] = {
                    "guid": guid,
                    "version": int(fields["version"]),
                    "links": [unit for unit, linked in links.items() if guid in linked],
                    "entries": self._entries(guid),
                }
        return found

    def _links(self, unit: str) -> list[str]:
        said = self._domain.samba_tool("gpo", "getlink", unit)
        return re.findall(r"GPO\s*: (\{[^}]*\})", said)

    def _entries(self, guid: str) -> dict[str, str | int]:
        path = self._domain.sysvol / "Policies" / guid / "Machine" / "Registry.pol"
        if not path.is_file():
            return {}
        return {f"{key}\\{name}": data for key, name, _kind, data in policy_entries(path.read_bytes())}


def serve_domain(where: LabDir) -> None:
    """Run a domain in this process until a signal or the control socket ends it."""
    lab = DomainLab(where)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_ignored: lab.stop())
    where.pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    lab.run()
