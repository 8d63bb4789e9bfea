# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What one run changes in a GPO: made by asking both places, carried out by domain_present.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from .._registry.errors import AccessDenied, HostError, InputError, Problem
from .directory import Directory
from .domain_accounts import look_up
from .domain_content import ContentPlan, plan_content, plan_restore
from .domain_find import is_unfinished, require_same_age
from .domain_links import LinkPlan, plan_links, require_rights
from .domain_request import (
    GPO,
    GPO_DESCRIPTION,
    GPO_STATUS,
    STATUS,
    AnyChange,
    GpoChange,
    GpoRequest,
    LinksRequest,
    status_word,
)
from .domain_state import GpoState, read_state
from .domain_ways import Ways
from .gpo_object import COMPUTER_DISABLED, GpoObject, directory_number

_DESCRIPTION: t.Final = "description"
_FLAGS: t.Final = "flags"
_WMI_FILTER: t.Final = "gPCWQLFilter"


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoPlan:
    """What one run changes.

    Attributes:
        state: As it was read; for a new GPO, as it will be made.
        making: The creation, or the completion of one that was broken off; None if the GPO is there.
        is_new: There is not even an object.
        content: What changes in its content.
        attributes: What changes in attributes that clients do not apply by version, with their new values.
        attribute_changes: The same, for results.
        links: What changes in its links.
        notes: What was asked for and is not called for, and what is healed.
        warnings: What the user should know.
    """

    state: GpoState
    making: GpoChange | None
    is_new: bool
    content: ContentPlan
    attributes: Mapping[str, bytes | None]
    attribute_changes: tuple[GpoChange, ...]
    links: LinkPlan
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def content_changes(self) -> tuple[AnyChange, ...]:
        """What changes in its content, for results."""
        return content_changes(self.content)

    @property
    def changes(self) -> tuple[AnyChange, ...]:
        """Everything that changes, in its order."""
        made = () if self.making is None else (self.making,)
        links = (step.change for step in self.links.steps)
        return (*made, *self.content_changes, *self.attribute_changes, *links)


def content_changes(plan: ContentPlan) -> tuple[AnyChange, ...]:
    """Return the changes of a content, for results."""
    return plan.file.steps if plan.change is None else (*plan.file.steps, plan.change)


def planned_content(request: GpoRequest, state: GpoState) -> ContentPlan:
    """Return what changes in the content that was read."""
    if request.restore is not None:
        return plan_restore(request.restore, state)
    return plan_content(request.declaration, state)


def plan_present(ways: Ways, request: GpoRequest, gpo: GpoObject, *, is_new: bool) -> GpoPlan:
    """Return what must change so that a GPO is as wanted.

    Args:
        ways: The connections.
        request: What is wanted.
        gpo: The object as it is, or as it will be made.
        is_new: It is not there yet.

    Raises:
        InputError: The links cannot be.
        AccessDenied: The account may not change something that must be changed.
        HostError: Something is damaged, or not all there.
    """
    directory = ways.directory
    state, making = GpoState(gpo=gpo, gpt_ini=None, registry_pol=None), None
    folder = ways.sysvol.folder(gpo.path)
    if is_new:
        # Before anything is made: is SYSVOL to be reached, and does nobody else's folder stand there?
        if folder.exists():
            reason = "there is a folder of this GUID without an object in the directory; move it away"
            raise HostError(doing=f"looking at {folder.unc}", reason=reason)
        making = GpoChange(setting=GPO, before=None, after=f"{gpo.name} {gpo.guid}")
    else:
        state = read_state(gpo, folder)
        if is_unfinished(directory, state):
            making = GpoChange(setting=GPO, before="unfinished", after=f"{gpo.name} {gpo.guid}")
        elif not request.force and request.restore is None:
            require_same_age(directory, state, folder)
    content = planned_content(request, state)
    attributes, changes = attributes_of(request, gpo)
    links = _links(directory, request, gpo, is_new=is_new)
    plan = GpoPlan(
        state=state,
        making=making,
        is_new=is_new,
        content=content,
        attributes=attributes,
        attribute_changes=changes,
        links=links,
        warnings=tuple(_warnings(request, gpo, is_new=is_new)),
        notes=(*content.file.notes, *([content.healing] if content.healing else []), *links.notes),
    )
    _require(directory, request, plan)
    return plan


