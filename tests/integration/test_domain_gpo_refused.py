# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What domain_gpo refuses, by real Ansible against a real domain controller, and in which words."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

from tests.integration.conftest import Runner
from tests.integration.domain_ground import linked, listed, new_guid, writer
from tests.integration.domain_playbooks import OFF, DomainPlays
from tests.integration.newest import newest_only
from tests.lab.domain import (
    ADMINISTRATOR,
    BASE_DN,
    DELEGATE,
    DISABLED,
    EXPIRED,
    FQDN,
    LOCKED,
    MUST_CHANGE,
    OU_CLIENTS,
    OU_SERVERS,
    PLAIN,
    Account,
    SambaDomain,
)

# What is refused, and in which words, does not depend on the version of ansible-core.
pytestmark = newest_only

DEFAULTS = ("{31B2F340-016D-11D2-945F-00C04FB984F9}", "{6AC1786C-016F-11D2-945F-00C04FB984F9}")


@pytest.fixture
def plays(run: Runner, domain: SambaDomain) -> DomainPlays:
    return DomainPlays(run, domain)


def test_every_problem_is_told_before_anything_is_sent(plays: DomainPlays) -> None:
    plays.connection["server"] = "nowhere.invalid"
    result = plays.refused(
        "-vvv",
        nme="x",
        offer={"state": "enabled", "control": "viewonly"},
        control_panel={"invitations": False},
        links={"add": ["Clients"]},
        pasword="Misspelt-1",
    )
    assert {"nme", "pasword", "name", "offer.control", "control_panel", "links.add[0]"} == {
        problem["path"] for problem in result["problems"]
    }
    assert "use a Group Policy Preferences registry item" in result["msg"]
    assert "Misspelt-1" not in str(result["problems"])
    assert result["msg"].startswith("6 problems in the input, nothing was changed:")


def test_a_gpo_that_holds_more_is_deleted_by_force_only(plays: DomainPlays) -> None:
    guid = plays.gpo(name="RA and more", **OFF)["gpo"]["guid"]
    script = plays.folder(guid) / "Machine" / "Scripts" / "Startup" / "run.cmd"
    script.parent.mkdir(parents=True)
    script.write_text("rem", encoding="ascii")
    for arguments in ((), ("--check",)):
        result = plays.refused(*arguments, guid=guid, state="absent")
        assert r"it holds more than Remote Assistance policies: file Machine\Scripts\Startup\run.cmd" in result["msg"]
    assert [r"file Machine\Scripts\Startup\run.cmd"] == plays.one(guid=guid)["foreign"]
    assert plays.gpo("--check", guid=guid, state="absent", force=True)["changed"]
    assert plays.named("RA and more") is not None
    assert plays.gpo(guid=guid, state="absent", force=True)["changed"]
    assert plays.named("RA and more") is None
    assert not plays.folder(guid).exists()


@pytest.mark.parametrize("guid", DEFAULTS)
def test_a_default_gpo_is_never_deleted_and_edited_by_force_only(plays: DomainPlays, guid: str) -> None:
    before = listed(plays.domain)[guid]
    assert "it is one of the two GPOs that every domain has" in plays.refused(guid=guid, **OFF)["msg"]
    assert "these are never deleted" in plays.refused(guid=guid, state="absent", force=True)["msg"]
    assert before == listed(plays.domain)[guid]
    links = linked(plays.domain, BASE_DN)
    asked = {"guid": guid, **OFF, "force": True}
    edited = plays.gpo(**asked)
    assert (True, str(int(before["version"]) + 1)) == (edited["changed"], listed(plays.domain)[guid]["version"])
    assert links == linked(plays.domain, BASE_DN)
    # What the domain's own settings need is still named.
    assert "{827D319E-6EAC-11D2-A4EA-00C04F79F83A}" in str(plays.one(guid=guid)["foreign"])
    assert plays.gpo(restore_from=edited["backup_file"], force=True)["changed"]
    assert "not_configured" == plays.one(guid=guid)["policies"]["offer"]["state"]


