# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the faces of the drift report (action, callback, playbooks) need; they use nothing else of it.

The way of a report::

    accepted = exceptions_of(yaml_of_the_exceptions_file)               # InputError names every problem at once
    previous = read_report(folder / JSON_FILE)                          # None where there is none
    report = report_of(results, now=..., previous=previous, exceptions=accepted, groups=..., baseline=...,
                       all_hosts=..., run=...)
    write(folder, render(report, formats))                              # OSError where the folder cannot be written
    print(summary(report)); set_stats(compact(report))

Every text that comes from a host is made harmless once, where a report is built or read (``report_of``,
``from_json``): characters that do not print become escapes, long values are cut and end with their digest.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from .drift_build import managed_settings, report_of
from .drift_exceptions import exceptions_of
from .drift_files import FORMATS, JSON_FILE, read_report, render, write
from .drift_json import compact, exit_code, from_json, to_json
from .drift_merge import merge
from .drift_model import CLEAN, UNREACHABLE, VERDICTS, DriftReport
from .drift_summary import progress, summary

__all__ = [
    "CLEAN",
    "FORMATS",
    "JSON_FILE",
    "UNREACHABLE",
    "VERDICTS",
    "DriftReport",
    "compact",
    "exceptions_of",
    "exit_code",
    "from_json",
    "managed_settings",
    "merge",
    "progress",
    "read_report",
    "render",
    "report_of",
    "summary",
    "to_json",
    "write",
]
