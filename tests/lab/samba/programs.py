# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The system's programs that the file servers need."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ..lab_dir import LabError
from ..programs import missing, program

ROOT = Path(__file__).resolve().parents[3]
STATE = ROOT / ".lab" / "samba"

_NEEDED = ("smbd", "smbpasswd", "smbclient", "setpriv")


class SambaError(LabError):
    """Samba did not do its part; the text says what."""


def samba_available() -> str:
    """Return an empty text if file servers can run here, else why not and what to do."""
    if absent := missing(_NEEDED):
        return f"NOT TESTED against Samba: {absent}"
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
