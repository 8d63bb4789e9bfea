# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From results to a report: verdicts, history, exceptions, baselines."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import InputError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    DriftReport,
    compact,
    exceptions_of,
    exit_code,
    from_json,
    managed_settings,
    report_of,
    to_json,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_model import Finding, HostDrift
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_severity import severity
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import (
    BASELINE,
    HOSTS,
    NOW,
    RESULTS,
    YESTERDAY,
    change,
    clean,
    drifted,
    helper,
    report,
)

OPEN_OFFER = drifted(change("offer.state", "enabled", "disabled"))
TOMORROW = NOW + timedelta(days=1)


def host(found: DriftReport, name: str) -> HostDrift:
    return next(host for host in found.hosts if host.name == name)


def only(found: DriftReport, name: str) -> Finding:
    (finding,) = host(found, name).findings
    return finding


def test_every_host_has_one_verdict() -> None:
    assert {
        "client01": "clean",
        "client02": "drift",
        "client03": "drift",
        "client04": "clean",
        "client05": "unreachable",
        "client06": "failed",
        "kiosk01": "clean",
        "legacy01": "drift",
        "never01": "failed",
    } == {host.name: host.verdict for host in report().hosts}
    assert "unreachable" == report().verdict


def test_counts_are_those_of_what_was_found() -> None:
    counts = report().counts()
    assert {"clean": 3, "drift": 3, "failed": 2, "unreachable": 1} == counts.hosts
    assert (9, 8, 6, 3, 1, 1) == (
        counts.open,
        counts.new,
        counts.high,
        counts.accepted,
        counts.lapsed,
        counts.gone,
    )


def test_a_host_without_a_result_has_failed() -> None:
    never = host(report(), "never01")
    assert ("failed", "no result: the run ended before this host was asked") == (never.verdict, never.message)


def test_what_a_check_found_before_it_failed_is_told() -> None:
    failed = host(report(), "client06")
    assert ["solicited.state"] == [finding.setting for finding in failed.findings]
    assert failed.message.startswith(r"reading HKLM\SYSTEM")


def test_a_run_without_hosts_is_no_clean_run() -> None:
    nothing = report_of({}, now=NOW)
    assert ("failed", 2) == (nothing.verdict, exit_code(to_json(nothing)))


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ({"a": clean()}, 0),
        ({"a": clean(), "b": OPEN_OFFER}, 1),
        ({"a": clean(), "b": {"unreachable": True}}, 2),
        ({"a": clean(), "b": {"failed": True}}, 2),
        ({"a": OPEN_OFFER, "b": {"unreachable": True}}, 3),
        ({"a": OPEN_OFFER | {"failed": True, "msg": "x"}}, 3),
    ],
)
def test_exit_code_tells_drift_and_silence_apart(results: dict[str, t.Any], code: int) -> None:
    found = report_of(results, now=NOW)
    assert [code, code] == [exit_code(to_json(found)), exit_code(compact(found))]


def test_several_results_of_a_host_are_one_verdict() -> None:
    joined = report_of({"a": [clean(), OPEN_OFFER, {"unreachable": True, "msg": "gone"}]}, now=NOW)
    assert "unreachable" == host(joined, "a").verdict
    both = report_of({"a": [{"failed": True, "msg": "one"}, {"unreachable": True, "msg": "two"}]}, now=NOW)
    assert ("unreachable", "one; two") == (host(both, "a").verdict, host(both, "a").message)
    assert "offer.state" == only(joined, "a").setting
    assert "failed" == host(report_of({"a": []}, now=NOW), "a").verdict


def test_since_is_the_first_report_of_an_unbroken_row() -> None:
    first = report_of({"a": OPEN_OFFER}, now=YESTERDAY)
    second = report_of({"a": OPEN_OFFER}, now=NOW, previous=to_json(first))
    third = report_of({"a": OPEN_OFFER}, now=TOMORROW, previous=to_json(second))
    assert [("new", "2026-11-21T04:30:00Z"), ("still", "2026-11-21T04:30:00Z"), ("still", "2026-11-21T04:30:00Z")] == [
        (only(each, "a").status, only(each, "a").since) for each in (first, second, third)
    ]


