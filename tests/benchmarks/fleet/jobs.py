# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The jobs that are compared, as playbooks; ours is the one that users run."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# It mounts the collection.
importlib.import_module("tests.unit.conftest")

ROOT = Path(__file__).resolve().parents[3]
_POLICY = "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy"
_KEY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
_FIREWALL = "remote_assistance_firewall"
# In the folder "action" beside this file.
_PYWINRM = "messages_by_pywinrm"
_MESSAGES = 7
_PREFERENCES = r"HKLM:\SYSTEM\CurrentControlSet\Control\Remote Assistance"


@dataclass(frozen=True, kw_only=True)
class Job:
    """One thing to measure.

    Attributes:
        letter: Its short name.
        name: Its name in tables.
        seed: What the hosts hold before.
        arguments: Further arguments of ansible-playbook.
        plays: The plays, or None for ``disable_ra.yml`` as it is.
        lower_bound: The hosts answer sooner than a real one could.
    """

    letter: str
    name: str
    seed: str = "compliant_server"
    arguments: tuple[str, ...] = ()
    plays: tuple[dict[str, Any], ...] | None = None
    lower_bound: bool = False

    def playbook(self, folder: Path) -> Path:
        """Return the playbook, written into a folder if it is one of the benchmark's own."""
        if self.plays is None:
            return ROOT / "playbooks" / "disable_ra.yml"
        path = folder / f"job_{self.letter}.yml"
        path.write_text(yaml.safe_dump(list(self.plays)), encoding="utf-8")
        return path


def _plays(*tasks: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return plays of the same form as disable_ra.yml: one on localhost, one on the hosts."""
    first = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    return first | {"tasks": [{"ansible.builtin.debug": None}]}, {
        "hosts": "windows",
        "gather_facts": False,
        "tasks": list(tasks),
    }


def _value(key: str, name: str, kind: str = "dword", data: Any = 0) -> dict[str, Any]:
    return {"path": key, "name": name, "type": kind, "data": data}


def covered_values() -> list[dict[str, Any]]:
    """Return every value that a declaration can name, helpers aside, as win_regedit takes it."""
    catalogue = importlib.import_module(f"{_POLICY}.catalogue")
    found = []
    for policy in catalogue.POLICIES:
        found.append(_value(_KEY, policy.switch))
        for setting in policy.options:
            text = isinstance(setting.kind, type(catalogue.MESSAGE))
            found.append(_value(_KEY, setting.value_name, *(("string", "text") if text else ())))
    return found + [_value(_PREFERENCES, setting.value_name) for setting in catalogue.PREFERENCES]


def jobs() -> tuple[Job, ...]:
    """Return the jobs in the order of the table."""
    two = [_value(_KEY, name) for name in ("fAllowUnsolicited", "fAllowToGetHelp")]
    every = covered_values()
    looped = {
        "ansible.windows.win_regedit": {name: f"{{{{ item.{name} }}}}" for name in every[0]},
        "loop": every,
    }
    return (
        Job(letter="a", name="a task that does nothing (`debug`)", plays=_plays({"ansible.builtin.debug": None})),
        Job(letter="b", name="`disable_ra.yml --check`, compliant", arguments=("--check",)),
        Job(letter="c", name="`disable_ra.yml`, everything on before", seed="domain_member"),
        Job(
            letter="d",
            name="2 tasks `win_regedit`",
            plays=_plays(*({"ansible.windows.win_regedit": value} for value in two)),
            lower_bound=True,
        ),
        Job(letter="e", name=f"`win_regedit` over {len(every)} values (loop)", plays=_plays(looped), lower_bound=True),
        Job(letter="f", name="(b) without the firewall", arguments=("--check", "-e", f"{_FIREWALL}=unmanaged")),
        Job(letter="g", name="the messages of (b), pywinrm alone", plays=_plays({_PYWINRM: {"messages": _MESSAGES}})),
    )
