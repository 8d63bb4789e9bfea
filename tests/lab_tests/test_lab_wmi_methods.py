# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Methods of firewall rules and tasks, and the Windows that the seeds describe."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.lab import PretendSuccess, Return, StandInHost, Trouble, When
from tests.lab.seed_files import read_seed, write_state
from tests.lab.wmi import HELPER_GROUP, LOCAL_GPO, REGISTRY_EXTENSION, FirewallRule, Task, seed_of, windows_of
from tests.lab_tests.lab_client import Client, read_reply
from tests.lab_tests.wmi_client import WMI, asked, body_of, method_message, refusal, values

RULE = "root/standardcimv2/MSFT_NetFirewallRule"
TASKS = "root/microsoft/windows/taskscheduler/PS_ScheduledTask"
NAME = "RemoteAssistance-Out-TCP"
TASK = {"TaskPath": "\\Microsoft\\Windows\\RemoteAssistance\\", "TaskName": "RemoteAssistanceTask"}
NOT_FOUND = ("a:DestinationUnreachable", 0x80338000)
SELECTORS = ("w:InvalidSelectors", 0x8033805B)
SCHEMA = ("w:SchemaValidationError", 0x80338041)


def keys(name: str = NAME, **changes: str) -> dict[str, str]:
    return {
        "CreationClassName": f"MSFT|FW|FirewallRule|{name}",
        "PolicyRuleName": "",
        "SystemCreationClassName": "",
        "SystemName": "",
    } | changes


def switched(client: Client, method: str, name: str = NAME) -> bytes:
    return client.send(method_message(RULE, method, selectors=keys(name)))


def info(client: Client) -> dict[str, Any]:
    output = body_of(client.send(method_message(TASKS, "GetInfoByName", **TASK)))
    (inner,) = [part for part in output if part.tag.endswith("}cmdletOutput")]
    assert f"{{{WMI}/root/microsoft/windows/taskscheduler/MSFT_TaskDynamicInfo}}LastRunTime" in [
        part.tag for part in inner
    ]
    return values(inner)


def test_rules_are_switched_on_and_off(host: StandInHost, client: Client) -> None:
    assert host.windows.firewall.rules[NAME].enabled is False
    answer = switched(client, "Enable")
    # The output of Windows was seen to be empty.
    assert [] == list(body_of(answer))
    assert f"{{{WMI}/{RULE}}}Enable_OUTPUT" == body_of(answer).tag
    assert host.windows.firewall.rules[NAME].enabled is True
    wql = f"select Enabled from MSFT_NetFirewallRule where InstanceID='{NAME}'"  # noqa: S608  a constant
    assert ["1"] == [values(item)["Enabled"] for item in asked(client, wql, "root/standardcimv2/*")]
    switched(client, "disable")
    assert host.windows.firewall.rules[NAME].enabled is False


def test_switching_can_return_a_number_as_documented(host: StandInHost, one_client: Client) -> None:
    host.windows.firewall.returns_value = True
    assert 0 == read_reply(switched(one_client, "Enable")).code


def test_a_rule_may_stay_as_it_is(host: StandInHost, one_client: Client) -> None:
    host.windows.firewall.deaf = {NAME}
    switched(one_client, "Enable")
    assert host.windows.firewall.rules[NAME].enabled is False


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        (keys("NoSuchRule"), NOT_FOUND),
        (None, SELECTORS),
        ({"InstanceID": NAME}, SELECTORS),
        (keys(Extra="x"), SELECTORS),
    ],
)
def test_a_rule_is_told_by_all_its_keys(
    host: StandInHost, one_client: Client, selectors: dict[str, str] | None, expected: tuple[str, int]
) -> None:
    before = seed_of(host.windows)
    assert expected == refusal(one_client, method_message(RULE, "Enable", selectors=selectors))
    assert before == seed_of(host.windows)


def test_the_namespace_may_be_a_selector_and_names_have_no_case(host: StandInHost, one_client: Client) -> None:
    selectors = {name.lower(): text for name, text in keys(__cimnamespace="root/standardcimv2").items()}
    one_client.send(method_message(RULE.upper().replace("ROOT", "root"), "Enable", selectors=selectors))
    assert host.windows.firewall.rules[NAME].enabled is True


def test_a_rule_of_a_policy_is_refused(host: StandInHost, one_client: Client) -> None:
    host.windows.firewall.rules = {"P": FirewallRule(name="P", enabled=True, source=2)}
    assert ("w:AccessDenied", 5) == refusal(one_client, method_message(RULE, "Disable", selectors=keys("P")))
    assert host.windows.firewall.rules["P"].enabled is True


