# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""Paths as Win32-OpenSSH reads them, looked up in a Wine prefix. Standard library only: runs on its own.

The rules (from misc.c of openssh-portable): ``/C:/x``, ``C:/x`` and ``C:\x`` are the
drive's path, ``/x`` lies on the current drive, ``/`` is a root that lists the drives, everything else is relative to
the profile folder. Names compare without regard to case.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path

_DRIVE = re.compile(r"/?([A-Za-z]):(?:/|$)(.*)", re.DOTALL)
# Names that Win32 refuses: ERROR_INVALID_NAME, which the C library reports as ENOENT.
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM[1-9]|LPT[1-9])(?:\.|$)", re.IGNORECASE)


class WinPaths:
    """The drives of one host.

    Args:
        prefix: The Wine prefix.
        home: The profile folder as ``C:/users/name``.
    """

    def __init__(self, prefix: str, home: str) -> None:
        self._drives = Path(prefix) / "dosdevices"
        self.home = home

    def drives(self) -> list[str]:
        """Return the drives: ``C:``, ..."""
        return sorted(entry.name.upper() for entry in self._drives.iterdir() if re.fullmatch("[a-z]:", entry.name))

    def absolute(self, path: str) -> str:
        """Return ``/`` or a path like ``C:/x/y`` without dots."""
        path = path.replace("\\", "/")
        if path == "/":
            return path
        match = _DRIVE.fullmatch(path)
        if match is None:
            base = self.home[:2] if path.startswith("/") else self.home
            match = _DRIVE.fullmatch(f"{base}/{path.lstrip('/')}")
        if match is None:  # cannot be: the base begins with a drive
            raise FileNotFoundError(errno.ENOENT, path)
        names: list[str] = []
        for name in match[2].split("/"):
            if name == "..":
                del names[-1:]
            elif name not in {"", "."}:
                names.append(name)
        return "/".join([f"{match[1].upper()}:", *names])

    def shown(self, path: str) -> str:
        """Return the canonical answer of REALPATH: ``/C:/x/y``."""
        found = self.absolute(path)
        if found == "/":
            return found
        return f"/{found}" if len(found) > len("C:") else f"/{found}/"

    def unix(self, path: str) -> Path:
        """Return the Unix path of a file that may not exist yet; of ``/`` the folder that holds the drives.

        Raises:
            OSError: The name is none that Windows takes, or a folder on the way is missing.
        """
        drive, *names = self.absolute(path).split("/")
        if not drive:
            return self._drives
        here = self._drives / drive.lower()
        if not here.is_dir():
            raise FileNotFoundError(errno.ENOENT, path)
        for name in names:
            # Win32 drops dots and blanks at the end of a name.
            spelled = name.rstrip(". ")
            if not spelled or _FORBIDDEN.search(spelled):
                raise FileNotFoundError(errno.ENOENT, path)
            if _DEVICES.match(spelled):
                raise PermissionError(errno.EACCES, path)
            here /= self._spelling(here, spelled)
        return here

    @staticmethod
    def _spelling(folder: Path, name: str) -> str:
        """Return a name as the folder spells it; a folder that cannot be listed keeps what was asked for."""
        if (folder / name).exists():
            return name
        try:
            entries = [entry.name for entry in folder.iterdir()]
        except OSError:
            return name
        return next((entry for entry in entries if entry.upper() == name.upper()), name)


def split_arguments(line: str) -> list[str]:
    r"""Split a command line as Windows' C library does: blanks separate, ``"`` groups, ``\"`` is a quote."""
    words: list[str] = []
    word, quoted, started, position = "", False, False, 0
    while position < len(line):
        slashes = len(line) - position - len(line[position:].lstrip("\\"))
        position += slashes
        if slashes:
            started = True
        if line[position : position + 1] == '"':
            word += "\\" * (slashes // 2)
            started = True
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
        else:
            word += "\\" * slashes
            character = line[position : position + 1]
            if character in {" ", "\t"} and not quoted:
                words += [word] if started else []
                word, started = "", False
            elif character:
                word, started = word + character, True
        position += 1
    return [*words, word] if started else words
