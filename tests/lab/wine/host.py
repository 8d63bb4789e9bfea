# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A Windows host reached by ssh: Wine behind a real sshd on loopback."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ..inventory import ssh_vars
from ..life import Running
from ..script import Script
from .control import Control, Executions
from .host_view import SshCounters, WineRegistryOfHost
from .machine import WineMachine
from .prefix import DEFAULT_LOCALE, helper
from .processes import wait_until_empty
from .programs import HERE, program
from .sshd import ADDRESS, SUBSYSTEM, Sshd
from .store import WineStore
from .trouble import Orders

RegExe = Literal["genuine", "denied", "missing", "import_pretends"]
TEMP = r"C:\Windows\Temp"
# A control socket's name is 10 characters, ssh adds 17 while it makes one; 107 bytes fit into an address.
_LONGEST_CONTROL_FOLDER = 107 - 1 - 10 - 17


class WineHost(Running):
    """One Wine host; a context manager that listens while it is entered.

    Args:
        seed: Name of a seed, a path to one, its content, or None to leave the registry as it is.
        name: A name for folders.
        locale: Locale of its processes: ``C.UTF-8``, ``ja_JP.UTF-8``, ``de_DE.UTF-8``, ...
        shell: sshd's DefaultShell; of ``powershell`` only the quoting of ``cmd /c '...'`` is imitated.
        directory: Its folder, kept at the end; one of its own below .lab/wine/ if None.
        port: Port to listen on; 0 for a free one.

    Attributes:
        machine: The machine without the network.
        script: The trouble to meet.
        max_file_size: Bytes that fit into a file written from now on; 0 is a full disk, None no limit.
    """

    def __init__(
        self,
        *,
        seed: str | Path | Mapping[str, Any] | None = None,
        name: str = "wine01",
        locale: str = DEFAULT_LOCALE,
        shell: Literal["cmd", "powershell"] = "cmd",
        directory: Path | None = None,
        port: int = 0,
    ) -> None:
        self.name, self.shell = name, shell
        self.script = Script()
        self.max_file_size: int | None = None
        self.machine = WineMachine(directory=directory, name=name, locale=locale)
        self._seed = seed
        self._reg_exe: RegExe = "genuine"
        self._sshd = Sshd(self.machine.directory / "ssh", port)
        self._control = Control(self.script, self._switches)
        self._masters = self.machine.directory / "cp"
        self._short: Path | None = None
        self._running = False

    # -- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the machine, fill it the first time, and listen."""
        if self._running:
            return
        self.machine.start()
        try:
            self._control.start()
            if self._seed is not None:
                self.registry.load(self._seed)
                self._seed = None
            self._listen()
        except BaseException:
            self.stop()
            raise
        self._running = True

    def stop(self) -> None:
        """End the listener, all sessions and all Windows processes; may be started again."""
        self._sshd.stop()
        wait_until_empty(self._control_folders())
        self._control.stop()
        self.machine.stop()
        self._running = False

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        if self._short is not None:
            shutil.rmtree(self._short, ignore_errors=True)
        self.machine.close()

    def reset(self, seed: str | Path | Mapping[str, Any] | None) -> None:
        """Make the running host as good as new: seed, temp folder, switches, trouble and log."""
        self.drop_connections()
        self.script.clear()
        self.reg_exe, self.max_file_size, self.temp_writable = "genuine", None, True
        for entry in self.machine.file(TEMP).iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        self.registry.load(seed)
        self._sshd.learn_host_key()
        self.reset_counters()

    # -- what tests look at -----------------------------------------------------------------------

    @property
    def address(self) -> str:
        """The address to connect to."""
        return ADDRESS

    @property
    def port(self) -> int:
        """The port, known once started."""
        return self._sshd.port

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"ssh://{ADDRESS}:{self.port}"

    @property
    def username(self) -> str:
        """The user who signs in: whoever runs the lab."""
        return self._sshd.user

    @property
    def private_key(self) -> Path:
        """The user's key file."""
        return self._sshd.private_key

    @property
    def known_hosts(self) -> Path:
        """The known-hosts file that clients use."""
        return self._sshd.known_hosts

    @property
    def registry(self) -> WineRegistryOfHost:
        """The registry as tests see it, read with Wine's own functions."""
        return WineRegistryOfHost(self.store)

    @property
    def store(self) -> WineStore:
        """The registry as a store for StandInHost: both then are one machine."""
        return self.machine.store

    @property
    def executions(self) -> Executions:
        """What clients had done since the last reset."""
        return self._control.executions

    @property
    def counters(self) -> SshCounters:
        """The figures now."""
        return SshCounters.of(self.executions)

    @property
    def errors(self) -> tuple[Exception, ...]:
        """Failures of hooks and of the lab itself; tests may assert that there are none."""
        return tuple(self._control.errors)

    def reset_counters(self) -> None:
        """Forget what was done."""
        self._control.reset()

    def temp_files(self) -> list[str]:
        r"""Return what lies in C:\Windows\Temp."""
        return sorted(entry.name for entry in self.machine.file(TEMP).iterdir())

    def inventory_vars(self, transfer: Literal["smart", "sftp", "scp"] = "smart") -> dict[str, Any]:
        """Return the Ansible variables with which the ssh connection plugin reaches this host."""
        return ssh_vars(
            shell=self.shell,
            transfer=transfer,
            address=ADDRESS,
            port=self.port,
            username=self.username,
            private_key=self.private_key,
            known_hosts=self.known_hosts,
            control_folder=self._control_folder(),
        )

    # -- switches ---------------------------------------------------------------------------------

    @property
    def reg_exe(self) -> RegExe:
        """What stands in the place of reg.exe."""
        return self._reg_exe

    @reg_exe.setter
    def reg_exe(self, what: RegExe) -> None:
        target, lab = self.machine.file(r"C:\Windows\System32") / "reg.exe", self.machine.file(r"C:\lab")
        # A file of a clone is a hard link: it is replaced, never written.
        target.unlink(missing_ok=True)
        if what != "missing":
            os.link(lab / ("reg_genuine.exe" if what == "genuine" else "regstub.exe"), target)
        self._reg_exe = what

    @property
    def temp_writable(self) -> bool:
        r"""Whether files can be made in C:\Windows\Temp."""
        return bool(self.machine.file(TEMP).stat().st_mode & 0o200)

    @temp_writable.setter
    def temp_writable(self, writable: bool) -> None:
        self.machine.file(TEMP).chmod(0o755 if writable else 0o555)

    def drop_connections(self) -> None:
        """End every session now, also what clients keep open (ControlPersist); new ones are welcome."""
        self._sshd.drop_connections()
        wait_until_empty(self._control_folders())

    def refuse_connections(self) -> None:
        """Close the port and every session until ``accept_connections``."""
        self._sshd.stop()

    def accept_connections(self) -> None:
        """Open the same port again."""
        self._listen()

    def change_host_key(self) -> None:
        """Show another host key from now on than the known-hosts file has."""
        self._sshd.stop()
        self._sshd.new_host_key()
        self._listen()

    def forget_host_key(self) -> None:
        """End every session and empty the known-hosts file: the host is unknown until ``learn_host_key``."""
        self.drop_connections()
        self._sshd.forget_host_key()

    def learn_host_key(self) -> None:
        """Trust the host key that is shown now."""
        self._sshd.learn_host_key()

    def _switches(self) -> Orders:
        variables: dict[str, str] = {}
        if self._reg_exe in {"denied", "import_pretends"}:
            overrides = self.machine.environment["WINEDLLOVERRIDES"]
            # Wine would take its own reg.exe for a file of that name otherwise.
            variables = {"RA_REG": self._reg_exe, "WINEDLLOVERRIDES": f"{overrides};reg.exe=n"}
        return Orders(max_file_size=self.max_file_size, environment=variables)

    # -- inside -----------------------------------------------------------------------------------

    def _listen(self) -> None:
        settings = self.machine.directory / "host.json"
        # No site packages: it starts in a third of the time.
        self._sshd.start([sys.executable, "-E", "-s", "-S", HERE / "remote" / "winshell.py", settings])
        content = {
            "control": self._control.name,
            "listener": self._sshd.process_id,
            "subsystem": SUBSYSTEM,
            "prefix": str(self.machine.prefix),
            "home": str(self.machine.home),
            "windows_home": f"C:/users/{getpass.getuser()}",
            "environment": self.machine.environment,
            "wine": program("wine64"),
            "cmdrun": helper("cmdrun"),
            "scp": program("scp"),
            "shell": self.shell,
        }
        settings.write_text(json.dumps(content), encoding="utf-8")

    def _control_folder(self) -> Path:
        folder = self._masters
        if len(os.fsencode(folder)) > _LONGEST_CONTROL_FOLDER:
            folder = self._short = self._short or Path(tempfile.mkdtemp(prefix="wl-"))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _control_folders(self) -> list[Path]:
        return [folder for folder in (self._masters, self._short) if folder is not None and folder.is_dir()]
