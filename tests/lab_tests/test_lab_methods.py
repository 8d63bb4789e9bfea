# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Every documented return code of StdRegProv, asked by a real client library."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lab import Behaviour, StandInHost
from tests.lab.stdregprov import METHODS
from tests.lab_tests.lab_client import (
    PREFERENCE,
    STDREGPROV,
    Client,
    HttpFailure,
    Reply,
    envelope,
    read_reply,
    winrm_client,
)

ABSENT = r"SOFTWARE\Absent"
LAB = r"SOFTWARE\Lab"
TYPE_MISMATCH = 2147749893
GETTERS = [method for method in METHODS if method.startswith("Get")]
VALUES: dict[str, tuple[str, Any, str, object]] = {
    "DWORD": ("uValue", 0xFFFFFFFF, "REG_DWORD", 0xFFFFFFFF),
    "QWORD": ("uValue", 2**64 - 1, "REG_QWORD", 2**64 - 1),
    "String": ("sValue", "Ä <&> \"'\r\n", "REG_SZ", "Ä <&> \"'\r\n"),
    "ExpandedString": ("sValue", r"%SystemRoot%\x %no%", "REG_EXPAND_SZ", r"%SystemRoot%\x %no%"),
    "MultiString": ("sValue", ["a", "", "ö"], "REG_MULTI_SZ", ["a", "", "ö"]),
    "Binary": ("uValue", [0, 1, 255], "REG_BINARY", b"\x00\x01\xff"),
}


def ask(client: Client, method: str, key: str, value: str = "Name") -> Reply:
    """Call a method that takes a key, with a value name where it takes one."""
    named = {} if method in {"EnumKey", "EnumValues", "CreateKey", "DeleteKey"} else {"sValueName": value}
    return client.call(method, sSubKeyName=key, **named)


@pytest.mark.parametrize("method", [*GETTERS, "EnumKey", "EnumValues", "DeleteKey", "DeleteValue"])
def test_an_absent_key_is_a_return_value_2(one_client: Client, method: str) -> None:
    assert ask(one_client, method, ABSENT).code == 2


@pytest.mark.parametrize("method", GETTERS)
def test_an_absent_value_is_a_return_value_1(one_client: Client, method: str) -> None:
    assert ask(one_client, method, PREFERENCE, "Absent").code == 1


def test_an_absent_value_may_be_a_return_value_2() -> None:
    with StandInHost(seed="open_client", behaviour=Behaviour(value_absent=2)) as host:
        assert ask(winrm_client(host), "GetDWORDValue", PREFERENCE, "Absent").code == 2


@pytest.mark.parametrize("method", [method for method in GETTERS if method != "GetDWORDValue"])
def test_another_type_is_a_return_value_and_no_fault(one_client: Client, method: str) -> None:
    assert ask(one_client, method, PREFERENCE, "fAllowToGetHelp").code == TYPE_MISMATCH


def test_a_failed_get_of_a_scalar_is_nil_and_of_an_array_absent(one_client: Client) -> None:
    assert ask(one_client, "GetStringValue", ABSENT).children == [("sValue", None), ("ReturnValue", "2")]
    assert ask(one_client, "GetMultiStringValue", ABSENT).children == [("ReturnValue", "2")]


@pytest.mark.parametrize("kind", VALUES)
def test_a_written_value_is_stored_and_read_back(host: StandInHost, client: Client, kind: str) -> None:
    parameter, data, stored_type, stored = VALUES[kind]
    host.registry.create(rf"HKLM\{LAB}")
    written = client.call(f"Set{kind}Value", sSubKeyName=LAB, sValueName="Name", **{parameter: data})
    assert (written.code, written.children) == (0, [("ReturnValue", "0")])
    assert host.registry.get(rf"HKLM\{LAB}", "Name") == (stored_type, stored)
    read = ask(client, f"Get{kind}Value", LAB.upper(), "NAME")
    expected = [data] if isinstance(data, (int, str)) else data
    if kind == "ExpandedString":
        expected = [r"C:\Windows\x %no%"]
    assert read.all(parameter) == [str(item) for item in expected]
    assert read.children[-1] == ("ReturnValue", "0")


@pytest.mark.parametrize("kind", VALUES)
def test_set_does_not_create_the_key(host: StandInHost, one_client: Client, kind: str) -> None:
    parameter, data, _type, _stored = VALUES[kind]
    assert one_client.call(f"Set{kind}Value", sSubKeyName=ABSENT, sValueName="N", **{parameter: data}).code == 2
    assert not host.registry.has_key(rf"HKLM\{ABSENT}")


