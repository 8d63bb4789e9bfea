# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``drift_report``: write what checks of a fleet found, for people and machines."""

from __future__ import annotations

import glob
import typing as t

from ..plugin_utils._ansible.base import RemoteAssistanceAction, Result, display
from ..plugin_utils._ansible.drift import drift_report, groups_of, job_of, told_by
from ..plugin_utils._ansible.drift_settings import DriftSettings, drift_settings
from ..plugin_utils._ansible.plain import plain
from ..plugin_utils._policy.declaration import shown_input
from ..plugin_utils._registry.errors import InputError, Problem
from ..plugin_utils._reports.drift_facade import (
    CLEAN,
    FORMATS,
    DriftReport,
    compact,
    from_json,
    merge,
    read_report,
    render,
    summary,
    write,
)

ARGUMENT_SPEC: t.Final[dict[str, t.Any]] = {
    "hosts": {"type": "list", "elements": "str"},
    "variable": {"type": "str"},
    "reports": {"type": "list", "elements": "path"},
    "report_dir": {"type": "path"},
    "formats": {"type": "list", "elements": "str", "choices": list(FORMATS)},
    "previous_report": {"type": "path"},
    "exceptions_file": {"type": "path"},
}

STATS: t.Final = "remote_assistance_drift"
"""The name under which set_stats hands the result on."""


class ActionModule(RemoteAssistanceAction):
    """Runs on the control node after the hosts were checked."""

    _requires_connection = False

    def perform(self, task_vars: dict[str, t.Any]) -> Result:
        self.refuse_unknown_arguments(ARGUMENT_SPEC)
        arguments = {name: plain(value) for name, value in self._task.args.items() if value is not None}
        settings = drift_settings(arguments)
        _refuse_wrong(arguments)
        if "reports" in arguments:
            report = _merged(arguments["reports"])
        elif "hosts" in arguments:
            report = _of_hosts(arguments["hosts"], arguments["variable"], settings, task_vars)
        else:
            settings.check()
            return {"changed": False, **_warnings(settings)}
        return self._kept(report, settings)

    def _kept(self, report: DriftReport, settings: DriftSettings) -> Result:
        """Write the report and return the result of the task."""
        files: list[str] = []
        if not self._task.check_mode:
            try:
                files = [str(path) for path in write(settings.folder, render(report, settings.formats))]
            except OSError as error:
                reason = f"the drift report could not be written to {settings.folder}: {error}"
                return {"failed": True, "changed": False, "msg": reason, **_facts(report)}
        for line in summary(report, files).splitlines():
            display.display(line)
        return {"changed": False, "files": files, **_facts(report), **_warnings(settings)}


def _facts(report: DriftReport) -> Result:
    told = compact(report)
    return {
        "verdict": told["verdict"],
        "counts": told["counts"],
        "not_clean": [host.name for host in report.hosts if host.verdict != CLEAN],
        "verdicts": {host.name: {"verdict": host.verdict, "message": _reason(host)} for host in report.hosts},
        "ansible_stats": {"data": {STATS: told}, "per_host": False, "aggregate": False},
    }


def _reason(host: t.Any) -> str:
    settings = dict.fromkeys(finding.setting for finding in host.counted)
    drifted = f"not as declared: {', '.join(settings)}" if settings else ""
    return "; ".join(text for text in (host.message, drifted) if text)


def _warnings(settings: DriftSettings) -> Result:
    return {"warnings": list(settings.warnings)} if settings.warnings else {}


def _of_hosts(
    hosts: t.Sequence[str], variable: str, settings: DriftSettings, task_vars: t.Mapping[str, t.Any]
) -> DriftReport:
    hostvars = task_vars["hostvars"]
    unknown = [name for name in hosts if name not in hostvars]
    if unknown:
        expected = "expected hosts of the inventory"
        raise InputError([Problem(path="hosts", value=shown_input(name), expected=expected) for name in unknown])
    told = {host: [told_by(hostvars.raw_get(host).get(variable))] for host in hosts}
    return drift_report(told, settings, groups=groups_of(task_vars), job=job_of(task_vars))


def _merged(patterns: t.Sequence[str]) -> DriftReport:
    """Return one report for those in files; a pattern that matches nothing is a problem."""
    paths = {pattern: sorted(glob.glob(pattern, recursive=True)) for pattern in patterns}  # noqa: PTH207  any path
    expected = "expected files with drift reports in JSON, or a pattern that matches some"
    problems = [
        Problem(path="reports", value=shown_input(name), expected=expected)
        for name, found in paths.items()
        if not found
    ]
    reports = []
    for path in dict.fromkeys(path for found in paths.values() for path in found):
        try:
            data = read_report(path)
        except InputError as error:
            problems += error.problems
        except OSError as error:
            problems.append(
                Problem(path="reports", value=shown_input(path), expected=f"cannot be read: {error.strerror}")
            )
        else:
            reports.append(from_json(data))
    if problems or not reports:
        raise InputError(problems or [Problem(path="reports", expected=expected)])
    return merge(reports)


def _refuse_wrong(arguments: t.Mapping[str, t.Any]) -> None:
    problems = []
    for name in ("hosts", "reports"):
        value = arguments.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(entry, str) for entry in value)):
            problems.append(Problem(path=name, value=shown_input(value), expected="expected a list of texts"))
    if "hosts" in arguments and not isinstance(arguments.get("variable"), str):
        value = shown_input(arguments["variable"]) if "variable" in arguments else ""
        problems.append(Problem(path="variable", value=value, expected="expected the name of a registered variable"))
    if "hosts" in arguments and "reports" in arguments:
        problems.append(Problem(path="reports", expected="stands alone: not beside hosts"))
    if problems:
        raise InputError(problems)
