# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A Wine host in trouble: blocked tools, full disks, lost connections, other keys, somebody else's acts."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.lab import Trouble
from tests.lab.wine import Answer, Call, DropConnection, Refuse, Wait, WhenRun, WineHost
from tests.lab_tests.ssh_client import EXPORT, MARK, POLICIES, TEMP, sftp, ssh, write


def test_a_blocked_reg_exe_refuses_everything(wine_host: WineHost) -> None:
    wine_host.reg_exe = "denied"
    done = ssh(wine_host, f"{EXPORT} {MARK}")
    assert (done.stdout, done.stderr) == (b"RA:1:1\r\n", b"ERROR: Access is denied.\r\n")
    wine_host.reg_exe = "missing"
    assert ssh(wine_host, f"{EXPORT} {MARK}").stdout == b"RA:1:1\r\n"
    assert wine_host.temp_files() == []
    wine_host.reg_exe = "genuine"
    assert ssh(wine_host, f"{EXPORT} {MARK}").stdout == b"RA:1:0\r\n"


def test_an_import_can_pretend(wine_host: WineHost) -> None:
    before = wine_host.registry.dump()
    write(wine_host, "in.reg", f"Windows Registry Editor Version 5.00\n\n[-{POLICIES}]\n")
    wine_host.reg_exe = "import_pretends"
    assert ssh(wine_host, rf"C:\Windows\System32\reg.exe import {TEMP}\in.reg {MARK}").stdout == b"RA:1:0\r\n"
    assert wine_host.registry.dump() == before
    assert ssh(wine_host, f"{EXPORT} {MARK}").stdout == b"RA:1:0\r\n"
    assert (wine_host.machine.file(TEMP) / "ra.reg").stat().st_size > 1000


def test_a_temp_folder_can_be_closed_for_everybody(wine_host: WineHost, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"x")
    wine_host.temp_writable = False
    assert ssh(wine_host, f"{EXPORT} {MARK}").stdout.endswith(b"RA:1:1\r\n")
    assert b"Permission denied" in sftp(wine_host, f"put {tmp_path}/local /C:/Windows/Temp/x").stderr
    assert wine_host.temp_files() == []
    wine_host.temp_writable = True
    assert sftp(wine_host, f"put {tmp_path}/local /C:/Windows/Temp/x").returncode == 0


def test_a_full_disk_makes_empty_files(wine_host: WineHost, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"x" * 5000)
    wine_host.max_file_size = 0
    ssh(wine_host, EXPORT)
    assert b"Failure" in sftp(wine_host, f"put {tmp_path}/local /C:/Windows/Temp/x").stderr
    folder = wine_host.machine.file(TEMP)
    assert {name: (folder / name).stat().st_size for name in wine_host.temp_files()} == {"ra.reg": 0, "x": 0}
    wine_host.max_file_size = None
    assert sftp(wine_host, f"put {tmp_path}/local /C:/Windows/Temp/x").returncode == 0


@pytest.mark.parametrize("performed", [False, True])
def test_a_connection_can_be_lost_around_a_command(wine_host: WineHost, performed: bool) -> None:
    wine_host.script.add(
        Trouble(when=WhenRun(number=2, line="*reg add*"), do=DropConnection(performed=performed)),
    )
    line = f'reg add "{POLICIES}" /v Lab /t REG_DWORD /d {{}} /f'
    assert ssh(wine_host, line.format(1)).returncode == 0
    lost = ssh(wine_host, line.format(2))
    assert (lost.returncode, lost.stdout) == (255, b"")
    assert b"closed" in lost.stderr
    assert wine_host.registry.get(POLICIES, "Lab") == ("REG_DWORD", 2 if performed else 1)
    assert ssh(wine_host, line.format(3)).returncode == 0
    assert wine_host.script.applied == 1


def test_a_connection_can_be_lost_while_a_file_is_sent(wine_host: WineHost, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"x")
    wine_host.script.add(Trouble(when=WhenRun(kind="put"), do=DropConnection()))
    assert sftp(wine_host, f"put {tmp_path}/local /C:/Windows/Temp/x").returncode == 255
    assert wine_host.temp_files() == []


def test_somebody_else_can_act_around_a_command(wine_host: WineHost) -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append(wine_host.registry.get(POLICIES, "fAllowToGetHelp"))

    wine_host.script.add(
        Trouble(do=Call(function=look)),
        Trouble(do=Call(function=look, after_it=True)),
    )
    ssh(wine_host, f'reg delete "{POLICIES}" /v fAllowToGetHelp /f')
    assert seen == [("REG_DWORD", 1), None]


def test_an_answer_can_be_made_up_late_and_a_file_refused(wine_host: WineHost, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"x")
    wine_host.script.add(
        Trouble(do=Wait(seconds=0.05)),
        Trouble(do=Answer(exit_code=3, stdout=b"\xff\r\n", stderr=b"why")),
        Trouble(when=WhenRun(kind="put", line=r"*\[x].bin"), do=Refuse(error=errno.ENOSPC)),
    )
    done = ssh(wine_host, "reg query")
    assert (done.returncode, done.stdout, done.stderr) == (3, b"\xff\r\n", b"why")
    assert b"Failure" in sftp(wine_host, f"put {tmp_path}/local /C:/Windows/Temp/[x].bin").stderr


def test_a_host_key_can_be_unknown_or_another(wine_host: WineHost) -> None:
    wine_host.forget_host_key()
    assert b"Host key verification failed" in ssh(wine_host, "ver").stderr
    wine_host.learn_host_key()
    assert ssh(wine_host, "ver").returncode == 0
    port = wine_host.port
    wine_host.change_host_key()
    assert wine_host.port == port
    assert b"HOST IDENTIFICATION HAS CHANGED" in ssh(wine_host, "ver").stderr
    wine_host.learn_host_key()
    assert ssh(wine_host, "ver").returncode == 0


def test_a_host_can_be_away_for_a_while(wine_host: WineHost) -> None:
    wine_host.refuse_connections()
    assert b"Connection refused" in ssh(wine_host, "ver").stderr
    wine_host.accept_connections()
    assert ssh(wine_host, "ver").returncode == 0


def test_sessions_share_a_connection_and_lose_it_together(wine_host: WineHost) -> None:
    folder = wine_host.inventory_vars()["ansible_control_path_dir"]
    master = ("-oControlMaster=auto", "-oControlPersist=30", f"-oControlPath={folder}/master")
    for _number in range(3):
        assert ssh(wine_host, "ver", *master).returncode == 0
    assert (len(wine_host.executions), wine_host.executions.connections) == (3, 1)
    wine_host.drop_connections()
    assert ssh(wine_host, "ver", *master).returncode == 0
    assert wine_host.executions.connections == 2
    wine_host.drop_connections()
