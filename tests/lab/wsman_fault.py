# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""WS-Management faults in the five shapes that captures of real Windows services show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from .xml_text import CIM, XSI, attribute, envelope, escape

Shape = Literal["plain", "nested", "provider", "wmi_error", "no_detail"]

WSMAN_FAULT = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
ADDRESSING_FAULT = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"
_DETAIL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"
ENUMERATION = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
_EVENTING = "http://schemas.xmlsoap.org/ws/2004/08/eventing"
_FAULT_NS = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
_WMI_ERROR = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError"

ACCESS_DENIED = 5
INVALID_PARAMETER = 87
INVALID_NAMESPACE = 0x8004100E
PIPE_ENDED = 109
RESOURCE_NOT_FOUND = 0x80338000
HEADER_REQUIRED = 0x80338011
ACTION_NOT_SUPPORTED = 0x80338013
FILTER_DIALECT_UNAVAILABLE = 0x80338019
CLASS_NOT_IN_NAMESPACE = 0x8033801A
INVALID_ENUMERATION_CONTEXT = 0x8033801B
OPERATION_TIMEOUT = 0x80338029
INVALID_OPTIONS = 0x80338039
SCHEMA = 0x80338041
MAX_ENVELOPE_SIZE_EXCEEDED = 0x80338048
INVALID_SELECTORS = 0x8033805B
SHELL_QUOTA = 0x803381A5
OPERATION_QUOTA = 0x803381A6


@dataclass(frozen=True, kw_only=True, slots=True)
class WsmanFault:
    """One fault. Use ``of`` to start from what is known about its code.

    Attributes:
        code: The WSManFault code, or error_Code of an MSFT_WmiError.
        subcode: SOAP subcode with its prefix; empty for none.
        text: Reason text. Real texts are localized and end in a blank.
        message: The inner text, which is the useful one; the reason text if empty.
        shape: ``plain`` WSManFault; ``nested``: another one in a ProviderFault in it; ``provider``: a ProviderFault
            with the text in it; ``wmi_error``; ``no_detail``.
        role: ``s:Sender``, ``s:Receiver`` or ``s:MustUnderstand``.
        detail: Last part of the DSP0226 fault detail URI; empty for none.
        provider: Provider name and path of the shapes that have one.
        action: The fault's action URI.
        not_understood: Namespace and name of the header of a MustUnderstand fault.
    """

    code: int
    subcode: str = "w:InternalError"
    text: str = "The WS-Management service cannot process the request. "
    message: str = ""
    shape: Shape = "plain"
    role: str = "s:Sender"
    detail: str = ""
    provider: tuple[str, str] = ("WMI Provider", r"%systemroot%\system32\WsmWmiPl.dll")
    action: str = WSMAN_FAULT
    not_understood: tuple[str, str] | None = None

    @classmethod
    def of(cls, code: int, *, text: str | None = None, shape: Shape | None = None) -> WsmanFault:
        """Return the fault that is known for a code, with another text or shape if given."""
        fault = _KNOWN.get(code, cls(code=code))
        if text is not None:
            fault = replace(fault, text=text, message="")
        return replace(fault, shape=shape) if shape is not None else fault

    @classmethod
    def for_header(cls, namespace: str, name: str) -> WsmanFault:
        """Return the fault for a header block that is not understood: no Detail at all."""
        text = (
            "The WS-Management service cannot process a SOAP header in the request that is marked as "
            "mustUnderstand by the client. "
        )
        return cls(
            code=0,
            subcode="",
            text=text,
            shape="no_detail",
            role="s:MustUnderstand",
            action=ADDRESSING_FAULT,
            not_understood=(namespace, name),
        )

    def envelope(self, *, relates_to: str, machine: str) -> bytes:
        """Write the fault as the answer to a message."""
        subcode = f"<s:Subcode><s:Value>{self.subcode}</s:Value></s:Subcode>" if self.subcode else ""
        detail = f"<s:Detail>{self._detail(machine)}</s:Detail>" if self.shape != "no_detail" else ""
        body = (
            f"<s:Fault><s:Code><s:Value>{self.role}</s:Value>{subcode}</s:Code>"
            f'<s:Reason><s:Text xml:lang="en-US">{escape(self.text)}</s:Text></s:Reason>{detail}</s:Fault>'
        )
        header = ""
        if self.not_understood is not None:
            namespace, name = self.not_understood
            header = f'<s:NotUnderstood qname="h:{attribute(name)}" xmlns:h="{attribute(namespace)}"/>'
        return envelope(
            action=self.action,
            relates_to=relates_to,
            body=body,
            header=header,
            extra={"e": _EVENTING, "n": ENUMERATION},
        )

    def _detail(self, machine: str) -> str:
        detail = f"<w:FaultDetail>{_DETAIL}{self.detail}</w:FaultDetail>" if self.detail else ""
        message = escape(self.message or self.text)
        if self.shape == "wmi_error":
            return detail + self._wmi_error()
        if self.shape in {"nested", "provider"}:
            name, path = self.provider
            inner = self._wsman_fault(machine, message) if self.shape == "nested" else message
            message = (
                f'<f:ProviderFault provider="{attribute(name)}" path="{attribute(path)}">{inner}</f:ProviderFault>'
            )
        return detail + self._wsman_fault(machine, message)

    def _wsman_fault(self, machine: str, message: str) -> str:
        return (
            f'<f:WSManFault xmlns:f="{_FAULT_NS}" Code="{self.code}" Machine="{attribute(machine)}">'
            f"<f:Message>{message}</f:Message></f:WSManFault>"
        )

    def _wmi_error(self) -> str:
        """Write the MSFT_WmiError instance; the properties that say nothing are left out."""
        message = escape(self.message or self.text)
        return (
            f'<p:MSFT_WmiError xmlns:p="{_WMI_ERROR}" xmlns:xsi="{XSI}" xmlns:cim="{CIM}" '
            'xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd" b:IsCIM_Error="true" '
            'xsi:type="p:MSFT_WmiError_Type">'
            '<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">27</p:CIMStatusCode>'
            '<p:CIMStatusCodeDescription xsi:type="cim:cimString" xsi:nil="true"/>'
            f'<p:Message xsi:type="cim:cimString">{message}</p:Message>'
            f'<p:MessageID xsi:type="cim:cimString">HRESULT 0x{self.code:08x}</p:MessageID>'
            f'<p:error_Code xsi:type="cim:cimUnsignedInt">{self.code}</p:error_Code>'
            '<p:error_Type xsi:type="cim:cimString">HRESULT</p:error_Type>'
            f'<p:error_WindowsErrorMessage xsi:type="cim:cimString">{message}</p:error_WindowsErrorMessage>'
            "</p:MSFT_WmiError>"
        )


