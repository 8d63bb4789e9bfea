# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grounds for the contract tests: a channel, and the host behind it as a test sees and arranges it."""

from __future__ import annotations

import contextlib
import functools
import typing as t

import pytest
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import RegistryChannel
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    Data,
    RegistryKey,
    RegistryValue,
    ValueType,
    Write,
)

from tests.integration.real_channels import channel_to, ssh_channel_to
from tests.lab import Drop, Fault, StandInHost, Trouble, When
from tests.lab.wine import Call, DropConnection, WhenRun, WineHost
from tests.unit.fakes import InMemoryChannel, InMemoryHost

IMPORTS: t.Final = "*reg.exe import*"
SETS_AND_DELETES: t.Final = "[SD]e[tl]*"
NO_TYPE_OF_STDREGPROV: t.Final = {ValueType.REG_NONE, ValueType(6), ValueType(0xFFFFFFFF)}
NOT_READABLE: t.Final = {ValueType.REG_EXPAND_SZ, *NO_TYPE_OF_STDREGPROV}


class Ground(t.Protocol):
    """A channel and its host.

    Attributes:
        channel: The channel under test.
        all_at_once: Whether one message makes all writes of a call, and a refusal or a loss is one of them all.
        reads_every_type: Whether the data of every type come whole.
        carries_line_ends: Whether a value name may hold them.
        carries_every_key: Whether any key name can be read; a command line only carries plain ones.
        read_cost: Messages that read what is there of a key, one value asked for.
    """

    channel: RegistryChannel
    all_at_once: bool
    reads_every_type: bool
    carries_line_ends: bool
    carries_every_key: bool
    read_cost: int

    def put(self, key: RegistryKey, name: str, kind: ValueType, data: Data) -> None:
        """Let a value stand there."""

    def holds(self, key: RegistryKey) -> dict[str, tuple[int, t.Any]]:
        """Return type and data of what a key holds, by name as stored."""

    def deny(self, key: RegistryKey) -> None:
        """Refuse every write to a key."""

    def refuse(self, number: int) -> None:
        """Answer write number ``number`` from now, from 0, with a fault."""

    def lose(self, number: int, *, done: bool) -> None:
        """End the connection at write number ``number`` from now, from 0, before or after it is done."""

    def die(self) -> None:
        """Refuse every connection from now on."""

    def messages(self) -> int:
        """Return how many messages have reached the host."""


class WriteByWrite:
    """What the channels over WS-Management, and the fake, have in common."""

    all_at_once = False
    reads_every_type = False
    carries_line_ends = True
    carries_every_key = True
    read_cost = 1


class MemoryGround(WriteByWrite):
    """The fake of the unit tests."""

    def __init__(self) -> None:
        self.host = InMemoryHost()
        self.channel = InMemoryChannel(self.host)
        self._heard = 0
        self.channel.between = self._hear

    def _hear(self, dummy: int) -> None:
        self._heard += 1

    def put(self, key: RegistryKey, name: str, kind: ValueType, data: Data) -> None:
        seen = UNREADABLE if kind in NOT_READABLE else data
        self.host.put(Write(key=key, name=name, value=RegistryValue(name=name, type=kind, data=seen)))

    def holds(self, key: RegistryKey) -> dict[str, tuple[int, t.Any]]:
        return {value.name: (int(value.type), value.data) for value in self.host.values_of(key).values()}

    def deny(self, key: RegistryKey) -> None:
        self.channel.denied.add(key)

    def refuse(self, number: int) -> None:
        self.channel.refused.add(self.channel._writes + number)

    def lose(self, number: int, *, done: bool) -> None:
        (self.channel.lost_after if done else self.channel.lost_before).add(self.channel._writes + number)

    def die(self) -> None:
        self.channel.dead_from = self.channel.reconnects + 1
        self.channel.reconnect()

    def messages(self) -> int:
        return self._heard


