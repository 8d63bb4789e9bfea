# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""SOAP envelopes as the Windows WS-Management service reads and writes them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from .behaviour import Behaviour
from .stdregprov import Output, is_array
from .wsman_fault import (
    ACTION_NOT_SUPPORTED,
    HEADER_REQUIRED,
    INVALID_OPTIONS,
    SCHEMA,
    FaultError,
    WsmanFault,
)
from .xml_text import ADDRESSING, CIM, DMTF, MICROSOFT, SHELL, SOAP, XSI, attribute, envelope, escape

# The header blocks that the service understands (MS-WSMV 2.2.3, DSP0226); any other one that is
# marked mustUnderstand is refused. Names are exact: a capture shows ResourceUri refused.
_UNDERSTOOD = {
    ADDRESSING: {"To", "ReplyTo", "FaultTo", "From", "Action", "MessageID", "RelatesTo"},
    DMTF: {"ResourceURI", "SelectorSet", "OptionSet", "MaxEnvelopeSize", "OperationTimeout", "Locale"},
    MICROSOFT: {"DataLocale", "SessionId", "OperationID", "SequenceId", "ActivityId", "FunctionIdentity"},
    SHELL: {"CompressionType"},
}
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d*)?)S)?)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A well-formed request: addressing headers and the body's first child.

    Attributes:
        operation_timeout: Seconds within which the client wants an answer or a fault; None if it does not say.
    """

    message_id: str
    action: str
    resource_uri: str
    max_envelope_size: int | None
    selectors: Mapping[str, str]
    options: Mapping[str, str]
    operation_timeout: float | None
    body: ET.Element | None


def parse_request(message: bytes) -> Request:
    """Read an envelope.

    Raises:
        FaultError: With the fault that answers a malformed or incomplete envelope.
    """
    header, body = _split(message)
    message_id = _text(header, ADDRESSING, "MessageID")
    try:
        _check_understood(header)
        _check_options(header)
        if not message_id:
            raise FaultError(WsmanFault.of(HEADER_REQUIRED))
        action, resource = _text(header, ADDRESSING, "Action"), _text(header, DMTF, "ResourceURI")
        if not action:
            raise FaultError(WsmanFault.of(HEADER_REQUIRED))
        size = _text(header, DMTF, "MaxEnvelopeSize")
        return Request(
            message_id=message_id,
            action=action,
            resource_uri=resource,
            max_envelope_size=int(size) if size.isdecimal() else None,
            selectors=_named(header, "Selector"),
            options=_named(header, "Option"),
            operation_timeout=seconds_of(_text(header, DMTF, "OperationTimeout")),
            body=next(iter(body), None),
        )
    except FaultError as error:
        error.relates_to = message_id
        raise


def _split(message: bytes) -> tuple[ET.Element, ET.Element]:
    if b"<!DOCTYPE" in message:
        # SOAP 1.2 part 1, section 5: no document type declaration.
        raise FaultError(WsmanFault.of(SCHEMA))
    try:
        root = ET.fromstring(message)
    except (ET.ParseError, ValueError, LookupError):
        raise FaultError(WsmanFault.of(SCHEMA)) from None
    header, body = root.find(f"{{{SOAP}}}Header"), root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or header is None or body is None:
        raise FaultError(WsmanFault.of(SCHEMA))
    return header, body


def _text(header: ET.Element, namespace: str, name: str) -> str:
    return (header.findtext(f"{{{namespace}}}{name}") or "").strip()


def _named(header: ET.Element, element: str) -> dict[str, str]:
    """Return the texts of selectors or options by name."""
    return {node.get("Name", ""): (node.text or "").strip() for node in header.iter(f"{{{DMTF}}}{element}")}


def seconds_of(duration: str) -> float | None:
    """Return the seconds of an xs:duration of days and less like ``PT20S`` or ``P0DT0H1M0.500S``, or None."""
    match = _DURATION.fullmatch(duration.strip())
    if match is None or duration.strip() in {"P", "PT"}:
        return None
    factors = (86400, 3600, 60, 1)
    return sum(float(text) * factor for text, factor in zip(match.groups(), factors, strict=True) if text)


def _check_understood(header: ET.Element) -> None:
    for block in header:
        namespace, name = _split_tag(block.tag)
        # Windows also takes the attribute without its prefix, as one client library writes it.
        must = block.get(f"{{{SOAP}}}mustUnderstand") or block.get("mustUnderstand") or ""
        if must.strip() in {"1", "true"} and name not in _UNDERSTOOD.get(namespace, ()):
            raise FaultError(WsmanFault.for_header(namespace, name))


def _check_options(header: ET.Element) -> None:
    # MS-WSMV 3.1.4.1.10: an option that must be complied with is refused for CIM and WMI URIs; shells have such.
    if "/wmi/" not in _text(header, DMTF, "ResourceURI").lower():
        return
    for option in header.iter(f"{{{DMTF}}}Option"):
        if option.get("MustComply", "").strip() in {"1", "true"}:
            raise FaultError(WsmanFault.of(INVALID_OPTIONS))


def _split_tag(tag: str) -> tuple[str, str]:
    namespace, _brace, name = tag.rpartition("}")
    return namespace.removeprefix("{"), name


def method_of(request: Request) -> str:
    """Return the method that the action names below the resource URI, in the request's spelling.

    Raises:
        FaultError: The action is not one of this resource.
    """
    prefix = request.resource_uri + "/"
    if not request.action.lower().startswith(prefix.lower()):
        raise FaultError(WsmanFault.of(ACTION_NOT_SUPPORTED))
    return request.action[len(prefix) :]


def parameters_of(request: Request, method: str) -> dict[str, list[str | None]]:
    """Return the children of ``{Method}_INPUT`` by local name; xsi:nil is None.

    Raises:
        FaultError: The body is not the input element of that method.
    """
    if request.body is None:
        raise FaultError(WsmanFault.of(SCHEMA))
    namespace, name = _split_tag(request.body.tag)
    uri = request.resource_uri.lower()
    if namespace.lower() != uri or name.lower() != f"{method}_INPUT".lower():
        raise FaultError(WsmanFault.of(SCHEMA))
    found: dict[str, list[str | None]] = {}
    for child in request.body:
        child_namespace, child_name = _split_tag(child.tag)
        if child_namespace.lower() != uri or len(child):
            raise FaultError(WsmanFault.of(SCHEMA))
        nil = child.get(f"{{{XSI}}}nil", "").strip() in {"1", "true"}
        found.setdefault(child_name, []).append(None if nil else child.text or "")
    return found


def output_envelope(
    request: Request,
    method: str,
    return_value: int,
    outputs: Mapping[str, Output],
    *,
    relates_to: str,
    behaviour: Behaviour,
) -> bytes:
    """Write the answer of a method call."""
    written = "".join(_parameter(method, name, value, behaviour) for name, value in outputs.items())
    code = f"<p:ReturnValue>{return_value}</p:ReturnValue>"
    element = method if behaviour.omi_naming else f"{method}_OUTPUT"
    uri = request.resource_uri
    cased = {"request": uri, "lower": uri.lower(), "upper": uri.upper()}[behaviour.namespace_case]
    inner = code + written if behaviour.omi_naming else written + code
    body = f'<p:{element} xmlns:xsi="{XSI}" xmlns:p="{attribute(cased)}" xmlns:cim="{CIM}">{inner}</p:{element}>'
    return envelope(action=request.action + "Response", relates_to=relates_to, body=body)


def _parameter(method: str, name: str, value: Output, behaviour: Behaviour) -> str:
    if value is None:
        # Null scalars are nil, null arrays absent: counted in captures of three Windows versions.
        absent = is_array(method, name) and behaviour.null_arrays == "absent"
        return "" if absent else f'<p:{name} xsi:nil="true"/>'
    texts = (value,) if isinstance(value, str) else value
    return "".join(f"<p:{name}>{escape(text)}</p:{name}>" if text else f"<p:{name}/>" for text in texts)
