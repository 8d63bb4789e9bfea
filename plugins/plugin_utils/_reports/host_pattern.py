# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Host patterns as Ansible documents them, without subscripts: names, globs, groups, ``:``, ``:!``, ``:&``, ``~``.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import fnmatch
import functools
import ipaddress
import re
import typing as t

from .._registry.errors import FormatError

_WHAT: t.Final = "host pattern"
_SUBSCRIPT: t.Final = re.compile(r"\[(-?\d+|\d+[:-]\d*)\]$")
_PARTS: t.Final = re.compile(r"(?:[^\s:\[\]]|\[[^\]]*\])+")


@functools.lru_cache(maxsize=1024)
def parsed(pattern: str) -> tuple[str, ...]:
    """Return the parts of a pattern in the order in which they act: what is in, then ``&``, then ``!``.

    Args:
        pattern: Parts stand between commas, or between colons where there is no comma, as in Ansible.

    Raises:
        FormatError: It is empty, or holds what is not supported: a subscript or a broken regular expression.
    """
    parts = _split(pattern)
    if not parts:
        raise FormatError(what=_WHAT, reason="no pattern", offset=0)
    for part in parts:
        word = part.removeprefix("!").removeprefix("&")
        offset = pattern.index(part)
        if not word:
            raise FormatError(what=_WHAT, reason=f"nothing after {part}", offset=offset)
        if not word.startswith("~") and _SUBSCRIPT.search(word):
            raise FormatError(what=_WHAT, reason=f"subscripts are not supported: {part}", offset=offset)
        try:
            _expression(word)
        except re.error as error:
            raise FormatError(what=_WHAT, reason=f"{part}: {error}", offset=offset) from error
    included = [part for part in parts if part[0] not in "!&"]
    return (
        *(included or ["all"]),
        *(part for part in parts if part[0] == "&"),
        *(part for part in parts if part[0] == "!"),
    )


def matches(pattern: str, host: str, groups: t.Collection[str]) -> bool:
    """Return True if a pattern names a host.

    Args:
        pattern: A pattern that can be parsed.
        host: The name of the host in the inventory.
        groups: The names of all its groups, parents too; ``all`` need not be among them.
    """
    found = False
    for part in parsed(pattern):
        if part[0] == "!":
            found = found and not _names(part[1:], host, groups)
        elif part[0] == "&":
            found = found and _names(part[1:], host, groups)
        else:
            found = found or _names(part, host, groups)
    return found


def _split(pattern: str) -> list[str]:
    if "," in pattern:
        return [part.strip() for part in pattern.split(",") if part.strip()]
    try:
        ipaddress.IPv6Address(pattern)
    except ValueError:
        return _PARTS.findall(pattern)
    return [pattern]


def _names(word: str, host: str, groups: t.Collection[str]) -> bool:
    if word in ("all", "*", host):
        return True
    expression = _expression(word)
    return any(expression.match(name) for name in (host, "all", *groups))


@functools.lru_cache(maxsize=1024)
def _expression(word: str) -> re.Pattern[str]:
    return re.compile(word[1:] if word.startswith("~") else fnmatch.translate(word))
