# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``host_info`` says of the firewall.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.firewall import firewall_info
from ..._policy.host_facts import Unread
from ..facts.attempts import attempt
from ..ports import RegistryChannel
from .opening import firewall_way


def read_firewall(channel: RegistryChannel) -> dict[str, t.Any]:
    """Return the state of the group, its rules and what policies say of them; what is refused is unknown.

    Args:
        channel: The open channel to the host's registry, whose connection is used.

    Raises:
        HostUnreachable: The connection was lost.
    """
    state = attempt(firewall_way(channel).read)
    return firewall_info(state, state) if isinstance(state, Unread) else firewall_info(state.rules, state.policy)
