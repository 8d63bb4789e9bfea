# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random hosts and random declarations, and the profile of hypothesis for all unit tests."""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import Declaration
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.targets import needed_reads
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    RegistryKey,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import HELPERS, POLICY, PREFERENCE
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

settings.register_profile(
    "winfleet",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("winfleet")

POLICY_KEY = RegistryKey(path=POLICY)
HELPER_KEY = RegistryKey(path=HELPERS)
PREFERENCE_KEY = RegistryKey(path=PREFERENCE)

HELPER_POOL = (r"CORP\Helpdesk", r"CORP\Anna", r"corp\Straße", "bob@corp.example", r"Ärzte\Ö", "Administrators")
STRANGERS = (dword("fDenyTSConnections", 1), string("WinStationsDisabled", "0"), dword("MaxIdleTime", 900_000))

Raw = dict[str, t.Any]


def _value(name: str, *legal: int) -> list[RegistryValue | None]:
    illegal = (
        dword(name, 2**32 - 1),
        dword(name, 15),
        string(name, "1"),
        RegistryValue(name=name, type=ValueType.REG_QWORD, data=1),
        RegistryValue(name=name, type=ValueType.REG_BINARY, data=b"\x01\0\0\0"),
        RegistryValue(name=name, type=ValueType.REG_MULTI_SZ, data=("1", "")),
    )
    # Absent and legal come up more often than illegal: most of the rules are about them.
    return [None] * 4 + [dword(name, number) for number in legal * (8 // len(legal))] + list(illegal)


def _text(name: str) -> list[RegistryValue | None]:
    return [None, string(name, ""), string(name, "Hello\r\nthere"), dword(name, 0)]


def _helper(name: str) -> list[RegistryValue | None]:
    spelled = name.replace("CORP", "Corp")
    whole = [string(name, name), string(spelled, name), string(name, name.upper() if name.isascii() else name)]
    return [None] * 4 + whole + [string(name, ""), string(name, "CORP\\Somebody"), dword(spelled, 1)]


_POLICY = [
    *(_value(name, 0, 1) for name in ("fAllowToGetHelp", "fAllowUnsolicited", "LoggingEnabled", "fUseMailto")),
    *(_value(name, 0, 1) for name in ("CreateEncryptedOnlyTickets", "UseBandwidthOptimization", "UseCustomMessages")),
    *(_value(name, 0, 1) for name in ("fAllowFullControl", "fAllowUnsolicitedFullControl")),
    _value("MaxTicketExpiry", 1, 6, 99, 500),
    _value("MaxTicketExpiryUnits", 0, 1, 2, 3),
    _value("OptimizeBandwidth", 0, 8, 12, 14),
    _text("ViewMessage"),
    _text("ShareControlMessage"),
]
_PREFERENCE = [
    *(_value(name, 0, 1) for name in ("fAllowToGetHelp", "fAllowFullControl", "CreateEncryptedOnlyTickets")),
    _value("MaxTicketExpiry", 1, 6, 99, 500),
    _value("MaxTicketExpiryUnits", 0, 1, 2, 3),
]
_HELPERS = [*map(_helper, HELPER_POOL), [None, None, string("", "default")]]


def _some_of(choices: t.Sequence[t.Sequence[RegistryValue | None]]) -> st.SearchStrategy[list[RegistryValue]]:
    picked = st.tuples(*map(st.sampled_from, choices))
    return picked.map(lambda values: [value for value in values if value is not None])


def hosts() -> st.SearchStrategy[Observed]:
    """Return any state of the three keys, strangers included, that the channel can read."""
    return st.builds(
        lambda policy, helpers, preference: {
            POLICY_KEY: KeyState.of(*policy, *STRANGERS),
            HELPER_KEY: KeyState.of(*helpers),
            PREFERENCE_KEY: KeyState.of(*preference, dword("fEnableChatControl", 1)),
        },
        _some_of(_POLICY),
        _some_of(_HELPERS),
        _some_of(_PREFERENCE),
    )


_CONTROL = ("view_only", "full_control")
_FLAG = (True, False, "yes", "no", 1, 0)
_LIFETIMES: t.Final[list[Raw]] = [{}] * 4 + [
    {"ticket_lifetime": number, "ticket_lifetime_unit": unit}
    for number in (1, 2, 6, 50, 99, "7", "99")
    for unit in ("minutes", "hours", "days")
]


def _sometimes(**options: t.Sequence[t.Any]) -> st.SearchStrategy[Raw]:
    """Return a mapping in which each option is there or not, and holds one of the given values."""
    picked = st.tuples(*(st.sampled_from([None] * len(values) + list(values)) for values in options.values()))
    return picked.map(lambda values: {k: v for k, v in zip(options, values, strict=True) if v is not None})


def _helpers_wanted(order: list[str], first: int, second: int, exact: int) -> Raw:
    low, high = sorted((first, second))
    return {"set": order[:low]} if exact else {"add": order[:low], "remove": order[low:high]}


HELPERS_WANTED: t.Final = st.builds(
    _helpers_wanted,
    st.permutations(HELPER_POOL),
    st.integers(0, len(HELPER_POOL)),
    st.integers(0, len(HELPER_POOL)),
    st.integers(0, 1),
)

STATES: t.Final = (None, "enabled", "enabled", "disabled", "not_configured")


def _policy(options: st.SearchStrategy[Raw], required: Raw) -> st.SearchStrategy[Raw]:
    def entry(state: str | None, given: Raw) -> Raw:
        if state in ("disabled", "not_configured"):
            return {"state": state}
        return given if state is None else {"state": state, **required, **given}

    return st.builds(entry, st.sampled_from(STATES), options)


_EITHER: t.Final = st.sampled_from((True, False))
_MERGED: t.Final = {
    "solicited": _policy(
        st.builds(
            dict.__or__,
            _sometimes(control=_CONTROL, invitation_method=("simple_mapi", "mailto")),
            st.sampled_from(_LIFETIMES),
        ),
        {"control": "full_control"},
    ),
    "offer": _policy(
        st.builds(
            lambda given, helpers, managed: given | ({"helpers": helpers} if managed else {}),
            _sometimes(control=_CONTROL),
            HELPERS_WANTED,
            _EITHER,
        ),
        {"control": "view_only"},
    ),
    "session_logging": _policy(st.just({}), {}),
    "encrypted_tickets_only": _policy(st.just({}), {}),
    "bandwidth_optimization": _policy(_sometimes(level=("no_optimization", "full_optimization")), {}),
    "warning_messages": _policy(_sometimes(view_message=("", "Ünï\n"), control_message=("Control?",)), {}),
    "control_panel": st.builds(
        dict.__or__,
        _sometimes(invitations=_FLAG, control=_CONTROL, encrypted_tickets_only=_FLAG),
        st.sampled_from(_LIFETIMES),
    ),
}


def _with_something(raw: Raw) -> Raw:
    helpers = raw.get("offer", {}).get("helpers", {})
    said = any(set(entry) - {"helpers"} for entry in raw.values()) or "set" in helpers or any(helpers.values())
    return raw if said else raw | {"control_panel": {"invitations": False}}


def _without_state(raw: Raw) -> Raw:
    return {name: {key: value for key, value in entry.items() if key != "state"} for name, entry in raw.items()}


def declarations(*, with_state: bool = True) -> st.SearchStrategy[Raw]:
    """Return what a user may write; with at least one thing declared."""
    whole = st.fixed_dictionaries({}, optional=_MERGED)
    return (whole if with_state else whole.map(_without_state)).map(_with_something)


def what_is_read(host: Observed, declaration: Declaration) -> Observed:
    """Return what a channel returns of a host for a declaration."""
    return InMemoryChannel(InMemoryHost(host)).read(needed_reads(declaration))
