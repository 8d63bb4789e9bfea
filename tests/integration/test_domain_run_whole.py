# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A GPO as a whole: its links, its status, its end, its backup, and who may do what."""

from __future__ import annotations

import shutil
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GpoBackup,
    GpoChange,
    LinkRequest,
    LinksRequest,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_run import read_gpo
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    InputError,
)

from tests.integration.domain_ground import directory, linked, listed, new_guid, options, writer
from tests.integration.domain_run_ground import (
    OFF,
    enforce,
    entries,
    names_in,
    opened_folder,
    policy_folder,
    succeeded,
    values,
    versions,
    wanted,
)
from tests.integration.newest import newest_only
from tests.lab.domain import (
    BASE_DN,
    DELEGATE,
    OU_BRANCH,
    OU_CLIENTS,
    OU_COMMA,
    OU_SERVERS,
    PLAIN,
    SITE_BRANCH,
    SambaDomain,
)

pytestmark = newest_only

VIEW = {"state": "enabled", "control": "view_only"}
LOGGING = {"session_logging": {"state": "enabled"}}


def link(target: str, **how: t.Any) -> LinkRequest:
    return LinkRequest(target=target, **how)


# -- links and status ---------------------------------------------------------------------------------


def test_links_are_added_changed_removed_and_exact(domain: SambaDomain, have: DirectoryOptions) -> None:
    other = succeeded(have, name="Other link", links=LinksRequest(add=(link(OU_BRANCH),))).guid
    guid = succeeded(have, name="Links", links=LinksRequest(add=(link(OU_BRANCH, order=1), link(SITE_BRANCH)))).guid
    assert [(other, "NONE"), (guid, "NONE")] == linked(domain, OU_BRANCH)
    changed = succeeded(
        have,
        name="links",
        links=LinksRequest(
            add=(link(OU_BRANCH.replace("OU=Clients", "ou=CLIENTS"), enforced=True, order=2),), remove=(SITE_BRANCH,)
        ),
    )
    assert [(guid, "GPLINK_OPT_ENFORCE"), (other, "NONE")] == linked(domain, OU_BRANCH)
    assert [] == linked(domain, SITE_BRANCH)
    assert [
        (f"{OU_BRANCH}: order 1, enabled, not enforced", f"{OU_BRANCH}: order 2, enabled, enforced"),
        (f"{SITE_BRANCH}: order 1, enabled, not enforced", None),
    ] == [(change["before"], change["after"]) for change in changed.changes()]
    exact = LinksRequest(exact=(link(BASE_DN, enabled=False), link(OU_COMMA)))
    ended = succeeded(have, name="Links", links=exact)
    assert {OU_BRANCH, BASE_DN, OU_COMMA} == {change.place for change in ended.made if isinstance(change, GpoChange)}
    assert [(guid, "GPLINK_OPT_DISABLE")] == [one for one in linked(domain, BASE_DN) if one[0] == guid]
    assert [(other, "NONE")] == linked(domain, OU_BRANCH)
    assert not succeeded(have, name="Links", links=exact).changed
    assert succeeded(have, name="Links", links=LinksRequest(remove=(OU_SERVERS,))).notes == (
        f"it is not linked to {OU_SERVERS}",
    )
    succeeded(have, name="Links", links=LinksRequest(exact=()))
    assert [] == linked(domain, OU_COMMA)
    assert "0" == listed(domain)[guid]["version"]


def test_every_wrong_target_is_named_before_anything_is_made(domain: SambaDomain, have: DirectoryOptions) -> None:
    targets = (link("OU=Nowhere," + BASE_DN), link("CN=Users," + BASE_DN), link(OU_CLIENTS))
    with pytest.raises(InputError) as caught:
        enforce(have, name="Nowhere", declaration=wanted(**OFF), links=LinksRequest(add=targets))
    missing, no_target = caught.value.problems
    assert "no such object" in missing.expected
    assert "organizational unit" in no_target.expected
    assert "Nowhere" not in {gpo["display name"] for gpo in listed(domain).values()}


