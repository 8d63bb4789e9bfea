# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The lab's domain controller: what it holds, that it leaves nothing behind, and what its relay counts and cuts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.domain import (
    ADMINISTRATOR,
    DELEGATE,
    FQDN,
    OU_CLIENTS,
    OU_COMMA,
    PLAIN,
    WORKSTATION,
    CutAt,
    DomainError,
    SambaDomain,
    domain_available,
)
from tests.lab.domain.controller import VARIABLE
from tests.lab.wine.processes import with_variable

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def domain() -> Iterator[SambaDomain]:
    if reason := domain_available():
        pytest.skip(reason)
    with SambaDomain() as running:
        yield running


def test_a_domain_controller_is_here_in_ci() -> None:
    if os.environ.get("CI"):
        assert domain_available() == ""


def test_the_domain_holds_what_tests_need(domain: SambaDomain) -> None:
    listed = domain.samba_tool("ou", "list")
    assert {"OU=Clients", "OU=Servers", "OU=Sales\\, North"} <= set(listed.splitlines())
    assert "WS1$" in domain.samba_tool("computer", "list").splitlines()
    assert "anna.meyer" in domain.samba_tool("group", "listmembers", "Helpdesk").splitlines()
    assert "dana" in domain.samba_tool("group", "listmembers", "Group Policy Creator Owners").splitlines()
    assert "no GPO(s) linked" in domain.samba_tool("gpo", "getlink", OU_COMMA).replace("No", "no")


def test_names_resolve_inside_and_only_there(domain: SambaDomain) -> None:
    assert domain.run("getent", "hosts", FQDN).split()[0] == domain.address
    with pytest.raises(OSError, match=r"."):
        socket.getaddrinfo(FQDN, 389)


@pytest.mark.parametrize("account", [ADMINISTRATOR, PLAIN, DELEGATE, WORKSTATION])
def test_accounts_log_on_by_password_and_by_ticket(domain: SambaDomain, account) -> None:
    assert "Policies" in domain.smbclient("ls ra.test/*", account=account)
    domain.kinit(account)
    ticket = domain.run("smbclient", f"//{FQDN}/sysvol", "-k", "-c", "ls", "--configfile=/run/samba/dc/etc/smb.conf")
    assert "ra.test" in ticket


def test_a_plain_user_may_not_link(domain: SambaDomain) -> None:
    guid = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
    with pytest.raises(DomainError, match="INSUFFICIENT_ACCESS_RIGHTS"):
        domain.samba_tool("gpo", "setlink", OU_CLIENTS, guid, account=PLAIN)


def test_the_rights_in_sysvol_are_those_of_a_domain(domain: SambaDomain) -> None:
    folder = "ra.test/Policies/{11111111-2222-3333-4444-555555555555}"
    with pytest.raises(DomainError, match="ACCESS_DENIED"):
        domain.smbclient(f"mkdir {folder}", account=PLAIN)
    domain.smbclient(f"mkdir {folder}", account=DELEGATE)
    assert "1111" in domain.smbclient("ls ra.test/Policies/*", account=PLAIN)
    domain.smbclient(f"rmdir {folder}", account=DELEGATE)


def test_a_keytab_of_the_workstation_logs_on(domain: SambaDomain, tmp_path: Path) -> None:
    keytab = tmp_path / "keytab"
    domain.export_keytab(keytab, WORKSTATION)
    subprocess.run(
        ["kinit", "-k", "-t", keytab, WORKSTATION.principal], env={**os.environ, **domain.environment}, check=True
    )


def test_two_controllers_run_at_the_same_time_and_leave_nothing(domain: SambaDomain) -> None:
    with SambaDomain() as second:
        assert second.address != domain.address
        assert "Policies" in second.smbclient("ls ra.test/*")
        assert len(second.processes) > 4
        folder = second.folder
    assert not folder.exists()
    assert second.processes == set()
    assert len(domain.processes) > 4


def test_a_killed_test_process_takes_its_controller_along(domain: SambaDomain) -> None:
    code = (
        "import sys, time; sys.path.insert(0, '.')\n"
        "from tests.lab.domain import SambaDomain\n"
        "domain = SambaDomain(); domain.start(); print(domain.folder, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        folder = other.stdout.readline().strip()
        assert len(with_variable(VARIABLE, folder)) > 4
        other.kill()
    deadline = time.monotonic() + 10
    while with_variable(VARIABLE, folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert with_variable(VARIABLE, folder) == set()
    shutil.rmtree(folder)


def test_settings_can_change_and_the_state_stays(domain: SambaDomain) -> None:
    domain.samba_tool("ou", "create", "OU=Kept")
    domain.restart(log_level="2")
    assert "OU=Kept" in domain.samba_tool("ou", "list").splitlines()
    assert "log level = 2" in (domain.folder / "etc" / "smb.conf").read_text()


# -- the relay ----------------------------------------------------------------------------------------


def negotiate(address: str) -> bytes:
    """Ask for the root DSE without a logon and return the answer's first bytes; empty if the connection was cut."""
    request = bytes.fromhex(
        "302502010163200400 0a01000a0100020100020100010100870b6f626a656374636c6173733000".replace(" ", "")
    )
    with socket.create_connection((address, 389), timeout=5) as connection:
        connection.sendall(request)
        try:
            return connection.recv(4)
        except ConnectionError:
            return b""


def test_a_relay_counts_messages_by_port(domain: SambaDomain) -> None:
    with domain.relay() as relay:
        assert negotiate(relay.address)[:1] == b"\x30"
        assert negotiate(relay.address)[:1] == b"\x30"
        assert relay.messages == [389, 389]
        domain.run("smbclient", f"//{relay.address}/sysvol", f"-UAdministrator%{ADMINISTRATOR.password}", "-c", "ls")
        assert set(relay.messages[2:]) == {445}
        assert len(relay.messages) > 6
        relay.reset()
        assert relay.messages == []


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_relay_cuts_at_the_message_that_it_was_told(domain: SambaDomain, side) -> None:
    with domain.relay() as relay:
        relay.reset(CutAt(message=2, side=side))
        assert negotiate(relay.address)
        assert not relay.was_cut
        assert negotiate(relay.address) == b""
        assert relay.was_cut
        assert negotiate(relay.address)


def test_a_relay_stays_down_if_told_so(domain: SambaDomain) -> None:
    with domain.relay() as relay:
        relay.reset(CutAt(message=1, side="before", stay_down=True))
        assert negotiate(relay.address) == b""
        assert negotiate(relay.address) == b""
        relay.up()
        assert negotiate(relay.address)