def test_two_gpos_of_one_name_are_refused_with_both_guids(plays: DomainPlays) -> None:
    twins = [plays.gpo(name="Twins", **OFF)["gpo"]["guid"], new_guid()]
    writer(plays.domain).create(twins[1], "Twins")
    result = plays.refused(name="Twins", offer={"state": "not_configured"})
    (problem,) = result["problems"]
    assert "name" == problem["path"]
    assert all(guid in problem["expected"] for guid in twins)
    # The GUID says which one; that one has an object only, as a creation that was broken off leaves it.
    assert plays.gpo(guid=twins[1], session_logging={"state": "enabled"})["changed"]
    told = plays.one(guid=twins[1])
    assert ([], "enabled") == (told["notes"], told["policies"]["session_logging"]["state"])
    assert "not_configured" == plays.one(guid=twins[0])["policies"]["session_logging"]["state"]


def test_links_to_what_cannot_be_linked_leave_nothing_behind(plays: DomainPlays) -> None:
    links = {"add": [OU_CLIENTS, f"OU=Nowhere,{BASE_DN}", f"CN=Users,{BASE_DN}"]}
    result = plays.refused(name="RA nowhere", **OFF, links=links)
    assert {"links.add[1]": f"'OU=Nowhere,{BASE_DN}'", "links.add[2]": f"'CN=Users,{BASE_DN}'"} == {
        problem["path"]: problem["value"] for problem in result["problems"]
    }
    assert plays.named("RA nowhere") is None
    assert [] == linked(plays.domain, OU_CLIENTS)


def test_helpers_are_looked_up_where_that_is_asked_for(plays: DomainPlays) -> None:
    def offer(*names: str) -> dict[str, t.Any]:
        return {"state": "enabled", "control": "view_only", "helpers": {"set": list(names)}}

    asked = {"name": "RA helpers", "verify_helpers": True}
    result = plays.refused(**asked, offer=offer(r"RA\Helpdesc", r"RA\anna.meyer"))
    (problem,) = result["problems"]
    assert ("offer.helpers.set[0]", r"'RA\\Helpdesc'") == (problem["path"], problem["value"])
    assert problem["nearest"].startswith("Helpdesk")
    assert plays.named("RA helpers") is None

    names = (r"RA\Helpdesk", rf"RA\{DISABLED.name}", r"OTHER\somebody")
    finished = plays.task("domain_gpo", **asked, offer=offer(*names))
    assert 0 == finished.code, finished.output
    told = " ".join(finished.output.split())
    assert rf"the account of RA\{DISABLED.name} is disabled" in told
    assert r"OTHER\somebody belongs to another domain and was not looked up" in told
    assert sorted(names, key=str.lower) == plays.one(name="RA helpers")["policies"]["offer"]["helpers"]


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (Account(ADMINISTRATOR.name, "Wrong-Pass-1"), "the user name or the password is wrong"),
        (Account("nobody", "Wrong-Pass-1"), "the user name or the password is wrong"),
        (DISABLED, "the account is disabled"),
        (LOCKED, "the account is locked"),
        (EXPIRED, "the account has expired"),
        (MUST_CHANGE, "the password must be changed first"),
    ],
)
def test_a_refused_logon_says_why_and_shows_no_password(plays: DomainPlays, account: Account, words: str) -> None:
    plays.connection = plays.as_account(account)
    assert words in plays.refused("-vvv", name="RA never", **OFF)["msg"]