def test_what_is_gone_is_told_once_and_is_new_when_it_comes_back() -> None:
    first = report_of({"a": OPEN_OFFER}, now=YESTERDAY)
    second = report_of({"a": clean()}, now=NOW, previous=to_json(first))
    third = report_of({"a": OPEN_OFFER}, now=TOMORROW, previous=to_json(second))
    assert ["offer.state"] == [finding.setting for finding in host(second, "a").gone]
    assert ("new", "2026-11-23T04:30:00Z", ()) == (
        only(third, "a").status,
        only(third, "a").since,
        host(third, "a").gone,
    )


@pytest.mark.parametrize("between", [{"a": {"unreachable": True}}, {"a": {"failed": True}}, {"b": clean()}])
def test_a_night_without_an_answer_does_not_break_the_row(between: dict[str, t.Any]) -> None:
    first = report_of({"a": OPEN_OFFER}, now=YESTERDAY)
    second = report_of(between, now=NOW, previous=to_json(first))
    third = report_of({"a": OPEN_OFFER}, now=TOMORROW, previous=to_json(second))
    assert ["a"] == [known.name for known in second.remembered]
    assert 0 == second.counts().gone
    assert ("still", "2026-11-21T04:30:00Z", ()) == (only(third, "a").status, only(third, "a").since, third.remembered)


def test_a_host_that_is_never_asked_again_is_forgotten_after_ninety_days() -> None:
    first = to_json(report_of({"a": OPEN_OFFER}, now=NOW))
    after = {days: report_of({"b": clean()}, now=NOW + timedelta(days=days), previous=first) for days in (90, 91)}
    assert {90: 1, 91: 0} == {days: len(found.remembered) for days, found in after.items()}


def test_letter_case_of_a_path_does_not_make_another_finding() -> None:
    first = report_of({"a": drifted(helper(r"CORP\Anna"))}, now=YESTERDAY)
    second = report_of({"a": drifted(helper(r"corp\ANNA"), helper(r"CORP\Bob"))}, now=NOW, previous=to_json(first))
    assert ["still", "new"] == [finding.status for finding in host(second, "a").findings]


def test_an_exception_holds_on_its_last_day_and_not_on_the_next() -> None:
    entry = {"hosts": "a", "setting": "offer.state", "reason": "r", "who": "w", "until": "2026-11-22"}
    accepted = exceptions_of({"exceptions": [entry]})
    last_second = datetime.fromisoformat("2026-11-22T23:59:59+00:00")
    found = report_of({"a": OPEN_OFFER}, now=last_second, exceptions=accepted)
    assert ("clean", 1, 0) == (found.verdict, found.counts().accepted, len(found.expired()))
    # The same instant, told in the time of Auckland, is the day after there; UTC counts.
    auckland = datetime.fromisoformat("2026-11-23T12:59:59+13:00")
    assert "clean" == report_of({"a": OPEN_OFFER}, now=auckland, exceptions=accepted).verdict
    later = report_of({"a": OPEN_OFFER}, now=last_second + timedelta(seconds=1), exceptions=accepted)
    assert ("drift", 0, 1, 1) == (later.verdict, later.counts().accepted, later.counts().lapsed, len(later.expired()))
    assert accepted[0] == only(later, "a").lapsed


def test_a_top_level_name_accepts_everything_below_it() -> None:
    entry = {"hosts": "all", "setting": "offer", "reason": "r", "who": "w", "until": "2027-01-01"}
    results = {"a": drifted(change("offer.state", "enabled", "disabled"), helper("x"), change("solicited.state", 1, 0))}
    found = report_of(results, now=NOW, exceptions=exceptions_of({"exceptions": [entry]}))
    assert ["solicited.state"] == [finding.setting for finding in host(found, "a").counted]
    assert [2] == list(found.uses().values())


def test_a_missing_offer_value_is_what_the_baseline_says() -> None:
    missing = {"a": drifted(change("offer.state", None, "disabled"))}
    passes = report_of(missing, now=NOW, baseline=BASELINE)
    assert ("clean", "cis_l1") == (passes.verdict, t.cast("t.Any", only(passes, "a").accepted).who)
    for baseline in ({"name": "stig", "missing_offer": "finding"}, {"name": "own"}, None):
        assert "drift" == report_of(missing, now=NOW, baseline=baseline).verdict
    for other in (change("offer.state", "enabled", "disabled"), change("solicited.state", None, "disabled")):
        assert "drift" == report_of({"a": drifted(other)}, now=NOW, baseline=BASELINE).verdict


