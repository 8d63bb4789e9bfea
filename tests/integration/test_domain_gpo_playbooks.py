# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""domain_gpo and domain_gpo_info by real Ansible against a real domain controller, judged by Samba's own tools."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml

from tests.integration.conftest import Runner
from tests.integration.domain_ground import linked, need_kerberos
from tests.integration.domain_playbooks import OFF, DomainPlays
from tests.lab.domain import ADMINISTRATOR, FQDN, OU_CLIENTS, OU_COMMA, OU_SERVERS, SITE_BRANCH, SambaDomain

HELP_DESK = {"state": "enabled", "control": "view_only", "helpers": {"set": [r"RA\Helpdesk"]}}


@pytest.fixture
def plays(run: Runner, domain: SambaDomain) -> DomainPlays:
    return DomainPlays(run, domain)


def settings(result: dict[str, t.Any]) -> list[str]:
    return sorted({change["setting"] for change in result["changes"]})


def test_check_mode_says_what_the_run_then_does_and_a_second_run_does_nothing(plays: DomainPlays) -> None:
    asked = {"name": "RA off", **OFF, "links": {"add": [OU_CLIENTS]}, "description": "Made by Ansible"}
    checked = plays.gpo("--check", "--diff", **asked)
    assert plays.named("RA off") is None
    assert [] == linked(plays.domain, OU_CLIENTS)

    made = plays.gpo("--diff", "-vv", **asked)
    guid = made["gpo"]["guid"]
    assert (True, True) == (checked["changed"], made["changed"])
    assert settings(checked) == settings(made)
    assert ["gpo", "gpo.description", "gpo.links", "gpt_ini", "offer.state", "solicited.state"] == [
        word for word in settings(made) if word.startswith("gp") or word.endswith("state")
    ]
    assert {"offer": {"state": "disabled"}, "solicited": {"state": "disabled"}} == {
        name: {"state": words["state"]}
        for name, words in yaml.safe_load(made["diff"]["after"]).items()
        if name in ("offer", "solicited")
    }
    assert "{new}" == checked["gpo"]["guid"]
    assert checked["diff"] == {side: text.replace(guid, "{new}") for side, text in made["diff"].items()}
    assert {"authentication": "ntlm", "protection": "sealed"} == made["protocol"]["ldap"]
    assert "ntlm" == made["protocol"]["smb"]["authentication"]
    assert ("ra.test", FQDN) == (made["domain"], made["domain_controller"])
    assert {"ldap", "smb"} == set(made["messages"])
    assert "backup_file" not in made

    found = plays.named("RA off")
    assert found is not None
    assert (guid, "1") == (found["GPO"], found["version"])
    assert [(guid, "NONE")] == linked(plays.domain, OU_CLIENTS)
    entries = plays.entries(guid)
    assert (0, 0) == (entries["fAllowToGetHelp"], entries["fAllowUnsolicited"])

    again = plays.gpo("--diff", **asked)
    assert (False, [], guid) == (again["changed"], again["changes"], again["gpo"]["guid"])
    assert "diff" not in again
    assert "backup_file" not in again
    assert found == plays.named("RA off")


def test_an_edit_changes_what_is_named_and_keeps_a_copy(plays: DomainPlays) -> None:
    made = plays.gpo(name="RA edit", **OFF)
    guid = made["gpo"]["guid"]
    before = (plays.folder(guid) / "Machine" / "Registry.pol").read_bytes()
    edited = plays.gpo(guid=guid, offer=HELP_DESK, session_logging={"state": "enabled"})
    assert edited["changed"]
    entries = plays.entries(guid)
    expected = {"fAllowToGetHelp": 0, "fAllowUnsolicited": 1, "fAllowUnsolicitedFullControl": 0, "LoggingEnabled": 1}
    assert expected == {name: entries[name] for name in expected}
    assert r"RA\Helpdesk" == entries[r"RAUnsolicit\RA\Helpdesk"]
    assert 2 == plays.one(guid=guid)["machine_version"]

    restored = plays.gpo(restore_from=edited["backup_file"])
    assert restored["changed"]
    assert before == (plays.folder(guid) / "Machine" / "Registry.pol").read_bytes()
    assert 3 == plays.one(guid=guid)["machine_version"]
    assert not plays.gpo(restore_from=edited["backup_file"])["changed"]


