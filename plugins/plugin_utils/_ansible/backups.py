# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies on the control node of files that are replaced on a host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import typing as t
from pathlib import Path

from .._group_policy.ports import GPT_INI, REGISTRY_POL, LocalGpoFiles
from .._policy.declaration import shown_input
from .._registry.errors import HostError, InputError, Problem

# Of a host's name what every file system takes.
_UNFIT: t.Final = re.compile(r"[^A-Za-z0-9._@-]")


class Backups:
    """The copies of one run on one host.

    Args:
        folder: Where they go; it is made where needed.
        host: The name of the host in the inventory.

    Attributes:
        suffix: What is put behind the names of copies on the host: ``.`` and the time in UTC.
        files: The copies made on the control node, as absolute paths.
    """

    def __init__(self, folder: str, host: str) -> None:
        now = dt.datetime.now(tz=dt.UTC)
        self.suffix = f".{now:%Y%m%dT%H%M%S.%fZ}.bak"
        self.files: list[str] = []
        self._folder = Path(_expanded(folder)) / _UNFIT.sub("_", host) / f"{now:%Y%m%dT%H%M%S.%fZ}"

    def check(self) -> None:
        """Find out without making anything whether copies can be kept.

        Raises:
            HostError: They cannot.
        """
        there = next(
            folder for folder in (self._folder.absolute(), *self._folder.absolute().parents) if folder.exists()
        )
        if not there.is_dir():
            raise self._refused(f"{there} is no folder")
        if not os.access(there, os.W_OK | os.X_OK):
            raise self._refused(f"{there} is not writable")

    def keep(self, files: LocalGpoFiles) -> None:
        """Write a copy of each file that is there.

        Raises:
            HostError: It cannot be written.
        """
        for name, content in ((REGISTRY_POL, files.registry_pol), (GPT_INI, files.gpt_ini)):
            if content is None:
                continue
            copy = self._folder.absolute().joinpath(*name.split("\\"))
            try:
                _make_folder(copy.parent)
                copy.write_bytes(content)
            except OSError as error:
                raise self._refused(str(error.strerror)) from None
            if str(copy) not in self.files:
                self.files.append(str(copy))

    def _refused(self, reason: str) -> HostError:
        return HostError(
            doing=f"keeping a copy on the control node in {self._folder}",
            reason=reason,
            advice="backup_dir names another folder, and backup: false does without copies",
        )


def _expanded(folder: str) -> str:
    """Return the folder with ``~`` resolved; raises InputError for a user that does not exist."""
    expanded = os.path.expanduser(folder)  # noqa: PTH111  pathlib's raises RuntimeError
    if expanded.startswith("~"):
        raise InputError(
            [
                Problem(
                    path="backup_dir",
                    value=shown_input(folder),
                    expected="expected a user of the control node behind ~",
                )
            ]
        )
    return expanded


def _make_folder(folder: Path) -> None:
    """Make a folder and all that are missing above it, for this user alone: policies are nobody else's affair."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(mode=0o700)
