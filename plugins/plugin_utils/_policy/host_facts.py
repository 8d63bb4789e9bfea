# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a host beside the managed values: who sends policies to it, and what it is.

Plain data without any judgement. Whatever could not be read is ``Unread`` with the reason: it is never taken for
"there is nothing".

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from .._registry.model import Observed, RegistryValue

LOCAL_GPO: t.Final = "LocalGPO"
"""What Windows calls the local GPO where a domain GPO has its name in the directory; its display name is translated."""

CLIENT: t.Final = "client"
SERVER: t.Final = "server"
DOMAIN_CONTROLLER: t.Final = "domain_controller"

WINDOWS_FOLDER: t.Final = "C:\\Windows"

FINISHED: t.Final = "finished"
STARTED: t.Final = "started"
MISSING: t.Final = "missing"
TURNED_OFF: t.Final = "disabled"
FAILED: t.Final = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Stands for a fact that could not be read.

    Attributes:
        why: The reason in words.
    """

    why: str

    def __str__(self) -> str:
        return f"unknown: {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRow:
    """One value that a GPO sent to the host (RSOP_RegistryPolicySetting).

    Attributes:
        precedence: 1 for what was applied, more for what lost to another GPO.
        gpo: The GPO: its GUID in braces and capitals, or LOCAL_GPO.
        linked_at: The distinguished name of the container that the GPO is linked to; empty for the local GPO.
        key: The key below HKLM, in the letter case of whoever made the GPO.
        name: The value name.
        value: The value, or None where the GPO deletes it.
        created: When the row was written, or None.
    """

    precedence: int
    gpo: str
    linked_at: str = ""
    key: str
    name: str
    value: RegistryValue | None
    created: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rsop:
    """What the host logged of the last time when it applied policies of the registry.

    Attributes:
        rows: The rows about the keys of Remote Assistance.
        names: Display name by GPO.
        processed: When the part of Group Policy that writes the registry ran; None where that was not logged.
        failed: True if that run ended with an error.
    """

    rows: tuple[PolicyRow, ...] = ()
    names: t.Mapping[str, str] = field(default_factory=dict)
    processed: datetime | None = None
    failed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AppliedGpo:
    """A GPO with policies of the registry that the host applied, without what it sets.

    Attributes:
        gpo: As in PolicyRow.
        name: The display name; may be empty.
        linked_at: As in PolicyRow.
    """

    gpo: str
    name: str = ""
    linked_at: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MdmSetting:
    """A policy that device management (MDM) sets.

    Attributes:
        policy: The policy in the catalogue's word, such as ``offer``.
        provider: The id of the enrollment that won, or empty.
        state: ``enabled``, ``disabled``, or None where what it sends is not understood.
    """

    policy: str
    provider: str = ""
    state: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mdm:
    """What device management sets.

    Attributes:
        settings: By the catalogue's word for the policy.
        wins_over_gpo: True if MDM settings keep Group Policy out (MDMWinsOverGP).
    """

    settings: t.Mapping[str, MdmSetting] = field(default_factory=dict)
    wins_over_gpo: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OperatingSystem:
    """What Windows it is.

    Attributes:
        caption: Windows' name for itself, in its language.
        build: The build number, such as 19045.
        kind: client, server or domain_controller.
        sku: The number of the edition (OperatingSystemSKU), or None.
        edition: The edition's id, such as ``ServerStandard``; may be empty.
        is_core: True for a Server Core installation, None where that is not known.
        windows_folder: Where Windows is installed.
    """

    caption: str
    build: int
    kind: str
    sku: int | None = None
    edition: str = ""
    is_core: bool | None = None
    windows_folder: str = WINDOWS_FOLDER


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """Whether it belongs to a domain.

    Attributes:
        is_member: True for a member or controller of a domain, None where the host does not say.
        domain: The domain's, or the workgroup's name.
        computer: The computer's own name.
    """

    is_member: bool | None
    domain: str = ""
    computer: str = ""


NOT_ASKED: t.Final = Unread(why="not asked for")


@dataclass(frozen=True, kw_only=True, slots=True)
class HostFacts:
    """Everything that sources and conflicts are told from.

    Attributes:
        rsop: What the host logged of its policies.
        applied: The GPOs with policies of the registry in order of application, the last one wins; empty if there are
            none.
        mdm: What device management sets.
        local_gpo: The managed values that the file of the local GPO sets.
        local_gpo_off: True if the host does not process its local GPO.
        refreshed: When the registry part of Group Policy last ran by the registry, or None.
        system: What Windows it is.
        membership: Whether it belongs to a domain.
        feature: True if Remote Assistance is there, False if it is not installed.
    """

    rsop: Rsop | Unread = NOT_ASKED
    applied: tuple[AppliedGpo, ...] | Unread = NOT_ASKED
    mdm: Mdm | Unread = NOT_ASKED
    local_gpo: Observed | Unread = NOT_ASKED
    local_gpo_off: bool | Unread = NOT_ASKED
    refreshed: datetime | None = None
    system: OperatingSystem | Unread = NOT_ASKED
    membership: Membership | Unread = NOT_ASKED
    feature: bool | Unread = NOT_ASKED

    @classmethod
    def unknown(cls, unread: Unread, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
        """Return the facts of a host of which nothing could be read, for one reason, but perhaps the local GPO."""
        return cls(
            rsop=unread,
            applied=unread,
            mdm=unread,
            local_gpo=local_gpo,
            local_gpo_off=unread,
            system=unread,
            membership=unread,
            feature=unread,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskOutcome:
    """What became of starting the task.

    Attributes:
        state: finished, started (not finished within 15 s), missing, disabled or failed.
        result: What the task returned, 0 for success; None where it has not finished.
        why: The reason of a failure.
    """

    state: str
    result: int | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HelperGroup:
    r"""The local group that Windows lets offer help.

    Attributes:
        exists: False where the host has no group of that name, which is normal before the first Offer policy.
        members: ``DOMAIN\name`` of each member.
    """

    exists: bool
    members: tuple[str, ...] = ()
