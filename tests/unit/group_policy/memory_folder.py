# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a local GPO in memory, and a way to them that can be told to misbehave.

It keeps the contract of GroupPolicyFolder: each file is as before or as wanted, gpt.ini goes first, and nothing is
replaced where the host holds something else.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import (
    GPT_INI,
    REGISTRY_POL,
    EditedMeanwhile,
    LocalGpoFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

ROOT = "C:\\Windows\\System32\\GroupPolicy"


class InMemoryGpo:
    """The files of one host; several folders may reach them.

    Attributes:
        files: What the host holds.
        history: Every state that it ever held.
        moved: Called after every move with nothing; a moment at which group policy may be applied.
    """

    def __init__(self, files: LocalGpoFiles) -> None:
        self.files = files
        self.history = [files]
        self.moved: t.Callable[[], None] = lambda: None

    def move(self, **what: bytes | None) -> None:
        self.files = replace(self.files, **what)
        self.history.append(self.files)
        self.moved()


class InMemoryFolder:
    """One connection to the files of an in-memory host.

    Points of trouble are counted from 0 over the life of the folder, one before and one after everything that reads or
    moves: reading, looking before moves, moving gpt.ini, moving Registry.pol, reading back.

    Attributes:
        refused: Points at which Windows refuses.
        lost: Points at which the connection dies.
        dead_from: From this number of reconnects on, no connection comes about any more; None for never.
        between: Called at every point with its number; what it raises comes through.
        replaced: How often replace was called.
    """

    name = "memory"
    left_behind = ()

    def __init__(self, gpo: InMemoryGpo) -> None:
        self.gpo = gpo
        self.points = 0
        self.requests = 0
        self.reconnects = 0
        self.replaced = 0
        self.refused: set[int] = set()
        self.lost: set[int] = set()
        self.dead_from: int | None = None
        self.between: t.Callable[[int], None] = lambda point: None
        self.limits: list[float] = []
        self.closed = False
        self._connected = True

    def read(self) -> LocalGpoFiles:
        self._point("reading")
        found = self.gpo.files
        self._point("reading")
        return found

    def replace(self, before: LocalGpoFiles, after: LocalGpoFiles, *, backup_suffix: str | None) -> tuple[str, ...]:
        self.replaced += 1
        self._point("writing")
        now = self.gpo.files
        for name in ("gpt_ini", "registry_pol"):
            if getattr(now, name) not in (getattr(before, name), getattr(after, name)):
                raise EditedMeanwhile(doing=f"writing {name}", reason="somebody else changed it meanwhile")
        copies, doubt = [], False
        for name, file in (("gpt_ini", GPT_INI), ("registry_pol", REGISTRY_POL)):
            if getattr(now, name) != getattr(after, name):
                self._point("writing", doubt=doubt)
                self.gpo.move(**{name: getattr(after, name)})
                doubt = True
                self._point("writing", doubt=doubt)
                if backup_suffix is not None and getattr(now, name) is not None:
                    copies.append(f"{ROOT}\\{file}{backup_suffix}")
        self._point("reading back", doubt=doubt)
        if self.gpo.files != after:
            raise HostError(doing="reading back", reason="the host does not hold what was written")
        return tuple(copies)

    def reconnect(self) -> None:
        self.reconnects += 1
        self._connected = self.dead_from is None or self.reconnects < self.dead_from

    def limit(self, seconds: float) -> None:
        self.limits.append(seconds)

    def close(self) -> None:
        self.closed = True

    def _point(self, doing: str, *, doubt: bool = False) -> None:
        number, self.points = self.points, self.points + 1
        self.requests += 1
        self.between(number)
        if number in self.lost:
            self._connected = False
        if not self._connected:
            raise HostUnreachable(doing=doing, reason="the connection broke", outcome_unknown=doubt)
        if number in self.refused:
            raise HostError(doing=doing, reason="the host refused", code=5)
