# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What a run on a domain GPO is asked for, and how it ended.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from .._policy.declaration import Declaration
from .._policy.plan import DELETE, SET, Step
from .._registry.errors import HostError

DOMAIN_GPO: t.Final = "domain_gpo"
"""The layer's word in results."""

GPO: t.Final = "gpo"
GPO_LINKS: t.Final = "gpo.links"
GPO_STATUS: t.Final = "gpo.status"
GPO_DESCRIPTION: t.Final = "gpo.description"
GPO_VERSION: t.Final = "gpt_ini"
"""The setting that stands for version and extension names, in the directory and in gpt.ini."""

Status = t.Literal["all_enabled", "user_disabled", "computer_disabled", "all_disabled"]
STATUS: t.Final[Mapping[str, int]] = {word: bits for bits, word in enumerate(t.get_args(Status))}
"""Words for the lower two bits of the attribute flags (MS-GPOL 2.2.4)."""

NOTHING_DECLARED: t.Final = Declaration(policies=MappingProxyType({}), control_panel=MappingProxyType({}))


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRequest:
    """One link that is to be there.

    Attributes:
        target: Distinguished name of an OU, the domain or a site.
        enabled: Whether it is in force; None keeps what is, a new link is in force.
        enforced: Whether it is enforced; None keeps what is, a new link is not.
        order: Its place, 1 for the highest precedence; None keeps the place, a new link gets the lowest precedence.
    """

    target: str
    enabled: bool | None = None
    enforced: bool | None = None
    order: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinksRequest:
    """What is to become of a GPO's links; what nothing is said about stays.

    Attributes:
        exact: Every link there is to be; None if the list is not meant to be whole.
        add: Links that are to be there too.
        remove: Distinguished names of targets that are not to have one.
    """

    exact: tuple[LinkRequest, ...] | None = None
    add: tuple[LinkRequest, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoBackup:
    r"""What a GPO was before a run changed it, or what is to be put back.

    Attributes:
        guid, name: GUID in braces, displayName.
        registry_pol: Content of ``Machine\Registry.pol``; None if there is none.
        gpt_ini: Content of ``gpt.ini``; None if there is none.
        attributes: Attributes of the object by their LDAP names: text of each value.
        links: The links that were found, with their order; None if the run was not to look at them.
    """

    guid: str
    name: str
    registry_pol: bytes | None = field(repr=False)
    gpt_ini: bytes | None
    attributes: Mapping[str, str]
    links: tuple[LinkRequest, ...] | None = None


Keep = t.Callable[[GpoBackup], None]
"""Puts a backup away on the control node before the first write; may raise HostError, and nothing is written then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoRequest:
    """What a run is to do.

    Attributes:
        name: displayName of the GPO; empty if it is named by its GUID.
        guid: GUID of the GPO, with or without braces; empty if it is named by its name. Given together, a GPO of this
            GUID must have this name, or is created so.
        state: Whether it is to be there.
        declaration: What it is to say; without any policy nothing of its content is managed.
        links: What is to become of its links; None leaves them.
        status: Which sides are off; None leaves it.
        description: Its description; None leaves it, an empty text removes it.
        force: Edit a default GPO, or delete one that holds what nobody here knows.
        verify_helpers: Look the helpers to be entered up in the domain.
        lock_timeout: Seconds to wait for somebody else who edits the GPO.
        restore: What is to be put back, instead of a declaration; its GUID counts. A GPO that is gone is made again.
    """

    name: str = ""
    guid: str = ""
    state: t.Literal["present", "absent"] = "present"
    declaration: Declaration = NOTHING_DECLARED
    links: LinksRequest | None = None
    status: Status | None = None
    description: str | None = None
    force: bool = False
    verify_helpers: bool = False
    lock_timeout: float = 30.0
    restore: GpoBackup | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoChange:
    """A change of a GPO that is no registry value.

    Attributes:
        setting: One of the words GPO...
        before: What was there, in words; None for nothing.
        after: What is there then; None for nothing.
        place: Which of several it is: the target of a link.
        old: What stands in the diff's before; None for the words.
        new: What stands in the diff's after; None for the words.
    """

    setting: str
    before: str | None
    after: str | None
    place: str = ""
    old: t.Any = None
    new: t.Any = None
    layer: str = DOMAIN_GPO

    def to_result(self) -> dict[str, t.Any]:
        """Return this change as plain types; see ``schemas/changes.schema.json``."""
        return {
            "layer": self.layer,
            "setting": self.setting,
            "path": None,
            "type": None,
            "before": self.before,
            "after": self.after,
            "action": SET if self.after is not None else DELETE,
        }


AnyChange = Step | GpoChange


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a run cost, and how it was done.

    Attributes:
        controller, domain: The domain controller, for LDAP and SMB, and the DNS name of the domain.
        ldap_messages, smb_messages: Messages to each, the logon's counted for LDAP only.
        ldap_protocol, ldap_protection: ``kerberos``, ``ntlm`` or ``simple``; ``sealed``, ``signed`` or ``tls``.
        smb_protocol, smb_dialect: Such as ``ntlm`` and ``3.1.1``; empty if SYSVOL was not needed.
        smb_encrypted: Every message to SYSVOL was encrypted, not only signed.
    """

    controller: str
    domain: str
    ldap_messages: int
    smb_messages: int
    ldap_protocol: str
    ldap_protection: str
    smb_protocol: str = ""
    smb_dialect: str = ""
    smb_encrypted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoEnded:
    """How a run ended; in check mode, how it would.

    Attributes:
        guid, name, dn: What identifies it; empty if there is none.
        made: Changes that are made.
        restored: Changes that were made and taken back.
        left: Changes that are still to be made.
        unknown: Changes of which nobody knows whether they were made.
        sides: Before and after of what was made, in words, for the diff.
        notes: What was asked for and is not called for, and what was found and healed.
        warnings: What the user should know.
        version: The machine half of the GPO's version afterwards; None if there is no GPO.
        figures: What it cost.
        failure: Why the run failed, or None.
    """

    guid: str
    name: str
    dn: str
    made: tuple[AnyChange, ...] = ()
    restored: tuple[AnyChange, ...] = ()
    left: tuple[AnyChange, ...] = ()
    unknown: tuple[AnyChange, ...] = ()
    sides: Mapping[str, Mapping[str, t.Any]]
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    version: int | None = None
    figures: Figures
    failure: HostError | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was, or may have been, changed."""
        return bool(self.made or self.unknown)

    def changes(self) -> list[dict[str, t.Any]]:
        """Return what was made as plain types; see ``schemas/changes.schema.json``."""
        return listed(self.made)


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkFacts:
    """One link as it stands.

    Attributes:
        target: Distinguished name of what the GPO is linked to.
        kind: ``ou``, ``domain`` or ``site``.
        enabled, enforced, order: As in LinkRequest.
        may_write: The account may change it.
    """

    target: str
    kind: str
    enabled: bool
    enforced: bool
    order: int
    may_write: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoFacts:
    r"""What a GPO is and says.

    Attributes:
        guid, name, dn, path, description: What identifies it; the path is gPCFileSysPath.
        status, is_default: Which sides are off; whether it is one of the two GPOs that every domain has.
        policies: What it says, in the declaration's words.
        links: Where it is linked.
        machine_version, user_version: The halves of the version in the directory.
        sysvol_machine_version, sysvol_user_version: Those of the version in gpt.ini; None if there is none.
        agrees: Directory and SYSVOL have the same version.
        complete: Clients apply the policies: extension named, in order, version not 0, functionality version 2.
        may_write: The account may change it in the directory.
        foreign: What it holds beside what the catalogue names, one line each; this keeps it from being deleted.
        wmi_filter: gPCWQLFilter, or empty.
        folder_rights_agree: The folder in SYSVOL has the rights that follow from the object's; None if unknown.
        notes: What is not as it should be.
        backup: Everything that a run would back up.
        figures: What it cost to read.
    """

    guid: str
    name: str
    dn: str
    path: str
    description: str
    status: str
    is_default: bool
    policies: Mapping[str, t.Any]
    links: tuple[LinkFacts, ...]
    machine_version: int
    user_version: int
    sysvol_machine_version: int | None
    sysvol_user_version: int | None
    agrees: bool
    complete: bool
    may_write: bool
    foreign: tuple[str, ...]
    wmi_filter: str
    folder_rights_agree: bool | None
    notes: tuple[str, ...]
    backup: GpoBackup
    figures: Figures


def listed(changes: Sequence[AnyChange]) -> list[dict[str, t.Any]]:
    """Return changes as plain types; see ``schemas/changes.schema.json``."""
    return [change.to_result() for change in changes]


def status_word(flags: int) -> str:
    """Return the word for the attribute flags; other bits have no meaning."""
    return next(word for word, bits in STATUS.items() if bits == flags & 3)
