# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as text for node_exporter's textfile collector.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from datetime import datetime

from .._policy.catalogue import FIREWALL, GPT_INI
from .._policy.schema import setting_names
from .drift_model import SEVERITIES, STATUSES, DriftReport

PREFIX: t.Final = "winfleet_ra_drift_"
OTHER: t.Final = "other"

Samples = t.Sequence[tuple[t.Mapping[str, str], int]]


def prometheus_bytes(report: DriftReport) -> bytes:
    """Return a report in the text format of Prometheus, version 0.0.4.

    Labels hold words of ours only, never a text of a host, so that their number is bounded, whatever the fleet; every
    series is there also when it is 0.
    """
    counts = report.counts()
    metrics = [
        _metric("hosts", "Hosts by verdict.", [({"verdict": word}, n) for word, n in counts.hosts.items()]),
        _metric("findings", "Deviations that count, by severity and status.", _findings(report)),
        _metric("setting_hosts", "Hosts on which a setting drifted.", _settings(report)),
        _metric("accepted_findings", "Deviations that are accepted.", [({}, counts.accepted)]),
        _metric("lapsed_findings", "Deviations that count because an exception expired.", [({}, counts.lapsed)]),
        _metric("gone_findings", "Deviations of the previous report that are gone.", [({}, counts.gone)]),
        _metric("expired_exceptions", "Exceptions that have expired.", [({}, len(report.expired()))]),
        _metric("report_timestamp_seconds", "When the report was made.", [({}, _seconds(report.generated_at))]),
        _metric("baseline_info", "The baselines that hosts were compared with.", _baselines(report)),
    ]
    return "".join(metrics).encode()


def escaped(value: str) -> str:
    """Return a label's value as the text format writes it."""
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _metric(name: str, text: str, samples: Samples) -> str:
    lines = [f"# HELP {PREFIX}{name} {text}", f"# TYPE {PREFIX}{name} gauge"]
    for labels, number in samples:
        told = ",".join(f'{label}="{escaped(value)}"' for label, value in labels.items())
        lines.append(f"{PREFIX}{name}{{{told}}} {number}" if told else f"{PREFIX}{name} {number}")
    return "\n".join(lines) + "\n"


def _findings(report: DriftReport) -> Samples:
    number = Counter((finding.severity, finding.status) for host in report.hosts for finding in host.counted)
    return [
        ({"severity": severity, "status": status}, number[severity, status])
        for severity in SEVERITIES
        for status in STATUSES
    ]


def _settings(report: DriftReport) -> Samples:
    names = [*setting_names(), GPT_INI, FIREWALL, OTHER]
    number = Counter(
        setting for host in report.hosts for setting in {_label(found.setting, names) for found in host.counted}
    )
    return [({"setting": name}, number[name]) for name in names]


def _label(setting: str, names: t.Sequence[str]) -> str:
    """Return the word for a setting; rules of the firewall are one."""
    name = FIREWALL if setting.startswith(f"{FIREWALL}.") else setting
    return name if name in names else OTHER


def _baselines(report: DriftReport) -> Samples:
    return [({"baseline": name}, 1) for name in sorted({baseline.name for baseline in report.baselines} or {"none"})]


def _seconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())
