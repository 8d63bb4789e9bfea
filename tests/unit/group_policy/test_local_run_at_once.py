# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else edits the local GPO while a run does."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import (
    EditedMeanwhile,
    LocalGpoFiles,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.both import Broken, Lab, Watch, lies, wanted
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import (
    applied,
    entries_of,
    folded,
    number,
    pol,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import HELPERS, POLICY
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import POLICY_KEY, Raw

OFFERED: Observed = {POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1), dword("fAllowUnsolicitedFullControl", 0))}
FILES = LocalGpoFiles(
    registry_pol=pol(number(POLICY, "fAllowUnsolicited", 1), number(POLICY, "fAllowUnsolicitedFullControl", 0)),
    gpt_ini=b"[General]\r\nVersion=3\r\n",
)
STRANGER = number(r"Software\Policies\X", "v", 1)
# read: points 0 and 1; replace: 2 before it looks, 3 to 6 its moves, 7 before it reads back; 8 to 12 in an undo.
OUTSIDE_MOVES = (0, 1, 2, 7)


def listed(lab: Lab) -> list[str]:
    found = applied(lab.gpo.files.registry_pol, {}).get(folded(HELPERS), {})
    return sorted(name.rpartition("\\")[2] for name in found)


def adding(*names: str) -> Raw:
    return {"offer": {"helpers": {"add": [f"CORP\\{name}" for name in names]}}}


def edit(lab: Lab, *entries: bytes, version: int) -> None:
    """Edit the files as another program does, both at once."""
    content = lab.gpo.files.registry_pol
    assert content is not None
    lab.gpo.move(registry_pol=content + b"".join(entries), gpt_ini=b"[General]\r\nVersion=%d\r\n" % version)


def at(lab: Lab, point: int, what: t.Callable[[], object]) -> None:
    before = lab.folder.between
    lab.folder.between = lambda number: (before(number), what() if number == point else None)[0]


def interleaved(first: Raw, second: Raw) -> t.Iterator[tuple[Lab, Lab]]:
    """Run the second inside the first, once at each message and at each point that is not in the middle of a move."""
    for place in itertools.count():
        outer = Lab(OFFERED, FILES)
        inner = outer.other_connections()
        ran: list[int] = []

        def run_inner(inner: Lab = inner, ran: list[int] = ran) -> None:
            ran.append(1)
            inner.run(second)

        if place < len(OUTSIDE_MOVES):
            at(outer, OUTSIDE_MOVES[place], run_inner)
        else:
            message = place - len(OUTSIDE_MOVES)
            outer.channel.between = lambda number, message=message, run=run_inner: run() if number == message else None
        outer.run(first)
        if not ran:
            return
        yield outer, inner


def failures(*labs: Lab) -> list[object]:
    return [outcome.failure for lab in labs for outcome in (lab.ended.outcomes if lab.ended else ())]


def test_adding_different_names_at_once_takes_effect_in_the_registry_and_in_the_file() -> None:
    count = 0
    for outer, inner in interleaved(adding("a", "c"), adding("b")):
        count += 1
        assert ["A", "B", "C"] == listed(outer)
        assert ["A", "B", "C"] == sorted(name.rpartition("\\")[2] for name in outer.hive()[folded(HELPERS)])
        assert [None] * 4 == failures(outer, inner)
    assert count > 8


def test_of_two_contradicting_runs_at_least_one_fails_or_one_has_the_last_word() -> None:
    one: Raw = {"offer": {"state": "disabled"}}
    other: Raw = {"offer": {"state": "enabled", "control": "full_control", "helpers": {"set": ["CORP\\b"]}}}
    for first, second in ((one, other), (other, one)):
        for outer, inner in interleaved(first, second):
            if failures(outer, inner) == [None] * 4:
                still = [outer.other_connections().run(raw, check_mode=True) for raw in (first, second)]
                assert any(not ended.registry.made and not ended.files.made for ended in still)


def test_a_closing_whose_registry_is_opened_again_while_it_writes_the_files_closes_it_and_fails() -> None:
    opening: Raw = {"offer": {"state": "enabled", "control": "full_control", "helpers": {"set": ["CORP\\b"]}}}
    for is_denied in (False, True):
        lab = Lab(OFFERED, FILES)
        inner = lab.other_connections()

        def somebody(lab: Lab = lab, inner: Lab = inner, is_denied: bool = is_denied) -> None:
            inner.run(opening)
            lab.channel.denied = {POLICY_KEY} if is_denied else set()

        at(lab, 2, somebody)
        ended = lab.run({"offer": {"state": "disabled"}})
        assert "somebody else changed the host" in str(ended.registry.failure) or is_denied
        expected = {"offer.state: enabled", "offer.control: full_control", "offer.helpers: CORP\\b"}
        assert expected == set(ended.registry.foreign)
        assert [] == lies(lab, ended.outcomes, FILES)
        off = (b"\1\0\0\0" if is_denied else bytes(4), False)
        values = lab.hive()[folded(POLICY)]
        assert off == (values["FALLOWUNSOLICITED"][1], folded(HELPERS) in lab.hive())
        assert ended.files.failure is None


