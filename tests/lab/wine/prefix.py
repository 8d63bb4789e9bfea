# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Wine prefixes: one template made once, a light clone per host, and the environment in which both live."""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .programs import HELPERS, HERE, STATE, at_fixed_addresses, compile_helpers, program, run

DEFAULT_LOCALE = "C.UTF-8"
# Raise when the way of making a template changes.
_RECIPE = "3"
_SPACE = "C:\\lab"


def environment(prefix: Path, locale: str = DEFAULT_LOCALE) -> dict[str, str]:
    """Return the whole environment of every process of a host (measured with Wine 8)."""
    user = getpass.getuser()
    made = {
        "PATH": os.defpath,
        "HOME": str(prefix / "home"),
        "USER": user,
        "LOGNAME": user,
        "WINEPREFIX": str(prefix),
        "WINEDEBUG": "-all",
        # No questions about Mono and Gecko, no crash dumps.
        "WINEDLLOVERRIDES": "mscoree,mshtml,winedbg.exe=",
        "LC_ALL": locale,
        "LANG": locale,
    }
    return made if locale == DEFAULT_LOCALE else made | {"LOCPATH": str(_locale_folder(locale))}


def _locale_folder(locale: str) -> Path:
    """Return a folder with a compiled locale; made without root, nothing of the system changes."""
    folder = STATE / "locale"
    folder.mkdir(parents=True, exist_ok=True)
    with (STATE / "locale.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / locale).is_dir():
            source, _dot, charmap = locale.partition(".")
            new = folder / f"new-{os.getpid()}"
            run(program("localedef"), "-i", source, "-f", charmap, "--no-archive", new)
            new.rename(folder / locale)
    return folder


@contextmanager
def _locked_template() -> Iterator[Path]:
    """Give the template, which nobody makes anew while it is used."""
    STATE.mkdir(parents=True, exist_ok=True)
    path, stamp = STATE / "template", _stamp()
    with (STATE / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _read(path / "stamp") != stamp:
            new = STATE / "template.new"
            for old in (path, new):
                shutil.rmtree(old, ignore_errors=True)
            _make_template(new)
            (new / "stamp").write_text(stamp, encoding="ascii")
            new.rename(path)
        yield path


def template() -> Path:
    """Return the template prefix, made now if there is none for this Wine and these helpers."""
    with _locked_template() as path:
        return path


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.is_file() else ""


def _stamp() -> str:
    parts = [_RECIPE, run(program("wine64"), "--version"), str(os.geteuid())]
    parts += [(HERE / f"{name}.c").read_text(encoding="ascii") for name in HELPERS]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _make_template(prefix: Path) -> None:
    variables = environment(prefix)
    (prefix / "home").mkdir(parents=True)
    subprocess.run(
        [*at_fixed_addresses(), program("wine64"), "wineboot", "-i"],
        env=variables,
        # Wine's services inherit these: a pipe would never end.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=180,
        check=True,
    )
    # The server writes the registry's files when its last client has gone.
    run(program("wineserver64"), "-w", environment=variables, timeout=60)
    for link in (prefix / "drive_c" / "users").rglob("*"):
        # Desktop, Documents...: links into the home folder on Unix.
        if link.is_symlink():
            link.unlink()
            link.mkdir()
    for stub in (prefix / "drive_c" / "windows").rglob("powershell.exe"):
        # It does nothing and reports success: whoever needs PowerShell must notice (measured with Wine 8).
        stub.unlink()
    lab = prefix / "drive_c" / "lab"
    compile_helpers(lab)
    shutil.copy2(prefix / "drive_c" / "windows" / "system32" / "reg.exe", lab / "reg_genuine.exe")


def clone(prefix: Path) -> None:
    """Make a host's own prefix: registry and folders of its own, files shared with the template.

    The files are hard links: a host may replace or remove them, and only writing into one would be seen elsewhere.
    There is a drive C: only, so that nothing of this machine can be reached by a drive letter.
    """
    with _locked_template() as source:
        prefix.mkdir(parents=True)
        for name in ("system.reg", "user.reg", "userdef.reg", ".update-timestamp"):
            shutil.copy2(source / name, prefix / name)
        run("cp", "-al", source / "drive_c", prefix / "drive_c")
    (prefix / "home").mkdir()
    (prefix / "dosdevices").mkdir()
    (prefix / "dosdevices" / "c:").symlink_to("../drive_c")
    (prefix / "dosdevices" / "com1").symlink_to("/dev/null")


def helper(name: str) -> str:
    r"""Return a compiled helper's path on the host: ``C:\lab\name.exe``."""
    return f"{_SPACE}\\{name}.exe"


def home_of(prefix: Path) -> Path:
    """Return the Unix path of the user's profile folder."""
    return prefix / "drive_c" / "users" / getpass.getuser()
