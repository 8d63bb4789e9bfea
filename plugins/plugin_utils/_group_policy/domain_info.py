# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What a GPO is and says, for those who only want to know.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from .._formats import extension_names
from .._policy.catalogue import CONTROL_PANEL
from .._policy.words import in_words
from .._registry.errors import FormatError, HostError
from .domain_find import foreign, is_unfinished
from .domain_request import GpoFacts, LinkFacts, status_word
from .domain_state import GpoState, link_of, read_state
from .domain_ways import Ways
from .gpo_object import FUNCTIONALITY_VERSION, GpoObject, LinkTarget
from .policy_view import view
from .security import folder_descriptor, same_rights
from .sysvol import GpoFolder


def facts_of(ways: Ways, gpo: GpoObject) -> GpoFacts:
    """Return what a GPO is and says.

    Raises:
        HostError: It cannot be read, or is damaged.
    """
    folder = ways.sysvol.folder(gpo.path)
    state = read_state(gpo, folder)
    words = in_words(view(state.policy))
    words.pop(CONTROL_PANEL)
    targets = ways.directory.targets_of(gpo)
    has_ini = state.gpt_ini is not None
    return GpoFacts(
        guid=gpo.guid,
        name=gpo.name,
        dn=gpo.dn,
        path=gpo.path,
        description=gpo.entry.text("description"),
        status=status_word(gpo.flags),
        is_default=gpo.is_default,
        policies=words,
        links=tuple(_link(target, gpo.dn) for target in targets),
        machine_version=gpo.machine_version,
        user_version=gpo.user_version,
        sysvol_machine_version=state.ini.machine_version if has_ini else None,
        sysvol_user_version=state.ini.user_version if has_ini else None,
        agrees=has_ini and state.ini.version == (gpo.version or 0),
        complete=_is_complete(gpo),
        may_write=gpo.may_write,
        foreign=foreign(ways.directory, state, folder),
        wmi_filter=gpo.entry.text("gPCWQLFilter"),
        folder_rights_agree=_rights_agree(gpo, folder),
        notes=tuple(_notes(ways, state, folder)),
        backup=state.backup(targets),
        figures=ways.figures(),
    )


def _link(target: LinkTarget, dn: str) -> LinkFacts:
    link = link_of(target, dn)
    return LinkFacts(
        target=target.dn,
        kind=target.kind,
        enabled=bool(link.enabled),
        enforced=bool(link.enforced),
        order=link.order or 0,
        may_write=target.may_write,
    )


def _is_complete(gpo: GpoObject) -> bool:
    is_named = extension_names.is_sound(gpo.machine_extensions)
    return is_named and gpo.machine_version > 0 and gpo.functionality_version == FUNCTIONALITY_VERSION


def _rights_agree(gpo: GpoObject, folder: GpoFolder) -> bool | None:
    if gpo.descriptor is None:
        return None
    try:
        held = folder.descriptor()
    except (HostError, FormatError):
        return None
    return None if held is None else same_rights(held, folder_descriptor(gpo.descriptor))


def _notes(ways: Ways, state: GpoState, folder: GpoFolder) -> list[str]:
    gpo, notes = state.gpo, list(ways.directory.client.logon.notes)
    if is_unfinished(ways.directory, state):
        notes.append("its creation was broken off; a run that wants it completes it")
    elif state.gpt_ini is None:
        missing = "gpt.ini is" if folder.exists() else "its folder is"
        notes.append(f"{missing} not in SYSVOL of this domain controller (yet)")
    elif not state.agrees:
        notes.append(
            f"the directory has the machine version {gpo.machine_version}, SYSVOL {state.ini.machine_version}: "
            "a change is still on its way to this controller, or an edit was broken off"
        )
    if gpo.functionality_version != FUNCTIONALITY_VERSION:
        notes.append(f"gPCFunctionalityVersion is {gpo.functionality_version}: clients ignore the GPO")
    return notes
