# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of the edited Registry.pol, over random files, declarations and hosts; judged from its bytes alone."""

from __future__ import annotations

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._formats.registry_pol import decode, encode
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.policy_file import (
    FilePlan,
    plan_file,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import Observed
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_bytes import (
    REG_SZ,
    applied,
    entries_of,
    folded,
    hive_of,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.group_policy.pol_files import (
    ALL_NAMES,
    HELPER_PATH,
    POLICY_PATH,
    files,
    foreign_in,
    list_wanted,
    names_of,
    values_wanted,
    without,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import Raw, declarations, hosts
from hypothesis import given, settings


def planned(content: bytes, raw: Raw) -> FilePlan:
    return plan_file(from_mapping(raw), decode(content), layer="local_gpo")


def edited(content: bytes, raw: Raw) -> bytes:
    return encode(planned(content, raw).file)


@settings(max_examples=150)
@given(files(), declarations(), hosts())
def test_applying_the_file_leaves_every_wanted_value_on_any_host(content: bytes, raw: Raw, host: Observed) -> None:
    after = applied(edited(content, raw), hive_of(host)).get(POLICY_PATH, {})
    wanted = values_wanted(raw, content)
    assert wanted == {name: after.get(name) for name in wanted}


@settings(max_examples=150)
@given(files(), declarations(), hosts())
def test_applying_the_file_leaves_the_wanted_list_on_any_host(content: bytes, raw: Raw, host: Observed) -> None:
    wanted = list_wanted(raw, content)
    if wanted is None:
        return
    new = edited(content, raw)
    listed = applied(new, hive_of(host)).get(HELPER_PATH, {})
    for name in (wanted.whole or set()) | wanted.added:
        kind, data = listed[name]
        assert (REG_SZ, name) == (kind, folded(data.decode("utf-16-le").removesuffix("\0")))
    if wanted.whole is not None:
        assert wanted.whole == set(listed)
    assert not wanted.removed & set(applied(new, {}).get(HELPER_PATH, {}))


@settings(max_examples=150)
@given(files(), declarations())
def test_what_is_not_to_be_configured_has_no_entry_of_its_own(content: bytes, raw: Raw) -> None:
    gone = [
        name for policy, given in raw.items() if given.get("state") == "not_configured" for name in names_of(policy)
    ]
    found = entries_of(edited(content, raw))
    assert [] == [one for one in found if folded(one.key) == POLICY_PATH and one.about in gone]
    if raw.get("offer", {}).get("state") == "not_configured":
        assert [] == [one for one in found if folded(one.key) == HELPER_PATH and (one.about or one.empties)]


@settings(max_examples=100)
@given(files(), declarations())
def test_entries_of_others_keep_their_bytes_and_their_order(content: bytes, raw: Raw) -> None:
    assert foreign_in(content, raw) == foreign_in(edited(content, raw), raw)


@settings(max_examples=100)
@given(files(), declarations(), hosts())
def test_what_is_not_mentioned_becomes_what_it_would_have_become(content: bytes, raw: Raw, host: Observed) -> None:
    before, after = (applied(file, hive_of(host)) for file in (content, edited(content, raw)))
    mentioned = [name for policy in raw if policy != "control_panel" for name in names_of(policy)]
    offer = raw.get("offer", {})
    helpers = offer.get("helpers") or {}
    named = {folded(name) for part in ("add", "remove") for name in helpers.get(part, ())}
    if offer.get("state") in ("disabled", "not_configured") or "set" in helpers:
        named |= set(before.get(HELPER_PATH, {})) | set(after.get(HELPER_PATH, {}))
    assert set(mentioned) <= set(ALL_NAMES)
    rest = (without(without(hive, POLICY_PATH, mentioned), HELPER_PATH, named) for hive in (before, after))
    assert next(rest) == next(rest)


@settings(max_examples=100)
@given(files(), declarations())
def test_a_second_plan_is_empty_and_keeps_the_exact_bytes(content: bytes, raw: Raw) -> None:
    once = edited(content, raw)
    second = planned(once, raw)
    assert ((), once) == (second.steps, encode(second.file))


@settings(max_examples=100)
@given(files(), declarations())
def test_a_file_changes_only_by_steps(content: bytes, raw: Raw) -> None:
    made = planned(content, raw)
    assert bool(made.steps) == (content != encode(made.file))


@settings(max_examples=60)
@given(files(), declarations(with_state=False))
def test_a_declaration_without_state_never_touches_a_switch(content: bytes, raw: Raw) -> None:
    switches = [folded(names_of(policy)[0]) for policy in raw if policy != "control_panel"]
    before, after = (
        [one.raw for one in entries_of(file) if folded(one.key) == POLICY_PATH and one.about in switches]
        for file in (content, edited(content, raw))
    )
    assert before == after