def test_an_edit_between_reading_and_writing_is_planned_anew_and_stays() -> None:
    for point in OUTSIDE_MOVES[1:3]:
        lab = Lab(OFFERED, FILES)
        at(lab, point, lambda lab=lab: edit(lab, STRANGER, version=4))
        ended = lab.run(adding("a"))
        assert [None, None] == failures(lab)
        assert (["A"], True) == (
            listed(lab),
            STRANGER in [one.raw for one in entries_of(lab.gpo.files.registry_pol or b"")],
        )
        assert b"Version=5\r\n" in (lab.gpo.files.gpt_ini or b"")
        assert [FILES, ended.local_plan.before] == lab.kept
        assert [] == lies(lab, ended.outcomes, FILES)


def test_an_edit_that_leaves_nothing_to_do_is_no_change_of_ours() -> None:
    lab = Lab(OFFERED, FILES)
    inner = lab.other_connections()
    at(lab, 1, lambda: inner.run(adding("a", "b")))
    ended = lab.run(adding("a"))
    assert ([None, None], (), [FILES]) == (failures(lab), ended.files.made, lab.kept)
    assert ["A", "B"] == listed(lab)


def test_somebody_who_never_stops_editing_fails_the_run_and_keeps_every_edit() -> None:
    for state, raw in ((OFFERED, adding("a")), ({}, {"offer": {"state": "disabled"}})):
        lab = Lab(state, FILES)
        versions = itertools.count(10)

        def between(point: int, lab: Lab = lab, versions: t.Iterator[int] = versions) -> None:
            edit(lab, STRANGER, version=next(versions))

        lab.folder.between = between
        ended = lab.run(raw)
        assert isinstance(ended.files.failure, EditedMeanwhile)
        assert (3, ended.files.plan.steps) == (lab.folder.replaced, ended.files.left[:-1])
        held = entries_of(lab.gpo.files.registry_pol or b"")
        assert next(versions) - 10 == [one.raw for one in held].count(STRANGER)
        if state:
            assert [] == lab.channel.log


@pytest.mark.parametrize("trouble", ["edit", "refused", "lost"])
@pytest.mark.parametrize("point", [8, 9, 10, 11, 12, 13, 14])
def test_an_edit_before_an_undo_stays(trouble: str, point: int) -> None:
    lab = Lab(OFFERED, FILES)
    lab.channel.refused = {0}
    if trouble != "edit":
        getattr(lab.folder, trouble).add(8)

    def somebody() -> None:
        if point in ((9, 10, 11) if trouble == "lost" else (8, 13, 14)):
            edit(lab, number(POLICY, "fAllowUnsolicited", 0), STRANGER, version=40)

    at(lab, point, somebody)
    ended = lab.run(adding("a"))
    edited = any(STRANGER in (held.registry_pol or b"") for held in lab.gpo.history)
    assert edited == (STRANGER in (lab.gpo.files.registry_pol or b""))
    assert [] == lies(lab, ended.outcomes, FILES)
    assert ended.registry.failure is not None


@pytest.mark.parametrize("values", [(), (number(POLICY, "fAllowUnsolicited", 0),)])
def test_an_edit_that_an_undo_meets_is_named(values: tuple[bytes, ...]) -> None:
    lab = Lab(OFFERED, FILES)
    lab.channel.refused = {0}
    at(lab, 8, lambda: edit(lab, *values, version=40))
    if not values:
        at(lab, 8, lambda: lab.gpo.move(registry_pol=FILES.registry_pol))
    ended = lab.run(adding("a"))
    assert ("local GPO: somebody else edited it meanwhile",) == ended.files.foreign
    assert [] == lies(lab, ended.outcomes, FILES)
    assert bool(values) == bool(ended.files.made)


def test_an_edit_before_an_interruption_stays() -> None:
    for point in OUTSIDE_MOVES[1:]:
        lab = Lab(OFFERED, FILES)

        def somebody(lab: Lab = lab) -> None:
            edit(lab, STRANGER, version=40)
            raise Broken

        at(lab, point, somebody)
        with pytest.raises(Broken):
            lab.run(adding("a"))
        assert STRANGER in (lab.gpo.files.registry_pol or b"")
        assert [] == [lie for told in lab.told for lie in lies(lab, told, FILES)]


def test_a_damaged_file_of_somebody_else_is_left_and_nothing_is_claimed() -> None:
    for point in (1, 7, 8):
        lab = Lab(OFFERED, FILES)
        lab.channel.refused = {0}
        at(lab, point, lambda lab=lab: lab.gpo.move(registry_pol=b"PReg"))
        ended = lab.run(adding("a"))
        assert (b"PReg", ()) == (lab.gpo.files.registry_pol, ended.files.made)
        assert ended.local_plan.steps == (ended.files.left if point == 1 else ended.files.unknown)


def test_nobody_is_let_in_while_two_runs_meet() -> None:
    raw: Raw = {"offer": {"state": "disabled"}}
    for point in OUTSIDE_MOVES[:3]:
        lab = Lab(OFFERED, FILES)
        watch = Watch(lab, wanted(OFFERED, FILES, raw))
        at(lab, point, lambda lab=lab: edit(lab, STRANGER, version=4))
        lab.run(raw)
        watch.look()
        assert [] == watch.found
