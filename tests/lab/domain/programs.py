# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The system's programs that the domain controller needs, and its namespaces."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ..lab_dir import LabError
from ..programs import find, program

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STATE = ROOT / ".lab" / "domain"
# Where a controller finds its state: the same path in every namespace, so that a template can be copied as it is.
RUN = Path("/run/samba")
DC = RUN / "dc"

# Samba's Python modules are for the system's own interpreter only.
SYSTEM_PYTHON = Path("/usr/bin/python3")
_NEEDED = ("samba", "smbd", "winbindd", "samba-tool", "smbclient", "kinit", "ldbadd", "unshare", "nsenter", "setpriv")


class DomainError(LabError):
    """Samba or a program around it did not do its part; the text says what."""


@cache
def domain_available() -> str:
    """Return an empty text if a domain controller can run here, else why not and what to do."""
    head = "NOT TESTED against a Samba domain controller: "
    missing = [name for name in _NEEDED if find(name) is None]
    if not SYSTEM_PYTHON.exists() or not Path("/usr/share/samba/setup").is_dir():
        missing.append("python3-samba and samba-ad-provision")
    if missing:
        return f"{head}{', '.join(missing)} not installed; run make lab-deps"
    if os.geteuid() != 0:
        return f"{head}it needs root for ports below 1024 and namespaces of its own"
    probe = subprocess.run([*unshared(), "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if probe.returncode:
        return f"{head}no namespaces of its own here: {probe.stderr.decode(errors='replace').strip()}"
    return ""


def unshared(*, dies_with_parent: bool = False) -> list[str]:
    """Return the words before a command that give it namespaces of its own; its end ends all that it started.

    Args:
        dies_with_parent: Ask the kernel to end it when the starting *thread* ends.
    """
    guard = [program("setpriv"), "--pdeathsig", "KILL"] if dies_with_parent else []
    words = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
    return [*guard, program("unshare"), *words]


def with_state(state: Path, words: Sequence[str | Path], files: Mapping[str, Path] | None = None) -> list[str]:
    """Return the command that sees a folder as Samba's state, and files in the place of the system's own.

    Args:
        state: The folder.
        words: The command.
        files: System's path to the file that hides it; a path that does not exist there is left out.
    """
    lines = [
        "set -e",
        "umask 022",
        f"mkdir -p {RUN}",
        f"mount -t tmpfs -o mode=755 tmpfs {RUN}",
        f"mkdir {DC}",
        f"mount --bind {shlex.quote(str(state))} {DC}",
    ]
    for there, here in (files or {}).items():
        lines.append(f"[ ! -e {there} ] || mount --bind {shlex.quote(str(here))} {there}")
    lines.append("exec " + shlex.join(str(word) for word in words))
    return ["/bin/sh", "-c", "\n".join(lines)]


def run(
    *words: str | Path,
    environment: Mapping[str, str] | None = None,
    timeout: float = 120.0,
    text: str = "",
) -> str:
    """Run a command to its end and return what it printed.

    Raises:
        DomainError: It failed.
    """
    command = [str(word) for word in words]
    done = subprocess.run(
        command,
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
        timeout=timeout,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise DomainError(f"{shlex.join(command)} ended with {done.returncode}: {output.strip()}")
    return output
