# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The WMI class StdRegProv over the in-memory registry: methods in, return codes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .behaviour import Behaviour
from .registry import (
    ERROR_ACCESS_DENIED,
    ERROR_INVALID_HANDLE,
    ERROR_SUCCESS,
    HIVE_NAMES,
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
    Data,
    RegistryError,
)
from .store import Store

# WBEM_E_TYPE_MISMATCH: a return value of Get*, not a fault (three programs agree).
TYPE_MISMATCH = 0x80041005

ENVIRONMENT = {
    "systemroot": r"C:\Windows",
    "windir": r"C:\Windows",
    "systemdrive": "C:",
    "programdata": r"C:\ProgramData",
    "programfiles": r"C:\Program Files",
    "public": r"C:\Users\Public",
}

# A scalar is its text; an array the texts of its items, None where it has none.
Output = str | tuple[str, ...] | None


class BadParameter(Exception):  # becomes a fault, never reaches a caller as an error
    """A method's parameter is missing, unknown, repeated or not of its XML type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A method with its checked parameters."""

    method: str
    hive: int
    subkey: str
    value: str | None = None
    data: Data | None = None
    required: int = 3

    @property
    def key(self) -> str:
        r"""The key as ``HKLM\...``."""
        return f"{HIVE_NAMES.get(self.hive, f'0x{self.hive:08X}')}\\{self.subkey}".removesuffix("\\")


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a method returned: its return value and output parameters in their order."""

    return_value: int
    outputs: Mapping[str, Output]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Typed:
    """One pair of Get{name}Value / Set{name}Value."""

    parameter: str
    kind: int
    parse: Callable[[list[str]], Data]
    form: Callable[[Data], Output]


def _unsigned(bits: int) -> Callable[[list[str]], int]:
    def parse(texts: list[str]) -> int:
        text = _one(texts).strip()
        if not re.fullmatch(r"[0-9]{1,20}", text) or int(text) >= 1 << bits:
            raise BadParameter(f"{text!r} is not an unsigned {bits} bit number")
        return int(text)

    return parse


def _one(texts: list[str]) -> str:
    if len(texts) != 1:
        raise BadParameter("the parameter must be given once")
    return texts[0]


def _bytes(texts: list[str]) -> bytes:
    parse = _unsigned(8)
    return bytes(parse([text]) for text in texts)


def _expand(data: Data) -> str:
    return re.sub(r"%([^%]+)%", lambda match: ENVIRONMENT.get(match[1].lower(), match[0]), str(data))


def _items(data: Data) -> Output:
    items = data if isinstance(data, (tuple, bytes)) else ()
    return tuple(str(item) for item in items) or None


# The parameter table of the class (MicrosoftDocs/win32 RegProv): uValue or sValue, by type.
TYPED = {
    "DWORD": _Typed(parameter="uValue", kind=REG_DWORD, parse=_unsigned(32), form=str),
    "QWORD": _Typed(parameter="uValue", kind=REG_QWORD, parse=_unsigned(64), form=str),
    "String": _Typed(parameter="sValue", kind=REG_SZ, parse=_one, form=str),
    "ExpandedString": _Typed(parameter="sValue", kind=REG_EXPAND_SZ, parse=_one, form=_expand),
    "MultiString": _Typed(parameter="sValue", kind=REG_MULTI_SZ, parse=tuple, form=_items),
    "Binary": _Typed(parameter="uValue", kind=REG_BINARY, parse=_bytes, form=_items),
}
_ARRAYS = {"MultiString", "Binary"}
_PLAIN = ("CheckAccess", "CreateKey", "DeleteKey", "DeleteValue", "EnumKey", "EnumValues")
METHODS = (*_PLAIN, *(f"{verb}{name}Value" for name in TYPED for verb in ("Get", "Set")))
_CANONICAL = {method.lower(): method for method in METHODS}


def typed(method: str) -> tuple[str, str] | None:
    """Return ("Get" or "Set", the name of the type) for the methods that have a type."""
    match = re.fullmatch(r"(Get|Set)(\w+)Value", method)
    return (match[1], match[2]) if match and match[2] in TYPED else None


def parse_call(method: str, parameters: Mapping[str, list[str | None]]) -> Call:
    """Check a method's parameters and return the call.

    Args:
        method: Method name in any letter case (URIs compare without case).
        parameters: The texts of the child elements by local name; None is xsi:nil.

    Raises:
        BadParameter: Unknown method, or a parameter is missing, unknown, repeated or mistyped.
    """
    name = _CANONICAL.get(method.lower())
    if name is None:
        raise BadParameter(f"StdRegProv has no method {method}")
    given = {key: [text for text in texts if text is not None] for key, texts in parameters.items()}
    pair = typed(name)
    wants_value = pair is not None or name == "DeleteValue"
    known = {"hDefKey", "sSubKeyName"} | ({"sValueName"} if wants_value else set())
    known |= {"uRequired"} if name == "CheckAccess" else set()
    known |= {TYPED[pair[1]].parameter} if pair and pair[0] == "Set" else set()
    if unknown := set(given) - known:
        raise BadParameter(f"{name} has no parameter {min(unknown)}")
    number = _unsigned(32)
    return Call(
        method=name,
        hive=number(given["hDefKey"]) if given.get("hDefKey") else 0x80000002,
        subkey=_one(given.get("sSubKeyName", [])),
        value=_one(given.get("sValueName", [])) if wants_value else None,
        data=_data(pair[1], given) if pair and pair[0] == "Set" else None,
        required=number(given["uRequired"]) if given.get("uRequired") else 3,
    )


def _data(name: str, given: Mapping[str, list[str]]) -> Data:
    texts = given.get(TYPED[name].parameter, [])
    if not texts and name not in _ARRAYS:
        raise BadParameter(f"Set{name}Value needs {TYPED[name].parameter}")
    return TYPED[name].parse(texts)


class StdRegProv:
    """Performs calls on a registry.

    Args:
        registry: The machine's registry.
        behaviour: Where the sources give alternatives.
    """

    def __init__(self, registry: Store, behaviour: Behaviour) -> None:
        self.registry = registry
        self.behaviour = behaviour

    def perform(self, call: Call) -> Outcome:
        """Perform a call; every failure is a return value."""
        try:
            hive = HIVE_NAMES.get(call.hive)
            if hive is None:
                raise RegistryError(ERROR_INVALID_HANDLE)
            return self._dispatch(call, hive)
        except RegistryError as error:
            return Outcome(return_value=error.code, outputs=empty_outputs(call.method))

    def _dispatch(self, call: Call, hive: str) -> Outcome:
        registry, subkey = self.registry, call.subkey
        match call.method, typed(call.method):
            case _, ("Get", name):
                return self._get(call, hive, name)
            case _, ("Set", name):
                data: Data = b"" if call.data is None else call.data
                registry.write(hive, subkey, call.value or "", TYPED[name].kind, data)
            case "CheckAccess", _:
                return self._check_access(call, hive)
            case "CreateKey", _:
                registry.create_key(hive, subkey)
            case "DeleteKey", _:
                registry.remove_key(hive, subkey)
            case "DeleteValue", _:
                registry.remove_value(hive, subkey, call.value or "")
            case "EnumKey", _:
                return _done(sNames=tuple(registry.subkeys(hive, subkey)) or None)
            case _:
                return self._enum_values(hive, subkey)
        return _done()

    def _enum_values(self, hive: str, subkey: str) -> Outcome:
        values = self.registry.values(hive, subkey)
        if not any(value.name for value in values):
            # MS: "Returns null if only the default value is available".
            return _done(sNames=None, Types=None)
        # Types is sint32[]: a raw type above 2**31 comes out negative.
        kinds = (value.type - (1 << 32) if value.type >= 1 << 31 else value.type for value in values)
        return _done(sNames=tuple(value.name for value in values), Types=tuple(str(kind) for kind in kinds))

    def _get(self, call: Call, hive: str, name: str) -> Outcome:
        value = self.registry.value(hive, call.subkey, call.value or "")
        outputs = empty_outputs(call.method)
        if value is None:
            return Outcome(return_value=self.behaviour.value_absent, outputs=outputs)
        if value.type != TYPED[name].kind:
            return Outcome(return_value=TYPE_MISMATCH, outputs=outputs)
        return _done(**{TYPED[name].parameter: TYPED[name].form(value.data)})

    def _check_access(self, call: Call, hive: str) -> Outcome:
        denied = self.registry.denied(hive, call.subkey)
        needs = {"read"} if call.required & 0b11001 else set()
        needs |= {"write"} if call.required & ~0b11001 else set()
        granted = not needs & denied
        # That a refusal is also the return value 5 is the common reading of the documentation
        # (confidence: low); bGranted is the documented answer.
        code = ERROR_SUCCESS if granted else ERROR_ACCESS_DENIED
        return Outcome(return_value=code, outputs={"bGranted": "true" if granted else "false"})


def empty_outputs(method: str) -> dict[str, Output]:
    """Return a method's output parameters as a failed call leaves them: null."""
    if method == "CheckAccess":
        return {"bGranted": "false"}
    if method == "EnumKey":
        return {"sNames": None}
    if method == "EnumValues":
        return {"sNames": None, "Types": None}
    pair = typed(method)
    return {TYPED[pair[1]].parameter: None} if pair and pair[0] == "Get" else {}


def is_array(method: str, parameter: str) -> bool:
    """Tell whether an output parameter is an array."""
    pair = typed(method)
    return parameter in {"sNames", "Types"} or (pair is not None and pair[1] in _ARRAYS)


def _done(**outputs: Output) -> Outcome:
    return Outcome(return_value=ERROR_SUCCESS, outputs=outputs)
