# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPOs and their links in a real directory; samba-tool says what is there."""

from __future__ import annotations

import threading

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory import Directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_object import DEFAULT_GPOS
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_writer import GpoWriter
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_errors import ObjectExists
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import EditedMeanwhile
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import AccessDenied

from tests.integration.domain_ground import directory, listed, new_guid
from tests.integration.newest import newest_only
from tests.lab.domain import (
    BASE_DN,
    DELEGATE,
    FQDN,
    OU_CLIENTS,
    OU_SERVERS,
    PLAIN,
    SambaDomain,
)

pytestmark = newest_only


# -- reading ------------------------------------------------------------------------------------------


def test_the_directory_says_where_things_are(opened: Directory) -> None:
    facts = opened.facts
    assert (BASE_DN, f"CN=Configuration,{BASE_DN}", "ra.test", FQDN, False) == (
        facts.base,
        facts.configuration,
        facts.domain,
        facts.host,
        facts.read_only,
    )
    assert FQDN == opened.pdc()


def test_the_default_gpos_are_read_whole(opened: Directory) -> None:
    found = {gpo.guid: gpo for gpo in opened.gpos()}
    assert DEFAULT_GPOS <= set(found)
    policy = found["{31B2F340-016D-11D2-945F-00C04FB984F9}"]
    assert ("Default Domain Policy", 2, 0, True, True) == (
        policy.name,
        policy.functionality_version,
        policy.flags,
        policy.is_default,
        policy.may_write,
    )
    assert policy.descriptor is not None
    assert policy.descriptor.dacl
    assert policy.descriptor.is_protected


def test_a_plain_user_reads_and_is_told_what_it_may_not(domain: SambaDomain) -> None:
    seen = directory(domain, PLAIN)
    policy = seen.gpo("31b2f340-016d-11d2-945f-00c04fb984f9")
    assert policy is not None
    assert not policy.may_write
    assert not seen.may_create()
    target = seen.target(OU_CLIENTS)
    assert target is not None
    assert not target.may_write
    # Even its descriptor: without the control the directory would give none.
    assert policy.descriptor is not None


def test_what_is_not_there_is_none(opened: Directory) -> None:
    assert opened.gpo(new_guid()) is None
    assert opened.target(f"OU=Nowhere,{BASE_DN}") is None
    assert opened.gpos_named("no such * (GPO)") == ()


# -- creating and deleting ----------------------------------------------------------------------------


def test_a_created_gpo_is_what_samba_takes_for_one(opened: Directory, write: GpoWriter, domain: SambaDomain) -> None:
    guid, name = new_guid(), "Remote Assistance (off) é*"
    dn = write.create(guid, name)
    said = listed(domain)[guid]
    assert (name, dn, rf"\\ra.test\sysvol\ra.test\Policies\{guid}", "0", "NONE") == (
        said["display name"],
        said["dn"],
        said["path"],
        said["version"],
        said["flags"],
    )
    assert guid in domain.samba_tool("gpo", "show", guid)
    (gpo,) = opened.gpos_named(name)
    assert (guid, 0, {"Machine", "User"}) == (gpo.guid, gpo.version, set(opened.children(gpo)))
    assert [guid] == [found.guid for found in opened.gpos_named(name.upper())]
    assert write.delete(gpo)
    assert guid not in listed(domain)
    assert not write.delete(gpo)


def test_two_gpos_of_one_name_are_both_found(opened: Directory, write: GpoWriter) -> None:
    guids = {new_guid(), new_guid()}
    for guid in guids:
        write.create(guid, "Twins")
    assert guids == {gpo.guid for gpo in opened.gpos_named("Twins")}


def test_a_guid_is_used_once(write: GpoWriter) -> None:
    guid = new_guid()
    write.create(guid, "First")
    with pytest.raises(ObjectExists) as caught:
        write.create(guid, "Second")
    assert "entryAlreadyExists, LDAP 68" in str(caught.value)


def test_what_a_broken_off_creation_left_is_completed(opened: Directory, write: GpoWriter) -> None:
    guid = new_guid()
    dn = write.create(guid, "Half done")
    opened.client.delete(f"CN=Machine,{dn}")
    (gpo,) = opened.gpos_named("Half done")
    assert ("Machine",) == write.complete(dn, opened.children(gpo))
    assert () == write.complete(dn)


