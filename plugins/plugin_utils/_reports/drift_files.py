# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report, and how they get into a folder: all of them, or none.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import typing as t
from pathlib import Path

from .._policy.kinds import nearest_word
from .._registry.errors import InputError, Problem
from .drift_csv import csv_bytes
from .drift_html import html_bytes
from .drift_json import from_json, to_json
from .drift_junit import junit_bytes
from .drift_model import DriftReport
from .drift_prometheus import prometheus_bytes
from .drift_sarif import sarif_bytes

JSON_FILE: t.Final = "drift.json"


def json_bytes(report: DriftReport) -> bytes:
    """Return the JSON of a report, in ASCII, each host in a line of its own."""
    lines = []
    for name, value in to_json(report).items():
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(map(json.dumps, value)) + "\n]"
        else:
            text = json.dumps(value)
        lines.append(f"{json.dumps(name)}: {text}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii")


_FORMATS: t.Final[dict[str, tuple[str, t.Callable[[DriftReport], bytes]]]] = {
    "json": (JSON_FILE, json_bytes),
    "html": ("drift.html", html_bytes),
    "junit": ("drift.junit.xml", junit_bytes),
    "csv": ("drift.csv", csv_bytes),
    "sarif": ("drift.sarif", sarif_bytes),
    "prometheus": ("drift.prom", prometheus_bytes),
}

FORMATS: t.Final = tuple(_FORMATS)


def render(report: DriftReport, formats: t.Collection[str] = FORMATS) -> dict[str, bytes]:
    """Return the files of a report by name; the names are fixed.

    Args:
        report: What they tell.
        formats: json, html, junit, csv, sarif, prometheus.

    Raises:
        InputError: It names every unknown format.
    """
    problems = [
        Problem(
            path="formats",
            value=repr(name),
            expected=f"expected some of {', '.join(FORMATS)}",
            nearest=nearest_word(name, FORMATS),
        )
        for name in formats
        if name not in _FORMATS
    ]
    if problems:
        raise InputError(problems)
    chosen = [_FORMATS[name] for name in FORMATS if name in formats]
    return {file: make(report) for file, make in chosen}


def write(folder: Path | str, files: t.Mapping[str, bytes]) -> list[Path]:
    """Put files into a folder, which is made if need be: all of them, or as many as were there before.

    Each is written beside its place first, so that no reader ever sees half of one.

    Raises:
        OSError: The folder cannot be written; it is as it was before.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".drift-", dir=place) as name:
        work = Path(name)
        for file, content in files.items():
            with (work / file).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        _into_place(work, place, list(files))
    return [place / file for file in files]


def read_report(path: Path | str) -> dict[str, t.Any] | None:
    """Return the JSON of a report, or None where there is no such file.

    Raises:
        InputError: The file holds something else.
        OSError: It cannot be read.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        return None
    try:
        data = json.loads(content)
        from_json(data)
    except (ValueError, RecursionError, InputError) as error:
        problem = Problem(path=str(path), expected="expected a drift report in JSON, as drift_report writes it")
        raise InputError([problem]) from error
    return dict(data)


def _into_place(work: Path, place: Path, files: t.Sequence[str]) -> None:
    old = work / "old"
    old.mkdir()
    done: list[str] = []
    try:
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                # A copy, not a move: there is no moment without the file.
                shutil.copy2(place / file, old / file)
            (work / file).replace(place / file)
            done.append(file)
    except BaseException:
        for file in done:
            if (old / file).exists():
                (old / file).replace(place / file)
            else:
                (place / file).unlink(missing_ok=True)
        raise
