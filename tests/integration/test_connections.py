# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections: what works over them, and what the user reads when they do not."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest

from tests.integration.conftest import CONNECTIONS
from tests.lab import (
    Behaviour,
    Drop,
    Fault,
    Garbage,
    Hang,
    HttpStatus,
    Return,
    StandInHost,
    Trouble,
    When,
    WrongRelatesTo,
)

MODULE = "winfleet.remote_assistance.host"
INFO = "winfleet.remote_assistance.host_info"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
ALL_OFF = {"solicited": {"state": "disabled"}, "offer": {"state": "disabled"}}


def play(*tasks, **keywords):
    return [{"hosts": "windows", "gather_facts": False, "tasks": list(tasks), **keywords}]


@pytest.mark.parametrize(
    ("name", "arguments", "transport", "auth"),
    [
        ("ntlm, message encryption", {}, "http", "ntlm"),
        ("ntlm over TLS", {}, "https", "ntlm"),
        ("basic over TLS", {"behaviour": Behaviour(basic=True)}, "https", "basic"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_a_logon_that_is_proved(run, connection, name, arguments, transport, auth):
    with StandInHost(seed="open_client", name="client01", transport=transport, **arguments) as host:
        inventory = run.inventory({"client01": host.inventory_vars(connection=connection, auth=auth)})
        finished = run(play({MODULE: ALL_OFF}), inventory)
        assert finished.code == 0, finished.output
        assert host.registry.get(POLICY, "fAllowUnsolicited") == ("REG_DWORD", 0)
        assert host.counters.shells_opened == 0
        if transport == "http":
            assert host.counters.plain_messages == 0
            assert host.counters.encrypted_messages == host.counters.soap_messages > 0


@pytest.mark.parametrize(
    ("other", "words"),
    [("local", ("'local'", "winrm", "psrp", "ssh")), ("ssh", ("ansible_shell_type", "cmd", "powershell"))],
)
def test_another_connection_is_refused_with_what_to_set_instead(run, client, other, words):
    inventory = run.inventory({"client01": client.inventory_vars() | {"ansible_connection": other}})
    finished = run(play({MODULE: ALL_OFF}), inventory)
    message = finished.result("client01")["msg"]
    assert [] == [word for word in words if word not in message], message


def test_reset_connection_loops_and_several_tasks_in_one_play(run, connection, client):
    one = {MODULE: {"offer": {"helpers": {"add": ["{{ item }}"]}}}, "loop": ["CORP\\a", "CORP\\b"]}
    finished = run(
        play(
            {INFO: {}},
            {MODULE: {"offer": {"state": "enabled", "control": "view_only", "helpers": {"set": []}}}},
            {"ansible.builtin.meta": "reset_connection"},
            one,
            {"name": "read", INFO: {}},
        ),
        run.inventory({"client01": client.inventory_vars(connection=connection)}),
    )
    assert finished.code == 0, finished.output
    assert ["CORP\\a", "CORP\\b"] == finished.result("client01", "read")["helpers"]
    assert client.counters.shells_opened == 0


def test_become_has_no_effect_and_says_so(run, client):
    finished = run(
        play({INFO: {}}, become=True, become_method="ansible.builtin.runas", become_user="SYSTEM"),
        run.inventory({"client01": client.inventory_vars()}),
    )
    assert finished.code == 0, finished.output
    assert "become has no effect here" in finished.output


@pytest.mark.parametrize("verbosity", ["-v", "-vvvvvv"])
def test_a_wrong_password_is_unreachable_and_stands_in_no_output(run, connection, client, verbosity):
    secret = "Wrong+Secret-71"
    variables = client.inventory_vars(connection=connection) | {"ansible_password": secret}
    finished = run(play({MODULE: ALL_OFF}), run.inventory({"client01": variables}), verbosity)
    assert finished.status("client01") == "unreachable"
    result = finished.result("client01")
    assert "refuses the logon" in result["msg"]
    assert "LocalAccountTokenFilterPolicy" in result["msg"]
    assert secret not in finished.output
    assert client.counters.soap_messages == 0


def test_the_password_stands_in_no_output_at_any_verbosity(run, connection, client):
    finished = run(
        play({MODULE: ALL_OFF}),
        run.inventory({"client01": client.inventory_vars(connection=connection)}),
        "-vvvvvv",
        "--diff",
    )
    assert finished.code == 0, finished.output
    assert client.password not in finished.output


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a host does, and what its administrator reads."""

    does: object
    status: str
    words: tuple[str, ...]


TROUBLES = {
    "key-denied": Case(does=Return(code=5), status="failed", words=("access denied", "0x00000005", "Administrators")),
    "service-denied": Case(does=Fault(code=5), status="failed", words=("denied", "0x00000005")),
    "quota": Case(does=Fault(code=2150859174), status="failed", words=("0x803381A6", "concurrent operations")),
    "operation-time-out": Case(does=Fault(code=2150858793), status="failed", words=("0x80338029", "in time")),
    "class-missing": Case(does=Fault(code=2150858752), status="failed", words=("0x80338000",)),
    "no-detail": Case(does=Fault(code=0, shape="no_detail"), status="failed", words=("the host says",)),
    "plain-refused": Case(does=HttpStatus(status=500), status="failed", words=("unencrypted", "message_encryption")),
    "busy": Case(does=HttpStatus(status=503), status="failed", words=("HTTP 503",)),
    "dead-session": Case(does=HttpStatus(status=400), status="failed", words=("HTTP 400", "fresh connection")),
    "garbage": Case(does=Garbage(body=b"<html>login</html>"), status="failed", words=("cannot be used",)),
    "another-answer": Case(does=WrongRelatesTo(), status="failed", words=("another request",)),
    "dropped": Case(does=Drop(), status="unreachable", words=("connection",)),
    "silent": Case(does=Hang(seconds=30), status="unreachable", words=("no answer in time", "read_timeout")),
}

IMPATIENT = {
    "winrm": {"ansible_winrm_read_timeout_sec": 3, "ansible_winrm_operation_timeout_sec": 2},
    "psrp": {"ansible_psrp_read_timeout": 3, "ansible_psrp_operation_timeout": 2},
}


@pytest.mark.parametrize("connection", CONNECTIONS)
def test_each_trouble_has_its_own_clear_message_and_nothing_is_written(run, connection):
    with contextlib.ExitStack() as stack:
        hosts = {name: stack.enter_context(StandInHost(seed="open_client", name=name)) for name in TROUBLES}
        for name, case in TROUBLES.items():
            hosts[name].script.add(Trouble(when=When(times=None), do=case.does))
        inventory = run.inventory(
            {name: host.inventory_vars(connection=connection) | IMPATIENT[connection] for name, host in hosts.items()}
        )
        finished = run(play({MODULE: ALL_OFF}), inventory, "--forks", str(len(hosts)))
        messages = {name: finished.result(name)["msg"] for name in TROUBLES}
        expected = {name: case.status for name, case in TROUBLES.items()}
        assert expected == {name: finished.status(name) for name in TROUBLES}, messages
        missing = {name: [w for w in case.words if w not in messages[name]] for name, case in TROUBLES.items()}
        assert not any(missing.values()), (missing, messages)
        assert all(f"reading {POLICY}" in message for message in messages.values())
        assert not any(host.journal.writes for host in hosts.values())
    assert len(set(messages.values())) == len(TROUBLES)


def test_a_host_that_refuses_connections_is_unreachable(run, connection, client):
    client.refuse_connections()
    finished = run(play({MODULE: ALL_OFF}), run.inventory({"client01": client.inventory_vars(connection=connection)}))
    assert finished.status("client01") == "unreachable"
    assert "refused" in finished.result("client01")["msg"]


def test_an_encrypted_session_that_died_is_opened_again_once(run, connection, client):
    client.script.add(Trouble(when=When(message=2), do=HttpStatus(status=400)))
    finished = run(play({MODULE: ALL_OFF}), run.inventory({"client01": client.inventory_vars(connection=connection)}))
    assert finished.code == 0, finished.output
    assert client.registry.get(POLICY, "fAllowToGetHelp") == ("REG_DWORD", 0)


def test_an_opening_that_ansible_breaks_off_is_undone(run, connection, member):
    before = member.registry.dump()
    wanted = {
        "solicited": {"state": "not_configured"},
        "session_logging": {"state": "enabled"},
        "offer": {"state": "enabled", "control": "full_control", "helpers": {"add": ["CORP\\new"]}},
        # The GPO of the seed decides too, and the look at it takes time of the three seconds.
        "conflicts": "ignore",
    }
    member.script.add(Trouble(when=When(method="SetDWORDValue", value="LoggingEnabled"), do=Hang(seconds=20)))
    finished = run(
        play({MODULE: wanted, "timeout": 3}), run.inventory({"member01": member.inventory_vars(connection=connection)})
    )
    assert finished.code != 0
    assert "broken off" in finished.output
    assert before == member.registry.dump()