def test_a_deleted_gpo_comes_back_with_its_links(plays: DomainPlays) -> None:
    link = {"target": OU_SERVERS, "enforced": True}
    guid = plays.gpo(name="RA back", **OFF, links={"add": [link]}, status="user_disabled")["gpo"]["guid"]
    told = plays.one(guid=guid)
    gone = plays.gpo(guid=guid, state="absent")
    assert gone["changed"]
    assert plays.named("RA back") is None
    assert [] == linked(plays.domain, OU_SERVERS)
    assert not plays.folder(guid).exists()
    assert not plays.gpo(guid=guid, state="absent")["changed"]

    plays.gpo(restore_from=gone["backup_file"])
    assert [(guid, "GPLINK_OPT_ENFORCE")] == linked(plays.domain, OU_SERVERS)
    assert told["policies"] == plays.one(guid=guid)["policies"]
    assert ("RA back", "user_disabled") == (plays.one(guid=guid)["name"], plays.one(guid=guid)["status"])


def test_links_are_added_changed_and_removed(plays: DomainPlays) -> None:
    first = plays.gpo(name="RA first", **OFF, links={"add": [OU_COMMA]})["gpo"]["guid"]
    links = {"add": [{"target": OU_COMMA, "order": 1, "enforced": True}, SITE_BRANCH]}
    second = plays.gpo(name="RA second", **OFF, links=links)["gpo"]["guid"]
    # The last one has the highest precedence.
    assert [(first, "NONE"), (second, "GPLINK_OPT_ENFORCE")] == linked(plays.domain, OU_COMMA)
    assert [(second, "NONE")] == linked(plays.domain, SITE_BRANCH)

    asked = {"guid": second, "links": {"set": [{"target": OU_COMMA.upper(), "enabled": False}]}}
    assert ["gpo.links"] == settings(plays.gpo("--check", **asked))
    changed = plays.gpo(**asked)
    assert ["gpo.links"] == settings(changed)
    assert 2 == len(changed["changes"])
    assert [] == linked(plays.domain, SITE_BRANCH)
    (link,) = plays.one(guid=second)["links"]
    expected = {"target": OU_COMMA, "kind": "ou", "enabled": False, "enforced": True, "order": 1, "may_write": True}
    assert expected == link
    assert not plays.gpo(**asked)["changed"]
    assert 1 == plays.one(guid=second)["machine_version"]

    assert plays.gpo(guid=second, links={"remove": [OU_COMMA]})["changed"]
    assert [(first, "NONE")] == linked(plays.domain, OU_COMMA)


def test_status_and_description_come_and_go_without_a_new_version(plays: DomainPlays) -> None:
    guid = plays.gpo(name="RA words", **OFF)["gpo"]["guid"]
    asked = {"guid": guid, "status": "all_disabled", "description": "Größe & Co"}
    assert ["gpo.description", "gpo.status"] == settings(plays.gpo(**asked))
    told = plays.one(guid=guid)
    assert ("all_disabled", "Größe & Co", 1) == (told["status"], told["description"], told["machine_version"])
    assert not plays.gpo(**asked)["changed"]
    plays.gpo(guid=guid, status="all_enabled", description="")
    told = plays.one(guid=guid)
    assert ("all_enabled", "") == (told["status"], told["description"])


