# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the hosts of the seeds, written down by hand, and the way to read it."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import UTC, datetime

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.attempts import attempt
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.firewall import (
    read_policy,
    rules_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.gather import gather
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.helper_sync import read_group
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import FirewallPolicy
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    AppliedGpo,
    HelperGroup,
    HostFacts,
    Mdm,
    Membership,
    OperatingSystem,
    PolicyRow,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    RegistryValue,
    ValueType,
)

from tests.integration.real_channels import channel_to
from tests.lab import StandInHost

DENIED = Unread(why="access denied (the host says: Access is denied.) (0x00000005)")
DENIED_KEY = Unread(why="access denied (0x00000005)")
NOT_ASKED = Unread(why="not asked for")

GPO = "{7C2B0A51-5C7D-4B8E-9F0A-3D1E6B2F4A90}"
DOMAIN_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
WORKSTATIONS = "OU=Workstations,DC=corp,DC=example"
TERMINAL_SERVICES = r"Software\policies\Microsoft\Windows NT\Terminal Services"
PROCESSED = datetime(2026, 1, 5, 6, 7, 9, tzinfo=UTC)

NUMBERS = (
    ("fAllowUnsolicited", 1),
    ("fAllowUnsolicitedFullControl", 1),
    ("fAllowToGetHelp", 1),
    ("fAllowFullControl", 1),
    ("MaxTicketExpiry", 8),
    ("MaxTicketExpiryUnits", 1),
    ("fUseMailto", 1),
    ("MaxIdleTime", 900000),
)
HELPERS = ("CORP\\Helpdesk", "CORP\\Hjälpdesk", "CORP\\R&D <Support>")


def row(name: str, data: int | str) -> PolicyRow:
    kind = ValueType.REG_DWORD if isinstance(data, int) else ValueType.REG_SZ
    return PolicyRow(
        precedence=1,
        gpo=GPO,
        linked_at=WORKSTATIONS,
        key=TERMINAL_SERVICES if isinstance(data, int) else rf"{TERMINAL_SERVICES}\RAUnsolicit",
        name=name,
        value=RegistryValue(name=name, type=kind, data=data),
        created=datetime(2026, 1, 2, 3, 4, 5, 500000, UTC),
    )


LOCAL_NAME = {"LocalGPO": "Local Group Policy"}
MEMBER = HostFacts(
    rsop=Rsop(
        rows=(*(row(name, number) for name, number in NUMBERS), *(row(name, name) for name in HELPERS)),
        names=LOCAL_NAME | {DOMAIN_POLICY: "Default Domain Policy", GPO: "Workstations - Remote Assistance"},
        processed=PROCESSED,
    ),
    mdm=Mdm(),
    local_gpo_off=False,
    refreshed=PROCESSED,
    system=OperatingSystem(
        caption="Microsoft Windows 10 Enterprise",
        build=19045,
        kind="client",
        sku=4,
        edition="Enterprise",
        is_core=False,
    ),
    membership=Membership(is_member=True, domain="corp.example", computer="MEMBER01"),
    feature=True,
)
CLIENT = HostFacts(
    rsop=Rsop(names=LOCAL_NAME, processed=PROCESSED),
    mdm=Mdm(),
    local_gpo_off=False,
    refreshed=PROCESSED,
    system=OperatingSystem(
        caption="Microsoft Windows 11 Pro", build=22631, kind="client", sku=48, edition="Professional", is_core=False
    ),
    membership=Membership(is_member=False, domain="WORKGROUP", computer="CLIENT01"),
    feature=True,
)
SERVER = HostFacts(
    rsop=Rsop(names=LOCAL_NAME, processed=PROCESSED),
    mdm=Mdm(),
    local_gpo_off=False,
    refreshed=PROCESSED,
    system=OperatingSystem(
        caption="Microsoft Windows Server 2022 Standard",
        build=20348,
        kind="server",
        sku=7,
        edition="ServerStandard",
        is_core=False,
    ),
    membership=Membership(is_member=False, domain="WORKGROUP", computer="SERVER01"),
    feature=False,
)
APPLIED = (
    AppliedGpo(gpo="LocalGPO", name="Local Group Policy"),
    AppliedGpo(gpo=DOMAIN_POLICY, name="Default Domain Policy", linked_at="DC=corp,DC=example"),
    AppliedGpo(gpo=GPO, name="Workstations - Remote Assistance", linked_at=WORKSTATIONS),
)
GROUP = HelperGroup(exists=True, members=HELPERS)
NO_POLICY = FirewallPolicy(rules=(), merge_off=())

SOFTWARE = r"HKLM\SOFTWARE"
GROUP_POLICY = rf"{SOFTWARE}\Microsoft\Windows\CurrentVersion\Group Policy"
POLICY_MANAGER = rf"{SOFTWARE}\Microsoft\PolicyManager"
FIREWALL_POLICY = rf"{SOFTWARE}\Policies\Microsoft\WindowsFirewall"
VERSION = rf"{SOFTWARE}\Microsoft\Windows NT\CurrentVersion"
SYSTEM_POLICY = rf"{SOFTWARE}\Policies\Microsoft\Windows\System"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Everything:
    """All that is read of a host."""

    facts: HostFacts
    rules: t.Any
    policy: FirewallPolicy | Unread
    group: HelperGroup | Unread


def everything(channel: t.Any) -> Everything:
    facts = gather(channel)
    return Everything(
        facts=facts,
        rules=attempt(lambda: rules_of(channel.exchange)),
        policy=read_policy(channel),
        group=read_group(channel.exchange, facts.system, facts.membership),
    )


def read(host: StandInHost, connection: str) -> Everything:
    with channel_to(host, connection) as channel:
        return everything(channel)
