# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a finding matters: whether a host may do more than was declared.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._policy.catalogue import DISABLED, ENABLED, FIREWALL, NOT_CONFIGURED, VIEW_ONLY
from .._policy.firewall import OFF
from .drift_model import HIGH, LOW, MEDIUM, Word

_SWITCHES: t.Final = {"solicited.state", "offer.state"}
_CONTROLS: t.Final = {"solicited.control", "offer.control", "control_panel.control"}
_PROTECTIONS: t.Final = {
    "session_logging.state",
    "encrypted_tickets_only.state",
    "control_panel.encrypted_tickets_only",
}
_LIFETIMES: t.Final = {
    f"{top}.{name}" for top in ("solicited", "control_panel") for name in ("ticket_lifetime", "ticket_lifetime_unit")
}
_ON: t.Final = (ENABLED, True)


def severity(setting: str, actual: Word, wanted: Word) -> str:
    """Return how much a finding matters.

    Args:
        setting: Dotted name.
        actual: What stands there, None for nothing.
        wanted: What is declared, None for nothing.

    Returns:
        high where the host may do more than was declared, or holds what nobody can read as a word; medium where
        a switch is off without saying so, protection is missing, a firewall rule is on that shall be off or an
        invitation lives another time; else low.
    """
    if setting in _SWITCHES or setting == "control_panel.invitations":
        if wanted in _ON:
            return LOW
        return MEDIUM if actual in (None, NOT_CONFIGURED, DISABLED, False) else HIGH
    if setting in _CONTROLS:
        return HIGH if actual not in (None, VIEW_ONLY) and wanted == VIEW_ONLY else LOW
    if setting == "offer.helpers":
        return HIGH if wanted is None else LOW
    # A rule that is on opens nothing by itself: what may pass it is told by the policies.
    if setting in _PROTECTIONS or setting.startswith(f"{FIREWALL}."):
        return MEDIUM if wanted in (*_ON, OFF) else LOW
    return MEDIUM if setting in _LIFETIMES else LOW
