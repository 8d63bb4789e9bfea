# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The system's programs that the Wine hosts need, and the helpers that are compiled for them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from ..lab_dir import LabError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STATE = ROOT / ".lab" / "wine"
HELPERS = ("cmdrun", "regbridge", "regstub")

# Debian keeps the loader and the server out of PATH; its wrappers add options that hang pipes (measured with Wine 8).
_FOLDERS = ("/usr/lib/wine", "/usr/lib64/wine", "/usr/sbin", "/usr/local/sbin", "/sbin")
_NEEDED = ("wine64", "wineserver64", "sshd", "ssh", "ssh-keygen", "scp", "setpriv", "x86_64-w64-mingw32-gcc")


class WineError(LabError):
    """Wine or a program around it did not do its part; the text says what."""


def program(name: str) -> str:
    """Return the absolute path of a program.

    Raises:
        WineError: It is not installed.
    """
    path = _find(name)
    if path is None:
        raise WineError(f"{name} is not installed: run make lab-deps")
    return path


def _find(name: str) -> str | None:
    found = shutil.which(name)
    for folder in _FOLDERS:
        found = found or shutil.which(name, path=folder)
    return found


def wine_available() -> str:
    """Return an empty text if Wine hosts can run here, else why not and what to do."""
    missing = [name for name in _NEEDED if _find(name) is None]
    if not missing:
        return ""
    return f"NOT TESTED against Wine: {', '.join(missing)} not installed; run make lab-deps"


def confined(*, dies_with_parent: bool = False) -> list[str]:
    """Return the words before a command that take away root's right to write everywhere.

    File permissions then hold for root as well, so that a folder can be made read-only for the whole host.

    Args:
        dies_with_parent: Ask the kernel to end the command when the starting *thread* ends.
    """
    words = [program("setpriv")]
    words += ["--pdeathsig", "TERM"] if dies_with_parent else []
    if os.geteuid() == 0:
        return [*words, "--bounding-set", "-dac_override,-dac_read_search,-fowner"]
    return words if dies_with_parent else []


def run(*words: str | Path, environment: dict[str, str] | None = None, timeout: float = 60.0) -> str:
    """Run a command to its end, without input, and return what it printed.

    Raises:
        WineError: It failed.
    """
    command = [str(word) for word in words]
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        timeout=timeout,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        raise WineError(f"{' '.join(command)} ended with {done.returncode}: {output.strip()}")
    return output


def compile_helpers(folder: Path) -> None:
    """Compile the C helpers into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    compiler = program("x86_64-w64-mingw32-gcc")
    for name in HELPERS:
        target, source = folder / f"{name}.exe", HERE / f"{name}.c"
        run(compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-s", "-o", target, source)
