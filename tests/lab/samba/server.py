# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""A real smbd on loopback whose share ``ADMIN$`` is the Windows folder of a machine."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from ..wine.machine import WineMachine
from ..wine.processes import descendants, end
from .programs import STATE, SambaError, program, run, smbclient
from .proxy import ADDRESS, Proxy

_START_SECONDS = 10.0
# smbd takes the identity of a Unix user for each of them; these two are on every Unix.
ADMINISTRATOR = "Administrator"
STRANGER = "helpdesk"
_UNIX = {ADMINISTRATOR: "root", STRANGER: "nobody"}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the host."""

    name: str
    password: str


class FileServer:
    r"""A file server that runs while it is entered.

    Args:
        windows: The folder ``C:\Windows``; a new one if None, with an empty System32.
        machine: A Wine machine whose ``C:\Windows`` it is instead.
        read_only: Nothing may be written.
        encryption: ``off`` does not know it, ``offered`` leaves it to the client, ``required`` refuses everything else.
        signing: ``offered`` leaves it to the client, ``required`` refuses everything else.
        guests: Whoever is unknown becomes a guest instead of being refused.
        protocol: The newest dialect, as smb.conf calls it.

    Attributes:
        windows: The folder of the share.
        administrator: Who may use the share.
        stranger: Who may log on, but not use the share.
        proxy: What every client passes; makes trouble.
    """

    def __init__(
        self,
        *,
        windows: Path | None = None,
        machine: WineMachine | None = None,
        read_only: bool = False,
        encryption: Literal["off", "offered", "required"] = "offered",
        signing: Literal["offered", "required"] = "offered",
        guests: bool = False,
        protocol: str = "SMB3_11",
    ) -> None:
        self.directory = STATE / f"smbd-{os.getpid()}-{secrets.token_hex(3)}"
        self.windows = windows or (machine.file(r"C:\Windows") if machine else self.directory / "Windows")
        self.administrator = Account(ADMINISTRATOR, secrets.token_hex(8))
        self.stranger = Account(STRANGER, secrets.token_hex(8))
        self._global = {
            "server smb encrypt": {"offered": "default"}.get(encryption, encryption),
            "server signing": {"offered": "auto", "required": "mandatory"}[signing],
            "map to guest": "Bad User" if guests else "Never",
            "server max protocol": protocol,
            "server min protocol": "NT1" if protocol == "NT1" else "SMB2_02",
        }
        self._share = {"read only": "yes" if read_only else "no", "guest ok": "yes" if guests else "no"}
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0
        self.proxy = Proxy(0)

    # -- what a client needs ----------------------------------------------------------------------

    @property
    def address(self) -> str:
        """The address of the host."""
        return ADDRESS

    @property
    def port(self) -> int:
        """The port of the host."""
        return self.proxy.port

    @property
    def log(self) -> Path:
        """What smbd says."""
        return self.directory / "smbd.log"

    @property
    def folder(self) -> Path:
        """The folder GroupPolicy, whether it is there or not, in whatever letter case."""
        return _spelled(_spelled(self.windows, "System32"), "GroupPolicy")

    def clear(self) -> None:
        """Take the folder GroupPolicy away, and every trouble."""
        self.proxy.quiet()
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def smbclient(self, *commands: str, share: str = "ADMIN$") -> str:
        """Run commands of smbclient as the administrator and return what it prints.

        Raises:
            SambaError: One of them failed.
        """
        user = f"{self.administrator.name}%{self.administrator.password}"
        where = (f"//{ADDRESS}/{share}", "-p", str(self._port), "-U", user)
        return smbclient(*where, "-s", self._settings_file, "-c", "; ".join(commands))

    @property
    def process_id(self) -> int:
        """The process that listens."""
        return self._process.pid if self._process else 0

    # -- running ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start smbd and the proxy."""
        _sweep()
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
            (self.directory / name).mkdir(parents=True)
        _spelled(self.windows, "System32").mkdir(parents=True, exist_ok=True)
        for attempts_left in reversed(range(5)):
            self._port = _free_port()
            self._write_settings()
            if self._try():
                break
            if not attempts_left:
                raise SambaError(f"smbd does not listen; see {self.log}")
        self.proxy = Proxy(self._port)
        self.proxy.open()

    def stop(self) -> None:
        """End the proxy and every process of smbd at once, as a power cut would."""
        self.proxy.close()
        self._kill()

    def close(self) -> None:
        """Stop, and remove every file."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> FileServer:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _settings_file(self) -> Path:
        return self.directory / "smb.conf"

    def _write_settings(self) -> None:
        here = self.directory
        (here / "users").write_text("".join(f"{unix} = {name}\n" for name, unix in _UNIX.items()), encoding="ascii")
        settings = {
            "server role": "standalone server",
            "interfaces": ADDRESS,
            "bind interfaces only": "yes",
            "smb ports": str(self._port),
            "disable netbios": "yes",
            "private dir": here / "private",
            "lock directory": here / "lock",
            "state directory": here / "state",
            "cache directory": here / "cache",
            "pid directory": here / "pid",
            "ncalrpc dir": here / "ncalrpc",
            "username map": here / "users",
            "usershare max shares": "0",
            "log file": self.log,
            "log level": "1",
            "load printers": "no",
            "printing": "bsd",
            "printcap name": "/dev/null",
            "store dos attributes": "yes",
            **self._global,
        }
        share = {"path": self.windows, "valid users": "root", **self._share}
        if self._share["guest ok"] == "yes":
            del share["valid users"]
        lines = ["[global]", *_lines(settings), "[ADMIN$]", *_lines(share), ""]
        self._settings_file.write_text("\n".join(lines), encoding="utf-8")

    def _add_users(self) -> None:
        for account in (self.administrator, self.stranger):
            words = (program("smbpasswd"), "-c", self._settings_file, "-s", "-a", _UNIX[account.name])
            run(*words, text=f"{account.password}\n" * 2)

    def _try(self) -> bool:
        self._add_users()
        with (self.directory / "start.log").open("ab") as output:
            # The kernel ends it with the thread that started it: only the main one lives as long as the process.
            main = threading.current_thread() is threading.main_thread()
            guard = [program("setpriv"), "--pdeathsig", "TERM"] if main else []
            self._process = subprocess.Popen(
                [*guard, program("smbd"), "--foreground", "--no-process-group", f"--configfile={self._settings_file}"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((ADDRESS, self._port), timeout=2):
                return True
            time.sleep(0.02)
        self._kill()
        return False

    def _kill(self) -> None:
        if self._process is not None:
            end({*descendants(self._process.pid), self._process.pid})
            self._process.wait()
            self._process = None


def _lines(settings: dict[str, str | Path]) -> list[str]:
    return [f"{name} = {value}" for name, value in settings.items()]


def _spelled(folder: Path, name: str) -> Path:
    """Return what a name in a folder is without regard to letter case, or would be."""
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return folder / next((entry for entry in names if entry.lower() == name.lower()), name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _sweep() -> None:
    """Remove the folders of processes that were killed before they could."""
    for folder in STATE.glob("smbd-*-*"):
        process = folder.name.split("-")[1]
        if not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)
