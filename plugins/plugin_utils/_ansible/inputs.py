# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a task's arguments, or a host's variables, to a declaration.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible.errors import AnsibleError

from .._policy.catalogue import TOP_LEVEL
from .._policy.declaration import Declaration, from_mapping, problems, shown_input
from .._policy.options import declaration_options, without_descriptions
from .._policy.variables import declared_names
from .._registry.errors import InputError, Problem
from .plain import plain, without_nulls
from .schema_check import SchemaCheck

VARIABLES_PREFIX: t.Final = "variables_prefix"

ARGUMENT_SPEC: t.Final = {**without_descriptions(declaration_options()), VARIABLES_PREFIX: {"type": "str"}}
"""The options of an action that takes a declaration; their contents are checked by the catalogue's validator."""

Templates = t.Callable[[t.Any], t.Any]


def declaration_of(
    arguments: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any], template: Templates, schema: SchemaCheck
) -> Declaration:
    """Return what one host is to be.

    Args:
        arguments: The arguments of the task.
        variables: All variables of the host, untemplated.
        template: Evaluates a template.
        schema: The published schema of a declaration.

    Raises:
        InputError: With every problem, each under the path where the user wrote it.
    """
    given = {str(name): value for name, value in arguments.items() if value is not None}
    prefix = given.pop(VARIABLES_PREFIX, None)
    if prefix is None:
        raw = plain(given)
        declaration = from_mapping(raw)
        schema.check(without_nulls(raw))
        return declaration
    found = _problems_of_arguments(given, prefix)
    if found:
        raise InputError(found)
    return _from_variables(str(prefix), variables, template, schema)


def _problems_of_arguments(given: t.Mapping[str, t.Any], prefix: t.Any) -> list[Problem]:
    legal = f"{VARIABLES_PREFIX} stands alone: it takes the declaration from variables"
    found = [Problem(path=name, expected=legal, value=shown_input(plain(value))) for name, value in given.items()]
    if not isinstance(prefix, str) or not prefix.isidentifier():
        expected = "expected the beginning of variable names, such as remote_assistance_"
        found.append(Problem(path=VARIABLES_PREFIX, expected=expected, value=shown_input(plain(prefix))))
    return found


def _from_variables(
    prefix: str, variables: t.Mapping[str, t.Any], template: Templates, schema: SchemaCheck
) -> Declaration:
    declared, unknown = declared_names(prefix, variables)
    found = list(unknown)
    raw: dict[str, t.Any] = {}
    for name, key in declared.items():
        try:
            raw[key] = plain(template(variables[name]))
        except AnsibleError as error:
            found.append(Problem(path=name, expected=f"cannot be evaluated: {error}"))
    # Nothing declared is a problem of its own, and not one where every variable that is there is wrong already.
    if raw or not found:
        found.extend(replace(problem, path=_variable_path(prefix, problem.path)) for problem in problems(raw))
    if found:
        raise InputError(found)
    schema.check(without_nulls(raw))
    return from_mapping(raw)


def _variable_path(prefix: str, path: str) -> str:
    return prefix + path if path.partition(".")[0] in TOP_LEVEL else f"variables {prefix}*"
