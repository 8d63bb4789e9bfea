# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the host that the inventory describes, taken from Ansible's connection plugins.

There is no public API for this, so every private attribute of Ansible's ``winrm`` and ``psrp`` plugins is in this file,
and each is looked for before it is used. ansible-core's own unit tests rely on the same names. What fails without them
is built from the plugin's public options instead. No shell and no runspace is opened: ``_winrm_connect`` opens one only
while ``shell_id`` is empty. Exceptions of Ansible pass unchanged.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import functools
import inspect
import ipaddress
import typing as t

from ..._registry.errors import HostUnreachable, UnsupportedConnection
from ..words import shown
from .transports import PypsrpTransport, PywinrmTransport, Transport

try:
    from winrm.protocol import Protocol
except ImportError as error:
    PYWINRM_MISSING: ImportError | None = error
else:
    PYWINRM_MISSING = None

try:
    from pypsrp.wsman import WSMan
except ImportError as error:
    PYPSRP_MISSING: ImportError | None = error
else:
    PYPSRP_MISSING = None

SUPPORTED: t.Final = ("winrm", "psrp")

_NO_SHELL: t.Final = "none: a registry channel opens no shell"
_REFUSALS: t.Final = (ValueError, TypeError, KeyError)


def check(connection: t.Any) -> None:
    """Raise UnsupportedConnection unless WS-Management can be spoken over this connection of Ansible.

    Args:
        connection: A connection plugin's object; only its class is looked at, nothing is sent.
    """
    kind = getattr(connection, "transport", None)
    if kind not in SUPPORTED:
        message = (
            f"the connection {shown(str(kind), longest=40)!r} does not speak WS-Management; "
            "set ansible_connection to winrm or psrp"
        )
        raise UnsupportedConnection(message)
    missing, package = (PYWINRM_MISSING, "pywinrm") if kind == "winrm" else (PYPSRP_MISSING, "pypsrp")
    if missing is not None:
        message = f"the connection {kind} needs the Python package {package} on the control node: pip install {package}"
        raise UnsupportedConnection(message) from missing


def opener(connection: t.Any, *, lost: tuple[type[Exception], ...]) -> t.Callable[[bool], Transport]:
    """Return what opens a way to send messages, as Exchange calls it; nothing is sent before that.

    Args:
        connection: The object of Ansible's ``winrm`` or ``psrp`` connection plugin. What it already holds open is
            used and left open.
        lost: What the plugin itself raises when it cannot connect, such as a failed kinit.

    Raises:
        UnsupportedConnection: It is another connection, or its Python package is missing.
    """
    check(connection)

    def opened(fresh: bool) -> Transport:  # noqa: FBT001  the form that Exchange calls
        try:
            return open_transport(connection, fresh=fresh)
        except lost as error:
            raise HostUnreachable(doing="connecting", reason=shown(str(error))) from None

    return opened


def open_transport(connection: t.Any, *, fresh: bool) -> Transport:
    """Return a way to send messages; nothing is sent yet.

    Args:
        connection: The object of Ansible's ``winrm`` or ``psrp`` connection plugin.
        fresh: Open a connection of our own even where the plugin holds an open one.
    """
    check(connection)
    return _winrm(connection, fresh=fresh) if connection.transport == "winrm" else _psrp(connection, fresh=fresh)


def _winrm(connection: t.Any, *, fresh: bool) -> PywinrmTransport:
    held = getattr(connection, "protocol", None)
    if not fresh and getattr(held, "transport", None) is not None:
        return PywinrmTransport(held, owned=False)
    build, connect = (getattr(connection, name, None) for name in ("_build_winrm_kwargs", "_winrm_connect"))
    if not (callable(build) and callable(connect) and hasattr(connection, "shell_id")):
        return PywinrmTransport(_protocol_from_options(connection), owned=True)
    build()
    kept = connection.shell_id
    connection.shell_id = kept or _NO_SHELL
    try:
        protocol = connect()
    finally:
        connection.shell_id = kept
    return PywinrmTransport(protocol, owned=True)


