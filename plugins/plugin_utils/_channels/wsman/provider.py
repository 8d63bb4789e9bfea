# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The methods of Windows' registry provider as data: what to send for which type, what comes back.

Source: Microsoft's reference of StdRegProv; the resource URI is the one under which Windows offers the class without a
namespace selector.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from types import MappingProxyType

from ..._registry.model import Data, RegistryKey, RegistryValue, ValueType
from .answer import Answer
from .envelope import WMI, Request, invocation, parameter

RESOURCE: t.Final = f"{WMI}/root/default/StdRegProv"

# HKLM is the provider's default root, but saying so costs little and leaves nothing to a default.
_ROOT: t.Final = parameter("hDefKey", "2147483650")


@dataclass(frozen=True, kw_only=True, slots=True)
class Accessor:
    """How values of one type are read and written.

    Attributes:
        noun: The middle of the method names, such as ``DWORD`` in GetDWORDValue.
        element: The parameter that holds the data.
        decode: Takes the data from an answer; None where the provider cannot return them unchanged.
        encode: The data as texts, one for each element; None for data that this type cannot hold.
    """

    noun: str
    element: str
    decode: t.Callable[[Answer], Data] | None
    encode: t.Callable[[Data], tuple[str, ...] | None]


def _text_of(answer: Answer) -> Data:
    # A value of no bytes at all is returned as null.
    return answer.text("sValue") or ""


def _number_of(bits: int) -> t.Callable[[Answer], Data]:
    return lambda answer: answer.number("uValue", bits=bits)


def _number_as_text(bits: int) -> t.Callable[[Data], tuple[str, ...] | None]:
    return lambda data: (str(int(data)),) if isinstance(data, int) and 0 <= data < 2**bits else None


def _one_text(data: Data) -> tuple[str, ...] | None:
    return (data,) if isinstance(data, str) else None


ACCESSORS: t.Final[t.Mapping[ValueType, Accessor]] = MappingProxyType(
    {
        ValueType.REG_SZ: Accessor(noun="String", element="sValue", decode=_text_of, encode=_one_text),
        ValueType.REG_MULTI_SZ: Accessor(
            noun="MultiString",
            element="sValue",
            decode=lambda answer: answer.texts("sValue"),
            encode=lambda data: data if isinstance(data, tuple) else None,
        ),
        ValueType.REG_DWORD: Accessor(
            noun="DWORD", element="uValue", decode=_number_of(32), encode=_number_as_text(32)
        ),
        ValueType.REG_QWORD: Accessor(
            noun="QWORD", element="uValue", decode=_number_of(64), encode=_number_as_text(64)
        ),
        # GetExpandedStringValue returns the text with its variables replaced.
        ValueType.REG_EXPAND_SZ: Accessor(noun="ExpandedString", element="sValue", decode=None, encode=_one_text),
        ValueType.REG_BINARY: Accessor(
            noun="Binary",
            element="uValue",
            decode=lambda answer: bytes(answer.numbers("uValue", bits=8)),
            encode=lambda data: tuple(map(str, data)) if isinstance(data, bytes) else None,
        ),
    }
)


def list_values(key: RegistryKey) -> Request:
    """Return the request for names and types of a key's values."""
    return _request("EnumValues", _key(key))


def list_keys(key: RegistryKey) -> Request:
    """Return the request for the names of the keys below a key."""
    return _request("EnumKey", _key(key))


def get_value(key: RegistryKey, name: str, accessor: Accessor) -> Request:
    """Return the request for one value."""
    return _request(f"Get{accessor.noun}Value", _key(key) + parameter("sValueName", name))


def set_value(key: RegistryKey, value: RegistryValue) -> Request | None:
    """Return the request that writes one value, or None where the provider cannot write such a value."""
    accessor = ACCESSORS.get(value.type)
    texts = accessor.encode(value.data) if accessor else None
    if accessor is None or texts is None:
        return None
    data = "".join(parameter(accessor.element, text) for text in texts)
    return _request(f"Set{accessor.noun}Value", _key(key) + parameter("sValueName", value.name) + data)


def delete_value(key: RegistryKey, name: str) -> Request:
    """Return the request that deletes one value."""
    return _request("DeleteValue", _key(key) + parameter("sValueName", name))


def create_key(key: RegistryKey) -> Request:
    """Return the request that creates a key with all missing parents."""
    return _request("CreateKey", _key(key))


def _key(key: RegistryKey) -> str:
    return _ROOT + parameter("sSubKeyName", key.path)


def _request(method: str, body: str) -> Request:
    return invocation(RESOURCE, method, body)
