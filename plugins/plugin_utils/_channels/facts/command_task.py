# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting Windows' task for the helpers by schtasks.exe.

Nothing is taken from its words, which are translated: exit codes, the task as XML, and the verbose CSV by position
(Microsoft, "schtasks query": host, task, next run, status, logon mode, last run, last result). The time of the last run
is in the language of the host and only compared with itself.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import csv
import re
import typing as t

from ..._policy.host_facts import FAILED, FINISHED, MISSING, STARTED, TURNED_OFF, TaskOutcome, Unread
from ..._registry.errors import HostError, HostUnreachable
from ..commands.lines import DONE, Answer, existence, proof
from ..reg_exe.files import HostFiles
from .attempts import attempt
from .helper_sync import TASK_NAME, TASK_PATH

_SCHTASKS: t.Final = r"%SystemRoot%\System32\schtasks.exe"
_TASK: t.Final = f'/tn "{TASK_PATH}{TASK_NAME}"'
_FILE: t.Final = rf"%SystemRoot%\System32\Tasks{TASK_PATH}{TASK_NAME}"

_LAST_RUN: t.Final = 5
_LAST_RESULT: t.Final = 6
_RUNNING: t.Final = 0x41301  # SCHED_S_TASK_RUNNING
_LONGEST: t.Final = 15.0
_PAUSE: t.Final = 1.0

# In the <Settings> of the task; triggers have an <Enabled> of their own.
_SETTINGS: t.Final = re.compile(rb"<Settings>(.*?)</Settings>", re.DOTALL)
_OFF: t.Final = re.compile(rb"<Enabled>\s*false\s*</Enabled>")

Run = tuple[str, int]


def start_task(files: HostFiles, *, clock: t.Callable[[], float], pause: t.Callable[[float], None]) -> TaskOutcome:
    """Start the task and wait for its end, 15 s at most; a refusal is an outcome.

    Args:
        files: The way to the host.
        clock: Seconds that only grow.
        pause: Waits some seconds.

    Raises:
        HostUnreachable: The connection was lost; ``outcome_unknown`` if the task may have been started.
    """
    outcome = attempt(lambda: _start(files, clock, pause))
    return TaskOutcome(state=FAILED, why=outcome.why) if isinstance(outcome, Unread) else outcome


def _start(files: HostFiles, clock: t.Callable[[], float], pause: t.Callable[[float], None]) -> TaskOutcome:
    steps = (
        existence("file", _FILE),
        *_printed("xml", f"/query {_TASK} /xml"),
        *_printed("before", f"/query {_TASK} /fo csv /v /nh"),
        *_printed("run", f"/run {_TASK}"),
    )
    answer = files.run(f"starting the task {TASK_NAME}", *steps, changes=True)
    failure = _not_started(answer)
    if failure is not None:
        return failure
    before = _last_run(answer, "before")
    until = clock() + _LONGEST
    while before is not None and clock() < until:
        pause(_PAUSE)
        after = _ask(files)
        if after is None:
            break
        if after[0] != before[0] and after[1] != _RUNNING:
            return TaskOutcome(state=FINISHED, result=after[1])
    return TaskOutcome(state=STARTED)


def _not_started(answer: Answer) -> TaskOutcome | None:
    if answer.said("run") is None:
        raise HostError(doing=f"starting the task {TASK_NAME}", reason="the answer of the host is cut off")
    settings = _SETTINGS.search(answer.between("xml.from", "xml") or b"")
    if settings and _OFF.search(settings[1]):
        return TaskOutcome(state=TURNED_OFF)
    if answer.said("run"):
        return None
    if not answer.said("xml") and answer.said("file") is False:
        return TaskOutcome(state=MISSING)
    return TaskOutcome(state=FAILED, why="schtasks.exe cannot start it")


def _ask(files: HostFiles) -> Run | None:
    """Return the last run, or None where that cannot be told: the task was started all the same."""
    try:
        answer = files.run(
            f"reading the state of the task {TASK_NAME}", *_printed("after", f"/query {_TASK} /fo csv /v /nh")
        )
    except HostUnreachable:
        raise
    except HostError:
        return None
    return _last_run(answer, "after")


def _printed(label: str, arguments: str) -> tuple[str, str, str]:
    return f"echo RA:{label}.from:{DONE}", f"{_SCHTASKS} {arguments} 2>nul", proof(label)


def _last_run(answer: Answer, label: str) -> Run | None:
    """Return when the task last ran, in the words of the host, and its result.

    A task with several triggers has a line for each, all with the same run.
    """
    text = (answer.between(f"{label}.from", label) or b"").decode("latin-1")
    try:
        rows = list(csv.reader(text.splitlines()))
    except csv.Error:
        return None
    for row in rows:
        if len(row) > _LAST_RESULT and row[1].lower().endswith(TASK_NAME.lower()):
            number = re.fullmatch("-?[0-9]{1,10}", row[_LAST_RESULT], re.ASCII)
            # Codes from 0x80000000 on are printed as negative numbers.
            return (row[_LAST_RUN], int(number[0]) % 2**32) if number else None
    return None
