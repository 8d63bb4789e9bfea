# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to the local GPO of a Wine machine, over real connections of Ansible; its disk is looked at without them."""

from __future__ import annotations

import contextlib
import functools
import shutil
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands.opening import open_commands
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.commands.ports import HostCommands
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.by_commands import CommandsFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from pypsrp.exceptions import WinRMError as PypsrpError
from winrm.exceptions import WinRMError, WinRMTransportError

from tests.integration.conftest import CONNECTIONS
from tests.integration.real_channels import connection_to, ssh_connection_to
from tests.lab import Drop, Run, StandInHost, Trouble, When
from tests.lab.wine import Call, DropConnection, WhenRun, WineHost, WineMachine

TEMP: t.Final = r"C:\Windows\Temp"
FOLDER: t.Final = r"C:\Windows\System32\GroupPolicy"
KINDS: t.Final = ("ssh", *CONNECTIONS)

# A transfer over winrm starts a process on the host for each; Wine under load needs its time.
_PATIENT: t.Final = {
    "ansible_winrm_read_timeout_sec": 30,
    "ansible_winrm_operation_timeout_sec": 20,
    "ansible_psrp_read_timeout": 30,
    "ansible_psrp_operation_timeout": 20,
}


def files(gpt_ini: bytes | None, registry_pol: bytes | None) -> LocalGpoFiles:
    return LocalGpoFiles(gpt_ini=gpt_ini, registry_pol=registry_pol)


def free_of_write_protection(path: Path) -> None:
    for entry in [path, *path.rglob("*")] if path.exists() else ():
        entry.chmod(0o755 if entry.is_dir() else 0o644)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A way to the files of a machine.

    Attributes:
        kind: One of KINDS, or ``ssh-powershell``.
        machine: The machine.
        connect: Makes a connection object of Ansible, as a task gets it.
        lose: Arms the loss of the connection at the line of ours with this number, from 1, before or after it is done.
        at: Arms a function for the moment before the line of ours with this number.
        host: The host as the network sees it.
    """

    kind: str
    machine: WineMachine
    connect: t.Callable[[], t.Any]
    lose: t.Callable[..., None]
    at: t.Callable[[int, t.Callable[[], object]], None]
    host: t.Any

    @property
    def folder(self) -> Path:
        return self.machine.file(FOLDER)

    @contextlib.contextmanager
    def commands(self) -> t.Iterator[HostCommands]:
        connection = self.connect()
        commands = open_commands(connection, lost=(AnsibleConnectionFailure,), refused=(AnsibleError,))
        try:
            yield commands
        finally:
            commands.close()
            if self.kind in CONNECTIONS:
                # As Ansible does at the end of a task; it asks a host that has gone to close a shell, too.
                with contextlib.suppress(OSError, AnsibleError, WinRMError, WinRMTransportError, PypsrpError):
                    connection.close()

    @contextlib.contextmanager
    def files(self, temp_dir: str = TEMP) -> t.Iterator[CommandsFolder]:
        with self.commands() as commands:
            folder = CommandsFolder(commands, temp_dir=temp_dir)
            try:
                yield folder
            finally:
                folder.close()

    def put(self, content: LocalGpoFiles) -> None:
        """Write the files of the machine, without Windows' help."""
        free_of_write_protection(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        for name, data in (("gpt.ini", content.gpt_ini), ("Machine/Registry.pol", content.registry_pol)):
            if data is not None:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name).write_bytes(data)

    def holds(self) -> LocalGpoFiles:
        """Read the files of the machine, without Windows' help; other files must not be there."""
        found = self.tree()
        content = files(found.pop("gpt.ini", None), found.pop("Machine/Registry.pol", None))
        assert {} == found
        return content

    def tree(self) -> dict[str, bytes]:
        """Return every file below the folder."""
        every = self.folder.rglob("*") if self.folder.is_dir() else ()
        return {str(entry.relative_to(self.folder)): entry.read_bytes() for entry in every if entry.is_file()}

    def temp_files(self) -> list[str]:
        return sorted(entry.name for entry in self.machine.file(TEMP).iterdir())


def _lose_ssh(host: WineHost, number: int, *, done: bool, times: int | None = 1) -> None:
    when = WhenRun(kind="exec", number=number, times=times)
    host.script.add(Trouble(when=when, do=DropConnection(performed=done)))


def _lose_stand_in(host: StandInHost, number: int, *, done: bool, times: int | None = 1) -> None:
    """Lose the message that starts a line, or the one that asks for its output."""
    method = "ShellReceive" if done else "ShellCommand"
    when = When(method=method, line="*RA:start*", message=number, times=times)
    host.script.add(Trouble(when=when, do=Drop(performed=done)))


def _at_ssh(host: WineHost, number: int, function: t.Callable[[], object]) -> None:
    host.script.add(Trouble(when=WhenRun(kind="exec", number=number), do=Call(function=function)))


def _at_stand_in(host: StandInHost, number: int, function: t.Callable[[], object]) -> None:
    host.script.add(
        Trouble(when=When(method="ShellCommand", line="*RA:start*", message=number), do=Run(function=function))
    )


@contextlib.contextmanager
def ground_of(kind: str, request: pytest.FixtureRequest, **settings: t.Any) -> t.Iterator[Ground]:
    """Prepare a machine without a local GPO; settings are those of a stand-in host."""
    wine: WineHost = request.getfixturevalue("wine")(shell="powershell" if kind == "ssh-powershell" else "cmd")
    with contextlib.ExitStack() as stack:
        host: t.Any = wine
        connect, lose, at = ssh_connection_to, _lose_ssh, _at_ssh
        if kind in CONNECTIONS:
            host = stack.enter_context(StandInHost(name="files01", machine=wine.machine, **settings))
            connect = functools.partial(connection_to, kind=kind, **_PATIENT)
            lose, at = _lose_stand_in, _at_stand_in
            stack.callback(_assert_sound, host)
        ground = Ground(
            kind=kind,
            machine=wine.machine,
            connect=functools.partial(connect, host),
            lose=functools.partial(lose, host),
            at=functools.partial(at, host),
            host=host,
        )
        ground.put(files(None, None))
        yield ground
        ground.put(files(None, None))
        assert () == wine.errors


def _assert_sound(host: StandInHost) -> None:
    assert () == host.errors
