# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources and conflicts as results show them: every field, the texts, and what the user decides about conflicts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.conflicts import (
    Conflict,
    sorted_out,
    source_conflicts,
    state_conflicts,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.declaration import from_mapping
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.evidence import candidates
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    LOCAL_GPO,
    AppliedGpo,
    HostFacts,
    Mdm,
    MdmSetting,
    OperatingSystem,
    PolicyRow,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan import plan
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.plan_conflicts import plan_conflicts
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.sources import (
    helper_sources,
    source_of,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import KeyState, dword, string
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY

GUID = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
RAN = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=2)))
ROW = PolicyRow(
    precedence=1,
    gpo=GUID,
    linked_at="DC=corp,DC=example",
    key=POLICY_KEY.path.lower(),
    name="FALLOWTOGETHELP",
    value=dword("fAllowToGetHelp", 0),
)
FACTS = HostFacts(rsop=Rsop(rows=(ROW,), names={GUID: "Default Domain Policy"}, processed=RAN), mdm=Mdm())
ZERO = dword("fAllowToGetHelp", 0)


def result(facts: HostFacts, number: int = 0) -> dict[str, str | None]:
    return source_of(facts, POLICY_KEY, "fAllowToGetHelp", dword("fAllowToGetHelp", number)).to_result()


def test_a_domain_gpo_with_name_guid_place_and_age() -> None:
    assert {
        "kind": "domain_gpo",
        "name": "Default Domain Policy",
        "id": GUID,
        "linked_at": "DC=corp,DC=example",
        "as_of": "2026-11-20T10:00:00Z",
    } == result(FACTS)


def test_the_name_of_a_gpo_comes_from_the_list_of_applied_gpos_where_the_log_has_none() -> None:
    applied = (AppliedGpo(gpo=GUID, name="By the list"),)
    row = PolicyRow(precedence=1, gpo=GUID, key=ROW.key, name=ROW.name, value=ZERO, created=RAN)
    facts = HostFacts(rsop=Rsop(rows=(row,)), applied=applied)

    found = result(facts)
    assert ("By the list", None, "2026-11-20T10:00:00Z") == (found["name"], found["linked_at"], found["as_of"])


def test_a_live_value_says_how_old_the_knowledge_is_that_nobody_backs_it() -> None:
    expected = {"kind": "live_policy", "name": None, "id": None, "linked_at": None, "as_of": "2026-11-20T10:00:00Z"}
    assert expected == result(FACTS, number=1)


def test_mdm_with_its_enrollment() -> None:
    mdm = Mdm(settings={"solicited": MdmSetting(policy="solicited", provider="{E}", state="disabled")})
    expected = {"kind": "mdm", "name": None, "id": "{E}", "linked_at": None, "as_of": None}
    assert expected == result(HostFacts(mdm=mdm))


def test_nothing_is_known_of_a_host_that_was_not_asked() -> None:
    assert "unknown" == result(HostFacts())["kind"]
    assert "unknown: access denied" == str(Unread(why="access denied"))


def test_each_helper_has_a_source() -> None:
    names = ("CORP\\Helpdesk", "CORP\\evil")
    row = PolicyRow(
        precedence=1, gpo=LOCAL_GPO, key=HELPER_KEY.path, name=names[0].upper(), value=string(names[0], names[0])
    )
    facts = HostFacts(rsop=Rsop(rows=(row,), processed=RAN), mdm=Mdm())
    here = {HELPER_KEY: KeyState.of(*(string(name, name) for name in names))}

    kinds = {name: source.kind for name, source in helper_sources(here, facts).items()}
    assert {names[0]: "local_gpo", names[1]: "live_policy"} == kinds


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], None),
        (["A"], "A"),
        (["A", "B", "C"], "C or B or A"),
        (["A", "B", "C", "D", "E"], "E or D or C or 2 more"),
    ],
)
def test_who_it_may_be_the_strongest_first(names: list[str], expected: str | None) -> None:
    assert expected == candidates(HostFacts(applied=tuple(AppliedGpo(gpo=f"{{{name}}}", name=name) for name in names)))


