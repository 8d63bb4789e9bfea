# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A Wine host by OpenSSH's own clients: what reaches cmd.exe, what files do, what hosts are."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

import pytest

from tests.lab.wine import WineError, WineHost, WineMachine, programs, wine_available
from tests.lab.wine.processes import with_variable
from tests.lab.wine.programs import STATE, at_fixed_addresses, confined
from tests.lab_tests.ssh_client import EXPORT, MARK, POLICIES, TEMP, scp, sftp, ssh, write

# linux/personality.h
_ADDR_NO_RANDOMIZE = 0x0040000

# -- commands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ('echo "a b"', '"a b"'),
        (r"echo \"x\"", r"\"x\""),
        ("echo 'single' `back` $HOME ~ * ?", "'single' `back` $HOME ~ * ?"),
        ("echo 100% %NO_SUCH% %%", "100% %NO_SUCH% %%"),
        ("echo a^&b ^^ ^| ^<", "a&b ^ | <"),
        ("echo [x] ]", "[x] ]"),
        ('echo "a & b" & echo c', '"a & b" \r\nc'),
        ("(echo a) & (echo b)", "a\r\nb"),
        ("echo one  two", "one  two"),
        ("echo %USERNAME%", None),
    ],
)
def test_a_line_reaches_cmd_exe_as_it_was_sent(wine_host: WineHost, line: str, printed: str | None) -> None:
    done = ssh(wine_host, line)
    expected = wine_host.username if printed is None else printed
    assert (done.returncode, done.stdout.decode("ascii"), done.stderr) == (0, f"{expected}\r\n", b"")
    assert wine_host.executions.commands == (line,)


def test_a_line_that_is_not_ascii_reaches_cmd_exe(wine_host: WineHost) -> None:
    ssh(wine_host, rf"echo x > {TEMP}\日本ä.txt")
    assert wine_host.temp_files() == ["日本ä.txt"]
    # What is printed goes through a code page: cmd.exe takes 1252, reg.exe 437; both have ä, neither has 日.
    assert ssh(wine_host, "echo ä日").stdout == b"\xe4?\r\n"
    wine_host.registry.set(POLICIES, "ä日", "REG_SZ", "")
    assert b"    \x84?    REG_SZ    \r\n" in ssh(wine_host, f'reg query "{POLICIES}"').stdout


def test_exit_codes_and_input_pass(wine_host: WineHost) -> None:
    assert ssh(wine_host, "exit 7").returncode == 7
    assert ssh(wine_host, rf"reg query {POLICIES}\Nope").returncode == 1
    assert [entry.exit_code for entry in wine_host.executions] == [7, 1]
    assert ssh(wine_host, "set /p X= & echo got", text=b"line\r\n").stdout.endswith(b"got\r\n")


def test_a_command_starts_in_the_profile_folder_without_the_lab_in_its_variables(wine_host: WineHost) -> None:
    done = ssh(wine_host, "cd & set")
    assert done.stdout.splitlines()[0].lower() == rf"c:\users\{wine_host.username}".encode()
    assert b"RA_CMD" not in done.stdout


def test_reg_exe_sees_what_the_bridge_wrote_and_the_reverse(wine_host: WineHost) -> None:
    ssh(wine_host, f'reg add "{POLICIES}" /v fAllowToGetHelp /t REG_DWORD /d 0 /f')
    assert wine_host.registry.get(POLICIES, "fallowtogethelp") == ("REG_DWORD", 0)
    wine_host.registry.set(POLICIES, "fAllowToGetHelp", "REG_DWORD", 0xFFFFFFFF)
    assert b"    REG_DWORD    0xffffffff\r\n" in ssh(wine_host, f'reg query "{POLICIES}" /v fAllowToGetHelp').stdout


def test_an_import_and_an_export_keep_every_name(wine_host: WineHost) -> None:
    key = POLICIES + r"\RAUnsolicit"
    names = ["CORP\\Hj\u00e4lp", "\u65e5\u672c", 'q"uote', "100%", "a^&b", "x]", "blank ", "\U0001f600"]
    lines = "".join(f'"{name}"="{name}"\n'.replace("\\", "\\\\").replace('q"', 'q\\"') for name in names)
    wide = key.replace("HKLM", "HKEY_LOCAL_MACHINE")
    write(wine_host, "in.reg", f"Windows Registry Editor Version 5.00\n\n[-{wide}]\n\n[{wide}]\n{lines}")
    assert ssh(wine_host, rf"reg import {TEMP}\in.reg {MARK}").stdout == b"RA:1:0\r\n"
    assert wine_host.registry.dump(key) == {key: {name: ("REG_SZ", name) for name in names}}
    ssh(wine_host, EXPORT)
    text = (wine_host.machine.file(TEMP) / "ra.reg").read_bytes().decode("utf-16")
    assert '"q\\"uote"="q\\"uote"\r\n' in text
    assert '"\U0001f600"="\U0001f600"\r\n' in text


