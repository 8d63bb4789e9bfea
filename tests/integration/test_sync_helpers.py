# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' task for the helpers, started after a change of their list, as users meet it."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.helper_sync import sync_result
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.over_wsman import WsmanFacts

from tests.integration.conftest import Runner
from tests.integration.real_channels import channel_to
from tests.lab import Drop, Fault, StandInHost, Trouble, When
from tests.lab.wmi import HELPER_GROUP

MODULE = "winfleet.remote_assistance.host"
HELPERS = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services\RAUnsolicit"
OFFER = {"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\Helpdesk"]}}


def missing(host: StandInHost) -> None:
    host.windows.tasks = []


def disabled(host: StandInHost) -> None:
    host.windows.tasks[0].enabled = False


def refused(host: StandInHost) -> None:
    host.script.add(Trouble(when=When(method="StartByPath"), do=Fault(code=5)))


def lost(host: StandInHost) -> None:
    host.script.add(Trouble(when=When(method="StartByPath", times=None), do=Drop()))


def ended_badly(host: StandInHost) -> None:
    host.windows.tasks[0].next_result = 0x80070005


def copies(host: StandInHost) -> None:
    members = [("Win32_Group", "CORP", "Helpdesk")]
    host.windows.tasks[0].effect = lambda: host.windows.groups.update({HELPER_GROUP: members})


Arranged = t.Callable[[StandInHost], None]
OUTCOMES: dict[str, tuple[Arranged, str, int | None, str | None]] = {
    "finished": (copies, "finished", 0, None),
    "bad": (ended_badly, "finished", 0x80070005, "Windows' task RemoteAssistanceTask ended with 0x80070005: until"),
    "missing": (missing, "missing", None, "this host has no task RemoteAssistanceTask: who may offer help may stay"),
    "disabled": (disabled, "disabled", None, "Windows' task RemoteAssistanceTask is disabled on this host: until"),
    "refused": (refused, "failed", None, "Windows' task RemoteAssistanceTask could not be started (access denied"),
    "lost": (lost, "failed", None, "Windows' task RemoteAssistanceTask could not be started (starting the task"),
}


def play(**options: t.Any) -> list[dict[str, t.Any]]:
    return [{"hosts": "windows", "gather_facts": False, "tasks": [{MODULE: options}]}]


def test_each_outcome_is_told_and_fails_nothing(run: Runner, connection: str) -> None:
    with contextlib.ExitStack() as stack:
        hosts = {name: stack.enter_context(StandInHost(seed="open_client", name=name)) for name in OUTCOMES}
        for name, host in hosts.items():
            OUTCOMES[name][0](host)
        inventory = run.inventory({name: host.inventory_vars(connection=connection) for name, host in hosts.items()})
        finished = run(play(offer=OFFER), inventory)
        assert 0 == finished.code, finished.output
        for name, (dummy, state, number, warning) in OUTCOMES.items():
            result = finished.result(name)
            told = result["sync_helpers"]
            assert (True, state, number) == (result["changed"], told["state"], told["result"]), name
            assert (name in {"refused", "lost"}) is bool(told["why"])
            warnings = [line for line in result.get("warnings", ()) if "the list of helpers" in line]
            start = f"the list of helpers is changed, but {warning}"
            assert [True] * (warning is not None) == [line.startswith(start) for line in warnings]
            assert ("REG_SZ", "CORP\\Helpdesk") == hosts[name].registry.get(HELPERS, "CORP\\Helpdesk")
            assert 0 == hosts[name].counters.shells_opened
        assert [("Win32_Group", "CORP", "Helpdesk")] == hosts["finished"].windows.groups[HELPER_GROUP]


def test_nothing_is_started_where_the_list_stays_as_it_is(run: Runner, connection: str, client: StandInHost) -> None:
    inventory = run.inventory({"client01": client.inventory_vars(connection=connection)})
    (task,) = client.windows.tasks
    checked = run(play(offer=OFFER), inventory, "--check").result("client01")
    assert {"state": "not_started", "result": None, "why": "check mode starts nothing"} == checked["sync_helpers"]
    without = run(play(offer=OFFER, sync_helpers=False), inventory).result("client01")
    assert (True, False, 0) == (without["changed"], "sync_helpers" in without, task.starts)
    other = run(play(session_logging={"state": "enabled"}), inventory).result("client01")
    assert (True, False, 0) == (other["changed"], "sync_helpers" in other, task.starts)
    removed = run(play(offer={"state": "disabled"}), inventory).result("client01")
    assert ("finished", 1) == (removed["sync_helpers"]["state"], task.starts)


def test_nothing_is_started_after_a_failure(run: Runner, connection: str, client: StandInHost) -> None:
    client.script.add(Trouble(when=When(method="SetDWORDValue", message=2), do=Fault(code=5)))
    inventory = run.inventory({"client01": client.inventory_vars(connection=connection)})
    finished = run(play(offer=OFFER), inventory)
    assert "failed" == finished.status("client01")
    assert ([0], False) == (
        [task.starts for task in client.windows.tasks],
        "sync_helpers" in finished.result("client01"),
    )


def test_what_is_made_is_told_when_ansible_breaks_off_the_wait(
    run: Runner, connection: str, client: StandInHost
) -> None:
    client.windows.tasks[0].polls = None
    inventory = run.inventory({"client01": client.inventory_vars(connection=connection)})
    finished = run([play(offer=OFFER)[0] | {"tasks": [{MODULE: {"offer": OFFER}, "timeout": 6}]}], inventory)
    assert "failed" == finished.status("client01")
    told = " ".join(finished.output.split())
    assert "broken off while Windows' task for the helpers ran; these changes are made and stay: live_policy:" in told
    assert ("REG_SZ", "CORP\\Helpdesk") == client.registry.get(HELPERS, "CORP\\Helpdesk")


@pytest.mark.parametrize("polls", [None, 30])
def test_a_task_that_goes_on_is_not_waited_for(client: StandInHost, connection: str, polls: int | None) -> None:
    (task,) = client.windows.tasks
    task.polls = polls
    waited: list[float] = []
    with channel_to(client, connection) as channel:
        reader = WsmanFacts(t.cast("t.Any", channel), clock=lambda: sum(waited), pause=waited.append)
        told = sync_result(reader.start_task, check_mode=False)
    assert {"state": "started", "result": None, "why": ""} == told["sync_helpers"]
    (warning,) = told["warnings"]
    assert warning.endswith("has not finished within 15 seconds; it goes on by itself")
    assert (15.0, 1) == (sum(waited), task.starts)
