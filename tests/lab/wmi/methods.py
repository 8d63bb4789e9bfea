# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Methods of the classes that have some: rules of the firewall, scheduled tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ..soap import Request, method_of, parameters_of
from ..wsman_fault import (
    ACCESS_DENIED,
    ACTION_NOT_SUPPORTED,
    INVALID_SELECTORS,
    RESOURCE_NOT_FOUND,
    SCHEMA,
    FaultError,
    WsmanFault,
)
from . import classes
from .cim import CimClass, Instance, Value
from .enumerations import place_of
from .state import TASK_RUNNING, Task, Windows
from .tables import instances
from .writing import output_of

# HRESULT of ERROR_FILE_NOT_FOUND and SCHED_E_TASK_DISABLED; that both come as MSFT_WmiError is an inference
# (confidence: low).
NO_SUCH_TASK = 0x80070002
TASK_DISABLED = 0x80041326
_GROUP_POLICY = 2
# What Windows shows for a task that has never run (confidence: medium).
_NEVER = datetime(1999, 11, 30, tzinfo=UTC)

Outputs = list[tuple[str, Value]]
_SUCCESS: Outputs = [("ReturnValue", 0)]


def invoke(windows: Windows, request: Request) -> str:
    """Call a method and return the content of the answer's body.

    Raises:
        FaultError: The message is refused.
    """
    of = _class_of(windows, request)
    method = method_of(request)
    static = _STATIC.get((of.path, method.lower()))
    perform = _OF_INSTANCE.get((of.path, method.lower()))
    if static is not None:
        name, call = static
        if set(_selectors(request)):
            raise FaultError(WsmanFault.of(INVALID_SELECTORS))
        outputs = call(windows, _plain(parameters_of(request, method), ("TaskPath", "TaskName")))
    elif perform is not None:
        name, act = perform
        _plain(parameters_of(request, method), ())
        outputs = act(windows, _chosen(windows, of, request))
    else:
        raise FaultError(WsmanFault.of(ACTION_NOT_SUPPORTED))
    return output_of(of, name, outputs, windows.references)


def returned(request: Request, code: int) -> str | None:
    """Return the output that holds nothing but a return value; None for a message that calls no known method."""
    of = classes.CLASSES.get(place_of(request))
    known = (of.path, request.action.rpartition("/")[2].lower()) if of else ("", "")
    names = {**_STATIC, **_OF_INSTANCE}
    if of is None or known not in names:
        return None
    return output_of(of, names[known][0], [("ReturnValue", code)], "address")


def _class_of(windows: Windows, request: Request) -> CimClass:
    namespace, _slash, name = place_of(request).rpartition("/")
    code = windows.fault_for(name)
    if code is not None:
        raise FaultError(WsmanFault.of(code))
    of = classes.CLASSES.get(f"{namespace}/{name}")
    if of is None or not windows.has_namespace(namespace):
        raise FaultError(WsmanFault.of(RESOURCE_NOT_FOUND))
    return of


def _plain(given: Mapping[str, list[str | None]], names: tuple[str, ...]) -> dict[str, str]:
    """Check that exactly these parameters are given, each once, and return them."""
    found = {name: texts[0] for name, texts in given.items() if len(texts) == 1 and texts[0] is not None}
    if set(found) != set(names) or len(given) != len(names):
        raise FaultError(WsmanFault.of(SCHEMA))
    return found


def _selectors(request: Request) -> dict[str, str]:
    return {name.lower(): text for name, text in request.selectors.items() if name.lower() != "__cimnamespace"}


def _chosen(windows: Windows, of: CimClass, request: Request) -> Instance:
    selectors = _selectors(request)
    if set(selectors) != {key.lower() for key in of.keys}:
        raise FaultError(WsmanFault.of(INVALID_SELECTORS))
    for instance in instances(windows, of):
        if all(str(instance.get(key)).lower() == selectors[key.lower()].lower() for key in of.keys):
            return instance
    raise FaultError(WsmanFault.of(RESOURCE_NOT_FOUND))


def _switch(windows: Windows, instance: Instance, *, on: bool) -> Outputs:
    rule = windows.firewall.rules[str(instance.get("InstanceID"))]
    if rule.source == _GROUP_POLICY:
        # What Windows says to that is not documented.
        raise FaultError(WsmanFault.of(ACCESS_DENIED))
    if rule.name not in windows.firewall.deaf and rule.enabled is not on:
        rule.enabled = on
        windows.on_change()
    return list(_SUCCESS) if windows.firewall.returns_value else []


def _task(windows: Windows, parameters: Mapping[str, str]) -> Task:
    task = windows.task(parameters["TaskPath"], parameters["TaskName"])
    if task is None:
        raise FaultError(WsmanFault.of(NO_SUCH_TASK, text="The system cannot find the file specified. "))
    return task


def _start(windows: Windows, parameters: Mapping[str, str]) -> Outputs:
    task = _task(windows, parameters)
    if not task.enabled:
        raise FaultError(WsmanFault.of(TASK_DISABLED, text="The task is disabled. "))
    task.starts += 1
    # Windows keeps whole seconds.
    task.running, task.left, task.last_run = True, task.polls, windows.now().replace(microsecond=0)
    windows.on_change()
    return list(_SUCCESS)


def _stop(windows: Windows, parameters: Mapping[str, str]) -> Outputs:
    _task(windows, parameters).running = False
    return list(_SUCCESS)


def _info(windows: Windows, parameters: Mapping[str, str]) -> Outputs:
    task = _task(windows, parameters)
    if task.running and task.left is not None:
        task.left -= 1
        if task.left < 0:
            task.running, task.result = False, task.next_result
            if task.effect is not None:
                task.effect()
            windows.on_change()
    values: dict[str, Value] = {
        "LastRunTime": task.last_run or _NEVER,
        "LastTaskResult": TASK_RUNNING if task.running else task.result,
        "NumberOfMissedRuns": 0,
        "TaskName": task.name,
        "TaskPath": task.path,
    }
    return [("cmdletOutput", Instance(of=classes.TASK_INFO, values=values)), *_SUCCESS]


def _toggle(windows: Windows, parameters: Mapping[str, str], *, on: bool) -> Outputs:
    task = _task(windows, parameters)
    task.enabled = on
    windows.on_change()
    found = next(
        one
        for one in instances(windows, classes.SCHEDULED_TASK)
        if (one.get("TaskPath"), one.get("TaskName")) == (task.path, task.name)
    )
    return [("cmdletOutput", found), *_SUCCESS]


_TASKS, _RULES = classes.TASK_METHODS.path, classes.FIREWALL_RULE.path
_STATIC: Mapping[tuple[str, str], tuple[str, Callable[[Windows, Mapping[str, str]], Outputs]]] = {
    (_TASKS, "startbypath"): ("StartByPath", _start),
    (_TASKS, "stopbypath"): ("StopByPath", _stop),
    (_TASKS, "getinfobyname"): ("GetInfoByName", _info),
    (_TASKS, "enablebyname"): ("EnableByName", lambda windows, given: _toggle(windows, given, on=True)),
    (_TASKS, "disablebyname"): ("DisableByName", lambda windows, given: _toggle(windows, given, on=False)),
}
_OF_INSTANCE: Mapping[tuple[str, str], tuple[str, Callable[[Windows, Instance], Outputs]]] = {
    (_RULES, "enable"): ("Enable", lambda windows, instance: _switch(windows, instance, on=True)),
    (_RULES, "disable"): ("Disable", lambda windows, instance: _switch(windows, instance, on=False)),
}
