# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading through reg.exe: how many calls, which file, and what each answer means."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    AccessDenied,
    HostError,
    HostUnreachable,
    UnsupportedConnection,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyRead,
    KeyState,
    RegistryKey,
    RegistryValue,
    ValueType,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.reg_exe_host import (
    Lost,
    Refused,
    ScriptedConnection,
    channel,
    export,
)

POLICY = RegistryKey(path=r"SOFTWARE\Policies\X")
HELPERS = RegistryKey(path=r"SOFTWARE\Policies\X\List")
OTHER = RegistryKey(path=r"SYSTEM\Y")
EXPORT_POLICY = export(
    'SOFTWARE\\POLICIES\\x]\r\n"A"=dword:00000001\r\n"b"="c"', "SOFTWARE\\POLICIES\\x\\list]\r\n@=hex(0):"
)
EXPORT_OTHER = export('SYSTEM\\Y]\r\n"d"=hex(4):01')
ABSENT = {"k0": 1, "k0.file": 1, "k0.0": 1}


def names(state: KeyState) -> list[str]:
    return sorted(value.name for value in state.by_name.values())


def test_keys_below_one_another_are_one_export() -> None:
    connection = ScriptedConnection(EXPORT_POLICY)
    found = channel(connection).read([KeyRead(key=HELPERS), KeyRead(key=POLICY, names=("a",))])

    assert ["exec", "fetch"] == connection.events
    assert connection.lines[0].count("reg.exe export") == 1
    assert KeyState.of(dword("A", 1)) == found[POLICY]
    assert KeyState.of(RegistryValue(name="", type=ValueType.REG_NONE, data=b"")) == found[HELPERS]


def test_exports_are_joined_and_fetched_as_one() -> None:
    connection = ScriptedConnection(EXPORT_POLICY + EXPORT_OTHER)
    reg = channel(connection)
    found = reg.read([KeyRead(key=POLICY), KeyRead(key=OTHER), KeyRead(key=OTHER, names=("x",))])

    assert reg.requests == 2
    assert connection.fetched[0] in connection.lines[0].partition("copy /b /y")[2]
    assert ["A", "b"] == names(found[POLICY])
    assert KeyState.of(RegistryValue(name="d", type=ValueType.REG_DWORD, data=b"\1")) == found[OTHER]


def test_one_name_asked_twice_and_no_name_at_all() -> None:
    connection = ScriptedConnection(EXPORT_POLICY)
    reads = [KeyRead(key=POLICY, names=("a",)), KeyRead(key=POLICY, names=("B", "z")), KeyRead(key=HELPERS, names=())]
    found = channel(connection).read(reads)
    assert KeyState.of(dword("A", 1), string("b", "c")) == found[POLICY]
    assert KeyState() == found[HELPERS]


def test_an_absent_key_has_no_values_and_costs_no_fetch() -> None:
    connection = ScriptedConnection()
    connection.codes = ABSENT
    connection.output = b"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\r\n"
    assert {POLICY: KeyState(), HELPERS: KeyState()} == channel(connection).read(
        [KeyRead(key=POLICY), KeyRead(key=HELPERS)]
    )
    assert ["exec"] == connection.events


def test_beside_an_absent_key_the_other_export_is_fetched() -> None:
    connection = ScriptedConnection(EXPORT_OTHER)
    connection.codes = ABSENT | {"all": 1}
    found = channel(connection).read([KeyRead(key=POLICY), KeyRead(key=OTHER)])
    assert (KeyState(), ["d"]) == (found[POLICY], names(found[OTHER]))
    assert f'export "HKLM\\{OTHER.path}" "{connection.fetched[0]}"' in connection.lines[0]


def test_many_keys_are_read_two_by_two() -> None:
    keys = [RegistryKey(path=f"SYSTEM\\{letter}") for letter in "abc"]
    connection = ScriptedConnection(export("SYSTEM\\a]") + export("SYSTEM\\b]"), export("SYSTEM\\c]"))
    found = channel(connection).read([KeyRead(key=key) for key in keys])
    assert keys == list(found)
    assert ["exec", "fetch", "exec", "fetch"] == connection.events


def test_nothing_is_asked_for_nothing() -> None:
    connection = ScriptedConnection()
    assert {} == channel(connection).read([])
    assert [] == connection.events


@pytest.mark.parametrize(
    ("codes", "output", "kind", "words"),
    [
        (
            ABSENT,
            b"HKEY_LOCAL_MACHINE\\Software\\policies\\X\r\n",
            AccessDenied,
            r"may not read HKLM\\.*Administrators",
        ),
        (
            ABSENT | {"k0.1": 1},
            b"HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\r\n",
            AccessDenied,
            r"the account may not read HKLM\\SOFTWARE\\Policies\.",
        ),
        ({"k0": 1, "k0.file": 1}, b"", HostError, r"cannot export it to C:\\Windows\\Temp.*temp_dir"),
        ({"k0": 1}, b"", HostError, r"its disk is full.*temp_dir names another folder"),
        (ABSENT | {"k0.1": 1, "k0.2": 1}, b"", HostError, r"cannot read any key above.*reg\.exe may be run"),
        ({"k0": None}, b"", HostError, "cut off"),
        ({"k0.file": None}, b"", HostError, "cut off"),
    ],
)
def test_what_keeps_a_key_from_being_exported(
    codes: dict[str, int | None], output: bytes, kind: type[HostError], words: str
) -> None:
    connection = ScriptedConnection()
    connection.codes, connection.output = codes, output
    with pytest.raises(HostError, match=words) as caught:
        channel(connection).read([KeyRead(key=POLICY)])
    assert kind is caught.value.__class__
    assert str(caught.value).startswith(f"reading {POLICY}")