def test_info_lists_what_says_something_and_reads_what_is_named(plays: DomainPlays) -> None:
    guid = plays.gpo(name="RA read", offer=HELP_DESK)["gpo"]["guid"]
    plays.domain.samba_tool("gpo", "create", "Nothing about it")
    found = plays.info("-vv")
    names = [gpo["name"] for gpo in found["gpos"]]
    assert "RA read" in names
    assert "Nothing about it" not in names
    assert "Default Domain Policy" not in names
    assert (False, "ra.test", FQDN) == (found["changed"], found["domain"], found["domain_controller"])
    told = plays.one(name="RA read")
    assert {"state": "enabled", "control": "view_only", "helpers": [r"RA\Helpdesk"]} == {
        name: told["policies"]["offer"][name] for name in ("state", "control", "helpers")
    }
    assert (guid, [], [], True, True, True) == (
        told["guid"],
        told["links"],
        told["foreign"],
        told["agrees"],
        told["complete"],
        told["may_write"],
    )
    assert (1, 1, 0, 0) == tuple(
        told[name] for name in ("machine_version", "sysvol_machine_version", "user_version", "sysvol_user_version")
    )
    assert [] == plays.info(name="No such GPO")["gpos"]
    assert plays.one(name="Default Domain Policy")["is_default"]


def test_without_any_option_the_ticket_of_kinit_and_the_pdc_emulator_are_taken(plays: DomainPlays) -> None:
    need_kerberos()
    plays.connection = {}
    assert "the ticket cache holds no ticket that fits" in plays.refused(name="RA ticket", **OFF)["msg"]
    plays.domain.kinit(ADMINISTRATOR)
    try:
        made = plays.gpo(name="RA ticket", **OFF)
    finally:
        (plays.domain.folder / "ccache").unlink()
    assert FQDN == made["domain_controller"]
    assert {"authentication": "kerberos", "protection": "sealed"} == made["protocol"]["ldap"]
    assert "kerberos" == made["protocol"]["smb"]["authentication"]
    assert plays.named("RA ticket") is not None


def test_the_playbook_enforces_every_gpo_of_a_list_and_nothing_twice(plays: DomainPlays, tmp_path: Path) -> None:
    variables = {
        "remote_assistance_domain_connection": plays.connection,
        "remote_assistance_domain_gpos": [
            {"name": "RA list off", **OFF, "links": {"add": [OU_SERVERS]}, "backup_dir": str(plays.backups)},
            {"name": "RA list help", "offer": HELP_DESK, "verify_helpers": True, "backup_dir": str(plays.backups)},
        ],
    }
    file = tmp_path / "gpos.yml"
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    arguments = ("-e", f"@{file}", "-e", "ansible_python_interpreter=/usr/bin/false")
    checked = plays.run("domain_gpo", plays.inventory, *arguments, "--check", "--diff")
    assert (0, True) == (checked.code, "changed=1" in checked.output), checked.output
    assert plays.named("RA list off") is None
    done = plays.run("domain_gpo", plays.inventory, *arguments, "-vvv")
    assert (0, True) == (done.code, "changed=1" in done.output), done.output
    assert plays.connection["password"] not in done.output
    assert None not in (plays.named("RA list off"), plays.named("RA list help"))
    again = plays.run("domain_gpo", plays.inventory, *arguments)
    assert (0, True) == (again.code, "changed=0" in again.output), again.output


def test_the_playbook_writes_nothing_where_one_gpo_is_wrong(plays: DomainPlays, tmp_path: Path) -> None:
    gpos = [{"name": "RA wrong", **OFF}, {"name": "RA worse", "offer": {"state": "enabled"}, "links": {"add": ["x"]}}]
    file = tmp_path / "gpos.yml"
    arguments = ("-e", f"@{file}")
    variables = {"remote_assistance_domain_connection": plays.connection, "remote_assistance_domain_gpos": gpos}
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    finished = plays.run("domain_gpo", plays.inventory, *arguments)
    assert 2 == finished.code
    assert "offer.control: required with state enabled" in finished.output
    assert "links.add[0]: expected the distinguished name" in finished.output
    assert plays.named("RA wrong") is None

    variables["remote_assistance_domain_gpos"] = [{"name": "RA wrong", **OFF, "link": {}}]
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    finished = plays.run("domain_gpo", plays.inventory, *arguments)
    assert "unknown in remote_assistance_domain_gpos: link; legal are name, guid" in finished.output
    assert plays.named("RA wrong") is None
