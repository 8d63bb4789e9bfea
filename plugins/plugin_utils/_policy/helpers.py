# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of helpers: who may offer help.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
import unicodedata
from dataclasses import dataclass

from .._registry.names import fold
from .catalogue import HELPER_LONGEST, HELPERS_MOST
from .kinds import NOT_XML, utf16_units

NOTHING: t.Final = object()
"""Stands where a problem has no value to show: the user wrote nothing there."""


class Complaints(t.Protocol):
    """Takes problems; see declaration."""

    def complain(self, path: str, expected: str, value: object = NOTHING, nearest: str = "") -> None:
        """Note one problem."""

    def mapping(self, path: str, raw: object, legal: t.Sequence[str]) -> dict[str, object]:
        """Return the given entries of a mapping."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HelpersWanted:
    """What is wanted of the list of helpers, each part in the registry's order of names.

    Attributes:
        exact: The whole list, or None where strangers may stay; empty means nobody.
        add: Who must be on the list.
        remove: Who must not.
    """

    exact: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def cautions(self) -> tuple[str, ...]:
        r"""Return one line if there are names in a form whose acceptance by Windows is not documented.

        The policy's help text asks for DOMAIN\name; user principal names, SIDs and bare names are seen in the wild,
        but no source says that Windows resolves them.
        """
        doubtful = [name for name in (*(self.exact or ()), *self.add) if not _is_documented_form(name)]
        if not doubtful:
            return ()
        more = f" and {len(doubtful) - 3} more" if len(doubtful) > 3 else ""
        names = ", ".join(doubtful[:3])
        return (f"offer.helpers: only DOMAIN\\name is documented to work, not this form: {names}{more}",)


def _is_documented_form(name: str) -> bool:
    domain, separator, account = name.partition("\\")
    return bool(domain and separator and account)


def read_helpers(reader: Complaints, path: str, raw: object) -> HelpersWanted | None:
    """Return the wanted list, or None where nothing is given; every problem goes to the reader."""
    given = reader.mapping(path, raw, ("set", "add", "remove"))
    found = {key: _read_list(reader, f"{path}.{key}", value) for key, value in given.items()}
    lists = {key: list(names.values()) for key, names in found.items()}
    # Names that are refused are names all the same: this problem must not hide behind theirs.
    if "set" in given and any(_has_entries(given.get(key)) for key in ("add", "remove")):
        expected = "not allowed beside add or remove, expected either the whole list or changes to it"
        reader.complain(f"{path}.set", expected)
    both = {fold(name) for name in lists.get("add", ())} & {fold(name) for name in lists.get("remove", ())}
    for index, name in found.get("remove", {}).items():
        if fold(name) in both:
            reader.complain(f"{path}.remove[{index}]", "stands in add as well", name)
    if "set" not in given and not lists.get("add") and not lists.get("remove"):
        return None
    ordered = {key: tuple(sorted(names, key=fold)) for key, names in lists.items()}
    return HelpersWanted(exact=ordered.get("set"), add=ordered.get("add", ()), remove=ordered.get("remove", ()))


def _has_entries(raw: object) -> bool:
    return isinstance(raw, t.Sequence) and not isinstance(raw, (str, bytes)) and any(name is not None for name in raw)


def _read_list(reader: Complaints, path: str, raw: object) -> dict[int, str]:
    """Return the legal names by their place in the list."""
    if not isinstance(raw, t.Sequence) or isinstance(raw, (str, bytes)):
        reader.complain(path, "expected a list of names", raw)
        return {}
    if len(raw) > HELPERS_MOST:
        reader.complain(path, f"expected at most {HELPERS_MOST} names, use a group, got {len(raw)}")
        return {}
    seen: dict[str, int] = {}
    for index, name in enumerate(raw):
        if name is None:
            continue
        problem = _problem_of(name)
        if problem:
            reader.complain(f"{path}[{index}]", problem, name)
        elif fold(name) in seen:
            reader.complain(f"{path}[{index}]", f"the same name as in {path}[{seen[fold(name)]}]", name)
        else:
            seen[fold(name)] = index
    return {index: raw[index] for index in seen.values()}


def _problem_of(name: object) -> str:  # noqa: PLR0911  one line for each rule
    """Return what is wrong with one name, or an empty text.

    A name becomes a value name and its data; ``**`` opens a directive in Registry.pol ([MS-GPREG] 2.2.1), and what
    XML 1.0 cannot carry cannot be sent.
    """
    if not isinstance(name, str):
        return "expected a name as text"
    if not name:
        return "expected a name, this one is empty"
    if name != name.strip():
        return "expected a name without blanks at its ends"
    if name.startswith("**"):
        return "expected a name that does not start with **"
    if NOT_XML.search(name) or any(unicodedata.category(character) == "Cc" for character in name):
        return "expected a name without control characters or half characters"
    if utf16_units(name) > HELPER_LONGEST:
        return f"expected a name of at most {HELPER_LONGEST} UTF-16 units"
    return ""