# -- files --------------------------------------------------------------------------------------------


def test_sftp_has_the_paths_of_windows(wine_host: WineHost, tmp_path: Path) -> None:
    data = os.urandom(300_000)
    (tmp_path / "local").write_bytes(data)
    done = sftp(
        wine_host,
        "pwd",
        f"put {tmp_path}/local /C:/Windows/Temp/One.bin",
        f"get /c:/WINDOWS/temp/one.BIN {tmp_path}/back",
        "rename /C:/Windows/Temp/one.bin /C:/Windows/Temp/two.bin",
        f"put {tmp_path}/local /C:/Windows/Temp/TWO.BIN",
        "mkdir /C:/Windows/Temp/folder",
        "ls -1 /C:/windows/temp",
        "rmdir /C:/Windows/Temp/Folder",
        "rm /Windows/Temp/two.bin",
        "ls /",
    )
    assert done.returncode == 0, done.stderr
    assert f"Remote working directory: /C:/users/{wine_host.username}".encode() in done.stdout
    assert b"/C:/windows/temp/folder\n/C:/windows/temp/two.bin\n" in done.stdout
    assert done.stdout.endswith(b"sftp> ls /\n/C:  \n")
    assert (tmp_path / "back").read_bytes() == data
    assert wine_host.temp_files() == []
    assert wine_host.executions.files[:2] == (("put", rf"{TEMP}\One.bin"), ("get", r"C:\WINDOWS\temp\one.BIN"))


@pytest.mark.parametrize("path", ["/C:/no/such/file", "/D:/x", "/C:/Windows/Temp/a|b", "/C:/Windows/Temp/a:b"])
def test_sftp_refuses_what_is_no_file_of_windows(wine_host: WineHost, tmp_path: Path, path: str) -> None:
    (tmp_path / "local").write_bytes(b"x")
    assert b"not found" in sftp(wine_host, f'get "{path}" {tmp_path}/back').stderr
    assert b"No such file" in sftp(wine_host, f'put {tmp_path}/local "{path}"').stderr


