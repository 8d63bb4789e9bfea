# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A real sshd on loopback, with keys made on the spot."""

from __future__ import annotations

import contextlib
import getpass
import os
import shlex
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from .processes import descendants, end
from .programs import WineError, confined, program, run

ADDRESS = "127.0.0.1"
# No command line: what the forced command gets for a request of the subsystem sftp.
SUBSYSTEM = "winfleet-lab-sftp"
_START_SECONDS = 10.0
_SEPARATION = Path("/run/sshd")


def _quoted(path: Path) -> str:
    return f'"{path}"'


class Sshd:
    """One sshd.

    Args:
        directory: Folder for keys, settings and log; absolute, for sshd starts itself again from ``/``.
        port: Port to listen on; 0 for a free one, kept over restarts.
    """

    def __init__(self, directory: Path, port: int = 0) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port
        self.private_key = directory / "client_key"
        self.known_hosts = directory / "known_hosts"
        self.log = directory / "sshd.log"
        self.user = getpass.getuser()

    @property
    def process_id(self) -> int:
        """The process that listens."""
        return self._process.pid if self._process else 0

    def start(self, forced_command: Sequence[str | Path]) -> None:
        """Listen; every command, scp and sftp session becomes the forced command."""
        if self._process is not None:
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        self._make_key(self.private_key)
        self._make_key(self._host_key)
        known = self.port != 0
        for _attempt in range(5):
            if not known:
                self.port = _free_port()
            if self._try(forced_command):
                break
        else:
            raise WineError(f"sshd does not listen; see {self.log}")
        if not self.known_hosts.exists() or not known:
            self.learn_host_key()

    def stop(self) -> None:
        """End the listener and every session with all that runs in them."""
        if self._process is not None:
            end({*descendants(self._process.pid), self._process.pid})
            self._process.wait()
            self._process = None

    def drop_connections(self) -> None:
        """End every session; the listener stays."""
        if self._process is not None:
            end(descendants(self._process.pid))

    # -- keys -------------------------------------------------------------------------------------

    def learn_host_key(self) -> None:
        """Write the known-hosts file that a client trusts."""
        kind, key = self._host_key.with_suffix(".pub").read_text(encoding="ascii").split()[:2]
        self.known_hosts.write_text(f"[{ADDRESS}]:{self.port} {kind} {key}\n", encoding="ascii")

    def forget_host_key(self) -> None:
        """Empty the known-hosts file: the host is unknown."""
        self.known_hosts.write_text("", encoding="ascii")

    def new_host_key(self) -> None:
        """Make another host key for the next start; the known-hosts file stays as it is."""
        for path in (self._host_key, self._host_key.with_suffix(".pub")):
            path.unlink(missing_ok=True)

    @property
    def _host_key(self) -> Path:
        return self._directory / "host_key"

    @staticmethod
    def _make_key(path: Path) -> None:
        if not path.exists():
            run(program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "winfleet lab", "-f", path)

    # -- the process ------------------------------------------------------------------------------

    def _settings(self, forced_command: Sequence[str | Path]) -> str:
        return "\n".join(
            (
                f"ListenAddress {ADDRESS}",
                f"Port {self.port}",
                f"HostKey {_quoted(self._host_key)}",
                f"AuthorizedKeysFile {_quoted(self.private_key.with_suffix('.pub'))}",
                f"AllowUsers {self.user}",
                "AuthenticationMethods publickey",
                "PermitRootLogin prohibit-password",
                "UsePAM no",
                "StrictModes no",
                "PidFile none",
                "UseDNS no",
                "PrintMotd no",
                "PrintLastLog no",
                "AllowTcpForwarding no",
                "MaxStartups 200",
                "MaxSessions 100",
                f"Subsystem sftp {SUBSYSTEM}",
                f"ForceCommand {shlex.join(str(word) for word in forced_command)}",
                "",
            )
        )

    def _try(self, forced_command: Sequence[str | Path]) -> bool:
        settings = self._directory / "sshd_config"
        settings.write_text(self._settings(forced_command), encoding="utf-8")
        if os.geteuid() == 0:
            # The folder that sshd's privilege separation wants; systemd makes it where it starts sshd.
            _SEPARATION.mkdir(mode=0o755, exist_ok=True)
        # The kernel ends it with the thread that started it: only the main one lives as long as the process.
        guard = confined(dies_with_parent=threading.current_thread() is threading.main_thread())
        self._process = subprocess.Popen(
            [*guard, program("sshd"), "-D", "-f", str(settings), "-E", str(self.log)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((ADDRESS, self.port), timeout=2) as probe:
                if probe.recv(4) == b"SSH-" and self._process.poll() is None:
                    return True
            time.sleep(0.02)
        self.stop()
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])
