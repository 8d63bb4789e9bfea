# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The command line: a lab in the background, its inventory, its state."""

from __future__ import annotations

import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from winrm.protocol import Protocol

from tests.lab.lab_process import LabPlan, host_names
from tests.lab_tests.lab_client import PREFERENCE, call_envelope, read_reply

_ROOT = Path(__file__).resolve().parents[2]
_KEY = rf"HKLM\{PREFERENCE}"


class LabCommand:
    """Runs ``python -m tests.lab`` for one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, command: str, *arguments: str, fails: bool = False) -> str:
        """Run a command and return what it prints (on stderr if it is to fail)."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.lab", command, "--dir", str(self.folder), *arguments],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def inventory(self) -> dict[str, Any]:
        """Return the group ``windows`` of the inventory."""
        content: dict[str, Any] = yaml.safe_load((self.folder / "inventory.yml").read_text(encoding="utf-8"))
        windows: dict[str, Any] = content["windows"]
        return windows


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabCommand]:
    """A lab's folder; whatever runs in it is stopped."""
    command = LabCommand(tmp_path / "lab")
    yield command
    command("stop")


def call(variables: dict[str, Any], method: str, **parameters: Any) -> Any:
    """Call a method with the variables of an inventory's host."""
    protocol = Protocol(
        f"{variables['ansible_winrm_scheme']}://{variables['ansible_host']}:{variables['ansible_port']}/wsman",
        transport=variables["ansible_winrm_transport"],
        username=variables["ansible_user"],
        password=variables["ansible_password"],
        message_encryption=variables["ansible_winrm_message_encryption"],
        server_cert_validation=variables["ansible_winrm_server_cert_validation"],
    )
    return read_reply(protocol.transport.send_message(call_envelope(method, **parameters)))


def test_a_lab_outlives_the_command_and_its_state_outlives_the_lab(lab: LabCommand) -> None:
    printed = lab("start")
    hosts = lab.inventory()["hosts"]
    assert list(hosts) == ["client01", "member01", "server01"]
    assert all(name in printed for name in hosts)
    assert stat.S_IMODE((lab.folder / "inventory.yml").stat().st_mode) == 0o600
    client = hosts["client01"]
    assert client["ansible_user"] == r"STANDIN\Administrator"
    switch = {"sSubKeyName": PREFERENCE, "sValueName": "fAllowToGetHelp"}
    assert call(client, "SetDWORDValue", uValue=0, **switch).code == 0
    counters = json.loads(lab("counters"))
    assert (counters["client01"]["soap_messages"], counters["member01"]["soap_messages"]) == (1, 0)
    lab("reset-counters")
    assert json.loads(lab("counters"))["client01"]["http_requests"] == 0

    lab("stop")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((client["ansible_host"], client["ansible_port"]), timeout=2)
    lab("start", "--transport", "https")
    client = lab.inventory()["hosts"]["client01"]
    assert call(client, "GetDWORDValue", **switch).all("uValue") == ["0"]

    lab("stop")
    lab("start", "--fresh")
    assert call(lab.inventory()["hosts"]["client01"], "GetDWORDValue", **switch).all("uValue") == ["1"]


def test_the_registry_can_be_shown_and_changed_from_outside(lab: LabCommand) -> None:
    lab("start", "--seeds", "domain_member")
    assert r"CORP\Hjälpdesk  REG_SZ  CORP\Hjälpdesk" in lab("show", "member01")
    lab("set", "member01", _KEY, "fAllowToGetHelp", "REG_DWORD", "0")
    lab("set", "member01", _KEY, "List", "REG_MULTI_SZ", "[a, b]")
    lab("delete", "member01", _KEY, "VendorSupportTool")
    shown = lab("show", "member01")
    assert "fAllowToGetHelp  REG_DWORD  0" in shown
    assert "List  REG_MULTI_SZ  ['a', 'b']" in shown
    assert "VendorSupportTool" not in shown
    lab("delete", "member01", r"HKLM\SOFTWARE\Policies")
    assert "Policies" not in lab("show", "member01")
    assert "nothing to delete" in lab("delete", "member01", _KEY, "VendorSupportTool", fails=True)
    assert "no host other; hosts: member01" in lab("show", "other", fails=True)
    assert "unknown registry hive" in lab("set", "member01", r"HKXX\X", "n", "REG_SZ", "x", fails=True)
    assert "not an unsigned 32 bit" in lab("set", "member01", _KEY, "n", "REG_DWORD", "-1", fails=True)


def test_hosts_take_the_seeds_in_turn_and_both_connections_share_them(lab: LabCommand) -> None:
    lab("start", "--hosts", "3", "--seeds", "open_client", "--connections", "both")
    children = lab.inventory()["children"]
    assert {name: list(group["hosts"]) for name, group in children.items()} == {
        "winrm": ["client01", "client03"],
        "psrp": ["client02"],
    }
    assert children["psrp"]["hosts"]["client02"]["ansible_psrp_message_encryption"] == "always"


def test_a_plan_takes_every_seed_once_per_connection() -> None:
    plan = LabPlan.cycled(["a", "b"], connections=("winrm", "psrp"))
    assert plan.hosts == (("a", "winrm"), ("b", "winrm"), ("a", "psrp"), ("b", "psrp"))
    assert [seed for seed, _connection in LabPlan.cycled(["a", "b"], number=3).hosts] == ["a", "b", "a"]


def test_hosts_are_named_after_their_seeds() -> None:
    assert host_names(["open_client", "/x/my_seed.yml", "open_client"]) == ["client01", "my-seed01", "client02"]


def test_commands_without_a_lab_say_so(lab: LabCommand) -> None:
    assert lab("stop") == "no lab runs\n"
    assert f"no lab runs in {lab.folder}" in lab("status", fails=True)


def test_a_second_start_and_bad_arguments_are_refused(lab: LabCommand) -> None:
    assert "no seed no_such" in lab("start", "--seeds", "no_such", fails=True)
    assert "at least 1" in lab("start", "--hosts", "0", fails=True)
    lab("start", "--seeds", "compliant_server")
    assert "already runs" in lab("start", fails=True)
    assert "server01" in lab("status")


def test_a_lab_in_a_deep_folder_can_be_reached(tmp_path: Path) -> None:
    command = LabCommand(tmp_path / ("d" * 120))
    command("start", "--seeds", "compliant_server")
    assert "server01" in command("status")
    assert command("stop") == "stopped\n"


def test_a_lab_whose_process_died_can_be_started_again(lab: LabCommand) -> None:
    lab.folder.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(lab.folder / "control.sock"))
    (lab.folder / "lab.pid").write_text("1\n")
    assert "server01" in lab("start", "--seeds", "compliant_server")


def test_it_says_what_a_host_was_told_to_write_and_all_that_it_holds(lab: LabCommand) -> None:
    lab("start", "--seeds", "compliant_server")
    (host,) = lab.inventory()["hosts"].values()
    assert {"server01": []} == json.loads(lab("writes"))
    call(host, "SetDWORDValue", hDefKey=0x80000002, sSubKeyName=PREFERENCE, sValueName="fAllowToGetHelp", uValue=1)
    assert {"server01": [f"SetDWORDValue {_KEY} fAllowToGetHelp"]} == json.loads(lab("writes"))
    held = json.loads(lab("show", "server01", "--json"))
    assert {"type": "REG_DWORD", "data": 1} == held[_KEY]["fAllowToGetHelp"]
    lab("reset-counters")
    assert {"server01": []} == json.loads(lab("writes"))
