# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may import whom, and the size and head of every file: the right-hand column of the design's layout."""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
UTILS = PLUGINS / "plugin_utils"
FILES = sorted(PLUGINS.rglob("*.py"))

# REUSE-IgnoreStart
LICENCE = (
    "# Copyright (c) 2026 winfleet contributors",
    "# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
# REUSE-IgnoreEnd

# Package -> what it may import of this collection beside itself, and which third parties.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "_registry": (set(), set()),
    "_formats": ({"_registry"}, set()),
    "_policy": ({"_registry"}, set()),
    "_reports": ({"_policy", "_registry"}, {"jinja2"}),
    "_channels": (
        {"_policy", "_registry", "_formats"},
        {"winrm", "pypsrp", "requests", "spnego", "urllib3", "cryptography"},
    ),
    "_group_policy": (
        {"_policy", "_registry", "_formats", "_channels"},
        {"sansldap", "spnego", "smbprotocol", "cryptography"},
    ),
    "_ansible": (
        {"_policy", "_registry", "_formats", "_channels", "_group_policy", "_reports"},
        {"ansible", "yaml", "jsonschema"},
    ),
    "action": (
        {"_ansible", "_policy", "_registry", "_formats", "_channels", "_group_policy", "_reports"},
        {"ansible"},
    ),
    "callback": ({"_ansible", "_policy", "_registry", "_reports"}, {"ansible"}),
    "modules": (set(), set()),
    "doc_fragments": (set(), set()),
}
# Always there beside Ansible, also in the bare environment in which sanity imports every file.
UNGUARDED = {"ansible", "yaml", "jinja2"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package_of(path: Path) -> str:
    """Return the package under plugin_utils, or the kind of plugin."""
    parts = path.relative_to(UTILS if path.is_relative_to(UTILS) else PLUGINS).parts
    return parts[0]


def resolved(path: Path, node: ast.Import | ast.ImportFrom) -> t.Iterator[str]:
    """Yield what is imported: a path below plugins/ with slashes, or the name of a top-level module."""
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".")[0] for alias in node.names)
    elif node.level == 0:
        yield (node.module or "").split(".")[0]
    else:
        base = path.parents[node.level - 1].joinpath(*(node.module or "").split(".") if node.module else ())
        for alias in node.names:
            full = base / alias.name if base.is_dir() else base
            yield "/" + str(full.relative_to(PLUGINS))


def imports(path: Path) -> list[tuple[str, bool]]:
    """Return what a file imports, and whether a missing library is caught."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and any("ImportError" in ast.dump(handler) for handler in node.handlers)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            caught = id(node) in guarded or id(node) in typing_only
            found += [(what, caught) for what in resolved(path, node)]
    return found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_imports_only_what_its_layer_may(path: Path) -> None:
    package = package_of(path)
    ours, third_party = MAY_IMPORT[package]
    for what, caught in imports(path):
        if what.startswith("/"):
            parts = what.strip("/").split("/")
            assert parts[0] == "plugin_utils", f"{what}: nothing imports a plugin"
            assert parts[1] in ours | {package}, what
        elif what not in sys.stdlib_module_names:
            assert what in third_party, what
            assert caught or what in UNGUARDED, f"{what} is not guarded by try / except ImportError"


@pytest.mark.parametrize("path", sorted((PLUGINS / "modules").glob("*.py")), ids=name_of)
def test_a_module_is_a_stub_without_code(path: Path) -> None:
    assert [] == ast.parse(path.read_text(encoding="utf-8")).body


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_has_the_licence_and_at_most_300_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = lines[1:4] if lines[0].startswith("#!") else lines[:3]
    assert LICENCE == tuple(head)
    assert len(lines) <= 300


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_assert_and_no_function_of_more_than_45_lines(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Assert), f"assert in line {node.lineno}"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 45, node.name


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*.py")), ids=name_of)
def test_a_test_has_the_licence_and_at_most_300_lines(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert (LICENCE, True) == (tuple(lines[:3]), len(lines) <= 300)


def test_no_package_needs_an_init_file() -> None:
    assert [] == [name_of(path) for path in FILES if path.name == "__init__.py"]
