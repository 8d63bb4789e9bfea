# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the virtual environments of this checkout, and the link that lets Ansible find the collection in it.

The oldest and the newest supported ansible-core for which this machine has a Python, one environment without Ansible
for the pure packages, one with the lowest versions that requirements.txt allows, and those of the linters and of the
tools that judge a collection; on demand all pairs of the support matrix. Everything is kept in the project's own
folders and only made anew when the requirements change.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
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
PURE_PACKAGES: t.Final = ("pytest>=8.0", "pytest-xdist>=3.5", "hypothesis>=6.100", "coverage>=7.4", "PyYAML>=6.0")

# Client libraries with which each ansible-core of the matrix is tested; every version of each appears once at least.
MATRIX: t.Final = (
    ("2.18", "lowest", ("pywinrm==0.4.3", "pypsrp==0.8.1")),
    ("2.18", "highest", ("pywinrm==0.5.*", "pypsrp==0.9.*")),
    ("2.19", "lowest", ("pywinrm==0.5.*", "pypsrp==0.8.1")),
    ("2.19", "highest", ("pywinrm==0.4.3", "pypsrp==0.9.*")),
    ("2.20", "lowest", ("pywinrm==0.4.3", "pypsrp==0.8.1")),
    ("2.20", "highest", ("pywinrm==0.5.*", "pypsrp==0.9.*")),
    ("2.21", "lowest", ("pywinrm==0.4.3", "pypsrp==0.8.1")),
    ("2.21", "highest", ("pywinrm==0.5.*", "pypsrp==0.9.*")),
)
_HELP: t.Final = (
    "demo: the newest only; test: what CI needs; matrix: every supported pair; lowest: the lower bounds; "
    "docs: the one for make docs; bench: the benchmark's"
)

# Environments of their own beside the newest ansible-core.
SINGLE: t.Final = {
    "docs": ["requirements-docs.txt"],
    "bench": ["requirements.txt", "requirements-bench.txt"],
}

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


def make(
    name: str, python: Path, packages: t.Sequence[str], requirements: t.Sequence[str], *, needed: bool = True
) -> bool:
    """Make one environment, unless it is there and nothing it is made of has changed; return whether it is there."""
    folder = VENVS / name
    ingredients = [str(python), *packages, *((ROOT / file).read_text(encoding="utf-8") for file in requirements)]
    stamp = hashlib.sha256("\0".join(ingredients).encode()).hexdigest()
    stamp_file = folder / "stamp"
    if stamp_file.exists() and stamp_file.read_text(encoding="utf-8") == stamp:
        return True
    started = time.monotonic()
    print(f"[setup] {name}: making the environment ...", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    files = [argument for file in requirements for argument in ("-r", str(ROOT / file))]
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *packages, *files]
    installed = subprocess.run(pip, env=environment, check=False, capture_output=True, text=True)
    if installed.returncode and needed:
        sys.exit(f"[setup] pip failed for {name}:\n{installed.stdout}{installed.stderr}")
    if installed.returncode:
        shutil.rmtree(folder)
        return False
    stamp_file.write_text(stamp, encoding="utf-8")
    print(f"[setup] {name}: ready after {time.monotonic() - started:.0f} s", flush=True)
    return True


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


def lower_bounds() -> list[str]:
    """Return what requirements.txt asks for, each in the lowest version that it allows."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    bounds = [re.fullmatch(r"([\w.-]+)>=([\w.]+)", line) for line in lines if line and not line.startswith("#")]
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


def make_ends(chosen: t.Sequence[tuple[str, Version]], available: t.Mapping[Version, Path], what: str) -> None:
    """Make the environments of the oldest and the newest ansible-core, or of the newest only."""
    wanted = {"newest": chosen[-1]} if what == "demo" else {"oldest": chosen[0], "newest": chosen[-1]}
    for name, (core, version) in wanted.items():
        folder = f"core-{core}"
        make(folder, available[version], [f"ansible-core=={core}.*"], requirements(what))
        point(VENVS / name, VENVS / folder)
        print(f"[setup] {name}: ansible-core {core} on Python {version[0]}.{version[1]}", flush=True)


def make_tools(chosen: t.Sequence[tuple[str, Version]], available: t.Mapping[Version, Path]) -> None:
    """Make the environments that tests need beside ansible-core's ends."""
    make("pure", available[max(available)], PURE_PACKAGES, [])
    make("lint", available[max(available)], [], ["requirements-lint.txt"])
    newest, version = chosen[-1]
    make("quality", available[version], [f"ansible-core=={newest}.*"], ["requirements-quality.txt"])


def make_lowest(chosen: t.Sequence[tuple[str, Version]], available: t.Mapping[Version, Path]) -> None:
    """Make the environment with the lower bounds of everything."""
    oldest, version = chosen[0]
    # The first release of the oldest ansible-core: 2.18 stands for 2.18.0.
    lowest = [f"ansible-core=={oldest}.0", *lower_bounds()]
    make("lowest", available[version], lowest, ["requirements-test.txt"])


def make_matrix(available: t.Mapping[Version, Path], names: t.Collection[str]) -> None:
    """Make each pair of the support matrix, or those of these names, and say which cannot be had here."""
    for core, end, libraries in MATRIX:
        low, high = SUPPORTED[core]
        fitting = sorted(version for version in available if low <= version <= high)
        name = f"matrix-{core}-{end}"
        if names and name not in names:
            continue
        if not fitting:
            print(f"[setup] SKIPPED: {name}: no Python {low[0]}.{low[1]} to {high[0]}.{high[1]} here", flush=True)
            continue
        python = available[fitting[0] if end == "lowest" else fitting[-1]]
        files = ["requirements.txt", "requirements-test.txt"]
        make(name, python, [f"ansible-core=={core}.*", *libraries], files)
    if not names or "matrix-prerelease" in names:
        _make_prerelease(available)


def _make_prerelease(available: t.Mapping[Version, Path]) -> None:
    newest = list(SUPPORTED)[-1]
    later = f"ansible-core>{newest}.9999.dev0"
    files = ["requirements.txt", "requirements-test.txt"]
    if not make("matrix-prerelease", available[max(available)], ["--pre", later], files, needed=False):
        print(f"[setup] SKIPPED: no pre-release after ansible-core {newest} can be had here", flush=True)


def main() -> None:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("demo", "test", "matrix", "lowest", "docs", "bench"), help=_HELP)
    parser.add_argument("names", nargs="*", help="for matrix: these only, such as matrix-2.19-lowest")
    arguments = parser.parse_args()
    what = arguments.what
    available = pythons()
    chosen = choose(available)
    if not chosen:
        sys.exit(
            "[setup] no Python 3.11 or later that can make virtual environments was found. "
            "On Debian: apt-get install python3 python3-venv"
        )
    point(ROOT / ".collections/ansible_collections/winfleet/remote_assistance", ROOT)
    if what == "matrix":
        make_matrix(available, arguments.names)
        return
    if what == "lowest":
        make_lowest(chosen, available)
        return
    if what in SINGLE:
        core, version = chosen[-1]
        make(what, available[version], [f"ansible-core=={core}.*"], SINGLE[what])
        return
    make_ends(chosen, available, what)
    if what == "test":
        make_tools(chosen, available)
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
