# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as JUnit XML: hosts are suites, settings are cases.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import html
import typing as t

from .._policy.catalogue import FIREWALL
from .._policy.schema import setting_names
from .drift_model import DriftReport, Finding, HostDrift
from .drift_text import shown_word

_ANSWER: t.Final = "answer"
"""The case of every host that stands for its having answered."""


def junit_bytes(report: DriftReport) -> bytes:
    """Return a report as JUnit XML, in the form that Jenkins, GitLab and Azure DevOps read.

    A setting fails where it drifted, and is skipped where it is accepted, or not managed by the host's declaration; a
    host that failed or was not reached is an error of its first case. Where it is not known what a host's declaration
    manages, only its findings are cases.
    """
    suites = [_suite(host) for host in report.hosts]
    totals = {name: sum(suite.totals[name] for suite in suites) for name in ("tests", "failures", "errors")}
    head = _attributes({"name": "Remote Assistance drift", **{name: str(number) for name, number in totals.items()}})
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{head}>"]
    lines += [line for suite in suites for line in suite.lines]
    lines.append("</testsuites>")
    return ("\n".join(lines) + "\n").encode()


class _Suite(t.NamedTuple):
    totals: t.Mapping[str, int]
    lines: t.Sequence[str]


def _suite(host: HostDrift) -> _Suite:
    cases = [(_ANSWER, [] if host.answered else [_element("error", host.message, host.verdict)])]
    found: dict[str, list[Finding]] = {}
    for finding in host.findings:
        found.setdefault(finding.setting, []).append(finding)
    names: t.Iterable[str] = found
    if host.managed is not None:
        # The firewall is one case where nothing was found of it, and one for each rule that was.
        has_rules = any(name.startswith(f"{FIREWALL}.") for name in found)
        own = [*setting_names(), *([] if has_rules else [FIREWALL])]
        names = [*own, *(name for name in found if name not in _KNOWN)]
    cases += [
        (setting, _outcome(setting, found.get(setting, []), host))
        for setting in names
        if host.answered or setting in found
    ]
    kinds = [outcome[0].split(None, 1)[0][1:] if outcome else "passed" for dummy, outcome in cases]
    totals = {
        "tests": len(cases),
        "failures": kinds.count("failure"),
        "errors": kinds.count("error"),
        "skipped": kinds.count("skipped"),
    }
    numbers = {name: str(number) for name, number in totals.items()}
    head = {"name": host.name, "hostname": host.name, "timestamp": host.checked_at.removesuffix("Z"), "time": "0"}
    lines = [f"  <testsuite{_attributes(head | numbers)}>"]
    for name, outcome in cases:
        case = _attributes({"name": name, "classname": host.name, "time": "0"})
        if outcome:
            lines += [f"    <testcase{case}>", *(f"      {line}" for line in outcome), "    </testcase>"]
        else:
            lines.append(f"    <testcase{case}/>")
    return _Suite(totals, [*lines, "  </testsuite>"])


_KNOWN: t.Final = frozenset(setting_names())


def _outcome(setting: str, findings: t.Sequence[Finding], host: HostDrift) -> list[str]:
    counted = [finding for finding in findings if finding.counted]
    if counted:
        gravest = "high" if any(finding.severity == "high" for finding in counted) else counted[0].severity
        text = "\n".join(_line(finding) for finding in counted)
        return [_element("failure", _short(counted), gravest, text)]
    accepted = next((finding.accepted for finding in findings if finding.accepted), None)
    if accepted is not None:
        until = f" until {accepted.until}" if accepted.until else ""
        return [_element("skipped", f"accepted{until} by {accepted.who}: {accepted.reason}")]
    if not findings and host.managed is not None and setting not in host.managed:
        return [_element("skipped", "not managed")]
    return []


def _short(findings: t.Sequence[Finding]) -> str:
    first = f"{shown_word(findings[0].actual)}, wanted {shown_word(findings[0].wanted)}"
    return first if len(findings) == 1 else f"{first}, and {len(findings) - 1} more"


def _line(finding: Finding) -> str:
    ids = f" [{'; '.join(finding.benchmark_ids)}]" if finding.benchmark_ids else ""
    place = f" at {finding.path}" if finding.path else ""
    lapsed = f", accepted until {finding.lapsed.until}" if finding.lapsed else ""
    return (
        f"{finding.layer}{place}: {shown_word(finding.actual)}, wanted {shown_word(finding.wanted)}; "
        f"{finding.severity}, {finding.status} since {finding.since}{lapsed}{ids}"
    )


def _element(name: str, message: str, kind: str = "", text: str = "") -> str:
    attributes = _attributes({"message": message} | ({"type": kind} if kind else {}))
    return f"<{name}{attributes}>{html.escape(text, quote=False)}</{name}>" if text else f"<{name}{attributes}/>"


def _attributes(values: t.Mapping[str, str]) -> str:
    # Texts of a report hold no control characters; what html.escape writes, XML reads the same.
    return "".join(f' {name}="{html.escape(value)}"' for name, value in values.items())