def test_an_account_without_rights_is_told_which(plays: DomainPlays) -> None:
    guid = plays.gpo(name="RA rights", **OFF)["gpo"]["guid"]
    plays.connection = plays.as_account(PLAIN)
    assert "the account may not create GPOs" in plays.refused(name="RA never", **OFF)["msg"]
    for arguments in ((), ("--check",)):
        assert (
            "the account may not edit it"
            in plays.refused(*arguments, guid=guid, offer={"state": "enabled", "control": "view_only"})["msg"]
        )
    assert "the account may not edit it" in plays.refused(guid=guid, state="absent")["msg"]
    assert not plays.gpo(guid=guid, **OFF)["changed"]
    assert not plays.one(guid=guid)["may_write"]


def test_a_delegate_links_where_that_is_delegated_and_nowhere_else(plays: DomainPlays) -> None:
    guid = plays.gpo(name="RA delegated", **OFF)["gpo"]["guid"]
    plays.connection = plays.as_account(DELEGATE)
    refused = plays.refused(guid=guid, links={"add": [OU_CLIENTS, OU_SERVERS]})
    assert f"the account may not change the links of {OU_SERVERS}" in refused["msg"]
    assert [] == linked(plays.domain, OU_CLIENTS)
    assert plays.gpo(guid=guid, links={"add": [OU_CLIENTS]}, backup=False)["changed"]
    assert [(guid, "NONE")] == linked(plays.domain, OU_CLIENTS)
    assert plays.gpo(guid=guid, links={"set": []})["changed"]
    assert [] == linked(plays.domain, OU_CLIENTS)


def test_a_controller_that_does_not_answer_fails_the_task_so_that_a_rescue_is_possible(plays: DomainPlays) -> None:
    plays.connection |= {"server": "127.0.0.99", "connection_timeout": 1}
    result = plays.refused(name="RA never", **OFF)
    assert "connecting to LDAP on 127.0.0.99, port 389: Connection refused" in result["msg"]
    assert "unreachable" not in result


@pytest.mark.parametrize("mode", ["ldaps", "start_tls"])
def test_tls_needs_a_certificate_that_is_trusted(plays: DomainPlays, mode: str) -> None:
    plays.connection |= {"auth_protocol": "simple", "tls_mode": mode}
    assert "the certificate is not trusted" in plays.refused(name=f"RA {mode}", **OFF)["msg"]
    plays.connection["ca_cert"] = str(plays.domain.ca)
    made = plays.gpo(name=f"RA {mode}", **OFF)
    assert {"authentication": "simple", "protection": "tls"} == made["protocol"]["ldap"]


def test_a_simple_logon_without_tls_is_refused_before_anything_is_sent(plays: DomainPlays) -> None:
    plays.connection["auth_protocol"] = "simple"
    (problem,) = plays.refused(name="RA never", **OFF)["problems"]
    assert "auth_protocol" == problem["path"]


def test_the_environment_says_how_to_connect_where_the_task_does_not(plays: DomainPlays) -> None:
    account = plays.as_account(ADMINISTRATOR, domain_realm="ra.test")
    del account["server"]
    plays.connection = {}
    plays.run.environment |= {f"MICROSOFT_AD_LDAP_{name.upper()}": value for name, value in account.items()}
    result = plays.info(name="Default Domain Policy")
    assert (FQDN, "ntlm") == (result["domain_controller"], result["protocol"]["ldap"]["authentication"])


def test_a_folder_that_cannot_take_the_copy_stops_the_edit(plays: DomainPlays, tmp_path: Path) -> None:
    guid = plays.gpo(name="RA copy", **OFF)["gpo"]["guid"]
    (tmp_path / "file").touch()
    plays.backups = tmp_path / "file" / "below"
    asked = {"guid": guid, "offer": {"state": "not_configured"}}
    assert "keeping a copy on the control node" in plays.refused(**asked)["msg"]
    assert 1 == plays.one(guid=guid)["machine_version"]
    assert plays.gpo(**asked, backup=False)["changed"]


def test_a_file_that_is_no_copy_is_refused(plays: DomainPlays) -> None:
    result = plays.refused(restore_from=os.devnull)
    assert "restore_from: expected a file that backup made: it is no whole zip file" in result["msg"]
