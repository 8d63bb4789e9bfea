# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""How WQL compares: texts without regard to case, numbers as numbers, references by what they refer to."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from .cim import Reference, Value

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_FLAGS: dict[object, bool] = {"true": True, "false": False, True: True, False: False}
_PATH = re.compile(r"(?:[^:'\"]*:)?(?P<class>\w+)\.(?P<keys>.+)", re.DOTALL)
_KEY = re.compile(r"""(?P<name>\w+)=(?P<quote>['"])(?P<text>.*?)(?P=quote)(?:,|$)""", re.DOTALL)


class WqlError(Exception):
    """A query that is not understood, or that the class cannot answer."""


def is_null(value: Value) -> bool:
    """Tell whether a value is null; an array without items is."""
    return value is None or value == ()


def compared(value: Value, sign: str, literal: str | int | bool | None) -> bool:
    """Tell whether a comparison holds; with null none does.

    Raises:
        WqlError: The property's type cannot be compared with that literal.
    """
    if is_null(value) or literal is None:
        return False
    order = _ORDER[sign]
    if isinstance(value, bool):
        folded = literal.lower() if isinstance(literal, str) else literal
        if folded not in _FLAGS:
            raise WqlError("a truth value is compared with something else")
        return order(value, _FLAGS[folded])
    if isinstance(value, int) and not isinstance(literal, bool):
        return order(value, _number(literal))
    if isinstance(value, str) and isinstance(literal, str):
        return order(value.lower(), literal.lower())
    if isinstance(value, Reference) and isinstance(literal, str) and sign in {"=", "<>", "!="}:
        return order(_folded(value), _folded_path(literal))
    raise WqlError("the property's type and the literal do not fit")


def like(value: Value, pattern: str) -> bool:
    """Tell whether a text is like a pattern: ``%`` any text, ``_`` one character, ``[a-z]``, ``[^a-z]``.

    Raises:
        WqlError: The property is no text.
    """
    if is_null(value):
        return False
    if not isinstance(value, str):
        raise WqlError("LIKE is for texts")
    parts = re.findall(r"\[\^?[^\]]+\]|.", pattern, re.DOTALL)
    translated = "".join({"%": ".*", "_": "."}.get(part) or _like_part(part) for part in parts)
    return re.fullmatch(translated, value, re.DOTALL | re.IGNORECASE) is not None


def _like_part(part: str) -> str:
    if len(part) == 1:
        return re.escape(part)
    inner = part[1:-1]
    negated, inner = ("^", inner[1:]) if inner.startswith("^") else ("", inner)
    # The hyphen keeps its meaning.
    return f"[{negated}{'-'.join(map(re.escape, inner.split('-')))}]"


def _number(literal: str | int) -> int:
    try:
        return int(literal)
    except ValueError:
        raise WqlError("a number is compared with a text") from None


def _folded(reference: Reference) -> tuple[str, dict[str, str]]:
    keys = {name.lower(): text.lower() for name, text in reference.keys.items()}
    return reference.path.rpartition("/")[2].lower(), keys


def _folded_path(path: str) -> tuple[str, dict[str, str]]:
    r"""Read an object's path like ``\\PC01\root\cimv2:Win32_Group.Domain="PC01",Name="Users"``."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise WqlError("a reference is compared with something that is no path")
    keys = {key["name"].lower(): key["text"].lower() for key in _KEY.finditer(match["keys"])}
    return match["class"].lower(), keys
