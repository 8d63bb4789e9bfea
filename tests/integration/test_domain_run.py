# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPOs are created, edited, linked and deleted; samba-tool, net ads gpo and Samba's own code say what is there."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory_options import (
    DirectoryOptions,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GpoBackup,
    LinkRequest,
    LinksRequest,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_run import read_gpo
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.sysvol import GpoFolder
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
)

from tests.integration.domain_ground import directory, linked, listed, need_kerberos, options, writer
from tests.integration.domain_run_ground import (
    OFF,
    PAIR,
    enforce,
    entries,
    gpt_ini,
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
    ADMINISTRATOR,
    BASE_DN,
    OU_CLIENTS,
    OU_COMMA,
    OU_SERVERS,
    SITE_BRANCH,
    SambaDomain,
)
from tests.lab.domain.programs import DomainError
from tests.lab.programs import program

pytestmark = newest_only

DEFAULT_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
VIEW = {"state": "enabled", "control": "view_only"}


def links(*targets: str, **how: t.Any) -> LinksRequest:
    return LinksRequest(add=tuple(LinkRequest(target=target, **how) for target in targets))


# -- create -------------------------------------------------------------------------------------------


def test_a_new_gpo_is_what_samba_takes_for_one(domain: SambaDomain, have: DirectoryOptions) -> None:
    policies = wanted(solicited={"state": "disabled"}, offer={**VIEW, "helpers": {"set": [r"RA\Helpdesk"]}})
    ended = succeeded(have, name="New", declaration=policies, links=links(OU_CLIENTS), description="Größe")
    guid = ended.guid
    assert ("New", "NONE", "1") == (
        listed(domain)[guid]["display name"],
        listed(domain)[guid]["flags"],
        listed(domain)[guid]["version"],
    )
    assert ("1", "Version=1") == versions(domain, guid)
    assert {"GPT.INI".lower(), "machine", "machine/registry.pol", "user"} == {
        name.lower() for name in names_in(policy_folder(domain, guid))
    }
    assert {
        "fAllowToGetHelp": 0,
        "**del.fAllowFullControl": " ",
        "**del.MaxTicketExpiry": " ",
        "**del.MaxTicketExpiryUnits": " ",
        "**del.fUseMailto": " ",
        "fAllowUnsolicited": 1,
        "fAllowUnsolicitedFullControl": 0,
        "**delvals.": " ",
        r"RA\Helpdesk": r"RA\Helpdesk",
    } == values(domain, guid)
    assert (guid, "NONE") in linked(domain, OU_CLIENTS)
    assert OU_CLIENTS in domain.samba_tool("gpo", "listcontainers", guid)
    (gpo,) = directory(domain).gpos_named("new")
    assert (PAIR, 2, "Größe") == (gpo.machine_extensions, gpo.functionality_version, gpo.entry.text("description"))
    settings = [change["setting"] for change in ended.changes()]
    assert ("gpo", ["gpt_ini", "gpo.description", "gpo.links"]) == (settings[0], settings[-3:])


def test_net_ads_gpo_reads_it(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="For net", declaration=wanted(**OFF)).guid
    said = domain.run(
        *(program("net"), "ads", "gpo", "listall", "-U", "RA\\Administrator%Lab-Admin-1"),
        *("--configfile=/run/samba/dc/etc/smb.conf", "-S", domain.fqdn),
    )
    block = said.partition(f"name:\t\t\t{guid}")[2].partition("security descriptor:")[0]
    assert "Registry Settings" in block, said
    assert "For net" in block