def test_exports_that_cannot_be_joined_are_an_error() -> None:
    connection = ScriptedConnection()
    connection.codes = {"all": 1}
    with pytest.raises(HostError, match=r"cannot be joined in C:\\Windows\\Temp.*disk is full"):
        channel(connection).read([KeyRead(key=POLICY), KeyRead(key=OTHER)])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"first line must be .*disk of temp_dir"),
        (EXPORT_POLICY[:-4], "it has no end"),
        (EXPORT_POLICY[:-9], "cannot be used"),
        (export("SYSTEM\\Y]")[:-4] + export("SOFTWARE\\Policies\\X]"), "it has no end"),
        (export("SYSTEM\\Z]"), r"does not hold HKLM\\SOFTWARE\\Policies\\X"),
        (export("SOFTWARE\\Policies\\X\\List]"), r"does not hold HKLM\\SOFTWARE\\Policies\\X"),
        (b"REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\X]\r\n\r\n", "not UTF-16"),
    ],
)
def test_an_export_that_is_not_whole_is_never_taken_for_less(content: bytes, words: str) -> None:
    with pytest.raises(HostError, match=words):
        channel(ScriptedConnection(content)).read([KeyRead(key=POLICY)])


def test_names_that_differ_only_in_case_are_an_error_where_they_matter() -> None:
    content = export('SOFTWARE\\Policies\\X]\r\n"a"="1"\r\n"A"="2"\r\n"b"=dword:1')
    assert ["b"] == names(channel(ScriptedConnection(content)).read([KeyRead(key=POLICY, names=("b",))])[POLICY])
    with pytest.raises(HostError, match="cannot be told apart"):
        channel(ScriptedConnection(content)).read([KeyRead(key=POLICY)])


@pytest.mark.parametrize("family", ["cmd", "powershell"])
def test_both_shells_of_windows_get_their_line(family: str) -> None:
    connection = ScriptedConnection(EXPORT_POLICY, family=family)
    channel(connection).read([KeyRead(key=POLICY)])
    assert connection.lines[0].startswith("echo RA:start:0&" if family == "cmd" else "cmd /c 'echo RA:start:0&")


@pytest.mark.parametrize(("family", "other"), [("cmd", "powershell"), ("powershell", "cmd")])
def test_an_answer_without_markers_names_the_wrong_shell_type(family: str, other: str) -> None:
    connection = ScriptedConnection(family=family)
    connection.exec_command = lambda *dummy, **keywords: (255, b"", b"\x1b[31mParserError \x84")  # type: ignore[method-assign]
    words = rf"exit code 255; it says: \[31mParserError .*ansible_shell_type is {family}.*set it to {other}"
    with pytest.raises(HostError, match=words):
        channel(connection).read([KeyRead(key=POLICY)])


@pytest.mark.parametrize(("family", "word"), [("sh", "'sh'"), (None, "'None'"), ("csh", "'csh'")])
def test_a_shell_of_unix_is_refused_before_anything_is_sent(family: str, word: str) -> None:
    connection = ScriptedConnection(family=family)
    with pytest.raises(UnsupportedConnection, match=rf"{word}; set ansible_shell_type to cmd, .* or to powershell"):
        channel(connection)
    assert [] == connection.events


def test_another_connection_is_refused() -> None:
    connection = ScriptedConnection()
    connection.transport = "local"
    with pytest.raises(UnsupportedConnection, match="'local' is not ssh"):
        channel(connection)


def test_a_lost_connection_is_unreachable_with_the_last_words_of_ssh() -> None:
    connection = ScriptedConnection()
    banner = "@" * 60 + "\r\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\n" + "blah " * 90
    connection.fails[0] = Lost(f"Failed to connect to the host via ssh: {banner}Host key verification failed.")
    with pytest.raises(
        HostUnreachable, match=r"via ssh: @? ?.*REMOTE HOST.*Host key verification failed\. Look"
    ) as caught:
        channel(connection).read([KeyRead(key=POLICY)])
    assert not caught.value.outcome_unknown
    assert "@@@" not in str(caught.value)


def test_a_file_that_cannot_be_fetched_is_an_error_and_is_removed() -> None:
    connection = ScriptedConnection(Refused("No such file"))
    reg = channel(connection, temp_dir="C:/A B")
    with pytest.raises(HostError, match=r"C:\\A B\\ra_.* cannot be transferred: No such file.*must not be scp"):
        reg.read([KeyRead(key=POLICY)])
    assert ["exec", "fetch", "exec"] == connection.events
    assert f'del /f /q "{connection.fetched[0]}"' in connection.lines[1]
    assert [] == reg.left_behind


def test_after_a_failed_fetch_a_host_that_is_gone_is_unreachable() -> None:
    connection = ScriptedConnection(Refused("lost connection"))
    connection.fails[2] = Lost("gone")
    with pytest.raises(HostUnreachable, match="gone"):
        channel(connection).read([KeyRead(key=POLICY)])


def test_a_file_that_does_not_arrive_is_an_error() -> None:
    connection = ScriptedConnection()
    connection.fetch_file = lambda *dummy: None  # type: ignore[method-assign]
    with pytest.raises(HostError, match="did not arrive"):
        channel(connection).read([KeyRead(key=POLICY)])
