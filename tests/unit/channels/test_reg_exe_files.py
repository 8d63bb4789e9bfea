# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No file of ours stays on the host, whatever happens; and where waiting ends."""

from __future__ import annotations

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    HostUnreachable,
    InputError,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyRead,
    KeyState,
    RegistryKey,
    Write,
    string,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.reg_exe_host import (
    Lost,
    Refused,
    ScriptedConnection,
    channel,
    export,
)

KEY = RegistryKey(path=r"SOFTWARE\Policies\X")
OTHER = RegistryKey(path=r"SYSTEM\Y")


def put(name: str, key: RegistryKey = KEY) -> Write:
    return Write(key=key, name=name, value=string(name, name))


def test_names_of_files_cannot_be_guessed_and_never_come_again() -> None:
    connections = [ScriptedConnection(), ScriptedConnection()]
    for connection in connections:
        reg = channel(connection)
        for name in ("a", "b"):
            reg.write([put(name)])
    files = [file for connection in connections for file in connection.sent]
    assert len(set(files)) == 4
    assert all(file.startswith("C:\\Windows\\Temp\\ra_") and len(file) >= 40 for file in files)


def test_an_import_removes_its_file_itself() -> None:
    connection = ScriptedConnection()
    reg = channel(connection)
    reg.write([put("a")])
    before, dummy, after = connection.lines[0].partition("reg.exe import")
    assert f'del /f /q "{next(iter(connection.sent))}"' in after
    assert "del " not in before
    reg.close()
    assert ["put", "exec"] == connection.events


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
    connection.codes = {"delete.file": 0, "del0.file": 0}
    reg.write([put("a")])
    connection.codes = {"del0.file": 0}
    reg.write([put("b")])
    reg.close()
    assert 3 == sum(next(iter(connection.sent)) in line for line in connection.lines)
    assert list(connection.sent)[:1] == reg.left_behind


@pytest.mark.parametrize("error", [Lost("x"), Refused("x")])
def test_close_never_raises(error: Exception) -> None:
    connection = ScriptedConnection()
    connection.codes = {"delete.file": 0}
    reg = channel(connection)
    reg.write([put("a")])
    connection.fails[2] = error
    reg.close()
    assert list(connection.sent) == reg.left_behind


def test_a_host_to_which_no_connection_came_about_has_no_files() -> None:
    connection = ScriptedConnection()
    connection.fails[0] = Lost("Failed to connect to the host via ssh: ssh: connect to host x port 22: refused")
    reg = channel(connection)
    with pytest.raises(HostUnreachable):
        reg.read([KeyRead(key=KEY)])
    reg.close()
    assert (["exec"], []) == (connection.events, reg.left_behind)


def test_a_host_that_is_lost_before_its_first_answer_is_cleaned_up() -> None:
    connection = ScriptedConnection()
    connection.codes = {"del0.file": 1}
    connection.fails[0] = Lost("Failed to connect to the host via ssh: Connection reset by peer")
    reg = channel(connection)
    with pytest.raises(HostUnreachable):
        reg.read([KeyRead(key=KEY)])
    reg.close()
    assert (["exec", "exec"], []) == (connection.events, reg.left_behind)


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
