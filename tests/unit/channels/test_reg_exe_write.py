# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing through reg.exe: one file, one import, what a failure means, and that no file stays behind."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostError,
    HostUnreachable,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    KeyRead,
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
        reg.files._token = "0"  # the rest of a line is the same whatever is written
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


def test_a_file_that_is_not_where_it_was_sent_may_have_been_imported_before() -> None:
    connection = ScriptedConnection()
    connection.codes = {"import.file": 1, "import": 1}
    with pytest.raises(HostUnreachable, match="was sent and is not there") as caught:
        channel(connection).write([put("a")])
    assert caught.value.outcome_unknown


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
