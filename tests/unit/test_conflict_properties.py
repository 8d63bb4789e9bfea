# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of sources and conflicts, over random hosts and random declarations."""

from __future__ import annotations

from datetime import UTC, datetime

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.catalogue import POLICIES
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.conflicts import (
    source_conflicts,
    state_conflicts,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.effective import effective
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    LOCAL_GPO,
    HostFacts,
    Mdm,
    MdmSetting,
    PolicyRow,
    Rsop,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan_conflicts import plan_conflicts
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.sources import (
    answer_sources,
    helper_sources,
    setting_sources,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import Observed
from ansible_collections.winfleet.remote_assistance.tests.unit.oracle import wider
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import (
    HELPER_KEY,
    POLICY_KEY,
    Raw,
    declarations,
    hosts,
    what_is_read,
)
from hypothesis import given
from hypothesis import strategies as st

GPO = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
NAMES = [name for policy in POLICIES for name in (policy.switch, *(option.value_name for option in policy.options))]


def all_sent(host: Observed, gpo: str = GPO) -> HostFacts:
    """Return the facts of a host on which one GPO sent every managed value, and deleted those that are absent."""
    rows = [(POLICY_KEY, name, host[POLICY_KEY].get(name)) for name in NAMES]
    rows += [(HELPER_KEY, value.name, value) for value in host[HELPER_KEY].by_name.values()]
    sent = tuple(PolicyRow(precedence=1, gpo=gpo, key=key.path, name=name, value=value) for key, name, value in rows)
    return HostFacts(rsop=Rsop(rows=sent, processed=datetime(2026, 11, 20, tzinfo=UTC)), mdm=Mdm())


def all_managed() -> HostFacts:
    """Return the facts of a host on which MDM sets every policy, nobody knows to what."""
    return HostFacts(
        rsop=Rsop(), mdm=Mdm(settings={policy.name: MdmSetting(policy=policy.name) for policy in POLICIES})
    )


def planned(host: Observed, raw: Raw) -> object:
    policies = {name: entry for name, entry in raw.items() if name != "control_panel"}
    declaration = from_mapping(policies | {"session_logging": policies.get("session_logging") or {"state": "disabled"}})
    return plan(declaration, what_is_read(host, declaration))


@given(hosts(), declarations())
def test_nothing_is_opened_against_those_who_set_everything_without_a_failure(host: Observed, raw: Raw) -> None:
    made = planned(host, raw)

    for facts in (all_sent(host), all_managed()) if wider(made.after, made.before) else ():
        assert "fail" in {one.severity for one in plan_conflicts(made, facts)}


@given(hosts(), declarations())
def test_what_only_closes_or_meets_the_local_gpo_never_fails(host: Observed, raw: Raw) -> None:
    made = planned(host, raw)
    for facts in (all_sent(host), all_managed()) if made.closing else (all_sent(host, LOCAL_GPO),):
        assert "fail" not in {one.severity for one in plan_conflicts(made, facts)}


@given(hosts(), declarations())
def test_every_change_to_what_somebody_sets_is_told(host: Observed, raw: Raw) -> None:
    made = planned(host, raw)

    assert bool(made.steps) is bool(plan_conflicts(made, all_sent(host)))


@given(hosts())
def test_whoever_sent_everything_decided_everything(host: Observed) -> None:
    facts = all_sent(host)

    assert () == source_conflicts(host, facts)
    assert {"domain_gpo"} >= {source.kind for source in helper_sources(host, facts).values()}
    kinds = {name: source.kind for name, source in setting_sources(host, facts).items() if "control_panel" not in name}
    assert {"domain_gpo", "default"} >= set(kinds.values())


@given(hosts(), st.sampled_from([HostFacts(), HostFacts(rsop=Rsop()), HostFacts(mdm=Mdm())]))
def test_without_proof_no_policy_value_is_called_a_tools(host: Observed, facts: HostFacts) -> None:
    answers, by_setting = effective(host), setting_sources(host, facts)

    assert "live_policy" not in {source.kind for source in by_setting.values()}
    assert set(answers) == set(answer_sources(answers, by_setting))
    state_conflicts(host, facts)
