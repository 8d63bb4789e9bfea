# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an LDAP client does with answers that are wrong, endless, late or missing: our errors, and never more memory."""

from __future__ import annotations

import contextlib
import time
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy import (
    ldap_client as client_module,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_ber import check_message
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_client import (
    LdapClient,
    who_is,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_conversation import (
    Conversation,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_errors import (
    NotAsExpected,
    ReadOnlyController,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_logon import Logon
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_operations import (
    Change,
    Modification,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.ldap_stream import LdapStream
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    FormatError,
    HostError,
    HostUnreachable,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.group_policy.scripted_directory import (
    Answer,
    Last,
    ScriptedDirectory,
    entry,
    message,
    page_control,
    result,
    text,
    tlv,
)

pytest.importorskip("sansldap")

DONE, ADDED, MODIFIED = 0x65, 0x69, 0x67
LOGON = Logon(protocol="simple", protection="tls")
EVERYTHING: t.Any = None


def client(server: ScriptedDirectory, timeout: float = 5.0) -> LdapClient:
    """Return a client as it is after a logon."""
    return LdapClient(Conversation(LdapStream("127.0.0.1", server.port, timeout)), LOGON)


def search(answers: list[Answer], timeout: float = 5.0) -> tuple[client_module.Entry, ...]:
    with ScriptedDirectory(answers) as server:
        return client(server, timeout).search("DC=x", EVERYTHING, ("cn",))


def joined(*operations: bytes) -> Answer:
    """Return an answer of several messages to one request."""
    return lambda number: b"".join(message(number, operation) for operation in operations)


# -- what is right ------------------------------------------------------------------------------------


def test_pages_are_followed_with_the_cookie_that_the_server_gave() -> None:
    with ScriptedDirectory(
        [
            lambda number: (
                message(number, entry("CN=1", cn=[b"1"])) + message(number, result(DONE), page_control(b"next"))
            ),
            lambda number: (
                message(number, entry("CN=2", CN=[b"2", b"zwei"])) + message(number, result(DONE), page_control(b""))
            ),
        ]
    ) as server:
        found = client(server).search("DC=x", EVERYTHING, ("cn",))
    assert [("CN=1", (b"1",)), ("CN=2", (b"2", b"zwei"))] == [(one.dn, one.values("Cn")) for one in found]
    assert b"next" not in server.requests[0]
    assert b"next" in server.requests[1]


def test_referrals_are_counted_and_not_followed() -> None:
    with ScriptedDirectory(
        [joined(tlv(0x73, text("ldap://evil.example/DC=x")), entry("CN=1"), result(DONE))]
    ) as server:
        opened = client(server)
        found = opened.search("DC=x", EVERYTHING, ("cn",))
        assert (["CN=1"], 1, 1) == ([one.dn for one in found], opened.referrals, opened.requests)


def test_no_such_object_is_none_for_a_read_and_an_error_for_a_search() -> None:
    with ScriptedDirectory([joined(result(DONE, 32)), joined(result(DONE, 32))]) as server:
        opened = client(server)
        assert opened.read("CN=x", ("cn",)) is None
        with pytest.raises(HostError, match="noSuchObject"):
            opened.search("CN=x", EVERYTHING, ("cn",))


def test_a_refusal_leaves_the_connection_usable() -> None:
    with ScriptedDirectory([joined(result(MODIFIED, 16, "gone")), joined(result(MODIFIED))]) as server:
        opened = client(server)
        steps = [Modification(change=Change.DELETE, attribute="a", values=(b"1",))]
        with pytest.raises(NotAsExpected):
            opened.modify("CN=x", steps)
        opened.modify("CN=x", steps)


def test_a_write_that_is_referred_elsewhere_is_said_so() -> None:
    referral = tlv(0xA3, text("ldap://dc2.corp.example/CN=x"))
    answer = joined(result(ADDED, 10, "0000202B: RefErr", referral))
    with ScriptedDirectory([answer]) as server, pytest.raises(ReadOnlyController) as caught:
        client(server).add("CN=x", {"objectClass": (b"container",)})
    assert "dc2.corp.example" in str(caught.value)


def test_a_controller_says_its_name_without_a_logon(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedDirectory([joined(entry("", dnsHostName=[b"dc7.corp.example"]), result(DONE))]) as server:
        monkeypatch.setattr(client_module, "LDAP_PORT", server.port)
        assert "dc7.corp.example" == who_is("127.0.0.1", 5)
    with ScriptedDirectory([joined(result(DONE))]) as server:
        monkeypatch.setattr(client_module, "LDAP_PORT", server.port)
        with pytest.raises(HostError, match="no domain controller"):
            who_is("127.0.0.1", 5)


# -- what is wrong ------------------------------------------------------------------------------------

WRONG: dict[str, tuple[Answer, str]] = {
    "no LDAP": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it starts with 0x48 and not with 0x30"),
    "huge": (b"\x30\x84\x7f\xff\xff\xff", "more than is believed"),
    "inner length": (b"\x30\x0c\x02\x01\x01\x65\x7f\x0a\x01\x00\x04\x00\x04\x00", "a part says that it has 127 bytes"),
    "another number": (lambda number: message(number + 7, result(DONE)), "unexpected message id"),
    "number of a finished request": (lambda number: message(number - 1, result(DONE)), "unexpected message id"),
    "an unknown operation": (lambda number: message(number, tlv(0x79)), "Unknown LDAPMessage.protocolOp"),
    "a request": (lambda number: message(number, tlv(0x42)), "is not a response|unbind"),
    "an answer to something else": (lambda number: message(number, result(0x61)), "an answer to something else"),
    "no result code": (lambda number: message(number, tlv(DONE)), "a part is shorter than it says"),
    "an empty number": (lambda number: tlv(0x30, tlv(0x02), result(DONE)), "a number of 0 bytes"),
    "a giant number": (lambda number: tlv(0x30, tlv(0x02, bytes(100_000)), result(DONE)), "a number of 100000 bytes"),
    "a giant cookie": (lambda number: message(number, result(DONE), page_control(bytes(9000))), "controls of 90"),
    "an odd control": (
        lambda number: message(number, result(DONE), tlv(0x30, text("1.2.840.113556.1.4.319"), text(b"\x02\x00"))),
        "LDAP as it should be",
    ),
    "a name that is no text": (lambda number: message(number, tlv(0x64, text(b"\xff"), tlv(0x30))), "utf-8"),
    "farewell": (
        message(0, result(0x78, 52, "shutting down", tlv(0x8A, b"1.3.6.1.4.1.1466.20036"))),
        "NoticeOfDisconnect response UNAVAILABLE: shutting down",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_our_error_and_ends_the_connection(case: str) -> None:
    answer, reason = WRONG[case]
    with ScriptedDirectory([answer]) as server:
        opened = client(server)
        with pytest.raises(HostUnreachable, match=reason) as caught:
            opened.search("DC=x", EVERYTHING, ("cn",))
        assert "searching DC=x" in caught.value.doing
        assert not caught.value.outcome_unknown
        with pytest.raises(HostUnreachable, match="the connection has ended before"):
            opened.read("", ("cn",))
    assert 1 == len(server.requests)


def test_an_answer_that_is_cut_anywhere_is_our_error() -> None:
    whole = message(1, entry("CN=1", cn=[b"1"])) + message(1, result(DONE))
    for end in range(len(whole)):
        with pytest.raises(HostUnreachable, match="closed the connection"):
            search([Last(whole[:end])])
    assert ["CN=1"] == [found.dn for found in search([Last(whole)])]


@pytest.mark.parametrize("answer", [None, b"\x30"])
def test_a_change_whose_answer_is_lost_is_in_doubt(answer: Answer) -> None:
    with ScriptedDirectory([answer]) as server, pytest.raises(HostUnreachable) as caught:
        client(server, timeout=0.3).add("CN=x", {"objectClass": (b"container",)})
    assert caught.value.outcome_unknown
    assert "creating CN=x" in caught.value.doing


def test_a_change_that_is_answered_by_another_request_s_answer_is_in_doubt() -> None:
    with (
        ScriptedDirectory([lambda number: message(number + 1, result(ADDED))]) as server,
        pytest.raises(HostUnreachable, match="it answers request") as caught,
    ):
        client(server).add("CN=x", {})
    assert caught.value.outcome_unknown


def test_a_silent_server_is_left_after_the_time_that_was_given() -> None:
    started = time.monotonic()
    with pytest.raises(HostUnreachable, match=r"no answer within 0\.3 s"):
        search([b""], timeout=0.3)
    assert 3 > time.monotonic() - started


# -- what does not end --------------------------------------------------------------------------------


def test_referrals_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MAX_REFERRALS", 10)
    with pytest.raises(HostUnreachable, match="referrals without end"):
        search([lambda number: message(number, tlv(0x73, text("ldap://a/"))) * 11])


def test_entries_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MAX_ENTRIES", 10)
    with pytest.raises(HostUnreachable, match="more than is believed"):
        search([lambda number: message(number, entry("CN=1")) * 11])


def test_values_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MAX_BYTES", 1000)
    with pytest.raises(HostUnreachable, match="more than is believed"):
        search([lambda number: message(number, entry("CN=1", cn=[bytes(600)])) * 2])


def test_pages_without_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MAX_PAGES", 5)
    with pytest.raises(HostUnreachable, match="a search without end"):
        search([lambda number: message(number, result(DONE), page_control(b"again"))] * 6)


# -- anything -----------------------------------------------------------------------------------------


class Echo:
    """A stream whose server answers with what a test made up."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = iter(answers)
        self.host = "dc"

    def begin(self, doing: str, *, changes: bool = False) -> None:
        pass

    def send(self, _message: bytes) -> None:
        pass

    def receive(self) -> bytes:
        found = next(self._answers, b"")
        try:
            check_message(found)
        except FormatError as error:
            raise self.broken(error) from error
        return found

    def broken(self, error: FormatError) -> HostUnreachable:
        return HostUnreachable(doing="reading", reason=str(error))

    def settled(self) -> None:
        pass


@given(
    st.sampled_from(
        [
            message(1, entry("CN=1", cn=[b"1", b"2"])),
            message(1, result(DONE), page_control(b"cookie")),
            message(1, result(DONE, 10, "x", tlv(0xA3, text("ldap://a")))),
            message(1, tlv(0x73, text("ldap://a"))),
            message(1, result(0x78, 52, "x", tlv(0x8A, b"1.3.6.1.4.1.1466.20036"))),
            message(1, result(0x61, 14, "x", tlv(0x87, b"token"))),
        ]
    ),
    st.data(),
)
def test_changed_bytes_of_good_answers_are_our_error_or_an_answer(good: bytes, data: st.DataObject) -> None:
    changed = bytearray(good)
    for _change in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    opened = LdapClient(Conversation(t.cast("LdapStream", Echo([bytes(changed)]))), LOGON)
    with contextlib.suppress(HostError):
        opened.search("DC=x", EVERYTHING, ("cn",))
