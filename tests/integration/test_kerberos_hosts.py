# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts of a Kerberos realm: disable_ra.yml with tickets of a real KDC, and every way in which that can go wrong.

The stand-in hosts have joined the realm of a Samba domain controller and hold its keytab; tickets, keys and the
encryption of messages are MIT Kerberos' on both sides, behind pykerberos (winrm) and pyspnego (psrp) at the client's.
"""

from __future__ import annotations

import contextlib
import os
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.conftest import CONNECTIONS, Finished, Runner
from tests.integration.newest import newest_only
from tests.lab import Behaviour, HttpStatus, StandInHost, Trouble, When
from tests.lab.domain import LOCKED, PLAIN, SambaDomain
from tests.lab.kerberos import Member, client_environment, get_ticket, join, kerberos_available

pytestmark = newest_only

POLICY: t.Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
POLICIES: t.Final = ("fAllowToGetHelp", "fAllowUnsolicited")
OFF: t.Final = ("REG_DWORD", 0)
# It resolves, and is in nobody's account.
UNKNOWN_NAME: t.Final = "nobody.ra.test"
WRONG: t.Final = "Not-Hers-9"


@dataclass(frozen=True, kw_only=True)
class Realm:
    """A running realm with two members."""

    domain: SambaDomain
    member: Member
    other: Member


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Realm]:
    if reason := kerberos_available():
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("members")
    with SambaDomain() as domain:
        yield Realm(domain=domain, member=join(domain, "pc1", folder), other=join(domain, "pc2", folder))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One host of a run, and how it is reached.

    Attributes:
        connection: winrm or psrp.
        auth: What the connection plugin is told.
        user: Name and password; both empty where a ticket is to be there.
        transport: http or https.
        behaviour: The host's.
        name: Full name that the client is given; empty for the member's.
    """

    connection: str
    auth: str = "kerberos"
    user: tuple[str, str] = ("", "")
    transport: str = "http"
    behaviour: Behaviour = field(default_factory=Behaviour)
    name: str = ""

    def start(self, realm: Realm, name: str) -> StandInHost:
        """Return a host that knows the realm's user, and no password."""
        return StandInHost(
            seed="open_client",
            name=name,
            transport=t.cast("t.Any", self.transport),
            users={PLAIN.principal: "not looked at"},
            behaviour=self.behaviour,
            keytab=realm.member.keytab,
        )

    def variables(self, realm: Realm, host: StandInHost) -> dict[str, t.Any]:
        """Return what an inventory says of the host."""
        found = host.inventory_vars(connection=t.cast("t.Any", self.connection), auth=t.cast("t.Any", self.auth))
        for variable, value in zip(("ansible_user", "ansible_password"), self.user, strict=True):
            found.pop(variable)
            found |= {variable: value} if value else {}
        found["ansible_host"] = self.name or realm.member.fqdn
        if self.connection == "winrm":
            found["ansible_winrm_kinit_mode"] = "managed" if self.user[1] else "manual"
            found["ansible_winrm_kinit_env_vars"] = ["KRB5_CONFIG", "LD_PRELOAD", "FAKETIME"]
        return found


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A run against hosts, and the hosts."""

    finished: Finished
    hosts: dict[str, StandInHost]

    def messages(self) -> dict[str, str]:
        """Return what the user reads of each host."""
        return {name: self.finished.result(name)["msg"] for name in self.hosts}

    def all_unreachable_and_untouched(self) -> None:
        """Check that every host is unreachable, without a change and without a secret in the output."""
        expected = dict.fromkeys(self.hosts, "unreachable")
        assert expected == {name: self.finished.status(name) for name in self.hosts}, self.finished.output
        assert [] == [name for name, host in self.hosts.items() if host.journal.writes or host.errors]
        assert WRONG not in self.finished.output


@pytest.fixture
def disable(run: Runner, realm: Realm, tmp_path: Path) -> t.Iterator[t.Callable[..., Ended]]:
    """Runs disable_ra.yml against a host for each case."""
    with contextlib.ExitStack() as stack:

        def start(
            cases: t.Mapping[str, Case], *, ticket: Path | None, ahead: str = "", trouble: Trouble | None = None
        ) -> Ended:
            hosts = {name: stack.enter_context(case.start(realm, name)) for name, case in cases.items()}
            for host in hosts.values() if trouble else ():
                host.script.add(trouble)
            names = (realm.member.fqdn, realm.other.fqdn, UNKNOWN_NAME)
            run.environment |= client_environment(realm.domain, tmp_path / "hosts", *names, ahead=ahead)
            run.environment |= {"KRB5CCNAME": f"FILE:{ticket or tmp_path / 'no-ticket'}"}
            inventory = run.inventory({name: case.variables(realm, hosts[name]) for name, case in cases.items()})
            return Ended(finished=run("disable_ra", inventory, "--forks", "4"), hosts=hosts)

        yield start


def of_both(**settings: t.Any) -> dict[str, Case]:
    """Return one case for each connection plugin, otherwise the same."""
    return {name: Case(connection=name, **settings) for name in CONNECTIONS}


# -- what works ---------------------------------------------------------------------------------------

PASSWORD: t.Final = (PLAIN.principal, PLAIN.password)
BOTH: t.Final = of_both()
WORKING: t.Final = {
    "winrm-managed": Case(connection="winrm", user=PASSWORD),
    "winrm-manual": Case(connection="winrm"),
    "winrm-tls": Case(connection="winrm", transport="https"),
    "psrp-password": Case(connection="psrp", user=PASSWORD),
    "psrp-ticket": Case(connection="psrp"),
    "psrp-negotiate": Case(connection="psrp", auth="negotiate"),
    "psrp-kerberos-only": Case(connection="psrp", behaviour=Behaviour(schemes=("Kerberos",))),
    "psrp-tls": Case(connection="psrp", transport="https"),
}


def test_remote_assistance_is_off_afterwards_and_every_message_was_encrypted(disable, realm, tmp_path):
    ended = disable(WORKING, ticket=get_ticket(realm.domain, PLAIN, tmp_path / "ticket"))
    assert ended.finished.code == 0, ended.finished.output
    assert PLAIN.password not in ended.finished.output
    for name, host in ended.hosts.items():
        assert host.errors == (), name
        assert [OFF, OFF] == [host.registry.get(POLICY, value) for value in POLICIES], name
        assert {PLAIN.principal} == {entry.user for entry in host.journal}, name
        figures = host.counters
        assert (0, 0) == (figures.plain_messages, figures.shells_opened), name
        assert figures.encrypted_messages == figures.soap_messages > 0, name


def test_a_password_needs_no_right_clock(disable):
    """MIT Kerberos counts from the realm's clock once it has got the ticket itself."""
    cases = {name: WORKING[name] for name in ("winrm-managed", "psrp-password")}
    ended = disable(cases, ticket=None, ahead="+20m")
    assert ended.finished.code == 0, ended.finished.output
    assert [OFF, OFF] == [host.registry.get(POLICY, POLICIES[0]) for host in ended.hosts.values()]