class FaultError(Exception):
    """Processing of a message ended in a fault.

    Args:
        fault: The fault to answer with.
    """

    def __init__(self, fault: WsmanFault) -> None:
        super().__init__(f"WS-Management fault {fault.code:#x}")
        self.fault = fault
        self.relates_to = ""


_SCHEMA_TEXT = "The SOAP XML in the message does not match the corresponding XML schema definition. "
_TIMEOUT_TEXT = (
    "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  "
)

# Codes 5, 87, 2150858752, ..778, ..793, ..817, ..843, ...9173 and ...9174 are in captures or named
# by programs in use; the others are in the public SDK header wsmerror.h, which fault a service
# sends for them is DSP0226's text (confidence: medium).
_KNOWN: dict[int, WsmanFault] = {
    fault.code: fault
    for fault in (
        WsmanFault(code=ACCESS_DENIED, subcode="w:AccessDenied", text="Access is denied. "),
        WsmanFault(
            code=INVALID_PARAMETER,
            subcode="w:InvalidParameter",
            text="The parameter is incorrect. ",
            detail="InvalidValue",
        ),
        WsmanFault(
            code=RESOURCE_NOT_FOUND,
            subcode="a:DestinationUnreachable",
            text="The WS-Management service cannot process the request because the resource could not be found. ",
            detail="InvalidResourceURI",
            action=ADDRESSING_FAULT,
        ),
        WsmanFault(
            code=HEADER_REQUIRED,
            subcode="a:MessageInformationHeaderRequired",
            text="A required WS-Addressing header is missing. ",
            action=ADDRESSING_FAULT,
        ),
        WsmanFault(
            code=ACTION_NOT_SUPPORTED,
            subcode="a:ActionNotSupported",
            text="The action is not supported by the service. ",
            action=ADDRESSING_FAULT,
        ),
        WsmanFault(
            code=CLASS_NOT_IN_NAMESPACE,
            subcode="n:CannotProcessFilter",
            text="The data source could not process the filter. ",
            message="The specified class does not exist in the given namespace. ",
            shape="nested",
            action=f"{ENUMERATION}/fault",
        ),
        WsmanFault(
            code=FILTER_DIALECT_UNAVAILABLE,
            subcode="n:FilterDialectRequestedUnavailable",
            text="The requested filtering dialect is not supported. ",
            action=f"{ENUMERATION}/fault",
        ),
        WsmanFault(
            code=INVALID_ENUMERATION_CONTEXT,
            subcode="n:InvalidEnumerationContext",
            text="The WS-Enumeration context in the enumeration is not valid. ",
            role="s:Receiver",
            action=f"{ENUMERATION}/fault",
        ),
        WsmanFault(code=INVALID_NAMESPACE, text="Invalid namespace ", shape="nested"),
        WsmanFault(code=OPERATION_TIMEOUT, subcode="w:TimedOut", text=_TIMEOUT_TEXT, role="s:Receiver"),
        WsmanFault(code=INVALID_OPTIONS, subcode="w:InvalidOptions", text="The request has invalid options. "),
        WsmanFault(code=SCHEMA, subcode="w:SchemaValidationError", text=_SCHEMA_TEXT),
        WsmanFault(
            code=MAX_ENVELOPE_SIZE_EXCEEDED,
            subcode="w:EncodingLimit",
            text="The computed response exceeds the maximum envelope size in the request. ",
            detail="MaxEnvelopeSizeExceeded",
        ),
        WsmanFault(
            code=INVALID_SELECTORS,
            subcode="w:InvalidSelectors",
            text="The request contained invalid selectors for the resource. ",
            detail="UnexpectedSelectors",
        ),
        WsmanFault(
            code=SHELL_QUOTA,
            subcode="w:QuotaLimit",
            text="The maximum number of concurrent shells for this user has been exceeded. ",
            shape="wmi_error",
        ),
        WsmanFault(
            code=OPERATION_QUOTA,
            text="The maximum number of concurrent operations for this user has been exceeded. ",
            role="s:Receiver",
        ),
    )
}
