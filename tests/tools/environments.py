# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments of this checkout, and the link that lets Ansible find the collection in it.

The oldest and the newest supported ansible-core for which this machine has a Python, and one environment without
Ansible for the pure packages. Everything is kept in the project's own folders and only made anew when the
requirements change.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENVS = ROOT / ".venvs"

# Python versions on the control node by ansible-core, as ansible-core itself lists them.
SUPPORTED: t.Final = {
    "2.18": ((3, 11), (3, 13)),
    "2.19": ((3, 11), (3, 13)),
    "2.20": ((3, 12), (3, 14)),
    "2.21": ((3, 12), (3, 14)),
}
PURE_PACKAGES: t.Final = ("pytest>=8.0", "hypothesis>=6.100", "coverage>=7.4", "PyYAML>=6.0")

Version = tuple[int, int]


def pythons() -> dict[Version, Path]:
    """Return the usable Pythons of this machine by version; usable means that they can make environments."""
    names = [f"python3.{minor}" for minor in range(11, 15)]
    candidates = [Path(found) for name in names if (found := shutil.which(name))]
    # pyenv keeps its Pythons off PATH unless told otherwise.
    candidates += sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
    found: dict[Version, Path] = {}
    for candidate in [Path(sys.executable), *candidates]:
        version = _version(candidate)
        if version and version >= (3, 11):
            found.setdefault(version, candidate)
    return found


def _version(python: Path) -> Version | None:
    code = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if answer.returncode:
        return None
    major, minor = answer.stdout.split()
    return int(major), int(minor)


def choose(available: t.Mapping[Version, Path]) -> list[tuple[str, Version]]:
    """Return each supported ansible-core that can run here, oldest first, with the Python to use."""
    chosen = []
    for core, (lowest, highest) in SUPPORTED.items():
        fitting = sorted(version for version in available if lowest <= version <= highest)
        if fitting:
            # The oldest core with its oldest Python, the newer ones with the newest.
            chosen.append((core, fitting[0] if core == next(iter(SUPPORTED)) else fitting[-1]))
    return chosen


def make(name: str, python: Path, packages: t.Sequence[str], requirements: t.Sequence[str]) -> None:
    """Make one environment, unless it is there and nothing it is made of has changed."""
    folder = VENVS / name
    ingredients = [str(python), *packages, *((ROOT / file).read_text(encoding="utf-8") for file in requirements)]
    stamp = hashlib.sha256("\0".join(ingredients).encode()).hexdigest()
    stamp_file = folder / "stamp"
    if stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == stamp:
        return
    started = time.monotonic()
    print(f"[setup] {name}: making the environment ...", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    files = [argument for file in requirements for argument in ("-r", str(ROOT / file))]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *packages, *files]
    installed = subprocess.run(pip, env=environment, check=False, capture_output=True, text=True)
    if installed.returncode:
        sys.exit(f"[setup] pip failed for {name}:\n{installed.stdout}{installed.stderr}")
    stamp_file.write_text(stamp, encoding="utf-8")
    print(f"[setup] {name}: ready after {time.monotonic() - started:.0f} s", flush=True)


def point(link: Path, target: Path) -> None:
    """Let a link show a target, relative to where it stands."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(target, link.parent))


def requirements(what: str) -> list[str]:
    """Return the files that say what goes into an environment with ansible-core."""
    files = ["requirements.txt", "requirements-test.txt"]
    if what == "demo":
        return files
    if shutil.which("krb5-config") and shutil.which("gcc"):
        return [*files, "requirements-kerberos.txt"]
    print(
        "[setup] SKIPPED: no krb5-config or no gcc, so no Kerberos for Python, and its tests do not run. "
        "On Debian: apt-get install gcc libkrb5-dev python3-dev",
        flush=True,
    )
    return files


def main() -> None:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "what",
        choices=("demo", "test", "bench"),
        help="demo: the newest only; test: everything; bench: the benchmark's",
    )
    what = parser.parse_args().what
    available = pythons()
    chosen = choose(available)
    if not chosen:
        sys.exit(
            "[setup] no Python 3.11 or later that can make virtual environments was found. "
            "On Debian: apt-get install python3 python3-venv"
        )
    point(ROOT / ".collections/ansible_collections/winfleet/remote_assistance", ROOT)
    if what == "bench":
        core, version = chosen[-1]
        make("bench", available[version], [f"ansible-core=={core}.*"], ["requirements.txt", "requirements-bench.txt"])
        return
    wanted = {"newest": chosen[-1]} if what == "demo" else {"oldest": chosen[0], "newest": chosen[-1]}
    for name, (core, version) in wanted.items():
        folder = f"core-{core}"
        make(folder, available[version], [f"ansible-core=={core}.*"], requirements(what))
        point(VENVS / name, VENVS / folder)
        print(f"[setup] {name}: ansible-core {core} on Python {version[0]}.{version[1]}", flush=True)
    if what == "test":
        make("pure", available[max(available)], PURE_PACKAGES, [])
        make("lint", available[max(available)], [], ["requirements-lint.txt"])
    newest = list(SUPPORTED)[-1]
    if chosen[-1][0] != newest:
        lowest = SUPPORTED[newest][0]
        print(
            f"[setup] SKIPPED: ansible-core {newest} needs Python {lowest[0]}.{lowest[1]} or later, which is not on "
            "this machine; nothing is proved for it here",
            flush=True,
        )


if __name__ == "__main__":
    main()
