# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that answers WMI queries, methods and StdRegProv out of plain tables, message by message.

Only as clever as its tables: a query finds the rows of its class, filtered by the tests where that matters.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.exchange import Exchange
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.registry import WsmanRegistry
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wmi_host import (
    first_page,
    fragment,
    method_output,
    next_page,
    refused,
)
from ansible_collections.winfleet.remote_assistance.tests.unit.channels.wsman_host import (
    FakeTransport,
    Rows,
    call,
    message_id,
    output,
)

INVALID_NAMESPACE, DENIED_FAULT, INVALID_QUERY = 0x8004100E, 5, 0x80041017
_NOUNS = {"GetStringValue": (1, "sValue"), "GetDWORDValue": (4, "uValue")}

Registry = dict[str, dict[str, str | int]]


class Windows:
    """The host.

    Attributes:
        registry: Values by key path (any letter case) and name; a key exists if it or one below it is named.
        classes: Rows by class, or the number of a fault.
        methods: Outputs by 'Class.Method', one for each call, the last one for all further; or the number of a fault.
        denied: Parts of key paths for which StdRegProv returns 5.
        queries: Every query, in order.
        calls: Every method call of another class than StdRegProv: its name, keys, parameters.
    """

    def __init__(self) -> None:
        self.registry: Registry = {}
        self.classes: dict[str, list[Rows] | int] = {}
        self.methods: dict[str, list[Rows] | int] = {}
        self.denied: tuple[str, ...] = ()
        self.queries: list[tuple[str, str]] = []
        self.calls: list[tuple[str, dict[str, str], dict[str, list[str]]]] = []
        self._left: list[str] = []

    def channel(self) -> WsmanRegistry:
        return WsmanRegistry(Exchange(lambda dummy: FakeTransport(self._answer)))

    def _answer(self, message: bytes) -> t.Any:
        resource = re.search(rb"<w:ResourceURI[^>]*>[^<]*?/wmi/([^<]*)<", message)[1].decode()
        method, parameters = call(message)
        if resource.endswith("StdRegProv"):
            return output(self._registry(method, parameters), relates_to=message_id(message))
        if method == "Enumerate":
            return self._query(resource.removesuffix("/*"), parameters["Filter"][0])(message)
        if method == "Pull":
            return next_page(*self._left)(message)
        return self._method(resource, method, parameters, message)

    def _query(self, namespace: str, wql: str) -> t.Callable[[bytes], bytes]:
        self.queries.append((namespace, wql))
        name = re.search(r" FROM (\w+)", wql)[1]
        found = self.classes.get(name, INVALID_NAMESPACE)
        if isinstance(found, int):
            return refused(found)
        items = [fragment(rows) for rows in found]
        self._left = items[1:]
        # The first item alone, as Windows Server 2008 R2 and 2012 answer.
        return first_page(*items[:1], context="c" if self._left else "", end=not self._left)

    def _method(self, resource: str, method: str, parameters: dict[str, list[str]], message: bytes) -> bytes:
        class_name = resource.rpartition("/")[2]
        selectors = dict(re.findall(r'<w:Selector Name="([^"]*)">([^<]*)<', message.decode()))
        self.calls.append((f"{class_name}.{method}", selectors, parameters))
        outputs = self.methods[f"{class_name}.{method}"]
        if isinstance(outputs, int):
            return refused(outputs)(message)
        return method_output(outputs.pop(0) if len(outputs) > 1 else outputs[0], class_name)(message)

    def _registry(self, method: str, parameters: dict[str, list[str]]) -> Rows:
        path = parameters["sSubKeyName"][0].lower()
        if any(part.lower() in path for part in self.denied):
            return [("ReturnValue", 5)]
        known = {key.lower(): values for key, values in self.registry.items()}
        inner = [key[len(path) + 1 :] for key in self.registry if key.lower().startswith(f"{path}\\")]
        below = [key.split("\\")[0] for key in inner]
        if path not in known and not below:
            return [("ReturnValue", 2)]
        values = known.get(path, {})
        if method == "EnumKey":
            return [*(("sNames", name) for name in dict.fromkeys(below)), ("ReturnValue", 0)]
        if method == "EnumValues":
            types = [("Types", 4 if isinstance(data, int) else 1) for data in values.values()]
            return [*(("sNames", name) for name in values), *types, ("ReturnValue", 0)]
        wanted = parameters["sValueName"][0].lower()
        data = next((data for name, data in values.items() if name.lower() == wanted), None)
        if data is None:
            return [("ReturnValue", 1)]
        kind, element = _NOUNS[method]
        return (
            [(element, data), ("ReturnValue", 0)]
            if (kind == 4) is isinstance(data, int)
            else [("ReturnValue", 0x80041005)]
        )