def test_an_encrypted_session_that_died_is_opened_again_once(disable, realm, tmp_path):
    """A host that has lost the session's key answers 400; the ticket is good for another session."""
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket")
    lost = Trouble(when=When(message=2), do=HttpStatus(status=400))
    ended = disable(BOTH, ticket=ticket, trouble=lost)
    assert ended.finished.code == 0, ended.finished.output
    for host in ended.hosts.values():
        assert OFF == host.registry.get(POLICY, POLICIES[0])
        assert host.counters.connections == 2


# -- what goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "winrm", "psrp"),
    [
        ((PLAIN.principal, WRONG), "Password incorrect", "the password is wrong"),
        (("nobody@RA.TEST", WRONG), "not found in Kerberos database", "the realm does not know this user"),
        (("paula@NO.TEST", WRONG), 'Cannot find KDC for realm "NO.TEST"', "no key distribution center is known"),
        ((LOCKED.principal, LOCKED.password), "have been revoked", "the account is disabled, locked or expired"),
    ],
    ids=["wrong password", "unknown user", "unknown realm", "locked"],
)
def test_a_ticket_that_cannot_be_had(disable, user, winrm, psrp):
    ended = disable(of_both(user=user), ticket=None)
    ended.all_unreachable_and_untouched()
    messages = ended.messages()
    # kinit's own words, that Ansible passes on, and what to do; and the words of this collection.
    assert [True] * 3 == [word in messages["winrm"] for word in (winrm, user[0], "name@REALM")], messages
    assert psrp in messages["psrp"]
    assert [0, 0] == [host.counters.soap_messages for host in ended.hosts.values()]


def test_without_a_ticket(disable):
    ended = disable(BOTH, ticket=None)
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "there is no ticket" in message
        assert "kinit" in message


def test_a_ticket_of_somebody_else(disable, realm, tmp_path):
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket")
    ended = disable(of_both(user=("dana@RA.TEST", "")), ticket=ticket)
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "there is no ticket of ansible_user, or none at all" in message


def test_an_expired_ticket(disable, realm, tmp_path):
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket", lifetime="1s")
    time.sleep(2)
    ended = disable(BOTH, ticket=ticket)
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "the logon failed before the host could decide (the ticket has expired). Get a new one" in message


def test_a_name_that_the_realm_does_not_know(disable, realm, tmp_path):
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket")
    ended = disable(of_both(name=UNKNOWN_NAME), ticket=ticket)
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "the realm does not know the host by the name that was used" in message
        assert "Let ansible_host be the host's full DNS name" in message


def test_a_name_that_belongs_to_another_computer_than_the_host(disable, realm, tmp_path):
    """The ticket is for the other computer's key, which the host does not have."""
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket")
    negotiated = Case(connection="psrp", auth="negotiate", name=realm.other.fqdn)
    cases = {**of_both(name=realm.other.fqdn), "negotiate": negotiated}
    ended = disable(cases, ticket=ticket)
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "the host refuses the logon" in message
        assert "its name is registered for another account than the host's (setspn -Q HTTP/<name>" in message


def test_a_clock_that_differs_from_the_realm_s(disable, realm, tmp_path):
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket", lifetime="8h")
    ended = disable(BOTH, ticket=ticket, ahead="+20m")
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "the clocks of the control node and of the realm differ" in message
        assert "Set the control node's clock" in message


def test_a_clock_that_differs_from_the_host_s(disable, realm, tmp_path):
    """With a ticket for the host at hand the realm is not asked, and it is the host that refuses."""
    targets = [f"{service}/{realm.member.fqdn}" for service in ("HTTP", "WSMAN", "host")]
    ticket = get_ticket(realm.domain, PLAIN, tmp_path / "ticket", *targets, lifetime="8h")
    ended = disable(BOTH, ticket=ticket, ahead="+20m")
    ended.all_unreachable_and_untouched()
    for message in ended.messages().values():
        assert "the host refuses the logon" in message
        assert "the host's clock differs by more than five minutes" in message
