# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""How the list of helpers takes effect: Windows' own task that copies it into a local group, and that group.

The task ``\Microsoft\Windows\RemoteAssistance\RemoteAssistanceTask`` runs with Windows' own account; what starts it,
and whether the group follows a list that was written directly, is not documented.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import re
import time
import typing as t
from datetime import datetime

from ..._policy.host_facts import (
    DOMAIN_CONTROLLER,
    FAILED,
    FINISHED,
    MISSING,
    STARTED,
    TURNED_OFF,
    HelperGroup,
    Membership,
    OperatingSystem,
    TaskOutcome,
    Unread,
)
from ..wsman.codes import NotOffered
from ..wsman.enumerate import select
from ..wsman.exchange import Exchange
from ..wsman.invoke import Call, check, invoke
from ..wsman.items import Item
from .attempts import attempt, rows

TASK_PATH: t.Final = "\\Microsoft\\Windows\\RemoteAssistance\\"
TASK_NAME: t.Final = "RemoteAssistanceTask"
GROUP: t.Final = "Offer Remote Assistance Helpers"
"""The group's English name; Windows may translate it, and no other way to tell it is known."""

_NAMESPACE: t.Final = "root/Microsoft/Windows/TaskScheduler"
_DISABLED_STATE: t.Final = 1
_RUNNING: t.Final = 0x41301  # SCHED_S_TASK_RUNNING
_LONGEST: t.Final = 15.0
_PAUSE: t.Final = 1.0
_ACCOUNT_PATH: t.Final = re.compile(r'Domain="(?P<domain>[^"]*)",Name="(?P<name>[^"]*)"')


def start_task(
    exchange: Exchange,
    *,
    clock: t.Callable[[], float] = time.monotonic,
    pause: t.Callable[[float], None] = time.sleep,
) -> TaskOutcome:
    """Start the task and wait for its end, 15 s at most; a refusal is an outcome.

    Args:
        exchange: The conversation with the host.
        clock: Seconds that only grow.
        pause: Waits some seconds.

    Raises:
        HostUnreachable: The connection was lost.
    """
    outcome = attempt(lambda: _start(exchange, clock, pause))
    return TaskOutcome(state=FAILED, why=outcome.why) if isinstance(outcome, Unread) else outcome


def read_group(
    exchange: Exchange, system: OperatingSystem | Unread, membership: Membership | Unread
) -> HelperGroup | Unread:
    """Return the members of the local group.

    Args:
        exchange: The conversation with the host.
        system: What Windows it is; a domain controller has no local groups.
        membership: Where the computer's own name stands.
    """
    if isinstance(system, OperatingSystem) and system.kind == DOMAIN_CONTROLLER:
        return Unread(why="a domain controller has no local groups")
    if isinstance(membership, Unread):
        return membership
    if not membership.computer:
        return Unread(why="the host does not tell its name")
    return attempt(lambda: _group(exchange, membership.computer))


def _start(exchange: Exchange, clock: t.Callable[[], float], pause: t.Callable[[float], None]) -> TaskOutcome:
    wql = select("State", "MSFT_ScheduledTask", TaskPath=TASK_PATH, TaskName=TASK_NAME)
    try:
        found = rows(exchange, _NAMESPACE, wql, doing=f"looking for the task {TASK_NAME}")
    except NotOffered:
        return TaskOutcome(state=FAILED, why="this Windows does not offer its tasks over WMI")
    if not found:
        return TaskOutcome(state=MISSING)
    if found[0].number("State") == _DISABLED_STATE:
        return TaskOutcome(state=TURNED_OFF)
    until = clock() + _LONGEST
    before, dummy = _last_run(exchange)
    if before is not None:
        # Windows tells whole seconds: a run within the same second as the last one could not be told from it.
        pause(_PAUSE)
    check(_call(exchange, "StartByPath", doing=f"starting the task {TASK_NAME}", changes=True))
    while clock() < until:
        pause(_PAUSE)
        ran, result = _last_run(exchange)
        if ran is not None and ran != before and result not in {None, _RUNNING}:
            return TaskOutcome(state=FINISHED, result=result)
    return TaskOutcome(state=STARTED)


def _last_run(exchange: Exchange) -> tuple[datetime | None, int | None]:
    output = _call(exchange, "GetInfoByName", doing=f"reading the state of the task {TASK_NAME}", changes=False)
    info = output.item("cmdletOutput")
    return (None, None) if info is None else (info.moment("LastRunTime"), info.number("LastTaskResult"))


def _call(exchange: Exchange, method: str, *, doing: str, changes: bool) -> Item:
    call = Call(
        namespace=_NAMESPACE,
        class_name="PS_ScheduledTask",
        method=method,
        parameters=[("TaskPath", TASK_PATH), ("TaskName", TASK_NAME)],
    )
    return invoke(exchange, call, doing=doing, changes=changes)


def _group(exchange: Exchange, computer: str) -> HelperGroup:
    namespace = "root/cimv2"
    # Without the computer's own name as the domain Windows would look through the groups of the whole domain.
    wql = select("Name", "Win32_Group", Domain=computer, Name=GROUP)
    if not rows(exchange, namespace, wql, doing=f"looking for the group {GROUP}"):
        return HelperGroup(exists=False)
    path = f"Win32_Group.Domain='{computer}',Name='{GROUP}'"
    wql = select("PartComponent", "Win32_GroupUser", GroupComponent=path)
    found = rows(exchange, namespace, wql, doing=f"reading the members of the group {GROUP}")
    return HelperGroup(exists=True, members=tuple(_member(item) for item in found))


def _member(item: Item) -> str:
    value = item.fields.get("PartComponent")
    if isinstance(value, str):
        match = _ACCOUNT_PATH.search(value)
        return f"{match['domain']}\\{match['name']}" if match else value
    reference = item.reference("PartComponent")
    selectors = {} if reference is None else reference.selectors
    return f"{selectors.get('Domain', '')}\\{selectors.get('Name', '')}"
