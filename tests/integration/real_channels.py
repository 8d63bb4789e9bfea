# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry channels under test, each before a host whose registry a test can look at and change.

The same cases run against the in-memory fake of the unit tests and against real connections of Ansible to a stand-in
host, so that the fake earns its trust.
"""

from __future__ import annotations

import contextlib
import functools
import os
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, get_shell_plugin, init_plugin_loader
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import RegistryChannel
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe.registry import (
    TEMP_DIR,
    RegExeRegistry,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.reg_exe.registry import (
    open_channel as open_reg_exe,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.registry import open_channel

from tests.lab import StandInHost
from tests.lab.wine import WineHost

IMPATIENT: t.Final = {
    "ansible_winrm_read_timeout_sec": 2,
    "ansible_winrm_operation_timeout_sec": 1,
    "ansible_psrp_read_timeout": 2,
    "ansible_psrp_operation_timeout": 1,
}


@functools.cache
def _init_ansible() -> None:
    init_plugin_loader()


def connection_to(host: StandInHost, kind: str, **variables: t.Any) -> t.Any:
    """Return a connection object of Ansible, as a task gets it."""
    _init_ansible()
    connection = connection_loader.get(f"ansible.builtin.{kind}", PlayContext(), os.devnull)
    options = host.inventory_vars(connection=kind) | IMPATIENT | variables
    # As Ansible's task executor does for connection plugins that take variables without an option of their own.
    extras = {name: value for name, value in options.items() if name.startswith(f"ansible_{kind}_")}
    connection.set_options(var_options=options | {"_extras": extras})
    return connection


@contextlib.contextmanager
def channel_to(
    host: StandInHost,
    kind: str,
    *,
    patience: float | None = None,
    before_each: t.Callable[[], None] = lambda: None,
    **variables: t.Any,
) -> t.Iterator[RegistryChannel]:
    """Open a channel over a real connection of Ansible.

    Args:
        host: Where to.
        kind: The connection plugin.
        patience: Seconds to wait for an answer; the inventory only knows whole ones.
        before_each: Called before each message is sent.
        variables: More variables of the inventory.
    """
    channel = t.cast("t.Any", open_channel(connection_to(host, kind, **variables)))
    open_transport = channel._exchange._open

    def watched(fresh: bool) -> t.Any:
        transport = open_transport(fresh)
        send = transport.send
        if patience is not None:
            setattr(transport._raw, "read_timeout_sec" if kind == "winrm" else "read_timeout", patience)

        def send_watched(message: bytes, *, until: float | None) -> bytes:
            before_each()
            return t.cast("bytes", send(message, until=until))

        transport.send = send_watched
        return transport

    channel._exchange._open = watched
    try:
        yield channel
    finally:
        channel.close()


def ssh_connection_to(host: WineHost, **variables: t.Any) -> t.Any:
    """Return a connection object of Ansible's ssh plugin, as a task gets it."""
    _init_ansible()
    options = host.inventory_vars("sftp") | variables
    context = PlayContext()
    context.remote_addr, context.port = options["ansible_host"], options["ansible_port"]
    context.remote_user = options["ansible_user"]
    shell = get_shell_plugin(shell_type=options["ansible_shell_type"])
    connection = connection_loader.get("ansible.builtin.ssh", context, os.devnull, shell=shell)
    connection.set_options(var_options=options)
    shell.set_options(var_options=options)
    return connection


@contextlib.contextmanager
def ssh_channel_to(host: WineHost, *, temp_dir: str = TEMP_DIR, **variables: t.Any) -> t.Iterator[RegExeRegistry]:
    """Open a channel over a real ssh connection of Ansible.

    Args:
        host: Where to.
        temp_dir: The host's folder for files that come and go.
        variables: More variables of the inventory.
    """
    channel = open_reg_exe(
        ssh_connection_to(host, **variables),
        temp_dir=temp_dir,
        lost=(AnsibleConnectionFailure,),
        refused=(AnsibleError,),
    )
    try:
        yield channel
    finally:
        channel.close()
