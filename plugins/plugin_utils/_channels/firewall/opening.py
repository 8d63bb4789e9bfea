# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way to the firewall belongs to an open channel.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from ..._registry.errors import UnsupportedConnection
from ..ports import RegistryChannel
from ..reg_exe.registry import RegExeRegistry
from ..wsman.registry import WsmanRegistry
from .over_commands import CommandFirewall
from .over_wsman import WsmanFirewall
from .ports import FirewallWay


def firewall_way(channel: RegistryChannel) -> FirewallWay:
    """Return the way to the firewall of a host; nothing is sent before the first call.

    Args:
        channel: The open channel to the host's registry, whose connection is used.

    Raises:
        UnsupportedConnection: There is none over this channel.
    """
    if isinstance(channel, WsmanRegistry):
        return WsmanFirewall(channel)
    if isinstance(channel, RegExeRegistry):
        return CommandFirewall(channel)
    raise UnsupportedConnection(f"the firewall cannot be reached over the channel {channel.name}")
