# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions file: deviations that somebody accepted, for some hosts, until a day.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from datetime import date, datetime

from .._policy.catalogue import GPT_INI, TOP_LEVEL
from .._policy.kinds import nearest_word
from .._policy.schema import DIALECT, Schema, setting_names
from .._registry.errors import FormatError, InputError, Problem
from .drift_model import Acceptance
from .drift_text import clean
from .host_pattern import matches, parsed

_KEYS: t.Final = ("hosts", "setting", "reason", "who", "until")
_DAY: t.Final = "expected an ISO date such as 2027-01-31, the last day on which it is accepted"


def exceptions_of(data: object) -> tuple[Acceptance, ...]:
    """Read an exceptions file.

    Args:
        data: What the YAML file holds: ``exceptions``, a list; see ``schemas/exceptions.schema.json``.

    Raises:
        InputError: It names everything that is wrong.
    """
    problems: list[Problem] = []
    entries = data.get("exceptions") if isinstance(data, t.Mapping) else None
    if not isinstance(data, t.Mapping) or not isinstance(entries, list):
        raise InputError([Problem(path="exceptions", expected="expected a list of exceptions", value=_shown(data))])
    problems += [_unknown(str(key), str(key), ("exceptions",)) for key in data if key != "exceptions"]
    accepted = [_entry(f"exceptions[{number}]", entry, problems) for number, entry in enumerate(entries)]
    if problems:
        raise InputError(problems)
    return tuple(acceptance for acceptance in accepted if acceptance is not None)


def exceptions_schema() -> Schema:
    """Return the schema of an exceptions file."""
    text = {"type": "string", "pattern": r"\S"}
    properties = {
        "hosts": text | {"description": "Ansible host pattern: names, groups, globs, ~regex, with : or , :& and :!"},
        "setting": {
            "enum": settings(),
            "description": "What may deviate; a top-level name stands for everything below it.",
        },
        "reason": text | {"description": "Why it is accepted."},
        "who": text | {"description": "Who accepted it."},
        "until": {
            "type": "string",
            "format": "date",
            "pattern": r"^\d{4}-\d{2}-\d{2}$",
            "description": "The last day on which it is accepted, in UTC.",
        },
    }
    entry = {
        "type": "object",
        "properties": properties,
        "required": list(_KEYS),
        "additionalProperties": False,
    }
    return {
        "$schema": DIALECT,
        "$id": "exceptions.schema.json",
        "title": "Deviations that are accepted",
        "type": "object",
        "properties": {"exceptions": {"type": "array", "items": entry}},
        "required": ["exceptions"],
        "additionalProperties": False,
    }


def settings() -> list[str]:
    """Return every name that an exception may have as its setting."""
    return [*TOP_LEVEL, *setting_names(), GPT_INI]


def covering(
    exceptions: t.Iterable[Acceptance], host: str, groups: t.Collection[str], setting: str, now: str
) -> tuple[Acceptance | None, Acceptance | None]:
    """Return the first exception that covers a finding, or the first one that did until it expired.

    Args:
        exceptions: Those of the file, in its order.
        host: Name of the host in the inventory.
        groups: Its groups.
        setting: Dotted name.
        now: When.
    """
    lapsed = None
    names = (setting, setting.partition(".")[0])
    for acceptance in exceptions:
        if acceptance.setting not in names or not matches(acceptance.hosts, host, groups):
            continue
        if not acceptance.expired(now):
            return acceptance, None
        lapsed = lapsed or acceptance
    return None, lapsed


def _entry(path: str, entry: object, problems: list[Problem]) -> Acceptance | None:
    if not isinstance(entry, t.Mapping):
        problems.append(Problem(path=path, value=_shown(entry), expected=f"expected {', '.join(_KEYS)}"))
        return None
    before = len(problems)
    problems += [_unknown(f"{path}.{key}", str(key), _KEYS) for key in entry if key not in _KEYS]
    texts = {key: _text(f"{path}.{key}", entry.get(key), problems) for key in ("hosts", "setting", "reason", "who")}
    if texts["hosts"]:
        try:
            parsed(texts["hosts"])
        except FormatError as error:
            expected = f"expected an Ansible host pattern without subscripts: {error.reason}"
            problems.append(Problem(path=f"{path}.hosts", value=_shown(texts["hosts"]), expected=expected))
    if texts["setting"] and texts["setting"] not in settings():
        problems.append(_unknown(f"{path}.setting", texts["setting"], settings()))
    until = _day(f"{path}.until", entry.get("until"), problems)
    return Acceptance(**texts, until=until) if len(problems) == before else None


def _text(path: str, value: object, problems: list[Problem]) -> str:
    if isinstance(value, str) and value.strip():
        return clean(value.strip())
    problems.append(Problem(path=path, value="" if value is None else _shown(value), expected="expected a text"))
    return ""


def _day(path: str, value: object, problems: list[Problem]) -> str:
    """Return a day as ISO text; YAML makes a date of it where it is not quoted."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is not None and day.isoformat() == value:
            return value
    problems.append(Problem(path=path, value="" if value is None else _shown(value), expected=_DAY))
    return ""


def _unknown(path: str, word: str, legal: t.Sequence[str]) -> Problem:
    expected = f"expected one of {', '.join(legal)}"
    return Problem(path=clean(path), value=_shown(word), expected=expected, nearest=nearest_word(word, legal) or "")


def _shown(value: object) -> str:
    return clean(repr(value))
