# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Instances of every class out of a host's state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from . import classes
from .cim import CimClass, Instance, Reference, Value
from .state import LOCAL_GPO, REGISTRY_EXTENSION, FirewallRule, Gpo, Setting, Task, Windows

_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")
_SOURCES = {1: ("PersistentStore", "Local"), 2: ("GroupPolicy", "GroupPolicy")}
# MSFT_ScheduledTask.State (confidence: medium).
_DISABLED, _READY, _RUNNING = 1, 3, 4

Row = Mapping[str, Value]


def instances(windows: Windows, of: CimClass) -> Iterator[Instance]:
    """Yield the instances of a class."""
    rows = _TABLES.get(of.path)
    yield from (Instance(of=of, values=row) for row in (rows(windows) if rows else ()))


def _operating_system(windows: Windows) -> Iterator[Row]:
    system = windows.system
    yield {
        "BuildNumber": system.build,
        "BuildType": "Multiprocessor Free",
        "Caption": system.caption,
        "CreationClassName": "Win32_OperatingSystem",
        "CSCreationClassName": "Win32_ComputerSystem",
        "CSName": system.computer,
        "Description": "",
        "LocalDateTime": windows.now(),
        "Locale": "0409",
        "Manufacturer": "Microsoft Corporation",
        "MUILanguages": ("en-US",),
        "Name": rf"{system.caption}|{system.folder}|\Device\Harddisk0\Partition2",
        "OperatingSystemSKU": system.sku,
        "OSArchitecture": "64-bit",
        "OSLanguage": 1033,
        "OSType": 18,
        "Primary": True,
        "ProductType": system.product_type,
        "ServicePackMajorVersion": 0,
        "ServicePackMinorVersion": 0,
        "Status": "OK",
        "SystemDirectory": rf"{system.folder}\system32",
        "SystemDrive": system.folder[:2],
        "Version": system.version,
        "WindowsDirectory": system.folder,
    }


def _computer_system(windows: Windows) -> Iterator[Row]:
    system = windows.system
    yield {
        "Caption": system.computer,
        "CreationClassName": "Win32_ComputerSystem",
        "CurrentTimeZone": 0,
        "Description": "AT/AT COMPATIBLE",
        "DNSHostName": system.computer,
        "Domain": system.domain or system.workgroup,
        "DomainRole": system.role,
        "Name": system.computer,
        "PartOfDomain": bool(system.domain) if system.says_membership else None,
        "Roles": ("LM_Workstation", "LM_Server", "NT"),
        "Status": "OK",
        "SystemType": "x64-based PC",
        "Workgroup": None if system.domain else system.workgroup,
    }


def _files(windows: Windows) -> Iterator[Row]:
    """Yield files that are in the folder of every Windows, and msra.exe."""
    folder = rf"{windows.system.folder}\System32"
    for name in ("cmd.exe", "gpupdate.exe", *(("msra.exe",) if windows.feature else ())):
        # The names come back in small letters (confidence: low); WQL compares without case.
        path = rf"{folder}\{name}".lower()
        yield {
            "Caption": path,
            "CreationClassName": "CIM_LogicalFile",
            "CSCreationClassName": "Win32_ComputerSystem",
            "CSName": windows.system.computer,
            "Drive": path[:2],
            "Extension": "exe",
            "FileName": name.removesuffix(".exe"),
            "Name": path,
            "Path": folder.lower()[2:] + "\\",
            "Readable": True,
            "Status": "OK",
        }


def _groups(windows: Windows) -> Iterator[Row]:
    computer = windows.system.computer
    for number, name in enumerate(windows.groups):
        yield {
            "Caption": rf"{computer}\{name}",
            "Domain": computer,
            "LocalAccount": True,
            "Name": name,
            "SID": f"S-1-5-21-1-2-3-{1001 + number}",
            "SIDType": 4,
            "Status": "OK",
        }


def _members(windows: Windows) -> Iterator[Row]:
    for group, members in windows.groups.items():
        whole = Reference(path=classes.GROUP.path, keys={"Domain": windows.system.computer, "Name": group})
        for class_name, domain, name in members:
            part = Reference(path=f"{classes.CIMV2}/{class_name}", keys={"Domain": domain, "Name": name})
            yield {"GroupComponent": whole, "PartComponent": part}


def _settings(windows: Windows) -> Iterator[Row]:
    for number, setting in enumerate(windows.rsop.settings):
        yield _setting(number, setting)


def _setting(number: int, setting: Setting) -> Row:
    return {
        "command": setting.command,
        "creationTime": setting.created,
        "deleted": setting.deleted,
        "GPOID": setting.gpo,
        "id": f"{{{number:08X}-0000-4000-8000-000000000000}}",
        "name": setting.name,
        "precedence": setting.precedence,
        "registryKey": setting.key,
        "SOMID": setting.som,
        "value": None if setting.value is None else tuple(setting.value),
        "valueName": setting.name,
        "valueType": setting.kind,
    }


