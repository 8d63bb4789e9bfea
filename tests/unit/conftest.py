# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts this checkout as ansible_collections.winfleet.remote_assistance; needs no ansible and no symbolic link."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE, NAME = "winfleet", "remote_assistance"


def _mount(name: str, *paths: str) -> None:
    package = types.ModuleType(name)
    package.__path__ = list(paths)
    sys.modules[name] = package
    parent, dummy, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)


def _already_loadable() -> bool:
    try:
        return importlib.util.find_spec(f"ansible_collections.{NAMESPACE}.{NAME}") is not None
    except ModuleNotFoundError:
        return False


if not _already_loadable():  # false under ansible-test, which installs its own finder
    _mount("ansible_collections")
    _mount(f"ansible_collections.{NAMESPACE}")
    _mount(f"ansible_collections.{NAMESPACE}.{NAME}", str(ROOT))
