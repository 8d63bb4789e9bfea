# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The files of a running lab, and the words spoken over its control socket."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A Unix socket's path may have at most 107 bytes; a lab in a deeper folder is reached through
# the folder's descriptor instead.
_MAX_SOCKET_PATH = 107


class LabError(Exception):
    """The lab cannot do what was asked; the text says why."""


@dataclass(frozen=True, slots=True)
class LabDir:
    """The folder of one lab.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def pid_file(self) -> Path:
        """The file with the background process's id."""
        return self.path / "lab.pid"

    @property
    def log_file(self) -> Path:
        """What the background process says."""
        return self.path / "lab.log"

    @property
    def socket_file(self) -> Path:
        """The control socket."""
        return self.path / "control.sock"

    @property
    def inventory_file(self) -> Path:
        """The inventory."""
        return self.path / "inventory.yml"

    def state_file(self, host: str) -> Path:
        """The registry of a host, kept between runs."""
        return self.path / f"{host}.registry.yml"

    @contextmanager
    def control_socket(self) -> Iterator[tuple[socket.socket, str]]:
        """Give a new Unix socket and the address of the control socket, both while entered."""
        address, folder = str(self.socket_file), None
        if len(os.fsencode(address)) > _MAX_SOCKET_PATH:
            folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            address = f"/proc/self/fd/{folder}/{self.socket_file.name}"
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
                yield control, address
        finally:
            if folder is not None:
                os.close(folder)

    def ask(self, command: str, *, timeout: float = 10.0, **arguments: Any) -> Any:
        """Send one command to the background process and return its answer.

        Raises:
            LabError: No process answers, or it refused the command.
        """
        try:
            with self.control_socket() as (control, address):
                control.settimeout(timeout)
                control.connect(address)
                control.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
                with control.makefile("rb") as reader:
                    line = reader.readline()
        except OSError as error:
            raise LabError(f"no lab runs in {self.path}") from error
        if not line:
            raise LabError(f"the lab in {self.path} ended while it was asked")
        answer = json.loads(line)
        if "error" in answer:
            raise LabError(answer["error"])
        return answer["result"]
