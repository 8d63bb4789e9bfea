# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""gPLink: which GPOs are linked to an OU, a domain or a site (MS-GPOL 2.2.2).

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.

The text is ``[LDAP://<DN of the GPO>;<options>]`` for each link. The *last* one has order 1, the highest precedence.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from .distinguished_name import same

DISABLED: t.Final = 1
ENFORCED: t.Final = 2
# The options are digits; what stands before the last semicolon is the name, whatever it holds.
_ELEMENT: t.Final = re.compile(r"\[LDAP://(?P<dn>[^\[\]]*?);(?P<options>[0-9]{1,10})\]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoLink:
    """One link.

    Attributes:
        dn: Name of the GPO's object.
        options: Bit 0 disabled, bit 1 enforced; other bits have no meaning and are kept.
        text: How it was written; empty for a new one.
    """

    dn: str
    options: int = 0
    text: str = ""

    @property
    def enabled(self) -> bool:
        """Whether the link is in force."""
        return not self.options & DISABLED

    @property
    def enforced(self) -> bool:
        """Whether no OU below may block it or override it."""
        return bool(self.options & ENFORCED)

    def to_text(self) -> str:
        """Return the form in the attribute; an unchanged link stays as it was written."""
        return self.text or f"[LDAP://{self.dn};{self.options}]"


@dataclass(frozen=True, kw_only=True, slots=True)
class GpoLinks:
    """The value of one gPLink.

    Attributes:
        elements: The links as written, and between them texts that are none; these are kept.
    """

    elements: tuple[GpoLink | str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> GpoLinks:
        """Read a value; nothing is an error, for what is not understood is kept."""
        elements: list[GpoLink | str] = []
        end = 0
        for found in _ELEMENT.finditer(text):
            if found.start() > end:
                elements.append(text[end : found.start()])
            elements.append(GpoLink(dn=found["dn"], options=int(found["options"]), text=found[0]))
            end = found.end()
        if end < len(text):
            elements.append(text[end:])
        return cls(elements=tuple(elements))

    def to_text(self) -> str:
        """Return the value; empty or white space stands for no link at all."""
        return "".join(element if isinstance(element, str) else element.to_text() for element in self.elements)

    @property
    def links(self) -> tuple[GpoLink, ...]:
        """The links in order of precedence: the first has order 1."""
        return tuple(element for element in reversed(self.elements) if isinstance(element, GpoLink))

    def find(self, dn: str) -> GpoLink | None:
        """Return the link of a GPO with the highest precedence, or None."""
        return next((link for link in self.links if same(link.dn, dn)), None)

    def order_of(self, dn: str) -> int | None:
        """Return the order of a GPO's link, 1 for the highest precedence, or None if there is none."""
        return next((order for order, link in enumerate(self.links, 1) if same(link.dn, dn)), None)

    def without(self, dn: str) -> GpoLinks:
        """Return the value without any link of a GPO."""
        kept = (element for element in self.elements if isinstance(element, str) or not same(element.dn, dn))
        return GpoLinks(elements=tuple(kept))

    def having(
        self, dn: str, *, enabled: bool | None = None, enforced: bool | None = None, order: int | None = None
    ) -> GpoLinks:
        """Return the value with one link of a GPO.

        Args:
            dn: Name of the GPO's object.
            enabled: Whether it is in force; None keeps what is, a new link is in force.
            enforced: Whether it is enforced; None keeps what is, a new link is not.
            order: Its place, 1 for the highest precedence; more than there are links is the lowest one. None keeps
                the place; a new link gets the lowest precedence.
        """
        have = self.find(dn)
        link = have or GpoLink(dn=dn)
        options = link.options
        if enabled is not None:
            options = options & ~DISABLED | (0 if enabled else DISABLED)
        if enforced is not None:
            options = options & ~ENFORCED | (ENFORCED if enforced else 0)
        wanted = link if options == link.options else replace(link, options=options, text="")
        others = self.without(dn)
        if order is None and have is not None:
            return self._exchanged(have, wanted)
        return others.placed(wanted, len(others.links) + 1 if order is None else order)

    def _exchanged(self, have: GpoLink, wanted: GpoLink) -> GpoLinks:
        """Put one link in the place of another; further links of the same GPO go."""
        place = max(index for index, element in enumerate(self.elements) if element is have)
        kept: list[GpoLink | str] = []
        for index, element in enumerate(self.elements):
            if index == place:
                kept.append(wanted)
            elif isinstance(element, str) or not same(element.dn, have.dn):
                kept.append(element)
        return GpoLinks(elements=tuple(kept))

    def placed(self, link: GpoLink, order: int) -> GpoLinks:
        """Return the value with one more link, before which ``order - 1`` links have higher precedence."""
        places = [index for index, element in enumerate(self.elements) if isinstance(element, GpoLink)]
        higher = min(order - 1, len(places))
        # Behind the link that shall be the next lower one; with none lower, before all of them.
        lower = places[: len(places) - higher]
        index = lower[-1] + 1 if lower else (places[0] if places else len(self.elements))
        return GpoLinks(elements=(*self.elements[:index], link, *self.elements[index:]))
