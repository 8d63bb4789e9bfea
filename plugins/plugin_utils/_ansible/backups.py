# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies on the control node of files that are replaced on a host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t
from pathlib import Path

from .._group_policy.ports import GPT_INI, REGISTRY_POL, LocalGpoFiles
from .._registry.errors import HostError

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
        self._folder = Path(folder).expanduser() / _UNFIT.sub("_", host) / f"{now:%Y%m%dT%H%M%S.%fZ}"

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
                copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                copy.write_bytes(content)
            except OSError as error:
                raise HostError(
                    doing=f"keeping a copy on the control node in {self._folder}",
                    reason=f"{error.strerror}; nothing was written to the host",
                    advice="backup_dir names another folder, and backup: false does without copies",
                ) from None
            if str(copy) not in self.files:
                self.files.append(str(copy))
