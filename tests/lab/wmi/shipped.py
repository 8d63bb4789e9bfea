# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The rules of the firewall for Remote Assistance as Windows 10 ships them."""

from __future__ import annotations

from .state import FirewallRule

_IN, _OUT = 1, 2
_DOMAIN, _PRIVATE, _PUBLIC = 1, 2, 4

# Name, direction, profiles, whether it is on: a transcript of Get-NetFirewallRule. For servers there is none.
_SHIPPED = (
    ("RemoteAssistance-In-TCP-EdgeScope", _IN, _PUBLIC, False),
    ("RemoteAssistance-In-TCP-EdgeScope-Active", _IN, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-Out-TCP", _OUT, _PUBLIC, False),
    ("RemoteAssistance-Out-TCP-Active", _OUT, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-PnrpSvc-UDP-In-EdgeScope", _IN, _PUBLIC, False),
    ("RemoteAssistance-PnrpSvc-UDP-OUT", _OUT, _PUBLIC, False),
    ("RemoteAssistance-PnrpSvc-UDP-In-EdgeScope-Active", _IN, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-PnrpSvc-UDP-OUT-Active", _OUT, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-RAServer-In-TCP-NoScope-Active", _IN, _DOMAIN, True),
    ("RemoteAssistance-RAServer-Out-TCP-NoScope-Active", _OUT, _DOMAIN, True),
    ("RemoteAssistance-DCOM-In-TCP-NoScope-Active", _IN, _DOMAIN, True),
    ("RemoteAssistance-SSDPSrv-In-UDP-Active", _IN, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-SSDPSrv-Out-UDP-Active", _OUT, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-SSDPSrv-In-TCP-Active", _IN, _DOMAIN | _PRIVATE, True),
    ("RemoteAssistance-SSDPSrv-Out-TCP-Active", _OUT, _DOMAIN | _PRIVATE, True),
)


def shipped_rules() -> dict[str, FirewallRule]:
    """Return new rules, all as shipped, and one of another group."""
    rules = {
        name: FirewallRule(name=name, enabled=on, direction=direction, profiles=profiles)
        for name, direction, profiles, on in _SHIPPED
    }
    other = "CoreNet-DHCP-In"
    return rules | {other: FirewallRule(name=other, enabled=True, profiles=0, group="@FirewallAPI.dll,-25000")}
