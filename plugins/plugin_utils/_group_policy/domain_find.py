# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""Finding one GPO, what it holds that nobody here knows, and whether it is whole.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import typing as t

try:
    import sansldap
except ImportError:  # said at use, see ldap_conversation
    sansldap = None

from .._formats import extension_names, registry_pol
from .._registry.errors import FormatError, HostError, InputError, Problem
from .directory import Directory
from .distinguished_name import normal
from .domain_state import GpoState
from .domain_view import foreign_entries
from .gpo_object import FUNCTIONALITY_VERSION, GpoObject, canonical_guid
from .ldap_query import Entry
from .ports import GPT_INI, REGISTRY_POL
from .sysvol import REDO, GpoFolder

USER_POL: t.Final = r"User\Registry.pol"
_OURS: t.Final = frozenset(name.lower() for name in (GPT_INI, REGISTRY_POL, REDO))
_FIRST_OF_GROUP: t.Final = re.compile(r"\[\s*(\{[0-9A-Fa-f-]{36}\})")


def find(directory: Directory, *, name: str, guid: str) -> GpoObject | None:
    """Return a GPO, or None if there is none.

    Args:
        directory: The directory.
        name: displayName; empty if the GUID alone counts.
        guid: GUID; empty if the name counts.

    Raises:
        InputError: Two have this name, or the one of this GUID has another name.
    """
    if guid:
        gpo = directory.gpo(guid)
        if gpo is not None and name and gpo.name.casefold() != name.casefold():
            expected = f"the GPO {canonical_guid(guid)} has the name {gpo.name!r}"
            raise InputError([Problem(path="name", value=repr(name), expected=expected)])
        return gpo
    found = directory.gpos_named(name)
    if len(found) > 1:
        guids = ", ".join(gpo.guid for gpo in found)
        expected = f"{len(found)} GPOs have this name, give the guid of one of them: {guids}"
        raise InputError([Problem(path="name", value=repr(name), expected=expected)])
    return found[0] if found else None


def virtual(directory: Directory, guid: str, name: str) -> GpoObject:
    """Return the GPO that is going to be created."""
    domain, dn = directory.facts.domain, directory.gpo_dn(guid)
    return GpoObject(
        dn=dn,
        guid=canonical_guid(guid),
        name=name,
        version=0,
        flags=0,
        path=rf"\\{domain}\sysvol\{domain}\Policies\{canonical_guid(guid)}",
        functionality_version=FUNCTIONALITY_VERSION,
        machine_extensions="",
        user_extensions="",
        descriptor=None,
        may_write=True,
        entry=Entry(dn=dn, attributes={}),
    )


def is_unfinished(directory: Directory, state: GpoState) -> bool:
    """Return whether a creation was broken off before the GPO was whole; nobody has edited such a one yet."""
    if state.gpo.version:
        return False
    if not state.gpt_ini:
        return True
    return {"machine", "user"} - {child.lower() for child in directory.children(state.gpo)} != set()


def require_same_age(directory: Directory, state: GpoState, folder: GpoFolder) -> None:
    """Refuse to edit a GPO of which this controller may have the older half only.

    Raises:
        HostError: Files or a part of them may still be on their way here.
    """
    gpo = state.gpo
    advice = (
        "Directory and SYSVOL replicate separately: wait, or leave server out to use the PDC emulator. If it stays so, "
        "restore the GPO from a backup; force: true writes without what may be missing"
    )
    if gpo.version and state.gpt_ini is None:
        missing = "gpt.ini is" if folder.exists() else "the folder is"
        reason = f"the directory has the GPO with version {gpo.version}, but {missing} not in SYSVOL (yet)"
        raise HostError(doing=f"reading {folder.unc}", reason=reason, advice=advice)
    if not state.agrees and directory.pdc().lower() != directory.facts.host.lower():
        reason = (
            f"the directory has the machine version {gpo.machine_version}, SYSVOL {state.ini.machine_version}: "
            "a change is still on its way to this controller, or an edit was broken off"
        )
        raise HostError(doing=f"reading {folder.unc}", reason=reason, advice=advice)


def foreign(directory: Directory, state: GpoState, folder: GpoFolder) -> tuple[str, ...]:
    """Return what a GPO holds beside what the catalogue names, one line each.

    Raises:
        HostError: It cannot be read.
    """
    lines = [f"{REGISTRY_POL}: {entry}" for entry in foreign_entries(state.policy)]
    lines += [f"computer extension {guid}" for guid in _extensions(state.gpo.machine_extensions)]
    lines += [f"user extension {guid}" for guid in _extensions(state.gpo.user_extensions, own=False)]
    for item in folder.everything():
        if item.is_folder or item.path.lower() in _OURS:
            continue
        if item.path.lower() == USER_POL.lower():
            lines += _user_side(folder.read(USER_POL))
        else:
            lines.append(f"file {item.path}")
    lines += [f"object {dn}" for dn in _objects(directory, state.gpo)]
    return tuple(lines)


def _extensions(names: str, *, own: bool = True) -> list[str]:
    found = [guid.upper() for guid in _FIRST_OF_GROUP.findall(names)]
    if names.strip() and not found:
        return [repr(names)]
    return [guid for guid in found if not (own and guid == extension_names.REGISTRY)]


def _user_side(content: bytes | None) -> list[str]:
    try:
        entries = registry_pol.decode(content).entries if content else ()
    except FormatError as error:
        return [f"{USER_POL}: {error}"]
    return [f"{USER_POL}: {entry.key}\\{entry.value_name or ''}" for entry in entries]


def _objects(directory: Directory, gpo: GpoObject) -> list[str]:
    """Return what is below the object beside its two halves."""
    found = directory.client.search(gpo.dn, sansldap.FilterPresent("objectClass"), ("cn",))
    known = {normal(dn) for dn in (gpo.dn, f"CN=Machine,{gpo.dn}", f"CN=User,{gpo.dn}")}
    return [entry.dn for entry in found if normal(entry.dn) not in known]
