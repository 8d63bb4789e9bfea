# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of GPOs in a real directory, and the accounts that helper lists name; samba-tool says what is there."""

from __future__ import annotations

import subprocess

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory import Directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_accounts import look_up
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_links import GpoLinks
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_writer import GpoWriter
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ports import EditedMeanwhile
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.security import folder_descriptor

from tests.integration.domain_ground import linked, new_guid
from tests.integration.newest import newest_only
from tests.lab.domain import BASE_DN, OU_BRANCH, OU_CLIENTS, OU_COMMA, OU_SERVERS, SITE_BRANCH, SambaDomain

pytestmark = newest_only

TARGETS = (OU_CLIENTS, OU_COMMA, OU_BRANCH, BASE_DN, SITE_BRANCH)


@pytest.mark.parametrize("dn", TARGETS)
def test_links_are_where_samba_sees_them(opened: Directory, write: GpoWriter, domain: SambaDomain, dn: str) -> None:
    guids = [new_guid() for _number in range(3)]
    dns = [write.create(guid, f"Link {number}") for number, guid in enumerate(guids)]
    before = opened.target(dn)
    assert before is not None
    links = before.links.having(dns[0]).having(dns[1], enforced=True).having(dns[2], enabled=False, order=1)
    write.write_links(before, links)
    old = [(link.dn.split(",", maxsplit=1)[0][3:], "NONE") for link in reversed(before.links.links)]
    # samba-tool shows the attribute's order: what comes last has the highest precedence.
    expected = [(guids[1], "GPLINK_OPT_ENFORCE"), (guids[0], "NONE"), *old, (guids[2], "GPLINK_OPT_DISABLE")]
    assert expected == linked(domain, dn)
    for guid in guids:
        gpo = opened.gpo(guid)
        assert gpo is not None
        assert [dn] == [target.dn for target in opened.targets_of(gpo)]
        after = opened.target(dn)
        assert after is not None
        write.write_links(after, after.links.without(gpo.dn))
        write.delete(gpo)
    restored = opened.target(dn)
    assert restored is not None
    assert (before.raw or b"").strip() == (restored.raw or b"").strip()


def test_a_link_of_samba_is_ours_and_the_reverse(opened: Directory, write: GpoWriter, domain: SambaDomain) -> None:
    guid = new_guid()
    dn = write.create(guid, "Linked by Samba")
    domain.samba_tool("gpo", "setlink", OU_SERVERS, guid, "--enforce")
    target = opened.target(OU_SERVERS)
    assert target is not None
    link = target.links.find(dn)
    assert link is not None
    assert (True, True) == (link.enabled, link.enforced)
    write.write_links(target, target.links.having(dn, enforced=False))
    domain.samba_tool("gpo", "dellink", OU_SERVERS, guid)
    after = opened.target(OU_SERVERS)
    assert after is not None
    assert after.links.find(dn) is None


def test_links_changed_by_somebody_else_are_not_overwritten(opened: Directory, write: GpoWriter) -> None:
    dns = [write.create(new_guid(), f"Racing link {number}") for number in range(3)]
    # The first time there is no gPLink at all, the second time there is one.
    for mine, other in ((dns[1], dns[0]), (dns[1], dns[2])):
        stale = opened.target(OU_COMMA)
        assert stale is not None
        write.write_links(stale, stale.links.having(other))
        with pytest.raises(EditedMeanwhile) as caught:
            write.write_links(stale, stale.links.having(mine))
        assert f"changing the links of {OU_COMMA}" in str(caught.value)
    with pytest.raises(EditedMeanwhile):
        write.write_links(stale, GpoLinks())
    final = opened.target(OU_COMMA)
    assert final is not None
    assert [dns[0], dns[2]] == [link.dn for link in final.links.links]


# -- what belongs to a GPO and to helper lists --------------------------------------------------------

# Samba's own mapping, in Samba's own Python: one line for each entry that allows or denies as such.
MAPPING = """
import sys
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.ntacls import dsacl2fsacl

descriptor = ndr_unpack(security.descriptor, bytes.fromhex(sys.argv[1]))
folder = dsacl2fsacl(descriptor.as_sddl(), security.dom_sid("S-1-5-21-1-2-3"), as_sddl=False)
print(folder.owner_sid, folder.group_sid)
for ace in folder.dacl.aces:
    if ace.type in (0, 1):
        print(ace.type, ace.flags, ace.access_mask, ace.trustee)
"""


def test_the_folder_s_rights_are_those_that_samba_gives(opened: Directory, write: GpoWriter) -> None:
    guid = new_guid()
    write.create(guid, "Rights")
    for gpo in opened.gpos():
        assert gpo.descriptor is not None
        raw = gpo.entry.value("nTSecurityDescriptor") or b""
        said = subprocess.run(
            ["/usr/bin/python3", "-c", MAPPING, raw.hex()], capture_output=True, text=True, check=True
        )
        folder = folder_descriptor(gpo.descriptor)
        ours = [f"{folder.owner} {folder.group}"]
        ours += [f"{ace.kind} {ace.flags} {ace.mask} {ace.sid}" for ace in folder.dacl or ()]
        assert said.stdout.splitlines() == ours


def test_accounts_are_found_by_every_kind_of_name(opened: Directory) -> None:
    names = {
        r"RA\Helpdesk": "Helpdesk",
        r"ra.test\helpdesk berlin": "Helpdesk Berlin",
        "Help (night)": "Help (night)",
        "o'neil": "o'neil",
        r"RA\JÜRGEN": "jürgen",
        "A.Meyer@corp.example": "anna.meyer",
        "paula@ra.test": "paula",
        "anna.meyer@RA.TEST": "anna.meyer",
        r"RA\WS1$": "WS1$",
    }
    found = {lookup.asked: lookup.account and lookup.account.name for lookup in look_up(opened, names)}
    assert names == found


def test_what_is_wrong_with_an_account_is_told(opened: Directory) -> None:
    group, disabled, typo, foreign, nobody = look_up(
        opened, ["Helpdesk", r"RA\hanna", r"RA\Helpdsk", r"OTHER\Helpdesk", "x@corp.example"]
    )
    assert group.account is not None
    assert ("group", False) == (group.account.kind, group.account.disabled)
    assert disabled.account is not None
    assert ("user", True) == (disabled.account.kind, disabled.account.disabled)
    assert (None, "Helpdesk", False) == (typo.account, typo.nearest[0], typo.elsewhere)
    assert (None, (), True) == (foreign.account, foreign.nearest, foreign.elsewhere)
    assert (None, ()) == (nobody.account, nobody.nearest)


def test_many_names_need_few_messages(opened: Directory) -> None:
    look_up(opened, ["paula"])
    before = opened.client.requests
    assert 100 == len(look_up(opened, [r"RA\Helpdesk", r"RA\paula"] * 50))
    assert 3 >= opened.client.requests - before
