# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What host_info says beside the values: every row of tests/data/effective, and what is not known."""

from __future__ import annotations

import json
import typing as t
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HelperGroup,
    HostFacts,
    Membership,
    OperatingSystem,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_report import host_report
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyState,
    Observed,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.host_rows import Row, facts, observed
from ansible_collections.winfleet.remote_assistance.tests.unit.strategies import HELPER_KEY, POLICY_KEY

yaml = pytest.importorskip("yaml")
jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
FILES = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests/data/effective").glob("*"))]
ROWS = [(file["gpos"], row) for file in FILES for row in file["rows"] if "declaration" not in row]
SCHEMA = json.loads((ROOT / "schemas/host_info.schema.json").read_text(encoding="utf-8"))
PARTS = {"effective", "sources", "conflicts", "windows", "helper_group", "as_of", "unknown"}
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA | {"required": sorted(PARTS), "properties": {part: SCHEMA["properties"][part] for part in PARTS}}
)
DENIED = Unread(why="access denied (0x00000005)")
LISTED: Observed = {
    POLICY_KEY: KeyState.of(dword("fAllowUnsolicited", 1)),
    HELPER_KEY: KeyState.of(string("CORP\\Helpdesk", "CORP\\Helpdesk"), string("CORP\\new", "CORP\\new")),
}


def errors(report: dict[str, t.Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(report)]


@pytest.mark.parametrize(("gpos", "row"), ROWS, ids=[row["what"] for dummy, row in ROWS])
def test_every_row_is_legal_by_the_schema(gpos: t.Mapping[str, Row], row: Row) -> None:
    report = host_report(observed(row), facts(row, gpos), HelperGroup(exists=True, members=("CORP\\x",)))
    assert [] == errors(report)
    assert report == json.loads(json.dumps(report))
    kinds = {name: answer["source"]["kind"] for name, answer in report["effective"].items()}
    assert {name: line.partition(" by ")[2].split()[0] for name, line in row.get("answers", {}).items()} == {
        name: kinds[name] for name in row.get("answers", ())
    }


def test_a_host_of_which_nothing_is_known() -> None:
    unknown = dict.fromkeys(("rsop", "applied", "mdm", "local_gpo_off", "system", "membership", "feature"), DENIED)
    report = host_report({}, HostFacts(**unknown), DENIED)
    assert [] == errors(report)
    assert dict.fromkeys([*unknown, "helper_group"], "access denied (0x00000005)") == report["unknown"]
    assert (None, None) == (report["helper_group"], report["as_of"])
    assert {"kind": "unknown", "feature": "unknown"} == {
        name: word for name, word in report["windows"].items() if word is not None
    }


def test_what_was_not_asked_for_is_not_told_as_unknown() -> None:
    report = host_report({}, HostFacts(rsop=Rsop()), HelperGroup(exists=False))
    assert {} == report["unknown"]


@pytest.mark.parametrize(("feature", "word"), [(True, "installed"), (False, "not_installed"), (DENIED, "unknown")])
def test_what_windows_it_is(feature: bool | Unread, word: str) -> None:
    system = OperatingSystem(
        caption="Windows Server", build=20348, kind="server", edition="ServerStandard", is_core=True
    )
    known = HostFacts(
        system=system, membership=Membership(is_member=True, domain="corp.example", computer="S1"), feature=feature
    )
    report = host_report({}, known, HelperGroup(exists=False))
    assert [] == errors(report)
    assert {
        "caption": "Windows Server",
        "build": 20348,
        "edition": "ServerStandard",
        "kind": "server",
        "server_core": True,
        "domain_member": True,
        "domain": "corp.example",
        "feature": word,
    } == report["windows"]


def test_who_is_in_only_one_of_group_and_list() -> None:
    members = ("corp\\HELPDESK", "CORP\\old")
    assert {
        "exists": True,
        "members": ["corp\\HELPDESK", "CORP\\old"],
        "only_in_group": ["CORP\\old"],
        "only_on_list": ["CORP\\new"],
    } == host_report(LISTED, HostFacts(), HelperGroup(exists=True, members=members))["helper_group"]


@pytest.mark.parametrize(
    ("logged", "noted", "expected"),
    [
        (None, None, None),
        (7, None, "2026-01-05T07:00:00Z"),
        (None, 6, "2026-01-05T06:00:00Z"),
        (7, 9, "2026-01-05T09:00:00Z"),
    ],
)
def test_the_last_refresh_is_the_later_of_what_two_places_say(
    logged: int | None, noted: int | None, expected: str | None
) -> None:
    def at(hour: int | None) -> datetime | None:
        return None if hour is None else datetime(2026, 1, 5, hour, tzinfo=UTC)

    known = HostFacts(rsop=Rsop(processed=at(logged)), refreshed=at(noted))
    assert expected == host_report({}, known, DENIED)["as_of"]
