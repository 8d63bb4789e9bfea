# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry port over WS-Management: Windows' own StdRegProv does the work, nothing of ours runs on the host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import functools
import typing as t
from types import MappingProxyType

from ..._registry.errors import HostError, HostUnreachable
from ..._registry.model import (
    UNREADABLE,
    KeyRead,
    KeyState,
    Observed,
    RegistryKey,
    RegistryValue,
    ValueType,
    Write,
)
from ..._registry.names import fold
from ..ports import WriteFailure
from ..words import shown
from . import provider, reach
from .answer import Answer, unusable
from .codes import ABSENT_KEY, ABSENT_VALUE, WRONG_TYPE
from .envelope import Request
from .exchange import Exchange
from .failures import from_return_code

_DWORD: t.Final = provider.ACCESSORS[ValueType.REG_DWORD]


def open_channel(connection: t.Any, *, lost: tuple[type[Exception], ...] = ()) -> WsmanRegistry:
    """Return the registry of the host behind an Ansible connection; nothing is sent before the first call.

    Args:
        connection: The object of Ansible's ``winrm`` or ``psrp`` connection plugin. What it already holds open is
            used and left open.
        lost: What the plugin itself raises when it cannot connect, such as a failed kinit.

    Raises:
        UnsupportedConnection: It is another connection, or its Python package is missing.
    """
    return WsmanRegistry(Exchange(reach.opener(connection, lost=lost)))


