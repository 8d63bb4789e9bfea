# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""The steps of lines for cmd.exe that look at the files of a local GPO and replace them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

The first line lets the host fill in ``%SystemRoot%`` and tell it: percent signs of variables and of ``for`` must not
meet on a line. A 32-bit cmd.exe would see ``SysWOW64`` under the name ``System32``, where no local GPO lies;
``Sysnative`` exists for such processes only (Microsoft, "File System Redirector").

Replacing is two lines. The first puts the new content beside each file; of a file that shall go, an empty token. In the
second whatever is not as it must be removes all that lies beside, and then there is nothing to move.
"""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass

from .._channels.commands.lines import FAILED, delete, existence, join, proof, tell
from .._registry.errors import HostError
from .ports import GPT_INI, REGISTRY_POL

UNKNOWN_ROOT: t.Final = "%SystemRoot%"
NATIVE: t.Final = "Sysnative"

_SUFFIX: t.Final = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One of the files.

    Attributes:
        label: The beginning of the labels of its markers.
        field: Its name in LocalGpoFiles.
        name: Its path in the folder.
        folders: Label and path below the system folder of each folder on the way to it, the outermost first.
    """

    label: str
    field: str
    name: str
    folders: tuple[tuple[str, str], ...]


_OUTER: t.Final = ("f", "GroupPolicy")
_MACHINE: t.Final = ("m", "GroupPolicy\\Machine")
_GPT: t.Final = Place(label="g", field="gpt_ini", name=GPT_INI, folders=(_OUTER,))
_POL: t.Final = Place(label="r", field="registry_pol", name=REGISTRY_POL, folders=(_OUTER, _MACHINE))

