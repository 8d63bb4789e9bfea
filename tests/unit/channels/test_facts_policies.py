# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sends policies, read over the real channel from hand-made answers of the documented shapes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.facts.policies import (
    gpo_id,
    read_applied,
    read_local_gpo_off,
    read_mdm,
    read_refreshed,
    read_rsop,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.codes import Trouble
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.exchange import Exchange
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.troubles import NoAnswer
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._policy.host_facts import (
    AppliedGpo,
    PolicyRow,
    Rsop,
    Unread,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import HostUnreachable
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import dword, string
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import moment
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_windows import (
    DENIED_FAULT,
    INVALID_NAMESPACE,
    INVALID_QUERY,
    Windows,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import NIL, FakeTransport, Rows

GUID = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
DN = f"cn={GUID.lower()},cn=policies,cn=system,DC=corp,DC=example"
KEY = r"Software\policies\Microsoft\Windows NT\Terminal Services"
CSE = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
RAN = datetime(2026, 11, 20, 10, 0, 7, 250000, UTC)
SYSTEM = r"SOFTWARE\Policies\Microsoft\Windows\System"
HISTORY = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\History\{CSE}"
STATE = rf"SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine\Extension-List\{CSE}"


def bytes_of(data: bytes) -> Rows:
    return [("value", byte) for byte in data]


def setting(name: str, data: bytes, *, kind: int = 4, key: str = KEY, gpo: str = DN, som: str = "OU=W,DC=corp") -> Rows:
    head = [("precedence", 1), ("GPOID", gpo), ("SOMID", som), ("registryKey", key), ("valueName", name)]
    return [*head, ("valueType", kind), *bytes_of(data), ("deleted", "false")]


def windows() -> Windows:
    host = Windows()
    host.registry = {"SOFTWARE": {}}
    host.classes = {
        "RSOP_RegistryPolicySetting": [setting("fAllowToGetHelp", b"\0\0\0\0")],
        "RSOP_GPO": [
            [("id", DN.upper()), ("name", "Workstations")],
            [("id", "LocalGPO"), ("name", "Lokale Richtlinie")],
        ],
        "RSOP_ExtensionStatus": [
            [("extensionGuid", "{00000000-0000-0000-0000-000000000000}"), ("endTime", NIL), ("error", 5)],
            [
                ("extensionGuid", CSE.lower()),
                ("beginTime", moment("2026-11-20T10:00:06Z")),
                ("endTime", moment("2026-11-20T10:00:07.25Z")),
                ("error", 0),
            ],
        ],
    }
    return host


def rsop(host: Windows) -> Rsop | Unread:
    channel = host.channel()
    return read_rsop(channel.exchange, channel)


def row(**changes: object) -> PolicyRow:
    return PolicyRow(
        **{
            "precedence": 1,
            "gpo": GUID,
            "linked_at": "OU=W,DC=corp",
            "key": KEY,
            "name": "fAllowToGetHelp",
            "value": dword("fAllowToGetHelp", 0),
        }
        | changes
    )


def test_what_a_domain_gpo_sent() -> None:
    host = windows()

    assert Rsop(
        rows=(row(),),
        names={GUID: "Workstations", "LocalGPO": "Lokale Richtlinie"},
        processed=RAN,
    ) == rsop(host)
    assert {"root/rsop/computer"} == {namespace for namespace, dummy in host.queries}
    assert (
        r"WHERE (registryKey='Software\\Policies\\Microsoft\\Windows NT\\Terminal Services' OR "
        r"registryKey='Software\\Policies\\Microsoft\\Windows NT\\Terminal Services\\RAUnsolicit')"
    ) in host.queries[0][1]


ROWS = (
    (setting("LoggingEnabled", b"\1\0\0\0"), row(name="LoggingEnabled", value=dword("LoggingEnabled", 1))),
    (
        setting(r"CORP\a", "CORP\\a\0".encode("utf-16-le"), kind=1, key=KEY + r"\RAUnsolicit"),
        row(key=KEY + r"\RAUnsolicit", name=r"CORP\a", value=string(r"CORP\a", r"CORP\a")),
    ),
    (
        setting("x", b"\1\0\0\0", gpo="LocalGPO", som="Local"),
        row(gpo="LocalGPO", linked_at="", name="x", value=dword("x", 1)),
    ),
    (setting("x", b"\1\0\0\0", som="LDAP://DC=corp"), row(linked_at="DC=corp", name="x", value=dword("x", 1))),
    (setting("**del.fAllowFullControl", b" \0\0\0", kind=1), row(name="fAllowFullControl", value=None)),
    ([*setting("x", b"")[:-1], ("deleted", "true")], row(name="x", value=None)),
    (setting("**delvals.", b" \0\0\0", kind=1), None),
    (setting("", b"", kind=0), None),
    ([("precedence", NIL), *setting("x", b"\1\0\0\0")[1:]], None),
    (
        [*setting("x", b"\1\0\0\0"), ("creationTime", "20261120100007.250000+000")],
        row(name="x", value=dword("x", 1), created=RAN),
    ),
)


@pytest.mark.parametrize(("sent", "expected"), ROWS, ids=range(len(ROWS)))
def test_every_shape_of_a_row(sent: Rows, expected: PolicyRow | None) -> None:
    host = windows()
    host.classes["RSOP_RegistryPolicySetting"] = [sent]

    assert ((expected,) if expected else ()) == rsop(host).rows


def test_a_run_that_failed_and_one_that_was_not_logged() -> None:
    host = windows()
    host.classes["RSOP_ExtensionStatus"] = [[("extensionGuid", CSE), ("endTime", NIL), ("error", 1326)]]
    failed = rsop(host)
    host.classes["RSOP_ExtensionStatus"] = []
    silent = rsop(host)

    assert ((True, None), (False, None)) == ((failed.failed, failed.processed), (silent.failed, silent.processed))


def test_a_filter_that_is_refused_is_left_out() -> None:
    host = windows()
    answer = host._query

    def without_where(namespace: str, wql: str) -> object:
        if "WHERE" in wql:
            host.classes["refused"] = INVALID_QUERY
            return answer(namespace, "SELECT a FROM refused")
        return answer(namespace, wql)

    host._query = without_where
    assert 1 == len(rsop(host).rows)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            INVALID_NAMESPACE,
            "the host's WMI does not have this namespace, class or property (the host says: no) (0x8004100E)",
        ),
        (DENIED_FAULT, "access denied (the host says: no) (0x00000005)"),
    ],
)
@pytest.mark.parametrize("name", ["RSOP_RegistryPolicySetting", "RSOP_GPO", "RSOP_ExtensionStatus"])
def test_a_refusal_is_unknown_and_says_why(name: str, code: int, why: str) -> None:
    host = windows()
    host.classes[name] = code

    assert Unread(why=why) == rsop(host)
    assert f"unknown: {why}" == str(rsop(host))


