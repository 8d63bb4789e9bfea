# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that sources and conflicts are told from, over one WS-Management connection.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from ..._policy.evidence import is_stale
from ..._policy.host_facts import NOT_ASKED, HostFacts, Unread
from ..._registry.model import Observed
from ..wsman.registry import WsmanRegistry
from .policies import read_applied, read_local_gpo_off, read_mdm, read_refreshed, read_rsop
from .system import read_feature, read_membership, read_system


def gather(registry: WsmanRegistry, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
    """Return what is known of a host; whatever is refused is unknown, with the reason.

    Args:
        registry: The host's registry over WS-Management.
        local_gpo: The managed values in the file of the local GPO, where that was read.

    Raises:
        HostUnreachable: The connection was lost.
    """
    exchange = registry.exchange
    system = read_system(exchange, registry)
    rsop, refreshed = read_rsop(exchange, registry), read_refreshed(registry)
    logged = HostFacts(rsop=rsop, refreshed=refreshed)
    complete = not isinstance(rsop, Unread) and rsop.processed is not None and not rsop.failed and not is_stale(logged)
    return HostFacts(
        rsop=rsop,
        # Five messages for each GPO: only where the log does not answer.
        applied=NOT_ASKED if complete else read_applied(registry),
        mdm=read_mdm(registry),
        local_gpo=local_gpo,
        local_gpo_off=read_local_gpo_off(registry),
        refreshed=refreshed,
        system=system,
        membership=read_membership(exchange),
        feature=read_feature(exchange, system),
    )
