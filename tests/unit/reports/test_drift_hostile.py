# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile text from hosts, in every format."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
import xml.etree.ElementTree as ET
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_csv import harmless
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    DriftReport,
    from_json,
    render,
    report_of,
    summary,
    to_json,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_text import LONGEST, clean
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import NOW, change, drifted, helper
from hypothesis import given
from hypothesis import strategies as st

NASTY: t.Final = (
    '"><script>alert(1)</script>',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "a;=1",
    'a",=1',
    "＝1",
    "line\r\nbreak",
    "\u202eevil\u200f",
    "\x1b[2J\x00\x07\x9b",
    "\ud800",
    "\ufffe\uffff",
    "\u2028\u2029",
    "{{ policy }}",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "C:\\con",
    "\\u003c/script>",
    'x="y"\\',
    "a" * 10_240,
    "<" * 10_240,
)
TEXTS: t.Final = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(), min_size=1, max_size=40),
    st.builds("{}{}".format, st.sampled_from(NASTY), st.text(max_size=5)),
)


def of(host: str, value: str, message: str) -> DriftReport:
    change_of_text = change("warning_messages.view_message", value, message)
    results = {
        host: drifted(change_of_text, helper(value), change(value, value, None), sources={"offer.helpers": value}),
        f"{host}.silent": {"unreachable": True, "msg": message},
    }
    baseline = {"name": value, "title": message, "source": host, "ids": {"offer.helpers": [{"id": value}]}}
    return report_of(results, now=NOW, baseline=baseline, run={"name": value, "job": message})


REPORTS: t.Final = st.builds(of, TEXTS, TEXTS, TEXTS)


def rendered(report: DriftReport, name: str) -> str:
    return next(iter(render(report, [name]).values())).decode("utf-8-sig" if name == "csv" else "utf-8")


class Page(HTMLParser):
    """Takes a page apart as a browser does: elements, and the content of scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.attributes: set[str] = set()
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, dummy in attrs}
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data


def page(report: DriftReport) -> Page:
    parser = Page()
    parser.feed(rendered(report, "html"))
    parser.close()
    return parser


@given(REPORTS)
def test_html_has_the_same_elements_whatever_hosts_say(report: DriftReport) -> None:
    found, plain = page(report), page(of("host", "value", "message"))
    assert plain.tags == found.tags
    assert plain.attributes == found.attributes
    data = json.loads(found.scripts[0])
    assert {host.name for host in report.hosts} == {data["texts"][row[0]] for row in data["hosts"]}
    assert plain.scripts[1] == found.scripts[1]


@given(REPORTS)
def test_junit_is_well_formed_and_holds_every_host(report: DriftReport) -> None:
    root = ET.fromstring(rendered(report, "junit"))
    assert [host.name for host in report.hosts] == [suite.get("name") for suite in root]
    assert 3 == len(list(root.iter("failure")))


@given(REPORTS)
def test_csv_has_no_cell_that_is_a_formula(report: DriftReport) -> None:
    text = rendered(report, "csv")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert (5, {18}) == (len(rows), {len(row) for row in rows})
    for delimiter in ",;\t|":
        # Also as a program reads it that separates cells at another character, with or without quotes.
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting):
                assert not [cell for cell in row if re.match(r"\s*[=+\-@＝＋－＠\t\r]", cell.strip('"'))]


@given(REPORTS)
def test_sarif_and_json_are_ascii_and_hold_every_host(report: DriftReport) -> None:
    names = {host.name for host in report.hosts}
    for name in ("json", "sarif"):
        text = rendered(report, name)
        assert text.isascii()
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)
    assert names == {host["name"] for host in json.loads(rendered(report, "json"))["hosts"]}
    run = json.loads(rendered(report, "sarif"))["runs"][0]
    assert 3 == len(run["results"])
    uris = {
        place["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"] for place in one["locations"]
    }
    assert {"drift.json"} == uris
    assert {"winfleet-ra/warning_messages.view_message", "winfleet-ra/offer.helpers", "winfleet-ra/other"} == {
        result["ruleId"] for result in run["results"]
    }


@given(REPORTS)
def test_prometheus_text_is_read_and_has_no_text_of_a_host(report: DriftReport) -> None:
    parser = pytest.importorskip("prometheus_client.parser")
    text = rendered(report, "prometheus")
    labels = [
        value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name != "winfleet_ra_drift_baseline_info"
        for value in sample.labels.values()
    ]
    assert labels
    assert all(re.fullmatch(r"[a-z_.]+", value) for value in labels)
    (info,) = [
        sample.labels["baseline"]
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "winfleet_ra_drift_baseline_info"
    ]
    assert report.baselines[0].name == info


@given(REPORTS)
def test_the_summary_prints_on_a_terminal_as_it_stands(report: DriftReport) -> None:
    assert all(character.isprintable() or character == "\n" for character in summary(report))


@given(REPORTS)
def test_names_of_files_never_come_from_a_host(report: DriftReport) -> None:
    names = {"drift.json", "drift.html", "drift.junit.xml", "drift.csv", "drift.sarif", "drift.prom"}
    assert names == set(render(report))


@given(REPORTS)
def test_a_hostile_report_is_read_again_and_keeps_its_history(report: DriftReport) -> None:
    assert report == from_json(json.loads(rendered(report, "json")))
    host = report.hosts[0]
    again = report_of({host.name: drifted()}, now=NOW + timedelta(days=1), previous=to_json(report))
    assert len(host.findings) == again.counts().gone


@given(st.text(st.characters(), max_size=2000))
def test_cleaned_text_prints_is_bounded_and_stays(text: str) -> None:
    cleaned = clean(text)
    assert all(character.isprintable() for character in cleaned)
    assert len(cleaned) <= LONGEST
    assert cleaned == clean(cleaned)


def test_long_texts_that_differ_at_the_end_stay_different() -> None:
    assert clean("a" * 10_240) != clean("a" * 10_239 + "b")
    assert clean("a" * 10_240).endswith("… (10240 characters, SHA-256 7ffe4ce6d10a)")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1", "'=1"),
        ("  +1", "  '+1"),
        ("a-b", "a-b"),
        ("CORP\\Help-Desk", "CORP\\Help-Desk"),
        ("a@b.example", "a@b.example"),
        ("a;=1", "a;'=1"),
        ('a",@x', "a\",'@x"),
        ("2026-11-22", "2026-11-22"),
        ("", ""),
    ],
)
def test_a_cell_that_is_no_formula_stays_as_it_is(text: str, expected: str) -> None:
    assert expected == harmless(text)
