# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned, refused, warned of and noted about a firewall; properties over random groups."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.firewall.enforce import (
    carry_out,
    prepare,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import NotOffered
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import FirewallWanted
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.firewall import (
    FirewallPolicy,
    FirewallRule,
    firewall_info,
    state_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import Unread
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.presets import with_preset
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import AccessDenied, HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.firewall.memory_firewall import (
    InMemoryFirewall,
    InMemoryWay,
    rule,
)
from hypothesis import given
from hypothesis import strategies as st

ON, OFF = "RemoteAssistance-Out-TCP-Active", "RemoteAssistance-Out-TCP"
DENIED = AccessDenied(doing="reading the firewall rules", reason="access denied", code=5)
OLD = NotOffered(doing="reading the firewall rules", reason="no such namespace", code=0x8004100E)


def notes_of(wanted: str, *rules: FirewallRule, policy: FirewallPolicy | Unread | None = None) -> tuple[str, ...]:
    way = InMemoryWay(InMemoryFirewall(*rules))
    way.policy = policy or way.policy
    return prepare(way, FirewallWanted(state=wanted)).plan.notes


def test_a_host_as_shipped_gives_no_note() -> None:
    for wanted in ("enabled", "disabled", "all_rules"):
        assert () == notes_of(wanted, rule(ON, on=True), rule(OFF, on=False))


def test_an_absent_group_is_fine_to_switch_off_and_cannot_be_switched_on() -> None:
    assert () == notes_of("disabled")
    for wanted in ("enabled", "all_rules"):
        with pytest.raises(HostError, match=r"no firewall rules for Remote Assistance.*feature Remote-Assistance"):
            notes_of(wanted)


def test_rules_that_block_are_told_and_left_alone() -> None:
    block = rule("RemoteAssistance-X-Active", on=True, allows=False)
    (told,) = notes_of("enabled", rule(ON, on=False), block)
    assert "firewall: these rules block, and are left as they are, so that Remote Assistance stays closed: " in told
    way = InMemoryWay(InMemoryFirewall(rule(ON, on=True), block))
    assert [ON] == [step.rule.id for step in prepare(way, FirewallWanted(state="disabled")).steps]


def test_what_policies_do_is_told_and_not_changed() -> None:
    policy = FirewallPolicy(rules=("GPO-Rule",), merge_off=("DomainProfile", "PublicProfile"))
    delivered, merged = notes_of("disabled", rule(ON, on=False), rule("Sent", on=True, is_local=False), policy=policy)
    assert "firewall: these rules come from a policy, and only that changes them: GPO-Rule, Sent" == delivered
    assert merged.endswith("(AllowLocalPolicyMerge is 0) in: DomainProfile, PublicProfile")
    (unread,) = notes_of("disabled", rule(ON, on=False), policy=Unread(why="access denied"))
    assert "firewall: what policies say of it is unknown: access denied" == unread


def test_a_rule_of_somebody_else_has_no_default() -> None:
    assert ("firewall: these rules are none of Windows', and are left as they are: Mine",) == notes_of(
        "enabled", rule("Mine", on=True)
    )


def test_windows_without_these_rules_warns_a_preset_and_fails_a_user() -> None:
    way = InMemoryWay(InMemoryFirewall())
    way.read_error = OLD
    with pytest.raises(HostError, match=r"does not offer its firewall rules in WMI.*firewall: unmanaged") as raised:
        prepare(way, FirewallWanted(state="disabled"))
    assert 0x8004100E == raised.value.code
    by_preset = prepare(way, FirewallWanted(state="disabled", is_named=False))
    assert ((), True) == (by_preset.steps, by_preset.closing)
    assert "the firewall is left as it is: " in by_preset.warnings[0]


@pytest.mark.parametrize("is_named", [True, False])
def test_denied_is_an_error_whoever_asked(is_named: bool) -> None:
    way = InMemoryWay(InMemoryFirewall())
    way.read_error = DENIED
    with pytest.raises(AccessDenied):
        prepare(way, FirewallWanted(state="disabled", is_named=is_named))


@pytest.mark.parametrize(
    ("preset", "own", "expected"),
    [
        ("all_off", None, "disabled"),
        ("all_off", "enabled", "disabled"),
        ("all_off", "all_rules", "disabled"),
        ("all_off", "unmanaged", "unmanaged"),
        ("all_off", "offf", "offf"),
        ("all_off", False, False),
        ("by_invitation", None, None),
        ("by_invitation", "enabled", "enabled"),
        ("unconfigured", None, None),
        ("unconfigured", "disabled", "disabled"),
    ],
)
def test_what_presets_say_of_the_firewall(preset: str, own: t.Any, expected: t.Any) -> None:
    declared, found = with_preset(preset, {} if own is None else {"firewall": own})
    assert ((), expected) == (found, declared.get("firewall"))


def test_what_host_info_says() -> None:
    rules = (rule(ON, on=True), rule(OFF, on=False), rule("Block", on=True, allows=False))
    policy = FirewallPolicy(rules=("Sent",), merge_off=())
    assert {
        "state": "enabled",
        "rules": {"Block": "on", OFF: "off", ON: "on"},
        "blocking": ["Block"],
        "merge_off": [],
        "policy_rules": ["Sent"],
        "unknown": [],
    } == firewall_info(rules, policy)
    assert {
        "state": "unknown",
        "rules": {},
        "blocking": [],
        "merge_off": None,
        "policy_rules": None,
        "unknown": ["unknown: a", "unknown: b"],
    } == firewall_info(Unread(why="a"), Unread(why="b"))


def test_the_state_of_the_group_is_about_what_passes() -> None:
    assert "disabled" == state_of([rule(ON, on=False), rule("Block", on=True, allows=False)])
    assert "all_rules" == state_of([rule(OFF, on=True), rule(ON, on=True), rule("Block", on=False, allows=False)])


_NAMES = st.sampled_from(["RemoteAssistance-A", "RemoteAssistance-A-Active", "RemoteAssistance-B-active", "Mine", "X"])
_RULES = st.lists(
    st.builds(rule, _NAMES, on=st.booleans(), allows=st.booleans(), is_local=st.booleans()),
    max_size=5,
    unique_by=lambda one: one.id,
)


def default_of(name: str) -> bool | None:
    """Return what Windows ships, told by the name's ends alone."""
    return name.lower().endswith("-active") if name.startswith("RemoteAssistance-") else None


@given(_RULES, st.sampled_from(["enabled", "disabled", "all_rules"]), st.booleans(), st.sets(st.integers(0, 4)))
def test_no_run_lets_more_pass_than_before_or_wanted_nor_touches_what_is_not_its_own(
    rules: list[FirewallRule], wanted: str, whole_group: bool, refused: set[int]
) -> None:
    host = InMemoryFirewall(*rules)
    way = InMemoryWay(host, whole_group=whole_group)
    way.refused = refused
    before = host.passing()
    targets = {"disabled": lambda dummy: False, "all_rules": lambda dummy: True, "enabled": default_of}
    wish = {one.id: targets[wanted](one.id) if one.is_local and one.allows else None for one in rules}
    after = frozenset(
        one.id for one in rules if one.allows and (one.is_enabled if wish[one.id] is None else wish[one.id])
    )
    try:
        decided = prepare(way, FirewallWanted(state=wanted))
    except HostError:
        assert [before] == host.history
        return
    outcome = carry_out(way, decided, interrupted=lambda dummy: None)
    assert all(moment <= before or moment <= after for moment in host.history)
    assert {one.id for one in rules if one.is_enabled and not one.allows} == host.blocking()
    if outcome.failure is None:
        assert after == host.passing()
    if decided.closing:
        assert host.passing() <= before
    elif outcome.failure is not None and not whole_group and len(refused) == 1:
        assert before == host.passing()
