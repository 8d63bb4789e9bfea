# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``links`` of ``domain_gpo``: read, with every problem at once.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from .._policy.declaration import join, shown_input
from .._policy.domain_options import LINKS
from .._policy.kinds import Flag, Kind, NotLegal, Number, nearest_word
from .._registry.errors import Problem
from .distinguished_name import normal, parts
from .domain_request import LinkRequest, LinksRequest

TARGETS_MOST: t.Final = 1000

_PARTS: t.Final = ("set", "add", "remove")
_KINDS: t.Final[dict[str, Kind]] = {"enabled": Flag(), "enforced": Flag(), "order": Number(lowest=1, highest=9999)}
_KEYS: t.Final = ("target", *_KINDS)
# What can be the kind of a target's own name: OU=..., DC=... for a domain, CN=... for a site.
_TARGETS: t.Final = ("OU", "DC", "CN")

Target = tuple[tuple[str, str], ...]


def read_links(raw: object) -> tuple[LinksRequest | None, tuple[Problem, ...]]:
    """Return what is wanted of a GPO's links, and everything that is wrong with it.

    Args:
        raw: What the user wrote; None for nothing.
    """
    if raw is None:
        return None, ()
    reader = _Reader()
    if not isinstance(raw, Mapping):
        reader.complain(LINKS, f"expected a mapping with keys of: {', '.join(_PARTS)}", raw)
        return None, tuple(reader.problems)
    reader.unknown(LINKS, raw, _PARTS)
    lists = {name: reader.links(join(LINKS, name), raw.get(name)) for name in _PARTS}
    for name in ("add", "remove"):
        if raw.get("set") is not None and lists[name]:
            reader.complain(join(LINKS, name), "not legal beside set, which is the whole list")
    links = LinksRequest(
        exact=None if raw.get("set") is None else tuple(lists["set"]),
        add=tuple(lists["add"]),
        remove=tuple(link.target for link in lists["remove"]),
    )
    return (None if links == LinksRequest() else links), tuple(reader.problems)


class _Reader:
    """Collects every problem while it reads."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: dict[Target, str] = {}

    def complain(self, path: str, expected: str, value: object = None, nearest: str = "") -> None:
        shown = "" if value is None else shown_input(value)
        self.problems.append(Problem(path=path, value=shown, expected=expected, nearest=nearest))

    def unknown(self, path: str, raw: Mapping[t.Any, t.Any], legal: Sequence[str]) -> None:
        for key in raw:
            if key not in legal:
                expected = f"unknown key, expected one of {', '.join(legal)}"
                self.complain(join(path, str(key)), expected, nearest=nearest_word(key, legal))

    def links(self, path: str, raw: object) -> list[LinkRequest]:
        """Read one list."""
        if raw is None:
            return []
        if isinstance(raw, str) or not isinstance(raw, Sequence) or len(raw) > TARGETS_MOST:
            self.complain(path, f"expected a list of at most {TARGETS_MOST} links", raw)
            return []
        found = (self._link(f"{path}[{index}]", entry) for index, entry in enumerate(raw))
        return [link for link in found if link is not None]

    def _link(self, path: str, raw: object) -> LinkRequest | None:
        entry = {"target": raw} if isinstance(raw, str) else raw
        if not isinstance(entry, Mapping):
            self.complain(path, f"expected a distinguished name, or a mapping with keys of: {', '.join(_KEYS)}", raw)
            return None
        legal = ("target",) if ".remove[" in path else _KEYS
        self.unknown(path, entry, legal)
        words: dict[str, t.Any] = {}
        for name, kind in _KINDS.items():
            if name in legal and entry.get(name) is not None:
                try:
                    words[name] = kind.parse(entry[name])
                except NotLegal as wrong:
                    self.complain(join(path, name), wrong.expected, entry[name])
        target = entry.get("target")
        where = path if isinstance(raw, str) else join(path, "target")
        return LinkRequest(target=str(target), **words) if self._is_target(where, target) else None

    def _is_target(self, path: str, target: object) -> bool:
        """Return whether something is the name of what a GPO can be linked to, and is named here for the first time."""
        expected = (
            "expected the distinguished name of an OU, the domain or a site, such as OU=Clients,DC=corp,DC=example"
        )
        if not isinstance(target, str):
            self.complain(path, expected, target)
            return False
        try:
            found = parts(target)
        except ValueError as error:
            self.complain(path, f"{expected}; {error}", target)
            return False
        if not found or found[0].kind.upper() not in _TARGETS or found[-1].kind.upper() != "DC":
            self.complain(path, expected, target)
            return False
        first = self._seen.setdefault(normal(target), path)
        if first != path:
            self.complain(path, f"the same target as {first}", target)
        return first == path
