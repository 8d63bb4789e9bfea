# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The declaration: what the user wants Remote Assistance to be allowed to do.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from types import MappingProxyType

from .._registry.errors import InputError, Problem
from .catalogue import (
    CONTROL_PANEL,
    ENABLED,
    FIREWALL,
    FIREWALL_STATE,
    POLICIES,
    PREFERENCES,
    STATES,
    TOP_LEVEL,
    UNMANAGED,
    Policy,
)
from .helpers import NOTHING, HelpersWanted, read_helpers
from .kinds import Kind, NotLegal, Word, nearest_word


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyWanted:
    """What is wanted of one policy.

    Attributes:
        state: enabled, disabled, not_configured, or None where the switch stays as it is.
        options: The options that were given, by name.
        helpers: The wanted list, or None where it is not managed.
    """

    state: str | None = None
    options: t.Mapping[str, Word] = field(default_factory=lambda: MappingProxyType({}))
    helpers: HelpersWanted | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallWanted:
    """What is wanted of the firewall's group of rules.

    Attributes:
        state: enabled, disabled or all_rules.
        is_named: True if the user said so, False if a playbook's preset did: then a host that has no such thing only
            warns.
    """

    state: str
    is_named: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """A legal declaration; what is not mentioned is not managed.

    Attributes:
        policies: The wanted policies by name, in the catalogue's order.
        control_panel: The wanted preferences by name, in the catalogue's order.
        firewall: What is wanted of the firewall's rules, or None.
    """

    policies: t.Mapping[str, PolicyWanted]
    control_panel: t.Mapping[str, Word]
    firewall: FirewallWanted | None = None

    def cautions(self) -> tuple[str, ...]:
        """Return what is legal but not proved to work on Windows."""
        return tuple(
            caution for wanted in self.policies.values() if wanted.helpers for caution in wanted.helpers.cautions()
        )


class _Reader:
    """Collects every problem while it reads."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def complain(self, path: str, expected: str, value: object = NOTHING, nearest: str = "") -> None:
        shown = "" if value is NOTHING else shown_input(value)
        self.problems.append(Problem(path=path, value=shown, expected=expected, nearest=nearest))

    def mapping(self, path: str, raw: object, legal: t.Sequence[str]) -> dict[str, object]:
        """Return the given entries of a mapping; null means not given."""
        if raw is None:
            return {}
        if not isinstance(raw, t.Mapping):
            self.complain(path or "declaration", f"expected a mapping with keys of: {', '.join(legal)}", raw)
            return {}
        given: dict[str, object] = {}
        for key, value in raw.items():
            if not isinstance(key, str) or key not in legal:
                expected = f"unknown key, expected one of {', '.join(legal)}"
                self.complain(join(path, _shown_key(key)), expected, nearest=nearest_word(key, legal))
            elif value is not None:
                given[key] = value
        return given

    def word(self, path: str, kind: Kind, raw: object) -> Word | None:
        try:
            return checked_word(path, kind, raw)
        except InputError as wrong:
            self.problems += wrong.problems
            return None


def join(path: str, key: str) -> str:
    """Return the dotted path of a key below a path."""
    return f"{path}.{key}" if path else key


def shown_input(value: object) -> str:
    """Return what the user wrote, on one line, shortened, with everything unprintable made visible."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, t.Mapping):
        return "a mapping"
    if isinstance(value, str):
        text = repr(str(value)) if value.isprintable() else ascii(str(value))
        return f"{text[:77]}...'" if len(text) > 80 else text
    return "a list" if isinstance(value, t.Sequence) else str(value)


def checked_word(path: str, kind: Kind, raw: object) -> Word:
    """Return the word for what the user wrote, which is shown if it is not legal.

    Args:
        path: Where it stands.
        kind: What it may be.
        raw: What the user wrote; nothing secret.

    Raises:
        InputError: It is not legal.
    """
    try:
        return kind.parse(raw)
    except NotLegal as wrong:
        problem = Problem(path=path, value=shown_input(raw), expected=wrong.expected, nearest=wrong.nearest)
        raise InputError([problem]) from None


def _shown_key(key: object) -> str:
    """Return a key as a part of a path: as it is where it could be a key, else as a value is shown."""
    text = str(key)
    return text if text and text.isprintable() and len(text) <= 80 else shown_input(text)