def check_helpers(directory: Directory, request: GpoRequest) -> tuple[str, ...]:
    """Look up the helpers that are to be entered; return warnings.

    Raises:
        InputError: Some are unknown; all of them are named.
    """
    problems, warnings = [], []
    for name, wanted in request.declaration.policies.items():
        helpers = wanted.helpers
        if helpers is None:
            continue
        part = "set" if helpers.exact is not None else "add"
        for found in look_up(directory, helpers.add if helpers.exact is None else helpers.exact):
            if found.elsewhere:
                warnings.append(f"{found.asked} belongs to another domain and was not looked up")
            elif found.account is None:
                expected = "there is no such user or group in the domain"
                path, nearest = f"{name}.helpers.{part}", ", ".join(found.nearest)
                problems.append(Problem(path=path, value=repr(found.asked), expected=expected, nearest=nearest))
            elif found.account.disabled:
                warnings.append(f"the account of {found.asked} is disabled")
    if problems:
        raise InputError(problems)
    return tuple(warnings)


def attributes_of(request: GpoRequest, gpo: GpoObject) -> tuple[dict[str, bytes | None], tuple[GpoChange, ...]]:
    """Return what changes in attributes that clients do not apply by version: new values, and changes for results."""
    values: dict[str, bytes | None] = {}
    changes = []
    status, description = _wanted(request)
    if status is not None and status != gpo.flags & 3:
        values[_FLAGS] = directory_number(gpo.flags & 0xFFFFFFFC | status)
        changes.append(GpoChange(setting=GPO_STATUS, before=status_word(gpo.flags), after=status_word(status)))
    wmi_filter = request.restore.attributes.get(_WMI_FILTER, "") if request.restore is not None else ""
    if wmi_filter and not gpo.entry.values("cn"):
        # A GPO that comes back without its filter would apply to more computers than it did.
        values[_WMI_FILTER] = wmi_filter.encode()
    old = gpo.entry.text(_DESCRIPTION)
    if description is not None and description != old:
        values[_DESCRIPTION] = description.encode() or None
        changes.append(GpoChange(setting=GPO_DESCRIPTION, before=old or None, after=description or None))
    return values, tuple(changes)


def _warnings(request: GpoRequest, gpo: GpoObject, *, is_new: bool) -> t.Iterator[str]:
    status = _wanted(request)[0]
    if request.declaration.policies and (gpo.flags if status is None else status) & COMPUTER_DISABLED:
        yield "the computer side of the GPO is off (status): clients do not apply its policies"
    if is_new and request.restore is not None:
        yield "the GPO is made anew: who may apply and edit it is as for every new GPO, set what was different again"


def _wanted(request: GpoRequest) -> tuple[int | None, str | None]:
    """Return flags and description as wanted; None for what is not managed."""
    backup = request.restore
    if backup is None:
        return None if request.status is None else STATUS[request.status], request.description
    flags = backup.attributes.get(_FLAGS, "0")
    return (int(flags) & 3 if flags.lstrip("-").isdecimal() else None), backup.attributes.get(_DESCRIPTION, "")


def _links(directory: Directory, request: GpoRequest, gpo: GpoObject, *, is_new: bool) -> LinkPlan:
    wanted = request.links
    if request.restore is not None:
        wanted = None if request.restore.links is None else LinksRequest(exact=request.restore.links)
    if wanted is None:
        return LinkPlan()
    present = () if is_new else directory.targets_of(gpo)
    return plan_links(directory, gpo.dn, wanted, present)


def _require(directory: Directory, request: GpoRequest, plan: GpoPlan) -> None:
    """Fail before anything is written, as far as the directory tells what the account may do."""
    gpo = plan.state.gpo
    if not plan.changes:
        return
    if gpo.is_default and not request.force:
        reason = "it is one of the two GPOs that every domain has; a GPO of your own is the better place"
        raise HostError(doing=f"changing the GPO {gpo.name!r}", reason=reason, advice="force: true changes it")
    directory.require_writable()
    if plan.is_new and not directory.may_create():
        advice = "It must be in Domain Admins or Group Policy Creator Owners"
        raise AccessDenied(
            doing=f"creating the GPO {gpo.name!r}", reason="the account may not create GPOs", advice=advice
        )
    if (plan.content.is_needed or plan.attributes) and not gpo.may_write:
        advice = "Group Policy Management: Delegation, Edit settings"
        raise AccessDenied(doing=f"changing the GPO {gpo.name!r}", reason="the account may not edit it", advice=advice)
    require_rights(plan.links)
