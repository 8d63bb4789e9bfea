# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What becomes of the older generation of transfer scripts, and of failures, whatever ansible-core runs the tests."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypsrp.powershell
import pytest
import winrm.protocol

from tests.lab import StandInHost
from tests.lab.wine import WineMachine
from tests.lab_tests.lab_client import psrp_wsman
from tests.lab_tests.transfer_scripts import NEW_GET, OLD_GET, OLD_PSRP, OLD_PUT, WRAPPER, manifest, script


@pytest.fixture
def host(wine_machine: WineMachine) -> Iterator[StandInHost]:
    with StandInHost(machine=wine_machine) as running:
        yield running
        assert () == running.errors


@pytest.fixture
def folder(wine_machine: WineMachine) -> Iterator[Path]:
    made = wine_machine.file(r"C:\Windows\Temp\scripts")
    made.mkdir()
    yield made
    made.chmod(0o755)
    for entry in made.iterdir():
        entry.unlink()
    made.rmdir()


_FOLDER = r"C:\Windows\Temp\scripts"


def encoded(host: StandInHost, text: str, *given: bytes) -> tuple[bytes, bytes, int]:
    """Run a script as the older winrm plugin does."""
    protocol = winrm.protocol.Protocol(
        host.endpoint, transport="ntlm", message_encryption="always", username=host.username, password=host.password
    )
    shell_id = protocol.open_shell()
    line = base64.b64encode(text.encode("utf-16-le")).decode()
    command_id = protocol.run_command(shell_id, "PowerShell", ["-NoProfile", "-EncodedCommand", line])
    for number, data in enumerate(given, 1):
        protocol.send_command_input(shell_id, command_id, data, end=number == len(given))
    ran = protocol.get_command_output(shell_id, command_id)
    protocol.cleanup_command(shell_id, command_id)
    protocol.close_shell(shell_id)
    return ran


def _put(path: str) -> str:
    return script(OLD_PUT).replace("'C:\\it''s\u2019\u2019 here'", f"'{path}'")


def _get(path: str, offset: int, size: int) -> str:
    text = script(OLD_GET).replace("C:\\here", path).replace("1048576", str(offset))
    return text.replace("524288", str(size))


def test_the_older_put_answers_the_digest(host: StandInHost, folder: Path) -> None:
    pieces = (base64.b64encode(b"one") + b"\r\n", base64.b64encode(b"two") + b"\r\n")
    stdout, stderr, code = encoded(host, _put(rf"{_FOLDER}\x"), *pieces)
    # FIPS 180-1, by the standard library.
    assert {"sha1": hashlib.sha1(b"onetwo", usedforsecurity=False).hexdigest()} == json.loads(stdout)
    assert (b"", 0, b"onetwo") == (stderr, code, (folder / "x").read_bytes())


def test_the_older_get_answers_a_piece(host: StandInHost, folder: Path) -> None:
    (folder / "x").write_bytes(b"0123456789")
    assert (base64.b64encode(b"34") + b"\r\n", b"", 0) == encoded(host, _get(rf"{_FOLDER}\X", 3, 2))
    assert (b"", b"", 0) == encoded(host, _get(rf"{_FOLDER}\X", 10, 2))
    assert (b"[DIR]\r\n", b"", 0) == encoded(host, _get(_FOLDER, 0, 2))


def test_errors_of_the_older_generation_are_clixml_on_stderr(host: StandInHost, folder: Path) -> None:
    stdout, stderr, code = encoded(host, _get(rf"{_FOLDER}\nosuch", 0, 2))
    assert (b"", 1) == (stdout, code)
    assert stderr.startswith(b"#< CLIXML\r\n<Objs ")
    assert rb"C:\Windows\Temp\scripts\nosuch does not exist_x000D__x000A_" in stderr
    folder.chmod(0o555)
    stdout, stderr, code = encoded(host, _put(rf"{_FOLDER}\x"), b"YQ==\r\n")
    assert (b"", 1) == (stdout, code)
    assert rb"Access to the path 'C:\Windows\Temp\scripts\x' is denied." in stderr


def test_input_that_is_not_base64_leaves_an_empty_file(host: StandInHost, folder: Path) -> None:
    stdout, stderr, code = encoded(host, _put(rf"{_FOLDER}\x"), b"YQ==\r\n", b"no base64\r\n")
    assert (b"", 1, b"") == (stdout, code, (folder / "x").read_bytes())
    assert b'Exception calling "FromBase64String"' in stderr


class Pool:
    """A runspace pool by pypsrp."""

    def __init__(self, host: StandInHost) -> None:
        self.wsman = psrp_wsman(host)
        self.pool = pypsrp.powershell.RunspacePool(self.wsman)
        self.pool.open()

    def run(self, text: str, *arguments: Any, given: list[str] | None = None) -> Any:
        pipeline = pypsrp.powershell.PowerShell(self.pool)
        pipeline.add_script(text)
        for argument in arguments:
            pipeline.add_argument(argument)
        pipeline.invoke(given)
        return pipeline

    def close(self) -> None:
        self.pool.close()
        self.wsman.close()


@pytest.fixture
def pool(host: StandInHost) -> Iterator[Pool]:
    opened = Pool(host)
    yield opened
    opened.close()
    assert () == host.open_shells


def test_the_older_psrp_scripts_share_the_file_that_is_open(pool: Pool, folder: Path) -> None:
    steps = {name: script(fragments) for name, fragments in OLD_PSRP.items()}
    path = rf"{_FOLDER}\x"
    put = pool.run(steps["put"], path, given=[base64.b64encode(b"abc").decode(), "ZGVm"])
    assert (False, b"abcdef") == (put.had_errors, (folder / "x").read_bytes())
    assert {"sha1": hashlib.sha1(b"abcdef", usedforsecurity=False).hexdigest()} == json.loads(put.output[0])
    assert [] == pool.run(steps["open"], path).output
    assert ["Y2Rl"] == pool.run(steps["read"], 2, 3).output
    assert [] == pool.run(steps["read"], 6, 3).output
    assert not pool.run(steps["close"]).had_errors
    # MS-PSRP 2.2.3.4: 5 is the state Failed.
    assert 5 == pool.run(steps["read"], 0, 3).state


def test_a_pipeline_that_fails_says_why(pool: Pool, folder: Path) -> None:
    missing = pool.run(script(OLD_PSRP["open"]), rf"{_FOLDER}\nosuch")
    assert (5, True) == (missing.state, missing.had_errors)
    assert [rf"{_FOLDER}\nosuch does not exist"] == [str(error) for error in missing.streams.error]
    unknown = pool.run("Get-Date")
    assert (5, True) == (unknown.state, unknown.had_errors)
    assert "This stand-in has no PowerShell" in str(unknown.streams.error[0])


def test_the_wrapper_tells_the_host_to_exit_when_its_script_fails(pool: Pool, folder: Path) -> None:
    lines = manifest(NEW_GET, Path=rf"{_FOLDER}\nosuch", BufferSize=7)[:3]
    failed = pool.run(script(WRAPPER), given=lines)
    # MS-PSRP 2.2.3.4: 4 is the state Completed.
    assert 4 == failed.state
    (answer,) = map(json.loads, failed.output)
    assert answer["failed"]
    assert rf"{_FOLDER}\nosuch does not exist" in answer["msg"]