def _psrp(connection: t.Any, *, fresh: bool) -> PypsrpTransport:
    held = getattr(getattr(connection, "runspace", None), "connection", None)
    if not fresh and getattr(held, "transport", None) is not None:
        return PypsrpTransport(held, owned=False)
    build = getattr(connection, "_build_kwargs", None)
    if callable(build):
        build()
    settings = getattr(connection, "_psrp_conn_kwargs", None) or _psrp_from_options(connection)
    try:
        return PypsrpTransport(WSMan(**settings), owned=True)
    except _REFUSALS as error:  # pypsrp names the setting that it does not take, never a secret
        raise UnsupportedConnection(f"pypsrp does not accept the inventory's settings: {shown(str(error))}") from None


def _protocol_from_options(connection: t.Any) -> t.Any:
    option = functools.partial(_option, connection)
    host, port, user = option("remote_addr"), option("port"), option("remote_user")
    scheme = option("scheme") or ("http" if port == 5985 else "https")
    usual = ["kerberos"] if "@" in (user or "") else ["ssl" if scheme == "https" else "plaintext"]
    transport = next(iter([name for name in option("transport") or () if name] or usual))
    password = option("remote_password")
    if transport == "kerberos" and option("kerberos_mode") != "manual" and (password or option("kerberos_mode")):
        message = (
            "this release of ansible-core hides how it obtains Kerberos tickets; run kinit yourself and set "
            "ansible_winrm_kinit_mode to manual, or set ansible_connection to psrp"
        )
        raise UnsupportedConnection(message)
    settings = _extras(option("_extras") or {})
    timeout = option("connection_timeout")
    if timeout:
        settings |= {"operation_timeout_sec": timeout, "read_timeout_sec": timeout + 10}
    endpoint = f"{scheme}://{_netloc(str(host))}:{int(port)}/{str(option('path') or 'wsman').lstrip('/')}"
    return Protocol(endpoint, **settings | {"transport": transport, "username": user, "password": password})


def _extras(variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what ``ansible_winrm_*`` variables without an option of their own say to pywinrm."""
    known = set(inspect.signature(Protocol.__init__).parameters) - {"self", "endpoint"}
    plain = {name.removeprefix("ansible_winrm_"): value for name, value in variables.items()}
    return {name: value for name, value in plain.items() if name in known}


def _netloc(host: str) -> str:
    try:
        return f"[{ipaddress.IPv6Address(host)}]"
    except ValueError:
        return host


# Option of Ansible's psrp plugin -> argument of pypsrp, where they differ.
_PSRP_ARGUMENTS: t.Final = {
    "remote_addr": "server",
    "remote_user": "username",
    "remote_password": "password",
    "message_encryption": "encryption",
    "ignore_proxy": "no_proxy",
}
_PSRP_SAME: t.Final = (
    "path",
    "auth",
    "connection_timeout",
    "read_timeout",
    "operation_timeout",
    "max_envelope_size",
    "proxy",
    "reconnection_retries",
    "reconnection_backoff",
    "certificate_key_pem",
    "certificate_pem",
    "certificate_key_password",
    "credssp_auth_mechanism",
    "credssp_disable_tlsv1_2",
    "credssp_minimum_version",
    "negotiate_send_cbt",
    "negotiate_delegate",
    "negotiate_hostname_override",
    "negotiate_service",
)


def _psrp_from_options(connection: t.Any) -> dict[str, t.Any]:
    option = functools.partial(_option, connection)
    port, protocol = option("port"), option("protocol")
    protocol = protocol or ("http" if port is not None and int(port) == 5985 else "https")
    settings = {_PSRP_ARGUMENTS.get(name, name): option(name) for name in (*_PSRP_ARGUMENTS, *_PSRP_SAME)}
    settings["ssl"] = protocol == "https"
    settings["port"] = int(port) if port is not None else (5986 if protocol == "https" else 5985)
    settings["no_proxy"] = str(settings["no_proxy"]).lower() in {"true", "yes", "on", "1", "y", "t"}
    settings["cert_validation"] = option("cert_validation") != "ignore" and (option("ca_cert") or True)
    return {name: value for name, value in settings.items() if value is not None}


def _option(connection: t.Any, name: str) -> t.Any:
    try:
        return connection.get_option(name)
    except KeyError:  # options come and go with releases: certificate_key_password is not in 2.18
        return None
