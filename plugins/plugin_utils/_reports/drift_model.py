# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drift report says; everything that can be counted is counted from it, never stored beside it.

Instants are texts in UTC, ``YYYY-MM-DDTHH:MM:SSZ``: they compare as they stand.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from .._registry.names import fold

VERSION: t.Final = 1
"""Of the JSON; a reader refuses any other."""

CLEAN: t.Final = "clean"
DRIFT: t.Final = "drift"
FAILED: t.Final = "failed"
UNREACHABLE: t.Final = "unreachable"
VERDICTS: t.Final = (CLEAN, DRIFT, FAILED, UNREACHABLE)
"""From best to worst: the verdict of a report is the worst one of its hosts."""

ANSWERED: t.Final = (CLEAN, DRIFT)

HIGH: t.Final = "high"
MEDIUM: t.Final = "medium"
LOW: t.Final = "low"
SEVERITIES: t.Final = (HIGH, MEDIUM, LOW)

NEW: t.Final = "new"
STILL: t.Final = "still"
STATUSES: t.Final = (NEW, STILL)

Word = str | int | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """An accepted deviation: one entry of the exceptions file, or a rule of the baseline.

    Attributes:
        hosts: Ansible host pattern; empty for a rule of the baseline.
        setting: Dotted name, such as ``offer.state``, or a top-level name, such as ``offer``, for all below it.
        reason: Why it is accepted.
        who: Who accepted it; for a rule of the baseline its name.
        until: ISO date, the last day on which it is accepted, in UTC; empty for a rule of the baseline.
    """

    hosts: str
    setting: str
    reason: str
    who: str
    until: str

    def expired(self, instant: str) -> bool:
        """Return True if it is not accepted any more at an instant."""
        return bool(self.until) and instant[:10] > self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    r"""One value of one host that is not as declared.

    Attributes:
        setting: Dotted name, such as ``offer.control``.
        layer: Where the value stands: live_policy, control_panel or local_gpo.
        path: Registry path of the value, or None.
        actual: What stands there, in words; None for nothing.
        wanted: What is declared; None for nothing.
        action: What a real run would do: set, delete or repair_type.
        severity: high (wider than declared), medium or low.
        source: What decides the value, such as ``live_policy`` or ``domain_gpo: Workstations``.
        benchmark_ids: Items of benchmarks that ask for it, as texts for people.
        since: When it was first found in an unbroken row of reports.
        status: new, or still there.
        accepted: The acceptance that covers it; not counted as drift.
        lapsed: The acceptance that covered it and has expired; counted as drift.
    """

    setting: str
    layer: str
    path: str | None
    actual: Word
    wanted: Word
    action: str
    severity: str
    source: str
    benchmark_ids: tuple[str, ...] = ()
    since: str
    status: str = NEW
    accepted: Acceptance | None = None
    lapsed: Acceptance | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same finding in the next report; letter case is the registry's affair."""
        return self.layer, self.setting, fold(self.path or "")

    @property
    def counted(self) -> bool:
        """True if it is drift, not accepted."""
        return self.accepted is None


@dataclass(frozen=True, kw_only=True, slots=True)
class HostDrift:
    """One host of a report.

    Attributes:
        name: Its name in the inventory, fit to be shown.
        verdict: clean, drift, failed or unreachable.
        findings: What is not as declared; of a host that failed half-way, what was found until then.
        gone: What the previous report had and this one has not; only of a host that answered.
        message: Why it failed or was not reached, else empty.
        checked_at: When.
        managed: The settings that its declaration manages, or None where that is not known.
    """

    name: str
    verdict: str
    findings: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()
    message: str = ""
    checked_at: str
    managed: frozenset[str] | None = None

    @property
    def answered(self) -> bool:
        """True if everything that was asked is known."""
        return self.verdict in ANSWERED

    @property
    def counted(self) -> tuple[Finding, ...]:
        """The findings that are drift."""
        return tuple(finding for finding in self.findings if finding.counted)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Run:
    """Which run a report is of.

    Attributes:
        started_at: When the report was made.
        name: The playbook, or empty.
        job: Number of the AWX job, or empty.
        part: Slice of the AWX job, such as ``2/5``, or empty.
        version: Version of the collection, or empty.
    """

    started_at: str
    name: str = ""
    job: str = ""
    part: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class BaselineName:
    """The baseline that hosts were compared with.

    Attributes:
        name: Such as ``cis_l1``.
        title: For people.
        source: Where its values come from.
    """

    name: str
    title: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Totals of a report.

    Attributes:
        hosts: Number of hosts by verdict, every verdict named.
        open: Findings that are drift.
        new: Those of them that the previous report had not.
        high: Those of them that are wider than declared.
        accepted: Findings that an acceptance covers.
        lapsed: Findings that are drift because their acceptance expired.
        gone: What the previous report had and this one has not.
    """

    hosts: t.Mapping[str, int]
    open: int
    new: int
    high: int
    accepted: int
    lapsed: int
    gone: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftReport:
    """What one or more runs found.

    Attributes:
        generated_at: When.
        runs: The runs that it tells of; more than one after a merge.
        baselines: The baselines that hosts were compared with; none for the inventory's own declaration.
        exceptions: Every acceptance of the exceptions file, used or not.
        hosts: By name, each once.
        remembered: What hosts that gave no answer, or were not part of the run, said when they last answered.
    """

    generated_at: str
    runs: tuple[Run, ...] = ()
    baselines: tuple[BaselineName, ...] = ()
    exceptions: tuple[Acceptance, ...] = ()
    hosts: tuple[HostDrift, ...] = ()
    remembered: tuple[HostDrift, ...] = ()

    @property
    def verdict(self) -> str:
        """The worst verdict of a host; ``failed`` for a report without any host."""
        return max((host.verdict for host in self.hosts), key=VERDICTS.index, default=FAILED)

    def counts(self) -> Counts:
        """Return the totals."""
        by_verdict = Counter(host.verdict for host in self.hosts)
        findings = [finding for host in self.hosts for finding in host.findings]
        counted = [finding for finding in findings if finding.counted]
        return Counts(
            hosts={verdict: by_verdict[verdict] for verdict in VERDICTS},
            open=len(counted),
            new=sum(finding.status == NEW for finding in counted),
            high=sum(finding.severity == HIGH for finding in counted),
            accepted=sum(finding.accepted is not None for finding in findings),
            lapsed=sum(finding.lapsed is not None for finding in counted),
            gone=sum(len(host.gone) for host in self.hosts),
        )

    def uses(self) -> t.Mapping[Acceptance, int]:
        """Return how many findings each exception covers, or would cover had it not expired."""
        used = Counter(
            acceptance
            for host in self.hosts
            for finding in host.findings
            for acceptance in (finding.accepted or finding.lapsed,)
            if acceptance is not None
        )
        return {acceptance: used[acceptance] for acceptance in self.exceptions}

    def expired(self) -> tuple[Acceptance, ...]:
        """Return the exceptions that have expired."""
        return tuple(acceptance for acceptance in self.exceptions if acceptance.expired(self.generated_at))
