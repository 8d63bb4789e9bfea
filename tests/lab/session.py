# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""What one TCP connection remembers: who authenticated on it, and the key of its messages."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from .accounts import Acceptor, Accounts, AuthenticationError
from .behaviour import Behaviour
from .counters import Recorder
from .sealed import content_type, is_sealed, seal, unseal
from .service import Service
from .trouble import Answer

SOAP_TYPE = "application/soap+xml;charset=UTF-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpRequest:
    """A complete request; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpAnswer:
    """A response; ``closing`` ends the connection instead of sending it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    closing: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """What the connections of one host share."""

    service: Service
    accounts: Accounts
    behaviour: Behaviour
    recorder: Recorder
    channel_binding: bytes | None = None
    encrypted_transport: bool = False


class Session:
    """Answers the requests of one connection, in their order.

    Args:
        endpoint: What the connections of the host share.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._acceptor: Acceptor | None = None
        self._user: str | None = None

    def respond(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request as http.sys and the service behind it do."""
        if request.target.partition("?")[0].rstrip("/").lower() != "/wsman":
            return HttpAnswer(status=404)
        if request.method != "POST":
            return HttpAnswer(status=405)
        token = b""
        user = self._user
        scheme, _blank, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            if scheme.lower() in self._offered():
                token = self._authenticate(scheme, credentials)
                user = self._user
                if user is None:
                    return self._leg(401, ((("WWW-Authenticate", f"{scheme} {_base64(token)}")),))
            elif scheme.lower() == "basic" and self._endpoint.behaviour.basic:
                user = self._basic(credentials)
        except AuthenticationError:
            self._forget()
            return self._refuse()
        headers = ((("WWW-Authenticate", f"{scheme} {_base64(token)}")),) if token else ()
        return self._authenticated(request, user, headers)

    def _authenticated(
        self, request: HttpRequest, user: str | None, headers: tuple[tuple[str, str], ...]
    ) -> HttpAnswer:
        sealed = is_sealed(request.headers.get("content-type", ""))
        if user is None:
            # A client that does not know that its connection was lost: its key is gone.
            return HttpAnswer(status=400) if sealed else self._refuse()
        if self._endpoint.accounts.is_refused(user):
            self._forget()
            return self._refuse()
        if not request.body:
            return self._leg(200, headers)
        return self._message(request, user, headers, sealed=sealed)

    def _message(
        self, request: HttpRequest, user: str, headers: tuple[tuple[str, str], ...], *, sealed: bool
    ) -> HttpAnswer:
        endpoint, acceptor = self._endpoint, self._acceptor
        if sealed:
            try:
                if acceptor is None:
                    raise AuthenticationError
                message = unseal(acceptor, request.body)
            except AuthenticationError:
                return HttpAnswer(status=400)
            endpoint.recorder.count(soap_messages=1, encrypted_messages=1)
        else:
            if not endpoint.encrypted_transport and not endpoint.behaviour.allow_unencrypted:
                return HttpAnswer(status=500)
            message = request.body
            endpoint.recorder.count(soap_messages=1, plain_messages=1)
        answer = endpoint.service.handle(message, user)
        if answer.status == 401:
            self._forget()
            return self._refuse()
        return self._finish(answer, headers, acceptor if sealed and answer.sealed else None)

    @staticmethod
    def _finish(answer: Answer, headers: tuple[tuple[str, str], ...], acceptor: Acceptor | None) -> HttpAnswer:
        if answer.closing or not answer.body:
            return HttpAnswer(status=answer.status, headers=headers, closing=answer.closing)
        body = seal(acceptor, answer.body) if acceptor else answer.body
        kind = content_type(acceptor) if acceptor else SOAP_TYPE
        return HttpAnswer(status=answer.status, headers=(("Content-Type", kind), *headers), body=body)

    def _offered(self) -> set[str]:
        return {scheme.lower() for scheme in self._endpoint.behaviour.schemes}

    def _authenticate(self, scheme: str, credentials: str) -> bytes:
        """Take a token; afterwards ``_user`` is set if the authentication is complete."""
        token = _decoded(credentials)
        if self._user is not None or self._acceptor is None:
            # A token on an authenticated connection starts again.
            self._forget()
            level = self._endpoint.behaviour.channel_binding
            binding = self._endpoint.channel_binding if level != "none" else None
            self._acceptor = self._endpoint.accounts.acceptor(scheme, binding, strict=level == "strict")
        answer = self._acceptor.step(token)
        self._user = self._acceptor.user
        return answer

    def _basic(self, credentials: str) -> str:
        name, _colon, password = _decoded(credentials).decode("utf-8", "replace").partition(":")
        return self._endpoint.accounts.check_basic(name, password)

    def _forget(self) -> None:
        self._acceptor = None
        self._user = None

    def _refuse(self) -> HttpAnswer:
        offers: list[tuple[str, str]] = [("WWW-Authenticate", scheme) for scheme in self._endpoint.behaviour.schemes]
        if self._endpoint.behaviour.basic:
            offers.append(("WWW-Authenticate", 'Basic realm="WSMAN"'))
        return self._leg(401, tuple(offers))

    def _leg(self, status: int, headers: tuple[tuple[str, str], ...]) -> HttpAnswer:
        self._endpoint.recorder.count(auth_legs=1)
        return HttpAnswer(status=status, headers=headers)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise AuthenticationError from error


def _base64(token: bytes) -> str:
    return base64.b64encode(token).decode("ascii")
