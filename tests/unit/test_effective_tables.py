# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts on a host, and what they mean: every row of tests/data/effective."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.conflicts import (
    Conflict,
    source_conflicts,
    state_conflicts,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.effective import Answer, effective
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan_conflicts import (
    CODES,
    plan_conflicts,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.sources import (
    KINDS,
    Source,
    answer_sources,
    setting_sources,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.host_rows import Row, facts, observed

yaml = pytest.importorskip("yaml")

DATA = Path(__file__).resolve().parents[1] / "data/effective"
FILES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("*.yml"))}
ROWS = [(file["gpos"], row) for file in FILES.values() for row in file["rows"]]
WORDS = {
    "what", "policy", "preference", "helpers", "rsop", "rsop_ran", "rsop_failed", "applied", "refreshed", "mdm",
    "local_gpo", "local_gpo_off", "uses_local_gpo", "feature", "system", "declaration", "answers", "settings",
    "conflicts",
}  # fmt: skip


def by(source: Source) -> str:
    return f"{source.kind} {source.name}" if source.name else source.kind


def in_words(answer: Answer, source: Source) -> str:
    state = answer.state if isinstance(answer.state, str) else ", ".join(answer.state) or "nobody"
    return f"{'perhaps ' if answer.certainty == 'unknown' else ''}{state} by {by(source)}"


def found_conflicts(gpos: t.Mapping[str, Row], row: Row) -> t.Iterator[Conflict]:
    known, here, local = facts(row, gpos), observed(row), row.get("uses_local_gpo", False)
    if "declaration" not in row:
        yield from source_conflicts(here, known)
        yield from state_conflicts(here, known)
        return
    planned = plan(from_mapping(row["declaration"]), here)
    yield from plan_conflicts(planned, known, uses_local_gpo=local)
    yield from state_conflicts(planned.after, known, whole_list=planned.whole_list, uses_local_gpo=local)


@pytest.mark.parametrize(("gpos", "row"), ROWS, ids=[row["what"] for dummy, row in ROWS])
def test_row(gpos: t.Mapping[str, Row], row: Row) -> None:
    assert set() == set(row) - WORDS
    answers, by_setting = effective(observed(row)), setting_sources(observed(row), facts(row, gpos))
    sources = answer_sources(answers, by_setting)

    assert row.get("answers", {}) == {name: in_words(answers[name], sources[name]) for name in row.get("answers", ())}
    assert row.get("settings", {}) == {name: by(by_setting[name]) for name in row.get("settings", ())}
    told = [
        f"{one.code} {one.setting}{' FAIL' if one.severity == 'fail' else ''}" for one in found_conflicts(gpos, row)
    ]
    assert row.get("conflicts", []) == told


def test_there_are_rows_for_every_conflict_and_enough_of_them() -> None:
    told = {line.split()[0] for dummy, row in ROWS for line in row.get("conflicts", ())}

    assert set(CODES) == told
    assert 60 <= len(ROWS)
    assert len(ROWS) == len({row["what"] for dummy, row in ROWS})
    assert set(KINDS) == {line.split()[0] for dummy, row in ROWS for line in row.get("settings", {}).values()}
