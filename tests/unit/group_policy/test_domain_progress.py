# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run on a domain GPO has come, and what it says of that."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_progress import Progress
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GPO_LINKS,
    GPO_STATUS,
    GPO_VERSION,
    STATUS,
    GpoBackup,
    GpoChange,
    listed,
    status_word,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_view import (
    merged,
    sides,
    without,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

STATUS_CHANGE = GpoChange(setting=GPO_STATUS, before="all_enabled", after="user_disabled")
LINK = GpoChange(setting=GPO_LINKS, before=None, after="OU=a: order 1", place="OU=a", new={"order": 1})
OTHER_LINK = GpoChange(setting=GPO_LINKS, before="OU=b: order 2", after=None, place="OU=b", old={"order": 2})
BACKUP = GpoBackup(guid="{X}", name="X", registry_pol=None, gpt_ini=None, attributes={})


def version(before: int, after: int) -> GpoChange:
    return GpoChange(setting=GPO_VERSION, before=str(before), after=str(after), old={"v": before}, new={"v": after})


def test_flags_have_four_words() -> None:
    assert {"all_enabled": 0, "user_disabled": 1, "computer_disabled": 2, "all_disabled": 3} == dict(STATUS)
    assert ["all_enabled", "user_disabled", "all_disabled"] == [status_word(flags) for flags in (4, 1, -1)]


def test_a_change_says_set_or_delete() -> None:
    assert ["set", "set", "delete"] == [change["action"] for change in listed((STATUS_CHANGE, LINK, OTHER_LINK))]


def test_two_attempts_are_one_change_from_first_to_last() -> None:
    both = merged((version(1, 2), LINK), (version(2, 3), OTHER_LINK))
    assert (version(1, 3), LINK, OTHER_LINK) == both
    assert (OTHER_LINK,) == without(both, (version(7, 8), LINK))


def test_both_sides_of_the_diff_name_the_links_by_their_targets() -> None:
    assert {
        "before": {"status": "all_enabled", "links": {"OU=b": {"order": 2}}},
        "after": {"status": "user_disabled", "links": {"OU=a": {"order": 1}}},
    } == sides({}, (STATUS_CHANGE, LINK, OTHER_LINK))


def test_a_part_is_made_in_doubt_or_not_begun() -> None:
    progress = Progress(keep=None)
    with progress.part((STATUS_CHANGE,)):
        assert ((STATUS_CHANGE,), True) == (progress.begun, progress.has_begun)
    assert ((STATUS_CHANGE,), ()) == (progress.made, progress.begun)
    with pytest.raises(HostError), progress.part((LINK,)):
        raise HostError(doing="x", reason="y")
    assert ((STATUS_CHANGE,), ()) == (progress.made, progress.begun)
    with pytest.raises(HostUnreachable), progress.part((LINK,)):
        raise HostUnreachable(doing="x", reason="y")
    assert ((STATUS_CHANGE,), (LINK,)) == (progress.made, progress.begun)


def test_the_old_state_is_put_away_once_unless_somebody_else_changes_it_before_we_do() -> None:
    kept: list[GpoBackup] = []
    progress = Progress(keep=kept.append)
    progress.put_away(BACKUP)
    progress.put_away(BACKUP)
    assert [BACKUP] == kept
    other, third = replace(BACKUP, name="Y"), replace(BACKUP, name="Z")
    progress.put_away(other)
    assert [BACKUP, other] == kept
    with progress.part((STATUS_CHANGE,)):
        pass
    progress.put_away(third)
    assert [BACKUP, other] == kept


def test_without_a_keeper_nothing_is_put_away() -> None:
    progress = Progress(keep=None)
    progress.put_away(BACKUP)
    assert progress.kept is None
