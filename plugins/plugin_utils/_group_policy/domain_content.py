# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What changes in a GPO's content, and which version it gets; nothing here talks to anybody.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._formats import extension_names, registry_pol
from .._policy.declaration import Declaration
from .._policy.targets import needed_reads
from .._registry.errors import FormatError, HostError
from .._registry.model import KeyRead, KeyState, Observed
from .domain_request import DOMAIN_GPO, GPO_VERSION, GpoBackup, GpoChange
from .domain_state import GpoState
from .domain_view import steps_between
from .gpo_object import FUNCTIONALITY_VERSION, GpoObject
from .policy_file import FilePlan, plan_file

_EMPTY: t.Final = KeyState()
_EXTENSIONS: t.Final = "gPCMachineExtensionNames"
_FUNCTIONALITY: t.Final = "gPCFunctionalityVersion"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentPlan:
    """What changes in the machine half of a GPO.

    Attributes:
        state: As it was read.
        file: What Registry.pol says about each value before and after.
        registry_pol: The content that it will have; None if it stays as it is.
        machine_version: The version that both places will have; None if nothing changes.
        attributes: What changes in the directory beside the version.
        change: The change of the version, for results; None if nothing changes.
        healing: What an earlier edit left half done, in words; empty for nothing.
    """

    state: GpoState
    file: FilePlan
    registry_pol: bytes | None
    machine_version: int | None
    attributes: Mapping[str, bytes | None]
    change: GpoChange | None
    healing: str

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be written."""
        return self.machine_version is not None

    @property
    def version(self) -> int:
        """The whole versionNumber that the directory will have."""
        return self.state.gpo.user_version << 16 | (self.machine_version or self.state.gpo.machine_version)


def plan_content(declaration: Declaration, state: GpoState) -> ContentPlan:
    """Return what must change so that clients apply what is declared.

    Args:
        declaration: What the user wants.
        state: What was read.

    Raises:
        HostError: A file or an attribute is damaged; nothing may be written then.
    """
    file = plan_file(declaration, state.policy, layer=DOMAIN_GPO)
    content = _encoded(file) if file.steps else state.redo
    content = None if content == state.registry_pol else content
    healing = "" if state.agrees or not declaration.policies else _half_done(state)
    if content is None and not healing and not _never_applied(declaration, state, file.before):
        return _plan(state, file, None, names=None, healing="")
    wanted = extension_names.with_registry_pair if file.file.entries else extension_names.without_registry_pair
    try:
        names = wanted(state.gpo.machine_extensions)
    except FormatError as error:
        doing = f"changing {_EXTENSIONS} of the GPO {state.gpo.name!r}"
        raise HostError(doing=doing, reason=f"{error}; nothing was written", advice="Repair the attribute") from None
    return _plan(state, file, content, names=names, healing=healing)


def plan_restore(backup: GpoBackup, state: GpoState) -> ContentPlan:
    """Return what must change so that a GPO says again what it said; versions only ever go up.

    Raises:
        HostError: A file is damaged.
    """
    content = backup.registry_pol or registry_pol.encode(registry_pol.PolicyFile())
    try:
        then = registry_pol.decode(content)
    except FormatError as error:
        raise HostError(doing="reading Registry.pol of the backup", reason=str(error)) from None
    try:
        present = state.policy
    except HostError:  # what is damaged is just what is to be replaced
        present = registry_pol.PolicyFile()
    file = steps_between(present, then)
    names = backup.attributes.get(_EXTENSIONS, "")
    is_same = content == (state.registry_pol or registry_pol.encode(registry_pol.PolicyFile())) and not state.redo
    if is_same and state.agrees and names == state.gpo.machine_extensions:
        return _plan(state, file, None, names=None, healing="")
    return _plan(state, file, None if is_same else content, names=names, healing="")


def _plan(state: GpoState, file: FilePlan, content: bytes | None, *, names: str | None, healing: str) -> ContentPlan:
    """Return the plan; without names, nothing changes."""
    gpo = state.gpo
    attributes: dict[str, bytes | None] = {}
    version, change = None, None
    if names is not None:
        version = next_version(gpo.machine_version, state.ini.machine_version)
        if names != gpo.machine_extensions:
            attributes[_EXTENSIONS] = names.encode() or None
        if gpo.functionality_version != FUNCTIONALITY_VERSION:
            attributes[_FUNCTIONALITY] = str(FUNCTIONALITY_VERSION).encode()
        change = _version_change(gpo, version, names)
    return ContentPlan(
        state=state,
        file=file,
        registry_pol=content,
        machine_version=version,
        attributes=attributes,
        change=change,
        healing=healing,
    )


def next_version(*known: int) -> int:
    """Return the machine half after one more edit: none that anybody has seen, and never 0 (MS-GPOL 3.3.4.5)."""
    version = max(known)
    while version in known:
        version = (version + 1) & 0xFFFF or 1
    return version


def _version_change(gpo: GpoObject, version: int, names: str) -> GpoChange:
    old = {"machine_version": gpo.machine_version, "machine_extensions": gpo.machine_extensions}
    new = {"machine_version": version, "machine_extensions": names}
    return GpoChange(setting=GPO_VERSION, before=_line(old), after=_line(new), old=old, new=new)


def _line(words: Mapping[str, t.Any]) -> str:
    return f"machine version {words['machine_version']}, {words['machine_extensions'] or 'no machine extensions'}"


def _encoded(file: FilePlan) -> bytes:
    try:
        return registry_pol.encode(file.file)
    except FormatError as error:
        raise HostError(doing="making Registry.pol", reason=f"{error}; nothing was written") from None


def _half_done(state: GpoState) -> str:
    return (
        f"an earlier edit was left half done: the directory has the machine version {state.gpo.machine_version}, "
        f"SYSVOL {state.ini.machine_version}"
    )


def _never_applied(declaration: Declaration, state: GpoState, says: Observed) -> bool:
    """Return whether clients do not apply what stands in the file and is declared."""
    gpo = state.gpo
    applies = (
        gpo.machine_version > 0
        and extension_names.is_sound(gpo.machine_extensions)
        and gpo.functionality_version == FUNCTIONALITY_VERSION
    )
    return not applies and any(_says(says.get(read.key, _EMPTY), read) for read in needed_reads(declaration))


def _says(state: KeyState, read: KeyRead) -> bool:
    return bool(state.by_name) if read.names is None else any(state.get(name) for name in read.names)
