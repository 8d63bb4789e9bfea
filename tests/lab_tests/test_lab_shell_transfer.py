# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""put_file and fetch_file of Ansible's own connection plugins, into a Wine machine and back.

What a plugin does about a failure differs between its versions; what is tested for all is that the file is right, or
that it is not there and the plugin says so where it can.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, init_plugin_loader

from tests.lab import Drop, Fault, StandInHost, Trouble, When
from tests.lab.wine import WineMachine

_FOLDER = r"C:\Windows\Temp\transfer"
_PATIENCE = {
    "ansible_winrm_read_timeout_sec": 20,
    "ansible_winrm_operation_timeout_sec": 2,
    "ansible_psrp_read_timeout": 20,
    "ansible_psrp_operation_timeout": 2,
}


@pytest.fixture(scope="module", autouse=True)
def _plugins() -> None:
    init_plugin_loader()


def plugin_on(host: StandInHost, kind: Any) -> Any:
    """Return a connection plugin as a task gets it."""
    connection = connection_loader.get(f"ansible.builtin.{kind}", PlayContext(), os.devnull)
    options = host.inventory_vars(connection=kind) | _PATIENCE
    extras = {name: value for name, value in options.items() if name.startswith(f"ansible_{kind}_")}
    connection.set_options(var_options=options | {"_extras": extras})
    return connection


@pytest.fixture
def folder(wine_machine: WineMachine) -> Iterator[Path]:
    """A folder of the machine for this test, as Unix sees it."""
    made = wine_machine.file(_FOLDER)
    made.mkdir()
    yield made
    made.chmod(0o755)
    for entry in made.iterdir():
        entry.rmdir() if entry.is_dir() else entry.unlink()
    made.rmdir()


@pytest.fixture
def host(wine_machine: WineMachine) -> Iterator[StandInHost]:
    with StandInHost(machine=wine_machine) as running:
        yield running
        assert () == running.errors


@pytest.fixture(params=["winrm", "psrp"])
def connection(request: pytest.FixtureRequest, host: StandInHost) -> Iterator[Any]:
    plugin = plugin_on(host, request.param)
    yield plugin
    plugin.close()
    assert () == host.open_shells


@pytest.fixture
def local(tmp_path: Path) -> Path:
    """A file on the controller."""
    path = tmp_path / "local"
    path.write_bytes(b"content")
    return path


# More than one piece of either plugin, and for winrm more than one answer.
@pytest.mark.parametrize("size", [0, 1, 100_000, 1_300_000])
def test_a_file_goes_there_and_comes_back(
    connection: Any, host: StandInHost, folder: Path, local: Path, tmp_path: Path, size: int
) -> None:
    content = random.Random(size).randbytes(size)
    local.write_bytes(content)
    connection.put_file(str(local), rf"{_FOLDER}\A file.bin")
    assert content == (folder / "A file.bin").read_bytes()
    back = tmp_path / "back"
    connection.fetch_file(_FOLDER.lower() + r"\a FILE.bin", str(back))
    assert content == back.read_bytes()
    messages = host.counters.soap_messages
    assert (messages, 0) == (host.counters.encrypted_messages, host.counters.plain_messages)


def test_over_tls_as_well(wine_machine: WineMachine, folder: Path, local: Path, tmp_path: Path) -> None:
    with StandInHost(machine=wine_machine, transport="https") as host:
        for kind in ("winrm", "psrp"):
            plugin = plugin_on(host, kind)
            plugin.put_file(str(local), rf"{_FOLDER}\{kind}")
            plugin.fetch_file(rf"{_FOLDER}\{kind}", str(tmp_path / kind))
            plugin.close()
            assert b"content" == (tmp_path / kind).read_bytes()


def test_a_file_is_replaced_and_no_other_is_touched(connection: Any, folder: Path, local: Path) -> None:
    (folder / "mine").write_bytes(b"a longer content than the new one")
    (folder / "other").hardlink_to(folder / "mine")
    connection.put_file(str(local), rf"{_FOLDER}\MINE")
    assert {"mine": b"content", "other": b"a longer content than the new one"} == {
        entry.name: entry.read_bytes() for entry in folder.iterdir()
    }


