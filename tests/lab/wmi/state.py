# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What a stand-in host is beside its registry: a Windows with a firewall, tasks, groups and applied policies.

Tests change all of it at any time. What is not documented has a switch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from .classes import NAMESPACES

REGISTRY_EXTENSION = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
HELPER_GROUP = "Offer Remote Assistance Helpers"
TASK_PATH = "\\Microsoft\\Windows\\RemoteAssistance\\"
TASK_NAME = "RemoteAssistanceTask"
LOCAL_GPO = "LocalGPO"

# SCHED_S_TASK_RUNNING, SCHED_S_TASK_HAS_NOT_RUN
TASK_RUNNING = 0x41301
TASK_HAS_NOT_RUN = 0x41303


@dataclass(kw_only=True, slots=True)
class System:
    """The operating system and the computer.

    Attributes:
        product_type: 1 client, 2 domain controller, 3 server.
        sku: OperatingSystemSKU; None is null.
        edition: EditionID, and ``installation``: InstallationType, which stand in the registry.
        domain: The domain; empty in a workgroup.
        says_membership: Whether PartOfDomain is filled; null means unknown.
    """

    computer: str = "PC01"
    caption: str = "Microsoft Windows 11 Pro"
    version: str = "10.0.22631"
    product_type: int = 1
    sku: int | None = 48
    edition: str = "Professional"
    installation: str = "Client"
    folder: str = "C:\\Windows"
    domain: str = ""
    workgroup: str = "WORKGROUP"
    says_membership: bool = True

    @property
    def build(self) -> str:
        """The build number."""
        return self.version.rpartition(".")[2]

    @property
    def role(self) -> int:
        """DomainRole."""
        if self.product_type == 2:
            return 5
        return (2 if self.product_type == 3 else 0) + (1 if self.domain else 0)


@dataclass(kw_only=True, slots=True)
class Setting:
    """A value that a GPO sent (RSOP_RegistryPolicySetting).

    Attributes:
        gpo: The GPO's id.
        kind: The registry type's number.
        value: The raw bytes as the registry holds them; None is null.
    """

    gpo: str
    som: str
    key: str
    name: str
    kind: int = 4
    value: bytes | None = None
    precedence: int = 1
    deleted: bool = False
    command: str | None = None
    created: datetime | None = None


@dataclass(kw_only=True, slots=True)
class Gpo:
    """A GPO of the list (RSOP_GPO).

    Attributes:
        id: ``LocalGPO``, or ``cn={...},cn=policies,cn=system,DC=...``.
        linked_at: The container's distinguished name, or ``Local``; it stands in the registry's history too.
        applied: False for one that a security filter kept out.
    """

    id: str
    name: str
    linked_at: str = "Local"
    version: int = 0x00010001
    applied: bool = True


@dataclass(kw_only=True, slots=True)
class Rsop:
    """What Windows logged of its policies.

    Attributes:
        began: When the registry's extension last began, ``ended``: and ended; None where it never ran.
        error: What it ended with.
    """

    settings: list[Setting] = field(default_factory=list)
    gpos: list[Gpo] = field(default_factory=list)
    began: datetime | None = None
    ended: datetime | None = None
    error: int = 0


@dataclass(kw_only=True, slots=True)
class FirewallRule:
    """A rule of the firewall; the numbers are those of MSFT_NetFirewallRule.

    Attributes:
        direction: 1 in, 2 out.
        action: 2 allow, 3 allow and bypass, 4 block.
        profiles: 1 domain, 2 private, 4 public.
        source: PolicyStoreSourceType: 1 local, 2 Group Policy.
    """

    name: str
    enabled: bool
    direction: int = 1
    action: int = 2
    profiles: int = 3
    group: str | None = "@FirewallAPI.dll,-33002"
    source: int = 1


@dataclass(kw_only=True, slots=True)
class Firewall:
    """The firewall.

    Attributes:
        rules: Rules by name.
        returns_value: Whether Enable and Disable return a number, as documented; a client that was tested against
            Windows sees an empty output.
        deaf: Names of rules that stay as they are although the call succeeds.
    """

    rules: dict[str, FirewallRule] = field(default_factory=dict)
    returns_value: bool = False
    deaf: set[str] = field(default_factory=set)


@dataclass(kw_only=True, slots=True)
class Task:
    """A scheduled task.

    Attributes:
        enabled: Whether it can be started.
        result: What the last run returned.
        next_result: What the next run returns.
        polls: How often a started run is still reported as running; None for ever.
        effect: What a run does, when it ends.
        starts: How often it was started.
    """

    path: str = TASK_PATH
    name: str = TASK_NAME
    enabled: bool = True
    last_run: datetime | None = None
    result: int = TASK_HAS_NOT_RUN
    next_result: int = 0
    polls: int | None = 0
    effect: Callable[[], object] | None = None
    starts: int = 0
    running: bool = False
    left: int | None = 0


@dataclass(kw_only=True)
class Windows:
    """The host as its WMI shows it.

    Attributes:
        feature: Whether Remote Assistance is installed: msra.exe is there.
        groups: Members of each local group as (class, domain, name), as ``("Win32_Group", "CORP", "Helpdesk")``.
        absent: Namespaces that the host does not have.
        absent_code: What a query in an absent namespace is answered with: WBEM_E_INVALID_NAMESPACE or 0x80338000, which
            a method call always meets.
        refused: Fault code by class name, as ``{"RSOP_GPO": 5}``.
        first_page: Most items in the answer to Enumerate: Windows Server 2008 R2 and 2012 sent one, 2003 all (None).
        page: Most items in the answer to Pull.
        references: How a reference is written: as an end point reference (DSP0230), or as an object's path.
        lock: Held while a message is performed.
    """

    system: System = field(default_factory=System)
    feature: bool = True
    rsop: Rsop = field(default_factory=Rsop)
    firewall: Firewall = field(default_factory=Firewall)
    tasks: list[Task] = field(default_factory=list)
    groups: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    absent_code: int = 0x8004100E
    refused: dict[str, int] = field(default_factory=dict)
    first_page: int | None = 1
    page: int | None = None
    references: Literal["address", "path"] = "address"
    now: Callable[[], datetime] = lambda: datetime.now(tz=UTC)
    on_change: Callable[[], None] = lambda: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def task(self, path: str = TASK_PATH, name: str = TASK_NAME) -> Task | None:
        """Return a task, or None; Windows compares names without case."""
        wanted = (path + name).lower()
        return next((task for task in self.tasks if (task.path + task.name).lower() == wanted), None)

    def has_namespace(self, name: str) -> bool:
        """Tell whether the host has a namespace."""
        return name.lower() in NAMESPACES and name.lower() not in {absent.lower() for absent in self.absent}

    def fault_for(self, class_name: str) -> int | None:
        """Return what reading or calling a class is refused with."""
        return {name.lower(): code for name, code in self.refused.items()}.get(class_name.lower())