@pytest.mark.parametrize("bad", [[("valueType", "x")], [("valueType", -1)], [("valueType", 4), ("value", 256)]])
def test_a_row_that_makes_no_sense_is_unknown(bad: Rows) -> None:
    host = windows()
    host.classes["RSOP_RegistryPolicySetting"] = [[("precedence", 1), ("valueName", "x"), *bad]]

    assert "cannot be used" in rsop(host).why


def test_a_host_that_does_not_log_is_not_asked_further() -> None:
    host = windows()
    host.registry[SYSTEM] = {"RSoPLogging": 0}

    assert "does not log its policies" in rsop(host).why
    assert [] == host.queries


def test_a_lost_connection_is_an_error() -> None:
    channel = Windows().channel()
    lost = Exchange(lambda dummy: FakeTransport(lambda dummy: NoAnswer(Trouble.LOST)))
    with pytest.raises(HostUnreachable):
        read_rsop(lost, channel)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("LocalGPO", "LocalGPO"), ("localgpo", "LocalGPO"), (DN, GUID), (f"LDAP://CN=Machine,{DN}", GUID), ("?", "?")],
)
def test_ids_of_gpos(text: str, expected: str) -> None:
    assert expected == gpo_id(text)


def test_applied_gpos_in_order_the_local_one_told_by_its_path() -> None:
    host = Windows()
    host.registry = {
        rf"{HISTORY}\10": {
            "DSPath": f"LDAP://CN=Machine,{DN}",
            "GPOName": GUID,
            "DisplayName": "Last",
            "Link": "LDAP://DC=corp",
        },
        rf"{HISTORY}\0": {"DSPath": "LocalGPO", "GPOName": GUID, "DisplayName": "Lokal", "Link": "Local"},
        rf"{HISTORY}\a": {"GPOName": GUID.lower(), "DisplayName": "Between", "lParam": 1},
        rf"{HISTORY}\other": {"GPOName": "nothing"},
    }

    assert (
        AppliedGpo(gpo="LocalGPO", name="Lokal"),
        AppliedGpo(gpo=GUID, name="Between"),
        AppliedGpo(gpo=GUID, name="Last", linked_at="DC=corp"),
    ) == read_applied(host.channel())


def test_no_gpo_was_ever_applied() -> None:
    assert () == read_applied(Windows().channel())


def test_too_many_gpos_are_unknown() -> None:
    host = Windows()
    host.registry = {rf"{HISTORY}\{number}": {} for number in range(65)}

    assert "lists 65 GPOs" in read_applied(host.channel()).why


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # The well-known FILETIME of Unix' beginning, 0x019DB1DED53E8000, in two halves.
        ({"EndTimeLo": 0xD53E8000, "EndTimeHi": 0x019DB1DE}, "1970-01-01T00"),
        ({"EndTimeLo": 0, "EndTimeHi": 0}, None),
        ({"EndTimeLo": 1}, None),
        ({"EndTimeLo": "text", "EndTimeHi": 1}, None),
        ({"EndTimeLo": 4294967295, "EndTimeHi": 4294967295}, None),
        ({}, None),
    ],
)
def test_the_last_run_by_the_registry(values: dict[str, int | str], expected: str | None) -> None:
    host = Windows()
    host.registry = {STATE: values}
    found = read_refreshed(host.channel())

    assert expected == (found and found.isoformat()[:13])


@pytest.mark.parametrize(
    ("values", "expected"), [({}, False), ({"DisableLGPOProcessing": 0}, False), ({"DisableLGPOProcessing": 1}, True)]
)
def test_whether_the_local_gpo_is_processed(values: dict[str, int], expected: bool) -> None:
    host = Windows()
    host.registry = {SYSTEM: values}

    assert expected is read_local_gpo_off(host.channel())


@pytest.mark.parametrize("read", [read_applied, read_mdm, read_local_gpo_off])
def test_a_key_that_may_not_be_read_is_unknown(read: object) -> None:
    host = Windows()
    host.denied = ("SOFTWARE",)

    assert Unread(why="access denied (0x00000005)") == read(host.channel())
    assert read_refreshed(host.channel()) is None
