# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deletion, and a restoration, whose connection is cut at every message."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GpoBackup,
    GpoEnded,
    LinkRequest,
    LinksRequest,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError

from tests.integration.domain_ground import linked, listed, options
from tests.integration.domain_run_ground import OFF, cut, policy_folder, succeeded, wanted
from tests.integration.newest import newest_only
from tests.lab.domain import OU_SERVERS, CutAt, Relay, SambaDomain

pytestmark = newest_only

LINK = LinksRequest(add=(LinkRequest(target=OU_SERVERS),))
CUTS = [("before", True), ("after", False)]


@pytest.mark.parametrize(("side", "stay_down"), CUTS)
def test_a_deletion_cut_at_any_message_is_finished_or_says_what_stays(
    domain: SambaDomain, relay: Relay, side: t.Literal["before", "after"], *, stay_down: bool
) -> None:
    def make(name: str) -> str:
        return succeeded(options(domain), name=name, declaration=wanted(**OFF), links=LINK).guid

    make(f"Whole {side}")
    assert isinstance(cut(domain, relay, None, name=f"Whole {side}", state="absent"), GpoEnded)
    total = len(relay.messages)
    assert total > 20
    for number in range(1, total + 1, 3):
        guid = make(name := f"Delete {side} {number}")
        ended = cut(domain, relay, CutAt(message=number, side=side, stay_down=stay_down), name=name, state="absent")
        assert relay.was_cut
        is_listed, folder = guid in listed(domain), policy_folder(domain, guid)
        if isinstance(ended, HostError):
            # Nothing was begun.
            assert is_listed
            assert (guid, "NONE") in linked(domain, OU_SERVERS)
        elif ended.failure is None:
            assert (False, False) == (is_listed, folder.exists())
        else:
            changes = [*ended.made, *ended.unknown, *ended.left]
            assert ["gpo.links", "gpo"] == [change.setting for change in changes]
            assert is_listed or rf"Policies\{guid} may stay behind" in "".join(ended.warnings)
        succeeded(options(domain), guid=guid, state="absent")
        assert guid not in listed(domain)
        assert guid not in str(linked(domain, OU_SERVERS))


def test_a_restoration_cut_at_a_message_is_finished_by_the_next_run(domain: SambaDomain, relay: Relay) -> None:
    guid = succeeded(options(domain), name="Back", declaration=wanted(**OFF), links=LINK).guid
    path = policy_folder(domain, guid) / "Machine" / "Registry.pol"
    content = path.read_bytes()
    kept: list[GpoBackup] = []
    succeeded(options(domain), guid=guid, state="absent", keep=kept.append)
    (backup,) = kept
    assert isinstance(cut(domain, relay, None, restore=backup), GpoEnded)
    for number in range(2, len(relay.messages) + 1, 4):
        succeeded(options(domain), guid=guid, state="absent")
        cut(domain, relay, CutAt(message=number, side="before", stay_down=True), restore=backup)
        assert relay.was_cut
        succeeded(options(domain), restore=backup)
        assert content == path.read_bytes()
        assert (guid, "NONE") in linked(domain, OU_SERVERS)
        assert not succeeded(options(domain), restore=backup).changed
