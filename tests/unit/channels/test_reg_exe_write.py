# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing through reg.exe: one file, one import, what a failure means, and that no file stays behind."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
    InputError,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyRead,
    KeyState,
    RegistryKey,
    RegistryValue,
    ValueType,
    Write,
    dword,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.reg_exe_host import (
    HEADER,
    Lost,
    Refused,
    ScriptedConnection,
    channel,
    export,
)

KEY = RegistryKey(path=r"SOFTWARE\Policies\X")
OTHER = RegistryKey(path=r"SYSTEM\Y")
UGLY = ("CORP\\100%PATH%", "^a&b|c<d>e", 'q"uote', "a]b[c", "trail  ", "日本語\\助け", "a'b`$c!", "é\u2019s")


def put(name: str, key: RegistryKey = KEY) -> Write:
    return Write(key=key, name=name, value=string(name, name))


def remove(name: str, key: RegistryKey = KEY) -> Write:
    return Write(key=key, name=name, value=None)


def sent(connection: ScriptedConnection) -> str:
    (content,) = connection.sent.values()
    return content.decode("utf-16")


def test_all_writes_are_one_file_in_their_order_and_one_import() -> None:
    connection = ScriptedConnection()
    reg = channel(connection)
    writes = [
        Write(key=KEY, name="a", value=dword("other", 2**32 - 1)),
        put("b", OTHER),
        remove("a"),
        Write(key=KEY, name="", value=RegistryValue(name="", type=ValueType.REG_BINARY, data=b"\1")),
    ]
    connection.files = [export("SOFTWARE\\Policies\\X]")]
    reg.read([KeyRead(key=KEY)])

    assert reg.write(writes) == ()
    assert ["exec", "fetch", "put", "exec"] == connection.events
    assert reg.requests == 4
    assert (
        HEADER + '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\X]\r\n"a"=dword:ffffffff\r\n\r\n'
        '[HKEY_LOCAL_MACHINE\\SYSTEM\\Y]\r\n"b"="b"\r\n\r\n'
        '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\X]\r\n"a"=-\r\n@=hex:01\r\n\r\n'
    ) == sent(connection)
    (file,) = connection.sent
    assert f'reg.exe import "{file}"' in connection.lines[1]
    assert f'del /f /q "{connection.fetched[0]}"' in connection.lines[1]


@pytest.mark.parametrize("family", ["cmd", "powershell"])
def test_names_and_data_of_values_never_get_onto_a_line(family: str) -> None:
    def lines_for(names: tuple[str, ...]) -> list[str]:
        connection = ScriptedConnection(export("SOFTWARE\\Policies\\X]"), family=family)
        reg = channel(connection)
        reg._token = "0"  # the rest of a line is the same whatever is written
        reg.read([KeyRead(key=KEY, names=names)])
        reg.write([*map(put, names), *map(remove, names)])
        reg.close()
        return connection.lines

    assert lines_for(("plain",)) == lines_for(UGLY)


def test_nothing_to_write_is_nothing_sent() -> None:
    connection = ScriptedConnection()
    assert channel(connection).write([]) == ()
    assert [] == connection.events


def test_deleting_in_an_absent_key_sends_nothing_that_would_create_it() -> None:
    connection = ScriptedConnection()
    connection.codes = {"k0": 1, "k0.file": 1, "k0.0": 1}
    reg = channel(connection)

    assert reg.write([remove("a"), remove("b")]) == ()
    assert ["exec"] == connection.events
    assert reg.write([remove("a"), put("b"), remove("c")]) == ()
    assert HEADER + '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\X]\r\n"b"="b"\r\n"c"=-\r\n\r\n' == sent(connection)


def test_an_import_that_fails_refuses_every_write() -> None:
    connection = ScriptedConnection()
    connection.codes = {"import": 1}
    writes = [put("a"), put("b", OTHER)]

    failures = channel(connection).write(writes)
    assert writes == [failure.write for failure in failures]
    assert "could not import everything" in str(failures[0].error)
    assert "Administrators" in failures[0].error.advice


def test_a_key_of_which_an_import_alone_was_refused_is_not_tried_again_until_the_next_connection() -> None:
    connection = ScriptedConnection()
    connection.codes = {"import": 1}
    reg = channel(connection)

    assert len(reg.write([put("a"), put("b", OTHER)])) == 2
    assert len(reg.write([put("a")])) == 1
    calls = reg.requests
    assert len(reg.write([put("b")])) == 1
    assert calls == reg.requests
    assert len(reg.write([put("b", OTHER)])) == 1
    assert calls + 2 == reg.requests
    reg.reconnect()
    connection.codes = {}
    assert reg.write([put("b")]) == ()


def test_writes_that_no_file_can_carry_end_the_batch() -> None:
    connection = ScriptedConnection(export("SOFTWARE\\Policies\\X]"))
    bad = [
        put("a\r\n[HKEY_LOCAL_MACHINE\\EVIL]"),
        Write(key=KEY, name="u", value=RegistryValue(name="u", type=ValueType.REG_SZ, data=UNREADABLE)),
    ]
    failures = channel(connection).write([put("a"), *bad, put("z"), bad[0]])

    assert bad == [failure.write for failure in failures]
    assert "a value name with a line end" in str(failures[0].error)
    assert "unreadable data" in str(failures[1].error)
    assert HEADER + '[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\X]\r\n"a"="a"\r\n\r\n' == sent(connection)


def test_a_failed_import_before_such_a_write_refuses_both() -> None:
    connection = ScriptedConnection()
    connection.codes = {"import": 1}
    writes = [put("a"), put("b\n"), put("c")]
    assert writes[:2] == [failure.write for failure in channel(connection).write(writes)]


