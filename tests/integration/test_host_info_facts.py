# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host_info says why it is so, and whatever of that cannot be read is unknown and fails nothing."""

from __future__ import annotations

import contextlib
import json
import typing as t
from datetime import UTC, datetime

import jsonschema
import pytest

from tests.integration.conftest import ROOT, Runner
from tests.integration.facts_expected import GPO, GROUP_POLICY, HELPERS, POLICY_MANAGER, SYSTEM_POLICY, WORKSTATIONS
from tests.lab import Drop, StandInHost, Trouble, When
from tests.lab.wmi import HELPER_GROUP

MODULE = "winfleet.remote_assistance.host_info"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
SAYS_DENIED = "access denied (the host says: Access is denied.) (0x00000005)"
KEY_DENIED = "access denied (0x00000005)"
PARTS = ("policies", "control_panel", "helpers", "effective", "sources", "conflicts", "windows", "helper_group",
         "as_of", "unknown", "local_gpo")  # fmt: skip
BY_GPO = {
    "kind": "domain_gpo",
    "name": "Workstations - Remote Assistance",
    "id": GPO,
    "linked_at": WORKSTATIONS,
    "as_of": "2026-01-05T06:07:09Z",
}
VALIDATOR = jsonschema.Draft202012Validator(
    json.loads((ROOT / "schemas/host_info.schema.json").read_text(encoding="utf-8"))
)


def read(run: Runner, hosts: t.Mapping[str, StandInHost], connection: str, **options: t.Any) -> dict[str, t.Any]:
    """Run the module on all hosts; return their results, which are legal by the schema."""
    inventory = run.inventory({name: host.inventory_vars(connection=connection) for name, host in hosts.items()})
    finished = run([{"hosts": "windows", "gather_facts": False, "tasks": [{MODULE: options}]}], inventory, "-vv")
    assert 0 == finished.code, finished.output
    results = {name: finished.result(name) for name in hosts}
    for name, result in results.items():
        found = {part: result[part] for part in PARTS if part in result}
        assert [] == [error.message for error in VALIDATOR.iter_errors(found)], name
        assert () == hosts[name].journal.writes
    return results


def test_a_member_of_a_domain(run: Runner, connection: str, member: StandInHost) -> None:
    result = read(run, {"member01": member}, connection)["member01"]
    assert BY_GPO == result["effective"]["invitations"]["source"]
    assert BY_GPO == result["sources"]["offer.helpers"]
    assert "default" == result["sources"]["session_logging.state"]["kind"]
    assert "preference" == result["sources"]["control_panel.invitations"]["kind"]
    assert [] == result["conflicts"]
    assert {
        "caption": "Microsoft Windows 10 Enterprise",
        "build": 19045,
        "edition": "Enterprise",
        "kind": "client",
        "server_core": False,
        "domain_member": True,
        "domain": "corp.example",
        "feature": "installed",
    } == result["windows"]
    assert {
        "exists": True,
        "members": list(HELPERS),
        "only_in_group": [],
        "only_on_list": [],
    } == result["helper_group"]
    assert ("2026-01-05T06:07:09Z", {}) == (result["as_of"], result["unknown"])
    assert 0 == member.counters.shells_opened


def test_what_disagrees_is_told(run: Runner, connection: str, member: StandInHost) -> None:
    member.registry.set(POLICY, "fAllowUnsolicited", "REG_DWORD", 0)
    member.windows.groups[HELPER_GROUP] = [("Win32_UserAccount", "CORP", "old")]
    member.windows.rsop.ended = datetime(2026, 1, 5, 6, 7, 10, tzinfo=UTC)
    result = read(run, {"member01": member}, connection)["member01"]
    (conflict,) = result["conflicts"]
    assert ("live_differs_from_gpo", "warn", "offer.state") == (
        conflict["code"],
        conflict["severity"],
        conflict["setting"],
    )
    words = "the domain GPO 'Workstations - Remote Assistance' sets this to enabled, but the registry holds disabled"
    assert words == conflict["text"]
    assert "live_policy" == result["effective"]["offers"]["source"]["kind"]
    assert (["CORP\\old"], list(HELPERS)) == (
        result["helper_group"]["only_in_group"],
        result["helper_group"]["only_on_list"],
    )


def test_without_facts_it_costs_what_it_cost_before(run: Runner, connection: str, member: StandInHost) -> None:
    result = read(run, {"member01": member}, connection, facts=False)["member01"]
    assert {"kind": "live_policy", "name": None, "id": None, "linked_at": None, "as_of": None} == (
        result["effective"]["offers"]["source"]
    )
    assert not {"sources", "conflicts", "windows", "helper_group", "as_of", "unknown"} & set(result)
    # Three keys, and a message for each of their values that matters.
    assert ((), 18) == (member.wmi, result["requests"])


