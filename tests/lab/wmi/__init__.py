# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Windows' WMI classes beside StdRegProv: what a stand-in host answers to queries and method calls."""

from .provider import Wmi
from .seeds import mark, seed_of, windows_of
from .state import (
    HELPER_GROUP,
    LOCAL_GPO,
    REGISTRY_EXTENSION,
    Firewall,
    FirewallRule,
    Gpo,
    Rsop,
    Setting,
    System,
    Task,
    Windows,
)

__all__ = [
    "HELPER_GROUP",
    "LOCAL_GPO",
    "REGISTRY_EXTENSION",
    "Firewall",
    "FirewallRule",
    "Gpo",
    "Rsop",
    "Setting",
    "System",
    "Task",
    "Windows",
    "Wmi",
    "mark",
    "seed_of",
    "windows_of",
]
