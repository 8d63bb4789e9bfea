# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on after a channel that writes all at once refuses all at once."""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import WriteFailure
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.sending import Record, Sender
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.catalogue import (
    POLICY_KEY,
    PREFERENCE_KEY,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import KeyState, Write, dword
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost

OPEN = {
    POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 1)),
    PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1)),
}
CLOSE = {"solicited": {"state": "disabled"}, "control_panel": {"invitations": False}}


class AllAtOnce(InMemoryChannel):
    """Refuses a batch as a whole where it is about more than one key."""

    def write(self, writes: t.Sequence[Write]) -> tuple[WriteFailure, ...]:
        if len({write.key for write in writes}) > 1:
            error = HostError(doing="writing", reason="not everything could be imported")
            return tuple(WriteFailure(write=write, error=error) for write in writes)
        return super().write(writes)


def test_each_key_has_a_try_of_its_own_and_a_confirmed_second_try_leaves_no_doubt():
    host = InMemoryHost(OPEN)
    decided = plan(from_mapping(CLOSE), OPEN)
    writes = [step.write() for step in decided.steps]
    record = Record()
    assert None is Sender(AllAtOnce(host), decided).send(writes, OPEN, record, go_on=True)
    assert decided.after == host.state()
    assert (set(writes), set()) == (record.confirmed, record.doubtful)


def test_without_going_on_the_refusal_of_all_ends_it_with_all_in_doubt():
    host = InMemoryHost(OPEN)
    decided = plan(from_mapping(CLOSE), OPEN)
    writes = [step.write() for step in decided.steps]
    record = Record()
    assert None is not Sender(AllAtOnce(host), decided).send(writes, OPEN, record, go_on=False)
    assert OPEN == host.state()
    assert (set(), set(writes)) == (record.confirmed, record.doubtful)
