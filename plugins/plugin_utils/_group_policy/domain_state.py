# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""A GPO as it was found, in the directory and in SYSVOL.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from .._formats.gpt_ini import GptIni, parse
from .._formats.registry_pol import PolicyFile, decode
from .._registry.errors import FormatError, HostError
from .directory import Directory
from .domain_request import GpoBackup, LinkRequest
from .gpo_object import GpoObject, LinkTarget
from .ports import GPT_INI, REGISTRY_POL, EditedMeanwhile
from .smb_files import SmbFile
from .sysvol import REDO, GpoFolder

_BACKED_UP: t.Final = (
    "displayName",
    "description",
    "versionNumber",
    "flags",
    "gPCFileSysPath",
    "gPCFunctionalityVersion",
    "gPCMachineExtensionNames",
    "gPCUserExtensionNames",
    "gPCWQLFilter",
)
_REDO_HEAD: t.Final = b"winfleet redo 1 "


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoState:
    r"""What was read at one time.

    Attributes:
        gpo: Its object.
        gpt_ini: Content of ``gpt.ini``; None if there is none.
        registry_pol: Content of ``Machine\Registry.pol``; None if there is none, or none yet.
        redo: Content that an edit which was broken off after its commit wanted to write; None for the usual case.
    """

    gpo: GpoObject
    gpt_ini: bytes | None
    registry_pol: bytes | None
    redo: bytes | None = None

    @property
    def policy(self) -> PolicyFile:
        """What the machine half says, a broken-off edit being finished.

        Raises:
            HostError: It is damaged.
        """
        content = self.redo or self.registry_pol
        try:
            return decode(content) if content else PolicyFile()
        except FormatError as error:
            raise _damaged(rf"{self.gpo.path}\{REGISTRY_POL}", error) from None

    @property
    def ini(self) -> GptIni:
        """What gpt.ini says.

        Raises:
            HostError: It is damaged.
        """
        return parsed_ini(self.gpo, self.gpt_ini)

    @property
    def agrees(self) -> bool:
        """Whether the machine halves of both versions are the same."""
        return self.gpo.machine_version == self.ini.machine_version

    def backup(self, targets: t.Sequence[LinkTarget] | None = None) -> GpoBackup:
        """Return what is put away.

        Args:
            targets: What it is linked to; None if that was not looked at.
        """
        attributes = {name: self.gpo.entry.text(name) for name in _BACKED_UP if self.gpo.entry.values(name)}
        links = None if targets is None else tuple(link_of(target, self.gpo.dn) for target in targets)
        return GpoBackup(
            guid=self.gpo.guid,
            name=self.gpo.name,
            registry_pol=self.registry_pol,
            gpt_ini=self.gpt_ini,
            attributes=attributes,
            links=links,
        )


def parsed_ini(gpo: GpoObject, content: bytes | None) -> GptIni:
    """Return what the gpt.ini of a GPO says.

    Raises:
        HostError: It is damaged.
    """
    try:
        return parse(content)
    except FormatError as error:
        raise _damaged(rf"{gpo.path}\{GPT_INI}", error) from None


def link_of(target: LinkTarget, dn: str) -> LinkRequest:
    """Return a link as it stands."""
    link, order = target.links.find(dn), target.links.order_of(dn)
    return LinkRequest(
        target=target.dn, enabled=bool(link and link.enabled), enforced=bool(link and link.enforced), order=order
    )


def read_state(gpo: GpoObject, folder: GpoFolder, lock: SmbFile | None = None) -> GpoState:
    r"""Read the files that belong to an object.

    Args:
        gpo: The object, just read.
        folder: Its folder.
        lock: ``Machine\Registry.pol`` if it is held against other editors.

    Raises:
        HostError: They cannot be read.
    """
    ini = folder.read(GPT_INI)
    content = folder.read(REGISTRY_POL) if lock is None else lock.read()
    state = GpoState(gpo=gpo, gpt_ini=ini, registry_pol=content or None)
    if state.agrees:
        return state
    redo = unpacked(folder.read(REDO), gpo.machine_version)
    return GpoState(gpo=gpo, gpt_ini=ini, registry_pol=content or None, redo=redo)


def read_gpo_again(directory: Directory, guid: str) -> GpoObject:
    """Return a GPO's object as it is now.

    Raises:
        EditedMeanwhile: It is gone.
    """
    gpo = directory.gpo(guid)
    if gpo is None:
        reason = "it has been deleted meanwhile"
        raise EditedMeanwhile(doing=f"reading the GPO {guid}", reason=reason, advice="Run again")
    return gpo


def packed(content: bytes, machine_version: int) -> bytes:
    """Return the redo file for a content that is committed when the directory has this version."""
    digest = hashlib.sha256(content).hexdigest().encode()
    return _REDO_HEAD + f"{machine_version} ".encode() + digest + b"\n" + content


def unpacked(data: bytes | None, machine_version: int) -> bytes | None:
    """Return the content in a redo file; None if it was never committed, or is not whole."""
    head, newline, content = (data or b"").partition(b"\n")
    wanted = packed(content, machine_version).partition(b"\n")[0]
    return content if newline and head == wanted else None


def _damaged(path: str, error: FormatError) -> HostError:
    reason = f"{error}; nothing was written"
    advice = (
        "Restore the GPO from a backup, or look at the file; if it cannot be repaired, delete it and run this again"
    )
    return HostError(doing=f"reading {path}", reason=reason, advice=advice)
