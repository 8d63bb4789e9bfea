# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline of a run: its name, the ids of benchmarks, and what it accepts.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._policy.catalogue import DISABLED, LIVE_POLICY, LOCAL_GPO, NOT_CONFIGURED
from .drift_model import SEVERITIES, Acceptance, BaselineName, Word
from .drift_text import clean

_OFFER: t.Final = "offer.state"
_AS_GOOD_AS_OFF: t.Final = "pass"


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What a report takes from a baseline.

    Attributes:
        name: For the head of the report.
        items: Items of benchmarks by setting: id, benchmark, version, builds, severity.
        missing_offer_passes: True if a missing value of Offer is as good as a disabled one.
    """

    name: BaselineName
    items: t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]]
    missing_offer_passes: bool

    @classmethod
    def of(cls, data: t.Mapping[str, t.Any]) -> t.Self:
        """Read a baseline.

        Args:
            data: ``name``, and if known ``title``, ``source``, ``missing_offer`` (``pass`` or ``finding``) and ``ids``:
                by setting a list of items with ``id``, and if known ``benchmark``, ``os``, ``version``, ``severity``
                and ``builds`` (the lowest and the highest).
        """
        return cls(
            name=BaselineName(
                name=clean(data["name"]), title=clean(data.get("title", "")), source=clean(data.get("source", ""))
            ),
            items=data.get("ids") or {},
            missing_offer_passes=data.get("missing_offer") == _AS_GOOD_AS_OFF,
        )

    def items_for(self, setting: str, build: int | None) -> tuple[t.Mapping[str, t.Any], ...]:
        """Return the items that ask for a setting: of one build of Windows, or all candidates.

        Args:
            setting: Dotted name.
            build: The host's build, None where it is not known.

        Returns:
            An item without builds is for every build. None of a known build: none, however many others there are.
        """
        return tuple(item for item in self.items.get(setting, ()) if _fits(item.get("builds"), build))

    def accepts(self, layer: str, setting: str, actual: Word, wanted: Word) -> Acceptance | None:
        """Return the rule by which a deviation counts as compliant, or None."""
        is_missing = actual in (None, NOT_CONFIGURED) and layer in (LIVE_POLICY, LOCAL_GPO)
        if not (self.missing_offer_passes and is_missing and (setting, wanted) == (_OFFER, DISABLED)):
            return None
        reason = "this baseline counts a missing value of Offer Remote Assistance as off"
        return Acceptance(hosts="", setting=_OFFER, reason=reason, who=self.name.name, until="")


def item_text(item: t.Mapping[str, t.Any]) -> str:
    """Return an item of a benchmark for a person, such as ``CIS Windows 11 3.0.0: 18.9.35.1``."""
    head = " ".join(clean(item[word]) for word in ("benchmark", "os", "version") if item.get(word))
    return f"{head}: {clean(item['id'])}" if head else clean(item["id"])


def item_severity(items: t.Iterable[t.Mapping[str, t.Any]], otherwise: str) -> str:
    """Return the gravest of our own judgement and the benchmarks'."""
    words: list[str] = [otherwise, *(str(item["severity"]) for item in items if item.get("severity") in SEVERITIES)]
    return min(words, key=SEVERITIES.index)


def _fits(builds: t.Sequence[int] | None, build: int | None) -> bool:
    return build is None or not builds or builds[0] <= build <= builds[-1]
