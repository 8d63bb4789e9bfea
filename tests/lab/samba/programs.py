# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The system's programs that the file servers need."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ..lab_dir import LabError

ROOT = Path(__file__).resolve().parents[3]
STATE = ROOT / ".lab" / "samba"

_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/sbin")
_NEEDED = ("smbd", "smbpasswd", "smbclient", "setpriv")


class SambaError(LabError):
    """Samba did not do its part; the text says what."""


def program(name: str) -> str:
    """Return the absolute path of a program.

    Raises:
        SambaError: It is not installed.
    """
    path = _find(name)
    if path is None:
        raise SambaError(f"{name} is not installed: run make lab-deps")
    return path


def _find(name: str) -> str | None:
    found = shutil.which(name)
    for folder in _FOLDERS:
        found = found or shutil.which(name, path=folder)
    return found


def samba_available() -> str:
    """Return an empty text if file servers can run here, else why not and what to do."""
    missing = [name for name in _NEEDED if _find(name) is None]
    if missing:
        return f"NOT TESTED against Samba: {', '.join(missing)} not installed; run make lab-deps"
    if os.geteuid() != 0:
        return "NOT TESTED against Samba: smbd needs root, for it takes the identity of each user"
    return ""


def run(*words: str | Path, text: str = "", timeout: float = 30.0) -> str:
    """Run a command to its end and return what it printed.

    Args:
        words: The command.
        text: Its input.
        timeout: Seconds.

    Raises:
        SambaError: It failed.
    """
    command = [str(word) for word in words]
    done = subprocess.run(
        command,
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise SambaError(f"{Path(command[0]).name} ended with {done.returncode}: {output.strip()}")
    return output


def smbclient(*words: str | Path, timeout: float = 30.0) -> str:
    """Run smbclient and return what it printed; its exit code only tells of the last of its commands.

    Raises:
        SambaError: A command failed.
    """
    output = run(program("smbclient"), *words, timeout=timeout)
    if "NT_STATUS_" in output:
        raise SambaError(output.strip())
    return output
