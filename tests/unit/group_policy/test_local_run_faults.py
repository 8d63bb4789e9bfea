# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run on registry and local GPO in memory that are made to fail at every point."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.cases import (
    ALL,
    CLOSES,
    CLOSING,
    FIRST,
    OPENING,
    OPENINGS,
    OPENS,
    READING,
    REGISTRY,
    WRITING,
    Case,
    judged,
    watched,
)


@pytest.mark.parametrize("case", ALL)
def test_a_run_reaches_the_wanted_state_and_the_second_changes_nothing(case: Case) -> None:
    lab, watch = watched(case)
    first = lab.run(case.raw)
    watch.look()
    assert [] == watch.found
    assert [(None, ()), (None, ())] == [(outcome.failure, outcome.left) for outcome in first.outcomes]
    assert (first.registry.plan.steps, first.local_plan.steps) == (first.registry.made, first.files.made)
    assert [case.files] == lab.kept
    judged(lab, case, first.outcomes)
    again = lab.other_connections()
    second = again.run(case.raw)
    assert [(), ()] == [outcome.made for outcome in second.outcomes]
    assert (0, [], []) == (again.folder.replaced, again.channel.log, again.kept)


@pytest.mark.parametrize("case", ALL)
def test_check_mode_changes_nothing_and_tells_the_same_changes(case: Case) -> None:
    lab = case.lab()
    told = lab.run(case.raw, check_mode=True)
    assert ([], 0, [case.files], []) == (lab.channel.log, lab.folder.replaced, lab.gpo.history, lab.kept)
    made = case.lab().run(case.raw)
    for one, other in zip(told.outcomes, made.outcomes, strict=True):
        assert [step.to_result() for step in one.made] == [step.to_result() for step in other.made]
    assert told.local_plan == made.local_plan


def test_the_registry_closes_before_the_files_and_opens_after_them() -> None:
    for case, expected in ((CLOSES, True), (OPENS, False)):
        lab = case.lab()
        first: list[bool] = []
        lab.gpo.moved = lambda lab=lab, first=first: first.append(bool(lab.channel.log))
        lab.run(case.raw)
        assert [expected, expected] == first


def test_copies_are_made_of_what_was_there_and_told() -> None:
    folder = "C:\\Windows\\System32\\GroupPolicy\\"
    expected = (f"{folder}gpt.ini.old", f"{folder}Machine\\Registry.pol.old")
    assert (expected, ()) == (
        OPENS.lab().run(OPENING, suffix=".old").copies,
        FIRST.lab().run(OPENING, suffix=".old").copies,
    )


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("point", READING)
def test_files_that_cannot_be_read_are_an_error_before_the_first_write(case: Case, point: int) -> None:
    for trouble in ("refused", "lost"):
        lab = case.lab()
        setattr(lab.folder, trouble, {point})
        with pytest.raises(HostError):
            lab.run(case.raw)
        assert ([], [case.files], []) == (lab.channel.log, lab.gpo.history, lab.told)


@pytest.mark.parametrize("case", OPENINGS)
@pytest.mark.parametrize("point", WRITING)
def test_a_refused_file_of_an_opening_leaves_all_as_it_was(case: Case, point: int) -> None:
    lab, watch = watched(case)
    lab.folder.refused = {point}
    ended = lab.run(case.raw)
    judged(lab, case, ended.outcomes)
    assert [] == watch.found
    if point < 6:
        assert (case.files, []) == (lab.gpo.files, lab.channel.log)
        assert ended.files.failure is not None
        assert (ended.registry.plan.steps, ended.local_plan.steps) == (ended.registry.left, ended.files.left)


@pytest.mark.parametrize("point", WRITING)
def test_a_refused_file_of_a_closing_leaves_the_registry_closed(point: int) -> None:
    lab, watch = watched(CLOSES)
    lab.folder.refused = {point}
    ended = lab.run(CLOSING)
    judged(lab, CLOSES, ended.outcomes)
    assert [] == watch.found
    after = CLOSES.wanted()
    assert after.hive() == lab.hive()
    if point >= 6:
        assert after.gpo.files == lab.gpo.files, "what is closed in the file stays closed"
    else:
        assert ended.files.failure is not None


@pytest.mark.parametrize("write", range(len(CLOSES.wanted().channel.log)))
def test_a_refused_write_of_a_closing_lets_the_files_close(write: int) -> None:
    lab, watch = watched(CLOSES)
    lab.channel.refused = {write}
    ended = lab.run(CLOSING)
    judged(lab, CLOSES, ended.outcomes)
    assert [] == watch.found
    assert ended.registry.failure is not None
    assert CLOSES.wanted().gpo.files == lab.gpo.files


