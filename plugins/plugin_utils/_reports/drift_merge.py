# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several reports made into one: of slices of one job, or of several runs.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import json
import typing as t

from .drift_json import to_json
from .drift_model import CLEAN, DRIFT, FAILED, UNREACHABLE, DriftReport, HostDrift

_ON_A_TIE: t.Final = (CLEAN, UNREACHABLE, FAILED, DRIFT)
"""Two checks of one host in the same second: the one that knows of drift counts."""


def merge(reports: t.Sequence[DriftReport]) -> DriftReport:
    """Return one report for several; their order does not matter, and merging twice changes nothing.

    Of a host that is in several, its last check counts, also where it gave no answer then; of two checks in the same
    second drift goes before failed, failed before unreachable, unreachable before clean. What a host said when it last
    answered is remembered.
    """
    hosts: dict[str, HostDrift] = {}
    answers: dict[str, HostDrift] = {}
    for report in reports:
        for host in report.hosts:
            hosts[host.name] = _later(host, hosts.get(host.name))
        for host in (*report.hosts, *report.remembered):
            if host.answered:
                answers[host.name] = _later(host, answers.get(host.name))
    remembered = [host for name, host in answers.items() if _tells_more(host, hosts.get(name))]
    return DriftReport(
        generated_at=max((report.generated_at for report in reports), default=""),
        runs=tuple(sorted({run for report in reports for run in report.runs})),
        baselines=tuple(sorted({baseline for report in reports for baseline in report.baselines})),
        exceptions=tuple(dict.fromkeys(accepted for report in reports for accepted in report.exceptions)),
        hosts=tuple(hosts[name] for name in sorted(hosts)),
        remembered=tuple(sorted(remembered, key=lambda host: host.name)),
    )


def _later(one: HostDrift, other: HostDrift | None) -> HostDrift:
    return one if other is None or _rank(one) > _rank(other) else other


def _rank(host: HostDrift) -> tuple[str, int, str]:
    """Return what orders two checks of one host; no two different ones are equal."""
    alone = json.dumps(to_json(DriftReport(generated_at="", hosts=(host,))), sort_keys=True)
    return host.checked_at, _ON_A_TIE.index(host.verdict), alone


def _tells_more(answer: HostDrift, host: HostDrift | None) -> bool:
    return host is None or not host.answered or (answer is not host and _rank(answer) > _rank(host))
