# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Windows Server 2003, 2008 R2 and 2012 really answered to WQL; see tests/data/wsman/README.md."""

from __future__ import annotations

import contextlib
import re
import typing as t
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.answer import (
    Fault,
    parse,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.enumerate import (
    Page,
    Query,
    query,
    read_page,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.items import Item
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostError
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import WmiScript
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import message_id
from hypothesis import given
from hypothesis import strategies as st

DATA = Path(__file__).resolve().parents[2] / "data/wsman"
# The recorder sent the same ids for years.
ENUMERATED, PULLED = "55F28C75-F63E-4F68-8360-A8C478003959", "578DC055-B6C4-4387-B39F-E992D0ED76A0"
ALL = sorted(path.stem for path in DATA.glob("*.xml"))


def page(name: str) -> Page:
    related = PULLED if name.endswith("_2") else ENUMERATED
    content = parse((DATA / f"{name}.xml").read_bytes(), message_id=related, doing="reading it")
    assert not isinstance(content, Fault)
    return read_page(content, "reading it")


def only(name: str) -> Item:
    found = page(name)
    assert (1, True) == (len(found.items), found.is_last)
    return found.items[0]


def test_all_files_are_there() -> None:
    assert 15 == len(ALL)


@pytest.mark.parametrize("form", ["object", "fragment"])
@pytest.mark.parametrize(
    ("release", "version", "sku", "service_pack", "booted"),
    [
        ("2003", "5.2.3790", None, "Service Pack 2", datetime(2013, 4, 15, 16, 28, 38, 376625, UTC)),
        ("2008r2", "6.1.7601", 8, "Service Pack 1", datetime(2013, 4, 15, 16, 28, 39, 500000, UTC)),
        ("2012", "6.2.9200", 7, None, datetime(2013, 4, 15, 16, 28, 43, 488171, UTC)),
    ],
)
def test_the_operating_system(
    release: str, form: str, version: str, sku: int | None, service_pack: str | None, booted: datetime
) -> None:
    system = only(f"windows_{release}_operating_system_{form}")

    assert version == system.text("Version")
    assert int(version.rpartition(".")[2]) == system.number("BuildNumber")
    assert 3 == system.number("ProductType")
    assert sku == system.number("OperatingSystemSKU")
    assert service_pack == system.text("CSDVersion")
    assert booted == system.moment("LastBootUpTime")
    assert (True, False) == (system.flag("Primary"), system.flag("Debug"))
    # An empty text, a null, a property that the class does not have.
    assert ("", None, None) == (system.text("Description"), system.text("PlusProductID"), system.text("NoSuchThing"))


ROLES_2003 = ("LM_Workstation", "LM_Server", "NT", "Server_NT", "Master_Browser", "DFS")


@pytest.mark.parametrize(
    ("name", "member", "role", "domain", "roles"),
    [
        ("windows_2003_computer_system_object", True, 3, "solutions.loc", ROLES_2003),
        ("windows_2008r2_computer_system_object", False, 2, "WORKGROUP", ROLES_2003[:4]),
        ("windows_2012_computer_system_object", False, 2, "WORKGROUP", ROLES_2003[:4]),
        ("windows_2012_computer_system_fragment", False, 2, "WORKGROUP", ROLES_2003[:4]),
    ],
)
def test_the_computer_and_an_array(name: str, member: bool, role: int, domain: str, roles: tuple[str, ...]) -> None:
    computer = only(name)

    assert member is computer.flag("PartOfDomain")
    assert (role, domain) == (computer.number("DomainRole"), computer.text("Domain"))
    assert roles == computer.texts("Roles")
    assert () == computer.texts("OEMLogoBitmap")  # a null array is not there at all
    assert -1 == computer.number("PauseAfterReset")


def test_many_items_on_one_page() -> None:
    found = page("windows_2003_network_adapters_objects")

    assert [1, 2, 3, 4, 5, 6, 7] == [adapter.number("Index") for adapter in found.items]
    assert found.is_last
    leased = [adapter for adapter in found.items if adapter.texts("IPAddress")]
    assert [("10.30.40.64",)] == [adapter.texts("IPAddress") for adapter in leased]
    assert datetime(2013, 4, 15, 20, 58, 50, tzinfo=UTC) == leased[0].moment("DHCPLeaseExpires")


@pytest.mark.parametrize(
    ("name", "count", "address"),
    [
        ("windows_2008r2_network_adapters_objects", 14, "10.30.40.69"),
        ("windows_2012_network_adapters_fragments", 13, None),
    ],
)
def test_a_result_in_two_pages_as_a_host_gave_it(name: str, count: int, address: str | None) -> None:
    first, second = (DATA / f"{name}_{number}.xml" for number in (1, 2))
    script = WmiScript(*(answering(path) for path in (first, second)))

    items = list(query(script.exchange(), Query(namespace="root/cimv2", wql="select any"), doing="asking"))

    assert list(range(count)) == [item.number("Index") for item in items]
    assert [address] * bool(address) == [text for item in items for text in item.texts("IPAddress")]
    context = re.search(rb"<n:EnumerationContext>(.+?)<", first.read_bytes())[1]
    assert context in script.transports[0].sent[1]
    assert ["Enumerate", "Pull"] == script.methods


def answering(path: Path) -> t.Callable[[bytes], bytes]:
    """Return a reply that makes a recorded answer the answer to the message that is sent."""
    return lambda message: re.sub(
        rb"(<a:RelatesTo>)[^<]*", rb"\1" + message_id(message).encode(), path.read_bytes(), count=1
    )


@pytest.mark.parametrize("name", ALL)
def test_every_file_is_a_page_whose_items_are_texts_nulls_and_arrays_of_texts(name: str) -> None:
    for item in page(name).items:
        assert item.fields
        for value in item.fields.values():
            assert value is None or isinstance(value, str) or all(isinstance(one, str) for one in value)


def exhaust(body: bytes) -> None:
    """Read everything there is; only HostError may come."""
    try:
        content = parse(body, message_id=ENUMERATED, doing="reading it")
        for item in () if isinstance(content, Fault) else read_page(content, "reading it").items:
            for name in item.fields:
                for ask in (item.texts, item.number, item.flag, item.moment, item.item, item.reference):
                    with contextlib.suppress(HostError):
                        ask(name)
    except HostError:
        pass


SMALL = (DATA / "windows_2012_computer_system_object.xml").read_bytes()


@given(st.data())
def test_a_damaged_page_raises_only_our_errors(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SMALL)))
    until = data.draw(st.integers(at, min(len(SMALL), at + 60)))
    whole = st.sampled_from([b"", b"<p/>", b"<a><b/></a>", b"</w:Items>", b"&x;", SMALL])
    piece = data.draw(st.binary(max_size=20) | whole)
    exhaust(SMALL[:at] + piece + SMALL[until:])