def test_a_gpo_without_a_name_is_called_by_its_guid() -> None:
    assert GUID == candidates(HostFacts(applied=(AppliedGpo(gpo=GUID),)))


WARNING = Conflict(code="w", setting="s", text="t")
FAILURE = Conflict(code="f", severity="fail", setting="s", text="t")


@pytest.mark.parametrize(
    ("mode", "stopping", "warned"),
    [
        (None, (FAILURE,), (WARNING,)),
        ("fail", (WARNING, FAILURE), ()),
        ("warn", (), (WARNING, FAILURE)),
        ("ignore", (), ()),
    ],
)
def test_the_user_decides_what_stops_a_run(
    mode: str | None, stopping: tuple[Conflict, ...], warned: tuple[Conflict, ...]
) -> None:
    assert (stopping, warned) == sorted_out((WARNING, FAILURE), mode)


def test_a_conflict_as_plain_types() -> None:
    assert {"code": "f", "severity": "fail", "setting": "s", "text": "t"} == FAILURE.to_result()


def texts(declaration: dict[str, object], facts: HostFacts = FACTS, number: int = 0) -> list[str]:
    here = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", number)), HELPER_KEY: KeyState()}
    return [one.text for one in plan_conflicts(plan(from_mapping(declaration), here), facts)]


def test_what_opening_against_a_domain_gpo_is_called() -> None:
    assert [
        "the domain GPO 'Default Domain Policy' sets this to disabled: your change would open the host until that GPO "
        "changes or gpupdate /force runs"
    ] == texts({"solicited": {"state": "not_configured"}})


def test_what_closing_against_device_management_is_called() -> None:
    mdm = Mdm(settings={"solicited": MdmSetting(policy="solicited", state="enabled")})
    assert [
        "device management (MDM) sets this to enabled: your change will be set back when the device synchronizes"
    ] == texts({"solicited": {"state": "disabled"}}, HostFacts(mdm=mdm), number=1)


def test_what_a_difference_is_called() -> None:
    here = {POLICY_KEY: KeyState.of(string("fAllowToGetHelp", "1"))}
    assert ["the domain GPO 'Default Domain Policy' sets this to disabled, but the registry holds 1 (REG_SZ)"] == [
        one.text for one in source_conflicts(here, FACTS)
    ]
    assert ["the domain GPO 'Default Domain Policy' sets this to disabled, but the registry holds nothing"] == [
        one.text for one in source_conflicts({}, FACTS)
    ]


INSTALLED_BY = "; this task installs it: ansible.windows.win_feature: {name: Remote-Assistance, state: present}"


@pytest.mark.parametrize(
    ("kind", "is_core", "end"),
    [
        ("client", None, "although invitations are on"),
        ("server", False, INSTALLED_BY),
        ("domain_controller", None, INSTALLED_BY),
        ("server", True, "; it cannot be installed on Server Core"),
    ],
)
def test_what_to_do_about_a_missing_feature(kind: str, is_core: bool | None, end: str) -> None:
    system = OperatingSystem(caption="any", build=20348, kind=kind, is_core=is_core)
    here = {POLICY_KEY: KeyState.of(dword("fAllowToGetHelp", 1))}

    (found,) = state_conflicts(here, HostFacts(system=system, feature=False))
    assert found.text.endswith(end)


def test_a_thousand_helpers_are_one_conflict() -> None:
    row = PolicyRow(
        precedence=1, gpo=GUID, key=POLICY_KEY.path, name="fAllowUnsolicited", value=dword("fAllowUnsolicited", 1)
    )
    facts = HostFacts(rsop=Rsop(rows=(row,), processed=RAN), mdm=Mdm())
    here = {POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1), dword("fAllowToGetHelp", 1)), HELPER_KEY: KeyState()}
    wanted = from_mapping({"offer": {"helpers": {"set": [f"CORP\\user{number}" for number in range(1000)]}}})

    (found,) = plan_conflicts(plan(wanted, here), facts)
    assert ("widens_against_domain_gpo", "fail", "offer.helpers") == (found.code, found.severity, found.setting)