PLACES: t.Final = (_GPT, _POL)
"""In the order in which they are replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class New:
    """What one file is to become.

    Attributes:
        place: Which file.
        sent: The file of ours with the new content; None to remove the file.
        size: How many bytes that has.
        beside: The name in the same folder from which it is moved over; of a file that shall go, a token.
    """

    place: Place
    sent: str | None
    size: int
    beside: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Old:
    """What one file is now.

    Attributes:
        copy: The copy of ours that was compared with what had been read; None if there is no file.
        size: How many bytes it has.
        backup: The name for a copy that stays, or None.
    """

    copy: str | None
    size: int
    backup: str | None


Change = tuple[Old, New]


@dataclass(frozen=True, kw_only=True, slots=True)
class Windows:
    r"""Where the files of Windows are on a host.

    Attributes:
        root: ``C:\Windows``, or UNKNOWN_ROOT.
        system: The name of the folder that holds the local GPO, as the host's cmd.exe sees it.
    """

    root: str = UNKNOWN_ROOT
    system: str = "System32"

    def path(self, name: str) -> str:
        """Return the path of something in the system folder, as it stands on a line."""
        return f"{self.root}\\{self.system}\\{name}"

    def file(self, place: Place) -> str:
        """Return the path of a file, as it stands on a line."""
        return self.path(f"GroupPolicy\\{place.name}")

    def program(self, name: str) -> str:
        """Return the path of a program, which stands in the view of cmd.exe itself."""
        return f"{self.root}\\System32\\{name}.exe"


def checked_suffix(suffix: str) -> str:
    """Return a suffix for backup copies that may stand on a line.

    Raises:
        HostError: It holds something else than ASCII letters, digits, dots, hyphens and underscores, or is too long.
    """
    if not _SUFFIX.fullmatch(suffix):
        raise HostError(doing="naming a backup copy", reason=f"{suffix!r} cannot be the end of a file's name")
    return suffix


def discovery() -> list[str]:
    """Return the steps that tell where Windows is, and whether this is a 32-bit cmd.exe on a 64-bit one."""
    return [tell("root", "SystemRoot"), existence("native", f"{UNKNOWN_ROOT}\\{NATIVE}\\cmd.exe")]


def survey(windows: Windows) -> list[str]:
    """Return the steps that tell which folders are there and can be looked into.

    ``if exist`` says no to what lies in a folder that may not be listed, and listing says no to a folder that is not
    there: only both together tell absent from denied.
    """
    steps = [existence("s", windows.path("cmd.exe"))]
    for label, name in _POL.folders:
        path = windows.path(name)
        steps += [existence(f"{label}.file", path), f'dir /a "{path}" >nul 2>&1 & {proof(label)}']
    return steps


def look(windows: Windows, place: Place, copy: str, *, reasons: bool) -> list[str]:
    """Return the steps that copy a file.

    Args:
        windows: Where Windows is.
        place: Which file.
        copy: The path of the copy.
        reasons: Look for the reason if that fails. ``copy`` finds no hidden file; a copy to ``nul`` shows whether it is
            the reading or the writing that fails.
    """
    path, label = windows.file(place), place.label
    steps = [
        existence(f"{label}.file", path),
        join(f"{label}.copy", [path], copy),
        existence(f"{label}.copy.file", copy),
    ]
    if reasons:
        steps.append(join(f"{label}.read", [path], "nul"))
        steps.append(f'dir /b /a:-h-s "{path}" >nul 2>&1 & {proof(f"{label}.plain")}')
    return steps


def placing(windows: Windows, news: t.Sequence[New]) -> list[str]:
    """Return the steps that put new content beside files, as files of their own with the rights that the folder gives.

    First an empty one: that also works on a full disk, and so tells denied from full. ``md`` fails where there is a
    folder, and otherwise leaves the error level as it was, which ``ver`` clears. Windows' own policy editor hides the
    outer folder too.
    """
    steps = []
    if any(new.sent for new in news):
        outer = windows.path(_OUTER[1])
        hide = f'{windows.program("attrib")} +h "{outer}" >nul 2>&1'
        steps.append(f'ver >nul & md "{outer}" >nul 2>&1 & (if not errorlevel 1 {hide})')
    if any(new.sent and new.place == _POL for new in news):
        steps.append(f'md "{windows.path(_MACHINE[1])}" >nul 2>&1')
    for new in news:
        steps += [f'type nul > "{new.beside}"', existence(f"{new.place.label}.may", new.beside)]
        if new.sent is not None:
            steps += [
                f'copy /b /y "{new.sent}" "{new.beside}" >nul 2>&1 & (if errorlevel 1 del /f /q "{new.beside}")',
                _sized(new.beside, new.size, [new.beside]),
                existence(f"{new.place.label}.put", new.beside),
            ]
    return steps


def replacement(windows: Windows, changes: t.Sequence[Change]) -> list[str]:
    """Return the steps that move new files over old ones, each ``left`` FAILED when it was, and clean up."""
    besides = [new.beside for dummy, new in changes]
    saved = [_saved(windows, old, new, besides) for old, new in changes]
    same = [_unchanged(windows, old, new, besides) for old, new in changes]
    moved = [_moved(windows, old, new, besides) for old, new in changes]
    ended = [delete(f"{new.place.label}.end", new.beside) for dummy, new in changes]
    return [*itertools.chain.from_iterable([*saved, *same, *moved]), *ended]


def _saved(windows: Windows, old: Old, new: New, besides: t.Sequence[str]) -> list[str]:
    """Make the backup copy; one that is there stays, for the line may be run twice when a connection is lost."""
    if old.backup is None:
        return []
    return [
        f'(if not exist "{old.backup}" copy /b /y "{windows.file(new.place)}" "{old.backup}" >nul 2>&1)',
        f'(if not exist "{old.backup}" {_all_gone(besides)})',
        _sized(old.backup, old.size, [*besides, old.backup]),
        existence(f"{new.place.label}.saved", old.backup),
    ]


def _unchanged(windows: Windows, old: Old, new: New, besides: t.Sequence[str]) -> list[str]:
    """Compare with what was read, at the last moment; Wine's fc.exe does nothing and reports success."""
    path, label = windows.file(new.place), f"{new.place.label}.same"
    if old.copy is None:
        return [f'(if exist "{path}" echo RA:{label}:{FAILED})', f'(if exist "{path}" {_all_gone(besides)})']
    compare = f'{windows.program("fc")} /b "{path}" "{old.copy}" >nul 2>&1'
    return [f"{compare} & {proof(label)}& (if errorlevel 1 {_all_gone(besides)})"]


def _moved(windows: Windows, old: Old, new: New, besides: t.Sequence[str]) -> list[str]:
    """Move over or remove; a read-only file can only be replaced when it is no longer read-only."""
    path = windows.file(new.place)
    steps = []
    if old.copy is not None:
        steps.append(f'(if exist "{new.beside}" {windows.program("attrib")} -r "{path}" >nul 2>&1)')
    act = f'del /f /q "{path}"' if new.sent is None else f'move /y "{new.beside}" "{path}"'
    left = path if new.sent is None else new.beside
    return [
        *steps,
        f'(if exist "{new.beside}" {act} >nul 2>&1)',
        existence(f"{new.place.label}.left", left),
        f'(if exist "{left}" {_all_gone(besides)})',
    ]


def _sized(file: str, size: int, doomed: t.Sequence[str]) -> str:
    """Return the step that removes files unless one has this size."""
    # The letter keeps a file that is not there from being a syntax error, which ends the line.
    return f'(for %A in ("{file}") do if not z%~zA==z{size} {_all_gone(doomed)})'


def _all_gone(files: t.Sequence[str]) -> str:
    return " ".join(["del /f /q", *(f'"{file}"' for file in files)])
