# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the end of a run on a domain GPO, or what was read of one, to a task result: plain types only.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, fields

from .._group_policy.domain_request import GPO, AnyChange, GpoEnded, GpoFacts, listed
from .plain import plain
from .results import diff_text, failure_result

NEW_GUID: t.Final = "{new}"
"""Stands in check mode for the GUID that a GPO will get."""

_NOT_SHOWN: t.Final = ("backup", "figures", "links")


def ended_result(ended: GpoEnded, *, is_foretold: bool = False) -> dict[str, t.Any]:
    """Return the result of a run; see the RETURN section of ``domain_gpo``.

    Args:
        ended: How it ended.
        is_foretold: It wrote nothing, and a GPO that it would make has no GUID yet: the one in ``ended`` will not
            be that of the run.
    """
    result = _ended(ended)
    changes = [change.to_result() for change in ended.made]
    is_new = any(change["setting"] == GPO and change["before"] is None for change in changes)
    return t.cast("dict[str, t.Any]", _replaced(result, ended.guid, NEW_GUID)) if is_foretold and is_new else result


def _ended(ended: GpoEnded) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {} if ended.failure is None else failure_result(ended.failure)
    result |= {
        "changed": ended.changed,
        "changes": ended.changes(),
        "gpo": {"name": ended.name, "guid": ended.guid, "dn": ended.dn, "machine_version": ended.version},
        "notes": list(ended.notes),
    }
    if ended.warnings:
        result["warnings"] = list(ended.warnings)
    if result["changes"]:
        result["diff"] = _diff(ended)
    if ended.failure is not None:
        result["msg"] = f"{ended.failure}. {_aftermath(ended)}"
        result |= {name: listed(getattr(ended, name)) for name in ("restored", "left", "unknown")}
    return result


def facts_result(facts: GpoFacts) -> dict[str, t.Any]:
    """Return what was read of a GPO; see the RETURN section of ``domain_gpo_info``."""
    told = {field.name: getattr(facts, field.name) for field in fields(facts) if field.name not in _NOT_SHOWN}
    shown: dict[str, t.Any] = plain(told)
    return shown | {"links": [asdict(link) for link in facts.links]}


def _replaced(told: t.Any, old: str, new: str) -> t.Any:
    """Return plain data with one text in the place of another, wherever it stands."""
    if isinstance(told, dict):
        return {_replaced(key, old, new): _replaced(value, old, new) for key, value in told.items()}
    if isinstance(told, list):
        return [_replaced(value, old, new) for value in told]
    return told.replace(old, new) if isinstance(told, str) else told


def _aftermath(ended: GpoEnded) -> str:
    """Say how the GPO was left."""
    heads = {
        "made": "These changes are made and stay: ",
        "restored": "Taken back: ",
        "left": "Still to do: ",
        "unknown": "Not known whether made, run again to find out: ",
    }
    parts = [head + _names(getattr(ended, which)) for which, head in heads.items() if getattr(ended, which)]
    if not ended.made and not ended.unknown:
        parts.insert(0, "The GPO is as it was before")
    return ". ".join(parts)


def _names(changes: t.Iterable[AnyChange]) -> str:
    """Return the settings of changes, each once."""
    return ", ".join(dict.fromkeys(str(change.to_result()["setting"]) for change in changes))


def _diff(ended: GpoEnded) -> dict[str, str]:
    diff = {}
    for side in ("before", "after"):
        diff[f"{side}_header"] = " ".join(filter(None, ("GPO", ended.name, ended.guid)))
        diff[side] = diff_text(ended.sides[side]) if ended.sides[side] else ""
    return diff