class WsmanRegistry:
    """A RegistryChannel over WS-Management.

    Args:
        exchange: The conversation with the host.
    """

    name = "wsman"
    left_behind: t.Sequence[str] = ()

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._missing_keys: set[str] = set()

    @property
    def exchange(self) -> Exchange:
        """The conversation with the host, for questions to other WMI classes."""
        return self._exchange

    @property
    def requests(self) -> int:
        """Messages sent so far, those of the logon not counted."""
        return self._exchange.messages

    def read(self, reads: t.Iterable[KeyRead]) -> Observed:
        """Return the values that are there; see RegistryChannel.

        A value that was asked for alone bears the name that was asked for, every other one its name as stored.
        """
        wanted: dict[RegistryKey, tuple[str, ...] | None] = {}
        for one in reads:
            before = wanted.get(one.key, ())
            wanted[one.key] = None if before is None or one.names is None else (*before, *one.names)
        return MappingProxyType({key: self._read_key(key, names) for key, names in wanted.items()})

    def keys(self, key: RegistryKey) -> tuple[str, ...] | None:
        """Return the names of the keys below a key, or None where that key is absent."""
        answer = self._call(provider.list_keys(key), _reading(key))
        if answer.return_value == ABSENT_KEY:
            return None
        if answer.return_value:
            raise from_return_code(answer.return_value, doing=answer.doing)
        return answer.texts("sNames")

    def write(self, writes: t.Sequence[Write]) -> tuple[WriteFailure, ...]:
        """Write in the given order; see RegistryChannel.

        All requests are built before the first is sent: an InputError means that nothing was written.
        """
        done: list[Write] = []
        for write, request in [(write, _request_for(write)) for write in writes]:
            try:
                self._write_one(write, request)
                done.append(write)
            except HostUnreachable as lost:
                lost.acknowledged = tuple(done)
                lost.in_doubt = (write,) if lost.outcome_unknown else ()
                raise
            except HostError as error:
                return (WriteFailure(write=write, error=error),)
        return ()

    def reconnect(self) -> None:
        """Drop the connection; the next call opens a fresh one."""
        self._exchange.drop()

    def limit(self, seconds: float) -> None:
        """Let no later wait for the host, nor all of them together, last longer than this many seconds from now."""
        self._exchange.limit(seconds)

    def close(self) -> None:
        """Drop the connection; never raises."""
        self._exchange.drop()

    # Reading

    def _read_key(self, key: RegistryKey, names: tuple[str, ...] | None) -> KeyState:
        folded = None if names is None else {fold(name): name for name in names}
        if folded is not None and not folded:
            return KeyState()
        if folded is not None and len(folded) == 1:
            (name,) = folded.values()
            answer = self._call(provider.get_value(key, name, _DWORD), _reading(key, name))
            code = answer.return_value
            if code in ABSENT_VALUE:
                return KeyState()
            if code == 0:
                return KeyState.of(_decoded(answer, name, ValueType.REG_DWORD))
            if code != WRONG_TYPE:
                raise from_return_code(code, doing=answer.doing)
        return self._read_listed(key, folded)

    def _read_listed(self, key: RegistryKey, folded: t.Mapping[str, str] | None) -> KeyState:
        listed = self._list(key)
        if listed is None:
            return KeyState()
        if not listed and (folded is None or "" in folded):
            # "Returns null if only the default value is available", says Microsoft of EnumValues.
            default = self._default_value(key)
            return KeyState() if default is None else KeyState.of(default)
        matching = [(name, kind) for name, kind in listed if folded is None or fold(name) in folded]
        if len({fold(name) for name, dummy in matching}) != len(matching):
            # Keeping one of them would hide the other, perhaps a helper who then stays.
            raise HostError(
                doing=_reading(key),
                reason="the key holds value names that cannot be told apart regardless of letter case",
                advice="Delete or rename one of them on the host",
            )
        found = (self._value(key, name, kind) for name, kind in matching)
        return KeyState.of(*(value for value in found if value is not None))

    def _list(self, key: RegistryKey) -> list[tuple[str, ValueType]] | None:
        """Return names and types, or None for a key that is absent."""
        answer = self._call(provider.list_values(key), _reading(key))
        if answer.return_value == ABSENT_KEY:
            self._missing_keys.add(fold(key.path))
            return None
        self._missing_keys.discard(fold(key.path))
        if answer.return_value:
            raise from_return_code(answer.return_value, doing=answer.doing)
        names, types = answer.texts("sNames"), answer.numbers("Types", bits=32, signed=True)
        if len(names) != len(types):
            raise unusable(answer.doing, f"it lists {len(names)} value names and {len(types)} types")
        return [(name, ValueType(number)) for name, number in zip(names, types, strict=True)]

    def _value(self, key: RegistryKey, name: str, kind: ValueType) -> RegistryValue | None:
        accessor = provider.ACCESSORS.get(kind)
        if accessor is None or accessor.decode is None:
            return RegistryValue(name=name, type=kind, data=UNREADABLE)
        answer = self._call(provider.get_value(key, name, accessor), _reading(key, name))
        code = answer.return_value
        if code in ABSENT_VALUE:  # deleted since it was listed
            return None
        if code == WRONG_TYPE:  # changed since, or data that do not fit the type, such as a REG_DWORD of two bytes
            return RegistryValue(name=name, type=kind, data=UNREADABLE)
        if code:
            raise from_return_code(code, doing=answer.doing)
        return _decoded(answer, name, kind)

    def _default_value(self, key: RegistryKey) -> RegistryValue | None:
        """Return the default value of a key that lists nothing; its type is found by trying."""
        for kind, accessor in provider.ACCESSORS.items():
            answer = self._call(provider.get_value(key, "", accessor), _reading(key, ""))
            code = answer.return_value
            if code in ABSENT_VALUE:
                return None
            if code == 0:
                return _decoded(answer, "", kind)
            if code != WRONG_TYPE:
                raise from_return_code(code, doing=answer.doing)
        return RegistryValue(name="", type=ValueType.REG_NONE, data=UNREADABLE)

    # Writing

    def _write_one(self, write: Write, request: Request | None) -> None:
        doing = _writing(write)
        if request is None:
            kind = write.value.type.name if write.value is not None else ""
            raise HostError(doing=doing, reason=f"WS-Management cannot write such a value ({kind})")
        change = functools.partial(self._call, request, doing, changes=True)
        if write.value is None:
            code = change().return_value
            if code and code not in ABSENT_VALUE:
                raise from_return_code(code, doing=doing)
            return
        if fold(write.key.path) in self._missing_keys:
            self._create(write.key)
        code = change().return_value
        if code == ABSENT_KEY:
            self._create(write.key)
            code = change().return_value
        if code:
            raise from_return_code(code, doing=doing)

    def _create(self, key: RegistryKey) -> None:
        doing = f"creating {shown(str(key))}"
        code = self._call(provider.create_key(key), doing, changes=True).return_value
        if code:
            raise from_return_code(code, doing=doing)
        self._missing_keys.discard(fold(key.path))

    def _call(self, request: Request, doing: str, *, changes: bool = False) -> Answer:
        return self._exchange.call(request, doing=doing, changes=changes)


def _request_for(write: Write) -> Request | None:
    if write.value is None:
        return provider.delete_value(write.key, write.name)
    return provider.set_value(write.key, RegistryValue(name=write.name, type=write.value.type, data=write.value.data))


def _decoded(answer: Answer, name: str, kind: ValueType) -> RegistryValue:
    decode = provider.ACCESSORS[kind].decode
    return RegistryValue(name=name, type=kind, data=decode(answer) if decode else UNREADABLE)


def _reading(key: RegistryKey, name: str | None = None) -> str:
    return f"reading {_place(key, name)}"


def _writing(write: Write) -> str:
    return f"{'deleting' if write.value is None else 'writing'} {_place(write.key, write.name)}"


def _place(key: RegistryKey, name: str | None) -> str:
    if name is None:
        return shown(str(key))
    return shown(f"{key}\\{name or '(default)'}")
