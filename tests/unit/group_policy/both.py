# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host with registry and local GPO in memory, runs on it, and judges of how a run left it."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import Review
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.outcome import Outcome
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_ended import (
    Copies,
    Ended,
    Ways,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_plan import GptIniStep
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_run import enforce_both
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import Step
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    TO_DELETE,
    KeyState,
    Observed,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.memory_folder import (
    InMemoryFolder,
    InMemoryGpo,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import (
    Hive,
    applied,
    folded,
    hive_of,
    observed_of,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import wider
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import Raw

Told = t.Sequence[Outcome[t.Any]]


class Broken(BaseException):
    """What a task time-out is: no Exception."""


def under_policy(files: LocalGpoFiles, lab: Lab) -> Observed:
    """Return what a registry would hold if group policy were applied: nothing is, unless gpt.ini lets Windows do it."""
    content = (files.gpt_ini or b"").upper()
    version = re.search(rb"^\s*VERSION\s*=\s*(\d+)", content, re.MULTILINE)
    counts = version is not None and int(version[1]) % 65536 and b"[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}" in content
    return observed_of(applied(files.registry_pol, lab.hive())) if counts else lab.host.state()


class Lab:
    """One host with both places, one connection to each, and what a run on it told.

    Attributes:
        host: The registry.
        gpo: The files.
        channel: The way to the registry.
        folder: The way to the files.
        told: What was told at interruptions.
        kept: What was put away on the control node.
        ended: How the last run ended; None before it and if it was broken off.
        review: What looks at a plan before it is made true, or None.
    """

    def __init__(self, state: Observed, files: LocalGpoFiles) -> None:
        self.host = InMemoryHost(state)
        self.gpo = InMemoryGpo(files)
        self.channel = InMemoryChannel(self.host)
        self.folder = InMemoryFolder(self.gpo)
        self.told: list[Told] = []
        self.kept: list[LocalGpoFiles] = []
        self.ended: Ended | None = None
        self.review: Review | None = None

    def run(self, raw: Raw, *, check_mode: bool = False, suffix: str | None = None) -> Ended:
        self.ended = enforce_both(
            Ways(registry=self.channel, folder=self.folder, pause=lambda dummy: None),
            from_mapping(raw),
            check_mode=check_mode,
            copies=Copies(keep=self.kept.append, check=lambda: None, suffix=suffix),
            interrupted=self.told.append,
            review=self.review,
        )
        return self.ended

    def other_connections(self) -> Lab:
        """Return another control node's view of the same host."""
        other = Lab({}, self.gpo.files)
        other.host, other.gpo = self.host, self.gpo
        other.channel, other.folder = InMemoryChannel(self.host), InMemoryFolder(self.gpo)
        return other

    @property
    def only_closed(self) -> bool:
        """True if the last run wrote the registry first."""
        return self.ended is not None and self.ended.registry.plan.closing and self.ended.local_plan.plan.closing

    def hive(self) -> Hive:
        return hive_of(self.host.state())

    def states(self) -> tuple[Observed, Observed]:
        """Return what the registry holds, and what it would hold if group policy were applied at this moment."""
        return self.host.state(), under_policy(self.gpo.files, self)


def wanted(state: Observed, files: LocalGpoFiles, raw: Raw) -> Lab:
    """Return the host after a run without trouble."""
    lab = Lab(state, files)
    ended = lab.run(raw)
    assert [None, None] == [outcome.failure for outcome in ended.outcomes]
    return lab


class Watch:
    """Looks at a host at every moment of a run, and notes each at which it is wider than before and wanted."""

    def __init__(self, lab: Lab, after: Lab) -> None:
        self._lab = lab
        self.found: list[tuple[str, list[str]]] = []
        self._live = (lab.host.state(), after.host.state())
        self._either = (*lab.states(), *after.states())
        if not after.only_closed:
            # The files may go first, and may be applied before the registry is written.
            self._either += (under_policy(after.gpo.files, lab),)
        self._seen: list[t.Any] = []
        between_writes, between_moves, moved = lab.channel.between, lab.folder.between, lab.gpo.moved
        lab.channel.between = lambda number: (self.look(), between_writes(number))[0]
        lab.folder.between = lambda number: (self.look(), between_moves(number))[0]
        lab.gpo.moved = lambda: (self.look(), moved())[0]

    def look(self) -> None:
        now = (self._lab.hive(), self._lab.gpo.files.registry_pol)
        if now in self._seen:
            return
        self._seen.append(now)
        live, with_policy = self._lab.states()
        for what, who in (("live", wider(live, *self._live)), ("with policy", wider(with_policy, *self._either))):
            if who:
                self.found.append((what, who))


def lies(lab: Lab, outcomes: Told, before: LocalGpoFiles) -> list[str]:
    """Return what two outcomes say about a host that is not so."""
    registry, files = outcomes
    state = lab.host.state()

    def holds(step: Step, side: t.Any) -> bool:
        now = step.current(state)
        return (now and (now.type, now.data)) == (side and (side.type, side.data))

    found = [f"registry made {step.setting}" for step in registry.made if not holds(step, step.after)]
    found += [f"registry restored {step.setting}" for step in registry.restored if not holds(step, step.before)]
    found += [f"registry left {step.setting}" for step in registry.left if holds(step, step.after)]
    found += [f"file made {step.setting}" for step in files.made if not _is_made(lab, step)]
    found += [f"file left {step.setting}" for step in files.left if _is_made(lab, step, strictly=True)]
    found += [f"file restored {step.setting}" for step in files.restored if lab.gpo.files != before]
    told = {id(step) for part in ("made", "restored", "left", "unknown") for step in getattr(files, part)}
    if len(told) < len(files.made) + len(files.restored) + len(files.left) + len(files.unknown):
        found.append("file: one step in two places")
    return found


def _is_made(lab: Lab, step: t.Any, *, strictly: bool = False) -> bool:
    """Return True if the file says what a step wants, by its effect with and without the value."""
    if isinstance(step, GptIniStep):
        content = (lab.gpo.files.gpt_ini or b"").decode("latin-1")
        version = re.search("Version=([0-9]+)", content)
        is_counted = (int(version[1]) if version else 0) % 65536 == step.after["machine_version"]
        return is_counted and step.after["machine_extensions"] in content
    key, name = folded(step.target.key.path), folded(step.target.name)
    name = "SOMEBODY NOBODY KNOWS" if name == "**DELVALS." else name
    mark = (99, b"mark")
    without, with_it = (
        applied(lab.gpo.files.registry_pol, hive).get(key, {}).get(name) for hive in ({}, {key: {name: mark}})
    )
    if step.after is None:
        # What somebody else's instruction deletes is not set, and the file says something about it all the same.
        return without is None and (with_it == mark or not strictly)
    if step.after.data is TO_DELETE:
        return without is None and with_it is None
    expected = hive_of({step.target.key: KeyState.of(step.after)})[key][name]
    return without is not None and without == with_it and _same(without, expected)


def _same(one: tuple[int, bytes], other: tuple[int, bytes]) -> bool:
    # The letter case of a helper who is there already is nobody's wish.
    texts = [folded(data.decode("utf-16-le")) if kind == 1 else data for kind, data in (one, other)]
    return one[0] == other[0] and texts[0] == texts[1]
