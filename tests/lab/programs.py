# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The system's programs that hosts of the lab are made of."""

from __future__ import annotations

import shutil

from .lab_dir import LabError

# Where distributions keep what users do not start by hand; Wine's loader and server are there because Debian's
# wrappers in PATH add options that hang pipes (measured with Wine 8).
FOLDERS = ("/usr/lib/wine", "/usr/lib64/wine", "/usr/sbin", "/usr/local/sbin", "/sbin")


def find(name: str) -> str | None:
    """Return the absolute path of a program, or None if it is not installed."""
    found = shutil.which(name)
    for folder in FOLDERS:
        found = found or shutil.which(name, path=folder)
    return found


def program(name: str) -> str:
    """Return the absolute path of a program.

    Raises:
        LabError: It is not installed.
    """
    path = find(name)
    if path is None:
        raise LabError(f"{name} is not installed: run make lab-deps")
    return path


def missing(names: tuple[str, ...]) -> str:
    """Return which of these programs are not installed, in words; an empty text if all are there."""
    absent = [name for name in names if find(name) is None]
    return f"{', '.join(absent)} not installed; run make lab-deps" if absent else ""
