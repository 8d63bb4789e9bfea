# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The WS-Management service of one host: a SOAP message in, an answer out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from .behaviour import Behaviour
from .counters import JournalEntry, Recorder
from .script import Script
from .shells import Shells
from .soap import Request, method_of, output_envelope, parameters_of, parse_request
from .stdregprov import BadParameter, Call, Outcome, StdRegProv, empty_outputs, parse_call
from .trouble import Action, Answer, Proceed
from .wmi import Wmi
from .wsman_fault import (
    ACCESS_DENIED,
    ACTION_NOT_SUPPORTED,
    ENUMERATION,
    INVALID_SELECTORS,
    MAX_ENVELOPE_SIZE_EXCEEDED,
    RESOURCE_NOT_FOUND,
    SCHEMA,
    FaultError,
    WsmanFault,
)
from .xml_text import SHELL, TRANSFER, envelope, escape

_WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
# The class is preinstalled in both namespaces (MicrosoftDocs/win32 RegProv).
_STDREGPROV = {f"{_WMI}root/{namespace}/StdRegProv".lower() for namespace in ("default", "cimv2")}
_SHELLS = ("http://schemas.microsoft.com/wbem/wsman/1/windows/shell/", "http://schemas.microsoft.com/powershell/")


@dataclass(slots=True)
class _Exchange:
    """One message on its way; what the trouble's actions work on."""

    service: Service
    relates_to: str = ""
    request: Request | None = None
    call: Call | None = None
    method: str | None = None
    key: str | None = None
    value: str | None = None
    line: str | None = None
    resource: str | None = None

    def fault(self, fault: WsmanFault) -> Answer:
        """Return a fault as the answer."""
        body = fault.envelope(relates_to=self.relates_to, machine=self.service.machine)
        return Answer(status=500, body=body)

    def returned(self, code: int) -> Answer:
        """Return a return value without output parameters as the answer."""
        if self.request is None:
            return self.fault(WsmanFault.of(SCHEMA))
        if self.call is None:
            body = self.service.wmi.returned(self.request, code)
            return self.fault(WsmanFault.of(SCHEMA)) if body is None else self.answer(self.request, body)
        outcome = Outcome(return_value=code, outputs=empty_outputs(self.call.method))
        return self.output(self.request, self.call, outcome)

    def answer(self, request: Request, body: str, **prefixes: str) -> Answer:
        """Return the content of a body as the answer."""
        action = f"{request.action}Response"
        return Answer(body=envelope(action=action, relates_to=self.relates_to, body=body, extra=prefixes))

    def output(self, request: Request, call: Call, outcome: Outcome) -> Answer:
        """Return a method's outcome as the answer."""
        behaviour = self.service.behaviour
        body = output_envelope(
            request,
            call.method,
            outcome.return_value,
            outcome.outputs,
            relates_to=self.relates_to,
            behaviour=behaviour,
        )
        limit = behaviour.max_envelope_kb * 1024
        limit = min(limit, request.max_envelope_size) if request.max_envelope_size else limit
        if len(body) > limit:
            return self.fault(WsmanFault.of(MAX_ENVELOPE_SIZE_EXCEEDED))
        return Answer(body=body)

    def sleep(self, seconds: float) -> None:
        """Wait, but not longer than the host lives."""
        self.service.stopping.wait(seconds)


