# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The group by net.exe, the task by schtasks.exe: in any language, and whatever they print."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.over_commands import (
    CommandFacts,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    HelperGroup,
    HostFacts,
    Membership,
    OperatingSystem,
    TaskOutcome,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.command_host import CommandHost
from hypothesis import given
from hypothesis import strategies as st

FACTS = HostFacts(membership=Membership(is_member=True, computer="PC1"))
DASHES = b"-" * 79
ENGLISH = (
    b"Alias name     Offer Remote Assistance Helpers\r\n"
    b"Comment        Members in this group can offer help.\r\n\r\nMembers\r\n\r\n" + DASHES + b"\r\n%b"
    b"The command completed successfully.\r\n\r\n"
)
# As code page 850 shows it.
GERMAN = (
    b"Aliasname     Offer Remote Assistance Helpers\r\nBeschreibung  F\x81r Hilfe\r\n\r\nMitglieder\r\n\r\n"
    + DASHES
    + b"\r\n%bDer Befehl wurde erfolgreich ausgef\x81hrt.\r\n\r\n"
)
MEMBERS = b"CORP\\Helpdesk\r\nCORP\\R&D <Support>\r\nanna\r\n"


def group(code: int, printed: bytes, facts: HostFacts = FACTS) -> HelperGroup | Unread:
    host = CommandHost()
    host.programs["net.exe"] = [(code, printed)]
    found = CommandFacts(host.channel()).read_group(facts)
    assert ['%SystemRoot%\\System32\\net.exe localgroup "Offer Remote Assistance Helpers" 2>&1'] == host.commands
    return found


@pytest.mark.parametrize("frame", [ENGLISH, GERMAN])
def test_the_members(frame: bytes) -> None:
    expected = HelperGroup(exists=True, members=(r"CORP\Helpdesk", r"PC1\anna"))
    assert expected == group(0, frame.replace(b"%b", b"CORP\\Helpdesk\r\nanna\r\n"))
    assert HelperGroup(exists=True) == group(0, frame.replace(b"%b", b""))


def test_without_the_name_of_the_computer_its_own_accounts_stay_plain() -> None:
    expected = HelperGroup(exists=True, members=("anna",))
    assert expected == group(0, ENGLISH.replace(b"%b", b"anna\r\n"), HostFacts())


NOT_CERTAIN = Unread(why="over ssh, names beyond ASCII cannot be told for certain")
NOT_UNDERSTOOD = Unread(why="what net localgroup prints is not understood")


@pytest.mark.parametrize("name", [b"CORP\\Hj\x84lpdesk", b"CORP\\???", b"CORP\\a\x1b[2J", b"CORP\\a|b"])
def test_a_name_that_is_not_certain_makes_all_unknown(name: bytes) -> None:
    assert NOT_CERTAIN == group(0, ENGLISH.replace(b"%b", b"CORP\\Helpdesk\r\n" + name + b"\r\n"))


@pytest.mark.parametrize(
    ("code", "printed", "expected"),
    [
        (2, b"System error 1376 has occurred.\r\n\r\nThe specified local group does not exist.\r\n", None),
        (2, b"Systemfehler 1376 aufgetreten.\r\n\r\nDie angegebene lokale Gruppe ist nicht vorhanden.\r\n", None),
        (2, b"\x83V\x83X\x83e\x83\x80 \x83G\x83\x89\x81[ 1376\r\n", None),
        (2, b"System error 5 has occurred.\r\n\r\nAccess is denied.\r\n", Unread(why="access denied (0x00000005)")),
        (2, b"System error 51376 has occurred.\r\n", Unread(why="net localgroup fails")),
        (1, b"", Unread(why="net localgroup fails")),
        (0, b"", NOT_UNDERSTOOD),
        (0, b"The syntax of this command is:\r\n\r\nNET [ ACCOUNTS | ...\r\n", NOT_UNDERSTOOD),
        (0, DASHES + b"\r\n", NOT_UNDERSTOOD),
        (0, DASHES + b"\r\nCORP\\a\r\n" + DASHES + b"\r\nDone.\r\n", NOT_UNDERSTOOD),
        (0, DASHES + b"\r\nRA:group:0\r\nDone.\r\n", Unread(why="the answer of the host is cut off")),
    ],
)
def test_a_group_that_is_absent_denied_or_not_understood(code: int, printed: bytes, expected: Unread | None) -> None:
    assert (expected or HelperGroup(exists=False)) == group(code, printed)


def test_a_domain_controller_is_not_asked() -> None:
    host = CommandHost()
    facts = HostFacts(system=OperatingSystem(caption="", build=20348, kind="domain_controller"))
    expected = Unread(why="a domain controller has no local groups")
    assert (expected, 0) == (CommandFacts(host.channel()).read_group(facts), host.calls)


@given(st.sampled_from([0, 1, 2]), st.binary())
def test_whatever_net_prints_the_group_is_known_or_unknown(code: int, printed: bytes) -> None:
    found = group(code, printed)
    if isinstance(found, HelperGroup):
        assert found.exists is (code == 0)
        assert all(name.isascii() and name.isprintable() for name in found.members)


@given(st.lists(st.from_regex(rb"[A-Z]{1,15}\\[a-z][a-z0-9 ._&()-]{0,18}[a-z0-9]", fullmatch=True)))
def test_plain_names_come_back_as_they_are(names: list[bytes]) -> None:
    found = group(0, GERMAN.replace(b"%b", b"".join(name + b"\r\n" for name in names)))
    assert HelperGroup(exists=True, members=tuple(name.decode() for name in names)) == found


# The task

