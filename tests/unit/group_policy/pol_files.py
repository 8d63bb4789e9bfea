# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random Registry.pol files, and what a declaration wants of one, told from the facts about the six policies alone."""

from __future__ import annotations

import struct
import typing as t

from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import (
    REG_DWORD,
    REG_SZ,
    Entry,
    Hive,
    Stored,
    applied,
    entries_of,
    entry,
    folded,
    number,
    order,
    pol,
    text,
    words,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import HELPERS, POLICY
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_POOL, Raw
from hypothesis import strategies as st

POLICY_PATH, HELPER_PATH = folded(POLICY), folded(HELPERS)

# Switch, and for every option: value name, words with their numbers (None for texts and numbers), default.
FACTS: t.Final[dict[str, tuple[str, dict[str, tuple[str, dict[str, int] | None, t.Any]]]]] = {
    "solicited": (
        "fAllowToGetHelp",
        {
            "control": ("fAllowFullControl", {"view_only": 0, "full_control": 1}, None),
            "ticket_lifetime": ("MaxTicketExpiry", None, 1),
            "ticket_lifetime_unit": ("MaxTicketExpiryUnits", {"minutes": 0, "hours": 1, "days": 2}, "hours"),
            "invitation_method": ("fUseMailto", {"simple_mapi": 0, "mailto": 1}, "mailto"),
        },
    ),
    "offer": (
        "fAllowUnsolicited",
        {"control": ("fAllowUnsolicitedFullControl", {"view_only": 0, "full_control": 1}, None)},
    ),
    "session_logging": ("LoggingEnabled", {}),
    "encrypted_tickets_only": ("CreateEncryptedOnlyTickets", {}),
    "bandwidth_optimization": (
        "UseBandwidthOptimization",
        {"level": ("OptimizeBandwidth", {"no_optimization": 14, "full_optimization": 0}, None)},
    ),
    "warning_messages": (
        "UseCustomMessages",
        {"view_message": ("ViewMessage", None, None), "control_message": ("ShareControlMessage", None, None)},
    ),
}


def names_of(policy: str) -> list[str]:
    switch, options = FACTS[policy]
    return [folded(switch), *(folded(name) for name, dummy, default in options.values())]


ALL_NAMES = [name for policy in FACTS for name in names_of(policy)]


def stored(option: tuple[str, dict[str, int] | None, t.Any], word: t.Any) -> Stored:
    """Return type and bytes of a word."""
    name, numbers, dummy = option
    if name.endswith("Message"):
        return REG_SZ, text(word)
    return REG_DWORD, struct.pack("<I", numbers[word] if numbers else int(word))


def is_on(content: bytes | None, policy: str) -> bool:
    """Return True if a file enables a policy whatever stands on the host."""
    switch = folded(FACTS[policy][0])
    found = [
        applied(content, hive).get(POLICY_PATH, {}).get(switch)
        for hive in ({}, {POLICY_PATH: {switch: (4, b"\0" * 4)}})
    ]
    return found == [(REG_DWORD, b"\1\0\0\0")] * 2


def values_wanted(raw: Raw, content: bytes | None) -> dict[str, Stored | None]:
    """Return what must stand in the policy key after the file is applied; None for absent.

    Policies that are not to be configured are not in it, nor is what the declaration does not manage.
    """
    wanted: dict[str, Stored | None] = {}
    for policy, (switch, options) in FACTS.items():
        given = raw.get(policy)
        if given is None or given.get("state") == "not_configured":
            continue
        state = given.get("state")
        if state:
            wanted[folded(switch)] = REG_DWORD, struct.pack("<I", state == "enabled")
        for word, option in options.items():
            says = given.get(word, option[2] if state == "enabled" else None)
            if state or (says is not None and is_on(content, policy)):
                wanted[folded(option[0])] = None if says is None else stored(option, says)
    return wanted


class ListWanted(t.NamedTuple):
    """What is wanted of the list of helpers after the file is applied; folded names."""

    whole: set[str] | None
    added: set[str]
    removed: set[str]


def list_wanted(raw: Raw, content: bytes | None) -> ListWanted | None:
    """Return None where the list is not managed, or where the file is to say nothing about it."""
    offer = raw.get("offer", {})
    state, helpers = offer.get("state"), offer.get("helpers") or {}
    if state == "disabled":
        return ListWanted(set(), set(), set())
    if state == "not_configured" or not helpers:
        return None
    acts = state == "enabled" or is_on(content, "offer")
    whole = {folded(name) for name in helpers["set"]} if "set" in helpers and acts else None
    added = {folded(name) for name in helpers.get("add", ())} if acts else set()
    return ListWanted(whole, added, {folded(name) for name in helpers.get("remove", ())})


def is_ours(one: Entry, raw: Raw) -> bool:
    """Return True if an entry is about a value that a declaration manages, and about nothing else."""
    key = folded(one.key)
    if key == POLICY_PATH:
        return any(one.about in names_of(policy) for policy in raw if policy in FACTS)
    offer = raw.get("offer", {})
    if key != HELPER_PATH or not offer:
        return False
    helpers = offer.get("helpers") or {}
    if offer.get("state") in ("disabled", "not_configured") or "set" in helpers:
        return bool(one.about) or one.empties
    named = {folded(name) for part in ("add", "remove") for name in helpers.get(part, ())}
    return one.about in named


def foreign_in(content: bytes, raw: Raw) -> list[bytes]:
    return [one.raw for one in entries_of(content) if not is_ours(one, raw)]


def without(hive: Hive, key: str, names: t.Collection[str]) -> Hive:
    """Return a hive in which some values of one key are left out."""
    kept = {name: value for name, value in hive.get(key, {}).items() if name not in names}
    return {path: values for path, values in (hive | {key: kept}).items() if values}


_SPELLINGS = (POLICY, r"Software\policies\Microsoft\Windows NT\Terminal Services", POLICY.upper())
_JUNK = (
    number(r"Software\Policies\Microsoft\Windows\Installer", "AlwaysInstallElevated", 0),
    words(r"Software\Policies\X", "odd ];[ name", "]\0[;"),
    words(r"Software\Policies\X", "fAllowToGetHelp", "1"),
    order(r"Software\Policies\X", "**delvals."),
    entry(r"Software\Policies\X\RAUnsolicit", "odd", 3, b"\x01\x02]"),
    entry(r"Software\Policies\X", "", 0, b""),
)


def _own(key: st.SearchStrategy[str]) -> list[st.SearchStrategy[bytes]]:
    names = [
        name for switch, options in FACTS.values() for name in (switch, *(option[0] for option in options.values()))
    ]
    name = st.sampled_from([*names, "FALLOWTOGETHELP", "fallowunsolicited", "fDenyTSConnections"])
    # The two switches and their controls come up more often: most of the rules are about them.
    likely = st.sampled_from([names[0], names[1], "fAllowUnsolicited", "fAllowUnsolicitedFullControl"])
    either = st.one_of(name, likely)
    return [
        st.builds(number, key, either, st.sampled_from((0, 1, 1, 14))),
        st.builds(words, key, name, st.sampled_from(("", "1", "Hello"))),
        st.builds(number, key, either.map("**soft.{}".format), st.sampled_from((0, 1))),
        st.builds(order, key, either.map("**DEL.{}".format)),
        st.builds(order, key, st.just("**deletevalues"), st.sampled_from(("fAllowToGetHelp;x", "FALLOWUNSOLICITED"))),
    ]


def _helper(key: st.SearchStrategy[str]) -> list[st.SearchStrategy[bytes]]:
    name = st.sampled_from((*HELPER_POOL, "Corp\\helpdesk", "Somebody"))
    return [
        name.flatmap(lambda one: st.builds(words, key, st.just(one), st.just(one))),
        name.flatmap(lambda one: st.builds(words, key, st.just(one), st.just(one))),
        st.builds(words, key, name, st.just("CORP\\Other")),
        st.builds(words, key, name.map("**Soft.{}".format), name),
        st.builds(order, key, name.map("**del.{}".format)),
        st.builds(
            order, key, st.just("**DeleteValues"), st.sampled_from((r"CORP\Helpdesk;corp\anna", "Administrators"))
        ),
    ]


def _keys(key: st.SearchStrategy[str], below: str) -> list[st.SearchStrategy[bytes]]:
    directive = st.sampled_from(
        (
            "**delvals.",
            "**del.**delvals.",
            "**soft.**DelVals.",
            "**DelVals.",
            "**DELVALS",
            "**unheard of",
            "**Comment:x",
        )
    )
    return [
        st.builds(order, key, directive),
        st.builds(number, key, st.just("**SecureKey"), st.just(1)),
        st.builds(order, key, st.just("**DeleteKeys"), st.sampled_from((below, below.upper(), "Other"))),
        st.builds(entry, key, st.just(""), st.just(0), st.just(b"")),
    ]


def files() -> st.SearchStrategy[bytes]:
    """Return a whole file: entries of ours and of others, duplicates and instructions in any order."""
    policy = st.sampled_from(_SPELLINGS)
    helper = policy.map(lambda key: key + "\\RAUnsolicit")
    above = policy.map(lambda key: key.rpartition("\\")[0])
    own = st.one_of(*_own(policy))
    listed = st.one_of(*_helper(helper))
    orders = st.one_of(*_keys(policy, "RAUnsolicit"), *_keys(helper, "RAUnsolicit"), *_keys(above, "Terminal Services"))
    one = st.one_of(own, own, listed, listed, orders, st.sampled_from(_JUNK))
    return st.lists(one, max_size=12).map(lambda found: pol(*found))
