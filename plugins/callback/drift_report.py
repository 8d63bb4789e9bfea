# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback ``drift_report``: a report of the checks of any play, written at the end of the run."""

from __future__ import annotations

DOCUMENTATION = """
name: drift_report
type: aggregate
short_description: Writes a report of what checks of a fleet found
version_added: 0.1.0
description:
  - Collects the results of M(winfleet.remote_assistance.host) in check mode, in any play, and writes at the end
    of the run what M(winfleet.remote_assistance.drift_report) writes; also when every host failed.
  - Real runs are not collected, and a host whose check is skipped by C(when) is not in the report.
  - Nothing is written where no check ran, or where the module has written its report.
  - A report that cannot be written is one warning; the run and its exit code stay as they are.
requirements:
  - enable it with C(callbacks_enabled = winfleet.remote_assistance.drift_report) in C(ansible.cfg)
options:
  report_dir:
    description: The folder for the report, relative to the current one; it is made where needed.
    type: str
    default: drift-reports
    env:
      - name: WINFLEET_DRIFT_REPORT_DIR
    ini:
      - section: callback_drift_report
        key: report_dir
  formats:
    description: What is written, of json, html, junit, csv, sarif and prometheus; left out, all. JSON is always there.
    type: list
    elements: str
    default: []
    env:
      - name: WINFLEET_DRIFT_FORMATS
    ini:
      - section: callback_drift_report
        key: formats
  previous_report:
    description: The previous report in JSON; left out, the one in O(report_dir).
    type: str
    default: ''
    env:
      - name: WINFLEET_DRIFT_PREVIOUS_REPORT
    ini:
      - section: callback_drift_report
        key: previous_report
  exceptions_file:
    description: Accepted deviations in YAML, see C(schemas/exceptions.schema.json).
    type: str
    default: ''
    env:
      - name: WINFLEET_DRIFT_EXCEPTIONS_FILE
    ini:
      - section: callback_drift_report
        key: exceptions_file
  progress_every:
    description: After how many hosts a line says how far the run is; 0 for never.
    type: int
    default: 100
    env:
      - name: WINFLEET_DRIFT_PROGRESS_EVERY
    ini:
      - section: callback_drift_report
        key: progress_every
"""

EXAMPLES = """
# This goes into ansible.cfg; then every run with --check has its report.
ansible_cfg: |
  [defaults]
  callbacks_enabled = winfleet.remote_assistance.drift_report

  [callback_drift_report]
  report_dir = /srv/drift
"""
import typing as t

from ansible.plugins.callback import CallbackBase

from ..plugin_utils._ansible.drift import Told, drift_report, groups_of, job_of, told_by
from ..plugin_utils._ansible.drift_settings import drift_settings
from ..plugin_utils._registry.errors import RemoteAssistanceError
from ..plugin_utils._reports.drift_facade import progress, render, summary, write

CHECK: t.Final = "winfleet.remote_assistance.host"
REPORT: t.Final = "winfleet.remote_assistance.drift_report"
OPTIONS: t.Final = ("report_dir", "formats", "previous_report", "exceptions_file")


class CallbackModule(CallbackBase):
    """Collects results and writes once."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "winfleet.remote_assistance.drift_report"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._told: dict[str, list[Told]] = {}
        self._groups: dict[str, set[str]] = {}
        self._job = ""
        self._play: t.Any = None
        self._done = self._drifted = self._silent = 0
        self._written = False

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Remember the play, for its hosts; called by Ansible."""
        self._play = play

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:  # noqa: ARG002, FBT001  Ansible's
        """Take the hosts of a check, so that none is missed that never gets as far; called by Ansible."""
        if task.action != CHECK or task.check_mode is False or self._play is None:
            return
        variables = self._play.get_variable_manager().get_vars(play=self._play, include_hostvars=False)
        for host in variables.get("ansible_play_hosts_all", ()):
            self._told.setdefault(str(host), [])
        for host, groups in groups_of(variables).items():
            self._groups.setdefault(host, set()).update(groups)
        self._job = job_of(variables)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Collect; called by Ansible."""
        self._collect(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  Ansible's
        """Collect; called by Ansible."""
        self._collect(result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        """Collect; called by Ansible."""
        self._collect(result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        """Forget a host that is not to be checked; called by Ansible."""
        if result._task.action == CHECK:  # noqa: SLF001  the name that every supported core has
            self._forget(result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:  # noqa: ARG002  Ansible's
        """Write the report; called by Ansible at the end of every run."""
        if self._written or not any(self._told.values()):
            return
        try:
            settings = drift_settings({name: self.get_option(name) for name in OPTIONS})
            report = drift_report(self._told, settings, groups=self._groups, job=self._job)
            files = write(settings.folder, render(report, settings.formats))
        except (OSError, RemoteAssistanceError) as error:
            self._display.warning(f"the drift report was not written: {error}")
            return
        for warning in settings.warnings:
            self._display.warning(warning)
        self._display.display(summary(report, [str(file) for file in files]))

    def _forget(self, result: t.Any) -> None:
        """Leave out a host that was not checked, unless another task checked it."""
        host = result._host.get_name()  # noqa: SLF001  the name that every supported core has
        if not self._told.get(host):
            self._told.pop(host, None)

    def _collect(self, result: t.Any) -> None:
        task, data = result._task, result._result  # noqa: SLF001  the names that every supported core has
        if task.action == REPORT and data.get("files"):
            self._written = True
        if task.action != CHECK:
            return
        # A result that is reported carries the task as it ran: its check mode is a boolean by now.
        if not task.check_mode:
            self._forget(result)
            return
        told = [told_by(one) for one in data["results"]] if "results" in data else [told_by(data)]
        self._told.setdefault(result._host.get_name(), []).extend(told)  # noqa: SLF001  the same
        self._done += 1
        self._drifted += any(one.get("changes") for one in told)
        self._silent += any(one.get("failed") or one.get("unreachable") for one in told)
        every = self.get_option("progress_every")
        if every > 0 and self._done % every == 0:
            self._display.display(progress(self._done, max(self._done, len(self._told)), self._drifted, self._silent))