@pytest.mark.parametrize(
    "name", ["it's.txt", "\u2019quoted\u2018.txt", "größe 日本.txt", "a & b; $c `d`.txt", "[x].txt"]
)
def test_a_name_stays_what_it_is(connection: Any, folder: Path, local: Path, tmp_path: Path, name: str) -> None:
    connection.put_file(str(local), rf"{_FOLDER}\{name}")
    assert [name] == [entry.name for entry in folder.iterdir()]
    connection.fetch_file(rf"{_FOLDER}\{name}", str(tmp_path / "back"))
    assert b"content" == (tmp_path / "back").read_bytes()


def test_what_was_transferred_is_journaled(connection: Any, host: StandInHost, folder: Path, local: Path) -> None:
    connection.put_file(str(local), rf"{_FOLDER}\x")
    connection.fetch_file(rf"{_FOLDER}\x", str(local))
    entries = host.files
    assert ("put", rf"{_FOLDER}\x", "done") == (entries[0].verb, entries[0].path, entries[0].state)
    assert {("get", rf"{_FOLDER}\x", "done")} == {(entry.verb, entry.path, entry.state) for entry in entries[1:]}
    assert {0} == {entry.exit_code for entry in host.commands}


# -- what fails ---------------------------------------------------------------------------------------


def _denied(folder: Path) -> str:
    folder.chmod(0o555)
    return rf"{_FOLDER}\x"


def _is_a_folder(folder: Path) -> str:
    return _FOLDER


def _nowhere(folder: Path) -> str:
    return rf"{_FOLDER}\nowhere\x"


@pytest.mark.parametrize("place", [_denied, _is_a_folder, _nowhere])
def test_a_file_that_cannot_be_written_is_an_error(
    connection: Any, host: StandInHost, folder: Path, local: Path, place: Any
) -> None:
    path = place(folder)
    with pytest.raises(AnsibleError):
        connection.put_file(str(local), path)
    assert [] == list(folder.iterdir())
    assert [(path, "failed")] == [(entry.path, entry.state) for entry in host.files]
    assert 1 == host.commands[-1].exit_code


def test_a_missing_file_is_an_error(connection: Any, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(AnsibleError, match=r"fetch|transfer"):
        connection.fetch_file(rf"{_FOLDER}\missing", str(tmp_path / "back"))
    back = tmp_path / "back"
    # One of the plugins makes the local file before it knows.
    assert not back.exists() or not back.read_bytes()


def test_a_file_that_must_not_be_read_is_an_error(connection: Any, folder: Path, tmp_path: Path) -> None:
    (folder / "secret").write_bytes(b"secret")
    (folder / "secret").chmod(0)
    with pytest.raises(AnsibleError, match=r"fetch|transfer"):
        connection.fetch_file(rf"{_FOLDER}\secret", str(tmp_path / "back"))
    back = tmp_path / "back"
    assert not back.exists() or not back.read_bytes()


def test_a_folder_gives_no_content(connection: Any, host: StandInHost, folder: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    try:
        connection.fetch_file(_FOLDER, str(back))
    except AnsibleError as error:
        # psrp of ansible-core 2.18 takes the folder for a file, and fails when it reads on.
        assert "null-valued" in str(error)
    assert not back.exists() or not back.read_bytes()
    assert "folder" == host.files[0].state


def test_other_powershell_is_refused(connection: Any, host: StandInHost) -> None:
    code, stdout, stderr = connection.exec_command("Get-Date")
    assert (1, b"") == (code, stdout)
    assert b"This stand-in has no PowerShell" in stderr


@pytest.mark.parametrize("method", ["ShellCommand", "ShellSend", "ShellReceive"])
def test_trouble_on_the_way_is_an_error(
    connection: Any, host: StandInHost, folder: Path, local: Path, method: str
) -> None:
    connection.put_file(str(local), rf"{_FOLDER}\before")
    host.script.add(Trouble(when=When(method=method), do=Fault(code=995)))
    with pytest.raises(Exception, match=r"aborted|send_input failed|cannot process"):
        connection.put_file(str(local), rf"{_FOLDER}\x")
    assert 1 == host.script.applied


@pytest.mark.parametrize("kind", ["winrm", "psrp"])
def test_a_lost_connection_is_an_error(host: StandInHost, folder: Path, local: Path, kind: str) -> None:
    plugin = plugin_on(host, kind)
    plugin.put_file(str(local), rf"{_FOLDER}\before")
    host.script.add(Trouble(when=When(method="ShellCommand", times=None), do=Drop()))
    with pytest.raises(Exception, match=r"(?i)connection|aborted|closed"):
        plugin.put_file(str(local), rf"{_FOLDER}\x")
    assert ["before"] == [entry.name for entry in folder.iterdir()]