def test_no_answer_to_an_import_leaves_every_write_in_doubt() -> None:
    connection = ScriptedConnection()
    connection.codes = {"start": None}
    failures = channel(connection).write([put("a"), put("b")])
    assert len(failures) == 2
    assert "did not understand" in str(failures[0].error)


def test_an_answer_that_is_cut_off_leaves_every_write_in_doubt() -> None:
    connection = ScriptedConnection()
    connection.codes = {"import": None}
    (failure,) = channel(connection).write([put("a")])
    assert "cut off" in str(failure.error)


def test_a_file_that_is_not_where_it_was_sent_is_an_error() -> None:
    connection = ScriptedConnection()
    connection.codes = {"import.file": 1, "import": 1}
    with pytest.raises(HostError, match=r"was sent and is not there"):
        channel(connection).write([put("a")])


def test_a_connection_lost_during_the_import_leaves_the_outcome_unknown() -> None:
    connection = ScriptedConnection()
    connection.fails[1] = Lost("gone")
    with pytest.raises(HostUnreachable, match="gone") as caught:
        channel(connection).write([put("a"), put("b")])
    assert (True, ()) == (caught.value.outcome_unknown, caught.value.acknowledged)


def test_a_connection_lost_while_sending_has_written_nothing() -> None:
    connection = ScriptedConnection()
    connection.fails[0] = Lost("gone")
    with pytest.raises(HostUnreachable) as caught:
        channel(connection).write([put("a")])
    assert not caught.value.outcome_unknown


def test_a_folder_that_takes_no_file_is_named_and_what_came_is_removed() -> None:
    connection = ScriptedConnection()
    connection.fails[0] = Refused("dest open: Permission denied")
    reg = channel(connection)
    with pytest.raises(HostError, match=r"C:\\Windows\\Temp\\ra_.*Permission denied.*temp_dir names another one"):
        reg.write([put("a")])
    assert ["put", "exec"] == connection.events
    assert "del /f /q" in connection.lines[0]
    assert [] == reg.left_behind


# Files


def test_names_of_files_cannot_be_guessed_and_never_come_again() -> None:
    connections = [ScriptedConnection(), ScriptedConnection()]
    for connection in connections:
        reg = channel(connection)
        for name in ("a", "b"):
            reg.write([put(name)])
    files = [file for connection in connections for file in connection.sent]
    assert len(set(files)) == 4
    assert all(file.startswith("C:\\Windows\\Temp\\ra_") and len(file) >= 40 for file in files)


def test_close_removes_the_last_files_and_only_those() -> None:
    connection = ScriptedConnection(export("SOFTWARE\\Policies\\X]"))
    reg = channel(connection)
    reg.read([KeyRead(key=KEY)])
    reg.close()
    reg.close()
    assert ["exec", "fetch", "exec"] == connection.events
    assert f'del /f /q "{connection.fetched[0]}"' in connection.lines[1]


def test_a_file_that_is_held_open_is_tried_again_and_named_in_the_end() -> None:
    connection = ScriptedConnection()
    reg = channel(connection)
    reg.write([put("a")])
    connection.codes = {"del0.file": 0}
    reg.write([put("b")])
    reg.close()
    assert 3 == sum(next(iter(connection.sent)) in line for line in connection.lines)
    assert list(connection.sent)[:1] == reg.left_behind


@pytest.mark.parametrize("error", [Lost("x"), Refused("x")])
def test_close_never_raises(error: Exception) -> None:
    connection = ScriptedConnection()
    reg = channel(connection)
    reg.write([put("a")])
    connection.fails[2] = error
    reg.close()
    assert list(connection.sent) == reg.left_behind


def test_a_host_that_never_answered_has_no_files() -> None:
    connection = ScriptedConnection()
    connection.fails[0] = Lost("x")
    reg = channel(connection)
    with pytest.raises(HostUnreachable):
        reg.read([KeyRead(key=KEY)])
    reg.close()
    assert (["exec"], []) == (connection.events, reg.left_behind)


def test_after_an_interruption_the_next_line_cleans_up() -> None:
    connection = ScriptedConnection(export("SOFTWARE\\Policies\\X]"))
    connection.fails[1] = KeyboardInterrupt()
    reg = channel(connection)
    with pytest.raises(KeyboardInterrupt):
        reg.write([put("a")])
    reg.reconnect()
    assert {KEY: KeyState()} == reg.read([KeyRead(key=KEY)])
    assert ["put", "exec", "reset", "exec", "fetch"] == connection.events
    assert f'del /f /q "{next(iter(connection.sent))}"' in connection.lines[1]


def test_nothing_starts_after_the_time_limit() -> None:
    connection = ScriptedConnection()
    reg = channel(connection)
    reg.write([put("a")])
    reg.limit(0)
    with pytest.raises(HostUnreachable, match="time limit has passed") as caught:
        reg.write([put("a")])
    assert not caught.value.outcome_unknown
    reg.close()
    assert ["put", "exec"] == connection.events


@pytest.mark.parametrize("error", [Lost("x"), Refused("x")])
def test_reconnecting_raises_nothing_of_the_plugin(error: Exception) -> None:
    connection = ScriptedConnection()
    connection.fails[0] = error
    channel(connection).reconnect()
    assert ["reset"] == connection.events


def test_a_folder_that_cannot_be_is_an_input_error_before_anything_is_sent() -> None:
    with pytest.raises(InputError, match="temp_dir"):
        channel(ScriptedConnection(), temp_dir="%TEMP%")
