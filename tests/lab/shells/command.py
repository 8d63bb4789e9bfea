# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A command of a shell while it runs: input in, output out, an exit code at the end."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .faults import aborted, pipe_ended

# STATUS_CONTROL_C_EXIT: the exit code of a process that was ended from outside.
CONTROL_C_EXIT = 0xC000013A
_PIECE = 32768
# A command that ends at once tells all in one answer, as in the recordings of Windows.
_GATHER_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """What a Receive gets.

    Attributes:
        pieces: Stream and bytes, in the order of their arrival.
        exit_code: None while the command runs or more output waits.
    """

    pieces: tuple[tuple[str, bytes], ...]
    exit_code: int | None


class Command:
    """One command: the buffers between a client and what runs.

    Args:
        line: The command line.

    Attributes:
        line: The command line.
        told: Whether the client knows of the end.
    """

    def __init__(self, line: str) -> None:
        self.line = line
        self.told = False
        self._on_end: Callable[[int], None] = lambda _exit_code: None
        self._changed = threading.Condition()
        self._pieces: list[tuple[str, bytes]] = []
        self._exit_code: int | None = None
        self._input_ended = False
        self._given_up = False

    def begin(self, on_end: Callable[[int], None]) -> None:
        """Start it; the function is called with the exit code once it has ended."""
        self._on_end = on_end
        self._start()

    # -- the client's side ------------------------------------------------------------------------

    def feed(self, data: bytes, *, end: bool) -> None:
        """Take input.

        Raises:
            FaultError: The input has ended, or the command.
        """
        with self._changed:
            if self._input_ended or self._exit_code is not None:
                raise pipe_ended()
            self._input_ended = end
        self._take(data, end=end)

    def read(self, streams: Collection[str], amount: int, seconds: float) -> Output | None:
        """Wait for output or the end and return at most so many bytes; None if neither came in time.

        Raises:
            FaultError: The shell was closed meanwhile.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            self._changed.wait_for(lambda: self._has(streams), max(0.0, deadline - time.monotonic()))
            if self._given_up:
                raise aborted()
            if not self._has(streams):
                return None
            self._changed.wait_for(
                lambda: self._exit_code is not None, min(_GATHER_SECONDS, max(0.0, deadline - time.monotonic()))
            )
            pieces = self._cut(streams, amount)
            ended = self._exit_code is not None and not any(name in streams for name, _data in self._pieces)
            return Output(pieces=pieces, exit_code=self._exit_code if ended else None)

    def terminate(self) -> None:
        """End what runs."""
        raise NotImplementedError

    def give_up(self) -> None:
        """End what runs and wake who waits for it."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()
        self.terminate()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._exit_code is None

    # -- the other side ---------------------------------------------------------------------------

    def _start(self) -> None:
        """Start what runs."""
        raise NotImplementedError

    def _take(self, data: bytes, *, end: bool) -> None:
        """Hand input on."""
        raise NotImplementedError

    def _put(self, stream: str, data: bytes) -> None:
        with self._changed:
            self._pieces.append((stream, data))
            self._changed.notify_all()

    def _end(self, exit_code: int) -> None:
        with self._changed:
            if self._exit_code is not None:
                return
            self._exit_code = exit_code
            self._changed.notify_all()
        self._on_end(exit_code)

    def _has(self, streams: Collection[str]) -> bool:
        return self._given_up or self._exit_code is not None or any(name in streams for name, _data in self._pieces)

    def _cut(self, streams: Collection[str], amount: int) -> tuple[tuple[str, bytes], ...]:
        taken: list[tuple[str, bytes]] = []
        kept: list[tuple[str, bytes]] = []
        for name, data in self._pieces:
            part = data[:amount] if name in streams else b""
            amount -= len(part)
            taken += [(name, part)] if part else []
            kept += [(name, data[len(part) :])] if len(part) < len(data) else []
        self._pieces = kept
        return tuple(taken)


class ProcessCommand(Command):
    """A command that is a process.

    Args:
        line: The command line.
        start: Starts the process with three pipes.
        kill: Ends all that came from the process.
        exit_file: Where the process leaves its exit code.
    """

    def __init__(
        self, line: str, start: Callable[[], subprocess.Popen[bytes]], kill: Callable[[], None], exit_file: Path
    ) -> None:
        super().__init__(line)
        self._make, self._kill, self._exit_file = start, kill, exit_file
        self._input: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def _start(self) -> None:
        self._process = self._make()
        # Threads of their own, for a process that does not read must not block who writes.
        self._readers = [self._thread(self._read, name) for name in ("stdout", "stderr")]
        self._thread(self._write)
        self._thread(self._wait)

    def terminate(self) -> None:
        """See ``Command``."""
        if self.running:
            self._process.kill()
            self._kill()

    def _thread(self, target: Callable[..., None], *arguments: str) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, daemon=True, name="lab-command")
        thread.start()
        return thread

    def _take(self, data: bytes, *, end: bool) -> None:
        if data:
            self._input.put(data)
        if end:
            self._input.put(None)

    def _write(self) -> None:
        pipe = self._pipe("stdin")
        try:
            while (data := self._input.get()) is not None:
                pipe.write(data)
                pipe.flush()
            pipe.close()
        except OSError:
            # It does not read on; what it does instead is its own affair.
            return

    def _read(self, name: str) -> None:
        with self._pipe(name) as pipe:
            while data := pipe.read1(_PIECE):  # type: ignore[attr-defined]
                self._put(name, data)

    def _pipe(self, name: str) -> IO[bytes]:
        pipe: IO[bytes] = getattr(self._process, name)
        return pipe

    def _wait(self) -> None:
        self._process.wait()
        self._input.put(None)
        for reader in self._readers:
            reader.join()
        code = self._exit_file.read_text(encoding="ascii") if self._exit_file.is_file() else ""
        self._exit_file.unlink(missing_ok=True)
        self._end(int(code) if code.isdecimal() else CONTROL_C_EXIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """What an imitated program leaves."""

    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0


class ImitatedCommand(Command):
    """A command without a process.

    Args:
        line: The command line.
        perform: Does it, given all of its input.
        needs_input: Whether it waits for the end of its input.
    """

    def __init__(self, line: str, perform: Callable[[bytes], Finished], *, needs_input: bool) -> None:
        super().__init__(line)
        self._perform, self._needs_input = perform, needs_input
        self._collected = b""

    def _start(self) -> None:
        if not self._needs_input:
            self._go()

    def terminate(self) -> None:
        """See ``Command``."""
        self._end(CONTROL_C_EXIT)

    def _take(self, data: bytes, *, end: bool) -> None:
        self._collected += data
        if end and self._needs_input:
            self._go()

    def _go(self) -> None:
        threading.Thread(target=self._run, daemon=True, name="lab-imitation").start()

    def _run(self) -> None:
        finished = Finished(exit_code=CONTROL_C_EXIT)
        try:
            finished = self._perform(self._collected)
        finally:
            # Whatever goes wrong here, no client may wait for ever.
            for name, data in (("stdout", finished.stdout), ("stderr", finished.stderr)):
                if data:
                    self._put(name, data)
            self._end(finished.exit_code)
