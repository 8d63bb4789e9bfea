# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look at a plan of a run on registry and local GPO, before anything is written."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.local_info import local_values
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    NOT_ASKED,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import Plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.both import Lab
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.cases import CLOSES, OPENS, Case
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import number, pol, words
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import POLICY
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY

PAIR = b"[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
INI = b"[General]\r\ngPCMachineExtensionNames=" + PAIR + b"\r\nVersion=3\r\n"
OFF = LocalGpoFiles(
    registry_pol=pol(number(POLICY, "fAllowToGetHelp", 0), words(POLICY, "**del.fAllowFullControl", " ")),
    gpt_ini=INI,
)
SETS: Observed = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0)), HELPER_KEY: KeyState()}
DISABLED = {"solicited": {"state": "disabled"}}


class Look:
    """Notes what it is shown, and how far the run has come then."""

    def __init__(self, lab: Lab, failure: HostError | None = None) -> None:
        self.lab = lab
        self.failure = failure
        self.seen: list[tuple[Plan, Observed | Unread, int, int, int]] = []
        lab.review = self

    def __call__(self, decided: Plan, local_gpo: Observed | Unread = NOT_ASKED) -> None:
        lab = self.lab
        self.seen.append((decided, local_gpo, len(lab.channel.log), lab.folder.replaced, len(lab.kept)))
        if self.failure is not None:
            raise self.failure


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("case", [CLOSES, OPENS])
def test_a_plan_is_looked_at_once_before_anything_is_written(case: Case, check_mode: bool) -> None:
    lab = case.lab()
    look = Look(lab)
    ended = lab.run(case.raw, check_mode=check_mode)
    # Nothing keeps Windows from applying these files but that gpt.ini names no extension.
    assert [(ended.registry.plan, {}, 0, 0, 0)] == look.seen


@pytest.mark.parametrize("case", [CLOSES, OPENS])
def test_a_look_that_fails_leaves_everything_as_it_was(case: Case) -> None:
    lab = case.lab()
    Look(lab, HostError(doing="looking", reason="no"))
    with pytest.raises(HostError, match="looking: no"):
        lab.run(case.raw)
    assert (case.files, [], [], []) == (lab.gpo.files, lab.channel.log, lab.kept, lab.told)


def test_what_the_files_set_is_shown_without_what_they_delete() -> None:
    lab = Lab({}, OFF)
    look = Look(lab)
    lab.run(DISABLED)
    assert [SETS] == [seen[1] for seen in look.seen]
    assert SETS == local_values(OFF)
    assert {} == local_values(LocalGpoFiles(registry_pol=OFF.registry_pol, gpt_ini=b"[General]\r\nVersion=3\r\n"))


def test_nothing_is_looked_at_where_nothing_changes() -> None:
    lab = Lab({}, OFF)
    lab.run(DISABLED)
    look = Look(lab)
    lab.run(DISABLED)
    assert [] == look.seen


def test_a_change_of_the_files_alone_is_looked_at_too() -> None:
    lab = Lab({POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0))}, LocalGpoFiles(registry_pol=None, gpt_ini=None))
    look = Look(lab)
    lab.run(DISABLED)
    assert [((), {})] == [(seen[0].steps, seen[1]) for seen in look.seen]