def _gpos(windows: Windows) -> Iterator[Row]:
    for gpo in windows.rsop.gpos:
        guid = _GUID.search(gpo.id)
        yield {
            "accessDenied": not gpo.applied,
            "enabled": True,
            "extensionIds": (REGISTRY_EXTENSION,) if gpo.applied else None,
            "fileSystemPath": _folder(windows, gpo),
            "filterAllowed": True,
            "guidName": guid[0] if guid else gpo.name,
            "id": gpo.id,
            "name": gpo.name,
            "version": gpo.version,
        }


def _folder(windows: Windows, gpo: Gpo) -> str:
    if gpo.id == LOCAL_GPO:
        return rf"{windows.system.folder}\System32\GroupPolicy\Machine"
    guid = _GUID.search(gpo.id)
    return rf"\\{windows.system.domain}\SysVol\{windows.system.domain}\Policies\{guid[0] if guid else ''}\Machine"


def _soms(windows: Windows) -> Iterator[Row]:
    for order, som in enumerate(dict.fromkeys(gpo.linked_at for gpo in windows.rsop.gpos), start=1):
        # 1 local, 2 site, 3 domain, 4 organizational unit.
        kind = 1 if som == "Local" else 4 if som.lower().startswith("ou=") else 3
        yield {"blocked": False, "blocking": False, "id": som, "reason": 1, "SOMOrder": order, "type": kind}


def _session(windows: Windows) -> Iterator[Row]:
    if windows.rsop.ended is None:
        return
    yield {
        "creationTime": windows.rsop.ended,
        "id": "Session1",
        "slowLink": False,
        "targetName": windows.system.computer,
        "ttlMinutes": 0,
        "version": 1,
    }


def _extensions(windows: Windows) -> Iterator[Row]:
    rsop = windows.rsop
    if rsop.began is None:
        return
    yield {
        "beginTime": rsop.began,
        "displayName": "Registry",
        "endTime": rsop.ended,
        "error": rsop.error,
        "extensionGuid": REGISTRY_EXTENSION,
        "loggingStatus": 3,
    }


def _rules(windows: Windows) -> Iterator[Row]:
    yield from (_rule(rule) for rule in windows.firewall.rules.values())


def _rule(rule: FirewallRule) -> Row:
    source, _type = _SOURCES.get(rule.source, ("", ""))
    return {
        "Action": rule.action,
        "CreationClassName": f"MSFT|FW|FirewallRule|{rule.name}",
        "Description": "",
        "Direction": rule.direction,
        "DisplayGroup": "Remote Assistance" if (rule.group or "").endswith("-33002") else None,
        "DisplayName": rule.name,
        "EdgeTraversalPolicy": 0,
        "ElementName": rule.name,
        "Enabled": 1 if rule.enabled else 2,
        "EnforcementStatus": (0,),
        "InstanceID": rule.name,
        "LocalOnlyMapping": False,
        "LooseSourceMapping": False,
        "Platforms": (),
        "PolicyRuleName": "",
        "PolicyStoreSource": source,
        "PolicyStoreSourceType": rule.source,
        "PrimaryStatus": 1,
        "Profiles": rule.profiles,
        "RuleGroup": rule.group,
        "Status": "The rule was parsed successfully from the store.",
        "StatusCode": 65536,
        "SystemCreationClassName": "",
        "SystemName": "",
    }


def _tasks(windows: Windows) -> Iterator[Row]:
    for task in windows.tasks:
        yield {
            "State": state_of(task),
            "TaskName": task.name,
            "TaskPath": task.path,
            "URI": task.path + task.name,
        }


def state_of(task: Task) -> int:
    """Return the number of a task's state."""
    return _RUNNING if task.running else _READY if task.enabled else _DISABLED


_TABLES: Mapping[str, Callable[[Windows], Iterator[Row]]] = {
    classes.OPERATING_SYSTEM.path: _operating_system,
    classes.COMPUTER_SYSTEM.path: _computer_system,
    classes.DATA_FILE.path: _files,
    classes.GROUP.path: _groups,
    classes.GROUP_USER.path: _members,
    classes.POLICY_SETTING.path: _settings,
    classes.GPO.path: _gpos,
    classes.SOM.path: _soms,
    classes.SESSION.path: _session,
    classes.EXTENSION_STATUS.path: _extensions,
    classes.FIREWALL_RULE.path: _rules,
    classes.SCHEDULED_TASK.path: _tasks,
}
