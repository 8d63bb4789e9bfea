# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbooks fix over a host's variables, so that no inventory, set_fact or -e can weaken it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._registry.errors import InputError, Problem
from .catalogue import (
    CONTROL,
    CONTROL_PANEL,
    DISABLED,
    ENABLED,
    FIREWALL,
    FIREWALL_STATE,
    NOT_CONFIGURED,
    OFFER,
    POLICIES,
    SOLICITED,
    UNMANAGED,
    VIEW_ONLY,
)
from .conflicts import WARN
from .declaration import checked_word, problems
from .host_options import HOST_OPTIONS
from .kinds import NotLegal

ALL_OFF: t.Final = "all_off"
BY_INVITATION: t.Final = "by_invitation"
UNCONFIGURED: t.Final = "unconfigured"
AUDIT: t.Final = "audit"
PRESETS: t.Final = (ALL_OFF, BY_INVITATION, UNCONFIGURED, AUDIT)

PRESET_VARIABLES: t.Final = {ALL_OFF: (), BY_INVITATION: ("control", "helpers"), UNCONFIGURED: (), AUDIT: ()}
"""The variables beside the declaration that a preset reads, without their prefix."""

Raw = t.Mapping[str, t.Any]


def with_preset(preset: str, raw: Raw) -> tuple[dict[str, t.Any], tuple[Problem, ...]]:
    """Return a declaration with what a preset fixes, and what is wrong with the preset's own variables.

    Args:
        preset: One of PRESETS.
        raw: What the user declared, and the preset's variables, by name without prefix.
    """
    if preset == AUDIT:
        # A host that is not as declared has drifted, whoever else decides there.
        return {"conflicts": WARN} | dict(raw), ()
    if preset == UNCONFIGURED:
        fixed: dict[str, t.Any] = {policy.name: {"state": NOT_CONFIGURED} for policy in POLICIES}
        return {name: value for name, value in raw.items() if name in HOST_OPTIONS or name == FIREWALL} | fixed, ()
    declared = {name: value for name, value in raw.items() if name not in PRESET_VARIABLES[preset]}
    if preset == ALL_OFF:
        fixed = {SOLICITED.name: {"state": DISABLED}, OFFER.name: {"state": DISABLED}}
        closed = {CONTROL_PANEL: _with_box(declared, ticked=False), FIREWALL: _without_firewall(declared)}
        return declared | fixed | closed, ()
    control, found = _control(raw.get("control"))
    helpers, more = _helpers(raw.get("helpers"))
    fixed = {
        SOLICITED.name: {"state": ENABLED, "control": control},
        OFFER.name: {"state": ENABLED, "control": control, "helpers": {"set": helpers}}
        if helpers
        else {"state": DISABLED},
        CONTROL_PANEL: _with_box(declared, ticked=True),
    }
    return declared | fixed, (*found, *more)


def _with_box(declared: Raw, *, ticked: bool) -> t.Any:
    """Return the declared preferences with the check box fixed; what is no mapping is left for the validator."""
    own = declared.get(CONTROL_PANEL)
    return {**(own or {}), "invitations": ticked} if own is None or isinstance(own, t.Mapping) else own


def _without_firewall(declared: Raw) -> t.Any:
    """Return what the firewall's rules shall be: off, unless they are declared unmanaged; an illegal word stays."""
    own = declared.get(FIREWALL)
    try:
        return UNMANAGED if own is not None and FIREWALL_STATE.parse(own) == UNMANAGED else DISABLED
    except NotLegal:
        return own


def _control(raw: t.Any) -> tuple[str, tuple[Problem, ...]]:
    if raw is None:
        return VIEW_ONLY, ()
    try:
        return str(checked_word("control", CONTROL, raw)), ()
    except InputError as wrong:
        return VIEW_ONLY, tuple(wrong.problems)


def _helpers(raw: t.Any) -> tuple[t.Any, tuple[Problem, ...]]:
    """Return the list, or nobody where it is absent or wrong."""
    if raw is None or raw == []:
        return None, ()
    place = f"{OFFER.name}.helpers.set"
    found = problems({OFFER.name: {"helpers": {"set": raw}}})
    return None if found else raw, tuple(replace(p, path=p.path.replace(place, "helpers", 1)) for p in found)
