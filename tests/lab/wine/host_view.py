# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What tests see of a Wine host: its registry, its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .control import Executions
from .machine import WineRegistryView
from .programs import WineError


class WineRegistryOfHost(WineRegistryView):
    """The registry of a host that is reached by ssh; nobody stands before it to deny anything."""

    def deny(self, path: str, *, read: bool = False, write: bool = False) -> None:
        """Refuse: Wine has no access rights, and reg.exe would not ask the lab."""
        raise WineError(f"Wine has no access rights: {path} cannot be denied; see reg_exe")

    def load(self, seed: str | Path | Mapping[str, Any] | None) -> None:
        """Replace everything that is not Wine's own by a seed's content."""
        super().load(seed)
        if any(rights for _path, _values, rights in self.raw.walk()):
            raise WineError("Wine has no access rights: a seed for it cannot deny anything")


@dataclass(frozen=True, kw_only=True, slots=True)
class SshCounters:
    """Figures since the start or the last reset."""

    executions: int
    commands: int
    sftp_sessions: int
    scp_sessions: int
    connections: int

    @classmethod
    def of(cls, executions: Executions) -> SshCounters:
        """Count what was done."""
        kinds = [entry.kind for entry in executions.channels]
        return cls(
            executions=len(kinds),
            commands=kinds.count("exec"),
            sftp_sessions=kinds.count("sftp"),
            scp_sessions=kinds.count("scp"),
            connections=executions.connections,
        )

    def to_dict(self) -> dict[str, int]:
        """Return the figures by name."""
        return asdict(self)
