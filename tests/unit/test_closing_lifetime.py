# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A longer life of invitations is an opening too."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.catalogue import POLICY_KEY
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import KeyState, dword


@pytest.mark.parametrize(
    ("lifetime", "unit", "closing"),
    [(2, "hours", False), (1, "days", False), (59, "minutes", True), (1, "minutes", True)],
)
@pytest.mark.parametrize("switch", [0, 1])
def test_raising_the_lifetime_closes_nothing_where_users_may_invite(lifetime, unit, closing, switch):
    values = (dword("fAllowToGetHelp", switch), dword("MaxTicketExpiry", 1), dword("MaxTicketExpiryUnits", 1))
    wanted = {"ticket_lifetime": lifetime, "ticket_lifetime_unit": unit}
    decided = plan(from_mapping({"solicited": wanted}), {POLICY_KEY: KeyState.of(*values)})
    # Where Solicited is off the options do not apply at all, and an empty plan opens nothing.
    assert bool(decided.steps) == bool(switch)
    assert decided.closing == (closing or not switch)
