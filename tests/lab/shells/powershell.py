# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""``powershell -EncodedCommand``, as far as ansible-core's winrm plugin needs it to transfer files.

This is an imitation, for Wine has no PowerShell: the script is recognised (``scripts``), and what it does to a file is
done. The texts of errors, their stream and the exit code follow from reading the scripts and PowerShell's rules, not
from a recording (confidence: medium). In the older generation an error is CLIXML on stderr. In the newer one what the
script throws is caught by the wrapper, which writes JSON to stdout and nothing to stderr.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from .command import Finished, ImitatedCommand
from .machine import Machine, Transfer
from .scripts import Order, is_wrapper, read_manifest, winrm_order

REFUSAL = "This stand-in has no PowerShell; it imitates only the scripts with which ansible-core transfers files."

_POWERSHELL = re.compile(r'\s*"?(?:[^"\s]*\\)?(?:powershell|pwsh)(?:\.exe)?"?(?:\s|$)', re.IGNORECASE)
_ENCODED = re.compile(r"\s-EncodedCommand\s+([A-Za-z0-9+/=]+)\s*$", re.IGNORECASE)
_NOT_BASE64 = (
    "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, "
    "or an illegal character among the padding characters. "
)
_REFUSED = Finished(stderr=REFUSAL.encode() + b"\r\n", exit_code=1)


def imitated(line: str, machine: Machine) -> ImitatedCommand | None:
    """Return a line that starts PowerShell as a command; None for other lines."""
    if not _POWERSHELL.match(line):
        return None
    script = _script_of(line)
    if is_wrapper(script):
        return ImitatedCommand(line, lambda given: _wrapped(given, machine), needs_input=True)
    order = winrm_order(script)
    if order is None:
        return ImitatedCommand(line, lambda _given: _REFUSED, needs_input=False)
    return ImitatedCommand(line, lambda given: _plain(order, given, machine), needs_input=order.task == "put")


def _script_of(line: str) -> str:
    match = _ENCODED.search(line)
    try:
        return base64.b64decode(match[1], validate=True).decode("utf-16-le") if match else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _plain(order: Order, given: bytes, machine: Machine) -> Finished:
    """Do what a script of the older generation does; it stops at its first error."""
    if order.task == "put":
        put = stored(machine, order.path, _lines(given))
        return _errors(put.failure) if put.failure else _printed(put.digest)
    done = machine.get(order.path, order.offset or 0, order.size)
    if done.state == "missing":
        return _errors(f"{order.path} does not exist")
    return _errors(thrown(".ctor", 4, done)) if done.state == "failed" else _read(done)


def _wrapped(given: bytes, machine: Machine) -> Finished:
    """Do what the wrapper of the newer generation does."""
    manifest = read_manifest(_lines(given))
    order = manifest.order
    if order is None:
        return _REFUSED
    if order.task == "put":
        put = stored(machine, order.path, manifest.lines)
        if put.failure:
            return _printed(wrapper_failure(thrown("Begin", 1, put.failure)), exit_code=1)
        return _printed(put.digest)
    done = machine.get(order.path, order.offset or 0, order.size)
    if done.state == "missing":
        return _errors(f"{order.path} does not exist")
    if done.state == "failed":
        return _printed(wrapper_failure(thrown("End", 0, thrown(".ctor", 4, done))), exit_code=1)
    return _read(done)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What became of a put.

    Attributes:
        digest: The line with which the scripts end.
        failure: PowerShell's text for what was thrown; empty if nothing was.
        identifier: The exception's FullyQualifiedErrorId.
    """

    digest: str = ""
    failure: str = ""
    identifier: str = ""


def stored(machine: Machine, path: str, lines: Iterable[str]) -> Stored:
    """Put the bytes that lines of base64 stand for into a file."""
    try:
        content = b"".join(base64.b64decode(line.strip(), validate=True) for line in lines)
    except ValueError:
        # The file is made before the first line is looked at.
        machine.put(path, b"")
        return Stored(failure=thrown("FromBase64String", 1, _NOT_BASE64), identifier="FormatException")
    done = machine.put(path, content)
    if done.state == "failed":
        return Stored(failure=thrown("Create", 1, done), identifier=done.error)
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return Stored(digest=json.dumps({"sha1": sha1}, separators=(",", ":")))


def thrown(method: str, arguments: int, inner: Transfer | str) -> str:
    """Return PowerShell's text for an exception that a .NET method threw."""
    text = inner if isinstance(inner, str) else inner.text
    return f'Exception calling "{method}" with "{arguments}" argument(s): "{text}"'


def wrapper_failure(text: str) -> str:
    """Return the JSON that the wrapper writes for an error."""
    return json.dumps({"exception": text, "msg": f"failure during exec_wrapper: {text}", "failed": True})


def _lines(given: bytes) -> list[str]:
    return given.decode("utf-8", "replace").splitlines()


def _read(done: Transfer) -> Finished:
    if done.state == "folder":
        return _printed("[DIR]")
    return _printed(base64.b64encode(done.data).decode("ascii")) if done.data else Finished()


def _printed(text: str, exit_code: int = 0) -> Finished:
    return Finished(stdout=text.encode() + b"\r\n", exit_code=exit_code)


def _errors(text: str) -> Finished:
    """Return an error as powershell.exe writes it where its output is no console: in CLIXML."""
    lines = escape(f"{text}\r\n").replace("\r", "_x000D_").replace("\n", "_x000A_")
    content = (
        '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
        f'<S S="Error">{lines}</S></Objs>'
    )
    return Finished(stderr=content.encode(), exit_code=1)
