# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with a declaration each: runs that close, open, make the first files, and write the registry first."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import LocalGpoFiles
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.both import (
    Lab,
    Told,
    Watch,
    lies,
    wanted,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import number, pol, words
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import HELPERS, POLICY
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import (
    HELPER_KEY,
    POLICY_KEY,
    PREFERENCE_KEY,
    Raw,
)

STRANGER = number(r"Software\Policies\X", "v", 1)
INI = b"[General]\r\nVersion=65539\r\n"
OPEN: Observed = {
    POLICY_KEY: KeyState.of(
        dword("fAllowToGetHelp", 1),
        dword("fAllowFullControl", 1),
        dword("fAllowUnsolicited", 1),
        dword("fAllowUnsolicitedFullControl", 1),
    ),
    HELPER_KEY: KeyState.of(string("CORP\\old", "CORP\\old")),
    PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1)),
}
OPEN_FILES = LocalGpoFiles(
    registry_pol=pol(
        STRANGER,
        number(POLICY, "fAllowToGetHelp", 1),
        number(POLICY, "fAllowUnsolicited", 1),
        number(POLICY, "fAllowUnsolicitedFullControl", 1),
        words(HELPERS, "CORP\\old", "CORP\\old"),
    ),
    gpt_ini=INI,
)
CLOSED: Observed = {
    POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 0), dword("fAllowUnsolicited", 0)),
    PREFERENCE_KEY: KeyState.of(dword("fAllowToGetHelp", 1)),
}
CLOSED_FILES = LocalGpoFiles(
    registry_pol=pol(number(POLICY, "fAllowToGetHelp", 0), number(POLICY, "fAllowUnsolicited", 0), STRANGER),
    gpt_ini=INI,
)
NO_FILES = LocalGpoFiles(registry_pol=None, gpt_ini=None)
CLOSING: Raw = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}}
OPENING: Raw = {
    "solicited": {"state": "enabled", "control": "view_only"},
    "offer": {"state": "enabled", "control": "full_control", "helpers": {"set": ["CORP\\a", "CORP\\b"]}},
}
# Whoever has the policy of Solicited applied while the old value of the other policy stands there opens plain tickets.
PLAIN: Observed = {
    POLICY_KEY: KeyState.of(dword("CreateEncryptedOnlyTickets", 0)),
    PREFERENCE_KEY: KeyState.of(dword("CreateEncryptedOnlyTickets", 1), dword("fAllowToGetHelp", 0)),
}
REGISTRY_FIRST: Raw = {
    "solicited": {"state": "enabled", "control": "view_only"},
    "encrypted_tickets_only": {"state": "not_configured"},
}


class Case(t.NamedTuple):
    state: Observed
    files: LocalGpoFiles
    raw: Raw

    def lab(self) -> Lab:
        return Lab(self.state, self.files)

    def wanted(self) -> Lab:
        return wanted(self.state, self.files, self.raw)


CLOSES = Case(OPEN, OPEN_FILES, CLOSING)
OPENS = Case(CLOSED, CLOSED_FILES, OPENING)
FIRST = Case(CLOSED, NO_FILES, OPENING)
REGISTRY = Case(PLAIN, NO_FILES, REGISTRY_FIRST)
ALL = [
    pytest.param(CLOSES, id="closing"),
    pytest.param(OPENS, id="opening"),
    pytest.param(FIRST, id="no files"),
    pytest.param(REGISTRY, id="registry first"),
]
OPENINGS = ALL[1:3]
"""Those that write the files first."""

# read: 0 and 1; replace: 2 looking, 3 and 4 gpt.ini, 5 and 6 Registry.pol, 7 reading back.
READING, WRITING = range(2), range(2, 8)


def judged(lab: Lab, case: Case, outcomes: Told) -> None:
    """Check what is true after every run, however it ended."""
    after = case.wanted()
    for held in lab.gpo.history:
        assert held.registry_pol in (case.files.registry_pol, after.gpo.files.registry_pol)
        assert held.gpt_ini in (case.files.gpt_ini, after.gpo.files.gpt_ini)
    assert [] == lies(lab, outcomes, case.files)


def watched(case: Case) -> tuple[Lab, Watch]:
    lab = case.lab()
    return lab, Watch(lab, case.wanted())
