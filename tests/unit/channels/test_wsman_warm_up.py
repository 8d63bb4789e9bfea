# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done once for all hosts sends nothing and needs nothing."""

from __future__ import annotations

import socket

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman import warm_up


def test_warming_up_opens_no_connection(monkeypatch):
    opened = []
    monkeypatch.setattr(socket.socket, "connect", lambda *arguments: opened.append(arguments))
    monkeypatch.setattr(socket, "create_connection", lambda *arguments, **keywords: opened.append(arguments))
    warm_up.warm_up()
    assert opened == []


def test_warming_up_without_the_client_libraries_does_nothing(monkeypatch):
    monkeypatch.setattr(warm_up, "MISSING", ImportError("spnego"))
    monkeypatch.delattr(warm_up, "spnego", raising=False)
    warm_up.warm_up()
