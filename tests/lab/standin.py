# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A stand-in Windows host: a WS-Management endpoint on loopback over an in-memory registry."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .accounts import DOMAIN, Accounts
from .behaviour import Behaviour
from .counters import Counters, FileEntry, Journal, Recorder, ShellEntry, WmiEntry
from .http_server import HttpServer
from .inventory import connection_vars
from .life import Running
from .registry import Registry
from .registry_view import RegistryView
from .script import Script
from .seed_files import read_seed
from .service import Service
from .session import Endpoint, Session
from .shells import Place, Shells, Watched
from .stdregprov import StdRegProv
from .store import Store
from .tls import Certificate
from .wmi import Wmi, mark, windows_of

if TYPE_CHECKING:
    from .wine import WineMachine

# An encrypted body is a little longer than the envelope in it.
_SEALING_ROOM = 1024


class StandInHost(Running):
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
        keytab: The keys of the host's account in a Kerberos realm (see ``kerberos``); users of the realm are named
            ``name@REALM`` in ``users``, and their passwords are not looked at.
        machine: Where the commands of shells run, and the files are that they transfer (see ``shells``); it must run
            and is not stopped. Without it shells can be opened and closed, nothing more.

    Attributes:
        registry: The registry as tests see it.
        windows: What WMI shows of the host beside its registry: the system, the firewall, tasks, groups, RSoP.
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
        machine: WineMachine | None = None,
        keytab: Path | None = None,
    ) -> None:
        self.name = name
        self.transport = transport
        self.behaviour = behaviour or Behaviour()
        self.script = Script()
        self._users = dict(users or {f"{DOMAIN}\\Administrator": secrets.token_urlsafe(16)})
        self._directory = tempfile.TemporaryDirectory(prefix="standin-")
        directory = Path(self._directory.name)
        self.accounts = Accounts(
            self._users,
            not_administrators=not_administrators,
            refused=refused,
            directory=directory,
            keytab=keytab,
        )
        self._recorder = Recorder()
        raw: Store = Registry() if store is None else store
        self.registry = RegistryView(raw)
        if seed is not None:
            self.registry.load(seed)
        self.windows = windows_of(read_seed(seed), computer=name)
        if store is None and seed is not None:
            mark(self.registry, self.windows)
        self._shells = self._shells_on(machine) if machine is not None else None
        self._certificate = Certificate(name, directory) if transport == "https" else None
        self._wmi = Wmi(self.windows, self.behaviour, self._recorder)
        self._service = Service(
            machine=name,
            address=lambda: self.endpoint,
            provider=StdRegProv(raw, self.behaviour),
            wmi=self._wmi,
            behaviour=self.behaviour,
            script=self.script,
            recorder=self._recorder,
            is_administrator=self.accounts.is_administrator,
            shells=self._shells,
        )
        self._server = self._make_server(port)

    def _shells_on(self, machine: WineMachine) -> Shells:
        from .shells.on_wine import OnWine  # noqa: PLC0415  a Wine machine is made of parts of this module

        watched = Watched(OnWine(machine), self._recorder)
        place = Place(machine=watched, behaviour=self.behaviour, recorder=self._recorder)
        return Shells(place, lambda: self.endpoint)

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
        """Close the port, all connections and shells, and wake what hangs; may be started again."""
        self._service.stopping.set()
        if self._shells is not None:
            self._shells.close()
        self._server.stop()

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._directory.cleanup()

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
    def commands(self) -> tuple[ShellEntry, ...]:
        """The commands that shells ran so far (a snapshot)."""
        return self._recorder.commands

    @property
    def files(self) -> tuple[FileEntry, ...]:
        """The file operations of transfers so far (a snapshot)."""
        return self._recorder.files

    @property
    def wmi(self) -> tuple[WmiEntry, ...]:
        """The messages to classes other than StdRegProv so far (a snapshot)."""
        return self._recorder.wmi

    @property
    def open_enumerations(self) -> int:
        """How many enumerations have neither ended nor been released."""
        return self._wmi.open_enumerations

    @property
    def open_shells(self) -> tuple[str, ...]:
        """The identifiers of the shells that are open now; empty without a machine."""
        return self._shells.open_shells if self._shells is not None else ()

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
        auth: Literal["ntlm", "negotiate", "basic", "kerberos"] = "ntlm",
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
