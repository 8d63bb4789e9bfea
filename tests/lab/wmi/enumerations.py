# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Enumerate, Pull and Release (WS-Enumeration, DSP0226 8), as captures of Windows show them."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass

from ..soap import Request
from ..wsman_fault import (
    ACCESS_DENIED,
    ACTION_NOT_SUPPORTED,
    CLASS_NOT_IN_NAMESPACE,
    ENUMERATION,
    FILTER_DIALECT_UNAVAILABLE,
    INVALID_ENUMERATION_CONTEXT,
    MAX_ENVELOPE_SIZE_EXCEEDED,
    RESOURCE_NOT_FOUND,
    SCHEMA,
    FaultError,
    WsmanFault,
)
from ..xml_text import DMTF
from .cim import CimClass, Instance
from .classes import CLASSES
from .state import Windows
from .tables import instances
from .wql import Query, parse
from .wql_compare import WqlError
from .writing import WMI, end_point_of, fragment_of, object_of

WQL = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
# What envelope, header and the page's own elements take.
_FRAME = 2000


@dataclass(slots=True)
class _Pending:
    items: list[str]
    resource: str
    user: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """The body of Enumerate."""

    optimized: bool
    most: int
    mode: str
    wql: str | None


class Enumerations:
    """The enumerations of one host that are on their way.

    Args:
        windows: What there is to enumerate.
        largest: Returns the most bytes of an answer to a request.
    """

    def __init__(self, windows: Windows, largest: Callable[[Request], int]) -> None:
        self._windows = windows
        self._largest = largest
        self._pending: dict[str, _Pending] = {}

    @property
    def open(self) -> int:
        """How many enumerations have neither ended nor been released."""
        return len(self._pending)

    def resource_of(self, request: Request) -> str:
        """Return namespace and class that a message is about, as far as that can be told."""
        pending = self._pending.get(_context(request))
        if pending is not None:
            return pending.resource
        place = place_of(request)
        try:
            wql = _asked(request).wql
            return place if wql is None else f"{place.removesuffix('/*')}/{parse(wql).class_name}"
        except (FaultError, WqlError):
            return place

    def query_of(self, request: Request) -> str:
        """Return the query of an Enumerate, or an empty text."""
        try:
            return _asked(request).wql or ""
        except FaultError:
            return ""

    def perform(self, request: Request, user: str) -> str:
        """Return the content of the answer's body.

        Raises:
            FaultError: The message is refused.
        """
        verb = request.action.removeprefix(f"{ENUMERATION}/")
        if verb == "Enumerate":
            return self._enumerate(request, user)
        if verb in {"Pull", "Release"}:
            return self._go_on(request, user, verb)
        raise FaultError(WsmanFault.of(ACTION_NOT_SUPPORTED))

    def _enumerate(self, request: Request, user: str) -> str:
        asked = _asked(request)
        found = self._found(request, asked)
        pending = _Pending(found, self.resource_of(request), user)
        first = self._windows.first_page
        # One item alone, or none, ends at once: so does every answer to a single instance in the captures.
        most = asked.most if first is None or len(found) <= 1 else min(first, asked.most)
        page = self._cut(pending, request, most) if asked.optimized else []
        ended = asked.optimized and not pending.items
        context = "" if ended else self._keep(pending)
        items = f"<w:Items>{''.join(page)}</w:Items>" if asked.optimized else ""
        end = "<w:EndOfSequence/>" if ended else ""
        return (
            f"<n:EnumerateResponse><n:EnumerationContext>{context}</n:EnumerationContext>{items}{end}"
            "</n:EnumerateResponse>"
        )

    def _go_on(self, request: Request, user: str, verb: str) -> str:
        pending = self._pending.get(_context(request))
        if pending is None:
            raise FaultError(WsmanFault.of(INVALID_ENUMERATION_CONTEXT))
        if pending.user != user:
            raise FaultError(WsmanFault.of(ACCESS_DENIED))
        most = _number(request.body, ENUMERATION, "MaxElements", 1)
        # A page that does not fit leaves the enumeration as it was.
        page = self._cut(pending, request, most) if verb == "Pull" else []
        del self._pending[_context(request)]
        if verb == "Release":
            return ""
        # Every page names another context, and the last one none.
        context = f"<n:EnumerationContext>{self._keep(pending)}</n:EnumerationContext>" if pending.items else ""
        end = "" if pending.items else "<n:EndOfSequence/>"
        return f"<n:PullResponse>{context}<n:Items>{''.join(page)}</n:Items>{end}</n:PullResponse>"

    def _keep(self, pending: _Pending) -> str:
        context = f"uuid:{str(uuid.uuid4()).upper()}"
        self._pending[context] = pending
        return context

    def _cut(self, pending: _Pending, request: Request, most: int) -> list[str]:
        """Take the next page from what is left: no more items than asked for, no more bytes than allowed."""
        room = self._largest(request) - _FRAME
        number = 0
        limit = most if self._windows.page is None else min(most, self._windows.page)
        for item in pending.items[:limit]:
            room -= len(item.encode())
            if room < 0:
                break
            number += 1
        if pending.items and not number:
            raise FaultError(WsmanFault.of(MAX_ENVELOPE_SIZE_EXCEEDED))
        page, pending.items = pending.items[:number], pending.items[number:]
        return page

    def _found(self, request: Request, asked: _Asked) -> list[str]:
        namespace, _slash, name = place_of(request).rpartition("/")
        if not self._windows.has_namespace(namespace):
            raise FaultError(WsmanFault.of(self._windows.absent_code))
        if (name == "*") is not (asked.wql is not None):
            # A query names its class itself; without one the resource does.
            raise FaultError(WsmanFault.of(CLASS_NOT_IN_NAMESPACE if asked.wql is not None else RESOURCE_NOT_FOUND))
        try:
            query = parse(asked.wql) if asked.wql is not None else Query(columns=None, class_name=name, condition=None)
            of = self._class_of(namespace, query.class_name, asked)
            columns, test = query.columns_of(of), query.test_for(of)
            found = [instance for instance in instances(self._windows, of) if test(instance)]
        except WqlError as error:
            # The same code as for a class that is not there (wsmerror.h); the words are the stand-in's.
            raise FaultError(WsmanFault.of(CLASS_NOT_IN_NAMESPACE, text=f"{error}. ")) from error
        return [self._written(instance, columns, asked.mode) for instance in found]

    def _class_of(self, namespace: str, name: str, asked: _Asked) -> CimClass:
        code = self._windows.fault_for(name)
        if code is not None:
            raise FaultError(WsmanFault.of(code))
        of = CLASSES.get(f"{namespace}/{name}".lower())
        if of is None or not of.properties:
            raise FaultError(WsmanFault.of(RESOURCE_NOT_FOUND if asked.wql is None else CLASS_NOT_IN_NAMESPACE))
        return of

    def _written(self, instance: Instance, columns: tuple[str, ...] | None, mode: str) -> str:
        form = self._windows.references
        if mode == "EnumerateEPR":
            return end_point_of(instance)
        plain = object_of(instance, form) if columns is None else fragment_of(instance, columns, form)
        return f"<w:Item>{plain}{end_point_of(instance)}</w:Item>" if mode == "EnumerateObjectAndEPR" else plain


