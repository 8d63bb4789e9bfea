# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the local GPO that are wrong or secret, and whose credentials reach a host by SMB."""

from __future__ import annotations

import importlib.util
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.local_gpo import way_to_local_gpo
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_options import HostOptions
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError

from tests.integration.newest import newest_only
from tests.lab import StandInHost
from tests.lab.samba import Drop, FileServer, samba_available

pytestmark = newest_only

SECRET = "S3cret-and-rather-long"
BY_SMB = HostOptions(temp_dir=r"C:\Windows\Temp", local_gpo=True, local_gpo_via="smb")


class Connection:
    """What is looked at of Ansible's connection plugins."""

    def __init__(self, **options: t.Any) -> None:
        self._options = options

    def get_option(self, name: str) -> t.Any:
        return self._options[name]


WINRM = {"remote_addr": "h", "remote_user": "CORP\\admin", "remote_password": "pässwörd"}
PSRP = WINRM | {"negotiate_hostname_override": "h.corp.example"}
SSH = {"host": "h", "remote_user": "admin", "password": "pässwörd"}


def no_commands() -> t.Any:
    raise AssertionError("SMB needs no shell")


@pytest.mark.parametrize("options", [WINRM, PSRP, SSH])
def test_without_an_account_of_its_own_that_of_the_connection_is_used(options: dict[str, str]) -> None:
    way = way_to_local_gpo(Connection(**options), BY_SMB, no_commands)
    assert ("connection", "smb") == (way.credentials, way.folder.name)
    own = replace(BY_SMB, smb_username="other", smb_password="other")
    assert "smb_username" == way_to_local_gpo(Connection(**options), own, no_commands).credentials


def test_a_connection_without_a_password_needs_an_account_or_a_ticket() -> None:
    connection = Connection(host="h", remote_user="admin", password=None)
    if all(importlib.util.find_spec(name) for name in ("krb5", "gssapi")):
        assert "kerberos cache" == way_to_local_gpo(connection, BY_SMB, no_commands).credentials
    else:
        with pytest.raises(InputError, match="smb_username and smb_password"):
            way_to_local_gpo(connection, BY_SMB, no_commands)


def test_a_refused_logon_says_whose_password_it_was(run) -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with StandInHost(seed="open_client") as host, FileServer() as server:
        variables = {"remote_assistance_local_gpo": True, "remote_assistance_local_gpo_via": "smb"}
        variables |= {"remote_assistance_smb_port": server.port}
        done = run("disable_ra", run.inventory({"client01": host.inventory_vars()}, **variables), "-vvv")
    assert (4, "unreachable") == (done.code, done.status("client01")), done.output
    assert "with user and password of the connection: wrong user name or password" in done.result("client01")["msg"]
    assert host.password not in done.output


@pytest.mark.parametrize("number", range(12, 44, 3))
def test_a_connection_by_smb_that_is_lost_once_does_not_fail_the_run(run, number: int) -> None:
    if reason := samba_available():
        pytest.skip(reason)
    with StandInHost(seed="open_client") as host, FileServer() as server:
        (server.folder / "Machine").mkdir(parents=True)
        (server.folder / "Machine/Registry.pol").write_bytes(b"PReg\1\0\0\0")
        (server.folder / "gpt.ini").write_text("[General]\r\nVersion=1\r\n")
        server.proxy.trouble(number, Drop(performed=True))
        variables = {
            "remote_assistance_local_gpo": True,
            "remote_assistance_local_gpo_via": "smb",
            "remote_assistance_smb_port": server.port,
            "remote_assistance_smb_username": server.administrator.name,
            "remote_assistance_smb_password": server.administrator.password,
            "remote_assistance_backup_dir": str(run.folder / "copies"),
        }
        done = run("disable_ra", run.inventory({"client01": host.inventory_vars()}, **variables))
        assert 0 == done.code, done.output
        assert "could not be removed" not in done.output
        assert "Version=2" in (server.folder / "gpt.ini").read_text(encoding="ascii")
        copies = [str(path.name) for path in server.folder.rglob("*.bak*")]
        told = [path.rpartition("\\")[2] for path in done.result("client01")["backup_files_on_host"]]
        assert set(copies) <= set(told)


def test_secrets_under_wrong_names_are_not_shown(run) -> None:
    with StandInHost(seed="open_client") as host:
        inventory = run.inventory({"client01": host.inventory_vars()})
        for module, more in (("host", {"solicited": {"state": "disabled"}}), ("host_info", {})):
            task = {f"winfleet.remote_assistance.{module}": {"smb_pasword": SECRET} | more}
            done = run([{"hosts": "windows", "gather_facts": False, "tasks": [task]}], inventory)
            assert (2, "smb_password") == (done.code, done.result("client01")["problems"][0]["nearest"]), done.output
            assert SECRET not in done.output
        task = {"winfleet.remote_assistance.host": {"variables_prefix": "remote_assistance_", "smb_password": SECRET}}
        done = run([{"hosts": "windows", "gather_facts": False, "tasks": [task]}], inventory)
        assert (2, False) == (done.code, SECRET in done.output), done.output
        inventory = run.inventory({"client01": host.inventory_vars()}, remote_assistance_smb_password=SECRET + "{{ x")
        done = run("disable_ra", inventory)
        assert (2, False) == (done.code, SECRET in done.output), done.output
