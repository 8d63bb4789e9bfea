# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The system's programs that the Wine hosts need, and the helpers that are compiled for them."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

from ..lab_dir import LabError
from ..programs import missing, program

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STATE = ROOT / ".lab" / "wine"
HELPERS = ("cmdrun", "regbridge", "regstub")

_NEEDED = ("wine64", "wineserver64", "sshd", "ssh", "ssh-keygen", "scp", "setpriv", "setarch", "x86_64-w64-mingw32-gcc")


class WineError(LabError):
    """Wine or a program around it did not do its part; the text says what."""


def wine_available() -> str:
    """Return an empty text if Wine hosts can run here, else why not and what to do."""
    absent = missing(_NEEDED)
    return f"NOT TESTED against Wine: {absent}" if absent else ""


@functools.cache
def at_fixed_addresses() -> tuple[str, ...]:
    """Return the words before a command that let Wine's processes start every time.

    A process of Wine needs the page at 0x7ffe0000. Debian's loader is linked at 0x7d000000 and comes without the
    preloader that would reserve the page; Linux puts the heap at random up to 1 GB behind it (measured with 6.18). So
    one start in some thousands finds the page taken and ends with exit code 1 before anything runs, silently with
    WINEDEBUG=-all, as ``virtual_alloc_first_teb`` of Wine 8 does. Without randomization, which all descendants
    inherit, the heap begins right behind the loader and the page is free. A container may forbid that: no words then.
    """
    words = (program("setarch"), "-R")
    refused = subprocess.run([*words, "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode
    return () if refused else words


def confined(*, dies_with_parent: bool = False) -> list[str]:
    """Return the words before a command that belongs to a host.

    They take away root's right to write everywhere: file permissions then hold for root as well, so that a folder can
    be made read-only for the whole host. And they are those of ``at_fixed_addresses``.

    Args:
        dies_with_parent: Ask the kernel to end the command when the starting *thread* ends.
    """
    words = ["--pdeathsig", "TERM"] if dies_with_parent else []
    if os.geteuid() == 0:
        words += ["--bounding-set", "-dac_override,-dac_read_search,-fowner"]
    return [*at_fixed_addresses(), program("setpriv"), *words] if words else [*at_fixed_addresses()]


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