class StandInGround(WriteByWrite):
    """A channel over a real connection of Ansible to a stand-in host."""

    def __init__(self, host: StandInHost, channel: RegistryChannel) -> None:
        self.host = host
        self.channel = channel

    def put(self, key: RegistryKey, name: str, kind: ValueType, data: Data) -> None:
        self.host.registry.raw.put(str(key), name, int(kind), t.cast("t.Any", data))

    def holds(self, key: RegistryKey) -> dict[str, tuple[int, t.Any]]:
        return {value.name: (value.type, value.data) for value in self.host.registry.raw.find(str(key)) or ()}

    def deny(self, key: RegistryKey) -> None:
        self.host.registry.deny(str(key), write=True)

    def refuse(self, number: int) -> None:
        self._at(number, Fault(code=2150858752))

    def lose(self, number: int, *, done: bool) -> None:
        self._at(number, Drop(performed=done))

    def die(self) -> None:
        self.host.refuse_connections()

    def messages(self) -> int:
        return self.host.counters.soap_messages

    def _at(self, number: int, does: t.Any) -> None:
        self.host.script.add(Trouble(when=When(method=SETS_AND_DELETES, message=number + 1), do=does))


class SshGround:
    """A channel over a real ssh connection of Ansible to a Wine host."""

    all_at_once = True
    reads_every_type = True
    carries_line_ends = False
    carries_every_key = False
    # The line that exports, and the transfer of the export.
    read_cost = 2

    def __init__(self, host: WineHost, channel: RegistryChannel) -> None:
        self.host = host
        self.channel = channel

    def put(self, key: RegistryKey, name: str, kind: ValueType, data: Data) -> None:
        self.host.store.put(str(key), name, int(kind), t.cast("t.Any", data))

    def holds(self, key: RegistryKey) -> dict[str, tuple[int, t.Any]]:
        return {value.name: (value.type, value.data) for value in self.host.store.find(str(key)) or ()}

    def deny(self, key: RegistryKey) -> None:
        raise AssertionError(f"{key}: Wine has no access rights")

    def refuse(self, number: int) -> None:
        """Let the next import find no reg.exe: all its writes are refused, whichever is meant."""
        assert number >= 0
        for what, after in (("missing", False), ("genuine", True)):
            does = Call(function=functools.partial(setattr, self.host, "reg_exe", what), after_it=after)
            self.host.script.add(Trouble(when=WhenRun(line=IMPORTS), do=does))

    def lose(self, number: int, *, done: bool) -> None:
        assert number == 0
        self.host.script.add(Trouble(when=WhenRun(line=IMPORTS), do=DropConnection(performed=done)))

    def die(self) -> None:
        self.host.refuse_connections()

    def messages(self) -> int:
        return self.host.counters.executions


KINDS: t.Final = ("memory", "winrm", "psrp", "winrm-wine", "ssh")
POWERSHELL: t.Final = "ssh-powershell"
# Nothing can be denied to reg.exe in Wine; for winrm-wine the stand-in host denies it before Wine is asked.
KINDS_WITH_RIGHTS: t.Final = ("memory", "winrm", "psrp", "winrm-wine")
CMD: t.Final = {"shell": "cmd"}
SHELLS: t.Final = {"ssh": CMD, POWERSHELL: {"shell": "powershell"}}


@contextlib.contextmanager
def ground_of(kind: str, request: pytest.FixtureRequest) -> t.Iterator[Ground]:
    """Prepare a host without any value, and a channel to it.

    Args:
        kind: One of KINDS, or POWERSHELL.
        request: Asked for ``wine`` only where a Wine host is needed.
    """
    if kind == "memory":
        yield MemoryGround()
        return
    if kind in SHELLS:
        host = request.getfixturevalue("wine")(**SHELLS[kind])
        with ssh_channel_to(host) as channel:
            yield SshGround(host, channel)
        assert host.errors == ()
        assert host.temp_files() == []
        return
    store = request.getfixturevalue("wine")(**CMD).store if kind == "winrm-wine" else None
    plugin = kind.removesuffix("-wine")
    with StandInHost(name="contract01", store=store) as stand_in, channel_to(stand_in, plugin) as registry:
        yield StandInGround(stand_in, registry)
        assert stand_in.errors == ()
        assert stand_in.counters.shells_opened == 0
    if store is not None:
        store.on_change = None
