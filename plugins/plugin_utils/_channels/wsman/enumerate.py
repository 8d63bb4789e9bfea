# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WQL over WS-Management: Enumerate, Pull until the end of the sequence, Release where that is not reached.

Windows cuts a result into pages of its own choosing, however many items one asks for: Server 2008 R2 and 2012 answer
the Enumerate with the first item alone, and every page names another context. The last page says EndOfSequence.
``select *`` returns objects, a list of columns fragments; see items.

Shape: WS-Enumeration, DSP0226 8, MS-WSMV 3.1.4.1.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from ..._registry.errors import HostError, HostUnreachable, RemoteAssistanceError
from .answer import Content, child, first, local_name, stripped, unusable
from .codes import NOT_OFFERED
from .envelope import WMI, Request, escaped
from .exchange import Exchange
from .items import Item, read_item

_ENUMERATION: t.Final = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_WQL: t.Final = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
# The greatest number that Windows' own clients ask for.
_ITEMS_OF_A_PAGE: t.Final = 32_000

_ENUMERATE: t.Final = (
    f'<n:Enumerate xmlns:n="{_ENUMERATION}"><w:OptimizeEnumeration/>'
    f"<w:MaxElements>{_ITEMS_OF_A_PAGE}</w:MaxElements>"
    f'<w:Filter Dialect="{_WQL}">%s</w:Filter></n:Enumerate>'
)
_PULL: t.Final = (
    f'<n:Pull xmlns:n="{_ENUMERATION}"><n:EnumerationContext>%s</n:EnumerationContext>'
    f"<n:MaxElements>{_ITEMS_OF_A_PAGE}</n:MaxElements></n:Pull>"
)
_RELEASE: t.Final = f'<n:Release xmlns:n="{_ENUMERATION}"><n:EnumerationContext>%s</n:EnumerationContext></n:Release>'


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A question to WMI.

    Attributes:
        namespace: The namespace with forward slashes, such as ``root/cimv2``.
        wql: The query; texts in it go through ``quoted``.
    """

    namespace: str
    wql: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much is taken from a host before its answer counts as senseless.

    Attributes:
        items: The most instances.
        size: The most bytes of all pages together.
        pages: The most messages.
    """

    items: int = 20_000
    size: int = 16_000_000
    pages: int = 500


LIMITS: t.Final = Limits()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One answer.

    Attributes:
        items: The instances that it holds.
        context: What to ask for more with; empty where the answer names nothing.
        is_last: True at the end of the sequence.
    """

    items: tuple[Item, ...]
    context: str
    is_last: bool


def quoted(text: str) -> str:
    """Return a text as a literal of WQL.

    A backslash escapes (WmiSdk, "WHERE Clause"). A text with single quotes, such as the path of an instance, stands in
    double ones, as everybody writes it.
    """
    quote = '"' if "'" in text else "'"
    return quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


def select(columns: str, class_name: str, **conditions: str | tuple[str, ...]) -> str:
    """Return a query with its texts quoted.

    Args:
        columns: The properties, separated by commas.
        class_name: The class.
        conditions: What each property must be, or one of several; WMI compares without case.
    """
    parts = []
    for name, wanted in conditions.items():
        choices = " OR ".join(f"{name}={quoted(text)}" for text in ((wanted,) if isinstance(wanted, str) else wanted))
        parts.append(choices if isinstance(wanted, str) else f"({choices})")
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return f"SELECT {columns} FROM {class_name}{where}"  # noqa: S608  every text is quoted above


def query(exchange: Exchange, question: Query, *, doing: str, limits: Limits = LIMITS) -> t.Iterator[Item]:
    """Yield the instances that a query finds, page by page.

    Whoever stops early closes the iterator (``contextlib.closing``): the host is then told to forget the rest, because
    open enumerations count against the account's quota.

    Args:
        exchange: The conversation with the host.
        question: What to ask.
        doing: What is being done, for errors.
        limits: What is too much.

    Raises:
        NotOffered: There is no such namespace, class or property.
        HostError: Another fault, also in the middle; an answer that cannot be used; too much of it.
        HostUnreachable: The connection was lost.
    """
    walk = _Walk(exchange, f"{WMI}/{question.namespace}/*", doing, limits)
    try:
        page = walk.next_page("Enumerate", _ENUMERATE % escaped(question.wql))
        yield from page.items
        while not page.is_last:
            page = walk.next_page("Pull", _PULL % escaped(walk.context))
            yield from page.items
    except (HostError, GeneratorExit) as end:
        # Not where the connection is lost, nor when Ansible's task timeout strikes: no time for courtesies then.
        if walk.context and not isinstance(end, HostUnreachable):
            walk.release()
        raise


class _Walk:
    """One enumeration on its way.

    Attributes:
        context: What the host knows it by; empty when the host has nothing to remember.
    """

    def __init__(self, exchange: Exchange, resource: str, doing: str, limits: Limits) -> None:
        self.context = ""
        self._exchange = exchange
        self._resource = resource
        self._doing = doing
        self._limits = limits
        self._start = exchange.received
        self._items = 0
        self._pages = 0

    def next_page(self, verb: str, body: str) -> Page:
        limits = self._limits
        if self._pages == limits.pages:
            raise unusable(self._doing, f"it does not end within {limits.pages} messages")
        page = self._exchange.ask(self._request(verb, body), read=read_page, doing=self._doing)
        # WS-Enumeration: a page without a context means that the old one goes on.
        self.context = "" if page.is_last else page.context or self.context
        self._pages += 1
        self._items += len(page.items)
        if self._items > limits.items or self._exchange.received - self._start > limits.size:
            raise unusable(self._doing, f"it is more than {limits.items} items or {limits.size} bytes")
        return page

    def release(self) -> None:
        """Tell the host to forget the rest; it forgets by itself as well, so that a refusal means nothing."""
        request = self._request("Release", _RELEASE % escaped(self.context))
        with contextlib.suppress(RemoteAssistanceError):
            self._exchange.ask(request, read=lambda *dummy: None, doing=self._doing)

    def _request(self, verb: str, body: str) -> Request:
        return Request(resource=self._resource, action=f"{_ENUMERATION}/{verb}", body=body, absent=NOT_OFFERED)


def read_page(content: Content, doing: str) -> Page:
    """Return the content of an answer to Enumerate or Pull.

    Raises:
        HostError: It is none.
    """
    response = first(content, doing)
    if local_name(response) not in {"EnumerateResponse", "PullResponse"}:
        raise unusable(doing, f"it is {local_name(response)[:60]!r}, not a page of a query's result")
    context = stripped(child(response, "EnumerationContext"))
    is_last = any(local_name(part) == "EndOfSequence" for part in response)
    if not is_last and not context and local_name(response) == "EnumerateResponse":
        raise unusable(doing, "it neither ends nor says how to go on")
    items = tuple(read_item(_instance(part), doing) for part in child(response, "Items"))
    return Page(items=items, context=context, is_last=is_last)


def _instance(element: ET.Element) -> ET.Element:
    """Return the instance itself where it is packed together with its reference (DSP0226, EnumerateObjectAndEPR)."""
    if local_name(element) != "Item":
        return element
    return next((part for part in element if local_name(part) != "EndpointReference"), element)