@pytest.mark.parametrize("options", [(), ("-O",)], ids=["sftp", "legacy"])
def test_scp_copies_both_ways(wine_host: WineHost, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = os.urandom(70_000)
    (tmp_path / "local").write_bytes(data)
    blank = "/C:/Windows/Temp/with blank.bin"
    # The legacy protocol sends the path as part of a command line (and its client takes no quoted name back).
    for target in (f'"{blank}"' if options else blank, "/C:/Windows/Temp/plain.bin", "/C:/windows/temp/PLAIN.bin"):
        done = scp(wine_host, tmp_path / "local", f":{target}", *options)
        assert (done.returncode, done.stderr) == (0, b"")
    assert wine_host.temp_files() == ["plain.bin", "with blank.bin"]
    assert scp(wine_host, ":/C:/Windows/Temp/plain.bin", tmp_path / "back", *options).returncode == 0
    assert (tmp_path / "back").read_bytes() == data
    missing = scp(wine_host, ":/C:/Windows/Temp/none", tmp_path / "none", *options)
    assert missing.returncode == 1
    assert b"/C:/Windows/Temp/none: No such file or directory" in missing.stderr
    assert {entry.kind for entry in wine_host.executions.channels} == {"scp" if options else "sftp"}


# -- hosts --------------------------------------------------------------------------------------------


def need_wine() -> None:
    if reason := wine_available():
        pytest.skip(reason)


def test_of_powershell_only_a_quoted_cmd_line_is_taken() -> None:
    need_wine()
    with WineHost(shell="powershell") as host:
        assert host.inventory_vars()["ansible_shell_type"] == "powershell"
        assert ssh(host, "cmd /c 'echo \"it''s\" & echo RA:1:0'").stdout == b'"it\'s" \r\nRA:1:0\r\n'
        assert ssh(host, "cmd /c 'echo a\u2019\u2019b'").stdout.startswith(b"a")
        for line in ("echo a", "reg query HKLM & echo RA:1:0", "cmd /c 'echo it's'", "cmd /c 'a' ; b", "cmd /c echo a"):
            refused = ssh(host, line)
            assert (refused.returncode, refused.stdout) == (1, b"")
            assert b"ParserError" in refused.stderr


@pytest.mark.parametrize(
    ("locale", "message", "umlaut"),
    [("ja_JP.UTF-8", "指定", b"a\r\n"), ("de_DE.UTF-8", "Schlüssel", b"\xe4\r\n")],
)
def test_a_locale_changes_messages_and_code_page_but_no_exit_code(locale: str, message: str, umlaut: bytes) -> None:
    need_wine()
    page = {"ja_JP.UTF-8": "cp932", "de_DE.UTF-8": "cp850"}[locale]
    with WineHost(seed="domain_member", locale=locale) as host:
        missing = ssh(host, r"reg query HKLM\SOFTWARE\NoSuchKey")
        assert missing.returncode == 1
        assert message in missing.stdout.decode(page)
        assert ssh(host, "echo ä").stdout == umlaut
        assert ssh(host, f"{EXPORT} {MARK}").stdout.endswith(b"RA:1:0\r\n")
        text = (host.machine.file(TEMP) / "ra.reg").read_bytes().decode("utf-16")
        assert '"CORP\\\\Hjälpdesk"="CORP\\\\Hjälpdesk"' in text


def test_hosts_are_apart_and_leave_nothing() -> None:
    need_wine()
    with WineHost(seed="open_client", name="one") as one, WineHost(seed="compliant_server", name="two") as two:
        key = r"HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance"
        values = [host.registry.get(key, "fAllowToGetHelp") for host in (one, two)]
        assert values == [("REG_DWORD", 1), ("REG_DWORD", 0)]
        ssh(one, rf"echo x > {TEMP}\one.txt & del C:\Windows\win.ini")
        assert (one.temp_files(), two.temp_files()) == (["one.txt"], [])
        assert two.machine.file(r"C:\Windows\win.ini").exists()
        prefixes = [host.machine.prefix for host in (one, two)]
        running = threading.Thread(target=ssh, args=(two, "set /p X= & ping -n 30 127.0.0.1"), daemon=True)
        running.start()
    running.join(timeout=20)
    assert not running.is_alive()
    assert [with_variable("WINEPREFIX", str(prefix)) for prefix in prefixes] == [set(), set()]
    assert not any(prefix.parent.exists() for prefix in prefixes)


def test_a_stopped_host_keeps_its_registry_and_its_port(tmp_path: Path) -> None:
    need_wine()
    host = WineHost(seed="open_client", directory=tmp_path / "host")
    with host:
        port = host.port
        host.registry.set(POLICIES, "Lab", "REG_SZ", "日本")
        host.stop()
        host.start()
        assert host.port == port
        assert host.registry.get(POLICIES, "Lab") == ("REG_SZ", "日本")
        assert ssh(host, "ver").returncode == 0


def test_every_process_of_a_host_starts_at_fixed_addresses(wine_host: WineHost) -> None:
    if not at_fixed_addresses():
        pytest.skip("NOT TESTED: nobody may turn address randomization off here; Wine then fails now and then")
    running = threading.Thread(target=ssh, args=(wine_host, "ping -n 3 127.0.0.1"), daemon=True)
    running.start()
    found: dict[str, set[int]] = {}
    while running.is_alive():
        for process in with_variable("WINEPREFIX", str(wine_host.machine.prefix)):
            # A process may end while it is looked at.
            with contextlib.suppress(OSError):
                folder = Path(f"/proc/{process}")
                name, personality = ((folder / file).read_text() for file in ("comm", "personality"))
                found.setdefault(name.rstrip(), set()).add(int(personality, 16) & _ADDR_NO_RANDOMIZE)
    assert {"wineserver64", "regbridge.exe", "cmdrun.exe", "cmd.exe"} <= set(found)
    assert set().union(*found.values()) == {_ADDR_NO_RANDOMIZE}, found


def test_where_randomization_cannot_be_turned_off_hosts_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "program", lambda _name: "false")
    assert at_fixed_addresses.__wrapped__() == ()
    monkeypatch.setattr(programs, "at_fixed_addresses", lambda: ())
    assert "-R" not in confined(dies_with_parent=True)


def test_what_a_killed_process_left_is_removed() -> None:
    need_wine()
    left = STATE / "hosts" / "left-4194305-abcdef"
    (left / "prefix").mkdir(parents=True)
    with WineMachine(name="sweeper") as machine:
        assert machine.directory.is_dir()
        assert not left.exists()


def test_a_host_denies_nothing(wine_host: WineHost) -> None:
    with pytest.raises(WineError, match="no access rights"):
        wine_host.registry.deny(POLICIES, write=True)
    with pytest.raises(WineError, match="cannot deny"):
        wine_host.registry.load({"denied": {POLICIES: ["write"]}})


def test_a_folder_that_is_deep_gets_a_short_place_for_control_sockets(tmp_path: Path) -> None:
    host = WineHost(directory=tmp_path / ("d" * 100))
    folder = host._control_folder()
    assert len(str(folder)) < 80
    host.close()
    assert not folder.exists()


def test_a_machine_that_does_not_run_has_no_registry() -> None:
    with pytest.raises(WineError, match="does not run"):
        WineMachine().store.walk()
