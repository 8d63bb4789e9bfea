# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One report of several: the stated rule, and that order does not matter."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import (
    DriftReport,
    from_json,
    merge,
    report_of,
    to_json,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import NOW, change, clean, drifted, report
from hypothesis import given
from hypothesis import strategies as st

DRIFTED = drifted(change("offer.state", "enabled", "disabled"))
SILENT = {"unreachable": True, "msg": "no answer"}
FAILED = {"failed": True, "msg": "refused"}
KINDS: t.Final[dict[str, t.Any]] = {"clean": clean(), "drift": DRIFTED, "unreachable": SILENT, "failed": FAILED}


def of(minute: int, **kinds: str) -> DriftReport:
    return report_of({name: KINDS[kind] for name, kind in kinds.items()}, now=NOW + timedelta(minutes=minute))


def verdicts(merged: DriftReport) -> dict[str, str]:
    return {host.name: host.verdict for host in merged.hosts}


def test_slices_are_put_side_by_side() -> None:
    merged = merge([of(0, b="drift"), of(0, a="clean"), of(1, c="unreachable")])
    assert {"a": "clean", "b": "drift", "c": "unreachable"} == verdicts(merged)
    assert ("2026-11-22T04:31:00Z", 2) == (merged.generated_at, len(merged.runs))


def test_the_last_check_of_a_host_counts() -> None:
    assert {"a": "clean"} == verdicts(merge([of(1, a="clean"), of(0, a="drift")]))
    assert {"a": "drift"} == verdicts(merge([of(0, a="clean"), of(1, a="drift")]))


def test_a_host_that_gave_no_answer_last_is_silent_and_its_last_answer_remembered() -> None:
    merged = merge([of(0, a="drift"), of(1, a="unreachable")])
    assert {"a": "unreachable"} == verdicts(merged)
    assert [("a", "drift")] == [(host.name, host.verdict) for host in merged.remembered]


def test_of_two_checks_in_the_same_second_the_one_that_knows_of_drift_counts() -> None:
    order = ("clean", "unreachable", "failed", "drift")
    for lower, one in enumerate(order):
        for other in order[lower:]:
            assert {"a": other} == verdicts(merge([of(0, a=one), of(0, a=other)]))
            assert {"a": other} == verdicts(merge([of(0, a=other), of(0, a=one)]))


def test_exceptions_and_baselines_are_kept_and_counted_anew() -> None:
    merged = merge([report(), of(0, other="clean")])
    assert report().uses() == merged.uses()
    assert report().baselines == merged.baselines
    assert report().counts().open == merged.counts().open


def test_nothing_makes_an_empty_report() -> None:
    assert ("failed", ()) == (merge([]).verdict, merge([]).hosts)


REPORTS: t.Final = st.builds(
    lambda minute, kinds, more: merge([of(minute, **kinds), of(minute + 1, **more)]) if more else of(minute, **kinds),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(list(KINDS)), max_size=3),
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(list(KINDS)), max_size=2),
)


@given(REPORTS, REPORTS, REPORTS)
def test_order_and_grouping_do_not_matter(one: DriftReport, two: DriftReport, three: DriftReport) -> None:
    merged = merge([one, two, three])
    assert merged == merge([three, one, two])
    assert merged == merge([merge([one, two]), three])
    assert merged == merge([one, merge([two, three])])
    assert merged == merge([merged, merged, two])
    assert merged == from_json(to_json(merged))
