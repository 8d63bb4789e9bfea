# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as one HTML page that needs no network: totals, a chart, and rows that the page makes when they are seen.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import typing as t
from collections import Counter
from functools import cache
from pathlib import Path

from .drift_model import SEVERITIES, VERDICTS, DriftReport, Finding, HostDrift
from .drift_summary import headline
from .drift_text import counted, shown_word

SHOWN_SETTINGS: t.Final = 6
BAR: t.Final = 1000
"""Width of a bar in the units of its drawing."""

_FOLDER: t.Final = Path(__file__).parent
_PLACE: t.Final = re.compile(r"\{\{ (\w+) \}\}")
# What could end a script element or begin a comment in it, and what is a line end in old JavaScript.
_IN_SCRIPT: t.Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def html_bytes(report: DriftReport) -> bytes:
    """Return a report as one HTML page.

    What comes from hosts stands in it as data only; the page's script puts it into text nodes. The page forbids
    itself everything but its own script and style, by their digests.
    """
    style, script = _file("drift_page.css"), _file("drift_page.js")
    counts = report.counts()
    places = {
        "policy": f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "verdict": report.verdict,
        "headline": headline(report),
        "about": _about(report),
        "totals": _totals(report),
        "hosts": counted(len(report.hosts), "host"),
        "deviations": counted(counts.open, "deviation"),
        "verdicts": _verdict_chart(counts.hosts),
        "severities": _severity_chart(report),
        "settings": _setting_chart(report),
        "data": _in_script(page_data(report)),
    }
    return _PLACE.sub(lambda place: places[place[1]], _file("drift_page.html")).encode()


def page_data(report: DriftReport) -> dict[str, t.Any]:
    """Return what the page's script makes rows of; every text stands once and is named by its number."""
    texts: dict[str, int] = {}

    def number(text: str) -> int:
        return texts.setdefault(text, len(texts))

    def finding_row(finding: Finding) -> list[int]:
        shown = (
            finding.setting,
            shown_word(finding.actual),
            shown_word(finding.wanted),
            finding.severity,
            finding.source,
            finding.since,
            finding.status,
            _state(finding),
            finding.path or finding.layer,
            "; ".join(finding.benchmark_ids),
            _note(finding),
        )
        return [number(text) for text in shown]

    def host_row(host: HostDrift) -> list[t.Any]:
        head = [number(text) for text in (host.name, host.verdict, host.checked_at, host.message)]
        return [*head, [finding_row(finding) for finding in host.findings], [finding_row(gone) for gone in host.gone]]

    hosts = [host_row(host) for host in report.hosts]
    remembered = [host_row(host) for host in report.remembered]
    exceptions = [
        [number(text) for text in (accepted.hosts, accepted.setting, accepted.reason, accepted.who, accepted.until)]
        + [used, int(accepted.expired(report.generated_at))]
        for accepted, used in report.uses().items()
    ]
    return {"texts": list(texts), "hosts": hosts, "remembered": remembered, "exceptions": exceptions}


@cache
def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _in_script(data: object) -> str:
    text = json.dumps(data, separators=(",", ":"))
    for character, escape in _IN_SCRIPT.items():
        text = text.replace(character, escape)
    return text


def _state(finding: Finding) -> str:
    return "accepted" if finding.accepted else "expired" if finding.lapsed else "open"


def _note(finding: Finding) -> str:
    covered = finding.accepted or finding.lapsed
    if covered is None:
        return ""
    until = f" until {covered.until}" if covered.until else ""
    return f"accepted{until} by {covered.who}: {covered.reason}"


def _about(report: DriftReport) -> str:
    runs = [" ".join(filter(None, (run.name, run.job and f"job {run.job}", run.part))) for run in report.runs]
    told = [("Report of", f'<time datetime="{report.generated_at}">{_moment(report.generated_at)}</time>')]
    if any(runs):
        told.append(("Run" if len(runs) == 1 else "Runs", html.escape(", ".join(dict.fromkeys(filter(None, runs))))))
    names = [baseline.title or baseline.name for baseline in report.baselines]
    told.append(("Compared with", html.escape(", ".join(names) or "the inventory's declaration")))
    sources = [baseline.source for baseline in report.baselines if baseline.source]
    if sources:
        told.append(("Source", html.escape(", ".join(sources))))
    return "".join(f"<div><dt>{term}</dt><dd>{text}</dd></div>" for term, text in told)


def _moment(instant: str) -> str:
    return instant.replace("T", " ").replace("Z", " UTC")


def _totals(report: DriftReport) -> str:
    counts = report.counts()
    shown = (
        ("Deviations", counts.open, "count as drift"),
        ("High", counts.high, "wider than declared"),
        ("New", counts.new, "not in the last report"),
        ("Gone", counts.gone, "since the last report"),
        ("Accepted", counts.accepted, "by an exception or the baseline"),
        ("Expired", counts.lapsed, "accepted until lately"),
    )
    return "".join(
        f'<div class="total {name.lower()}{"" if number else " none"}"><dt>{name}</dt><dd>{number:,}</dd>'
        f"<dd class=hint>{hint}</dd></div>"
        for name, number, hint in shown
    )


def _verdict_chart(hosts: t.Mapping[str, int]) -> str:
    """Return a bar of all hosts by verdict, and its legend."""
    return _bar("Hosts", {verdict: hosts[verdict] for verdict in VERDICTS}, "verdict")


def _severity_chart(report: DriftReport) -> str:
    """Return a bar of everything that counts by severity, and its legend."""
    number = Counter(finding.severity for host in report.hosts for finding in host.counted)
    return _bar("Deviations", {severity: number[severity] for severity in SEVERITIES}, "severity")


def _bar(name: str, parts: t.Mapping[str, int], choice: str) -> str:
    total = sum(parts.values())
    place = 0.0
    drawn = []
    for word, number in parts.items():
        width = BAR * number / total if total else 0.0
        drawn.append(f'<rect class="{word}" x="{place:.2f}" y="0" width="{width:.2f}" height="16"/>')
        place += width
    told = ", ".join(f"{number} {word}" for word, number in parts.items())
    legend = "".join(
        f'<li><button type="button" data-{choice}="{word}"><svg class="dot" viewBox="0 0 10 10" aria-hidden="true">'
        f'<circle class="{word}" cx="5" cy="5" r="5"/></svg>{word} <b>{number:,}</b></button></li>'
        for word, number in parts.items()
    )
    return (
        f'<svg class="bar" viewBox="0 0 {BAR} 16" preserveAspectRatio="none" role="img" aria-label="{name}: {told}">'
        f'{"".join(drawn)}</svg><ul class="legend">{legend}</ul>'
    )


def _setting_chart(report: DriftReport) -> str:
    """Return a bar for each of the settings that drifted on most hosts."""
    number = Counter(setting for host in report.hosts for setting in {found.setting for found in host.counted})
    if not number:
        return '<p class="empty">Nothing drifted.</p>'
    first = sorted(number.items(), key=lambda item: (-item[1], item[0]))[:SHOWN_SETTINGS]
    rows = "".join(
        f'<li><button type="button" data-setting="{html.escape(setting)}"><span>{html.escape(setting)}</span>'
        f'<svg class="bar" viewBox="0 0 {BAR} 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" x="0" y="0" width="{BAR}" height="8"/>'
        f'<rect class="drift" x="0" y="0" width="{BAR * hosts / first[0][1]:.2f}" height="8"/></svg>'
        f"<b>{hosts:,}</b></button></li>"
        for setting, hosts in first
    )
    return f'<ul class="settings">{rows}</ul>'
