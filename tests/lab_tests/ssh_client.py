# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""OpenSSH's clients on a Wine host, without Ansible."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from tests.lab.wine import WineHost

POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
TEMP = r"C:\Windows\Temp"
EXPORT = rf'reg export "{POLICIES}" {TEMP}\ra.reg /y'
MARK = "& if errorlevel 1 (echo RA:1:1) else (echo RA:1:0)"


def write(host: WineHost, name: str, text: str) -> None:
    """Put a text as UTF-16 into the temp folder, behind ssh's back."""
    (host.machine.file(TEMP) / name).write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode("utf-16-le"))


def _options(host: WineHost, port_option: str) -> list[str]:
    variables = host.inventory_vars()
    common = shlex.split(variables["ansible_ssh_common_args"])
    return [*common, "-oBatchMode=yes", "-i", str(host.private_key), port_option, str(host.port)]


def ssh(host: WineHost, line: str | bytes, *options: str, text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a line on a host, with a text as its input."""
    command = ["ssh", *_options(host, "-p"), *options, f"{host.username}@{host.address}", line]
    return subprocess.run(command, input=text, capture_output=True, timeout=60, check=False)


def sftp(host: WineHost, *lines: str) -> subprocess.CompletedProcess[bytes]:
    """Run a batch of sftp."""
    command = ["sftp", *_options(host, "-P"), "-b", "-", f"{host.username}@{host.address}"]
    batch = "".join(f"{line}\n" for line in lines).encode()
    return subprocess.run(command, input=batch, capture_output=True, timeout=60, check=False)


def scp(host: WineHost, source: str | Path, target: str | Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    """Copy a file; a path on the host begins with a colon."""
    ends = [
        f"{host.username}@{host.address}{end}" if str(end).startswith(":") else str(end) for end in (source, target)
    ]
    command = ["scp", *_options(host, "-P"), *options, *ends]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
