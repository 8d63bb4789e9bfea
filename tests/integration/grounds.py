# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grounds for the contract tests: a channel, and the host behind it as a test sees and arranges it."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.ports import RegistryChannel
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    UNREADABLE,
    Data,
    RegistryKey,
    RegistryValue,
    ValueType,
    Write,
)

from tests.integration.real_channels import channel_to
from tests.lab import Drop, Fault, StandInHost, Trouble, When
from tests.unit.fakes import InMemoryChannel, InMemoryHost

SETS_AND_DELETES: t.Final = "[SD]e[tl]*"
NO_TYPE_OF_STDREGPROV: t.Final = {ValueType.REG_NONE, ValueType(6), ValueType(0xFFFFFFFF)}
NOT_READABLE: t.Final = {ValueType.REG_EXPAND_SZ, *NO_TYPE_OF_STDREGPROV}


class Ground(t.Protocol):
    """A channel and its host.

    Attributes:
        channel: The channel under test.
    """

    channel: RegistryChannel

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


class MemoryGround:
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


class StandInGround:
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


KINDS: t.Final = ("memory", "winrm", "psrp")


@contextlib.contextmanager
def ground_of(kind: str) -> t.Iterator[Ground]:
    """Prepare a host without any value, and a channel to it."""
    if kind == "memory":
        yield MemoryGround()
        return
    with StandInHost(name="contract01") as host, channel_to(host, kind) as channel:
        yield StandInGround(host, channel)
        assert host.errors == ()
        assert host.counters.shells_opened == 0
