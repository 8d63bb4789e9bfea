# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults and HTTP statuses become errors with words and advice."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import (
    HttpStatus,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    DONE,
    Script,
    failure,
    fault,
    output,
    run,
    wsman_fault,
)


def refused(number: object = "", *, subcode: str = "w:InternalError", status: int = 500, text: str = "words") -> Script:
    detail = wsman_fault(number, text) if number else ""
    return Script(HttpStatus(status, fault(relates_to=None, subcode=subcode, reason=text, detail=detail)), DONE)


@pytest.mark.parametrize("number", [5, 0x80070005, 0x80041003])
def test_an_access_fault_is_access_denied_and_says_who_may(number: int) -> None:
    error = failure(refused(number), AccessDenied)

    assert error.code == number
    assert "Administrators" in error.advice


def test_a_fault_keeps_the_connection() -> None:
    script = refused(2150859174)
    exchange = script.exchange()
    with pytest.raises(HostError, match="quota"):
        run(script, exchange=exchange)

    assert run(script, exchange=exchange) == 0
    assert script.fresh == [False]


@pytest.mark.parametrize(
    ("number", "subcode", "words"),
    [
        (2150859173, "", "quota"),
        (2150858778, "", "does not offer StdRegProv"),
        (2150858817, "", "does not understand the request"),
        ("", "w:EncodingLimit", "MaxEnvelopeSizekb"),
        ("", "w:AccessDenied", "access denied"),
        (0x80338099, "w:AccessDenied", "access denied"),
        (0x80338099, "w:Odd", "refuses the request (Odd; the host says: words) (0x80338099)"),
        ("", "", "refuses the request (Receiver; the host says: words)"),
    ],
)
def test_codes_decide_then_names(number: object, subcode: str, words: str) -> None:
    with pytest.raises(HostError) as caught:
        run(refused(number, subcode=subcode))

    assert words in str(caught.value)
    assert "words" in str(caught.value)


def test_a_fault_with_status_200_is_a_fault() -> None:
    script = Script(fault(relates_to=None, detail=wsman_fault(5, "")))

    assert failure(script, AccessDenied).code == 5


def test_the_text_of_a_fault_decides_nothing_and_is_cleaned() -> None:
    error = failure(refused(0x80338099, text="Access is denied.\u202e\u009b2J\r\n" + "x" * 5000), HostError)

    assert "Access is denied. 2J xxx" in error.reason
    assert len(error.reason) < 450


def test_a_host_that_does_not_finish_in_time_failed_and_is_still_reachable() -> None:
    error = failure(refused(0x80338029), HostError)

    assert not isinstance(error, HostUnreachable)
    assert error.code == 0x80338029
    assert "in time" in error.reason


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, b" \r\n", "refuses unencrypted messages"),
        (503, b"", "not available"),
        (404, b"<html>Not Found</html>", "no WinRM service at this address"),
        (407, b"", "proxy demands a logon"),
        (500, b"<html>oops</html>", "HTTP status 500 without a SOAP message"),
        (418, b"", "HTTP status 418"),
        (500, output(DONE, relates_to=None), "HTTP status 500"),
    ],
)
def test_a_status_without_a_fault_fails_the_task_in_words(status: int, body: bytes, words: str) -> None:
    assert words in str(failure(Script(HttpStatus(status, body)), HostError))
