# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays on a domain's GPOs by real Ansible, run where the names of the lab's domain resolve."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import jsonschema

from tests.integration.conftest import ROOT, Finished, Runner
from tests.integration.domain_ground import listed
from tests.lab.domain import ADMINISTRATOR, FQDN, Account, SambaDomain
from tests.lab.samba.policy_files import policy_entries

POLICY = r"Software\Policies\Microsoft\Windows NT\Terminal Services"
OFF: dict[str, t.Any] = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}}
CHANGES: t.Final = json.loads((ROOT / "schemas/changes.schema.json").read_text(encoding="utf-8"))
INFO: t.Final = json.loads((ROOT / "schemas/domain_gpo_info.schema.json").read_text(encoding="utf-8"))


class DomainPlays:
    """Runs single tasks on the control node.

    Args:
        run: Runs playbooks.
        domain: The domain.
    """

    def __init__(self, run: Runner, domain: SambaDomain) -> None:
        run.inside = domain.inside
        run.environment |= domain.environment
        self.run = run
        self.domain = domain
        self.inventory = run.inventory({})
        self.backups = run.folder / "backups"
        self.connection: dict[str, t.Any] = self.as_account(ADMINISTRATOR)

    @staticmethod
    def as_account(account: Account, **more: t.Any) -> dict[str, t.Any]:
        """Return the connection options of an account."""
        words = {"server": FQDN, "auth_protocol": "ntlm", "username": account.down_level, "password": account.password}
        return {**words, **more}

    def gpo(self, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """Run one task of domain_gpo that must succeed, and return its result."""
        finished = self.task("domain_gpo", *arguments, backup_dir=str(self.backups), **options)
        result = finished.result("localhost")
        assert finished.code == 0, finished.output
        jsonschema.validate(result["changes"], CHANGES)
        return result

    def refused(self, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """Run one task of domain_gpo that must fail, and return its result."""
        finished = self.task("domain_gpo", *arguments, backup_dir=str(self.backups), **options)
        assert finished.status("localhost") == "failed", finished.output
        return finished.result("localhost")

    def info(self, *arguments: str, **options: t.Any) -> dict[str, t.Any]:
        """Run one task of domain_gpo_info that must succeed, and return its result."""
        finished = self.task("domain_gpo_info", *arguments, **options)
        assert finished.code == 0, finished.output
        result = finished.result("localhost")
        jsonschema.validate(result["gpos"], INFO)
        return result

    def one(self, **options: t.Any) -> dict[str, t.Any]:
        """Return what domain_gpo_info says of the one GPO that is asked for."""
        (gpo,) = self.info(**options)["gpos"]
        return t.cast("dict[str, t.Any]", gpo)

    def task(self, action: str, *arguments: str, **options: t.Any) -> Finished:
        """Run one task, with the connection as module_defaults of the group; no password may be in the output."""
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "module_defaults": {"group/winfleet.remote_assistance.domain": self.connection},
            "tasks": [{"name": "the task", f"winfleet.remote_assistance.{action}": options}],
        }
        finished = self.run([play], self.inventory, *arguments)
        password = self.connection.get("password")
        assert not password or password not in finished.output
        return finished

    # -- what Samba says --------------------------------------------------------------------------

    def named(self, name: str) -> dict[str, str] | None:
        """Return what ``samba-tool gpo listall`` says of the GPO with a name, or None if there is none."""
        return next((gpo for gpo in listed(self.domain).values() if gpo["display name"] == name), None)

    def folder(self, guid: str) -> Path:
        """Return the folder of a GPO on the controller's disk."""
        return self.domain.sysvol / "Policies" / guid

    def entries(self, guid: str) -> dict[str, str | int]:
        """Return the entries of a GPO's Registry.pol as Samba's own code reads them: data by key and name."""
        content = (self.folder(guid) / "Machine" / "Registry.pol").read_bytes()
        below = len(POLICY) + 1
        found = [(f"{key}\\{name}", data) for key, name, dummy, data in policy_entries(content)]
        assert all(path.lower().startswith(POLICY.lower()) for path, dummy in found)
        return {path[below:]: data for path, data in found}