def test_create_key_creates_all_parents_and_leaves_an_existing_key(host: StandInHost, one_client: Client) -> None:
    assert one_client.call("CreateKey", sSubKeyName=LAB + r"\A\B").code == 0
    host.registry.set(rf"HKLM\{LAB}\A", "Name", "REG_SZ", "kept")
    assert one_client.call("CreateKey", sSubKeyName=LAB.upper() + r"\a").code == 0
    assert host.registry.dump(rf"HKLM\{LAB}\A") == {
        rf"HKLM\{LAB}\A": {"Name": ("REG_SZ", "kept")},
        rf"HKLM\{LAB}\A\B": {},
    }


def test_delete_key_refuses_one_with_subkeys(host: StandInHost, one_client: Client) -> None:
    host.registry.create(rf"HKLM\{LAB}\Below")
    assert one_client.call("DeleteKey", sSubKeyName=LAB).code == 5
    assert one_client.call("DeleteKey", sSubKeyName=LAB + r"\Below").code == 0
    assert one_client.call("DeleteKey", sSubKeyName=LAB).code == 0
    assert not host.registry.has_key(rf"HKLM\{LAB}")


def test_delete_value_is_2_the_second_time(one_client: Client) -> None:
    codes = [ask(one_client, "DeleteValue", PREFERENCE, "FALLOWTOGETHELP").code for _turn in range(2)]
    assert codes == [0, 2]


def test_enum_values_gives_names_and_types_in_the_order_of_creation(host: StandInHost, client: Client) -> None:
    for name, kind, data in (("z", "REG_SZ", ""), ("", "REG_DWORD", 1), ("a", 99, b""), ("n", "REG_NONE", b"")):
        host.registry.set(rf"HKLM\{LAB}", name, kind, data)
    host.registry.set(rf"HKLM\{LAB}", "big", 0xFFFFFFFF, b"")
    reply = client.call("EnumValues", sSubKeyName=LAB)
    assert reply.element == "EnumValues_OUTPUT"
    assert reply.all("sNames") == ["z", "", "a", "n", "big"]
    assert reply.all("Types") == ["1", "4", "99", "0", "-1"]


def test_enum_values_of_a_key_with_only_the_default_value_gives_no_arrays(host: StandInHost, client: Client) -> None:
    host.registry.set(rf"HKLM\{LAB}", "", "REG_SZ", "default")
    assert client.call("EnumValues", sSubKeyName=LAB).children == [("ReturnValue", "0")]
    assert ask(client, "GetStringValue", LAB, "").all("sValue") == ["default"]


def test_enum_key_is_sorted_without_regard_to_case(host: StandInHost, one_client: Client) -> None:
    for name in ("b", "C", "a"):
        host.registry.create(rf"HKLM\{LAB}\{name}")
    assert one_client.call("EnumKey", sSubKeyName=LAB).all("sNames") == ["a", "b", "C"]
    assert one_client.call("EnumKey", sSubKeyName=LAB + r"\a").children == [("ReturnValue", "0")]


@pytest.mark.parametrize("method", ["EnumKey", "EnumValues", "GetDWORDValue"])
def test_a_key_denied_for_reading_is_a_return_value_5(host: StandInHost, one_client: Client, method: str) -> None:
    host.registry.deny(rf"HKLM\{PREFERENCE}", read=True)
    assert ask(one_client, method, PREFERENCE, "fAllowToGetHelp").code == 5
    host.registry.deny(rf"HKLM\{PREFERENCE}")
    assert ask(one_client, method, PREFERENCE, "fAllowToGetHelp").code == 0


def test_a_key_denied_for_writing_can_be_read_but_not_changed(host: StandInHost, one_client: Client) -> None:
    host.registry.deny(rf"HKLM\{PREFERENCE}", write=True)
    before = host.registry.dump()
    assert ask(one_client, "GetDWORDValue", PREFERENCE, "fAllowToGetHelp").code == 0
    assert ask(one_client, "DeleteValue", PREFERENCE, "fAllowToGetHelp").code == 5
    assert one_client.call("SetDWORDValue", sSubKeyName=PREFERENCE, sValueName="n", uValue=1).code == 5
    assert one_client.call("CreateKey", sSubKeyName=PREFERENCE + r"\Sub").code == 5
    assert one_client.call("DeleteKey", sSubKeyName=PREFERENCE).code == 5
    assert host.registry.dump() == before


