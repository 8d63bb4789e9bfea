# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a drift report goes, in which formats, and which files it takes into account.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import os
import tempfile
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from .._policy.declaration import shown_input
from .._policy.kinds import nearest_word
from .._registry.errors import InputError, Problem
from .._reports.drift_facade import FORMATS, JSON_FILE, exceptions_of, read_report
from .plain import plain

ENVIRONMENT: t.Final = {
    "report_dir": "WINFLEET_DRIFT_REPORT_DIR",
    "formats": "WINFLEET_DRIFT_FORMATS",
    "previous_report": "WINFLEET_DRIFT_PREVIOUS_REPORT",
    "exceptions_file": "WINFLEET_DRIFT_EXCEPTIONS_FILE",
}
"""The variable of the environment that counts where an option is not given."""

DEFAULT_DIR: t.Final = "drift-reports"


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftSettings:
    """Where a report goes and what it takes into account.

    Attributes:
        folder: For the files of the report.
        formats: Some of FORMATS.
        previous_report: The JSON of the previous report, or None for the one in the folder.
        exceptions_file: The YAML of accepted deviations, or None.
        warnings: What was wrong and did not stop a report.
    """

    folder: Path
    formats: tuple[str, ...]
    previous_report: Path | None
    exceptions_file: Path | None
    warnings: list[str] = field(default_factory=list)

    def previous(self) -> dict[str, t.Any] | None:
        """Return the previous report, or None where there is none.

        A file in the folder that is no report only costs the history, with a warning; one that was named must be good.

        Raises:
            InputError: The file that is named cannot be used.
        """
        if self.previous_report is not None:
            try:
                found = read_report(self.previous_report)
            except OSError as error:
                raise _unusable("previous_report", self.previous_report, error) from error
            if found is None:
                raise _unusable("previous_report", self.previous_report, FileNotFoundError(2, "there is no such file"))
            return found
        place = self.folder / JSON_FILE
        try:
            return read_report(place)
        except (InputError, OSError) as error:
            self.warnings.append(f"{place} cannot be used as the previous report, so every deviation is new: {error}")
            return None

    def exceptions(self) -> t.Any:
        """Return the accepted deviations.

        Raises:
            InputError: The file cannot be used; it names everything that is wrong.
        """
        if self.exceptions_file is None:
            return ()
        try:
            data = yaml.safe_load(self.exceptions_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise _unusable("exceptions_file", self.exceptions_file, error) from error
        return exceptions_of(data)

    def check(self) -> None:
        """Find out before a run whether a report can be written after it.

        Raises:
            InputError: A file that is named cannot be used, or the folder cannot be written.
        """
        self.previous()
        self.exceptions()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise _unusable("report_dir", self.folder, error) from error


def drift_settings(given: t.Mapping[str, t.Any]) -> DriftSettings:
    """Return the settings from options, then the environment, then defaults.

    Args:
        given: The options by name; None and empty texts are not given.

    Raises:
        InputError: With every problem.
    """
    problems: list[Problem] = []
    words = {name: plain(given.get(name)) for name in ENVIRONMENT}
    words = {
        name: os.environ.get(ENVIRONMENT[name]) if word in (None, "", []) else word for name, word in words.items()
    }
    paths: dict[str, Path | None] = {}
    for name in ("report_dir", "previous_report", "exceptions_file"):
        word = words[name] or None
        if word is not None and (not isinstance(word, str) or "\0" in word):
            problems.append(Problem(path=name, value=shown_input(word), expected="expected a path"))
            word = None
        paths[name] = None if word is None else Path(word).expanduser()
    formats = _formats(words["formats"], problems)
    if problems:
        raise InputError(problems)
    return DriftSettings(
        folder=paths["report_dir"] or Path(DEFAULT_DIR),
        formats=formats,
        previous_report=paths["previous_report"],
        exceptions_file=paths["exceptions_file"],
    )


def _formats(word: t.Any, problems: list[Problem]) -> tuple[str, ...]:
    """Return the formats; a text names them with commas. JSON is always there: the next report needs it."""
    if isinstance(word, str):
        word = [name.strip() for name in word.split(",") if name.strip()]
    if not word:
        return FORMATS
    expected = f"expected some of {', '.join(FORMATS)}"
    if not isinstance(word, list):
        problems.append(Problem(path="formats", value=shown_input(word), expected=expected))
        return FORMATS
    problems += [
        Problem(path="formats", value=shown_input(name), expected=expected, nearest=nearest_word(name, FORMATS))
        for name in word
        if name not in FORMATS
    ]
    return tuple(name for name in FORMATS if name in word or name == "json")


def _unusable(option: str, path: Path, error: Exception) -> InputError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else " ".join(str(error).split())
    return InputError([Problem(path=option, value=shown_input(str(path)), expected=f"cannot be used: {reason}")])