def test_status_and_description_do_not_count_as_an_edit(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Status", declaration=wanted(**OFF)).guid
    for status, shown in (
        ("user_disabled", "GPO_FLAG_USER_DISABLE"),
        ("computer_disabled", "GPO_FLAG_MACHINE_DISABLE"),
        ("all_disabled", "GPO_FLAG_USER_DISABLE GPO_FLAG_MACHINE_DISABLE"),
        ("all_enabled", "NONE"),
    ):
        ended = succeeded(have, name="Status", status=status, description=f"now {status}")
        assert ["gpo.status", "gpo.description"] == [change["setting"] for change in ended.changes()]
        assert shown.split() == listed(domain)[guid]["flags"].split()
    assert "computer side of the GPO is off" in str(
        succeeded(have, name="Status", declaration=wanted(**OFF), status="all_disabled").warnings
    )
    succeeded(have, name="Status", description="", status="all_enabled")
    (gpo,) = directory(domain).gpos_named("Status")
    assert "" == gpo.entry.text("description")
    assert ("1", "Version=1") == versions(domain, guid)


# -- which GPO is meant -------------------------------------------------------------------------------


def test_two_gpos_of_one_name_are_refused_with_both_guids(domain: SambaDomain, have: DirectoryOptions) -> None:
    guids = sorted((new_guid(), new_guid()))
    for guid in guids:
        writer(domain).create(guid, "Twin")
    for state in ("present", "absent"):
        with pytest.raises(InputError) as caught:
            enforce(have, name="TWIN", declaration=wanted(**OFF), state=state)
        assert f"2 GPOs have this name, give the guid of one of them: {', '.join(guids)}" in str(caught.value)
    assert succeeded(have, guid=guids[0][1:-1].lower(), declaration=wanted(**OFF)).changed
    with pytest.raises(InputError, match="has the name 'Twin'"):
        enforce(have, guid=guids[0], name="Another", declaration=wanted(**OFF))
    with pytest.raises(InputError, match="name must be given to make it"):
        enforce(have, guid=new_guid(), declaration=wanted(**OFF))
    for check_mode in (True, False):
        with pytest.raises(InputError, match=r"there is no GPO of this GUID, and .* the name 'Twin'"):
            enforce(have, guid=new_guid(), name="Twin", declaration=wanted(**OFF), check_mode=check_mode)


# -- the end of a GPO ---------------------------------------------------------------------------------


def test_a_gpo_with_nothing_else_in_it_is_deleted_with_its_links(domain: SambaDomain, have: DirectoryOptions) -> None:
    where = LinksRequest(add=(link(OU_SERVERS), link(SITE_BRANCH), link(BASE_DN)))
    guid = succeeded(have, name="Going", declaration=wanted(**OFF), links=where).guid
    kept: list[GpoBackup] = []
    ended = succeeded(have, name="Going", state="absent", keep=kept.append)
    assert ["gpo.links"] * 3 + ["gpo"] == [change["setting"] for change in ended.changes()]
    assert guid not in listed(domain)
    assert not policy_folder(domain, guid).exists()
    assert guid not in str([linked(domain, dn) for dn in (OU_SERVERS, SITE_BRANCH, BASE_DN)])
    assert not succeeded(have, name="Going", state="absent").changed
    assert {OU_SERVERS, SITE_BRANCH, BASE_DN} == {one.target for one in kept[0].links or ()}


FOREIGN = {
    r"file Machine\comment.cmtx": ("Machine/comment.cmtx", b"x"),
    r"file Machine\Scripts\Startup\run.cmd": ("Machine/Scripts/Startup/run.cmd", b"echo"),
    r"User\Registry.pol": ("User/Registry.pol", b"PReg\x01\0\0\0" + "[k\0;v\0;".encode("utf-16-le")
                           + b"\x04\0\0\0;\0\x04\0\0\0;\0\x01\0\0\0]\0"),
}  # fmt: skip


@pytest.mark.parametrize("line", FOREIGN)
def test_a_gpo_with_something_else_in_it_stays(domain: SambaDomain, have: DirectoryOptions, line: str) -> None:
    name = f"With {line}"
    guid = succeeded(have, name=name, declaration=wanted(**OFF)).guid
    path, content = FOREIGN[line]
    (policy_folder(domain, guid) / path).parent.mkdir(parents=True, exist_ok=True)
    (policy_folder(domain, guid) / path).write_bytes(content)
    before = names_in(policy_folder(domain, guid))
    for check_mode in (True, False):
        with pytest.raises(HostError) as caught:
            enforce(have, name=name, state="absent", check_mode=check_mode)
        assert "it holds more than Remote Assistance policies: " + line in str(caught.value)
        assert "force: true" in str(caught.value)
    assert before == names_in(policy_folder(domain, guid))
    succeeded(have, name=name, state="absent", force=True)
    assert not policy_folder(domain, guid).exists()


def test_foreign_entries_extensions_and_objects_keep_a_gpo(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Full", declaration=wanted(**OFF)).guid
    domain.samba_tool("gpo", "manage", "smb_conf", "set", guid, "max open files", "4711")
    seen = directory(domain)
    gpo = seen.gpo(guid)
    assert gpo is not None
    seen.client.add(f"CN=Wireless,CN=Machine,{gpo.dn}", {"objectClass": (b"top", b"container")})
    scripts = "[{42B5FAAE-6536-11D2-AE5A-0000F87571E3}{40B6664F-4972-11D1-A7CA-0000F87571E3}]"
    names = {
        "gPCMachineExtensionNames": (gpo.machine_extensions + scripts).encode(),
        "gPCUserExtensionNames": scripts.encode(),
    }
    writer(domain).set_attributes(gpo, names)
    facts = read_gpo(have, guid=guid)
    assert facts is not None
    assert (
        r"Machine\Registry.pol: Software\Policies\Samba\smb_conf\max open files",
        "computer extension {42B5FAAE-6536-11D2-AE5A-0000F87571E3}",
        "user extension {42B5FAAE-6536-11D2-AE5A-0000F87571E3}",
        f"object CN=Wireless,CN=Machine,{gpo.dn}",
    ) == facts.foreign
    with pytest.raises(HostError, match="Wireless"):
        enforce(have, guid=guid, state="absent")
    # What is declared goes into the list of extensions at its place, and the others stay.
    succeeded(have, guid=guid, declaration=wanted(**LOGGING))
    after = seen.gpo(guid)
    assert after is not None
    assert (gpo.machine_extensions + scripts, scripts) == (after.machine_extensions, after.user_extensions)
    succeeded(have, guid=guid, state="absent", force=True)
    assert guid not in listed(domain)


# -- backup and restore -------------------------------------------------------------------------------


def test_what_was_backed_up_is_put_back_with_a_higher_version(domain: SambaDomain, have: DirectoryOptions) -> None:
    first = succeeded(have, name="Restored", declaration=wanted(**OFF), links=LinksRequest(add=(link(OU_SERVERS),)))
    path = policy_folder(domain, first.guid) / "Machine" / "Registry.pol"
    before = path.read_bytes()
    kept: list[GpoBackup] = []
    what = {
        "declaration": wanted(offer=VIEW),
        "links": LinksRequest(exact=()),
        "status": "all_disabled",
        "description": "d",
    }
    succeeded(have, guid=first.guid, keep=kept.append, **what)
    (backup,) = kept
    assert (before, b"[General]\r\nVersion=1\r\n", "Restored") == (backup.registry_pol, backup.gpt_ini, backup.name)
    assert {"versionNumber": "1", "flags": "0"}.items() <= backup.attributes.items()
    ended = succeeded(have, restore=backup)
    assert before == path.read_bytes()
    assert ("3", "Version=3") == versions(domain, first.guid)
    assert "NONE" == listed(domain)[first.guid]["flags"]
    assert (first.guid, "NONE") in linked(domain, OU_SERVERS)
    assert {"offer.state", "gpt_ini", "gpo.status", "gpo.description", "gpo.links"} <= {
        change["setting"] for change in ended.changes()
    }
    assert not succeeded(have, restore=backup).changed
    # A GPO that is gone comes back under its own GUID, with the filter that it had.
    only = f"[ra.test;{new_guid()};0]"
    backup = replace(backup, attributes={**backup.attributes, "gPCWQLFilter": only})
    succeeded(have, guid=first.guid, state="absent")
    again = succeeded(have, restore=backup)
    assert "who may apply and edit it is as for every new GPO" in str(again.warnings)
    gpo = directory(domain).gpo(first.guid)
    assert gpo is not None
    assert only == gpo.entry.text("gPCWQLFilter")
    assert before == path.read_bytes()
    assert ("Restored", "1") == (listed(domain)[first.guid]["display name"], listed(domain)[first.guid]["version"])
    assert (first.guid, "NONE") in linked(domain, OU_SERVERS)


def test_without_a_backup_nothing_is_written(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Not kept", declaration=wanted(**OFF)).guid

    def fails(dummy: GpoBackup) -> None:
        raise HostError(doing="writing the backup", reason="the disk is full")

    for what in (
        {"declaration": wanted(**LOGGING)},
        {"status": "all_disabled"},
        {"links": LinksRequest(add=(link(OU_COMMA),))},
        {"state": "absent"},
    ):
        with pytest.raises(HostError, match="the disk is full"):
            enforce(have, guid=guid, keep=fails, **what)
    assert ("1", "Version=1") == versions(domain, guid)
    assert "NONE" == listed(domain)[guid]["flags"]
    assert guid not in str(linked(domain, OU_COMMA))


# -- who may do what ----------------------------------------------------------------------------------


def test_an_account_without_rights_reads_and_is_told_what_it_lacks(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Not yours", declaration=wanted(**OFF)).guid
    plain = options(domain, PLAIN)
    facts = read_gpo(plain, guid=guid)
    assert facts is not None
    assert (False, "disabled") == (facts.may_write, facts.policies["solicited"]["state"])
    assert not succeeded(plain, guid=guid, declaration=wanted(**OFF)).changed
    for what, words in (
        ({"guid": guid, "declaration": wanted(**LOGGING)}, "may not edit it"),
        ({"guid": guid, "status": "all_disabled"}, "may not edit it"),
        ({"guid": guid, "state": "absent"}, "may not edit it"),
        ({"guid": guid, "links": LinksRequest(add=(link(OU_CLIENTS),))}, "may not change the links of OU=Clients"),
        ({"name": "Mine", "declaration": wanted(**OFF)}, "may not create GPOs"),
    ):
        for check_mode in (True, False):
            with pytest.raises(AccessDenied, match=words):
                enforce(plain, check_mode=check_mode, **what)
    assert ("1", "Version=1") == versions(domain, guid)


def test_who_may_create_and_link_in_one_place_only(domain: SambaDomain) -> None:
    delegate = options(domain, DELEGATE)
    where = LinksRequest(add=(link(OU_CLIENTS), link(OU_SERVERS)))
    with pytest.raises(AccessDenied, match="may not change the links of OU=Servers"):
        enforce(delegate, name="Delegated", declaration=wanted(**OFF), links=where)
    assert "Delegated" not in {gpo["display name"] for gpo in listed(domain).values()}
    where = LinksRequest(add=(link(OU_CLIENTS),))
    ended = succeeded(delegate, name="Delegated", declaration=wanted(**OFF), links=where)
    assert 0 == values(domain, ended.guid)["fAllowToGetHelp"]
    assert (ended.guid, "NONE") in linked(domain, OU_CLIENTS)
    facts = read_gpo(delegate, guid=ended.guid)
    assert facts is not None
    assert facts.folder_rights_agree
    assert succeeded(delegate, guid=ended.guid, declaration=wanted(**LOGGING)).changed


def test_a_folder_that_is_not_there_yet_is_no_reason_to_make_one(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Lagging", declaration=wanted(**OFF)).guid
    folder = policy_folder(domain, guid)
    moved = folder.with_name("moved")
    shutil.move(folder, moved)
    for what in ({"declaration": wanted(**LOGGING)}, {"state": "absent"}):
        with pytest.raises(
            HostError, match=r"version 1, but the folder is not in SYSVOL \(yet\).*replicate separately"
        ):
            enforce(have, guid=guid, **what)
    facts = read_gpo(have, guid=guid)
    assert facts is not None
    assert "not in SYSVOL" in facts.notes[0]
    shutil.move(moved, folder)
    assert succeeded(have, guid=guid, declaration=wanted(**LOGGING)).changed


def test_a_damaged_file_is_not_overwritten(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Damaged", declaration=wanted(**OFF)).guid
    path = policy_folder(domain, guid) / "Machine" / "Registry.pol"
    broken = path.read_bytes()[:-3]
    path.write_bytes(broken)
    with pytest.raises(HostError, match=r"Registry\.pol.*nothing was written"):
        enforce(have, guid=guid, declaration=wanted(**LOGGING))
    assert broken == path.read_bytes()


def test_unknown_helpers_are_input_problems(domain: SambaDomain, have: DirectoryOptions) -> None:
    names = [r"RA\Helpdesk", r"RA\Helpdsk", r"RA\hanna", r"OTHER\x"]
    with pytest.raises(InputError) as caught:
        enforce(
            have, name="Helpers", declaration=wanted(offer={**VIEW, "helpers": {"set": names}}), verify_helpers=True
        )
    (problem,) = caught.value.problems
    assert ("offer.helpers.set", "Helpdesk") == (problem.path, problem.nearest.split(",")[0])
    names.remove(r"RA\Helpdsk")
    ended = succeeded(
        have, name="Helpers", declaration=wanted(offer={**VIEW, "helpers": {"set": names}}), verify_helpers=True
    )
    assert {
        r"the account of RA\hanna is disabled",
        r"OTHER\x belongs to another domain and was not looked up",
    } == set(ended.warnings)
    found = entries(policy_folder(domain, ended.guid) / "Machine" / "Registry.pol")
    assert set(names) <= {name for _key, name, _type, _data in found}


def test_a_lock_of_another_run_holds_while_it_lasts(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Held", declaration=wanted(**OFF)).guid
    with opened_folder(have, guid) as folder, folder.locked() as lock:
        assert lock.read() == (policy_folder(domain, guid) / "Machine" / "Registry.pol").read_bytes()
        with pytest.raises(HostError, match="somebody else is editing the GPO"):
            enforce(have, guid=guid, state="absent", lock_timeout=0.3)
    assert guid in listed(domain)