def place_of(request: Request) -> str:
    """Return what follows the common part of WMI's resource URIs, in small letters."""
    return request.resource_uri.lower().removeprefix(f"{WMI}/")


def _asked(request: Request) -> _Asked:
    body = request.body
    if body is None or body.tag != f"{{{ENUMERATION}}}Enumerate":
        raise FaultError(WsmanFault.of(SCHEMA))
    mode = (body.findtext(f"{{{DMTF}}}EnumerationMode") or "").strip()
    if mode not in {"", "EnumerateEPR", "EnumerateObjectAndEPR"}:
        raise FaultError(WsmanFault.of(SCHEMA))
    wanted = body.find(f"{{{DMTF}}}Filter")
    if wanted is not None and wanted.get("Dialect", "").lower() != WQL.lower():
        raise FaultError(WsmanFault.of(FILTER_DIALECT_UNAVAILABLE))
    return _Asked(
        optimized=body.find(f"{{{DMTF}}}OptimizeEnumeration") is not None,
        most=_number(body, DMTF, "MaxElements", 1),
        mode=mode,
        wql=None if wanted is None else wanted.text or "",
    )


def _number(body: ET.Element | None, namespace: str, name: str, default: int) -> int:
    text = (body.findtext(f"{{{namespace}}}{name}") or "").strip() if body is not None else ""
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise FaultError(WsmanFault.of(SCHEMA))
    return int(text)


def _context(request: Request) -> str:
    body = request.body
    return (body.findtext(f"{{{ENUMERATION}}}EnumerationContext") or "").strip() if body is not None else ""
