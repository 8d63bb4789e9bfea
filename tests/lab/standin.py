# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A stand-in Windows host: a WS-Management endpoint on loopback over an in-memory registry."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from .accounts import DOMAIN, Accounts
from .behaviour import Behaviour
from .counters import Counters, Journal, Recorder
from .http_server import HttpServer
from .inventory import connection_vars
from .registry import Registry, fold
from .script import Script
from .seed_files import fill, read_seed
from .service import Service
from .session import Endpoint, Session
from .stdregprov import StdRegProv
from .store import Store
from .tls import Certificate
from .value_text import Plain, TypeName, plain_data, read_data, type_name, type_number

# An encrypted body is a little longer than the envelope in it.
_SEALING_ROOM = 1024


class RegistryView:
    """A host's registry as tests see it: no access checks, readable types.

    Args:
        raw: The registry.
    """

    def __init__(self, raw: Store) -> None:
        self.raw = raw

    def get(self, path: str, name: str) -> tuple[TypeName, Plain] | None:
        """Return (type, data) of a value like ``("REG_DWORD", 1)``, or None if it is absent."""
        for value in self.raw.find(path) or ():
            if fold(value.name) == fold(name):
                return type_name(value.type), plain_data(value.data)
        return None

    def set(self, path: str, name: str, kind: TypeName, data: object) -> None:
        """Write a value of any type, creating its key."""
        number = type_number(kind)
        self.raw.put(path, name, number, read_data(number, data))

    def create(self, path: str) -> None:
        """Create a key and its parents."""
        self.raw.ensure_key(path)

    def delete(self, path: str, name: str | None = None) -> bool:
        """Remove a value, or without a name the key with all below it; tell whether it was there."""
        return self.raw.take_key(path) if name is None else self.raw.take_value(path, name)

    def has_key(self, path: str) -> bool:
        """Tell whether a key exists."""
        return self.raw.find(path) is not None

    def dump(self, under: str | None = None) -> dict[str, dict[str, tuple[TypeName, Plain]]]:
        """Return all keys (or a key and those below it) as {path: {name: (type, data)}}."""
        prefix = fold(under) if under is not None else None
        return {
            path: {value.name: (type_name(value.type), plain_data(value.data)) for value in values}
            for path, values, _rights in self.raw.walk()
            if prefix is None or fold(path) == prefix or fold(path).startswith(prefix + "\\")
        }

    def deny(self, path: str, *, read: bool = False, write: bool = False) -> None:
        """Deny reading and / or writing of a key and all below it; neither lifts the denial."""
        self.raw.deny(path, frozenset(name for name, on in (("read", read), ("write", write)) if on))

    def load(self, seed: str | Path | Mapping[str, Any] | None) -> None:
        """Replace everything by a seed's content."""
        content = read_seed(seed)
        with self.raw.lock:
            self.raw.clear()
            fill(self.raw, content)


