# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Baselines: named declarations, each value with its source, and what an auditor makes of them.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from types import MappingProxyType

from .benchmark_ids import (
    CIS_IDS,
    DISA_2008_R2_IDS,
    DISA_CLIENT_IDS,
    DISA_SERVER_2012_IDS,
    LOGGING_STATE,
    MICROSOFT_IDS,
    OFFER_STATE,
    SERVER_2012,
    SERVER_2016,
    SOLICITED_STATE,
    BenchmarkId,
    System,
)
from .catalogue import CONTROL_PANEL, DISABLED, ENABLED, FULL_CONTROL, OFFER, SOLICITED, VIEW_ONLY
from .kinds import Word

PASSES: t.Final = "passes"
FINDING: t.Final = "finding"
NOT_DEMANDED: t.Final = "not_demanded"
MISSING_OFFER_WORDS: t.Final = (PASSES, FINDING, NOT_DEMANDED)

Raw = t.Mapping[str, t.Any]

OFF: t.Final = {"state": DISABLED}
LOGGING: t.Final = "session_logging"
BOX: t.Final = f"{CONTROL_PANEL}.invitations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """A named declaration.

    Attributes:
        name: What users write.
        title: One line for people.
        source: Where the demands come from.
        declaration: As a user would write it.
        sources: Why each value is what it is, by its dotted name.
        missing_offer: What an auditor makes of a host where the value of Offer is absent, one of MISSING_OFFER_WORDS.
            Windows itself takes an absent value for 0.
        missing_offer_on: Systems on which that is different.
        ids: The items of benchmarks that it meets; empty for a baseline of this collection.
    """

    name: str
    title: str
    source: str
    declaration: Raw
    sources: t.Mapping[str, str]
    missing_offer: str
    missing_offer_on: tuple[tuple[System, str], ...] = ()
    ids: tuple[BenchmarkId, ...] = ()

    def missing_offer_is(self, build: int | None, *, server: bool | None) -> str:
        """Return what a missing Offer value counts as on a host; in doubt a finding, so that nothing is hidden.

        Args:
            build: The build of Windows, or None where it is not known.
            server: Whether it is a server, or None where it is not known.
        """
        different = [word for system, word in self.missing_offer_on if system.fits(build, server)]
        if not different:
            return self.missing_offer
        return FINDING if FINDING in different or build is None else different[0]

    def to_mapping(self) -> dict[str, t.Any]:
        """Return the baseline as plain types; see ``schemas/baseline.schema.json``."""
        return {
            "name": self.name,
            "title": self.title,
            "source": self.source,
            "declaration": {key: dict(value) for key, value in self.declaration.items()},
            "sources": dict(self.sources),
            "missing_offer": {
                "counts_as": self.missing_offer,
                "except_on": [{"system": system.name, "counts_as": word} for system, word in self.missing_offer_on],
            },
            "ids": [
                one.to_result()
                | {
                    "setting": one.setting,
                    "demand": one.demand,
                    "server": one.system.server,
                    "first_build": one.system.first,
                    "last_build": one.system.last,
                }
                for one in self.ids
            ],
        }


def _help_desk(control: str) -> dict[str, t.Any]:
    return {
        "declaration": {
            SOLICITED.name: {"state": ENABLED, "control": control},
            OFFER.name: {"state": ENABLED, "control": control},
            LOGGING: {"state": ENABLED},
            CONTROL_PANEL: {"invitations": True},
        },
        "sources": {
            SOLICITED_STATE: "Own: Microsoft does not say that offers work where invitations are disabled.",
            f"{SOLICITED.name}.control": "Own: as far as the name of the baseline says.",
            OFFER_STATE: "Own: helpers offer help.",
            f"{OFFER.name}.control": "Own: as far as the name of the baseline says.",
            LOGGING_STATE: "DISA STIG for Windows Server 2012, WN12-CC-000062: sessions leave a trail.",
            BOX: "Own: the box in Control Panel agrees with the policy.",
        },
        "missing_offer": FINDING,
    }


_OFFER_0: t.Final = '"Configure Offer Remote Assistance" is disabled: fAllowUnsolicited is 0.'
_SOLICITED_0: t.Final = '"Configure Solicited Remote Assistance" is disabled: fAllowToGetHelp is 0.'

_ALL: t.Final = (
    Baseline(
        name="all_off",
        title="Everything off: no invitations, no offers, the box in Control Panel cleared",
        source="This collection; what the playbook disable_ra fixes.",
        declaration={SOLICITED.name: OFF, OFFER.name: OFF, CONTROL_PANEL: {"invitations": False}},
        sources={
            SOLICITED_STATE: f"CIS Level 1, DISA STIG, Microsoft security baseline: {_SOLICITED_0}",
            OFFER_STATE: f"CIS Level 1: {_OFFER_0}",
            BOX: "Own: nobody can invite where the policy goes away either.",
        },
        missing_offer=FINDING,
    ),
    Baseline(
        name="cis_l1",
        title="CIS Benchmarks for Windows, Level 1",
        source="CIS Microsoft Windows Benchmarks, Level 1, Windows 10 and 11, Windows Server 2012 to 2025.",
        declaration={SOLICITED.name: OFF, OFFER.name: OFF},
        sources={SOLICITED_STATE: f"Item .2: {_SOLICITED_0}", OFFER_STATE: f"Item .1: {_OFFER_0}"},
        missing_offer=PASSES,
        missing_offer_on=((SERVER_2012, FINDING), (SERVER_2016, FINDING)),
        ids=CIS_IDS,
    ),
    Baseline(
        name="disa_stig",
        title="DISA STIG for Windows 10 and Windows 11",
        source="DISA Security Technical Implementation Guides for Windows 10 and Windows 11. Those for Windows Server "
        "2016 and later have no item on Remote Assistance.",
        declaration={SOLICITED.name: OFF},
        sources={SOLICITED_STATE: f"WN10-CC-000155, WN11-CC-000155: {_SOLICITED_0} A missing value is a finding."},
        missing_offer=NOT_DEMANDED,
        ids=DISA_CLIENT_IDS,
    ),
    Baseline(
        name="disa_stig_server_2012",
        title="DISA STIG for Windows Server 2012 and 2012 R2",
        source="DISA Security Technical Implementation Guides for Windows Server 2012 and 2012 R2, member server and "
        "domain controller.",
        declaration={SOLICITED.name: OFF, OFFER.name: OFF, LOGGING: {"state": ENABLED}},
        sources={
            SOLICITED_STATE: f"WN12-CC-000059: {_SOLICITED_0} A missing value is a finding.",
            OFFER_STATE: f"WN12-CC-000058: {_OFFER_0} A missing value is a finding.",
            LOGGING_STATE: 'WN12-CC-000062: "Turn on session logging" is enabled: LoggingEnabled is 1. A missing value '
            "is a finding.",
        },
        missing_offer=FINDING,
        ids=DISA_SERVER_2012_IDS,
    ),
    Baseline(
        name="disa_stig_2008_r2",
        title="DISA STIG for Windows Server 2008 R2, Windows 7 and Windows 8",
        source="DISA Security Technical Implementation Guides for Windows Server 2008 R2, Windows 7 and Windows 8. "
        "They also allow offers with a documented list of helpers: declare offer yourself for that.",
        declaration={OFFER.name: OFF},
        sources={OFFER_STATE: f"V-3470: {_OFFER_0}"},
        missing_offer=FINDING,
        ids=DISA_2008_R2_IDS,
    ),
    Baseline(
        name="ms_baseline",
        title="Microsoft security baseline for Windows 10 and Windows 11",
        source="Microsoft security baselines, Windows 10 2004 to 22H2 and Windows 11 21H2 to 24H2. They say nothing on "
        "Offer, and those for Windows Server nothing on Remote Assistance.",
        declaration={SOLICITED.name: OFF},
        sources={SOLICITED_STATE: f"{_SOLICITED_0} Its four options are absent."},
        missing_offer=NOT_DEMANDED,
        ids=MICROSOFT_IDS,
    ),
    Baseline(
        name="helpdesk_view",
        title="Help desk that may look: invitations and offers, view only, sessions logged",
        source="This collection. The list of helpers is not managed: declare offer with helpers yourself.",
        **_help_desk(VIEW_ONLY),
    ),
    Baseline(
        name="helpdesk_control",
        title="Help desk that may act: invitations and offers with full control, sessions logged",
        source="This collection. The list of helpers is not managed: declare offer with helpers yourself.",
        **_help_desk(FULL_CONTROL),
    ),
)

BASELINES: t.Final[t.Mapping[str, Baseline]] = MappingProxyType({baseline.name: baseline for baseline in _ALL})

OPTION: t.Final = "baseline"


def with_baseline(raw: Raw) -> dict[str, t.Any]:
    """Return what the user wrote on top of the baseline that it names: a whole top-level key replaces.

    Args:
        raw: Declaration and options by name; null is not given. A name that is no baseline is left for the validator.
    """
    name = raw.get(OPTION)
    if not isinstance(name, str) or name not in BASELINES:
        return dict(raw)
    own = {key: value for key, value in raw.items() if value is not None}
    return {key: dict(value) for key, value in BASELINES[name].declaration.items()} | own


def ids_of(
    setting: str, wanted: Word | None, *, baseline: str | None, build: int | None, server: bool | None
) -> tuple[BenchmarkId, ...]:
    """Return the items of benchmarks that demand of a host what is wanted of it.

    Args:
        setting: The dotted name.
        wanted: The word that is wanted, or None for "must be absent".
        baseline: The baseline that is asked for. Without one, or with one of this collection, all benchmarks count.
        build: The build of Windows; without it every candidate is returned.
        server: Whether it is a server; without it both are candidates.
    """
    named = BASELINES.get(baseline) if baseline is not None else None
    sources = [named] if named is not None and named.ids else list(BASELINES.values())
    return tuple(
        one
        for source in sources
        for one in source.ids
        if one.setting == setting and one.demand == wanted and one.system.fits(build, server)
    )


def build_of(version: str) -> int | None:
    """Return the build in a version of Windows such as ``10.0.19045.0``, or None where it has none."""
    parts = version.split(".")
    return int(parts[2]) if len(parts) >= 3 and parts[2].isascii() and parts[2].isdigit() else None