def test_what_is_not_there(host: StandInHost, one_client: Client) -> None:
    assert ("a:ActionNotSupported", 0x80338013) == refusal(one_client, method_message(RULE, "Rename", selectors=keys()))
    assert SCHEMA == refusal(one_client, method_message(RULE, "Enable", selectors=keys(), Force="1"))
    assert NOT_FOUND == refusal(one_client, method_message("root/cimv2/Win32_Process", "Create"))
    host.windows.absent = {"root/standardcimv2"}
    assert NOT_FOUND == refusal(one_client, method_message(RULE, "Enable", selectors=keys()))
    host.windows.absent = set()
    host.windows.refused = {"MSFT_NetFirewallRule": 5}
    assert ("w:AccessDenied", 5) == refusal(one_client, method_message(RULE, "Enable", selectors=keys()))


def test_a_return_value_can_be_put_in_place(host: StandInHost, one_client: Client) -> None:
    host.script.add(
        Trouble(when=When(method="Enable"), do=Return(code=4294967295)),
        Trouble(when=When(method="StartByPath"), do=PretendSuccess()),
        Trouble(when=When(method="Enumerate"), do=Return(code=1)),
    )
    assert 4294967295 == read_reply(switched(one_client, "Enable")).code
    assert host.windows.firewall.rules[NAME].enabled is False
    assert 0 == read_reply(one_client.send(method_message(TASKS, "StartByPath", **TASK))).code
    assert [0] == [task.starts for task in host.windows.tasks]


def test_a_task_runs(host: StandInHost, client: Client) -> None:
    host.windows.now = lambda: datetime(2026, 1, 6, 7, 8, 9, 999999, UTC)
    (task,) = host.windows.tasks
    ended: list[bool] = []
    task.polls, task.next_result, task.effect = 2, 3, lambda: ended.append(True)
    assert ("2026-01-05T05:00:00Z", "0") == (info(client)["LastRunTime"], info(client)["LastTaskResult"])
    assert 0 == read_reply(client.send(method_message(TASKS, "StartByPath", **TASK))).code
    wql = "select State from MSFT_ScheduledTask"
    place = "root/Microsoft/Windows/TaskScheduler/*"
    assert ["4"] == [values(item)["State"] for item in asked(client, wql, place)]
    seen = [(info(client)["LastRunTime"], info(client)["LastTaskResult"])]
    assert ([], [("2026-01-06T07:08:09Z", "267009")]) == (ended, seen)
    assert "3" == info(client)["LastTaskResult"]
    assert "3" == info(client)["LastTaskResult"]
    assert ([True], 1) == (ended, task.starts)
    assert ["3"] == [values(item)["State"] for item in asked(client, wql, place)]


def test_a_task_may_never_end_and_be_stopped(host: StandInHost, one_client: Client) -> None:
    (task,) = host.windows.tasks
    task.polls = None
    one_client.send(method_message(TASKS, "StartByPath", **TASK))
    assert ["267009"] * 5 == [info(one_client)["LastTaskResult"] for _turn in range(5)]
    one_client.send(method_message(TASKS, "StopByPath", **TASK))
    assert "0" == info(one_client)["LastTaskResult"]


def test_a_task_that_never_ran(host: StandInHost, one_client: Client) -> None:
    host.windows.tasks = [Task()]
    found = info(one_client)
    assert ("1999-11-30T00:00:00Z", "267011", None) == (
        found["LastRunTime"],
        found["LastTaskResult"],
        found["NextRunTime"],
    )


def test_a_disabled_task_does_not_start_and_can_be_enabled(host: StandInHost, one_client: Client) -> None:
    (task,) = host.windows.tasks
    one_client.send(method_message(TASKS, "DisableByName", **TASK))
    wql = r"select State from MSFT_ScheduledTask where TaskPath='\\Microsoft\\Windows\\RemoteAssistance\\'"
    place = "root/microsoft/windows/taskscheduler/*"
    assert ["1"] == [values(item)["State"] for item in asked(one_client, wql, place)]
    assert 0x80041326 == refusal(one_client, method_message(TASKS, "StartByPath", **TASK))[1]
    one_client.send(method_message(TASKS, "EnableByName", **TASK))
    assert (True, 0) == (task.enabled, task.starts)


