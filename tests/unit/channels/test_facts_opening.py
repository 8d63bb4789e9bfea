# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader of facts that belongs to a channel, and that the one over WS-Management hands everything through."""

from __future__ import annotations

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.opening import facts_reader
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.over_wsman import WsmanFacts
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    NOT_ASKED,
    HelperGroup,
    HostFacts,
    TaskOutcome,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.test_facts_helpers import (
    AFTER,
    BEFORE,
    Clock,
    info,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.test_facts_helpers import windows as with_task
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.test_facts_system import windows
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost

LOCAL = Unread(why="the file cannot be reached")


def test_everything_over_ws_management() -> None:
    host = windows()
    host.classes |= {"Win32_Group": []}
    reader = facts_reader(host.channel())
    facts = reader.gather(local_gpo=LOCAL)
    assert (False, True, LOCAL) == (isinstance(facts.system, Unread), facts.feature, facts.local_gpo)
    assert NOT_ASKED == reader.gather().local_gpo
    assert HelperGroup(exists=False) == reader.read_group(facts)


def test_the_task_over_ws_management() -> None:
    clock = Clock()
    host = with_task(info(BEFORE, 0), info(BEFORE, 0), info(AFTER, 7))
    outcome = WsmanFacts(host.channel(), clock=clock, pause=clock.pause).start_task()
    assert (TaskOutcome(state="finished", result=7), 103.0) == (outcome, clock.now)


def test_a_channel_without_a_way_to_facts_says_so() -> None:
    reader = facts_reader(InMemoryChannel(InMemoryHost()))
    unknown = Unread(why="not readable over memory")
    assert HostFacts(
        rsop=unknown,
        applied=unknown,
        mdm=unknown,
        local_gpo=LOCAL,
        local_gpo_off=unknown,
        system=unknown,
        membership=unknown,
        feature=unknown,
    ) == reader.gather(local_gpo=LOCAL)
    assert unknown == reader.read_group(HostFacts())
    assert TaskOutcome(state="failed", why="not readable over memory") == reader.start_task()
