# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows it is, whether it belongs to a domain, and whether Remote Assistance is there.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._policy.host_facts import CLIENT, DOMAIN_CONTROLLER, SERVER, WINDOWS_FOLDER, Membership, OperatingSystem, Unread
from ..._registry.model import KeyState
from ..wsman.answer import unusable
from ..wsman.enumerate import select
from ..wsman.exchange import Exchange
from ..wsman.items import Item
from .attempts import KeyReader, attempt, rows, text_of, values_of

_CIMV2: t.Final = "root/cimv2"
_VERSION_KEY: t.Final = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_KINDS: t.Final = {1: CLIENT, 2: DOMAIN_CONTROLLER, 3: SERVER}


def read_system(exchange: Exchange, registry: KeyReader) -> OperatingSystem | Unread:
    """Return what Windows it is (Win32_OperatingSystem; edition and kind of installation from the registry)."""
    return attempt(lambda: _system(exchange, registry))


def read_membership(exchange: Exchange) -> Membership | Unread:
    """Return whether the host belongs to a domain (Win32_ComputerSystem)."""
    return attempt(lambda: _membership(exchange))


def read_feature(exchange: Exchange, system: OperatingSystem | Unread) -> bool | Unread:
    """Return whether Remote Assistance is there: its program msra.exe, looked for without starting anything.

    Server Manager's own record is a cache that can be missing or outdated, and Windows' list of optional features takes
    seconds; the file is what both stand for.
    """
    if isinstance(system, Unread):
        return system
    program = system.windows_folder.rstrip("\\") + r"\System32\msra.exe"
    wql = select("Name", "CIM_DataFile", Name=program)
    return attempt(lambda: bool(rows(exchange, _CIMV2, wql, doing=f"looking for {program}")))


def _system(exchange: Exchange, registry: KeyReader) -> OperatingSystem:
    columns = "Caption,BuildNumber,ProductType,OperatingSystemSKU,WindowsDirectory"
    found = _only(exchange, columns, "Win32_OperatingSystem")
    build, kind = found.number("BuildNumber"), _KINDS.get(found.number("ProductType") or 0)
    if build is None or kind is None:
        raise unusable(found.doing, "it does not say which Windows it is")
    more = attempt(lambda: values_of(registry, _VERSION_KEY, "EditionID", "InstallationType"))
    values = KeyState() if isinstance(more, Unread) else more
    installation = text_of(values, "InstallationType")
    return OperatingSystem(
        caption=(found.text("Caption") or "").strip(),
        build=build,
        kind=kind,
        sku=found.number("OperatingSystemSKU"),
        edition=text_of(values, "EditionID"),
        is_core=installation.lower() == "server core" if installation else None,
        windows_folder=found.text("WindowsDirectory") or WINDOWS_FOLDER,
    )


def _membership(exchange: Exchange) -> Membership:
    found = _only(exchange, "Name,Domain,PartOfDomain,DomainRole", "Win32_ComputerSystem")
    member, role = found.flag("PartOfDomain"), found.number("DomainRole")
    if member is None and role is not None:
        # 0 and 2 are computers of their own, 1 and 3 members, 4 and 5 domain controllers.
        member = role not in {0, 2}
    return Membership(is_member=member, domain=found.text("Domain") or "", computer=found.text("Name") or "")


def _only(exchange: Exchange, columns: str, class_name: str) -> Item:
    doing = f"reading {class_name}"
    found = rows(exchange, _CIMV2, select(columns, class_name), doing=doing)
    if len(found) != 1:
        raise unusable(doing, f"it holds {len(found)} of them")
    return found[0]