def test_calls_of_tasks_that_make_no_sense(host: StandInHost, one_client: Client) -> None:
    missing = TASK | {"TaskName": "NoSuchTask"}
    assert 0x80070002 == refusal(one_client, method_message(TASKS, "StartByPath", **missing))[1]
    assert SCHEMA == refusal(one_client, method_message(TASKS, "StartByPath", TaskName="x"))
    assert SCHEMA == refusal(one_client, method_message(TASKS, "StartByPath", **TASK, Extra="x"))
    assert SELECTORS == refusal(one_client, method_message(TASKS, "StartByPath", selectors={"TaskName": "x"}, **TASK))
    assert 0 == sum(task.starts for task in host.windows.tasks)


@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        ("open_client", ("22631", 1, 0, True, 15, 0)),
        ("domain_member", ("19045", 1, 1, True, 15, 11)),
        ("compliant_server", ("20348", 3, 2, False, 0, 0)),
    ],
)
def test_the_seeds(seed: str, expected: tuple[object, ...]) -> None:
    windows = StandInHost(seed=seed).windows
    rules = [rule for rule in windows.firewall.rules.values() if rule.group == "@FirewallAPI.dll,-33002"]
    system = windows.system
    settings = len(windows.rsop.settings)
    assert expected == (
        system.build,
        system.product_type,
        system.role,
        windows.feature,
        len(rules),
        settings,
    )


def test_what_the_member_logged_is_what_its_registry_holds() -> None:
    host = StandInHost(seed="domain_member")
    for setting in host.windows.rsop.settings:
        found = host.registry.get(f"HKLM\\{setting.key}", setting.name)
        assert found is not None
        assert setting.value is not None
        number, text = int.from_bytes(setting.value, "little"), setting.value.decode("utf-16-le")
        assert found == (("REG_DWORD", number) if setting.kind == 4 else ("REG_SZ", text.removesuffix("\0")))
    assert {name for _class, _domain, name in host.windows.groups[HELPER_GROUP]} == {
        setting.name.partition("\\")[2] for setting in host.windows.rsop.settings if setting.kind == 1
    }


def test_what_windows_keeps_in_the_registry_as_well() -> None:
    host = StandInHost(seed="domain_member")
    group_policy = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy"
    history = rf"{group_policy}\History\{REGISTRY_EXTENSION}"
    assert ("REG_SZ", LOCAL_GPO) == host.registry.get(rf"{history}\0", "DSPath")
    assert ("REG_SZ", "Workstations - Remote Assistance") == host.registry.get(rf"{history}\2", "DisplayName")
    path = rf"{group_policy}\State\Machine\Extension-List\{REGISTRY_EXTENSION}"
    low, high = (host.registry.get(path, name) for name in ("EndTimeLo", "EndTimeHi"))
    assert low is not None and high is not None
    ticks = (int(str(high[1])) << 32) + int(str(low[1]))
    moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    assert datetime(2026, 1, 5, 6, 7, 9, tzinfo=UTC) == moment
    assert ("REG_SZ", "Enterprise") == host.registry.get(
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "EditionID"
    )


@pytest.mark.parametrize("seed", ["open_client", "domain_member", "compliant_server"])
def test_a_windows_survives_being_written_down(seed: str, tmp_path: Path) -> None:
    host = StandInHost(seed=seed)
    host.windows.firewall.rules["New"] = FirewallRule(name="New", enabled=True, group=None)
    if host.windows.tasks:
        host.windows.tasks[0].last_run = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    path = tmp_path / "state.yml"
    write_state(host.registry.raw, path, seed_of(host.windows))
    again = windows_of(read_seed(path), computer="other")
    assert seed_of(host.windows) == seed_of(again)
    assert host.windows.rsop == again.rsop
    assert host.windows.tasks == again.tasks


@pytest.mark.parametrize(
    "section",
    [
        {"sistem": {}},
        {"system": {"colour": 1}},
        {"firewall": "open"},
        {"firewall": {"R": {}}},
        {"tasks": [{"nam": "x"}]},
        {"rsop": {"settings": [{"gpo": "x"}]}},
        {"rsop": {"gpos": [{}]}},
    ],
)
def test_a_section_that_is_no_windows_is_refused(section: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="windows"):
        windows_of({"windows": section}, computer="x")


def test_a_seed_without_a_section_is_a_client_of_a_workgroup() -> None:
    windows = windows_of({}, computer="a-name-that-is-too-long")
    assert ("A-NAME-THAT-IS-", {}, []) == (windows.system.computer, windows.firewall.rules, windows.rsop.settings)
