# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of the plan, over random hosts and random declarations."""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import Plan, applied, plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    RegistryValue,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import lifetime_minutes, token, wider
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import (
    HELPER_KEY,
    HELPER_POOL,
    HELPERS_WANTED,
    POLICY_KEY,
    PREFERENCE_KEY,
    STRANGERS,
    Raw,
    declarations,
    hosts,
    what_is_read,
)
from hypothesis import given
from hypothesis import strategies as st

SWITCHES = (
    "fAllowToGetHelp",
    "fAllowUnsolicited",
    "LoggingEnabled",
    "CreateEncryptedOnlyTickets",
    "UseBandwidthOptimization",
    "UseCustomMessages",
)


def planned(host: Observed, raw: Raw) -> Plan:
    declaration = from_mapping(raw)
    return plan(declaration, what_is_read(host, declaration))


def states(host: Observed, made: Plan) -> list[Observed]:
    """Return the host before the first step, and after each."""
    found = [host]
    for step in made.steps:
        found.append(applied(found[-1], [step.write()]))
    return found


def contents(host: Observed) -> dict[str, dict[str, tuple[int, object]]]:
    """Return everything that is there, in a form that can be compared; empty keys are as good as absent."""
    return {
        key.path: {name: (int(value.type), value.data) for name, value in state.by_name.items()}
        for key, state in host.items()
        if state.by_name
    }


@given(hosts(), declarations())
def test_the_plan_of_the_wanted_state_is_empty(host: Observed, raw: Raw) -> None:
    after = states(host, planned(host, raw))[-1]
    assert () == planned(after, raw).steps


@given(hosts(), declarations())
def test_the_plan_tells_beforehand_what_the_host_holds_after_it(host: Observed, raw: Raw) -> None:
    made = planned(host, raw)
    assert contents(what_is_read(states(host, made)[-1], from_mapping(raw))) == contents(made.after)


