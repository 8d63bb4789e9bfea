# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A Wine host by Ansible's own ssh connection plugin: commands and files, by sftp and scp."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.wine import WineHost

_ANSIBLE = Path(sys.executable).with_name("ansible")

_ACTION = r'''
import base64
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    """Runs lines and moves files; what it returns is what the connection returned.

    Without TRANSFERS_FILES: with it the base class makes a temporary folder, by PowerShell.
    """

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        done = []
        for step in self._task.args["steps"]:
            if "line" in step:
                code, out, err = self._connection.exec_command(step["line"], sudoable=False)
                done.append([code, base64.b64encode(out).decode(), base64.b64encode(err).decode()])
            elif "put" in step:
                self._connection.put_file(step["put"], step["path"])
            else:
                self._connection.fetch_file(step["path"], step["fetch"])
        return result | {"done": done}
'''


def inventory_of(host: WineHost, folder: Path, transfer: Any = "smart") -> Path:
    """Write an inventory with the host and return its path."""
    inventory = folder / "inventory.yml"
    content = {"all": {"hosts": {"wine01": host.inventory_vars(transfer)}}}
    inventory.write_text(yaml.safe_dump(content), encoding="utf-8")
    return inventory


def run_steps(host: WineHost, folder: Path, steps: list[dict[str, str]], transfer: Any = "smart") -> dict[str, Any]:
    """Run steps on a host by a throw-away action plugin and return its result."""
    plugins = folder / "action_plugins"
    plugins.mkdir(exist_ok=True)
    (plugins / "lab_steps.py").write_text(_ACTION, encoding="utf-8")
    inventory = inventory_of(host, folder, transfer)
    settings = folder / "ansible.cfg"
    settings.touch()
    environment = os.environ | {
        "ANSIBLE_ACTION_PLUGINS": str(plugins),
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
    }
    command = [_ANSIBLE, "wine01", "-i", inventory, "-m", "lab_steps", "-a", json.dumps({"steps": steps})]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, timeout=120, check=False)
    # wine01 | SUCCESS => {...}
    outcome, _arrow, text = done.stdout.decode().partition(" => ")
    assert text, done.stderr.decode()
    result: dict[str, Any] = json.loads(text)
    result["outcome"] = outcome.partition(" | ")[2]
    return result


@pytest.mark.parametrize("transfer", ["smart", "sftp", "scp"])
def test_the_connection_plugin_runs_lines_and_moves_files(wine_host: WineHost, tmp_path: Path, transfer: str) -> None:
    key = r"HKLM\SOFTWARE\Policies\Lab [1]"
    text = (
        f'Windows Registry Editor Version 5.00\r\n\r\n[{key.replace("HKLM", "HKEY_LOCAL_MACHINE")}]\r\n"日本"="x"\r\n'
    )
    (tmp_path / "in.reg").write_text(text, encoding="utf-16", newline="")
    # With scp the plugin quotes a path with blanks for cmd.exe (^"...^"), which a modern scp takes for the name.
    path = rf"C:\Windows\Temp\{'plain' if transfer == 'scp' else 'with blank'}.reg"
    steps = [
        {"put": str(tmp_path / "in.reg"), "path": path},
        {"line": rf'reg import "{path}" & if errorlevel 1 (echo RA:1:1) else (echo RA:1:0)'},
        {"line": rf'reg export "{key}" C:\Windows\Temp\out.reg /y & echo ---M---'},
        {"fetch": str(tmp_path / "out.reg"), "path": r"C:\Windows\Temp\out.reg"},
        {"line": rf'del /q "{path}" C:\Windows\Temp\out.reg & exit 5'},
    ]
    result = run_steps(wine_host, tmp_path, steps, transfer)
    assert result.get("done") == [[0, "UkE6MTowDQo=", ""], [0, "LS0tTS0tLQ0K", ""], [5, "", ""]], result
    assert (tmp_path / "out.reg").read_bytes().decode("utf-16") == text + "\r\n"
    assert wine_host.registry.dump(key) == {key: {"日本": ("REG_SZ", "x")}}
    assert wine_host.temp_files() == []
    # The plugin hands the lines on unchanged.
    assert list(wine_host.executions.commands) == [step["line"] for step in steps if "line" in step]
    # All ran over one connection; smart is sftp.
    assert wine_host.counters.connections == 1
    assert wine_host.counters.executions == 5
    assert {entry.kind for entry in wine_host.executions.channels} == {"exec", "sftp"}


def test_legacy_scp_by_the_connection_plugin(wine_host: WineHost, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(b"x\r\n")
    variables = wine_host.inventory_vars("scp")
    assert variables["ansible_ssh_transfer_method"] == "scp"
    steps = [{"put": str(tmp_path / "in.txt"), "path": r"C:\Windows\Temp\in.txt"}]
    steps += [{"fetch": str(tmp_path / "out.txt"), "path": r"C:\Windows\Temp\in.txt"}]
    wine_host.inventory_vars = lambda _transfer: variables | {"ansible_scp_extra_args": "-O"}  # type: ignore[method-assign]
    try:
        run_steps(wine_host, tmp_path, steps)
    finally:
        del wine_host.inventory_vars
    assert (tmp_path / "out.txt").read_bytes() == b"x\r\n"
    assert {entry.kind for entry in wine_host.executions.channels} == {"scp"}


def test_a_module_that_needs_powershell_fails_loudly(wine_host: WineHost, tmp_path: Path) -> None:
    command = [
        _ANSIBLE,
        "all",
        "-i",
        inventory_of(wine_host, tmp_path),
        "-m",
        "raw",
        "-a",
        "powershell -Command exit 0",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    # Wine's own powershell.exe would do nothing and report success.
    assert b"non-zero return code" in done.stdout
    assert b"rc=49" in done.stdout


def test_an_unknown_host_key_is_unreachable(wine_host: WineHost, tmp_path: Path) -> None:
    wine_host.forget_host_key()
    result = run_steps(wine_host, tmp_path, [{"line": "ver"}])
    assert result["outcome"] == "UNREACHABLE!"
    assert "Host key verification failed" in result["msg"]


def test_a_missing_file_is_named(wine_host: WineHost, tmp_path: Path) -> None:
    steps = [{"fetch": str(tmp_path / "none"), "path": r"C:\Windows\Temp\none.reg"}]
    result = run_steps(wine_host, tmp_path, steps, "sftp")
    assert result["outcome"] == "FAILED!"
    assert "/C:/Windows/Temp/none.reg" in str(result)