class StandInHost:
    """One stand-in host; a context manager that listens while it is entered.

    Args:
        seed: Name of a seed, a path to one, its content, or None for an empty registry.
        name: The machine's name in faults and certificates.
        transport: ``http`` or ``https``.
        users: Password by user name; the first user is the one of ``inventory_vars``.
        not_administrators: Users that may sign in but not use WMI.
        refused: Users that get a 401 although their password is right.
        behaviour: The host's switches.
        port: Port to listen on; 0 lets the system choose.
        store: Where keys and values are kept, for example Wine's registry; its content stays if there is no seed.

    Attributes:
        registry: The registry as tests see it.
        accounts: The users; its sets may be changed at any time.
        script: The trouble to meet.
        behaviour: The host's switches.
    """

    def __init__(
        self,
        *,
        seed: str | Path | Mapping[str, Any] | None = None,
        name: str = "standin01",
        transport: Literal["http", "https"] = "http",
        users: Mapping[str, str] | None = None,
        not_administrators: Collection[str] = (),
        refused: Collection[str] = (),
        behaviour: Behaviour | None = None,
        port: int = 0,
        store: Store | None = None,
    ) -> None:
        self.name = name
        self.transport = transport
        self.behaviour = behaviour or Behaviour()
        self.script = Script()
        self._users = dict(users or {f"{DOMAIN}\\Administrator": secrets.token_urlsafe(16)})
        self._directory = tempfile.TemporaryDirectory(prefix="standin-")
        directory = Path(self._directory.name)
        self.accounts = Accounts(
            self._users, not_administrators=not_administrators, refused=refused, directory=directory
        )
        self._recorder = Recorder()
        raw: Store = Registry() if store is None else store
        self.registry = RegistryView(raw)
        if seed is not None:
            self.registry.load(seed)
        self._certificate = Certificate(name, directory) if transport == "https" else None
        self._service = Service(
            machine=name,
            address=lambda: self.endpoint,
            provider=StdRegProv(raw, self.behaviour),
            behaviour=self.behaviour,
            script=self.script,
            recorder=self._recorder,
            is_administrator=self.accounts.is_administrator,
        )
        self._server = self._make_server(port)

    def _make_server(self, port: int) -> HttpServer:
        certificate = self._certificate
        endpoint = Endpoint(
            service=self._service,
            accounts=self.accounts,
            behaviour=self.behaviour,
            recorder=self._recorder,
            channel_binding=certificate.channel_binding if certificate else None,
            encrypted_transport=certificate is not None,
        )
        return HttpServer(
            respond=lambda: Session(endpoint).respond,
            recorder=self._recorder,
            idle_timeout=self.behaviour.idle_timeout,
            max_body=self.behaviour.max_envelope_kb * 1024 + _SEALING_ROOM,
            tls=certificate.context() if certificate else None,
            port=port,
        )

    def start(self) -> None:
        """Open the port."""
        self._service.stopping.clear()
        self._server.start()

    def stop(self) -> None:
        """Close the port and all connections, and wake what hangs; may be started again."""
        self._service.stopping.set()
        self._server.stop()

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._directory.cleanup()

    def __enter__(self) -> StandInHost:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def address(self) -> str:
        """The address to connect to."""
        return "127.0.0.1"

    @property
    def port(self) -> int:
        """The port, known once started."""
        return self._server.port

    @property
    def endpoint(self) -> str:
        """The URL of the service."""
        return f"{self.transport}://{self.address}:{self.port}/wsman"

    @property
    def username(self) -> str:
        """The first user."""
        return next(iter(self._users))

    @property
    def password(self) -> str:
        """The first user's password."""
        return self._users[self.username]

    @property
    def certificate(self) -> Path | None:
        """The certificate as PEM, to trust as a CA; None without TLS."""
        return self._certificate.path if self._certificate else None

    @property
    def counters(self) -> Counters:
        """The figures now (a snapshot)."""
        return self._recorder.counters

    @property
    def journal(self) -> Journal:
        """The StdRegProv calls performed so far (a snapshot)."""
        return self._recorder.journal

    @property
    def errors(self) -> tuple[Exception, ...]:
        """Exceptions that are faults of the stand-in itself; tests may assert that there are none."""
        return tuple(self._server.errors)

    def reset_counters(self) -> None:
        """Start counters and journal again from zero."""
        self._recorder.reset()

    def refuse_connections(self) -> None:
        """Close the port and every connection, until ``accept_connections``."""
        self._server.stop()

    def accept_connections(self) -> None:
        """Open the same port again."""
        self._server.start()

    def drop_connections(self) -> None:
        """End every open connection, as Windows does with idle ones; new ones are welcome."""
        self._server.drop_connections()

    def inventory_vars(
        self,
        connection: Literal["winrm", "psrp"] = "winrm",
        auth: Literal["ntlm", "negotiate", "basic"] = "ntlm",
    ) -> dict[str, Any]:
        """Return the Ansible variables with which a connection plugin reaches this host."""
        return connection_vars(
            connection=connection,
            auth=auth,
            transport=self.transport,
            address=self.address,
            port=self.port,
            username=self.username,
            password=self.password,
        )
