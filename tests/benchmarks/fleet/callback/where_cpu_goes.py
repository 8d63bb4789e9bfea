# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Writes for each worker that checked a host how much CPU went into which part, as one line of JSON.

Loaded by the parent of all workers, which inherit what is wrapped here. The kernel's own count is read at the borders
of a few calls, unlike a profiler, which makes small functions look expensive.
"""

from __future__ import annotations

import functools
import json
import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible.executor.process.worker import WorkerProcess
from ansible.plugins.callback import CallbackBase
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.base import RemoteAssistanceAction
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman import reach
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.exchange import Exchange
from winrm.transport import Transport

DOCUMENTATION = """
name: where_cpu_goes
type: aggregate
short_description: Where the CPU of a check goes
description: Writes one line of JSON for each worker into the file that FLEET_WHERE names.
"""

_spent: dict[str, float] = {}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _count(owner: Any, name: str, part: str) -> None:
    """Add what a function costs to a part."""
    function: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(function)
    def counted(*positional: Any, **named: Any) -> Any:
        begun = _cpu()
        try:
            return function(*positional, **named)
        finally:
            _spent[part] = _spent.get(part, 0.0) + _cpu() - begun

    setattr(owner, name, counted)


def _write(told: dict[str, Any]) -> None:
    with Path(os.environ["FLEET_WHERE"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")


def _tell_at_the_end(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def told(*positional: Any, **named: Any) -> Any:
        # What the parent spent before the fork is not the worker's.
        _spent.clear()
        try:
            return function(*positional, **named)
        finally:
            if "messages" in _spent:
                _write({"spent": _spent, "end": _cpu()})

    return told


class CallbackModule(CallbackBase):
    """Wraps the calls whose cost is told."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "where_cpu_goes"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._begun = 0.0
        WorkerProcess._run = _tell_at_the_end(WorkerProcess._run)
        _count(RemoteAssistanceAction, "run", "action")
        _count(Exchange, "_send", "exchange")
        _count(reach, "open_transport", "opening")
        _count(Transport, "build_session", "logon")
        _count(Transport, "send_message", "messages")

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Forget what the main process spent before this play, which is the last one in the end."""
        self._begun = _cpu()

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Tell what the main process spent in the last play."""
        _write({"main": _cpu() - self._begun})