@given(hosts(), declarations(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(host: Observed, raw: Raw, random: t.Any) -> None:
    def shuffled(entry: t.Any) -> t.Any:
        if isinstance(entry, dict):
            keys = list(entry)
            random.shuffle(keys)
            return {key: shuffled(entry[key]) for key in keys}
        return random.sample(entry, len(entry)) if isinstance(entry, list) else entry

    assert planned(host, raw).steps == planned(host, shuffled(raw)).steps


def in_other_case(host: Observed) -> Observed:
    swapped = {}
    for key, state in host.items():
        values = (
            RegistryValue(
                name=value.name.swapcase() if value.name.isascii() else value.name, type=value.type, data=value.data
            )
            for value in state.by_name.values()
        )
        swapped[key] = KeyState.of(*values)
    return swapped


@given(hosts(), declarations())
def test_the_letter_case_of_names_on_the_host_does_not_matter(host: Observed, raw: Raw) -> None:
    expected = states(host, planned(host, raw))[-1]
    found = states(in_other_case(host), planned(in_other_case(host), raw))[-1]
    assert contents(expected) == contents(found)


@given(hosts(), declarations())
def test_strangers_survive_byte_for_byte(host: Observed, raw: Raw) -> None:
    after = states(host, planned(host, raw))[-1]
    assert list(STRANGERS) == [after[POLICY_KEY].get(value.name) for value in STRANGERS]
    assert host[PREFERENCE_KEY].get("fEnableChatControl") == after[PREFERENCE_KEY].get("fEnableChatControl")


@given(hosts(), st.lists(st.sampled_from(HELPER_POOL), unique=True, min_size=1, max_size=3), st.booleans())
def test_helpers_that_are_neither_added_nor_removed_survive(host: Observed, names: list[str], enabled: bool) -> None:
    state = {"state": "enabled", "control": "view_only"} if enabled else {}
    raw = {"offer": {"helpers": {"add": names[:1], "remove": names[1:]}, **state}}
    after = states(host, planned(host, raw))[-1]
    mentioned = {name.upper() for name in names}
    for name, value in host[HELPER_KEY].by_name.items():
        if value.name.upper() not in mentioned:
            assert value == after[HELPER_KEY].by_name[name]


@given(hosts(), declarations())
def test_no_prefix_of_a_plan_is_wider_than_before_or_wanted(host: Observed, raw: Raw) -> None:
    way = states(host, planned(host, raw))
    for number, state in enumerate(way):
        assert (number, []) == (number, wider(state, way[0], way[-1]))


@given(hosts(), declarations(), st.data())
def test_no_prefix_of_an_undo_is_wider_than_before_or_wanted(host: Observed, raw: Raw, data: st.DataObject) -> None:
    made = planned(host, raw)
    way = states(host, made)
    reached = data.draw(st.integers(0, len(made.steps)))
    state = way[reached]
    for step in reversed(made.steps[:reached]):
        state = applied(state, [step.undo()])
        assert [] == wider(state, way[0], way[-1])


@given(hosts(), declarations(), st.data())
def test_an_undo_restores_exactly(host: Observed, raw: Raw, data: st.DataObject) -> None:
    made = planned(host, raw)
    reached = data.draw(st.integers(0, len(made.steps)))
    state = states(host, made)[reached]
    assert contents(host) == contents(applied(state, [step.undo() for step in reversed(made.steps[:reached])]))


@given(hosts(), declarations())
def test_a_closing_plan_closes_under_every_reading(host: Observed, raw: Raw) -> None:
    made = planned(host, raw)
    if made.closing:
        assert [] == wider(states(host, made)[-1], host)


@given(hosts(), declarations(with_state=False))
def test_a_declaration_without_state_never_changes_a_switch(host: Observed, raw: Raw) -> None:
    after = states(host, planned(host, raw))[-1]
    for name in SWITCHES:
        assert host[POLICY_KEY].get(name) == after[POLICY_KEY].get(name)


@given(hosts(), declarations(with_state=False))
def test_options_without_state_act_only_where_the_policy_is_enabled(host: Observed, raw: Raw) -> None:
    made = planned(host, raw)
    after = states(host, made)[-1]
    for policy, switch, value in (
        ("solicited", "fAllowToGetHelp", "fAllowFullControl"),
        ("offer", "fAllowUnsolicited", "fAllowUnsolicitedFullControl"),
    ):
        wanted = raw.get(policy, {}).get("control")
        if wanted and token(host, POLICY_KEY.path, switch) == 1:
            assert (0 if wanted == "view_only" else 1) == token(after, POLICY_KEY.path, value)
        elif wanted:
            assert host[POLICY_KEY].get(value) == after[POLICY_KEY].get(value)
            assert f"{policy} is not enabled: {policy}.control not applied" in made.notes


@given(hosts(), HELPERS_WANTED)
def test_every_helper_that_is_wanted_is_whole_at_the_end(host: Observed, helpers: Raw) -> None:
    raw = {"offer": {"state": "enabled", "control": "view_only", "helpers": helpers}}
    listed = states(host, planned(host, raw))[-1].get(HELPER_KEY, KeyState())
    for name in (*helpers.get("set", ()), *helpers.get("add", ())):
        value = listed.get(name)
        assert value is not None
        assert (1, name.upper()) == (int(value.type), str(value.data).upper())
    for name in helpers.get("remove", ()):
        assert listed.get(name) is None
    if "set" in helpers:
        assert len(helpers["set"]) == len(listed.by_name)


@given(hosts(), declarations())
def test_a_helper_is_written_whole_in_one_step(host: Observed, raw: Raw) -> None:
    for step in planned(host, raw).steps:
        if step.target.key == HELPER_KEY and step.after is not None:
            assert (1, step.after.name) == (int(step.after.type), step.after.data)


@given(hosts(), declarations())
def test_an_invitation_never_lives_longer_on_the_way(host: Observed, raw: Raw) -> None:
    way = states(host, planned(host, raw))
    for key in (POLICY_KEY.path, PREFERENCE_KEY.path):
        ends = [lifetime_minutes(way[0], key), lifetime_minutes(way[-1], key)]
        for state in way[1:-1]:
            minutes = lifetime_minutes(state, key)
            if minutes is not None and None not in ends:
                assert minutes <= max(t.cast("list[int]", ends))
