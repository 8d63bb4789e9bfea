# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says of a run on a domain GPO that failed in the middle, and of one that has not been done yet."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    Figures,
    GpoChange,
    GpoEnded,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError

domain_results = pytest.importorskip(
    "ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._ansible.domain_results"
)
jsonschema = pytest.importorskip("jsonschema")

CHANGES = json.loads((Path(__file__).resolve().parents[3] / "schemas/changes.schema.json").read_text(encoding="utf-8"))
GUID = "{0F8B3A52-5C2B-4E8A-9B61-0F3E6E9A7D10}"
CREATED = GpoChange(setting="gpo", before=None, after=f"RA {GUID}")
LINKED = GpoChange(setting="gpo.links", before=None, after="OU=Clients: enabled", place="OU=Clients")
STATUS = GpoChange(setting="gpo.status", before="all_enabled", after="user_disabled")
FAILURE = HostError(doing="linking the GPO", reason="busy", code=0x33, advice="Run again")


def ended(**more: t.Any) -> GpoEnded:
    figures = Figures(
        controller="dc1.ra.test",
        domain="ra.test",
        ldap_messages=3,
        smb_messages=4,
        ldap_protocol="ntlm",
        ldap_protection="sealed",
    )
    words: dict[str, t.Any] = {"sides": {"before": {}, "after": {"gpo": f"RA {GUID}"}}, "version": 1}
    return GpoEnded(guid=GUID, name="RA", dn=f"CN={GUID},CN=Policies", figures=figures, **{**words, **more})


def test_a_failure_in_the_middle_says_how_the_gpo_was_left() -> None:
    result = domain_results.ended_result(ended(made=(CREATED,), left=(LINKED,), unknown=(STATUS,), failure=FAILURE))
    expected = (
        "linking the GPO: busy (0x00000033). Run again. These changes are made and stay: gpo. Still to do: gpo.links. "
        "Not known whether made, run again to find out: gpo.status"
    )
    assert expected == result["msg"]
    assert (True, True, "0x00000033") == (result["failed"], result["changed"], result["code"])
    assert [["gpo"], [], ["gpo.links"], ["gpo.status"]] == [
        [change["setting"] for change in result[name]] for name in ("changes", "restored", "left", "unknown")
    ]
    for name in ("changes", "restored", "left", "unknown"):
        jsonschema.validate(result[name], CHANGES)


def test_a_failure_that_was_taken_back_leaves_nothing() -> None:
    result = domain_results.ended_result(ended(restored=(CREATED,), left=(CREATED,), failure=FAILURE))
    assert not result["changed"]
    assert result["msg"].endswith("Run again. The GPO is as it was before. Taken back: gpo. Still to do: gpo")
    assert "diff" not in result


def test_in_check_mode_a_gpo_that_would_be_made_has_no_guid_yet() -> None:
    foretold = domain_results.ended_result(ended(made=(CREATED,)), is_foretold=True)
    assert GUID not in str(foretold)
    assert ("{new}", "CN={new},CN=Policies") == (foretold["gpo"]["guid"], foretold["gpo"]["dn"])
    assert "gpo: RA {new}\n" == foretold["diff"]["after"]
    assert GUID == domain_results.ended_result(ended(made=(STATUS,)), is_foretold=True)["gpo"]["guid"]


def test_a_run_without_changes_has_no_diff() -> None:
    result = domain_results.ended_result(ended(notes=("offer is not enabled",), warnings=("x is disabled",)))
    assert (False, [], ["offer is not enabled"], ["x is disabled"]) == tuple(
        result[name] for name in ("changed", "changes", "notes", "warnings")
    )
    assert "diff" not in result
    assert "failed" not in result
