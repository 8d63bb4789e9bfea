# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the contract tests ask of a ground, in short words."""

from __future__ import annotations

import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.model import (
    KeyRead,
    KeyState,
    RegistryKey,
    Write,
    dword,
)

from tests.integration.grounds import Ground

KEY = RegistryKey(path=r"SOFTWARE\Policies\Contract")
OTHER = RegistryKey(path=r"SOFTWARE\Policies\Contract\Below beside")
ABSENT = RegistryKey(path=r"SOFTWARE\Policies\Nowhere\At\All")


def read(ground: Ground, *names: str, key: RegistryKey = KEY) -> KeyState:
    return ground.channel.read([KeyRead(key=key, names=names)])[key]


def read_all(ground: Ground, key: RegistryKey = KEY) -> KeyState:
    return ground.channel.read([KeyRead(key=key)])[key]


def found(state: KeyState) -> dict[str, tuple[int, t.Any]]:
    return {folded: (int(value.type), value.data) for folded, value in state.by_name.items()}


def setting(name: str, number: int = 1, key: RegistryKey = KEY) -> Write:
    return Write(key=key, name=name, value=dword(name, number))


def write(ground: Ground, *writes: Write) -> None:
    assert ground.channel.write(writes) == ()
