# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Instances, fragments and references as XML; the shapes are those of the captures in tests/data/wsman.

Of references and embedded instances there is no capture: they follow DSP0230 (confidence: medium; without namespaces in
a fragment: low).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from ..xml_text import ADDRESSING, ANONYMOUS, CIM, DMTF, XSI, attribute, escape
from .cim import CimClass, Instance, Reference, Value
from .wql_compare import is_null

WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi"

Form = Literal["address", "path"]


def object_of(instance: Instance, form: Form, *, element: str = "") -> str:
    """Write an instance with all properties of its class.

    Args:
        instance: The instance.
        form: How references are written.
        element: Name of the element, if it is not that of the class.
    """
    name = instance.of.name
    tag = f"p:{element or name}"
    content = _properties(instance, instance.of.properties, "p:", form)
    names = f'xmlns:xsi="{XSI}" xmlns:p="{uri_of(instance.of)}" xmlns:cim="{CIM}"'
    return f'<{tag} {names} xsi:type="p:{name}_Type">{content}</{tag}>'


def fragment_of(instance: Instance, columns: Iterable[str], form: Form) -> str:
    """Write some properties of an instance, without namespaces."""
    content = _properties(instance, columns, "", form)
    return f'<w:XmlFragment xmlns:xsi="{XSI}" xmlns:w="{DMTF}">{content}</w:XmlFragment>'


def end_point_of(instance: Instance) -> str:
    """Write the reference to an instance that EnumerationMode asks for (DSP0226 8.7)."""
    keys = {key: _text(instance.get(key)) for key in instance.of.keys}
    reference = Reference(path=instance.of.path, keys=keys)
    return f'<a:EndpointReference xmlns:a="{ADDRESSING}">{_end_point(reference, "a:", "w:")}</a:EndpointReference>'


def output_of(of: CimClass, method: str, values: Iterable[tuple[str, Value]], form: Form) -> str:
    """Write a method's output."""
    content = "".join(_property(name, value, "p:", form, is_array=False) for name, value in values)
    tag = f"p:{method}_OUTPUT"
    return f'<{tag} xmlns:xsi="{XSI}" xmlns:p="{uri_of(of)}" xmlns:cim="{CIM}">{content}</{tag}>'


def uri_of(of: CimClass) -> str:
    """Return the resource URI of a class."""
    return f"{WMI}/{of.path}"


def _properties(instance: Instance, names: Iterable[str], prefix: str, form: Form) -> str:
    return "".join(
        _property(name, instance.get(name), prefix, form, is_array=name in instance.of.arrays) for name in names
    )


def _property(name: str, value: Value, prefix: str, form: Form, *, is_array: bool) -> str:
    tag = f"{prefix}{name}"
    if is_null(value):
        # Null scalars are nil, null arrays absent: counted in captures of three Windows versions.
        return "" if is_array else f'<{tag} xsi:nil="true"/>'
    if isinstance(value, Instance):
        return object_of(value, form, element=name)
    items = value if isinstance(value, tuple) else (value,)
    written = (_content(item, prefix, form) for item in items)
    return "".join(f"<{tag}>{content}</{tag}>" for content in written)


def _content(value: Value, prefix: str, form: Form) -> str:
    if isinstance(value, datetime):
        cim = "cim:" if prefix else ""
        return f"<{cim}Datetime>{_text(value)}</{cim}Datetime>"
    if isinstance(value, Reference):
        if form == "path":
            return escape(_path(value))
        return _end_point(value, "a:", "w:", declare=True) if prefix else _end_point(value, "", "")
    return escape(_text(value))


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        fraction = f"{value.microsecond:06}".rstrip("0")
        moment = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{moment}.{fraction}Z" if fraction else f"{moment}Z"
    if isinstance(value, Reference):
        return _path(value)
    return str(value)


def _end_point(reference: Reference, addressing: str, wsman: str, *, declare: bool = False) -> str:
    names = f' xmlns:a="{ADDRESSING}" xmlns:w="{DMTF}"' if declare else ""
    selectors = "".join(
        f'<{wsman}Selector Name="{attribute(name)}">{escape(text)}</{wsman}Selector>'
        for name, text in reference.keys.items()
    )
    return (
        f"<{addressing}Address{names}>{ANONYMOUS}</{addressing}Address><{addressing}ReferenceParameters{names}>"
        f"<{wsman}ResourceURI>{WMI}/{reference.path}</{wsman}ResourceURI>"
        f"<{wsman}SelectorSet>{selectors}</{wsman}SelectorSet></{addressing}ReferenceParameters>"
    )


def _path(reference: Reference) -> str:
    """Write an object's path, as WMI does outside of WS-Management."""
    namespace, _slash, name = reference.path.rpartition("/")
    keys = ",".join(
        '{}="{}"'.format(key, text.replace("\\", "\\\\").replace('"', '\\"')) for key, text in reference.keys.items()
    )
    return f"\\\\.\\{namespace.replace('/', chr(92))}:{name}.{keys}"
