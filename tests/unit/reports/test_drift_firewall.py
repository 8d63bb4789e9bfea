# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the firewall in a drift report."""

from __future__ import annotations

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    exceptions_of,
    managed_settings,
    render,
    report_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_severity import severity
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import NOW, change, drifted


def test_rules_of_the_firewall_are_findings_and_one_word_where_words_are_counted() -> None:
    rules = [change(f"firewall.{name}", "on", "off", layer="firewall") for name in ("A", "B")]
    accepted = exceptions_of(
        {"exceptions": [{"hosts": "a", "setting": "firewall", "reason": "r", "who": "w", "until": "2999-01-01"}]}
    )
    found = report_of({"a": drifted(*rules), "b": drifted(rules[0], managed=["firewall"])}, now=NOW)
    files = render(found)
    assert b'setting_hosts{setting="firewall"} 2' in files["drift.prom"]
    assert 3 == files["drift.sarif"].count(b'"ruleId":"winfleet-ra/firewall"')
    assert b'<testcase name="firewall.A" classname="b"' in files["drift.junit.xml"]
    assert b'<testcase name="firewall" classname="b"' not in files["drift.junit.xml"]
    (host,) = report_of({"a": drifted(*rules)}, now=NOW, exceptions=accepted).hosts
    assert [True, True] == [finding.accepted is not None for finding in host.findings]


def test_a_rule_that_shall_be_off_matters_more_than_one_that_shall_be_on() -> None:
    assert ["medium", "low"] == [severity("firewall.A", *sides) for sides in (("on", "off"), ("off", "on"))]


def test_a_declaration_manages_the_firewall_unless_it_says_not_to() -> None:
    assert ["firewall"] == managed_settings({"firewall": "disabled"})
    assert [] == managed_settings({"firewall": "unmanaged"})
