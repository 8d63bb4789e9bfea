# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The look at a plan before its first write: when it is taken, what stops a run, and what a result says."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import UTC, datetime

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.conflict_review import (
    ConflictError,
    ConflictReview,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.enforce import enforce
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.opening import NoFacts
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.outcome import Outcome
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    NOT_ASKED,
    HostFacts,
    Mdm,
    MdmSetting,
    PolicyRow,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import Plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    Write,
    dword,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.fakes import InMemoryChannel, InMemoryHost
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import POLICY_KEY

GUID = "{7C2B0A51-5C7D-4B8E-9F0A-3D1E6B2F4A90}"
OFF: Observed = {POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 0), dword("fAllowToGetHelp", 0))}
OFFER: dict[str, t.Any] = {
    "solicited": {"state": "disabled"},
    "offer": {"state": "enabled", "control": "view_only", "helpers": {"set": ["CORP\\x"]}},
}
CLOSE = {"offer": {"state": "disabled"}}
SENT = PolicyRow(
    precedence=1, gpo=GUID, key=POLICY_KEY.path, name="fAllowUnsolicited", value=dword("fAllowUnsolicited", 0)
)
APPLIED = datetime(2026, 11, 20, 8, 15, tzinfo=UTC)
BY_GPO = HostFacts(rsop=Rsop(rows=(SENT,), names={GUID: "Locked down"}), mdm=Mdm())
BY_MDM = HostFacts(rsop=Rsop(), mdm=Mdm(settings={"offer": MdmSetting(policy="offer", state="disabled")}))


class Facts(NoFacts):
    """Facts that are known, and how often somebody asked for them."""

    def __init__(self, facts: HostFacts) -> None:
        super().__init__("not here")
        self.facts = facts
        self.asked: list[Observed | Unread] = []

    def gather(self, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
        self.asked.append(local_gpo)
        return dataclasses.replace(self.facts, local_gpo=local_gpo)


class Run:
    """One run on a host in memory."""

    def __init__(self, before: Observed, facts: HostFacts, mode: str | None = None) -> None:
        self.channel = InMemoryChannel(InMemoryHost(before))
        self.facts = Facts(facts)
        self.review = ConflictReview(self.facts, mode=mode, uses_local_gpo=False, reconnect=self.channel.reconnect)

    def __call__(self, raw: dict[str, t.Any], *, check_mode: bool = False) -> Outcome[t.Any]:
        return enforce(
            self.channel,
            from_mapping(raw),
            check_mode=check_mode,
            interrupted=lambda dummy: None,
            review=self.review,
        )


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_plan_is_looked_at_once_before_the_first_write_and_also_in_check_mode(check_mode: bool) -> None:
    seen: list[tuple[Plan, int]] = []
    channel = InMemoryChannel(InMemoryHost(OFF))

    def review(decided: Plan, local_gpo: Observed | Unread = NOT_ASKED) -> None:
        assert NOT_ASKED == local_gpo
        seen.append((decided, len(channel.log)))

    outcome = enforce(
        channel, from_mapping(OFFER), check_mode=check_mode, interrupted=lambda dummy: None, review=review
    )
    assert [(outcome.plan, 0)] == seen
    assert [] == channel.log if check_mode else len(outcome.plan.steps) == len(channel.log)


def test_a_compliant_host_is_asked_nothing() -> None:
    run = Run({POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 0))}, BY_GPO)
    assert () == run(CLOSE).made
    assert [] == run.facts.asked
    assert {"conflicts": [], "sources": {}} == run.review.result()


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("facts", "code", "words"),
    [
        (
            BY_GPO,
            "widens_against_domain_gpo",
            "looking at who else decides: nothing was written, because offer.state: the domain GPO 'Locked down' sets "
            "this to disabled: your change would open the host until that GPO changes or gpupdate /force runs. Change "
            "that GPO (winfleet.remote_assistance.domain_gpo does it) or set conflicts: warn to change the host all "
            "the same",
        ),
        (
            BY_MDM,
            "widens_against_mdm",
            "looking at who else decides: nothing was written, because offer.state: device management (MDM) sets this "
            "to disabled: your change would open the host until the device synchronizes. Change what device "
            "management sends or set conflicts: warn to change the host all the same",
        ),
    ],
)
def test_opening_against_somebody_else_fails_before_any_write(
    facts: HostFacts, code: str, words: str, check_mode: bool
) -> None:
    run = Run(OFF, facts)
    with pytest.raises(ConflictError) as caught:
        run(OFFER, check_mode=check_mode)
    assert [] == run.channel.log
    assert words == str(caught.value)
    told = caught.value.details()["conflicts"]
    assert (code, "fail", "offer.state") == (told[0]["code"], told[0]["severity"], told[0]["setting"])
    # What is only warned of is told too, after what stops the run.
    assert "offer_without_solicited" in [one["code"] for one in told[1:]]


def test_with_warn_the_run_goes_through_and_says_so() -> None:
    run = Run(OFF, BY_GPO, "warn")
    assert run(OFFER).failure is None
    told = run.review.result()
    assert ["widens_against_domain_gpo", "offer_without_solicited"] == [one["code"] for one in told["conflicts"]]
    assert told["warnings"][0].startswith("offer.state: the domain GPO 'Locked down' sets this to disabled: ")
    assert [one["text"] for one in told["conflicts"]] == [line.partition(": ")[2] for line in told["warnings"]]


