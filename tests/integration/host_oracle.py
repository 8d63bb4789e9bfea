# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host holds and how far it is open, told from its registry alone; uses nothing of the code under test.

Where the facts are silent the worst is taken: an absent control beside a policy that is on means full control.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from tests.lab import StandInHost

POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELPERS = POLICY + r"\RAUnsolicit"
PREFERENCE = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"

OFF, VIEW, FULL = 0, 1, 2

Place = tuple[str, str]
Content = dict[Place, tuple[t.Any, t.Any]]
"""Type and data by key and name, both in upper case."""


def place(path: str, name: str) -> Place:
    return path.upper(), name.upper()


def number(data: int) -> tuple[str, int]:
    return "REG_DWORD", data


def content(host: StandInHost) -> Content:
    """Return every value of a host; keys without values are as good as absent."""
    found = host.registry.dump()
    return {place(path, name): value for path, values in found.items() for name, value in values.items()}


def levels(values: Content) -> dict[str, int]:
    """Return how far a host is open, by subject."""

    def bit(path: str, name: str) -> int | None:
        value = values.get(place(path, name))
        return None if value is None else int(value != number(0))

    def first(*bits: int | None) -> int:
        return next((one for one in bits if one is not None), 1)

    box, own = bit(PREFERENCE, "fAllowToGetHelp"), bit(PREFERENCE, "fAllowFullControl")
    invited = first(bit(POLICY, "fAllowToGetHelp"), box)
    encrypted = first(bit(POLICY, "CreateEncryptedOnlyTickets"), bit(PREFERENCE, "CreateEncryptedOnlyTickets"), 0)
    offered = OFF
    if bit(POLICY, "fAllowUnsolicited"):
        offered = VIEW + first(bit(POLICY, "fAllowUnsolicitedFullControl"))
    found = {
        "solicited": VIEW + first(bit(POLICY, "fAllowFullControl"), own) if invited else OFF,
        "plain tickets": int(bool(invited) and not encrypted),
        "offer": offered,
    }
    return found | {f"helper {name}": offered for path, name in values if path == HELPERS.upper()}


def wider(now: Content, *limits: Content) -> list[str]:
    """Return who may do more than under each of the limits."""
    allowed = [levels(limit) for limit in limits]
    return [who for who, level in levels(now).items() if level > max(limit.get(who, OFF) for limit in allowed)]


@dataclass(kw_only=True)
class Watch:
    """Looks at a host after each change, however it came about.

    Attributes:
        wider: Who was able to do more than under each of the limits, at any moment.
        torn: Entries of the list of helpers whose name and data differed, at any moment.
    """

    host: StandInHost
    limits: tuple[Content, ...]
    wider: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)

    def __enter__(self) -> t.Self:
        self.host.registry.raw.on_change = self._look
        return self

    def __exit__(self, *dummy: object) -> None:
        self.host.registry.raw.on_change = None

    def _look(self) -> None:
        now = content(self.host)
        self.wider += wider(now, *self.limits)
        self.torn += [name for name, (dummy, data) in helpers(now).items() if data.upper() != name]


def helpers(values: Content) -> dict[str, tuple[t.Any, t.Any]]:
    """Return the entries of the list of helpers by name in upper case."""
    return {name: value for (path, name), value in values.items() if path == HELPERS.upper()}


@dataclass(frozen=True, kw_only=True)
class Job:
    """A host, what is wanted of it, and where that leads; written down by hand.

    Attributes:
        seed: The host to start with.
        first: What is changed on it before the run.
        raw: The declaration.
        wanted: Every managed value and what it becomes; None for absent.
        closing: Whether nobody may do more afterwards.
    """

    seed: str
    first: t.Mapping[Place, tuple[str, t.Any]] = field(default_factory=dict)
    raw: t.Mapping[str, t.Any]
    wanted: t.Mapping[Place, tuple[str, t.Any] | None]
    closing: bool

    def prepare(self, host: StandInHost) -> tuple[Content, Content]:
        """Bring a host to where the job starts; return that and where it shall end."""
        host.script.clear()
        host.registry.load(self.seed)
        for (path, name), (kind, data) in self.first.items():
            host.registry.set(path, name, kind, data)
        host.reset_counters()
        before = content(host)
        after = before | {place(*where): value for where, value in self.wanted.items() if value is not None}
        for where, value in self.wanted.items():
            if value is None:
                after.pop(place(*where), None)
        return before, after


def policy(**numbers: int | None) -> dict[Place, tuple[str, t.Any] | None]:
    return {(POLICY, name): None if data is None else number(data) for name, data in numbers.items()}


def entries(*names: str) -> dict[Place, tuple[str, t.Any] | None]:
    return {(HELPERS, name): ("REG_SZ", name) for name in names}


def no_entries(*names: str) -> dict[Place, tuple[str, t.Any] | None]:
    return {(HELPERS, name): None for name in names}


def preference(**numbers: int) -> dict[Place, tuple[str, t.Any]]:
    return {(PREFERENCE, name): number(data) for name, data in numbers.items()}


_MEMBERS = ("CORP\\Helpdesk", "CORP\\Hjälpdesk", "CORP\\R&D <Support>")
_NO_OPTIONS = policy(fAllowFullControl=None, MaxTicketExpiry=None, MaxTicketExpiryUnits=None, fUseMailto=None)
_OFF: t.Final = {
    "solicited": {"state": "disabled"},
    "offer": {"state": "disabled"},
    "control_panel": {"invitations": False},
}
_ALL_OFF: t.Final = (
    policy(fAllowToGetHelp=0, fAllowUnsolicited=0, fAllowUnsolicitedFullControl=None)
    | _NO_OPTIONS
    | no_entries(*_MEMBERS)
    | preference(fAllowToGetHelp=0)
)

DISABLE: t.Final = Job(seed="domain_member", raw=_OFF, wanted=_ALL_OFF, closing=True)
# Here an option that goes although its switch could not be turned off would leave the host wider open.
DISABLE_VIEWING: t.Final = Job(
    seed="domain_member",
    first={(POLICY, "fAllowFullControl"): number(0), (POLICY, "fAllowUnsolicitedFullControl"): number(0)},
    raw=_OFF,
    wanted=_ALL_OFF,
    closing=True,
)
OFFER: t.Final = Job(
    seed="open_client",
    raw={
        "offer": {
            "state": "enabled",
            "control": "view_only",
            "helpers": {"set": ["CORP\\Helpdesk", "CORP\\Zoë <&> \"'"]},
        }
    },
    wanted=policy(fAllowUnsolicited=1, fAllowUnsolicitedFullControl=0) | entries("CORP\\Helpdesk", "CORP\\Zoë <&> \"'"),
    closing=False,
)
MIXED: t.Final = Job(
    seed="domain_member",
    first={
        (POLICY, "fAllowFullControl"): number(0),
        (PREFERENCE, "fAllowToGetHelp"): number(0),
        (PREFERENCE, "fAllowFullControl"): number(0),
    },
    raw={
        "solicited": {"state": "not_configured"},
        "offer": {"helpers": {"set": ["CORP\\Helpdesk", "CORP\\New"]}},
        "control_panel": {"invitations": True, "control": "full_control"},
    },
    wanted=policy(fAllowToGetHelp=None)
    | _NO_OPTIONS
    | no_entries(*_MEMBERS[1:])
    | entries("CORP\\New")
    | preference(fAllowToGetHelp=1, fAllowFullControl=1),
    closing=False,
)