def test_an_option_that_is_no_flag_is_refused(run: Runner, client: StandInHost) -> None:
    inventory = run.inventory({"client01": client.inventory_vars()})
    play = [{"hosts": "windows", "gather_facts": False, "tasks": [{MODULE: {"facts": "maybe"}}]}]
    result = run(play, inventory).result("client01")
    assert [("facts", "expected true or false")] == [(one["path"], one["expected"]) for one in result["problems"]]
    assert 0 == client.counters.http_requests


def denied_class(name: str) -> t.Callable[[StandInHost], None]:
    def arrange(host: StandInHost) -> None:
        host.windows.refused = {name: 5}

    return arrange


def denied_key(key: str) -> t.Callable[[StandInHost], None]:
    def arrange(host: StandInHost) -> None:
        host.registry.create(key)
        host.registry.deny(key, read=True)

    return arrange


def lost(host: StandInHost) -> None:
    host.script.add(Trouble(when=When(resource="*/CIM_DataFile", times=None), do=Drop()))


LOST = "looking for C:\\Windows\\System32\\msra.exe: "
DENIALS: dict[str, tuple[t.Callable[[StandInHost], None], dict[str, str]]] = {
    "settings": (denied_class("RSOP_RegistryPolicySetting"), {"rsop": SAYS_DENIED}),
    "gpos": (denied_class("RSOP_GPO"), {"rsop": SAYS_DENIED}),
    "status": (denied_class("RSOP_ExtensionStatus"), {"rsop": SAYS_DENIED}),
    "system": (
        denied_class("Win32_OperatingSystem"),
        {"system": SAYS_DENIED, "feature": SAYS_DENIED},
    ),
    "computer": (denied_class("Win32_ComputerSystem"), {"membership": SAYS_DENIED, "helper_group": SAYS_DENIED}),
    "file": (denied_class("CIM_DataFile"), {"feature": SAYS_DENIED}),
    "group": (denied_class("Win32_Group"), {"helper_group": SAYS_DENIED}),
    "members": (denied_class("Win32_GroupUser"), {"helper_group": SAYS_DENIED}),
    "mdm": (denied_key(rf"{POLICY_MANAGER}\current\device\RemoteAssistance"), {"mdm": KEY_DENIED}),
    "switches": (denied_key(SYSTEM_POLICY), {"local_gpo_off": KEY_DENIED}),
    "refreshed": (denied_key(rf"{GROUP_POLICY}\State"), {}),
}


def test_each_fact_that_is_denied_is_unknown_and_fails_nothing(run: Runner, connection: str) -> None:
    with contextlib.ExitStack() as stack:
        hosts = {name: stack.enter_context(StandInHost(seed="domain_member", name=name)) for name in DENIALS}
        for name, host in hosts.items():
            DENIALS[name][0](host)
        for name, result in read(run, hosts, connection).items():
            assert DENIALS[name][1] == result["unknown"], name
            assert "on" == result["effective"]["offers"]["state"]
            kind = "unknown" if "rsop" in result["unknown"] else "domain_gpo"
            assert kind == result["sources"]["offer.state"]["kind"], name
        assert [()] * len(hosts) == [host.errors for host in hosts.values()]


def test_a_host_that_stops_answering_after_its_registry_was_read(
    run: Runner, connection: str, member: StandInHost
) -> None:
    lost(member)
    result = read(run, {"member01": member}, connection)["member01"]
    assert {"rsop", "applied", "mdm", "local_gpo_off", "system", "membership", "feature", "helper_group"} == set(
        result["unknown"]
    )
    assert [True] * 8 == [why.startswith(LOST) for why in result["unknown"].values()]
    assert ("on", "unknown") == (
        result["effective"]["offers"]["state"],
        result["effective"]["offers"]["source"]["kind"],
    )


@pytest.mark.parametrize("broken", ["Win32_OperatingSystem", "RSOP_GPO"])
def test_the_table_shows_what_is_not_known(run: Runner, member: StandInHost, client: StandInHost, broken: str) -> None:
    member.windows.refused = {broken: 5}
    client.registry.set(POLICY, "LoggingEnabled", "REG_DWORD", 1)
    finished = run("report", run.inventory({host.name: host.inventory_vars() for host in (member, client)}))
    assert 0 == finished.code
    table = finished.result("client01", "Show the table")["table"]
    assert max(map(len, table)) <= 100
    fact = {"Win32_OperatingSystem": "system", "RSOP_GPO": "rsop"}[broken]
    assert any(line.startswith(f"  {fact} not read: access denied") for line in table)
    client_row = next(number for number, line in enumerate(table) if line.startswith("client01 "))
    assert "                    ! session_logging_folder" == table[client_row + 1]
    assert "! = conflicts:" in table