def test_the_folder_has_the_rights_of_the_object(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Rights", declaration=wanted(**OFF)).guid
    facts = read_gpo(have, guid=guid)
    assert facts is not None
    assert facts.folder_rights_agree


def test_aclcheck_of_an_older_samba_misses_one_entry_only(domain: SambaDomain, have: DirectoryOptions) -> None:
    succeeded(have, name="Acl check", declaration=wanted(**OFF))
    with pytest.raises(DomainError) as caught:
        domain.samba_tool("gpo", "aclcheck")
    said = str(caught.value)
    have_acl, wanted_acl = (set(re.findall(r"\([^()]*\)", acl)) for acl in re.findall(r"O:\S+", said)[-2:])
    # Before 4.23 it also wants the right to apply the policy, which Windows does not map to the folder.
    assert {"(OA;OICI;;edacfd8f-ffb3-11d1-b41d-00a0c968f939;;AU)"} == have_acl ^ wanted_acl


def test_samba_s_backup_shows_every_entry(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Backup", declaration=wanted(**OFF)).guid
    domain.run("mkdir", "-p", "/run/samba/dc/backup")
    domain.samba_tool("gpo", "backup", guid, "--tmpdir=/run/samba/dc/backup")
    (path,) = (domain.folder / "backup").rglob("*Registry.pol.xml")
    text = path.read_text(encoding="utf-8")
    assert all(word in text for word in ("**delvals.", "fAllowToGetHelp", "**del.fAllowUnsolicitedFullControl"))


def test_check_mode_changes_nothing_and_says_the_same(domain: SambaDomain, have: DirectoryOptions) -> None:
    what = {"name": "Checked", "declaration": wanted(**OFF), "links": links(OU_SERVERS), "status": "user_disabled"}
    before = set(listed(domain)), names_in(domain.sysvol)
    checked = succeeded(have, check_mode=True, **what)
    assert before == (set(listed(domain)), names_in(domain.sysvol))
    real = succeeded(have, **what)
    plain = [[{**change, "after": "-"} for change in ended.changes()] for ended in (checked, real)]
    assert plain[0] == plain[1]
    before = gpt_ini(domain, real.guid), names_in(domain.sysvol)
    more = {"name": "Checked", "declaration": wanted(session_logging={"state": "enabled"}), "status": "all_disabled"}
    checked = succeeded(have, check_mode=True, **more)
    assert before == (gpt_ini(domain, real.guid), names_in(domain.sysvol))
    real = succeeded(have, **more)
    assert (checked.changes(), checked.sides) == (real.changes(), real.sides)
    assert ["session_logging.state", "gpt_ini", "gpo.status"] == [change["setting"] for change in real.changes()]


def test_a_second_run_changes_nothing(domain: SambaDomain, have: DirectoryOptions) -> None:
    kept: list[GpoBackup] = []
    how = links(OU_COMMA, SITE_BRANCH, BASE_DN, enforced=True, order=1)
    what = {"name": "Twice", "declaration": wanted(**OFF), "links": how, "status": "all_disabled", "description": "x"}
    guid = succeeded(have, **what).guid
    before = versions(domain, guid), (policy_folder(domain, guid) / "Machine" / "Registry.pol").stat().st_mtime_ns
    for check_mode in (False, True):
        again = succeeded(have, check_mode=check_mode, keep=kept.append, **what)
        assert ([], [], guid, False) == (again.changes(), kept, again.guid, again.changed)
    assert before == (
        versions(domain, guid),
        (policy_folder(domain, guid) / "Machine" / "Registry.pol").stat().st_mtime_ns,
    )


# -- edit ---------------------------------------------------------------------------------------------


def test_an_edit_keeps_what_others_put_there(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Shared", declaration=wanted(**OFF)).guid
    folder = policy_folder(domain, guid)
    comment = folder / "Machine" / "comment.cmtx"
    comment.write_bytes(b"<comment/>")
    samba_adds(domain, guid, "max open files", "4711")
    before = int(listed(domain)[guid]["version"])
    ended = succeeded(have, name="Shared", declaration=wanted(offer={**VIEW, "helpers": {"set": []}}))
    assert before + 1 == ended.version
    assert (f"{before + 1}", f"Version={before + 1}") == versions(domain, guid)
    found = {name: data for _key, name, _type, data in entries(folder / "Machine" / "Registry.pol")}
    assert ("4711", 1) == (str(found["max open files"]), found["fAllowUnsolicited"])
    assert b"<comment/>" == comment.read_bytes()
    (gpo,) = directory(domain).gpos_named("Shared")
    assert PAIR == gpo.machine_extensions
    # And the reverse: what samba-tool adds afterwards does not take ours away.
    samba_adds(domain, guid, "log level", "3")
    names = {name for _key, name, _type, _data in entries(folder / "Machine" / "Registry.pol")}
    assert {"max open files", "log level", "fAllowUnsolicited", "**delvals."} <= names
    again = succeeded(have, name="Shared", declaration=wanted(offer={**VIEW, "helpers": {"set": []}}))
    assert {"gpt_ini"} >= {change["setting"] for change in again.changes()}


def samba_adds(domain: SambaDomain, guid: str, name: str, value: str) -> None:
    """Let samba-tool edit a GPO's Registry.pol; it takes no lock."""
    domain.samba_tool("gpo", "manage", "smb_conf", "set", guid, name, value)


def test_what_samba_tool_loads_and_ours_keep_each_other(domain: SambaDomain, have: DirectoryOptions) -> None:
    if "  load  " not in domain.run("/bin/sh", "-c", "samba-tool gpo --help"):
        pytest.skip("NOT TESTED: samba-tool gpo load is there from Samba 4.19 on")
    guid = succeeded(have, name="Loaded", declaration=wanted(**OFF)).guid
    policy = (
        r'[{"keyname": "Software\\Policies\\Other", "valuename": "Strange];[", "class": "MACHINE", "type": "REG_SZ", '
        r'"data": "kept"}]'
    )
    (domain.folder / "load.json").write_text(policy, encoding="ascii")
    domain.samba_tool("gpo", "load", guid, "--content=/run/samba/dc/load.json")
    succeeded(have, name="Loaded", declaration=wanted(offer={**VIEW, "helpers": {"set": []}}))
    found = entries(policy_folder(domain, guid) / "Machine" / "Registry.pol")
    assert (r"Software\Policies\Other", "Strange];[", 1, "kept") in found
    (gpo,) = directory(domain).gpos_named("Loaded")
    assert PAIR in gpo.machine_extensions


def test_folders_are_found_in_any_letter_case(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = DEFAULT_POLICY
    folder = policy_folder(domain, guid)
    assert "MACHINE" in names_in(folder)
    before = names_in(folder)
    with pytest.raises(HostError, match=r"one of the two GPOs that every domain has.*force: true"):
        enforce(have, guid=guid, declaration=wanted(**OFF))
    succeeded(have, guid=guid.lower(), declaration=wanted(**OFF), force=True)
    assert before | {"MACHINE/Registry.pol"} == names_in(folder)
    (gpo,) = (one for one in directory(domain).gpos() if one.guid == guid)
    groups = re.findall(r"\[(\{[0-9A-F-]+\})", gpo.machine_extensions.upper())
    assert groups == sorted(groups)
    assert "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}" in groups
    with pytest.raises(HostError, match="never deleted"):
        enforce(have, guid=guid, state="absent", force=True)


def test_an_edit_that_was_broken_off_is_finished(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Crashed", declaration=wanted(**OFF)).guid
    seen = directory(domain)
    gpo = seen.gpo(guid)
    assert gpo is not None
    writer(domain).change(gpo, version=7)
    assert not read_gpo(have, guid=guid).agrees
    ended = succeeded(have, guid=guid, declaration=wanted(**OFF))
    assert ["gpt_ini"] == [change["setting"] for change in ended.changes()]
    assert "left half done" in " ".join(ended.notes)
    assert ("8", "Version=8") == versions(domain, guid)
    assert not succeeded(have, guid=guid, declaration=wanted(**OFF)).changed


def test_the_user_half_of_the_version_stays(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="User half", declaration=wanted(**OFF)).guid
    gpo = directory(domain).gpo(guid)
    assert gpo is not None
    writer(domain).change(gpo, version=0xFFFE0001)
    ini = policy_folder(domain, guid) / "gpt.ini"
    ini.write_text(f"[General]\r\ndisplayName=Kept\r\nVersion={0xFFFE0001}\r\n", encoding="ascii", newline="")
    succeeded(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"}))
    after = directory(domain).gpo(guid)
    assert after is not None
    assert 0xFFFE0002 == after.version
    assert f"[General]\r\ndisplayName=Kept\r\nVersion={0xFFFE0002}\r\n".encode() == ini.read_bytes()


def test_somebody_who_edits_is_waited_for(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Locked", declaration=wanted(**OFF)).guid
    words = r"somebody else is editing the GPO; waited for 0\.3 s.*lock_timeout"
    with opened_folder(have, guid) as folder, folder.locked(), pytest.raises(HostError, match=words):
        enforce(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"}), lock_timeout=0.3)
    assert ("1", "Version=1") == versions(domain, guid)
    assert succeeded(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"})).changed


# -- editors that take no lock ------------------------------------------------------------------------


def test_an_editor_of_the_user_half_is_no_trouble(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="Other half", declaration=wanted(**OFF)).guid

    def meanwhile(dummy: GpoBackup) -> None:
        gpo = directory(domain).gpo(guid)
        assert gpo is not None
        writer(domain).change(gpo, version=0x00010001)

    ended = succeeded(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"}), keep=meanwhile)
    gpo = directory(domain).gpo(guid)
    assert gpo is not None
    assert (0x00010002, 2, ()) == (gpo.version, ended.version, ended.warnings)
    assert 1 == values(domain, guid)["LoggingEnabled"]


def test_who_writes_gpt_ini_without_the_lock_is_noticed(domain: SambaDomain, have: DirectoryOptions) -> None:
    guid = succeeded(have, name="No lock 1", declaration=wanted(**OFF)).guid

    def meanwhile(dummy: GpoBackup) -> None:
        (policy_folder(domain, guid) / "gpt.ini").write_bytes(b"[General]\r\nVersion=2\r\n")

    ended = succeeded(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"}), keep=meanwhile)
    assert "does not keep to the lock" in str(ended.warnings)
    assert ("2", "Version=2") == versions(domain, guid)


def test_who_changes_the_version_without_the_lock_is_noticed(
    domain: SambaDomain, have: DirectoryOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid = succeeded(have, name="No lock 2", declaration=wanted(**OFF)).guid
    real = GpoFolder.rewrite

    def meanwhile(self: GpoFolder, name: str, change: t.Callable[[bytes], bytes]) -> None:
        real(self, name, change)
        if name == "gpt.ini":
            gpo = directory(domain).gpo(guid)
            assert gpo is not None
            writer(domain).change(gpo, version=9)

    monkeypatch.setattr(GpoFolder, "rewrite", meanwhile)
    ended = succeeded(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"}))
    assert "the directory has the machine version 9 instead of 2" in str(ended.warnings)
    monkeypatch.undo()
    succeeded(have, guid=guid, declaration=wanted(session_logging={"state": "enabled"}))
    assert ("10", "Version=10") == versions(domain, guid)


# -- ways to log on -----------------------------------------------------------------------------------


def test_both_places_are_reached_with_the_same_proof(domain: SambaDomain) -> None:
    tls = {"auth_protocol": "simple", "tls_mode": "ldaps", "ca_cert": str(domain.ca)}
    for name, how, proof in (
        ("By NTLM", {"auth_protocol": "ntlm"}, ("ntlm", "sealed", "ntlm")),
        ("By password", tls, ("simple", "tls", "ntlm")),
    ):
        figures = succeeded(options(domain, **how), name=name, declaration=wanted(**OFF)).figures
        assert (*proof, domain.address) == (
            figures.ldap_protocol,
            figures.ldap_protection,
            figures.smb_protocol,
            figures.controller,
        )
        assert ("3.1.1", True) == (figures.smb_dialect, figures.smb_encrypted)


def test_both_places_are_reached_with_a_ticket(domain: SambaDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    need_kerberos()
    domain.kinit(ADMINISTRATOR)
    for name, value in domain.environment.items():
        monkeypatch.setenv(name, value)
    how = {"auth_protocol": "kerberos", "username": "", "password": ""}
    figures = succeeded(options(domain, **how), name="By ticket", declaration=wanted(**OFF)).figures
    assert ("kerberos", "sealed", "kerberos") == (
        figures.ldap_protocol,
        figures.ldap_protection,
        figures.smb_protocol,
    )