@dataclass(kw_only=True)
class Service:
    """Answers the messages of authenticated callers.

    Attributes:
        machine: The machine's name in faults.
        address: The endpoint's URL in shell answers.
        provider: The registry provider.
        wmi: Every other class.
        behaviour: The host's switches.
        script: The trouble to meet.
        recorder: Where to count and journal.
        is_administrator: Tells whether a user may use WMI.
        shells: The shells; None where they can be opened and closed, but nothing runs in them.
        stopping: Set when the host stops.
    """

    machine: str
    address: Callable[[], str]
    provider: StdRegProv
    wmi: Wmi
    behaviour: Behaviour
    script: Script
    recorder: Recorder
    is_administrator: Callable[[str], bool]
    shells: Shells | None = None
    stopping: Event = field(default_factory=Event)

    def handle(self, message: bytes, user: str) -> Answer:
        """Answer one message."""
        exchange = _Exchange(self)
        perform = self._prepare(exchange, message, user)
        for action in reversed(self.script.take(exchange)):
            perform = _wrapped(action, exchange, perform)
        return perform()

    def _prepare(self, exchange: _Exchange, message: bytes, user: str) -> Proceed:
        """Read a message into the exchange and return what performs it."""
        try:
            request = exchange.request = parse_request(message)
            exchange.relates_to = request.message_id
            resource = request.resource_uri.lower()
            if resource in _STDREGPROV:
                return self._prepare_call(exchange, request, user)
            if resource.startswith(_SHELLS):
                return self._prepare_shell(exchange, request, user)
            if resource.startswith(_WMI):
                return self._prepare_wmi(exchange, request, user)
            raise FaultError(WsmanFault.of(RESOURCE_NOT_FOUND))
        except FaultError as error:
            exchange.relates_to = exchange.relates_to or error.relates_to
            fault = error.fault
            return lambda: exchange.fault(fault)

    def _prepare_shell(self, exchange: _Exchange, request: Request, user: str) -> Proceed:
        exchange.method = f"Shell{request.action.rpartition('/')[2]}"
        shells = self.shells
        if shells is None:
            return lambda: self._shell(exchange, request)
        exchange.line = shells.line_of(request)
        return lambda: self._perform_shell(shells, exchange, request, user)

    def _perform_shell(self, shells: Shells, exchange: _Exchange, request: Request, user: str) -> Answer:
        try:
            body = shells.perform(request, user)
        except FaultError as error:
            return exchange.fault(error.fault)
        return exchange.answer(request, body, rsp=SHELL)

    def _prepare_wmi(self, exchange: _Exchange, request: Request, user: str) -> Proceed:
        exchange.method, exchange.resource = self.wmi.about(request)
        if not self.is_administrator(user):
            raise FaultError(WsmanFault.of(ACCESS_DENIED))
        return lambda: self._perform_wmi(exchange, request, user)

    def _perform_wmi(self, exchange: _Exchange, request: Request, user: str) -> Answer:
        try:
            return exchange.answer(request, self.wmi.perform(request, user), n=ENUMERATION)
        except FaultError as error:
            return exchange.fault(error.fault)

    def _prepare_call(self, exchange: _Exchange, request: Request, user: str) -> Proceed:
        if not self.is_administrator(user):
            # WMI is for administrators (pywinrm#306): the plugin answers access denied.
            raise FaultError(WsmanFault.of(ACCESS_DENIED))
        if set(request.selectors) - {"__cimnamespace"}:
            raise FaultError(WsmanFault.of(INVALID_SELECTORS))
        method = method_of(request)
        try:
            call = parse_call(method, parameters_of(request, method))
        except BadParameter:
            # That this is a schema fault and no WBEM error is an inference (confidence: low).
            raise FaultError(WsmanFault.of(SCHEMA)) from None
        exchange.call, exchange.method, exchange.key, exchange.value = call, call.method, call.key, call.value
        return lambda: self._perform(exchange, request, call, user)

    def _perform(self, exchange: _Exchange, request: Request, call: Call, user: str) -> Answer:
        with self.provider.registry.lock:
            outcome = self.provider.perform(call)
            entry = JournalEntry(
                method=call.method,
                key=call.key,
                value=call.value,
                data=call.data,
                return_value=outcome.return_value,
                user=user,
            )
            self.recorder.record(entry)
        return exchange.output(request, call, outcome)

    def _shell(self, exchange: _Exchange, request: Request) -> Answer:
        """Open and close shells, so that tests can prove that none was; commands are refused."""
        if request.action == f"{TRANSFER}/Delete":
            return Answer(body=envelope(action=f"{TRANSFER}/DeleteResponse", relates_to=exchange.relates_to, body=""))
        if request.action != f"{TRANSFER}/Create":
            return exchange.fault(WsmanFault.of(ACTION_NOT_SUPPORTED))
        self.recorder.count(shells_opened=1)
        body = (
            f"<x:ResourceCreated><a:Address>{escape(self.address())}</a:Address><a:ReferenceParameters>"
            f"<w:ResourceURI>{escape(request.resource_uri)}</w:ResourceURI><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{str(uuid.uuid4()).upper()}</w:Selector></w:SelectorSet>'
            "</a:ReferenceParameters></x:ResourceCreated>"
        )
        action = f"{TRANSFER}/CreateResponse"
        return Answer(body=envelope(action=action, relates_to=exchange.relates_to, body=body, extra={"rsp": SHELL}))


def _wrapped(action: Action, exchange: _Exchange, proceed: Proceed) -> Proceed:
    return lambda: action.apply(exchange, proceed)
