# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every GPO of a domain that says anything about Remote Assistance, over one connection.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._formats import registry_pol
from .._registry.errors import FormatError, HostError, HostUnreachable
from .directory_options import DirectoryOptions
from .domain_find import find
from .domain_info import facts_of
from .domain_request import Figures, GpoFacts
from .domain_ways import Ways
from .gpo_object import GpoObject
from .policy_view import view
from .ports import REGISTRY_POL

_PATIENCE: t.Final = 5.0
"""Seconds to wait for a file that is being written; who edits keeps it much longer, but lets others read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GposFound:
    """What was read.

    Attributes:
        gpos: The GPOs, in the order of their names.
        unread: One line for each GPO that may say something, and could not be read.
        figures: What it cost.
    """

    gpos: tuple[GpoFacts, ...]
    unread: tuple[str, ...] = ()
    figures: Figures


def read_gpos(options: DirectoryOptions, *, name: str = "", guid: str = "") -> GposFound:
    """Return one GPO, or without name and GUID every one that says anything about Remote Assistance.

    Args:
        options: How to reach the domain.
        name: displayName, or empty.
        guid: GUID, or empty.

    Raises:
        InputError: Two GPOs have this name.
        HostError: The directory cannot be read, or the one that was asked for cannot.
    """
    with Ways(options, lock_timeout=_PATIENCE) as ways:
        if name or guid:
            one = find(ways.directory, name=name, guid=guid)
            gpos = () if one is None else (facts_of(ways, one),)
            return GposFound(gpos=gpos, figures=ways.figures())
        found: list[GpoFacts] = []
        unread = []
        for gpo in ways.directory.gpos():
            try:
                if _says_something(ways, gpo):
                    found.append(facts_of(ways, gpo))
            except HostUnreachable:
                raise
            except HostError as error:
                unread.append(f"the GPO {gpo.name!r} {gpo.guid} cannot be read: {error}")
        return GposFound(gpos=tuple(found), unread=tuple(unread), figures=ways.figures())


def _says_something(ways: Ways, gpo: GpoObject) -> bool:
    """Return whether a GPO's file names a value of the catalogue; a damaged one may do so."""
    content = ways.sysvol.folder(gpo.path).read(REGISTRY_POL)
    try:
        return bool(content) and any(key.by_name for key in view(registry_pol.decode(content or b"")).values())
    except FormatError:
        return True
