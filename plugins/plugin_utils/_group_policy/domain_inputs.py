# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the user wrote about a domain GPO to a request: every problem at once, before anything is sent.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .._policy.baselines import OPTION, with_baseline
from .._policy.catalogue import CONTROL_PANEL, POLICIES
from .._policy.declaration import Declaration, checked_word, from_mapping, shown_input
from .._policy.domain_options import ABSENT, DIRECTORY_OPTIONS, GPO_OPTIONS, LINKS
from .._policy.host_options import HostOption
from .._policy.kinds import nearest_word
from .._registry.errors import InputError, Problem
from .directory_options import DirectoryOptions, resolve_options
from .domain_links_input import read_links
from .domain_request import GpoRequest
from .gpo_object import canonical_guid

POLICY_NAMES: t.Final = tuple(policy.name for policy in POLICIES)
LEGAL: t.Final = (*GPO_OPTIONS, LINKS, *POLICY_NAMES, *DIRECTORY_OPTIONS)
"""The options of ``domain_gpo``."""

LEGAL_TO_READ: t.Final = ("name", "guid", *DIRECTORY_OPTIONS)
"""The options of ``domain_gpo_info``."""

# Legal on a host; who writes one here is told where it belongs.
_ELSEWHERE: t.Final = {
    CONTROL_PANEL: "not legal in a domain GPO: these are no policies; use a Group Policy Preferences registry item",
    "firewall": "not legal in a domain GPO: use the policies of Windows Defender Firewall in a GPO",
}
_CONTENT: t.Final = (*POLICY_NAMES, OPTION, LINKS, "status", "description")
_IN_STATE_ABSENT: t.Final = "not legal with state: absent"
_BESIDE_RESTORE: t.Final = "not legal beside restore_from, which says itself what is put back"


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainTask:
    """What a task of ``domain_gpo`` asks for.

    Attributes:
        directory: How to reach the domain.
        request: What is wanted; ``restore`` is not read yet.
        policies: The policies as they were written, with the baseline below them, without nulls at the top.
        backup: Keep a copy of what is there before it is changed.
        backup_dir: Where, on the control node.
        restore_from: Path of what is to be put back; empty for nothing.
    """

    directory: DirectoryOptions
    request: GpoRequest
    policies: Mapping[str, t.Any]
    backup: bool
    backup_dir: str
    restore_from: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadTask:
    """What a task of ``domain_gpo_info`` asks for.

    Attributes:
        directory: How to reach the domain.
        name: displayName of the GPO, or empty.
        guid: GUID of the GPO in braces, or empty.
    """

    directory: DirectoryOptions
    name: str
    guid: str


def task_of(given: Mapping[str, t.Any], environment: Mapping[str, str]) -> DomainTask:
    """Return what a task of ``domain_gpo`` asks for.

    Args:
        given: The arguments of the task as plain types; None is not given.
        environment: The variables of the environment.

    Raises:
        InputError: With every problem.
    """
    told = {name: value for name, value in given.items() if value is not None}
    policies = {name: value for name, value in with_baseline(told).items() if name in POLICY_NAMES}
    found = list(_unknown(told, LEGAL, _ELSEWHERE))
    words = _words(told, GPO_OPTIONS, found)
    found += _identity(words, told, needed="restore_from" not in told)
    declaration = _declared(policies, found)
    links, wrong = read_links(told.get(LINKS))
    found += wrong
    found += _together(told, state=words["state"])
    directory = _directory(told, environment, found)
    if found or directory is None:
        raise InputError(found)
    request = GpoRequest(
        name=words["name"] or "",
        guid=canonical_guid(words["guid"] or ""),
        state=words["state"],
        declaration=declaration,
        links=links,
        status=words["status"],
        description=words["description"],
        force=words["force"],
        verify_helpers=words["verify_helpers"],
        lock_timeout=float(words["lock_timeout"]),
    )
    return DomainTask(
        directory=directory,
        request=request,
        policies=policies,
        backup=words["backup"],
        backup_dir=words["backup_dir"],
        restore_from=words["restore_from"] or "",
    )


def read_task_of(given: Mapping[str, t.Any], environment: Mapping[str, str]) -> ReadTask:
    """Return what a task of ``domain_gpo_info`` asks for.

    Args:
        given: The arguments of the task as plain types; None is not given.
        environment: The variables of the environment.

    Raises:
        InputError: With every problem.
    """
    told = {name: value for name, value in given.items() if value is not None}
    found = list(_unknown(told, LEGAL_TO_READ, {}))
    words = _words(told, {name: GPO_OPTIONS[name] for name in ("name", "guid")}, found)
    found += _identity(words, told, needed=False)
    if {"name", "guid"} <= told.keys():
        found.append(Problem(path="name", value=shown_input(told["name"]), expected="not legal beside guid"))
    directory = _directory(told, environment, found)
    if found or directory is None:
        raise InputError(found)
    return ReadTask(directory=directory, name=words["name"] or "", guid=canonical_guid(words["guid"] or ""))


