# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the rows of tests/data/effective: facts on a host in a few words, and the objects that they stand for.

The words are described at the head of each file. Nothing here knows how answers, sources or conflicts come about.
"""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    AppliedGpo,
    HostFacts,
    Mdm,
    MdmSetting,
    Membership,
    OperatingSystem,
    PolicyRow,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    RegistryValue,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY, PREFERENCE_KEY

Row = t.Mapping[str, t.Any]
DENIED: t.Final = Unread(why="access denied")
RAN: t.Final = "2026-11-20T10:00:00Z"

SYSTEMS: t.Final = {
    "client": OperatingSystem(caption="Windows 11 Pro", build=22631, kind="client", sku=48),
    "server": OperatingSystem(caption="Windows Server 2022", build=20348, kind="server", sku=7, is_core=False),
    "core": OperatingSystem(caption="Windows Server 2022", build=20348, kind="server", sku=7, is_core=True),
    "dc": OperatingSystem(caption="Windows Server 2022", build=20348, kind="domain_controller", sku=7),
}


def observed(row: Row) -> Observed:
    return {
        POLICY_KEY: KeyState.of(*(_value(name, data) for name, data in row.get("policy", {}).items())),
        HELPER_KEY: KeyState.of(*(string(name, name) for name in row.get("helpers", ()))),
        PREFERENCE_KEY: KeyState.of(*(_value(name, data) for name, data in row.get("preference", {}).items())),
    }


def facts(row: Row, gpos: t.Mapping[str, Row]) -> HostFacts:
    refreshed = row.get("refreshed", RAN)
    return HostFacts(
        rsop=_rsop(row, gpos),
        applied=DENIED if row.get("applied") == "unread" else _applied(row, gpos),
        mdm=_mdm(row.get("mdm", {})),
        local_gpo=_local(row.get("local_gpo")),
        local_gpo_off=row.get("local_gpo_off", False),
        refreshed=_moment(refreshed),
        system=SYSTEMS[row.get("system", "client")],
        membership=Membership(is_member=True, domain="corp.example"),
        feature=DENIED if row.get("feature") == "unread" else row.get("feature", True),
    )


def _value(name: str, data: object) -> RegistryValue:
    return dword(name, data) if isinstance(data, int) else string(name, str(data))


def _moment(text: object) -> datetime | None:
    return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if text else None


def _rsop(row: Row, gpos: t.Mapping[str, Row]) -> Rsop | Unread:
    found = row.get("rsop", [])
    if found in ("unread", "off"):
        return DENIED if found == "unread" else Unread(why="logging of policies is turned off on the host")
    return Rsop(
        rows=tuple(_row(text, gpos) for text in found),
        names={gpo["id"]: name for name, gpo in gpos.items()},
        processed=_moment(row.get("rsop_ran", RAN)),
        failed=row.get("rsop_failed", False),
    )


def _row(text: str, gpos: t.Mapping[str, Row]) -> PolicyRow:
    """Return the row for 'GPO: name = number', 'GPO: name deleted', 'GPO: helper NAME', 'GPO (2): ...'."""
    sender, dummy, what = text.partition(": ")
    name, dummy, precedence = sender.partition(" (")
    gpo = gpos[name]
    key, value = POLICY_KEY.path, None
    if what.startswith("helper "):
        key, what = HELPER_KEY.path, what.removeprefix("helper ")
        value = string(what, what)
    elif " = " in what:
        what, dummy, number = what.partition(" = ")
        value = dword(what, int(number))
    else:
        what = what.removesuffix(" deleted")
    return PolicyRow(
        precedence=int(precedence.rstrip(")") or 1),
        gpo=gpo["id"],
        linked_at=gpo.get("linked_at", ""),
        key=key.replace("SOFTWARE", "Software"),
        name=what,
        value=value,
    )


def _applied(row: Row, gpos: t.Mapping[str, Row]) -> tuple[AppliedGpo, ...]:
    return tuple(
        AppliedGpo(gpo=gpos[name]["id"], name=name, linked_at=gpos[name].get("linked_at", ""))
        for name in row.get("applied", ())
    )


def _mdm(given: t.Any) -> Mdm | Unread:
    if given == "unread":
        return DENIED
    settings = {
        name: MdmSetting(policy=name, provider="{ENROLLMENT}", state=None if state == "something" else state)
        for name, state in given.items()
        if name != "wins"
    }
    return Mdm(settings=settings, wins_over_gpo=given.get("wins", False))


def _local(given: t.Any) -> Observed | Unread:
    if given is None:
        return Unread(why="not asked for")
    if given == "unread":
        return DENIED
    values = {name: data for name, data in given.items() if name != "helpers"}
    return {
        POLICY_KEY: KeyState.of(*(_value(name, data) for name, data in values.items())),
        HELPER_KEY: KeyState.of(*(string(name, name) for name in given.get("helpers", ()))),
    }
