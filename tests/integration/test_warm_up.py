# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parent of all workers has loaded when the action is imported, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
import socket
from ansible import constants as C
from ansible.plugins.loader import action_loader, init_plugin_loader
sockets = []
socket.socket.connect = lambda *arguments: sockets.append(arguments)
init_plugin_loader()
"""
TOLD = "print(C.config.has_configuration_definition(*{options}))\n"
LOADED = 'action_loader.get("winfleet.remote_assistance.host", class_only=True)\n'


def said(code: str) -> list[str]:
    environment = os.environ | {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
    command = [sys.executable, "-W", "ignore", "-c", code]
    ended = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return ended.stdout.splitlines()


@pytest.mark.parametrize(
    "options",
    [("connection", "winrm"), ("connection", "psrp"), ("shell", "powershell")],
    ids=lambda options: options[1],
)
def test_the_options_of_the_plugins_of_windows_are_read_in_the_parent_and_nothing_is_sent(options):
    told = TOLD.format(options=options)
    assert ["False", "True", "[]"] == said(f"{HEAD}{told}{LOADED}{told}print(sockets)")