@pytest.mark.parametrize("case", OPENINGS)
def test_a_refused_write_of_an_opening_takes_the_files_back(case: Case) -> None:
    for write in range(len(case.wanted().channel.log)):
        lab, watch = watched(case)
        lab.channel.refused = {write}
        ended = lab.run(case.raw)
        judged(lab, case, ended.outcomes)
        assert [] == watch.found
        assert (case.lab().hive(), case.files) == (lab.hive(), lab.gpo.files)
        assert ended.local_plan.steps == ended.files.restored


@pytest.mark.parametrize("point", WRITING)
def test_a_refused_file_takes_the_registry_back_that_went_first(point: int) -> None:
    lab, watch = watched(REGISTRY)
    lab.folder.refused = {point}
    ended = lab.run(REGISTRY.raw)
    judged(lab, REGISTRY, ended.outcomes)
    assert [] == watch.found
    if point < 6:
        assert (REGISTRY.lab().hive(), REGISTRY.files) == (lab.hive(), lab.gpo.files)
        assert ended.registry.plan.steps == ended.registry.restored
    else:
        after = REGISTRY.wanted()
        assert (after.hive(), after.gpo.files) == (lab.hive(), lab.gpo.files)


@pytest.mark.parametrize("write", range(len(REGISTRY.wanted().channel.log)))
def test_a_refused_write_in_a_registry_that_goes_first_leaves_all_as_it_was(write: int) -> None:
    lab, watch = watched(REGISTRY)
    lab.channel.refused = {write}
    ended = lab.run(REGISTRY.raw)
    judged(lab, REGISTRY, ended.outcomes)
    assert [] == watch.found
    assert (REGISTRY.lab().hive(), [REGISTRY.files]) == (lab.hive(), lab.gpo.history)
    assert ended.local_plan.steps == ended.files.left


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("point", WRITING)
def test_a_connection_that_is_lost_once_is_opened_again_and_the_run_finished(case: Case, point: int) -> None:
    lab, watch = watched(case)
    lab.folder.lost = {point}
    ended = lab.run(case.raw)
    judged(lab, case, ended.outcomes)
    assert [] == watch.found
    assert [None, None] == [outcome.failure for outcome in ended.outcomes]
    after = case.wanted()
    assert (1, after.gpo.files, after.hive()) == (lab.folder.reconnects, lab.gpo.files, lab.hive())


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("point", WRITING)
def test_a_connection_that_does_not_come_back_is_unreachable_and_nothing_is_claimed(case: Case, point: int) -> None:
    lab, watch = watched(case)
    lab.folder.lost = {point}
    lab.folder.dead_from = 1
    ended = lab.run(case.raw)
    judged(lab, case, ended.outcomes)
    assert [] == watch.found
    assert isinstance(ended.files.failure, HostUnreachable)
    assert ended.local_plan.steps == (ended.files.unknown if point > 3 else ended.files.left)
    if case is CLOSES or (case is REGISTRY and point > 3):
        assert case.wanted().hive() == lab.hive()
    else:
        assert case.lab().hive() == lab.hive()


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("again", ["lost", "refused"])
def test_a_second_trouble_is_told_as_it_is(case: Case, again: str) -> None:
    for point, later in itertools.product(WRITING, (1, 2, 3, 5, 7)):
        lab = case.lab()
        lab.folder.lost = {point}
        getattr(lab.folder, again).add(point + later)
        ended = lab.run(case.raw)
        judged(lab, case, ended.outcomes)


@pytest.mark.parametrize("case", OPENINGS)
@pytest.mark.parametrize("trouble", ["lost", "refused"])
@pytest.mark.parametrize("is_dead", [False, True])
def test_trouble_while_the_files_are_taken_back_is_told_as_it_is(case: Case, trouble: str, is_dead: bool) -> None:
    for point, second in itertools.product(range(8, 14), (None, 9, 10, 12, 14, 16)):
        lab = case.lab()
        lab.channel.refused = {3}
        getattr(lab.folder, trouble).update({point, second} - {None})
        lab.folder.dead_from = 1 if is_dead else None
        ended = lab.run(case.raw)
        judged(lab, case, ended.outcomes)
        assert case.lab().hive() == lab.hive()
        if trouble == "lost" and not is_dead and second is None:
            assert case.files == lab.gpo.files


def test_a_copy_that_cannot_be_kept_is_an_error_before_the_first_write() -> None:
    lab = OPENS.lab()

    class Full(list[LocalGpoFiles]):
        def append(self, files: LocalGpoFiles) -> None:
            raise HostError(doing="keeping a copy", reason="no space left")

    lab.kept = Full()
    with pytest.raises(HostError, match="no space left"):
        lab.run(OPENING)
    assert ([], [OPENS.files]) == (lab.channel.log, lab.gpo.history)
