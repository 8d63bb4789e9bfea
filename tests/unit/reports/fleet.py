# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fleet with one host of each kind, and large ones; results are as the action ``host`` gives them."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    exceptions_of,
    managed_settings,
    report_of,
    to_json,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_model import DriftReport

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
PANEL = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
ALL_OFF = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}, "control_panel": {"invitations": False}}
MANAGED = managed_settings(ALL_OFF)

BASELINE = {
    "name": "cis_l1",
    "title": "CIS Level 1",
    "source": "CIS Benchmarks",
    "missing_offer": "pass",
    "ids": {
        "solicited.state": [
            {"id": "18.9.35.2", "benchmark": "CIS", "os": "Windows 11", "version": "3.0.0", "builds": [22631, 26100]},
            {"id": "18.8.36.2", "benchmark": "CIS", "os": "Windows 10", "version": "1.12.0", "builds": [17763, 19044]},
        ],
    },
}

EXCEPTIONS = {
    "exceptions": [
        {
            "hosts": "kiosks:&berlin",
            "setting": "offer",
            "reason": "Kiosks are helped from the counter",
            "who": "A. Meyer",
            "until": "2026-11-22",
        },
        {
            "hosts": "legacy*",
            "setting": "solicited.state",
            "reason": "Replaced in autumn",
            "who": "B. Schulz",
            "until": "2026-11-21",
        },
    ]
}

GROUPS = {"kiosk01": ["kiosks", "berlin"], "legacy01": ["servers"]}


def change(setting: str, before: object, after: object, **more: t.Any) -> dict[str, t.Any]:
    """Return one change of a result."""
    path = f"{PANEL if setting.startswith('control_panel') else POLICY}\\{setting.partition('.')[2]}"
    layer = "control_panel" if setting.startswith("control_panel") else "live_policy"
    action = "delete" if after is None else "set"
    told = {"layer": layer, "setting": setting, "path": path, "type": "REG_DWORD", "before": before, "after": after}
    return told | {"action": action} | more


def helper(name: str, *, wanted: bool = False) -> dict[str, t.Any]:
    """Return the change of one entry of the list of helpers."""
    path = f"{POLICY}\\RAUnsolicit\\{name}"
    sides = (None, name) if wanted else (name, None)
    return change("offer.helpers", *sides, path=path, type="REG_SZ")


def drifted(*changes: t.Mapping[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """Return the result of a host that is not as declared."""
    return {"changed": True, "changes": list(changes), "notes": [], "channel": "wsman", "managed": MANAGED} | more


def clean(**more: t.Any) -> dict[str, t.Any]:
    """Return the result of a host that is as declared."""
    return {"changed": False, "changes": [], "notes": [], "channel": "wsman", "managed": MANAGED} | more


WIDE_OPEN = (
    change("solicited.state", "enabled", "disabled"),
    change("solicited.control", "full_control", None),
    change("offer.state", "enabled", "disabled"),
    helper(r"CORP\Helpdesk"),
    change("control_panel.invitations", True, False),
)

RESULTS: dict[str, t.Any] = {
    "client01": clean(),
    "client02": drifted(*WIDE_OPEN, build=22631, sources={"solicited.state": "domain_gpo: Workstations"}),
    "client03": drifted(change("offer.state", None, "disabled"), change("control_panel.invitations", True, False)),
    "client04": drifted(change("offer.state", None, "disabled")),
    "client05": {"unreachable": True, "changed": False, "msg": "connecting to client05:5986: no answer in 30 s"},
    "client06": drifted(
        change("solicited.state", "enabled", "disabled"),
        failed=True,
        msg=r"reading HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance: access denied (0x00000005)",
    ),
    "kiosk01": drifted(change("offer.state", "enabled", "disabled")),
    "legacy01": drifted(change("solicited.state", None, "disabled"), change("solicited.ticket_lifetime", 99, None)),
}
HOSTS = [*RESULTS, "never01"]

PREVIOUS_RESULTS: dict[str, t.Any] = {
    "client01": drifted(change("offer.state", "enabled", "disabled")),
    "client02": drifted(change("solicited.state", "enabled", "disabled")),
    "client05": drifted(change("offer.state", "enabled", "disabled")),
    "client06": clean(),
    "retired01": drifted(change("offer.state", "enabled", "disabled")),
}


def previous() -> dict[str, t.Any]:
    """Return the report of the night before."""
    report = report_of(PREVIOUS_RESULTS, now=YESTERDAY, exceptions=exceptions_of(EXCEPTIONS), baseline=BASELINE)
    return to_json(report)


def report() -> DriftReport:
    """Return the report of the fleet."""
    return report_of(
        RESULTS,
        now=NOW,
        previous=previous(),
        exceptions=exceptions_of(EXCEPTIONS),
        groups=GROUPS,
        baseline=BASELINE,
        all_hosts=HOSTS,
        run={"name": "drift.yml", "job": "4711", "part": "1/2", "version": "1.0.0"},
    )


def large(hosts: int) -> DriftReport:
    """Return the report of a fleet in which every third host drifted."""
    results: dict[str, t.Any] = {}
    for number in range(hosts):
        name = f"ws-{number:05}.corp.example.com"
        if number % 97 == 0:
            results[name] = {"unreachable": True, "msg": f"connecting to {name}:5986: no answer in 30 s"}
        elif number % 3 == 0:
            results[name] = drifted(*WIDE_OPEN[: 1 + number % 5], helper(f"CORP\\user{number}"))
        else:
            results[name] = clean()
    return report_of(results, now=NOW, baseline=BASELINE)