def test_a_plain_user_may_not_create(domain: SambaDomain) -> None:
    seen = directory(domain, PLAIN)
    guid = new_guid()
    with pytest.raises(AccessDenied) as caught:
        GpoWriter(seen).create(guid, "Mine")
    assert f"creating CN={guid}" in str(caught.value)
    assert "the account may not do this (insufficientAccessRights, LDAP 50)" in str(caught.value)
    assert guid not in listed(domain)


def test_a_delegated_account_creates_edits_links_where_it_may_and_deletes(domain: SambaDomain) -> None:
    seen = directory(domain, DELEGATE)
    assert seen.may_create()
    write = GpoWriter(seen)
    write.create(new_guid(), "Delegated")
    (gpo,) = seen.gpos_named("Delegated")
    assert gpo.may_write
    write.change(gpo, version=1)
    own, foreign = seen.target(OU_CLIENTS), seen.target(OU_SERVERS)
    assert own is not None
    assert foreign is not None
    assert (True, False) == (own.may_write, foreign.may_write)
    write.write_links(own, own.links.having(gpo.dn))
    with pytest.raises(AccessDenied):
        write.write_links(foreign, foreign.links.having(gpo.dn))
    again = seen.target(OU_CLIENTS)
    assert again is not None
    write.write_links(again, again.links.without(gpo.dn))
    assert write.delete(gpo)


# -- changing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 0x7FFF0001, 0x80000000, 0xFFFE0002, 0xFFFFFFFF])
def test_a_version_comes_back_unsigned(opened: Directory, write: GpoWriter, domain: SambaDomain, version: int) -> None:
    guid = new_guid()
    write.create(guid, f"Version {version}")
    gpo = opened.gpo(guid)
    assert gpo is not None
    write.change(gpo, version=version, attributes={"gPCMachineExtensionNames": b"[{A}{B}]", "description": b"d"})
    changed = opened.gpo(guid)
    assert changed is not None
    assert (version, version & 0xFFFF, version >> 16) == (
        changed.version,
        changed.machine_version,
        changed.user_version,
    )
    assert "[{A}{B}]" == changed.machine_extensions
    signed = version - (1 << 32) if version >= 1 << 31 else version
    assert str(signed) == listed(domain)[guid]["version"]
    write.change(changed, version=0, attributes={"gPCMachineExtensionNames": None, "description": None})
    cleared = opened.gpo(guid)
    assert cleared is not None
    assert ("", ()) == (cleared.machine_extensions, cleared.entry.values("description"))


def test_a_change_of_somebody_else_is_noticed(opened: Directory, write: GpoWriter) -> None:
    guid = new_guid()
    write.create(guid, "Raced")
    stale = opened.gpo(guid)
    assert stale is not None
    write.change(stale, version=1)
    with pytest.raises(EditedMeanwhile) as caught:
        write.change(stale, version=2)
    assert "somebody else has changed it since it was read; nothing was written" in str(caught.value)
    with pytest.raises(EditedMeanwhile):
        write.set_attributes(stale, {"versionNumber": b"7"})
    write.set_attributes(stale, {"flags": b"1"})
    after = opened.gpo(guid)
    assert after is not None
    assert (1, 1) == (after.version, after.flags)
    write.delete(after)
    with pytest.raises(EditedMeanwhile) as gone:
        write.change(after, version=3)
    assert "deleted meanwhile" in str(gone.value)


def test_no_change_of_two_editors_is_lost(domain: SambaDomain, write: GpoWriter, opened: Directory) -> None:
    guid, rounds = new_guid(), 50
    write.create(guid, "Counter")

    def count() -> None:
        mine = directory(domain)
        done = 0
        while done < rounds:
            gpo = mine.gpo(guid)
            assert gpo is not None
            try:
                GpoWriter(mine).change(gpo, version=(gpo.version or 0) + 1)
            except EditedMeanwhile:
                continue
            done += 1
        mine.client.close()

    editors = [threading.Thread(target=count) for _editor in range(2)]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    final = opened.gpo(guid)
    assert final is not None
    assert 2 * rounds == final.version
