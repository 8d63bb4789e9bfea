# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""A host's Windows as the ``windows`` section of a seed, and the part of it that stands in the registry too.

Form; everything may be left out::

    windows:
      system: {caption: Microsoft Windows 11 Pro, version: 10.0.22631, domain: corp.example}  # see System
      feature: true
      firewall: shipped  # or none, or rules by name: {enabled: true, ...}; see FirewallRule
      tasks: [{name: RemoteAssistanceTask}]  # see Task
      groups:
        Offer Remote Assistance Helpers: [[Win32_Group, CORP, Helpdesk]]
      rsop:
        began: 2026-01-05T06:07:08Z
        ended: 2026-01-05T06:07:09Z
        gpos: [{id: LocalGPO, name: Local Group Policy}]  # see Gpo
        settings: [{gpo: LocalGPO, som: Local, key: Software\Policies\X, name: Y, type: REG_DWORD, data: 1}]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ..registry import REG_DWORD, REG_MULTI_SZ, REG_QWORD, Data
from ..registry_view import RegistryView
from ..value_text import read_data, type_number
from .shipped import shipped_rules
from .state import REGISTRY_EXTENSION, Firewall, FirewallRule, Gpo, Rsop, Setting, System, Task, Windows

_VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_GROUP_POLICY = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy"
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_PARTS = {"system", "feature", "firewall", "tasks", "groups", "rsop"}
_OF_A_RUN = ("effect", "running", "left")


def windows_of(content: Mapping[str, Any], *, computer: str) -> Windows:
    """Return the Windows of a seed's content; without a section it is a client of a workgroup, nothing installed.

    Raises:
        ValueError: The section is not of the form above.
    """
    section = content.get("windows") or {}
    if unknown := set(section) - _PARTS:
        raise ValueError(f"windows: a seed has no {min(unknown)!r}")
    try:
        return Windows(
            system=System(**{"computer": computer.upper()[:15]} | (section.get("system") or {})),
            feature=section.get("feature", True),
            firewall=Firewall(rules=_rules(section.get("firewall") or "none")),
            tasks=[Task(**_moments(task, "last_run")) for task in section.get("tasks") or ()],
            groups={name: [tuple(one) for one in members] for name, members in (section.get("groups") or {}).items()},
            rsop=_rsop(section.get("rsop") or {}),
        )
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"windows: {error}") from error


def seed_of(windows: Windows) -> dict[str, Any]:
    """Return the section of which ``windows_of`` makes the same Windows; switches of tests are left out."""
    rsop = windows.rsop
    return {
        "system": asdict(windows.system),
        "feature": windows.feature,
        "firewall": {name: _without(asdict(rule), "name") for name, rule in windows.firewall.rules.items()},
        # By attribute: an effect may be anything, and asdict copies.
        "tasks": [{name: _text(getattr(task, name)) for name in _names(task)} for task in windows.tasks],
        "groups": {name: [list(one) for one in members] for name, members in windows.groups.items()},
        "rsop": {
            "began": _text(rsop.began),
            "ended": _text(rsop.ended),
            "error": rsop.error,
            "gpos": [asdict(gpo) for gpo in rsop.gpos],
            "settings": [
                asdict(setting)
                | {"value": None if setting.value is None else setting.value.hex(), "created": _text(setting.created)}
                for setting in rsop.settings
            ],
        },
    }


def mark(registry: RegistryView, windows: Windows) -> None:
    """Put into a registry what Windows keeps there as well, where nothing stands yet."""
    system, rsop = windows.system, windows.rsop
    _put(registry, _VERSION, EditionID=system.edition, InstallationType=system.installation)
    extension = rf"{_GROUP_POLICY}\State\Machine\Extension-List\{REGISTRY_EXTENSION}"
    if rsop.ended is not None:
        ticks = int((rsop.ended - _EPOCH).total_seconds()) * 10_000_000
        _put(registry, extension, EndTimeLo=ticks % 2**32, EndTimeHi=ticks >> 32, Status=rsop.error)
    history = rf"{_GROUP_POLICY}\History\{REGISTRY_EXTENSION}"
    for number, gpo in enumerate(one for one in rsop.gpos if one.applied):
        is_local = gpo.linked_at == "Local"
        guid = gpo.id[gpo.id.find("{") : gpo.id.find("}") + 1]
        _put(
            registry,
            rf"{history}\{number}",
            DisplayName=gpo.name,
            GPOName=gpo.name if is_local else guid,
            DSPath=gpo.id if is_local else f"LDAP://CN=Machine,{gpo.id}",
            Link=gpo.linked_at if is_local else f"LDAP://{gpo.linked_at}",
            Options=0,
            Version=gpo.version,
        )


def _put(registry: RegistryView, path: str, **values: str | int) -> None:
    for name, data in values.items():
        if registry.get(path, name) is None:
            registry.set(path, name, "REG_DWORD" if isinstance(data, int) else "REG_SZ", data)


def _rules(section: str | Mapping[str, Any]) -> dict[str, FirewallRule]:
    if isinstance(section, Mapping):
        return {name: FirewallRule(name=name, **values) for name, values in section.items()}
    return {"shipped": shipped_rules, "none": dict[str, FirewallRule]}[section]()


def _rsop(section: Mapping[str, Any]) -> Rsop:
    plain = _moments(section, "began", "ended")
    gpos = [Gpo(**gpo) for gpo in plain.pop("gpos", ())]
    return Rsop(gpos=gpos, settings=[_setting(one) for one in plain.pop("settings", ())], **plain)


def _setting(section: Mapping[str, Any]) -> Setting:
    plain = _moments(section, "created")
    if "type" in plain:
        kind = type_number(plain.pop("type"))
        plain |= {"kind": kind, "value": raw_data(kind, read_data(kind, plain.pop("data")))}
    elif isinstance(plain.get("value"), str):
        plain["value"] = bytes.fromhex(plain["value"])
    return Setting(**plain)


def raw_data(kind: int, data: Data) -> bytes:
    """Return data as the registry's own bytes."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, int):
        return data.to_bytes({REG_DWORD: 4, REG_QWORD: 8}[kind], "little")
    texts = (*data, "") if kind == REG_MULTI_SZ else (str(data),)
    return "".join(f"{text}\0" for text in texts).encode("utf-16-le")


def _moments(section: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a copy with points in time; YAML reads some itself."""
    plain = dict(section)
    for name in names:
        found = plain.get(name)
        if isinstance(found, str):
            found = datetime.fromisoformat(found)
        if isinstance(found, datetime):
            plain[name] = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return plain


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _names(task: Task) -> list[str]:
    return [name for name in task.__slots__ if name not in _OF_A_RUN]


def _without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
