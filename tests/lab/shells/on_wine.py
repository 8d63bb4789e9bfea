# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Commands and files of a Wine machine, as shells need them."""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..wine.machine import WineMachine
from ..wine.processes import end, with_variable
from ..wine.programs import STATE, confined, program, run
from .command import Command, ProcessCommand
from .faults import bad_directory, line_too_long, program_not_found
from .machine import Start, Transfer

_HERE = Path(__file__).resolve().parent
_SOURCE = _HERE / "winrsrun.c"
_LAB = "C:\\lab"
_SHELL = "C:\\Windows\\system32\\cmd.exe"
_MARK = "RA_COMMAND"
# CreateProcess: lpCommandLine has at most 32767 characters with its end.
_LONGEST_LINE = 32766


class OnWine:
    """A Wine machine as shells see it; see ``Machine``.

    Args:
        machine: The machine; it must run while commands do.
    """

    def __init__(self, machine: WineMachine) -> None:
        self._machine = machine

    def command(self, program_name: str, arguments: str, how: Start) -> Command:
        """See ``Machine``."""
        line = f"{program_name} {arguments}" if arguments else program_name
        whole, application = line, None
        if how.skip_shell:
            application = program_name.strip('"')
            if ":" not in application or not self._machine.file(application).is_file():
                raise program_not_found()
        else:
            whole = f'{_SHELL} /C "{line}"' if how.quotes else f"{_SHELL} /C {line}"
        if len(whole) > _LONGEST_LINE:
            raise line_too_long()
        directory = self._machine.file(how.directory) if how.directory else self._machine.home
        if not directory.is_dir():
            raise bad_directory()
        mark = secrets.token_hex(8)
        variables = self._machine.environment | {_MARK: mark, "RA_CMD": whole, "RA_EXIT": f"{_LAB}\\exit-{mark}"}
        variables |= {"RA_APP": application} if application else {}
        settings = "\n".join(f"{name}={value}" for name, value in how.variables.items())
        variables |= {"RA_SET": settings} if settings else {}
        runner = self._runner()

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [*confined(), program("wine64"), runner],
                env=variables,
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )

        exit_file = self._machine.file(_LAB) / f"exit-{mark}"
        return ProcessCommand(line, start, lambda: _end_all(mark), exit_file)

    def put(self, path: str, content: bytes) -> Transfer:
        """See ``Machine``."""
        return self._do({"verb": "put", "path": path}, content)

    def get(self, path: str, offset: int = 0, size: int | None = None) -> Transfer:
        """See ``Machine``."""
        return self._do({"verb": "get", "path": path, "offset": offset, "size": size}, b"")

    def _runner(self) -> str:
        """Return the path on the machine of the program that starts commands, put there now if it is not yet."""
        name = "winrsrun.exe"
        target = self._machine.file(_LAB) / name
        if not target.exists():
            folder = STATE / "winrs" / hashlib.sha256(_SOURCE.read_bytes()).hexdigest()
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not (folder / name).exists():
                    compiler = program("x86_64-w64-mingw32-gcc")
                    run(compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-s", "-o", folder / "new.exe", _SOURCE)
                    (folder / "new.exe").rename(folder / name)
            passing = target.with_suffix(f".{secrets.token_hex(4)}")
            shutil.copy2(folder / name, passing)
            passing.rename(target)
        return f"{_LAB}\\{name}"

    def _do(self, order: dict[str, Any], content: bytes) -> Transfer:
        prefix = self._machine.prefix
        order |= {"prefix": str(prefix), "home": f"C:/users/{getpass.getuser()}"}
        done = subprocess.run(
            # A process of its own, for only it can do without root's rights. No site packages: it starts faster.
            [*confined(), sys.executable, "-E", "-s", "-S", str(_HERE / "remote" / "transfer.py"), json.dumps(order)],
            input=content,
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            check=True,
        )
        head, _newline, data = done.stdout.partition(b"\n")
        return Transfer(**json.loads(head), data=data)


def _end_all(mark: str) -> None:
    """End the processes of a command; one that just becomes another program shows no variables for a moment."""
    looks = 0
    while looks < 2:
        left = with_variable(_MARK, mark)
        end(left)
        looks = 0 if left else looks + 1
