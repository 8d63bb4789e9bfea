# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Methods of WMI classes over WS-Management: of one instance, chosen by its keys, or static.

StdRegProv's methods are called through provider and registry; this is the way to every other class.

Shape: DSP0227 (extrinsic methods), MS-WSMV 3.1.4.1.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._registry.errors import AccessDenied, HostError
from .answer import Content, first
from .codes import CODES, DENIED, NOT_OFFERED
from .envelope import WMI, invocation, parameter
from .exchange import Exchange
from .items import Item, read_item


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A method call.

    Attributes:
        namespace: The namespace with forward slashes, such as ``root/standardcimv2``.
        class_name: The class.
        method: The method.
        selectors: The keys of the instance, in any order; none for a static method.
        parameters: Names and texts; an array is its name repeated, null is left out.
    """

    namespace: str
    class_name: str
    method: str
    selectors: t.Mapping[str, str] | None = None
    parameters: t.Sequence[tuple[str, str]] = ()


def invoke(exchange: Exchange, call: Call, *, doing: str, changes: bool) -> Item:
    """Return the output of a method; the caller passes it to ``check``.

    Args:
        exchange: The conversation with the host.
        call: What to call.
        doing: What is being done, for errors.
        changes: True when the call changes something; it must do no harm when it is executed twice.

    Raises:
        NotOffered: There is no such namespace, class, instance or method.
        HostError: Another fault, or an answer that cannot be used.
        HostUnreachable: The connection was lost; ``outcome_unknown`` tells whether the call may have been executed.
    """
    request = invocation(
        f"{WMI}/{call.namespace}/{call.class_name}",
        call.method,
        "".join(parameter(name, text) for name, text in call.parameters),
        selectors=tuple((call.selectors or {}).items()),
        absent=NOT_OFFERED,
    )
    return exchange.ask(request, read=_read, doing=doing, changes=changes)


def _read(content: Content, doing: str) -> Item:
    return read_item(first(content, doing), doing)


def check(output: Item) -> None:
    """Raise for a return code that is not 0.

    Some methods declare a return value and send none (seen: Enable and Disable of MSFT_NetFirewallRule); a failure of
    theirs is a fault, so that an answer without a code is a success.

    Raises:
        AccessDenied: The code says so.
        HostError: It is another code, or no number.
    """
    code = (output.number("ReturnValue") or 0) % 2**32
    if CODES.get(code) is DENIED:
        raise AccessDenied(doing=output.doing, reason=DENIED.reason, code=code, advice=DENIED.advice)
    if code:
        raise HostError(doing=output.doing, reason="the host's WMI returned an error", code=code)
