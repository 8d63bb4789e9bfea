# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of a run on registry and local GPO, over random hosts, files and declarations, with trouble anywhere."""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import Observed
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.both import Broken, Lab, Watch, lies, wanted
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_files import files
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import Raw, declarations, hosts
from hypothesis import given, settings
from hypothesis import strategies as st

_PAIR = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
_INIS = (
    None,
    b"[General]\r\nVersion=7\r\n",
    f"[General]\r\ngPCMachineExtensionNames={_PAIR}\r\nVersion=9\r\n".encode(),
)
GPOS = st.builds(
    lambda content, ini: LocalGpoFiles(registry_pol=content, gpt_ini=ini),
    st.one_of(st.none(), files(), files(), files()),
    st.sampled_from(_INIS),
)


class Trouble(t.NamedTuple):
    """What goes wrong, by number of write or point."""

    refused_writes: set[int]
    lost_writes: set[int]
    refused_points: set[int]
    lost_points: set[int]
    broken_point: int | None
    broken_message: int | None
    dead_from: int | None


_POINT = st.integers(2, 14)
TROUBLES = st.builds(
    Trouble,
    st.sets(st.integers(0, 8), max_size=2),
    st.sets(st.integers(0, 8), max_size=1),
    st.sets(_POINT, max_size=2),
    st.sets(_POINT, max_size=2),
    st.one_of(st.none(), st.none(), _POINT),
    st.one_of(st.none(), st.none(), st.integers(0, 14)),
    st.one_of(st.none(), st.none(), st.just(1)),
)


def troubled(state: Observed, gpo: LocalGpoFiles, trouble: Trouble) -> Lab:
    lab = Lab(state, gpo)
    lab.channel.refused, lab.channel.lost_after = trouble.refused_writes, trouble.lost_writes
    lab.folder.refused, lab.folder.lost = trouble.refused_points, trouble.lost_points
    lab.folder.dead_from = lab.channel.dead_from = trouble.dead_from

    raised: list[int] = []

    def break_off(here: int | None) -> t.Callable[[int], None]:
        def between(number: int) -> None:
            # One task has one time-out.
            if number == here and not raised:
                raised.append(number)
                raise Broken

        return between

    lab.channel.between, lab.folder.between = break_off(trouble.broken_message), break_off(trouble.broken_point)
    return lab


def ended(lab: Lab, raw: Raw) -> t.Sequence[t.Any] | None:
    """Run, and return both outcomes; None where the run ended before the first write."""
    try:
        return lab.run(raw).outcomes
    except Broken:
        return lab.told[0] if lab.told else None
    except HostError:
        return None


@settings(max_examples=150)
@given(hosts(), GPOS, declarations(), TROUBLES)
def test_whatever_happens_files_are_whole_and_what_is_told_is_true(
    state: Observed, gpo: LocalGpoFiles, raw: Raw, trouble: Trouble
) -> None:
    after = wanted(state, gpo, raw)
    lab = troubled(state, gpo, trouble)
    outcomes = ended(lab, raw)
    for held in lab.gpo.history:
        assert held.registry_pol in (gpo.registry_pol, after.gpo.files.registry_pol)
        assert held.gpt_ini in (gpo.gpt_ini, after.gpo.files.gpt_ini)
    if outcomes is None:
        assert ([], [gpo]) == (lab.channel.log, lab.gpo.history)
        return
    assert [] == lies(lab, outcomes, gpo)
    if lab.ended and [None, None] == [outcome.failure for outcome in outcomes]:
        assert (after.hive(), after.gpo.files) == (lab.hive(), lab.gpo.files)


@settings(max_examples=150)
@given(hosts(), GPOS, declarations(), TROUBLES)
def test_whatever_happens_the_host_is_never_wider_than_before_or_wanted(
    state: Observed, gpo: LocalGpoFiles, raw: Raw, trouble: Trouble
) -> None:
    after = wanted(state, gpo, raw)
    lab = troubled(state, gpo, trouble)
    watch = Watch(lab, after)
    ended(lab, raw)
    watch.look()
    assert [] == watch.found


@settings(max_examples=60)
@given(hosts(), GPOS, declarations())
def test_check_mode_tells_the_changes_of_the_run_and_a_second_run_makes_none(
    state: Observed, gpo: LocalGpoFiles, raw: Raw
) -> None:
    checked = Lab(state, gpo)
    told = [[step.to_result() for step in outcome.made] for outcome in checked.run(raw, check_mode=True).outcomes]
    assert ([], [gpo]) == (checked.channel.log, checked.gpo.history)
    lab = wanted(state, gpo, raw)
    assert lab.ended is not None
    assert told == [[step.to_result() for step in outcome.made] for outcome in lab.ended.outcomes]
    again = lab.other_connections()
    assert [(), ()] == [outcome.made for outcome in again.run(raw).outcomes]
    assert (0, []) == (again.folder.replaced, again.channel.log)