TASK = "\\Microsoft\\Windows\\RemoteAssistance\\RemoteAssistanceTask"
FILE = rf"%SystemRoot%\System32\Tasks{TASK}"
XML = (
    b'<?xml version="1.0" encoding="UTF-16"?>\r\n<Task version="1.2" xmlns="urn:x"><Triggers><EventTrigger>'
    b"<Enabled>%trigger%</Enabled></EventTrigger></Triggers>\r\n<Settings>\r\n  <Enabled>%task%</Enabled>\r\n"
    b"</Settings></Task>\r\n"
)
QUERY_XML, QUERY, RUN = (
    f'schtasks.exe /{verb} /tn "{TASK}"{rest}'
    for verb, rest in (("query", " /xml"), ("query", " /fo csv /v /nh"), ("run", ""))
)


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def row(last_run: bytes, result: int | bytes) -> tuple[int, bytes]:
    code = str(result).encode() if isinstance(result, int) else result
    fields = [
        b"PC1",
        TASK.encode(),
        b"N/A",
        b"Bereit",
        b"Nur interaktiv",
        last_run,
        code,
        b"Microsoft, \x81",
        b'a ""b""',
    ]
    return 0, b'\r\n"' + b'","'.join(fields) + b'"\r\n'


BEFORE, AFTER = b"05.01.2026 06:00:00", b"22.11.2026 10:00:00"


def windows(*runs: tuple[int, bytes], run: int = 0, xml: tuple[int, bytes] | None = None) -> CommandHost:
    host = CommandHost()
    host.files[FILE] = b""
    enabled = XML.replace(b"%trigger%", b"false").replace(b"%task%", b"true")
    host.programs = {QUERY_XML: [xml or (0, enabled)], QUERY: list(runs), RUN: [(run, b"")]}
    return host


def start(host: CommandHost, clock: Clock | None = None) -> TaskOutcome:
    clock = clock or Clock()
    return CommandFacts(host.channel(), clock=clock, pause=clock.pause).start_task()


@pytest.mark.parametrize(
    ("printed", "result"), [(0, 0), (1, 1), (b"-2147024891", 0x80070005), (b"2147942405", 0x80070005)]
)
def test_the_task_runs_to_its_end(printed: int | bytes, result: int) -> None:
    host = windows(row(BEFORE, 0), row(BEFORE, 0), row(AFTER, 0x41301), row(AFTER, printed))
    clock = Clock()
    assert (TaskOutcome(state="finished", result=result), 53.0) == (start(host, clock), clock.now)
    assert 4 == host.calls


def test_a_task_that_never_ran_before() -> None:
    assert TaskOutcome(state="finished", result=0) == start(windows(row(b"N/A", 267011), row(AFTER, 0)))


@pytest.mark.parametrize("later", [row(BEFORE, 0), row(AFTER, 0x41301)])
def test_a_task_that_does_not_end_is_started(later: tuple[int, bytes]) -> None:
    clock = Clock()
    assert (TaskOutcome(state="started"), 65.0) == (start(windows(row(BEFORE, 0), later), clock), clock.now)


@pytest.mark.parametrize(
    "unknown", [(0, b""), (1, b""), (0, b'"a","b"\r\n'), row(BEFORE, b"?"), (0, b'"' * 99), (0, b"x" * 200_000)]
)
def test_what_cannot_be_told_is_started(unknown: tuple[int, bytes]) -> None:
    clock = Clock()
    assert (TaskOutcome(state="started"), 50.0) == (start(windows(unknown, row(AFTER, 0)), clock), clock.now)
    assert (TaskOutcome(state="started"), 51.0) == (start(windows(row(BEFORE, 0), unknown), clock), clock.now)


def test_a_missing_task() -> None:
    host = windows((1, b""), run=1, xml=(1, b""))
    del host.files[FILE]
    assert (TaskOutcome(state="missing"), 1) == (start(host), host.calls)


@pytest.mark.parametrize("run", [0, 1])
def test_a_disabled_task(run: int) -> None:
    xml = XML.replace(b"%trigger%", b"true").replace(b"%task%", b"false")
    host = windows(row(BEFORE, 0), run=run, xml=(0, xml))
    assert (TaskOutcome(state="disabled"), 1) == (start(host), host.calls)


@pytest.mark.parametrize("xml", [(1, b""), (0, b""), None])
def test_a_task_that_cannot_be_started(xml: tuple[int, bytes] | None) -> None:
    expected = TaskOutcome(state="failed", why="schtasks.exe cannot start it")
    assert expected == start(windows(row(BEFORE, 0), run=1, xml=xml))


def test_a_connection_that_is_lost_is_an_error() -> None:
    host = windows(row(BEFORE, 0), row(BEFORE, 0))
    host.lost_at = 0
    with pytest.raises(HostUnreachable) as caught:
        start(host)
    assert caught.value.outcome_unknown
    host.calls, host.lost_at = 0, 1
    with pytest.raises(HostUnreachable) as caught:
        start(host)
    assert not caught.value.outcome_unknown


def test_an_answer_that_is_not_understood() -> None:
    host = windows(row(BEFORE, 0))
    host.said = b"RA:start:0\r\n"
    assert TaskOutcome(state="failed", why="the answer of the host is cut off") == start(host)


@given(st.binary(), st.binary(), st.integers(0, 2))
def test_whatever_schtasks_prints_there_is_an_outcome(csv: bytes, xml: bytes, code: int) -> None:
    outcome = start(windows((0, csv), run=code, xml=(code, xml)))
    assert outcome.state == ("started" if code == 0 else "failed")