@pytest.mark.parametrize(
    ("build", "ids"),
    [
        (22631, ("CIS Windows 11 3.0.0: 18.9.35.2",)),
        (19044, ("CIS Windows 10 1.12.0: 18.8.36.2",)),
        (14393, ()),
        (None, ("CIS Windows 11 3.0.0: 18.9.35.2", "CIS Windows 10 1.12.0: 18.8.36.2")),
    ],
)
def test_ids_of_benchmarks_are_those_of_the_build_or_all_candidates(build: int | None, ids: tuple[str, ...]) -> None:
    results = {"a": drifted(change("solicited.state", "enabled", "disabled"), build=build)}
    assert ids == only(report_of(results, now=NOW, baseline=BASELINE), "a").benchmark_ids


def test_a_benchmark_can_make_a_finding_graver_and_never_lighter() -> None:
    def graded(word: str, *sides: object) -> str:
        baseline = {"name": "b", "ids": {"session_logging.state": [{"id": "1", "severity": word}]}}
        results = {"a": drifted(change("session_logging.state", *sides))}
        return only(report_of(results, now=NOW, baseline=baseline), "a").severity

    assert ["high", "medium", "medium"] == [graded(word, None, "enabled") for word in ("high", "low", "CAT I")]


@pytest.mark.parametrize(
    ("setting", "actual", "wanted", "expected"),
    [
        ("offer.state", "enabled", "disabled", "high"),
        ("offer.state", "REG_SZ '1'", "disabled", "high"),
        ("offer.state", "enabled", None, "high"),
        ("offer.state", None, "disabled", "medium"),
        ("offer.state", "disabled", None, "medium"),
        ("offer.state", "disabled", "enabled", "low"),
        ("control_panel.invitations", True, False, "high"),
        ("control_panel.invitations", None, False, "medium"),
        ("control_panel.invitations", False, True, "low"),
        ("solicited.control", "full_control", "view_only", "high"),
        ("solicited.control", "full_control", None, "low"),
        ("solicited.control", "view_only", "full_control", "low"),
        ("offer.helpers", "CORP\\x", None, "high"),
        ("offer.helpers", None, "CORP\\x", "low"),
        ("session_logging.state", None, "enabled", "medium"),
        ("session_logging.state", "enabled", "disabled", "low"),
        ("solicited.ticket_lifetime", 99, 1, "medium"),
        ("warning_messages.view_message", "a", "b", "low"),
        ("gpt_ini", None, "x", "low"),
    ],
)
def test_severity_is_whether_more_is_possible_than_declared(
    setting: str, actual: t.Any, wanted: t.Any, expected: str
) -> None:
    assert expected == severity(setting, actual, wanted)


def test_managed_settings_are_those_that_a_declaration_decides() -> None:
    declaration = {
        "solicited": {"ticket_lifetime": 6, "ticket_lifetime_unit": "hours", "control": None},
        "offer": {"state": "enabled", "control": "view_only"},
        "session_logging": None,
        "control_panel": {"invitations": False},
        "local_gpo": True,
    }
    assert [
        "solicited.ticket_lifetime",
        "solicited.ticket_lifetime_unit",
        "offer.state",
        "offer.control",
        "control_panel.invitations",
    ] == managed_settings(declaration)
    assert "offer.helpers" in managed_settings({"offer": {"state": "disabled"}})


def test_the_json_is_read_as_it_was_written() -> None:
    found = report()
    assert found == from_json(to_json(found))


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 2},
        {"hosts": None},
        {"hosts": [{}]},
        {"generated_at": "yesterday"},
        {"generated_at": "2026-11-22T04:30:00Z\n"},
        {"exceptions": [{"hosts": "a", "setting": "b", "reason": "", "who": "", "until": "never"}]},
        {"managed_sets": []},
    ],
)
def test_anything_else_is_refused_as_a_previous_report(damage: dict[str, t.Any]) -> None:
    with pytest.raises(InputError, match="expected a drift report of version 1"):
        report_of(RESULTS, now=NOW, previous=to_json(report()) | damage)
    for other in (None, [], "x", 1):
        with pytest.raises(InputError):
            from_json(other)


def test_an_instant_needs_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        report_of({}, now=NOW.replace(tzinfo=None))
    told = report_of({"a": clean(checked_at="2026-11-22T05:00:00+02:00")}, now=NOW)
    assert "2026-11-22T03:00:00Z" == host(told, "a").checked_at


def test_every_host_of_the_run_is_in_the_report_once() -> None:
    assert sorted(HOSTS) == [host.name for host in report().hosts]
    assert ["client05", "retired01"] == [known.name for known in report().remembered]
