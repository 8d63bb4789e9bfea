# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A Windows machine without a network: a Wine prefix with its server and its registry."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from ..standin import RegistryView
from ..value_text import Plain, TypeName, plain_data, type_name
from .bridge import Bridge
from .prefix import DEFAULT_LOCALE, clone, environment, helper, home_of
from .processes import end, with_variable
from .programs import STATE, WineError, confined, program
from .store import WineStore

# The server ends by itself soon after its last client: nothing stays if this process is killed.
_LINGER_SECONDS = 3
_ATTEMPTS = 3


class WineRegistryView(RegistryView):
    """A Wine registry as tests see it, read with Wine's own functions.

    Args:
        raw: The registry.
    """

    raw: WineStore

    def get(self, path: str, name: str) -> tuple[TypeName, Plain] | None:
        """Return (type, data) of a value that Wine finds by this name, or None if it is absent."""
        hive, _separator, below = path.partition("\\")
        value = self.raw.value(hive, below, name) if self.has_key(path) else None
        return None if value is None else (type_name(value.type), plain_data(value.data))

    def dump(self, under: str | None = None) -> dict[str, dict[str, tuple[TypeName, Plain]]]:
        """Return a key and those below it, or all that are not Wine's own, as {path: {name: (type, data)}}."""
        keys = ((path, values) for path, values, _rights in self.raw.walk()) if under is None else self.raw.tree(under)
        return {
            path: {value.name: (type_name(value.type), plain_data(value.data)) for value in values}
            for path, values in keys
        }


class WineMachine:
    """A Wine prefix that runs while it is entered.

    Args:
        directory: Its folder; a new one below .lab/wine/ if None, removed at the end.
        name: A name for the folder.
        locale: The locale of all its processes: ``C.UTF-8`` (code page 437), ``ja_JP.UTF-8`` (932), ...

    Attributes:
        directory: Its folder.
        prefix: The Wine prefix in it.
    """

    def __init__(self, *, directory: Path | None = None, name: str = "machine", locale: str = DEFAULT_LOCALE) -> None:
        self._passing = directory is None
        self.directory = directory or STATE / "hosts" / f"{name}-{os.getpid()}-{secrets.token_hex(3)}"
        self.prefix = self.directory / "prefix"
        self.locale = locale
        self._server: subprocess.Popen[bytes] | None = None
        self._bridge: Bridge | None = None
        self._store: WineStore | None = None

    def start(self) -> None:
        """Start the server and the bridge; nothing if they run."""
        if self._server is not None:
            return
        if not self.prefix.is_dir():
            _sweep()
            clone(self.prefix)
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                self._start_once()
            except WineError:
                # Where addresses are random a process now and then ends before it begins (at_fixed_addresses).
                if not attempts_left:
                    raise
            else:
                return

    def _start_once(self) -> None:
        variables = self.environment
        # Debian's wrapper would end the server with its first client (measured with Wine 8).
        self._server = subprocess.Popen(
            [*confined(), program("wineserver64"), "-f", f"-p{_LINGER_SECONDS}"],
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            command = [*confined(), program("wine64"), helper("regbridge")]
            self._bridge = Bridge(command, environment=variables, folder=self.home)
        except BaseException:
            self.stop()
            raise
        self._store = WineStore(self._bridge)

    def stop(self) -> None:
        """End every process of the prefix; the registry is written to its files."""
        if self._server is None:
            return
        if self._bridge is not None:
            self._bridge.close()
        variables = self.environment
        subprocess.run([program("wineserver64"), "-k"], env=variables, capture_output=True, timeout=30, check=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._server.wait(timeout=10)
        end(with_variable("WINEPREFIX", str(self.prefix)))
        self._server.wait(timeout=5)
        self._server = self._bridge = self._store = None

    def close(self) -> None:
        """Stop, and remove the folder unless it was given."""
        self.stop()
        if self._passing:
            shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> WineMachine:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        return environment(self.prefix, self.locale)

    @property
    def home(self) -> Path:
        """The Unix path of the user's profile folder."""
        return home_of(self.prefix)

    @property
    def bridge(self) -> Bridge:
        """The registry functions, raw."""
        if self._bridge is None:
            raise WineError("the machine does not run")
        return self._bridge

    @property
    def store(self) -> WineStore:
        """The registry as a store for StandInHost."""
        if self._store is None:
            raise WineError("the machine does not run")
        return self._store

    @property
    def registry(self) -> WineRegistryView:
        """The registry as tests see it."""
        return WineRegistryView(self.store)

    def file(self, path: str) -> Path:
        r"""Return the Unix path of ``C:\...``, without regard to letter case where it exists."""
        here = self.prefix / "drive_c"
        for name in path.replace("/", "\\").split("\\")[1:]:
            here /= _spelling(here, name)
        return here

    def run(self, line: str, *, timeout: float = 60.0, **variables: Any) -> subprocess.CompletedProcess[bytes]:
        """Hand a line to cmd.exe, without ssh."""
        return subprocess.run(
            [*confined(), program("wine64"), helper("cmdrun")],
            env=self.environment | {"RA_CMD": line} | variables,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )


def _sweep() -> None:
    """Remove the folders of processes that were killed before they could."""
    for folder in (STATE / "hosts").glob("*-*-*"):
        process = folder.name.split("-")[-2]
        if process.isdecimal() and not Path(f"/proc/{process}").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _spelling(folder: Path, name: str) -> str:
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return next((entry for entry in names if entry.lower() == name.lower()), name)
