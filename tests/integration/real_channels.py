# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry channels under test, each before a host whose registry a test can look at and change.

The same cases run against the in-memory fake of the unit tests and against real connections of Ansible to a stand-in
host, so that the fake earns its trust.
"""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, init_plugin_loader

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import RegistryChannel
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.registry import open_channel
from tests.lab import StandInHost

IMPATIENT: t.Final = {
    "ansible_winrm_read_timeout_sec": 2,
    "ansible_winrm_operation_timeout_sec": 1,
    "ansible_psrp_read_timeout": 2,
    "ansible_psrp_operation_timeout": 1,
}


def connection_to(host: StandInHost, kind: str, **variables: t.Any) -> t.Any:
    """Return a connection object of Ansible, as a task gets it."""
    with contextlib.suppress(ValueError):
        init_plugin_loader()
    connection = connection_loader.get(f"ansible.builtin.{kind}", PlayContext(), os.devnull)
    connection.set_options(var_options=host.inventory_vars(connection=kind) | IMPATIENT | variables)
    return connection


@contextlib.contextmanager
def channel_to(host: StandInHost, kind: str) -> t.Iterator[RegistryChannel]:
    """Open a channel over a real connection of Ansible."""
    channel = open_channel(connection_to(host, kind))
    try:
        yield channel
    finally:
        channel.close()