def located(problems: Iterable[Problem], told: Mapping[str, t.Any]) -> list[Problem]:
    """Return problems that the directory found with the places where the user wrote what they are about.

    Args:
        problems: What is wrong; where that is an entry of a list, the path may lead to something around the list.
        told: The arguments of the task as plain types.
    """
    return [replace(problem, path=_place(problem, told)) for problem in problems]


def _place(problem: Problem, told: t.Any) -> str:
    found = told
    for key in problem.path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    for path, value in _texts_of_lists(problem.path, found):
        if problem.value in (repr(value), shown_input(value)):
            return path
    return problem.path


def _texts_of_lists(path: str, found: t.Any) -> t.Iterator[tuple[str, str]]:
    """Yield every text in the lists below a path, the target of a link included, with its own path."""
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from _texts_of_lists(f"{path}.{key}", inner)
    elif isinstance(found, list):
        for index, entry in enumerate(found):
            place = f"{path}[{index}]"
            if isinstance(entry, Mapping):
                yield f"{place}.target", str(entry.get("target"))
            else:
                yield place, str(entry)


def _unknown(told: Iterable[str], legal: tuple[str, ...], elsewhere: Mapping[str, str]) -> t.Iterator[Problem]:
    """Yield a problem for each unknown option; its value is not shown, for it may be a misspelt password's."""
    for name in told:
        if name in elsewhere:
            yield Problem(path=name, expected=elsewhere[name])
        elif name not in legal:
            expected = f"unknown option, expected one of {', '.join(legal)}"
            yield Problem(path=name, expected=expected, nearest=nearest_word(name, legal))


def _words(told: Mapping[str, t.Any], table: Mapping[str, HostOption], found: list[Problem]) -> dict[str, t.Any]:
    """Return the value of every option of a table, with defaults; problems are added to ``found``."""
    words: dict[str, t.Any] = {}
    for name, option in table.items():
        words[name] = option.default
        if name in told:
            try:
                words[name] = checked_word(name, option.kind, told[name])
            except InputError as wrong:
                found += wrong.problems
    return words


def _identity(words: Mapping[str, t.Any], told: Mapping[str, t.Any], *, needed: bool) -> t.Iterator[Problem]:
    """Yield what is wrong with the words that say which GPO is meant."""
    name, guid = words["name"], words["guid"]
    if name is not None and (not name or name != name.strip() or not name.isprintable()):
        expected = "expected a name without control characters, and without white space around it"
        yield Problem(path="name", value=shown_input(name), expected=expected)
    if guid is not None and not canonical_guid(guid):
        expected = "expected a GUID such as {01234567-89AB-CDEF-0123-456789ABCDEF}"
        yield Problem(path="guid", value=shown_input(guid), expected=expected)
    if needed and "name" not in told and "guid" not in told:
        yield Problem(path="name", expected="this or guid must be given")


def _declared(policies: Mapping[str, t.Any], found: list[Problem]) -> Declaration:
    """Return the declaration; problems are added to ``found``."""
    if policies:
        try:
            return from_mapping(policies)
        except InputError as wrong:
            found += wrong.problems
    return Declaration(policies={}, control_panel={})


def _together(told: Mapping[str, t.Any], *, state: str) -> t.Iterator[Problem]:
    """Yield what does not go together, or is missing."""
    content = [name for name in _CONTENT if name in told]
    if state == ABSENT:
        for name in (*content, *(name for name in ("restore_from", "verify_helpers") if name in told)):
            yield Problem(path=name, value=shown_input(told[name]), expected=_IN_STATE_ABSENT)
    elif "restore_from" in told:
        for name in (*content, *(name for name in ("name", "guid", "verify_helpers") if name in told)):
            yield Problem(path=name, value=shown_input(told[name]), expected=_BESIDE_RESTORE)
    elif not content:
        legal = ", ".join((*_CONTENT, "restore_from"))
        yield Problem(path="declaration", expected=f"nothing is asked for, expected at least one of {legal}")


def _directory(
    told: Mapping[str, t.Any], environment: Mapping[str, str], found: list[Problem]
) -> DirectoryOptions | None:
    """Return how to reach the domain; problems are added to ``found``."""
    try:
        return resolve_options({name: told[name] for name in DIRECTORY_OPTIONS if name in told}, environment)
    except InputError as wrong:
        found += wrong.problems
        return None
