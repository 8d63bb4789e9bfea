# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Pipelines of a runspace pool, as far as ansible-core's psrp plugin needs them to transfer files.

An imitation like ``powershell``, with the same confidence. The scripts of the older generation stop at an error, and
their pipeline fails. Those of the newer one run in a wrapper that catches it: the pipeline completes, writes JSON and
tells the client's host to exit with 1.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .machine import Machine
from .powershell import REFUSAL, stored, thrown, wrapper_failure
from .scripts import Order, is_wrapper, psrp_step, read_manifest


@dataclass(frozen=True, kw_only=True, slots=True)
class Error:
    """Why a pipeline fails.

    Attributes:
        text: The message.
        identifier: FullyQualifiedErrorId.
        reason: Type of the exception, without its namespace.
    """

    text: str
    identifier: str
    reason: str


_NOT_KNOWN = Error(text=REFUSAL, identifier="NoPowerShell", reason="NotSupportedException")


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a pipeline leaves.

    Attributes:
        output: The strings that it writes.
        error: Why it fails, if it does.
        should_exit: The exit code that it tells the client's host, if any.
    """

    output: tuple[str, ...] = ()
    error: Error | None = None
    should_exit: int | None = None


class Runspace:
    """Runs the pipelines of one pool and keeps what they leave for each other: the file that is read.

    Args:
        machine: The machine.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._file: str | None = None

    def run(self, script: str, arguments: Sequence[Any], given: Sequence[Any]) -> Result:
        """Run a script with its arguments and input."""
        if is_wrapper(script):
            return self._wrapped([str(line) for line in given])
        match psrp_step(script), tuple(arguments):
            case "put", (path,):
                return self._put(str(path), [str(line) for line in given])
            case "open", (path,):
                return self._open(str(path))
            case "read", (offset, size):
                return self._read(int(offset), int(size))
            case "close", ():
                self._file = None
                return Result()
            case _:
                return Result(error=_NOT_KNOWN)

    def _put(self, path: str, lines: list[str]) -> Result:
        put = stored(self._machine, path, lines)
        if put.failure:
            error = Error(text=put.failure, identifier=put.identifier, reason="MethodInvocationException")
            return Result(error=error)
        return Result(output=(put.digest,))

    def _open(self, path: str) -> Result:
        done = self._machine.get(path, 0, 0)
        if done.state == "missing":
            identifier = "Microsoft.PowerShell.Commands.WriteErrorException"
            return Result(
                error=Error(text=f"{path} does not exist", identifier=identifier, reason="WriteErrorException")
            )
        if done.state == "failed":
            identifier = "ConstructorInvokedThrowException,Microsoft.PowerShell.Commands.NewObjectCommand"
            text = thrown(".ctor", 4, done)
            return Result(error=Error(text=text, identifier=identifier, reason="MethodInvocationException"))
        self._file = path if done.state == "done" else None
        return Result(output=("[DIR]",) if done.state == "folder" else ())

    def _read(self, offset: int, size: int) -> Result:
        if self._file is None:
            # ansible-core 2.18 takes a folder for a file: it compares the answer's bytes with a text.
            text = "You cannot call a method on a null-valued expression."
            return Result(error=Error(text=text, identifier="InvokeMethodOnNull", reason="RuntimeException"))
        done = self._machine.get(self._file, offset, size)
        return Result(output=_pieces(done.data, size))

    def _wrapped(self, lines: list[str]) -> Result:
        manifest = read_manifest(lines)
        order = manifest.order
        if order is None:
            return Result(error=_NOT_KNOWN)
        if order.task == "get":
            return self._wrapped_get(order)
        put = stored(self._machine, order.path, manifest.lines)
        return _caught(thrown("Begin", 1, put.failure)) if put.failure else Result(output=(put.digest,))

    def _wrapped_get(self, order: Order) -> Result:
        done = self._machine.get(order.path)
        match done.state:
            case "folder":
                return Result(output=("[DIR]",))
            case "missing":
                return _caught(f"{order.path} does not exist")
            case "failed":
                return _caught(thrown("End", 0, thrown(".ctor", 4, done)))
            case _:
                return Result(output=("[FILE]", *_pieces(done.data, order.size)))


def _caught(text: str) -> Result:
    return Result(output=(wrapper_failure(text),), should_exit=1)


def _pieces(data: bytes, size: int) -> tuple[str, ...]:
    return tuple(
        base64.b64encode(data[start : start + size]).decode("ascii") for start in range(0, len(data), max(1, size))
    )
