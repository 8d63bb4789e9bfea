# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task's arguments, or a host's variables, to a declaration.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._channels.commands.lines import folder
from .._policy.baselines import with_baseline
from .._policy.catalogue import FIREWALL, TOP_LEVEL
from .._policy.declaration import Declaration, checked_word, from_mapping, shown_input
from .._policy.host_options import HOST_OPTIONS, HostOptions, read_options
from .._policy.kinds import nearest_word, one_of
from .._policy.options import declaration_options, host_options, without_descriptions
from .._policy.presets import AUDIT, PRESET_VARIABLES, PRESETS, with_preset
from .._policy.variables import declared_names
from .._registry.errors import InputError, Problem
from .plain import plain, without_nulls
from .schema_check import SchemaCheck

VARIABLES_PREFIX: t.Final = "variables_prefix"
PRESET: t.Final = "preset"

ARGUMENT_SPEC: t.Final = {
    **without_descriptions(declaration_options() | host_options()),
    VARIABLES_PREFIX: {"type": "str"},
    PRESET: {"type": "str", "choices": list(PRESETS)},
}
"""The options of an action that takes a declaration; their contents are checked by the catalogue's validator."""

Templates = t.Callable[[t.Any], t.Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a task asks for on one host.

    Attributes:
        declaration: What the host is to be.
        options: How the host is reached and what else is written there.
        declared: The declaration as it was written, with the baseline below it.
        is_audit: True for a check whose result goes into a report.
    """

    declaration: Declaration
    options: HostOptions
    declared: t.Mapping[str, t.Any]
    is_audit: bool = False


def request_of(
    arguments: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any], template: Templates, schema: SchemaCheck
) -> Request:
    """Return what is asked for on one host.

    Args:
        arguments: The arguments of the task.
        variables: All variables of the host, untemplated.
        template: Evaluates a template.
        schema: The published schema of a declaration.

    Raises:
        InputError: With every problem, each under the path where the user wrote it.
    """
    given = {str(name): value for name, value in arguments.items() if value is not None}
    if VARIABLES_PREFIX not in given:
        wrong = [] if PRESET not in given else [Problem(path=PRESET, expected=f"needs {VARIABLES_PREFIX} beside it")]
        given.pop(PRESET, None)
        wrong += _unknown_options(given)
        known = {name: plain(value) for name, value in given.items() if name in ARGUMENT_SPEC}
        return _checked(with_baseline(known), wrong, "", schema)
    found = problems_of_source(given)
    if found:
        raise InputError(found)
    prefix, preset = plain(given[VARIABLES_PREFIX]), plain(given.get(PRESET))
    declared, unknown = declared_names(prefix, variables, PRESET_VARIABLES.get(preset, ()))
    found = list(unknown)
    raw: dict[str, t.Any] = {}
    for name, key in declared.items():
        try:
            raw[key] = plain(template(variables[name]))
        except Exception as error:  # noqa: BLE001  before 2.19 a filter's own errors come through
            # What a template's error shows of it may be a secret.
            is_secret = key in HOST_OPTIONS and HOST_OPTIONS[key].secret
            found.append(Problem(path=name, expected="cannot be evaluated" + ("" if is_secret else f": {error}")))
    raw = with_baseline(raw)
    said = raw.get(FIREWALL)
    if preset is not None:
        raw, wrong_for_preset = with_preset(preset, raw)
        found += [replace(problem, path=prefix + problem.path) for problem in wrong_for_preset]
    is_named = raw.get(FIREWALL) == said
    request = _with_origin(_checked(raw, found, prefix, schema), is_named=is_named)
    return replace(request, is_audit=preset == AUDIT)


def _unknown_options(given: t.Iterable[str]) -> list[Problem]:
    legal = ", ".join(ARGUMENT_SPEC)
    return [
        Problem(
            path=name,
            expected=f"unknown key, expected one of {legal}",
            nearest=nearest_word(name, ARGUMENT_SPEC),
        )
        for name in given
        if name not in ARGUMENT_SPEC
    ]


def problems_of_source(given: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return what is wrong with the options that say where the declaration comes from.

    Args:
        given: The arguments of a task that names a prefix.
    """
    legal = f"{VARIABLES_PREFIX} stands alone: it takes the declaration from variables"
    source = (VARIABLES_PREFIX, PRESET)
    found = [
        # Not its value: it may be a secret.
        Problem(path=name, expected=legal)
        for name in given
        if name not in source
    ]
    prefix, preset = plain(given[VARIABLES_PREFIX]), plain(given.get(PRESET))
    if not isinstance(prefix, str) or not prefix.isidentifier():
        expected = "expected the beginning of variable names, such as remote_assistance_"
        found.append(Problem(path=VARIABLES_PREFIX, expected=expected, value=shown_input(prefix)))
    if preset is not None:
        try:
            checked_word(PRESET, one_of(*PRESETS), preset)
        except InputError as wrong:
            found += wrong.problems
    return found


def _checked(raw: dict[str, t.Any], found: list[Problem], prefix: str, schema: SchemaCheck) -> Request:
    """Return the request if nothing is wrong with it and nothing was found before."""
    options, declaration = None, None
    try:
        options = checked_options({name: raw.pop(name) for name in HOST_OPTIONS if name in raw})
    except InputError as wrong:
        found += [replace(problem, path=prefix + problem.path) for problem in wrong.problems]
    # Nothing declared is a problem of its own, and not one where something that is there is wrong already.
    if raw or not found:
        try:
            declaration = from_mapping(raw)
        except InputError as wrong:
            found += [replace(problem, path=_path(prefix, problem.path)) for problem in wrong.problems]
    if found or declaration is None or options is None:
        raise InputError(found)
    declared = without_nulls(raw)
    schema.check(declared)
    return Request(declaration=declaration, options=options, declared=declared)


def _with_origin(request: Request, *, is_named: bool) -> Request:
    """Return a request whose declaration knows whether the user, or a preset, speaks of the firewall."""
    wanted = request.declaration.firewall
    if wanted is None or is_named:
        return request
    return replace(request, declaration=replace(request.declaration, firewall=replace(wanted, is_named=False)))


def checked_options(raw: t.Mapping[str, t.Any]) -> HostOptions:
    """Return the options beside the declaration; raises InputError.

    Args:
        raw: What the user wrote, as plain types, by name.
    """
    options, problems = read_options(raw)
    found = list(problems)
    try:
        options = replace(options, temp_dir=folder(options.temp_dir))
    except InputError as wrong:
        found += wrong.problems
    if found:
        raise InputError(found)
    return options


def _path(prefix: str, path: str) -> str:
    """Return where a problem of the declaration stands for the user: in an option, or in a variable."""
    if not prefix or path.partition(".")[0] in TOP_LEVEL:
        return prefix + path
    return f"variables {prefix}*"
