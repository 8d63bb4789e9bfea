# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which items of which benchmark speak of Remote Assistance, by version and by the builds of Windows they are for.

Facts: CIS Benchmarks as automated by Wazuh (rule sets ``cis_*``), HardeningKitty and ansible-lockdown; DISA STIGs as
processed by PowerStig and Audit-Test-Automation; Microsoft's security baselines as listed by HardeningKitty. What none
of these says is not claimed.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .catalogue import DISABLED, ENABLED, OFFER, SOLICITED
from .kinds import Word

CIS: t.Final = "CIS Level 1"
DISA: t.Final = "DISA STIG"
MICROSOFT: t.Final = "Microsoft security baseline"

OFFER_STATE: t.Final = f"{OFFER.name}.state"
SOLICITED_STATE: t.Final = f"{SOLICITED.name}.state"
LOGGING_STATE: t.Final = "session_logging.state"


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """Windows releases that a benchmark names together.

    Attributes:
        name: As people say it.
        server: Clients and servers share build numbers.
        first: The lowest build.
        last: The highest build, or None where it is still open.
    """

    name: str
    server: bool
    first: int
    last: int | None

    def fits(self, build: int | None, server: bool | None) -> bool:  # noqa: FBT001  a fact of a host, not a switch
        """Return whether a host may be one of these; None is not known."""
        if server is not None and server != self.server:
            return False
        return build is None or (self.first <= build and (self.last is None or build <= self.last))


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchmarkId:
    """One item of one version of a benchmark.

    Attributes:
        benchmark: CIS, DISA or MICROSOFT.
        version: The versions of the benchmark that number it so, or empty where that is not known.
        system: The Windows it is for.
        setting: The dotted name of what it speaks of.
        demand: The word that it demands; None for "must be absent".
        id: The number of the item.
        severity: high, medium, low, or empty where the benchmark has no such word.
        also: Other names of the same item.
    """

    benchmark: str
    version: str
    system: System
    setting: str
    demand: Word | None
    id: str
    severity: str = ""
    also: tuple[str, ...] = ()

    def to_result(self) -> dict[str, t.Any]:
        """Return the item as plain types."""
        return {
            "benchmark": self.benchmark,
            "version": self.version,
            "system": self.system.name,
            "id": self.id,
            "severity": self.severity,
            "also": list(self.also),
        }


def _client(name: str, first: int, last: int | None) -> System:
    return System(name=name, server=False, first=first, last=last)


def _server(name: str, build: int, first: int | None = None) -> System:
    return System(name=name, server=True, first=first or build, last=build)


SERVER_2008_R2: t.Final = _server("Windows Server 2008 R2", 7601, 7600)
SERVER_2012: t.Final = _server("Windows Server 2012", 9200)
SERVER_2012_R2: t.Final = _server("Windows Server 2012 R2", 9600)
SERVER_2016: t.Final = _server("Windows Server 2016", 14393)
SERVER_2019: t.Final = _server("Windows Server 2019", 17763)
SERVER_2022: t.Final = _server("Windows Server 2022", 20348)
SERVER_2025: t.Final = _server("Windows Server 2025", 26100)
WINDOWS_10: t.Final = _client("Windows 10", 10240, 19045)
WINDOWS_10_22H2: t.Final = _client("Windows 10 22H2", 19045, 19045)
WINDOWS_11: t.Final = _client("Windows 11", 22000, None)

# Offer is item .1 and Solicited item .2 below the same number.
_CIS: t.Final = (
    ("18.8.36", "", _client("Windows 10 1809 to 21H2", 17763, 19044)),
    ("18.8.36", "", _client("Windows 11 21H2", 22000, 22000)),
    ("18.8.36", "v2.4, v2.6", SERVER_2012_R2),
    ("18.8.36", "v1.2, v1.3", SERVER_2016),
    ("18.8.36", "v1.1, v1.2.1", SERVER_2019),
    ("18.8.36", "v1.0", SERVER_2022),
    ("18.9.34", "v2", WINDOWS_10_22H2),
    ("18.9.34", "", _client("Windows 11 22H2", 22621, 22621)),
    ("18.9.34", "", SERVER_2012),
    ("18.9.34", "v3", SERVER_2012_R2),
    ("18.9.34", "v2", SERVER_2016),
    ("18.9.34", "v2", SERVER_2019),
    ("18.9.34", "v2", SERVER_2022),
    ("18.9.35", "v3, v4", WINDOWS_10_22H2),
    ("18.9.35", "v3", WINDOWS_11),
    ("18.9.35", "v3", SERVER_2016),
    ("18.9.35", "v3", SERVER_2019),
    ("18.9.35", "v3", SERVER_2022),
    ("18.9.35", "v1.0.0", SERVER_2025),
)

CIS_IDS: t.Final = tuple(
    BenchmarkId(benchmark=CIS, version=version, system=system, setting=setting, demand=DISABLED, id=f"{number}.{item}")
    for setting, item in ((OFFER_STATE, 1), (SOLICITED_STATE, 2))
    for number, version, system in _CIS
)


def _disa(setting: str, demand: Word, name: str, severity: str, system: System, *also: str) -> BenchmarkId:
    return BenchmarkId(
        benchmark=DISA, version="", system=system, setting=setting, demand=demand, id=name, severity=severity, also=also
    )


DISA_CLIENT_IDS: t.Final = (
    _disa(SOLICITED_STATE, DISABLED, "WN10-CC-000155", "high", WINDOWS_10, "V-220823", "V-63651 (before)"),
    _disa(SOLICITED_STATE, DISABLED, "WN11-CC-000155", "high", WINDOWS_11, "V-253382", "SV-253382r1137695"),
)

_2012_OFFER: t.Final = ("V-225353 (member server)", "V-226174 (domain controller)", "V-3470 (before)")
_2012_SOLICITED: t.Final = ("V-225354 (member server)", "V-3343 (before)")
_2012_LOGGING: t.Final = ("V-225355 (member server)", "V-226176 (domain controller)", "V-15707 (before)")

DISA_SERVER_2012_IDS: t.Final = tuple(
    one
    for system in (SERVER_2012, SERVER_2012_R2)
    for one in (
        _disa(OFFER_STATE, DISABLED, "WN12-CC-000058", "medium", system, *_2012_OFFER),
        _disa(SOLICITED_STATE, DISABLED, "WN12-CC-000059", "high", system, *_2012_SOLICITED),
        _disa(LOGGING_STATE, ENABLED, "WN12-CC-000062", "low", system, *_2012_LOGGING),
    )
)

DISA_2008_R2_IDS: t.Final = tuple(
    _disa(OFFER_STATE, DISABLED, "V-3470", "", system, "3.082", "WN08-CC-000058")
    for system in (SERVER_2008_R2, _client("Windows 7", 7600, 7601), _client("Windows 8", 9200, 9200))
)

MICROSOFT_IDS: t.Final = tuple(
    BenchmarkId(benchmark=MICROSOFT, version="", system=system, setting=setting, demand=demand, id="10692")
    for system in (_client("Windows 10 2004 to 22H2", 19041, 19045), _client("Windows 11 21H2 to 24H2", 22000, 26100))
    for setting, demand in (
        (SOLICITED_STATE, DISABLED),
        *((f"{SOLICITED.name}.{option.name}", None) for option in SOLICITED.options),
    )
)
