# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of a host, and what changes, in the words of the declaration.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._registry.model import TO_DELETE, KeyRead, KeyState, Observed
from .._registry.names import fold
from .catalogue import (
    CONTROL_PANEL,
    DELETE_ALL_VALUES,
    HELPER_KEY,
    NOT_CONFIGURED,
    POLICIES,
    POLICY_KEY,
    PREFERENCE_KEY,
    PREFERENCES,
    STATE,
)
from .kinds import DELETED_WORD, Word, shown
from .plan import Plan, Step, applied
from .targets import helper_word

_EMPTY: t.Final = KeyState()

OTHER_HELPERS: t.Final = "other_helpers"
"""Stands beside the list of helpers in a policy file that deletes everybody else from the host's list."""

EVERYTHING: t.Final = (
    KeyRead(
        key=POLICY_KEY,
        names=tuple(name for policy in POLICIES for name in policy.value_names),
    ),
    KeyRead(key=HELPER_KEY),
    KeyRead(key=PREFERENCE_KEY, names=tuple(setting.value_name for setting in PREFERENCES)),
)
"""The reads that cover the whole catalogue."""


def in_words(
    observed: Observed, settings: t.Container[str] | None = None, *, list_word: str = "helpers"
) -> dict[str, dict[str, t.Any]]:
    """Return a host's state in the declaration's words.

    Args:
        observed: What was read.
        settings: The dotted words of the settings to show, or None for all.
        list_word: What the list of helpers is called; another word where only some names were read.

    Returns:
        A mapping like a declaration; options and preferences that are absent are left out, a switch that is absent
        is ``not_configured``, and what is not legal is shown with its type.
    """
    policy_values = observed.get(POLICY_KEY, _EMPTY)
    words: dict[str, dict[str, t.Any]] = {}
    for policy in POLICIES:
        entry: dict[str, t.Any] = {}
        if settings is None or f"{policy.name}.state" in settings:
            switch = policy_values.get(policy.switch)
            entry["state"] = shown(switch, STATE) if switch else NOT_CONFIGURED
        for option in policy.options:
            value = policy_values.get(option.value_name)
            if value and (settings is None or f"{policy.name}.{option.name}" in settings):
                entry[option.name] = shown(value, option.kind)
        if policy.has_helpers and (settings is None or f"{policy.name}.helpers" in settings):
            entry |= _list_in_words(observed, list_word)
        if entry:
            words[policy.name] = entry
    preferences = observed.get(PREFERENCE_KEY, _EMPTY)
    shown_preferences: dict[str, Word] = {}
    for setting in PREFERENCES:
        value = preferences.get(setting.value_name)
        if value and (settings is None or f"{CONTROL_PANEL}.{setting.name}" in settings):
            shown_preferences[setting.name] = shown(value, setting.kind)
    if settings is None or any(f"{CONTROL_PANEL}.{setting.name}" in settings for setting in PREFERENCES):
        words[CONTROL_PANEL] = t.cast("dict[str, t.Any]", shown_preferences)
    return words


def _list_in_words(observed: Observed, list_word: str) -> dict[str, t.Any]:
    others = {OTHER_HELPERS: DELETED_WORD} if observed.get(HELPER_KEY, _EMPTY).get(DELETE_ALL_VALUES) else {}
    return {list_word: helpers_in_words(observed)} | others


def helpers_in_words(observed: Observed) -> list[str]:
    """Return the entries of the list of helpers in the registry's order of names."""
    found = [value for value in observed.get(HELPER_KEY, _EMPTY).by_name.values() if value.data is not TO_DELETE]
    return [helper_word(value) for value in sorted(found, key=lambda value: fold(value.name))]


def difference(plan: Plan, made: t.Sequence[Step]) -> dict[str, dict[str, t.Any]]:
    """Return before and after of every setting that these steps of a plan touch, in words."""
    touched = {step.target.setting for step in made}
    # The state of a policy is the frame in which its options are read; a policy's switch is always read with them.
    touched |= {setting.split(".")[0] + ".state" for setting in touched}
    after = applied(plan.before, [step.write() for step in made])
    list_word = "helpers" if plan.whole_list else "helpers (of those named)"
    return {
        "before": in_words(plan.before, touched, list_word=list_word),
        "after": in_words(after, touched, list_word=list_word),
    }