def test_a_result_says_who_decided_what_it_changes() -> None:
    facts = dataclasses.replace(BY_GPO, rsop=Rsop(rows=(SENT,), names={GUID: "Locked down"}, processed=APPLIED))
    run = Run(OFF, facts, "warn")
    assert run(OFFER).failure is None
    sources = run.review.result()["sources"]
    assert {"offer.state", "offer.control", "offer.helpers"} == sources.keys()
    assert ("domain_gpo", "Locked down", GUID) == tuple(sources["offer.state"][key] for key in ("kind", "name", "id"))
    assert "2026-11-20T08:15:00Z" == sources["offer.state"]["as_of"]
    # Nothing stands there yet.
    assert ["default", "default"] == [sources[name]["kind"] for name in ("offer.control", "offer.helpers")]


def test_one_line_tells_of_everything_that_the_same_gpo_decides() -> None:
    sent = [
        dataclasses.replace(SENT, name=name, value=dword(name, 1)) for name in ("fAllowUnsolicited", "fAllowToGetHelp")
    ]
    facts = HostFacts(rsop=Rsop(rows=tuple(sent), names={GUID: "Open"}), mdm=Mdm())
    on = {POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1), dword("fAllowToGetHelp", 1))}
    closing = CLOSE | {"solicited": {"state": "disabled"}}
    run = Run(on, facts)
    assert run(closing).failure is None
    told = run.review.result()
    assert {"offer.state", "solicited.state"} == {one["setting"] for one in told["conflicts"]}
    (warning,) = told["warnings"]
    settings, dummy, text = warning.partition(": ")
    assert {"offer.state", "solicited.state"} == set(settings.split(", "))
    assert (
        "the domain GPO 'Open' sets them otherwise: your change will be set back when that GPO changes or "
        "gpupdate /force runs" == text
    )
    # A report of a fleet has them; thousands of warnings would hide it.
    silent = Run(on, facts)
    silent.review = ConflictReview(
        Facts(facts), mode="warn", uses_local_gpo=False, reconnect=silent.channel.reconnect, silent=True
    )
    assert silent(closing).failure is None
    assert (told["conflicts"], False) == (silent.review.result()["conflicts"], "warnings" in silent.review.result())


def test_with_ignore_nobody_asks() -> None:
    run = Run(OFF, BY_GPO, "ignore")
    assert run(OFFER).failure is None
    assert ([], {"conflicts": [], "sources": {}}) == (run.facts.asked, run.review.result())


def test_with_fail_a_closing_that_is_set_back_fails_too() -> None:
    on = {POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1))}
    sent = dataclasses.replace(SENT, value=dword("fAllowUnsolicited", 1))
    facts = HostFacts(rsop=Rsop(rows=(sent,), names={GUID: "Open"}), mdm=Mdm())
    run = Run(on, facts, "fail")
    with pytest.raises(ConflictError, match="will be set back when that GPO changes") as caught:
        run(CLOSE)
    assert "set conflicts: warn to change the host all the same" == caught.value.advice.lower()
    gentle = Run(on, facts)
    assert gentle(CLOSE).failure is None
    assert ["domain_gpo_sets_back"] == [one["code"] for one in gentle.review.result()["conflicts"]]


def test_facts_that_cannot_be_read_stop_nothing() -> None:
    unknown = NoFacts("access denied").gather()
    run = Run({}, unknown)
    assert run({"solicited": {"state": "enabled", "control": "view_only"}}).failure is None
    assert [] == run.review.result()["conflicts"]
    # An owner that nobody knows may set an opening back.
    run = Run(OFF, unknown)
    assert run({"solicited": {"state": "enabled", "control": "view_only"}}).failure is None
    assert ["owner_unknown"] == [one["code"] for one in run.review.result()["conflicts"]]


def test_a_lost_connection_keeps_an_opening_from_being_made_but_no_closing() -> None:
    class Lost(Facts):
        def gather(self, *, local_gpo: Observed | Unread = NOT_ASKED) -> HostFacts:
            super().gather(local_gpo=local_gpo)
            raise HostUnreachable(doing="reading RSOP_GPO", reason="no answer in 30 seconds")

    run = Run(OFF, BY_GPO)
    run.review = ConflictReview(Lost(BY_GPO), mode=None, uses_local_gpo=False, reconnect=run.channel.reconnect)
    with pytest.raises(HostUnreachable):
        run(OFFER)
    assert ([], 0) == (run.channel.log, run.channel.reconnects)
    run.channel.host.put(Write(key=POLICY_KEY, name="fAllowUnsolicited", value=dword("fAllowUnsolicited", 1)))
    assert run(CLOSE).failure is None
    assert (["fAllowUnsolicited"], 1) == ([write.name for write in run.channel.log], run.channel.reconnects)
    assert {
        "conflicts": [],
        "sources": {
            "offer.state": {"kind": "unknown", "name": None, "id": None, "linked_at": None, "as_of": None},
        },
        "warnings": ["who else decides is not known: reading RSOP_GPO: no answer in 30 seconds"],
    } == run.review.result()


def test_what_the_local_gpo_sets_goes_into_the_facts() -> None:
    run = Run(OFF, BY_GPO, "warn")
    plan = run(CLOSE | OFFER, check_mode=True).plan
    run.review(plan, OFF)
    assert [NOT_ASKED, OFF] == run.facts.asked
