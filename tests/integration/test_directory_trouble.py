# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that is far away, silent, cut off at any message, or large."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.directory import Directory
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._group_policy.gpo_writer import GpoWriter
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)

from tests.integration.domain_ground import directory, listed, new_guid, options, writer
from tests.integration.newest import newest_only
from tests.lab.domain import OU_SERVERS, CutAt, Relay, SambaDomain

pytestmark = newest_only


# GPOs of the domain beside the two that every domain has.
GPOS: t.Final = 300


def finished(seen: Directory, name: str, target: str) -> None:
    """Do what a run does that wants a GPO of this name, version 1, linked: whatever an earlier run left."""
    write = GpoWriter(seen)
    found = seen.gpos_named(name)
    if not found:
        write.create(new_guid(), name)
        found = seen.gpos_named(name)
    (gpo,) = found
    write.complete(gpo.dn, seen.children(gpo))
    if gpo.version != 1:
        write.change(gpo, version=1)
    where = seen.target(target)
    assert where is not None
    if where.links.find(gpo.dn) is None:
        write.write_links(where, where.links.having(gpo.dn))


def messages_of_a_whole_run(domain: SambaDomain, relay: Relay, name: str) -> int:
    relay.reset()
    opened = directory(domain, server=relay.address)
    finished(opened, name, OU_SERVERS)
    assert opened.client.requests == len(relay.messages)
    opened.client.close()
    return len(relay.messages)


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_connection_cut_at_any_message_is_our_error_and_the_next_run_finishes(
    domain: SambaDomain, relay: Relay, side: t.Literal["before", "after"]
) -> None:
    total = messages_of_a_whole_run(domain, relay, f"Whole run {side}")
    assert 12 == total
    clean = directory(domain)
    for number in range(1, total + 1):
        name = f"Cut {side} {number}"
        relay.reset(CutAt(message=number, side=side))
        with pytest.raises(HostUnreachable) as caught:
            finished(directory(domain, server=relay.address), name, OU_SERVERS)
        assert relay.was_cut
        changes = caught.value.doing.startswith(("creating", "changing"))
        assert changes is caught.value.outcome_unknown
        assert not caught.value.logon_refused
        finished(clean, name, OU_SERVERS)
        (gpo,) = clean.gpos_named(name)
        assert (1, {"Machine", "User"}) == (gpo.version, set(clean.children(gpo)))
        assert [OU_SERVERS] == [target.dn for target in clean.targets_of(gpo)]
    assert total <= len([gpo for gpo in listed(domain).values() if gpo["display name"].startswith(f"Cut {side}")])


def test_a_failed_creation_removes_what_it_made(domain: SambaDomain, monkeypatch: pytest.MonkeyPatch) -> None:
    write = writer(domain)
    real = write._client.add

    def refusing(dn: str, attributes: t.Any) -> None:
        if dn.startswith("CN=User"):
            raise HostError(doing=f"creating {dn}", reason="refused for the test")
        real(dn, attributes)

    monkeypatch.setattr(write._client, "add", refusing)
    guid = new_guid()
    with pytest.raises(HostError, match="refused for the test"):
        write.create(guid, "Failing")
    assert guid not in listed(domain)


def test_a_controller_that_stops_answering_is_left_in_time(domain: SambaDomain) -> None:
    seen = directory(domain, connection_timeout=1)
    domain.pause()
    try:
        started = time.monotonic()
        with pytest.raises(HostUnreachable, match="no answer within 1 s"):
            seen.gpo(new_guid())
        assert 4 > time.monotonic() - started
    finally:
        domain.resume()


@pytest.mark.parametrize("protection", ["sealed", "tls"])
def test_a_connection_that_is_lost_between_two_requests_is_our_error(
    domain: SambaDomain, relay: Relay, protection: str
) -> None:
    tls = {"auth_protocol": "simple", "tls_mode": "ldaps", "ca_cert": str(domain.ca)}
    seen = directory(domain, server=relay.address, **(tls if protection == "tls" else {}))
    assert protection == seen.client.logon.protection
    relay.drop()
    with pytest.raises(HostUnreachable, match=r"closed the connection|reset|Broken pipe|EOF") as caught:
        seen.gpo(new_guid())
    assert not caught.value.outcome_unknown
    assert "certificate" not in str(caught.value)


def test_a_port_without_tls_says_that_a_certificate_may_be_missing(domain: SambaDomain) -> None:
    tls = {"auth_protocol": "simple", "tls_mode": "ldaps", "ca_cert": str(domain.ca)}
    with pytest.raises(HostUnreachable, match=r"Does the domain controller have a certificate|no answer|closed|reset"):
        directory(domain, port=389, connection_timeout=2, **tls)


def test_nobody_listens(domain: SambaDomain) -> None:
    with pytest.raises(HostUnreachable, match=r"Connection refused\. Check server, port and firewalls"):
        directory(domain, port=4)


def test_a_server_that_is_no_controller_is_named(domain: SambaDomain) -> None:
    with pytest.raises(HostUnreachable, match=r"closed the connection|not LDAP as it should be|no answer"):
        directory(domain, port=445, connection_timeout=1)


def test_all_gpos_of_a_large_domain_are_listed_page_by_page(
    domain: SambaDomain, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Directory(directory(domain, server=relay.address).client)
    before = seen.client.requests
    found = seen.gpos()
    assert set(listed(domain)) == {gpo.guid for gpo in found}
    assert 302 <= len(found)
    assert 2 == seen.client.requests - before
    (one,) = seen.gpos_named("filler 0299")
    assert one.descriptor is not None
    assert seen.targets_of(one) == ()
    assert options(domain).connection_timeout == 5
