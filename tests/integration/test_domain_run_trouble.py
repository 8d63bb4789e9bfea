# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection cut at every message, two editors at once, a large domain."""

from __future__ import annotations

import functools
import threading
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import sysvol
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory import Directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_request import (
    GpoEnded,
    LinkRequest,
    LinksRequest,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.domain_run import read_gpo
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_writer import GpoWriter
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_files import SmbFile
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.smb_opening import SmbLogon
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

from tests.integration.domain_ground import directory, linked, listed, options
from tests.integration.domain_run_ground import (
    OFF,
    cut,
    enforce,
    gpt_ini,
    helpers,
    names_in,
    policy_folder,
    succeeded,
    values,
    wanted,
)
from tests.integration.newest import newest_only
from tests.lab.domain import OU_CLIENTS, OU_SERVERS, CutAt, Relay, SambaDomain

pytestmark = newest_only

LINK = LinksRequest(add=(LinkRequest(target=OU_SERVERS),))
VIEW = {"state": "enabled", "control": "view_only"}
# Each end of the wire with each kind of failure, in turn: all four for both would take very long.
CUTS = [("before", True), ("after", False)]
WHOLE = {"gpt.ini", "machine", "machine/registry.pol", "user"}


# GPOs of the domain beside the two that every domain has.
GPOS: t.Final = 300


def is_whole(domain: SambaDomain, guid: str, version: int) -> None:
    """See that nothing of an earlier failure is left, and that both places agree."""
    assert gpt_ini(domain, guid).endswith(f"Version={version}\n")
    assert {name.lower() for name in names_in(policy_folder(domain, guid))} == WHOLE
    seen = directory(domain)
    gpo = seen.gpo(guid)
    assert gpo is not None
    assert ({"Machine", "User"}, version) == (set(seen.children(gpo)), gpo.version)
    seen.client.close()


def outcome_fits(ended: GpoEnded | HostError, whole: t.Sequence[str]) -> None:
    """See that a run which was cut says of each change what became of it."""
    if isinstance(ended, HostError):
        assert isinstance(ended, HostUnreachable)
        return
    parts = [change.setting for part in (ended.made, ended.unknown, ended.left) for change in part]
    assert sorted(whole) == sorted(parts)
    if ended.failure is None:
        assert ended.left == ended.unknown == ()


@pytest.mark.parametrize(("side", "stay_down"), CUTS)
def test_a_create_cut_at_any_message_is_healed_by_the_next_run(
    domain: SambaDomain, relay: Relay, side: t.Literal["before", "after"], *, stay_down: bool
) -> None:
    what: dict[str, t.Any] = {"declaration": wanted(**OFF), "links": LINK, "description": "d"}
    whole = cut(domain, relay, None, name=f"Whole create {side} {stay_down}", **what)
    assert isinstance(whole, GpoEnded)
    expected = (policy_folder(domain, whole.guid) / "Machine" / "Registry.pol").read_bytes()
    total, settings = len(relay.messages), [change.setting for change in whole.made]
    assert total > 40
    for number in range(1, total + 1):
        name = f"Create {side} {number} {stay_down}"
        outcome_fits(
            cut(domain, relay, CutAt(message=number, side=side, stay_down=stay_down), name=name, **what), settings
        )
        assert relay.was_cut
        ended = succeeded(options(domain), name=name, **what)
        facts = read_gpo(options(domain), name=name)
        assert facts is not None
        assert (True, True, True, "d") == (facts.agrees, facts.complete, facts.folder_rights_agree, facts.description)
        assert [OU_SERVERS] == [link.target for link in facts.links]
        is_whole(domain, ended.guid, t.cast("int", ended.version))
        assert expected == (policy_folder(domain, ended.guid) / "Machine" / "Registry.pol").read_bytes()
        assert not succeeded(options(domain), name=name, **what).changed
    assert {path.name for path in (domain.sysvol / "Policies").iterdir()} <= set(listed(domain))


@pytest.mark.parametrize(("side", "stay_down"), CUTS)
def test_an_edit_cut_at_any_message_is_healed_by_the_next_run(
    domain: SambaDomain, relay: Relay, side: t.Literal["before", "after"], *, stay_down: bool
) -> None:
    names = [rf"RA\helper {number}" for number in range(40)]
    guid = succeeded(options(domain), name=f"Edit {side} {stay_down}", declaration=wanted(offer=VIEW)).guid
    # Now longer, now shorter: a part of the old content must never stay behind the new one.
    long, short = {"declaration": helpers(add=names)}, {"declaration": helpers(remove=names)}
    assert isinstance(cut(domain, relay, None, guid=guid, **long), GpoEnded)
    total = len(relay.messages)
    path = policy_folder(domain, guid) / "Machine" / "Registry.pol"
    whole = path.read_bytes()
    assert set(names) <= set(values(domain, guid))
    succeeded(options(domain), guid=guid, **short)
    empty = path.read_bytes()
    for number in range(1, total + 1):
        what, expected = ((short, empty), (long, whole))[number % 2]
        ended = cut(domain, relay, CutAt(message=number, side=side, stay_down=stay_down), guid=guid, **what)
        if not stay_down and isinstance(ended, GpoEnded):
            assert ended.failure is None
        clean = succeeded(options(domain), guid=guid, **what)
        assert expected == path.read_bytes()
        is_whole(domain, guid, t.cast("int", clean.version))
        assert not succeeded(options(domain), guid=guid, **what).changed


# -- the controller refuses ---------------------------------------------------------------------------


def refuses(monkeypatch: pytest.MonkeyPatch, ending: str, times: int) -> None:
    """Let the next writes to files of this name fail as on a full disk, with a part of the content written."""
    real, left = SmbFile.write, [times]

    def write(self: SmbFile, content: bytes) -> None:
        if self.path.lower().endswith(ending) and left[0]:
            left[0] -= 1
            real(self, content[: len(content) // 2])
            raise HostError(doing=f"writing {self.path}", reason="the host's disk is full", code=0xC000007F)
        real(self, content)

    monkeypatch.setattr(SmbFile, "write", write)


@pytest.mark.parametrize("ending", ["gpt.ini", "-redo", "registry.pol"])
def test_a_creation_that_fails_leaves_nothing(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    before = names_in(domain.sysvol), set(listed(domain))
    refuses(monkeypatch, ending, 1)
    with pytest.raises(HostError, match="disk is full"):
        enforce(options(domain), name=f"Full {ending}", declaration=wanted(**OFF), links=LINK)
    assert before == (names_in(domain.sysvol), set(listed(domain)))


def test_a_creation_that_cannot_be_taken_back_says_what_stays(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(monkeypatch, "-redo", 1)
    with monkeypatch.context() as context:
        context.setattr(GpoWriter, "delete", _refused)
        with pytest.raises(HostError, match=r"disk is full; the GPO \{.*\} stays behind, unfinished and not linked"):
            enforce(options(domain), name="Stays", declaration=wanted(**OFF))
    ended = succeeded(options(domain), name="Stays", declaration=wanted(**OFF))
    is_whole(domain, ended.guid, 1)


def _refused(*_arguments: object) -> t.NoReturn:
    raise HostError(doing="deleting", reason="refused for the test")


def test_an_edit_that_fails_behind_its_commit_is_taken_back(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid = succeeded(options(domain), name="Taken back", declaration=wanted(offer=VIEW)).guid
    path = policy_folder(domain, guid) / "Machine" / "Registry.pol"
    before = path.read_bytes()
    refuses(monkeypatch, "registry.pol", 1)
    many = helpers(add=[f"RA\\{number}" for number in range(50)])
    with pytest.raises(HostError, match="disk is full"):
        enforce(options(domain), guid=guid, declaration=many)
    assert before == path.read_bytes()
    is_whole(domain, guid, 2)
    assert succeeded(options(domain), guid=guid, declaration=many).changed


def test_an_edit_that_is_left_half_done_is_finished_by_the_next_run(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid = succeeded(options(domain), name="Half done", declaration=wanted(offer=VIEW)).guid
    with monkeypatch.context() as context:
        refuses(context, "registry.pol", 2)
        ended = enforce(options(domain), guid=guid, declaration=helpers(add=["RA\\x"]))
    assert "written in part, the next run finishes it" in str(ended.failure)
    assert ({"offer.helpers", "gpt_ini"}, (), ()) == ({one.setting for one in ended.unknown}, ended.made, ended.left)
    # Even one that wants something else.
    succeeded(options(domain), guid=guid, declaration=wanted(session_logging={"state": "enabled"}))
    assert {"RA\\x", "LoggingEnabled", "fAllowUnsolicited"} <= set(values(domain, guid))
    is_whole(domain, guid, 3)


def test_an_edit_that_is_interrupted_is_finished_by_the_next_run(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid = succeeded(options(domain), name="Interrupted", declaration=wanted(offer=VIEW)).guid
    real = SmbFile.write

    def write(self: SmbFile, content: bytes) -> None:
        if self.path.endswith("Registry.pol"):
            real(self, content[:20])
            raise KeyboardInterrupt
        real(self, content)

    with monkeypatch.context() as context:
        context.setattr(SmbFile, "write", write)
        with pytest.raises(KeyboardInterrupt):
            enforce(options(domain), guid=guid, declaration=helpers(add=["RA\\x"]))
        with pytest.raises(KeyboardInterrupt):
            enforce(options(domain), name="Interrupted too", declaration=wanted(**OFF))
    succeeded(options(domain), guid=guid, declaration=helpers(add=["RA\\x"]))
    assert "RA\\x" in values(domain, guid)
    is_whole(domain, guid, 3)
    assert "Interrupted too" not in {gpo["display name"] for gpo in listed(domain).values()}


def test_a_controller_whose_files_cannot_be_reached_gets_no_gpo(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysvol, "SmbLogon", functools.partial(SmbLogon, port=4))
    with pytest.raises(HostUnreachable, match=r"connecting to port 4 .*same domain controller: check that TCP 445"):
        enforce(options(domain), name="No files", declaration=wanted(**OFF))
    assert "No files" not in {gpo["display name"] for gpo in listed(domain).values()}


def test_halves_that_differ_are_healed_on_the_pdc_emulator_only(
    domain: SambaDomain, monkeypatch: pytest.MonkeyPatch
) -> None:
    guid = succeeded(options(domain), name="Elsewhere", declaration=wanted(offer=VIEW)).guid
    gpo = directory(domain).gpo(guid)
    assert gpo is not None
    GpoWriter(directory(domain)).change(gpo, version=5)
    monkeypatch.setattr(Directory, "pdc", lambda _self: "dc9.ra.test")
    for check_mode in (True, False):
        with pytest.raises(HostError, match=r"machine version 5, SYSVOL 1: a change is still on its way"):
            enforce(options(domain), guid=guid, declaration=wanted(**OFF), check_mode=check_mode)
    assert 6 == succeeded(options(domain), guid=guid, declaration=wanted(**OFF), force=True).version
    is_whole(domain, guid, 6)


# -- at the same time ---------------------------------------------------------------------------------


def test_two_editors_at_once_lose_nothing(domain: SambaDomain) -> None:
    guid = succeeded(options(domain), name="Two editors", declaration=wanted(offer=VIEW)).guid
    rounds, failures = 100, []

    def edits(who: str) -> None:
        try:
            for number in range(rounds):
                succeeded(options(domain), guid=guid, declaration=helpers(add=[rf"RA\{who} {number}"]), lock_timeout=60)
        except Exception as error:  # noqa: BLE001  shown by the test, not by the thread
            failures.append(error)

    both = [threading.Thread(target=edits, args=(who,)) for who in ("one", "two")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [] == failures
    expected = {rf"RA\{who} {number}" for who in ("one", "two") for number in range(rounds)}
    assert expected == set(values(domain, guid)) - {"fAllowUnsolicited", "fAllowUnsolicitedFullControl", "**delvals."}
    is_whole(domain, guid, 2 * rounds + 1)


def test_two_runs_that_make_the_same_gpo_at_once_leave_one(domain: SambaDomain) -> None:
    ends: list[GpoEnded | HostError] = []

    def makes() -> None:
        try:
            ends.append(enforce(options(domain), name="Made twice", declaration=wanted(**OFF), links=LINK))
        except HostError as error:
            ends.append(error)

    both = [threading.Thread(target=makes) for _one in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    again = succeeded(options(domain), name="Made twice", declaration=wanted(**OFF), links=LINK)
    is_whole(domain, again.guid, 1)
    assert {again.guid} >= {end.guid for end in ends if isinstance(end, GpoEnded) and end.failure is None}


def test_two_who_link_different_gpos_to_the_same_ou_at_once_both_do(domain: SambaDomain) -> None:
    guids = [succeeded(options(domain), name=f"Link race {number}").guid for number in range(2)]
    failures = []

    def links(guid: str) -> None:
        target = LinkRequest(target=OU_CLIENTS)
        try:
            for _round in range(10):
                succeeded(options(domain), guid=guid, links=LinksRequest(add=(target,)))
                succeeded(options(domain), guid=guid, links=LinksRequest(remove=(OU_CLIENTS,)))
            succeeded(options(domain), guid=guid, links=LinksRequest(add=(target,)))
        except Exception as error:  # noqa: BLE001  shown by the test, not by the thread
            failures.append(error)

    both = [threading.Thread(target=links, args=(guid,)) for guid in guids]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert [] == failures
    assert sorted(guids) == sorted(guid for guid, _options in linked(domain, OU_CLIENTS))


def test_a_large_domain_costs_no_more_messages(domain: SambaDomain, relay: Relay) -> None:
    assert 300 < len(listed(domain))
    what = {"name": "Measured", "declaration": wanted(**OFF), "links": LINK}
    counted = []
    for more in ({}, {}, {"declaration": helpers(remove=["x"])}, {"declaration": wanted(offer=VIEW)}):
        ended = cut(domain, relay, None, **{**what, **more})
        assert isinstance(ended, GpoEnded)
        counted.append((ended.figures.ldap_messages, ended.figures.smb_messages, len(relay.messages)))
    create, unchanged, _note, edit = counted
    # The relay also sees the four messages of each SMB logon and the goodbye.
    assert all(total - ldap - smb in range(6) for ldap, smb, total in counted)
    assert (55, 18, 40) >= (sum(create[:2]), sum(unchanged[:2]), sum(edit[:2]))
