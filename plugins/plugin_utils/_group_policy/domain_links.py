# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""What becomes of a GPO's links.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._registry.errors import AccessDenied, InputError, Problem
from .directory import Directory
from .distinguished_name import normal
from .domain_request import GPO_LINKS, GpoChange, LinkRequest, LinksRequest
from .gpo_links import GpoLinks
from .gpo_object import LinkTarget
from .gpo_writer import GpoWriter
from .ports import EditedMeanwhile

ATTEMPTS: t.Final = 8
"""How often something is read again and planned anew when somebody else changes it at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkStep:
    """The change of one target.

    Attributes:
        target: As it was read.
        links: What its gPLink will hold.
        wanted: The link that is to be there; None for none.
        change: The same, for results.
    """

    target: LinkTarget
    links: GpoLinks
    wanted: LinkRequest | None
    change: GpoChange


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPlan:
    """What changes in all targets.

    Attributes:
        steps: Links to be made or changed, then links to be removed.
        present: What the GPO is linked to now, as far as it was looked at; None if it was not.
        notes: What was asked for and is so already, in a way worth telling.
    """

    steps: tuple[LinkStep, ...] = ()
    present: tuple[LinkTarget, ...] | None = None
    notes: tuple[str, ...] = ()


def plan_links(directory: Directory, dn: str, request: LinksRequest, present: Sequence[LinkTarget]) -> LinkPlan:
    """Return what must change.

    Args:
        directory: The directory.
        dn: Name of the GPO's object.
        request: What is wanted.
        present: What the GPO is linked to now.

    Raises:
        InputError: Some targets are not there, or are nothing that a GPO can be linked to; all of them are named.
    """
    wanted = (*(request.exact or ()), *request.add)
    known = {normal(target.dn): target for target in present}
    problems: list[Problem] = []
    steps = []
    for link in wanted:
        target = known.get(normal(link.target)) or directory.target(link.target)
        if problem := _problem(link.target, target):
            problems.append(problem)
        elif target and (step := _step(target, dn, link)):
            steps.append(step)
    kept = {normal(link.target) for link in wanted}
    gone = {normal(name) for name in request.remove} - kept
    notes = tuple(f"it is not linked to {name}" for name in request.remove if normal(name) not in known)
    for key, target in known.items():
        is_gone = key in gone or (request.exact is not None and key not in kept)
        if is_gone and (step := _step(target, dn, None)):
            steps.append(step)
    if problems:
        raise InputError(problems)
    return LinkPlan(steps=tuple(steps), present=tuple(present), notes=notes)


def all_gone(dn: str, present: Iterable[LinkTarget]) -> LinkPlan:
    """Return the plan that removes every link."""
    found = tuple(present)
    steps = (_step(target, dn, None) for target in found)
    return LinkPlan(steps=tuple(step for step in steps if step), present=found)


def require_rights(plan: LinkPlan) -> None:
    """Fail before anything is written if the account may not change one of the targets.

    Raises:
        AccessDenied: It may not.
    """
    denied = [step.target.dn for step in plan.steps if not step.target.may_write]
    if denied:
        advice = "Delegate the right to link GPOs (write gPLink) to the account"
        reason = f"the account may not change the links of {'; '.join(denied)}"
        raise AccessDenied(doing="linking the GPO", reason=reason, advice=advice)


def write_link(directory: Directory, dn: str, step: LinkStep) -> LinkStep | None:
    """Make one change; it is planned anew where somebody else changes the same target at the same time.

    Returns:
        What was made; None if somebody else has made the same.

    Raises:
        EditedMeanwhile: That happened again and again, or the target is gone.
    """
    now: LinkStep | None = step
    for attempts_left in reversed(range(ATTEMPTS)):
        if now is None:
            return None
        try:
            GpoWriter(directory).write_links(now.target, now.links)
        except EditedMeanwhile:
            target = directory.target(now.target.dn)
            if not attempts_left or target is None:
                raise
            now = _step(target, dn, step.wanted)
        else:
            return now
    return now


def _problem(name: str, target: LinkTarget | None) -> Problem | None:
    if target is None:
        expected = "there is no such object, or the account may not see it"
        return Problem(path="links", value=repr(name), expected=expected)
    if not target.kind:
        expected = "GPOs are linked to an organizational unit, the domain or a site"
        return Problem(path="links", value=repr(name), expected=expected)
    return None


def _step(target: LinkTarget, dn: str, wanted: LinkRequest | None) -> LinkStep | None:
    """Return what must change in one target; None for nothing."""
    if wanted is None:
        links = target.links.without(dn)
    else:
        links = target.links.having(dn, enabled=wanted.enabled, enforced=wanted.enforced, order=wanted.order)
    if links.to_text() == target.links.to_text():
        return None
    old, new = _words(target.links, dn), _words(links, dn)
    change = GpoChange(
        setting=GPO_LINKS,
        before=_line(target.dn, old),
        after=_line(target.dn, new),
        place=target.dn,
        old=old,
        new=new,
    )
    return LinkStep(target=target, links=links, wanted=wanted, change=change)


def _words(links: GpoLinks, dn: str) -> dict[str, t.Any] | None:
    link = links.find(dn)
    if link is None:
        return None
    return {"enabled": link.enabled, "enforced": link.enforced, "order": links.order_of(dn)}


def _line(target: str, words: dict[str, t.Any] | None) -> str | None:
    if words is None:
        return None
    enabled, enforced = (
        "enabled" if words["enabled"] else "disabled",
        "enforced" if words["enforced"] else "not enforced",
    )
    return f"{target}: order {words['order']}, {enabled}, {enforced}"
