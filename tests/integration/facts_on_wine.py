# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Wine host that holds what a stand-in host tells over WMI, where Windows keeps it: registry keys and a file."""

from __future__ import annotations

import contextlib
import typing as t

from tests.lab import StandInHost
from tests.lab.wine import WineHost
from tests.lab.wmi.seeds import mark
from tests.lab.wmi.state import FirewallRule, System

VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
PRODUCT = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
NETWORK = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
HISTORY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\History"
RULES = r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"

_KINDS = {1: "WinNT", 2: "LanmanNT", 3: "ServerNT"}
_ACTIONS = {2: "Allow", 3: "ByPass", 4: "Block"}
_PROFILES = {1: "Domain", 2: "Private", 4: "Public"}


def set_text(host: WineHost, path: str, **texts: str) -> None:
    for name, text in texts.items():
        host.registry.set(path, name, "REG_SZ", text)


def set_system(host: WineHost, system: System) -> None:
    """Write what Windows' registry says of the system; ProductName is that of Windows 10 also on Windows 11."""
    caption = system.caption.removeprefix("Microsoft ").replace("Windows 11", "Windows 10")
    set_text(host, VERSION, ProductName=caption, CurrentBuild=system.build)
    set_text(host, PRODUCT, ProductType=_KINDS[system.product_type])
    if system.domain:
        set_text(host, NETWORK, Domain=system.domain)
        host.registry.set(NETWORK, "NV Domain", "REG_SZ", system.domain)
        set_text(host, HISTORY, MachineDomain=system.domain, DCName=rf"\\dc1.{system.domain}")


def text_of(rule: FirewallRule) -> str:
    """Return a rule as Windows 10 stores it."""
    profiles = "".join(f"Profile={word}|" for bit, word in _PROFILES.items() if rule.profiles & bit)
    direction = "In" if rule.direction == 1 else "Out"
    return (
        f"v2.30|Action={_ACTIONS[rule.action]}|Active={str(rule.enabled).upper()}|Dir={direction}|Protocol=6|{profiles}"
        f"App=%SystemRoot%\\system32\\msra.exe|Name=@FirewallAPI.dll,-33003|EmbedCtxt={rule.group}|"
    )


def resemble(host: WineHost, model: StandInHost) -> None:
    """Write what the stand-in tells of itself into a Wine host that has the same seed."""
    windows = model.windows
    set_system(host, windows.system)
    mark(host.registry, windows)
    for rule in windows.firewall.rules.values():
        host.registry.set(RULES, rule.name, "REG_SZ", text_of(rule))


@contextlib.contextmanager
def feature(host: WineHost, *, installed: bool) -> t.Iterator[None]:
    """Have the program of Remote Assistance there or not."""
    program = host.machine.file(r"C:\Windows\System32") / "msra.exe"
    if installed:
        program.touch()
    try:
        yield
    finally:
        program.unlink(missing_ok=True)
