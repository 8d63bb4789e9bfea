# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows' task that copies the list of helpers, and the local group: over the real channel."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.helper_sync import (
    read_group,
    start_task,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HelperGroup,
    Membership,
    OperatingSystem,
    TaskOutcome,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import Xml, moment, reference
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_windows import (
    DENIED_FAULT,
    INVALID_NAMESPACE,
    Windows,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import NIL, Rows

TASK = {"TaskPath": ["\\Microsoft\\Windows\\RemoteAssistance\\"], "TaskName": ["RemoteAssistanceTask"]}
RUNNING, NEVER = 0x41301, 0x41303
BEFORE, AFTER = "2026-11-20T10:00:00Z", "2026-11-22T09:00:00Z"


def info(last_run: str, result: int) -> Rows:
    inside = f"<q:LastRunTime xmlns:q='urn:q'>{moment(last_run)}</q:LastRunTime>"
    inside += f"<q:LastTaskResult xmlns:q='urn:q'>{result}</q:LastTaskResult>"
    return [("cmdletOutput", Xml(inside)), ("ReturnValue", 0)]


def windows(*infos: Rows, state: int = 3) -> Windows:
    host = Windows()
    host.classes["MSFT_ScheduledTask"] = [[("State", state)]]
    host.methods = {
        "PS_ScheduledTask.StartByPath": [[("ReturnValue", 0)]],
        "PS_ScheduledTask.GetInfoByName": list(infos),
    }
    return host


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def start(host: Windows, clock: Clock | None = None) -> TaskOutcome:
    clock = clock or Clock()
    return start_task(host.channel().exchange, clock=clock, pause=clock.pause)


def methods(host: Windows) -> list[str]:
    return [name.partition(".")[2] for name, *dummy in host.calls]


@pytest.mark.parametrize("result", [0, 1, 0x80070005])
def test_a_task_that_runs_to_its_end(result: int) -> None:
    host = windows(info(BEFORE, 0), info(AFTER, RUNNING), info(AFTER, result))

    assert TaskOutcome(state="finished", result=result) == start(host)
    assert ["GetInfoByName", "StartByPath", "GetInfoByName", "GetInfoByName"] == methods(host)
    assert [({}, TASK)] * 4 == [(selectors, parameters) for dummy, selectors, parameters in host.calls]
    assert [
        (
            "root/Microsoft/Windows/TaskScheduler",
            r"SELECT State FROM MSFT_ScheduledTask WHERE "
            r"TaskPath='\\Microsoft\\Windows\\RemoteAssistance\\' AND TaskName='RemoteAssistanceTask'",
        )
    ] == host.queries


def test_a_task_that_had_never_run() -> None:
    assert "finished" == start(windows(info("1999-11-30T00:00:00Z", NEVER), info(AFTER, 0))).state


@pytest.mark.parametrize("later", [info(AFTER, RUNNING), info(BEFORE, 0), [("cmdletOutput", NIL)]])
def test_nobody_waits_longer_than_fifteen_seconds(later: Rows) -> None:
    clock = Clock()

    assert TaskOutcome(state="started") == start(windows(info(BEFORE, 0), later), clock)
    assert 115.0 == clock.now


def test_no_such_task() -> None:
    host = windows()
    host.classes["MSFT_ScheduledTask"] = []

    assert (TaskOutcome(state="missing"), []) == (start(host), host.calls)


def test_a_task_that_is_disabled_is_not_started() -> None:
    host = windows(state=1)

    assert (TaskOutcome(state="disabled"), []) == (start(host), host.calls)


def test_a_windows_without_tasks_in_wmi() -> None:
    host = windows()
    host.classes["MSFT_ScheduledTask"] = INVALID_NAMESPACE

    assert TaskOutcome(state="failed", why="this Windows does not offer its tasks over WMI") == start(host)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (DENIED_FAULT, "access denied (the host says: no) (0x00000005)"),
        ([[("ReturnValue", 2147942405)]], "access denied (0x80070005)"),
        ([[("ReturnValue", 2147750692)]], "the host's WMI returned an error (0x80041324)"),
    ],
)
def test_a_refused_start_is_an_outcome(answer: object, why: str) -> None:
    host = windows(info(BEFORE, 0))
    host.methods["PS_ScheduledTask.StartByPath"] = answer

    assert TaskOutcome(state="failed", why=why) == start(host)


SERVER = OperatingSystem(caption="any", build=20348, kind="server")
MEMBER = Membership(is_member=True, domain="corp.example", computer="PC1")


def group(*members: Rows) -> Windows:
    host = Windows()
    host.classes = {"Win32_Group": [[("Name", "any")]], "Win32_GroupUser": list(members)}
    return host


def test_the_members_of_the_group() -> None:
    host = group(
        [("PartComponent", reference("Win32_Group", Domain="CORP", Name="Helpdesk"))],
        [("PartComponent", r'\\PC1\root\cimv2:Win32_UserAccount.Domain="CORP",Name="anna"')],
        [("PartComponent", "something else")],
    )

    expected = HelperGroup(exists=True, members=(r"CORP\Helpdesk", r"CORP\anna", "something else"))
    assert expected == read_group(host.channel().exchange, SERVER, MEMBER)
    assert [
        "SELECT Name FROM Win32_Group WHERE Domain='PC1' AND Name='Offer Remote Assistance Helpers'",
        "SELECT PartComponent FROM Win32_GroupUser WHERE "
        "GroupComponent=\"Win32_Group.Domain='PC1',Name='Offer Remote Assistance Helpers'\"",
    ] == [wql for dummy, wql in host.queries]


def test_no_such_group() -> None:
    host = group()
    host.classes["Win32_Group"] = []

    assert HelperGroup(exists=False) == read_group(host.channel().exchange, SERVER, MEMBER)


def test_a_domain_controller_is_not_asked() -> None:
    host = group()
    controller = OperatingSystem(caption="any", build=20348, kind="domain_controller")

    assert "no local groups" in read_group(host.channel().exchange, controller, MEMBER).why
    assert [] == host.queries


def test_without_the_computers_name_nobody_asks_the_whole_domain() -> None:
    host = group()

    assert Unread(why="x") == read_group(host.channel().exchange, SERVER, Unread(why="x"))
    nameless = read_group(host.channel().exchange, SERVER, Membership(is_member=True))
    assert Unread(why="the host does not tell its name") == nameless
    assert [] == host.queries


@pytest.mark.parametrize("name", ["Win32_Group", "Win32_GroupUser"])
def test_a_refusal_is_unknown(name: str) -> None:
    host = group()
    host.classes[name] = DENIED_FAULT

    assert "access denied" in read_group(host.channel().exchange, SERVER, MEMBER).why
