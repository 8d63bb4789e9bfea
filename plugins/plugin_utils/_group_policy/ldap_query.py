# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One page of a search, and what it finds.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

try:
    import sansldap
except ImportError:  # said at use, see need_library
    sansldap = None

from .._registry.errors import FormatError

Scope = t.Literal["base", "one", "subtree"]
_SCOPES: t.Final[dict[str, int]] = {"base": 0, "one": 1, "subtree": 2}

# MS-ADTS 3.1.1.3.4.1.11, SEQUENCE of INTEGER 7: owner, group and DACL; the SACL needs a right that few have.
_SD_FLAGS: t.Final = ("1.2.840.113556.1.4.801", b"\x30\x03\x02\x01\x07")
_PAGE: t.Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An object of the directory, as far as it was asked for and may be seen.

    Attributes:
        dn: Its distinguished name.
        attributes: Its attributes by name in small letters.
    """

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]

    def values(self, name: str) -> tuple[bytes, ...]:
        """Return the values of an attribute; none if it is absent or may not be read."""
        return self.attributes.get(name.lower(), ())

    def value(self, name: str) -> bytes | None:
        """Return the first value of an attribute, or None."""
        found = self.values(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """Return the first value of an attribute as text, or an empty one."""
        return (self.value(name) or b"").decode(errors="replace")

    def number(self, name: str) -> int | None:
        """Return the first value of an attribute as a number.

        Raises:
            FormatError: It is none.
        """
        value = self.value(name)
        if value is None:
            return None
        try:
            return int(value[:32])
        except ValueError as error:
            raise FormatError(what=f"attribute {name} of {self.dn}", reason="it is no number", offset=0) from error


class Query:
    """One page of a search.

    Args:
        base: Where to search; empty for the root DSE.
        scope: How deep.
        wanted: A filter of sansldap; None for any object.
        attributes: What to read.
        cookie: Empty for the first page, then what the page before gave; None for a search without pages.

    Attributes:
        scope: How deep.
        next_cookie: Where the next page starts; empty after the last one.
    """

    def __init__(
        self, base: str, scope: Scope, wanted: t.Any, attributes: Sequence[str], cookie: bytes | None = None
    ) -> None:
        self.scope = scope
        self.next_cookie = b""
        self._base = base
        self._wanted = wanted
        self._attributes = list(attributes) or ["1.1"]
        self._cookie = cookie

    def request(self, session: t.Any) -> int:
        """Make the request in the library's session and return its number."""
        controls = []
        if any(name.lower() == "ntsecuritydescriptor" for name in self._attributes):
            oid, value = _SD_FLAGS
            controls.append(sansldap.LDAPControl(control_type=oid, critical=True, value=value))
        if self._cookie is not None:
            controls.append(sansldap.PagedResultControl(critical=True, size=_PAGE, cookie=self._cookie))
        number: int = session.search_request(
            base_object=self._base,
            scope=_SCOPES[self.scope],
            filter=self._wanted,
            attributes=self._attributes,
            controls=controls,
        )
        return number

    def done(self, message: t.Any) -> None:
        """Take the last message of the page."""
        for control in message.controls:
            if isinstance(control, sansldap.PagedResultControl) and self._cookie is not None:
                self.next_cookie = control.cookie


def entry_of(message: t.Any) -> Entry:
    """Return the library's SearchResultEntry as an entry."""
    attributes: dict[str, tuple[bytes, ...]] = {}
    for attribute in message.attributes:
        name = attribute.name.lower()
        attributes[name] = attributes.get(name, ()) + tuple(attribute.values)
    return Entry(dn=message.object_name, attributes=attributes)