def problems(raw: object) -> tuple[Problem, ...]:
    """Return everything that is wrong with a declaration, in the catalogue's order, unknown keys first."""
    return _read(raw)[1]


def from_mapping(raw: object) -> Declaration:
    """Return the declaration for what the user wrote.

    Args:
        raw: A mapping as in YAML; keys and legal values are those of the catalogue.

    Raises:
        InputError: With every problem.
    """
    declaration, found = _read(raw)
    if found:
        raise InputError(found)
    return declaration


def _read(raw: object) -> tuple[Declaration, tuple[Problem, ...]]:
    reader = _Reader()
    given = reader.mapping("", raw, TOP_LEVEL)
    policies = {
        policy.name: _read_policy(reader, policy, given[policy.name]) for policy in POLICIES if policy.name in given
    }
    control_panel = _read_control_panel(reader, given.get(CONTROL_PANEL))
    declaration = Declaration(
        policies=MappingProxyType({name: wanted for name, wanted in policies.items() if wanted != PolicyWanted()}),
        control_panel=MappingProxyType(control_panel),
        firewall=_read_firewall(reader, given.get(FIREWALL)),
    )
    is_empty = not (declaration.policies or declaration.control_panel or declaration.firewall)
    if not reader.problems and is_empty:
        reader.complain("declaration", f"nothing is declared, expected at least one of {', '.join(TOP_LEVEL)}")
    return declaration, tuple(reader.problems)


def _read_policy(reader: _Reader, policy: Policy, raw: object) -> PolicyWanted:
    names = [setting.name for setting in policy.options]
    given = reader.mapping(policy.name, raw, ["state", *names, *(["helpers"] if policy.has_helpers else [])])
    state = _read_state(reader, policy, given)
    if state not in (None, ENABLED):
        for name in given:
            if name != "state":
                path = join(policy.name, name)
                reader.complain(path, f"not allowed with state {state}, which deletes it", given[name])
        return PolicyWanted(state=state)
    options = {}
    for setting in policy.options:
        if setting.name in given:
            word = reader.word(join(policy.name, setting.name), setting.kind, given[setting.name])
            if word is not None:
                options[setting.name] = word
        elif setting.required and state == ENABLED:
            reader.complain(join(policy.name, setting.name), f"required with state enabled, {setting.kind.expected}")
    _check_lifetime(reader, policy.name, given)
    helpers = None
    if "helpers" in given:
        helpers = read_helpers(reader, join(policy.name, "helpers"), given["helpers"])
    return PolicyWanted(state=state, options=MappingProxyType(options), helpers=helpers)


def _read_state(reader: _Reader, policy: Policy, given: t.Mapping[str, object]) -> str | None:
    state = given.get("state")
    if state is None or (isinstance(state, str) and state in STATES):
        return state
    nearest = nearest_word(state, STATES) if isinstance(state, str) else ""
    reader.complain(join(policy.name, "state"), f"expected one of {', '.join(STATES)}", state, nearest)
    # What stands beside a wrong state is still checked, without the rules that depend on the state.
    return None


def _check_lifetime(reader: _Reader, path: str, given: t.Mapping[str, object]) -> None:
    pair = ("ticket_lifetime", "ticket_lifetime_unit")
    for name, partner in (pair, pair[::-1]):
        if partner in given and name not in given:
            reader.complain(join(path, name), f"required together with {partner}")


def _read_control_panel(reader: _Reader, raw: object) -> dict[str, Word]:
    given = reader.mapping(CONTROL_PANEL, raw, [setting.name for setting in PREFERENCES])
    wanted = {}
    for setting in PREFERENCES:
        if setting.name in given:
            word = reader.word(join(CONTROL_PANEL, setting.name), setting.kind, given[setting.name])
            if word is not None:
                wanted[setting.name] = word
    _check_lifetime(reader, CONTROL_PANEL, given)
    return wanted


def _read_firewall(reader: _Reader, raw: object) -> FirewallWanted | None:
    if raw is None:
        return None
    state = reader.word(FIREWALL, FIREWALL_STATE, raw)
    return None if state in {None, UNMANAGED} else FirewallWanted(state=str(state))
