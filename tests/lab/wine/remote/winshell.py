# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The forced command of a Wine host's sshd: does what Win32-OpenSSH would do with a command, scp or sftp.

Runs on its own (standard library only) with one argument, a JSON file:

    control   name of the abstract Unix socket of the test process: it logs, and decides about trouble
    listener  process id of the sshd that listens
    subsystem what sshd gives as command for sftp
    prefix, home, windows_home, environment, wine, cmdrun, scp, shell    what and how to run

A command is handed to cmd.exe byte for byte (measured with Wine 8). With ``shell`` = ``powershell``,
only PowerShell's documented rule for single quotes is imitated: the line must be ``cmd /c '...'``; no PowerShell runs.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from winpath import WinPaths, split_arguments
from winsftp import SftpServer

# about_Quoting_Rules; the typographic ones end a string too (PowerShell's tokenizer, IsSingleQuote).
_QUOTES = "'\u2018\u2019\u201a\u201b"
_STRING = f"[{_QUOTES}]((?:[^{_QUOTES}]|[{_QUOTES}]{{2}})*)[{_QUOTES}]"
_CMD_C = re.compile(rf"\s*cmd(?:\.exe)?\s+/c\s+{_STRING}\s*", re.IGNORECASE)
_UNDOUBLE = re.compile(f"([{_QUOTES}])[{_QUOTES}]")


class Control:
    """The conversation with the test process."""

    def __init__(self, name: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect("\0" + name)
        self._stream = self._socket.makefile("rwb")

    def ask(self, **words: Any) -> dict[str, Any]:
        """Say something and return the answer."""
        self._stream.write(json.dumps(words).encode() + b"\n")
        self._stream.flush()
        line = self._stream.readline()
        if not line:
            raise SystemExit("the lab has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Shell:
    """One execution."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings
        self._control = Control(settings["control"])
        self._paths = WinPaths(settings["prefix"], settings["windows_home"])
        self._line = os.environb.get(b"SSH_ORIGINAL_COMMAND", b"").decode("utf-8", "surrogateescape")

    def run(self) -> int:
        """Do what was asked for and return the exit code."""
        words = self._line.split(None, 1)
        kind = "sftp" if self._line == self._settings["subsystem"] else "scp" if words[:1] == ["scp"] else "exec"
        line = "" if kind == "sftp" else self._line
        connection = os.environ.get("SSH_CONNECTION", "")
        orders = self._control.ask(event="begin", kind=kind, line=line, connection=connection)
        if orders["drop"] == "before":
            self._drop()
        if orders["answer"]:
            return self._finish(orders, self._fixed(orders["answer"]))
        if orders["max_file_size"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (orders["max_file_size"],) * 2)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        silent = orders["drop"] == "after"
        code = {"sftp": self._sftp, "scp": self._scp, "exec": self._exec}[kind](orders, silent)
        return self._finish(orders, code)

    def _finish(self, orders: dict[str, Any], code: int) -> int:
        self._control.ask(event="end", id=orders["id"], exit_code=code)
        if orders["drop"] == "after":
            self._drop()
        return code

    @staticmethod
    def _fixed(answer: dict[str, Any]) -> int:
        for descriptor, text in ((1, answer["stdout"]), (2, answer["stderr"])):
            os.write(descriptor, bytes.fromhex(text))
        return int(answer["exit_code"])

    def _exec(self, orders: dict[str, Any], silent: bool) -> int:
        line = self._line
        if self._settings["shell"] == "powershell":
            match = _CMD_C.fullmatch(line)
            if match is None:
                return _not_powershell(line)
            line = _UNDOUBLE.sub(r"\1", match[1])
        if not line:
            sys.stderr.write("The lab has no interactive sessions.\r\n")
            return 1
        variables = self._settings["environment"] | orders["environment"]
        environment = {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}
        environment[b"RA_CMD"] = line.encode("utf-8", "surrogateescape")
        return self._spawn([self._settings["wine"], self._settings["cmdrun"]], environment, silent)

    def _scp(self, _orders: dict[str, Any], silent: bool) -> int:
        """Run the Unix scp as server, on the path that Windows' scp.exe would take."""
        *options, path = split_arguments(self._line)[1:]
        try:
            unix = self._paths.unix(path.strip("'"))
            if "-f" in options:
                unix.stat()
        except OSError as error:
            # One line with the code 2 is scp's word for a fatal error.
            os.write(1, f"\2scp: {path}: {os.strerror(error.errno or 2)}\n".encode("utf-8", "surrogateescape"))
            return 1
        if "-t" in options and unix.is_file():
            # Files of a clone are hard links: never write into one, replace it.
            unix.unlink()
        return self._spawn([self._settings["scp"], *options, str(unix)], None, silent)

    def _spawn(self, command: list[str], environment: dict[bytes, bytes] | None, silent: bool) -> int:
        sink = subprocess.DEVNULL if silent else None
        done = subprocess.run(
            command,
            env=environment,
            cwd=self._settings["home"],
            stdout=sink,
            stderr=sink,
            # An ignored SIGXFSZ makes a full disk an error instead of the writer's death.
            restore_signals=False,
            check=False,
        )
        return done.returncode if done.returncode >= 0 else 255

    def _sftp(self, _orders: dict[str, Any], _silent: bool) -> int:
        SftpServer(self._paths, sys.stdin.buffer, sys.stdout.buffer, self._note).serve()
        return 0

    def _note(self, verb: str, path: str) -> None:
        orders = self._control.ask(event="file", kind=verb, line=path)
        if orders["drop"]:
            self._drop()
        if orders["refuse"]:
            raise OSError(orders["refuse"], path)

    def _drop(self) -> None:
        """End the connection as a cable that is pulled: kill this session's sshd, never the one that listens."""
        process, doomed = os.getppid(), []
        while process > 1 and process != self._settings["listener"]:
            text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
            name = text[text.index("(") + 1 : text.rindex(")")]
            if name == "sshd":
                doomed.append(process)
            process = int(text.rpartition(")")[2].split()[1])
        for session in doomed:
            os.kill(session, signal.SIGKILL)
        os._exit(255)


def _not_powershell(line: str) -> int:
    """Answer as PowerShell would to a line that it cannot parse, and name the limit of the imitation."""
    sys.stderr.write(
        f"At line:1 char:1\r\n+ {line}\r\n+ ~\r\nThis host's default shell is PowerShell, of which the lab imitates "
        "one form: cmd /c '...' with single quotes doubled.\r\n"
        "    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException\r\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(Shell(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))).run())
