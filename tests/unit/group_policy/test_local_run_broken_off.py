# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on registry and local GPO in memory that is broken off at every point."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.both import Broken, Lab
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.cases import (
    CLOSES,
    OPENINGS,
    REGISTRY,
    WRITING,
    Case,
    judged,
    watched,
)


def broken_off(case: Case, *, at_point: int | None = None, at_message: int | None = None, refused: t.Any = ()) -> Lab:
    lab, watch = watched(case)
    lab.channel.refused = set(refused)

    def break_off(here: int | None) -> t.Callable[[int], None]:
        def between(number: int) -> None:
            watch.look()
            if number == here:
                raise Broken

        return between

    lab.channel.between, lab.folder.between = break_off(at_message), break_off(at_point)
    with pytest.raises(Broken):
        lab.run(case.raw)
    watch.look()
    assert [] == watch.found
    assert 1 == len(lab.told)
    judged(lab, case, lab.told[0])
    return lab


@pytest.mark.parametrize("case", OPENINGS)
def test_an_opening_that_is_broken_off_is_undone_and_the_interruption_goes_on(case: Case) -> None:
    messages = case.wanted().channel.requests
    before = case.lab()
    for place in [{"at_point": point} for point in WRITING] + [{"at_message": one} for one in range(2, messages)]:
        lab = broken_off(case, **place)
        assert (before.hive(), case.files) == (lab.hive(), lab.gpo.files)
        assert 10.0 in lab.folder.limits
        assert ((), ()) == tuple(outcome.made for outcome in lab.told[0])


@pytest.mark.parametrize("case", OPENINGS)
@pytest.mark.parametrize("point", range(8, 14))
def test_an_undo_that_is_broken_off_is_told_and_goes_on(case: Case, point: int) -> None:
    lab = broken_off(case, at_point=point, refused={2})
    assert (case.lab().hive(), case.files) == (lab.hive(), lab.gpo.files)


def test_a_closing_that_is_broken_off_stays_as_far_as_it_came() -> None:
    writes = len(CLOSES.wanted().channel.log)
    for number in range(writes + 1):
        lab = broken_off(CLOSES, at_message=2 + number)
        assert (CLOSES.files, number) == (lab.gpo.files, len(lab.channel.log))
    for point in WRITING:
        assert CLOSES.wanted().hive() == broken_off(CLOSES, at_point=point).hive()


def test_a_run_that_writes_the_registry_first_is_undone_when_it_is_broken_off() -> None:
    before, after = REGISTRY.lab(), REGISTRY.wanted()
    for place in [{"at_point": point} for point in WRITING] + [{"at_message": one} for one in range(2, 8)]:
        lab = broken_off(REGISTRY, **place)
        left = (lab.hive(), lab.gpo.files)
        assert left in ((before.hive(), REGISTRY.files), (after.hive(), after.gpo.files))
