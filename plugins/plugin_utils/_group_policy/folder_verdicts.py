# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What the markers of the lines about a local GPO mean.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t

from .._channels.commands.lines import Answer
from .._registry.errors import AccessDenied, HostError
from .folder_lines import NATIVE, Change, New, Place, Windows
from .ports import EditedMeanwhile

READING: t.Final = "reading the local GPO"
WRITING: t.Final = "writing the local GPO"
_ADMINISTRATOR: t.Final = "The account must be a member of the host's Administrators"
_ROOM: t.Final = "Look whether there is room on the disk of Windows"
_ROOT: t.Final = re.compile(rb"[A-Za-z]:(?:\\[A-Za-z0-9 ._()~-]+)+")


def windows_of(answer: Answer) -> Windows:
    """Return where Windows is on a host.

    Raises:
        HostError: Its folder has a name that cannot stand on a line.
    """
    told, native = answer.texts.get("root", b""), answer.said("native")
    if native is None:
        raise cut_off(READING)
    if not _ROOT.fullmatch(told):
        raise HostError(doing=READING, reason="the folder of Windows has a name that cannot stand on a command line")
    return Windows(root=told.decode("ascii"), system=NATIVE if native else "System32")


def is_there(answer: Answer, place: Place, *, temp_dir: str) -> bool:
    """Return True if a file is there and was copied, False if it is absent.

    Raises:
        AccessDenied: It may not be read, or its folder may not be looked into.
        HostError: It cannot be read for another reason.
    """
    doing = f"reading {place.name} of the local GPO"
    labels = [place.label, *(label for label, dummy in place.folders)]
    if None in [answer.said("s"), *(answer.file_exists(label) for label in labels)]:
        raise cut_off(doing)
    if answer.file_exists(place.label):
        if answer.said(f"{place.label}.copy") and answer.file_exists(f"{place.label}.copy"):
            return True
        raise _not_copied(answer, place, doing, temp_dir)
    if not answer.said("s"):
        raise AccessDenied(doing=doing, reason="the account may not look into Windows' system folder")
    for label, name in place.folders:
        if not answer.file_exists(label):
            return False
        listed = answer.said(label)
        if listed is None:
            raise cut_off(doing)
        if not listed:
            raise AccessDenied(
                doing=doing, reason=f"the account may not look into the folder {name}", advice=_ADMINISTRATOR
            )
    return False


def unprepared(answer: Answer, news: t.Sequence[New]) -> HostError | None:
    """Return why new content could not be put beside files, or None."""
    for new in news:
        may, put = answer.said(f"{new.place.label}.may"), answer.said(f"{new.place.label}.put")
        if may is None or (put is None and new.sent is not None):
            return cut_off(WRITING)
        if not may:
            return AccessDenied(
                doing=WRITING,
                reason=f"the account may not make files in the folder of {new.place.name}",
                advice=_ADMINISTRATOR,
            )
        if put is False:
            return HostError(
                doing=WRITING, reason=f"the new {new.place.name} cannot be put beside the old one", advice=_ROOM
            )
    return None


def not_replaced(answer: Answer, changes: t.Sequence[Change]) -> HostError | None:
    """Return what kept files from being replaced, or None if nothing did."""
    left = [answer.said(f"{new.place.label}.left") for dummy, new in changes]
    if None in left:
        return cut_off(WRITING)
    for old, new in changes:
        if old.backup is not None and answer.said(f"{new.place.label}.saved") is False:
            return HostError(doing=WRITING, reason=f"a backup copy of {new.place.name} cannot be made", advice=_ROOM)
        if answer.said(f"{new.place.label}.same") is False:
            return edited(new.place)
    stuck = next((new.place.name for (dummy, new), stays in zip(changes, left, strict=True) if stays), None)
    if stuck is None:
        return None
    return HostError(
        doing=WRITING,
        reason=f"{stuck} cannot be replaced: a program holds it open, or the account may not replace it",
        advice=f"Run it again. {_ADMINISTRATOR}",
    )


def edited(place: Place) -> EditedMeanwhile:
    """Return the error for a file that somebody else changed."""
    return EditedMeanwhile(
        doing=WRITING,
        reason=f"somebody else has just changed {place.name}; it was left as it is",
        advice="Run it again; it will start from what is there now",
    )


def cut_off(doing: str) -> HostError:
    """Return the error for an answer in which markers are missing."""
    return HostError(doing=doing, reason="the answer of the host is cut off: not every step of the command reported")


def _not_copied(answer: Answer, place: Place, doing: str, temp_dir: str) -> HostError:
    readable = answer.said(f"{place.label}.read")
    if readable is None:
        return HostError(doing=doing, reason=f"the file cannot be copied to {temp_dir}")
    if readable:
        return HostError(
            doing=doing,
            reason=f"the file can be read, and cannot be copied to {temp_dir}: the folder is missing, the account may "
            "not write to it, or its disk is full",
            advice="temp_dir names another folder",
        )
    if answer.said(f"{place.label}.plain") is False:
        return HostError(
            doing=doing,
            reason="the file is hidden or a system file",
            advice="Take these attributes from it on the host (attrib -h -s)",
        )
    return AccessDenied(
        doing=doing,
        reason="the account may not read the file, or a program has locked it",
        advice=_ADMINISTRATOR,
    )
