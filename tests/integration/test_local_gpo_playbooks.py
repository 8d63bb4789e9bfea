# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks with local_gpo on every way to the files; Samba's own code reads what they leave."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.conftest import Finished, Runner
from tests.lab import StandInHost
from tests.lab.samba import FileServer, policy_entries, samba_available
from tests.lab.wine import WineHost

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
KEY = r"Software\policies\Microsoft\Windows NT\Terminal Services"
LIST = KEY + r"\RAUnsolicit"
PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
NO_DATA = [1, " "]
WAYS = ("ssh", "winrm", "psrp", "smb")
HOST = "client01"

DISABLED = {
    (KEY, "fAllowToGetHelp"): [4, 0],
    (KEY, "**del.fAllowFullControl"): NO_DATA,
    (KEY, "**del.MaxTicketExpiry"): NO_DATA,
    (KEY, "**del.MaxTicketExpiryUnits"): NO_DATA,
    (KEY, "**del.fUseMailto"): NO_DATA,
    (KEY, "fAllowUnsolicited"): [4, 0],
    (KEY, "**del.fAllowUnsolicitedFullControl"): NO_DATA,
    (LIST, "**delvals."): NO_DATA,
}
ENABLED = {
    (KEY, "fAllowToGetHelp"): [4, 1],
    (KEY, "fAllowFullControl"): [4, 0],
    (KEY, "MaxTicketExpiry"): [4, 1],
    (KEY, "MaxTicketExpiryUnits"): [4, 1],
    (KEY, "fUseMailto"): [4, 1],
    (KEY, "fAllowUnsolicited"): [4, 1],
    (KEY, "fAllowUnsolicitedFullControl"): [4, 0],
    (LIST, "**delvals."): NO_DATA,
    (LIST, "CORP\\Hjälpdesk 😀"): [1, "CORP\\Hjälpdesk 😀"],
    (LIST, "CORP\\]x[;"): [1, "CORP\\]x[;"],
}
HELPERS = ["CORP\\Hjälpdesk 😀", "CORP\\]x[;"]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One Windows machine with a registry and a disk, and one way to it.

    Attributes:
        variables: What the inventory says of it.
        server: Its file sharing, for the way ``smb``.
    """

    wine: WineHost
    run: Runner
    variables: dict[str, t.Any]
    server: FileServer | None = None
    more: dict[str, t.Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.wine.machine.file(r"C:\Windows\System32\GroupPolicy")

    @property
    def copies(self) -> Path:
        return self.run.folder / "copies"

    def __call__(self, playbook: str | list[dict[str, t.Any]], *arguments: str, **group_vars: t.Any) -> Finished:
        chosen = {
            "remote_assistance_local_gpo": True,
            "remote_assistance_backup_dir": str(self.copies),
            **self.more,
            **group_vars,
        }
        return self.run(playbook, self.run.inventory({HOST: self.variables}, **chosen), *arguments)

    def entries(self) -> dict[tuple[str, str], list[t.Any]]:
        """Return what Samba reads in Registry.pol."""
        return {(key, name): [kind, data] for key, name, kind, data in policy_entries(self.pol())}

    def pol(self) -> bytes:
        return (self.folder / "Machine/Registry.pol").read_bytes()

    def ini(self) -> str:
        return (self.folder / "gpt.ini").read_text(encoding="ascii")

    def disk(self, path: str) -> Path:
        """Return the file that a host means, by its own path or by that of its share."""
        return self.wine.machine.file(path.replace("\\\\127.0.0.1\\ADMIN$", r"C:\Windows"))

    def tree(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture(params=WAYS)
def machine(request: pytest.FixtureRequest, run: Runner, wine: t.Callable[..., WineHost]) -> t.Iterator[Machine]:
    """A machine without a local GPO, everything on in its registry."""
    host = wine("open_client", shell="cmd")
    with contextlib.ExitStack() as stack:
        if request.param == "ssh":
            made = Machine(wine=host, run=run, variables=host.inventory_vars())
        else:
            connection = "psrp" if request.param == "psrp" else "winrm"
            stand_in = stack.enter_context(StandInHost(name="gpo01", machine=host.machine, store=host.store))
            made = Machine(wine=host, run=run, variables=stand_in.inventory_vars(connection))
            if request.param == "smb":
                if reason := samba_available():
                    pytest.skip(reason)
                server = stack.enter_context(FileServer(machine=host.machine))
                more = {
                    "remote_assistance_local_gpo_via": "smb",
                    "remote_assistance_smb_port": server.port,
                    "remote_assistance_smb_username": server.administrator.name,
                    "remote_assistance_smb_password": server.administrator.password,
                }
                made = Machine(wine=host, run=run, variables=made.variables, server=server, more=more)
        _clear(made.folder)
        yield made
        assert made.wine.temp_files() == []
        _clear(made.folder)


def _clear(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    if folder.is_dir():
        folder.rmdir()


def test_off_on_and_unconfigured_as_the_policy_editor_writes_it(machine):
    checked = machine("disable_ra", "--check", "--diff")
    assert (0, False) == (checked.code, machine.folder.exists()), checked.output
    done = machine("disable_ra", "--diff")
    assert 0 == done.code, done.output
    assert DISABLED == machine.entries()
    assert f"[General]\ngPCMachineExtensionNames={PAIR}\nVersion=1\n" == machine.ini()
    assert checked.result(HOST)["changes"] == done.result(HOST)["changes"]
    assert checked.result(HOST)["diff"] == done.result(HOST)["diff"]
    assert {"live_policy", "control_panel", "local_gpo"} == {one["layer"] for one in done.result(HOST)["changes"]}

    before = machine.pol()
    again = machine("disable_ra")
    assert (0, False, [], []) == (
        again.code,
        again.result(HOST)["changed"],
        again.result(HOST)["changes"],
        again.result(HOST)["backup_files"],
    )
    assert (before, 1) == (machine.pol(), int(machine.ini().strip().rpartition("=")[2]))

    opened = machine("enable_ra", remote_assistance_helpers=HELPERS)
    assert 0 == opened.code, opened.output
    assert ENABLED == machine.entries()
    assert machine.ini().endswith("Version=2\n")
    # What is kept of the files that were replaced is what was there, on both sides.
    kept = {Path(file).name: Path(file).read_bytes() for file in opened.result(HOST)["backup_files"]}
    assert {
        "Registry.pol": before,
        "gpt.ini": f"[General]\r\ngPCMachineExtensionNames={PAIR}\r\nVersion=1\r\n".encode(),
    } == kept
    on_host = [machine.disk(file).read_bytes() for file in opened.result(HOST)["backup_files_on_host"]]
    assert sorted(kept.values()) == sorted(on_host)

    closed = machine("unconfigure_ra")
    assert 0 == closed.code, closed.output
    assert {} == machine.entries()
    assert "[General]\ngPCMachineExtensionNames=\nVersion=3\n" == machine.ini()


def test_the_way_is_told_and_no_password(machine):
    done = machine("disable_ra", "-vvv")
    told = done.result(HOST)["local_gpo_way"]
    if machine.server is None:
        assert {"via": "connection"} == told
    else:
        expected = {"via": "smb", "credentials": "smb_username", "authentication": "ntlm", "dialect": "3.1.1"}
        assert expected | {"signed": True, "encrypted": True} == told
        assert machine.server.administrator.password not in done.output


def test_what_is_there_of_others_stays(machine):
    other = b"[\0S\0\0\0;\0n\0\0\0;\0\x03\0\0\0;\0\x05\0\0\0;\0]\0[\0;]\0"
    (machine.folder / "Machine").mkdir(parents=True)
    (machine.folder / "Machine/Registry.pol").write_bytes(b"PReg\x01\0\0\0" + other)
    (machine.folder / "gpt.ini").write_text("[General]\nVersion = 131074\n; mine\nOptions=3\n", encoding="ascii")
    done = machine("disable_ra")
    assert 0 == done.code, done.output
    assert machine.pol().startswith(b"PReg\x01\0\0\0" + other)
    assert f"[General]\ngPCMachineExtensionNames={PAIR}\nVersion = 131075\n; mine\nOptions=3\n" == machine.ini()


def test_a_damaged_file_stops_the_run_before_any_write(machine):
    (machine.folder / "Machine").mkdir(parents=True)
    (machine.folder / "Machine/Registry.pol").write_bytes(b"PReg\x01\0\0\0[\0")
    before = machine.wine.registry.dump()
    done = machine("disable_ra")
    assert (2, "failed") == (done.code, done.status(HOST))
    assert "GroupPolicy\\Machine\\Registry.pol: Registry.pol, byte 10" in done.result(HOST)["msg"]
    assert (before, {"Machine/Registry.pol"}) == (machine.wine.registry.dump(), machine.tree())


def test_host_info_says_what_the_files_hold_and_where_the_registry_differs(machine):
    assert 0 == machine("disable_ra").code
    machine.wine.registry.set(POLICY, "fAllowUnsolicited", "REG_DWORD", 1)
    options = {name.removeprefix("remote_assistance_"): value for name, value in machine.more.items()}
    task = {"winfleet.remote_assistance.host_info": {"local_gpo": True} | options}
    info = machine([{"hosts": "windows", "gather_facts": False, "tasks": [task]}]).result(HOST)["local_gpo"]
    offer = {"state": "disabled", "control": "(to be deleted)", "helpers": [], "other_helpers": "(to be deleted)"}
    assert (1, True, offer) == (info["machine_version"], info["complete"], info["policies"]["offer"])
    assert [
        {"setting": "offer.state", "live_policy": "enabled", "local_gpo": "disabled", "wider": "live_policy"}
    ] == info["differences"]
    repaired = machine("disable_ra").result(HOST)
    assert ["live_policy"] == [one["layer"] for one in repaired["changes"]]


def test_gpupdate_runs_after_a_change_only_and_its_code_is_reported(machine):
    # A program of Wine under that name: with these words it does nothing and ends with 1.
    system = machine.wine.machine.file(r"C:\Windows\System32")
    missing = machine("disable_ra", remote_assistance_refresh_policy=True)
    assert 0 == missing.code, missing.output
    assert {"exit_code": None} == missing.result(HOST)["refresh_policy"]
    assert "there is no gpupdate.exe" in missing.output
    (system / "gpupdate.exe").symlink_to(system / "reg.exe")
    try:
        done = machine("enable_ra", remote_assistance_refresh_policy=True)
        again = machine("enable_ra", remote_assistance_refresh_policy=True)
    finally:
        (system / "gpupdate.exe").unlink()
    assert (0, {"exit_code": 1}) == (done.code, done.result(HOST)["refresh_policy"])
    assert "gpupdate /target:computer ended with exit code 1" in done.output
    assert "refresh_policy" not in again.result(HOST)


def test_a_folder_for_copies_that_cannot_be_made_stops_the_run_before_any_write(machine):
    (machine.folder / "Machine").mkdir(parents=True)
    (machine.folder / "gpt.ini").write_text("[General]\nVersion=1\n", encoding="ascii")
    before = machine.wine.registry.dump()
    done = machine("disable_ra", remote_assistance_backup_dir="/dev/null/copies")
    assert 2 == done.code
    assert "backup_dir names another folder" in done.result(HOST)["msg"]
    assert (before, {"gpt.ini"}) == (machine.wine.registry.dump(), machine.tree())
    assert 0 == machine("disable_ra", remote_assistance_backup=False).code
    assert {"gpt.ini", "Machine/Registry.pol"} == machine.tree()