@pytest.mark.parametrize(("required", "granted"), [(1, "true"), (2, "false"), (3, "false"), (65536, "false")])
def test_check_access_follows_the_denial(host: StandInHost, one_client: Client, required: int, granted: str) -> None:
    host.registry.deny(rf"HKLM\{PREFERENCE}", write=True)
    reply = one_client.call("CheckAccess", sSubKeyName=PREFERENCE, uRequired=required)
    assert (reply.all("bGranted"), reply.code) == ([granted], 0 if granted == "true" else 5)
    assert one_client.call("CheckAccess", sSubKeyName=ABSENT).code == 2


@pytest.mark.parametrize(("hive", "code"), [(2147483650, 0), (2147483649, 2), (2147483651, 2), (7, 6)])
def test_only_hives_that_exist_are_served(one_client: Client, hive: int, code: int) -> None:
    assert one_client.call("EnumKey", hDefKey=hive, sSubKeyName="").code == code


def test_the_hive_is_hklm_where_none_is_given_and_the_key_is_never_guessed(one_client: Client) -> None:
    def body(inner: str) -> bytes:
        return envelope(f"{STDREGPROV}/EnumKey", f'<p:EnumKey_INPUT xmlns:p="{STDREGPROV}">{inner}</p:EnumKey_INPUT>')

    answer = one_client.send(body("<p:sSubKeyName>SYSTEM</p:sSubKeyName>"))
    assert read_reply(answer).all("sNames") == ["CurrentControlSet"]
    with pytest.raises(HttpFailure):
        one_client.send(body("<p:hDefKey>2147483650</p:hDefKey>"))


def test_a_loaded_user_hive_is_served(host: StandInHost, one_client: Client) -> None:
    host.registry.create(r"HKU\S-1-5-18\Software")
    assert one_client.call("EnumKey", hDefKey=2147483651, sSubKeyName="S-1-5-18").all("sNames") == ["Software"]


@pytest.mark.parametrize("key", [r"\SOFTWARE", r"SOFTWARE\\X"])
def test_a_wrong_key_string_is_a_return_value_6(one_client: Client, key: str) -> None:
    assert one_client.call("EnumKey", sSubKeyName=key).code == 6


def test_the_longest_value_name_has_16383_characters(host: StandInHost, one_client: Client) -> None:
    host.registry.create(rf"HKLM\{LAB}")
    codes = [
        one_client.call("SetStringValue", sSubKeyName=LAB, sValueName="n" * length, sValue="").code
        for length in (16383, 16384)
    ]
    assert codes == [0, 87]


@pytest.mark.parametrize(
    "parameters",
    [
        {"sValueName": "n", "uValue": "x"},
        {"sValueName": "n", "uValue": 1 << 32},
        {"sValueName": "n", "uValue": -1},
        {"sValueName": "n", "uValue": ["1", "2"]},
        {"sValueName": "n", "uValue": ""},
        {"sValueName": "n"},
        {"uValue": 1},
        {"sValueName": "n", "uValue": 1, "other": 1},
        {"sValueName": "n", "sValue": "1"},
    ],
)
def test_parameters_of_the_wrong_form_are_a_schema_fault(
    host: StandInHost, one_client: Client, parameters: dict[str, Any]
) -> None:
    before = host.registry.dump()
    with pytest.raises(HttpFailure) as caught:
        one_client.call("SetDWORDValue", sSubKeyName=PREFERENCE, **parameters)
    assert (caught.value.status, 'Code="2150858817"' in caught.value.text) == (500, True)
    assert host.registry.dump() == before


def test_the_journal_holds_what_was_performed(host: StandInHost, one_client: Client) -> None:
    one_client.call("SetDWORDValue", sSubKeyName=PREFERENCE, sValueName="fAllowToGetHelp", uValue=0)
    ask(one_client, "GetDWORDValue", PREFERENCE, "fAllowToGetHelp")
    ask(one_client, "DeleteValue", PREFERENCE, "absent")
    assert [(entry.method, entry.value, entry.data, entry.return_value) for entry in host.journal] == [
        ("SetDWORDValue", "fAllowToGetHelp", 0, 0),
        ("GetDWORDValue", "fAllowToGetHelp", None, 0),
        ("DeleteValue", "absent", None, 2),
    ]
    assert {entry.key for entry in host.journal} == {rf"HKLM\{PREFERENCE}"}
    assert [entry.method for entry in host.journal.writes] == ["SetDWORDValue", "DeleteValue"]
    host.reset_counters()
    assert host.journal == ()
