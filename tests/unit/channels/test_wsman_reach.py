# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reaching the host with stand-ins for Ansible's connection plugins: complete ones, and ones without private names."""

from __future__ import annotations

import types
import typing as t

import pytest

pytest.importorskip("winrm.protocol")
pytest.importorskip("pypsrp.wsman")

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman import (
    reach,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.registry import (
    open_channel,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._channels.wsman.transports import (
    PypsrpTransport,
    PywinrmTransport,
)
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._registry.errors import (
    UnsupportedConnection,
)

WINRM_OPTIONS = {
    "remote_addr": "pc1.example",
    "remote_user": "admin",
    "remote_password": "S3cret!",
    "port": 5985,
    "scheme": None,
    "path": "/wsman",
    "transport": ["ntlm"],
    "kerberos_mode": None,
    "connection_timeout": None,
    "_extras": {"ansible_winrm_message_encryption": "always", "ansible_winrm_odd": "x", "ansible_winrm_password": "y"},
}
PSRP_OPTIONS = {
    "remote_addr": "pc1.example",
    "remote_user": "admin",
    "remote_password": "S3cret!",
    "port": None,
    "protocol": None,
    "path": "wsman",
    "auth": "negotiate",
    "cert_validation": "validate",
    "ca_cert": "/ca.pem",
    "message_encryption": "auto",
    "ignore_proxy": "yes",
    "proxy": None,
    "connection_timeout": 31,
    "read_timeout": 32,
    "operation_timeout": 21,
    "max_envelope_size": 153600,
    "reconnection_retries": 0,
    "reconnection_backoff": 2,
    "certificate_key_pem": None,
    "certificate_pem": None,
}


class Connection:
    """The public face of a connection plugin."""

    def __init__(self, kind: str, /, **options: t.Any) -> None:
        self.transport = kind
        self.options = (WINRM_OPTIONS if kind == "winrm" else PSRP_OPTIONS) | options

    def get_option(self, name: str) -> t.Any:
        return self.options[name]


def protocol(read: int = 44) -> t.Any:
    raw = types.SimpleNamespace(read_timeout_sec=read, password=None, close_session=lambda: None)
    return types.SimpleNamespace(transport=raw, operation_timeout_sec=20)


class Winrm(Connection):
    """With the private names of ansible-core's winrm plugin."""

    def __init__(self, shell_id: str | None = None, error: Exception | None = None) -> None:
        super().__init__("winrm")
        self.protocol: t.Any = None
        self.shell_id = shell_id
        self.error = error
        self.shell_opened = False
        self.steps: list[str] = []

    def _build_winrm_kwargs(self) -> None:
        self.steps.append("build")

    def _winrm_connect(self) -> t.Any:
        self.steps.append("connect")
        if self.error:
            raise self.error
        if not self.shell_id:
            self.shell_opened = True
        return protocol()


class Psrp(Connection):
    """With the private names of ansible-core's psrp plugin."""

    def __init__(self, **arguments: t.Any) -> None:
        super().__init__("psrp")
        self.runspace: t.Any = None
        self.arguments = arguments

    def _build_kwargs(self) -> None:
        self._psrp_conn_kwargs = {"server": "built", "username": "u", "password": "p"} | self.arguments


@pytest.mark.parametrize("kind", ["ssh", "local", None, "win\x1brm"])
def test_other_connections_are_refused_with_what_to_set(kind: str | None) -> None:
    with pytest.raises(UnsupportedConnection, match="set ansible_connection to winrm or psrp") as caught:
        open_channel(types.SimpleNamespace(transport=kind))

    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "flag", "package"), [("winrm", "PYWINRM_MISSING", "pywinrm"), ("psrp", "PYPSRP_MISSING", "pypsrp")]
)
def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, kind: str, flag: str, package: str) -> None:
    monkeypatch.setattr(reach, flag, ImportError("no"))

    with pytest.raises(UnsupportedConnection, match=f"pip install {package}"):
        open_channel(Connection(kind))


def test_nothing_is_built_when_the_channel_is_opened() -> None:
    connection = Winrm()
    open_channel(connection).close()

    assert connection.steps == []


@pytest.mark.parametrize("shell_id", [None, "held"])
def test_winrm_is_reached_without_opening_a_shell(shell_id: str | None) -> None:
    connection = Winrm(shell_id=shell_id)
    transport = reach.open_transport(connection, fresh=False)

    assert isinstance(transport, PywinrmTransport)
    assert transport.read_timeout == 44
    assert connection.steps == ["build", "connect"]
    assert not connection.shell_opened
    assert connection.shell_id == shell_id
    assert connection.protocol is None


def test_an_error_of_the_plugin_passes_and_the_shell_id_is_restored() -> None:
    connection = Winrm(error=OSError("from the plugin"))
    with pytest.raises(OSError, match="from the plugin"):
        reach.open_transport(connection, fresh=False)

    assert connection.shell_id is None


def test_what_winrm_holds_open_is_used_and_left_open_unless_a_fresh_connection_is_wanted() -> None:
    connection = Winrm(shell_id="held")
    connection.protocol = protocol(read=55)
    closed: list[bool] = []
    connection.protocol.transport.close_session = lambda: closed.append(True)
    borrowed = reach.open_transport(connection, fresh=False)
    borrowed.close()
    fresh = reach.open_transport(connection, fresh=True)

    assert (borrowed.read_timeout, fresh.read_timeout) == (55, 44)
    assert closed == []


def test_psrp_is_reached_with_the_arguments_of_the_plugin() -> None:
    transport = reach.open_transport(Psrp(operation_timeout=17), fresh=False)

    assert isinstance(transport, PypsrpTransport)
    assert transport._raw.server == "built"
    assert transport.operation_timeout == 17


def test_what_psrp_holds_open_is_used_unless_a_fresh_connection_is_wanted() -> None:
    connection = Psrp()
    raw = types.SimpleNamespace(read_timeout=66, connection_timeout=1, password=None)
    connection.runspace = types.SimpleNamespace(connection=types.SimpleNamespace(transport=raw, operation_timeout=20))

    assert reach.open_transport(connection, fresh=False).read_timeout == 66
    assert reach.open_transport(connection, fresh=True)._raw.server == "built"


def test_settings_that_pypsrp_refuses_are_told() -> None:
    with pytest.raises(UnsupportedConnection, match="Cannot use message encryption with auth 'basic'"):
        reach.open_transport(Psrp(auth="basic", ssl=False), fresh=False)


@pytest.mark.parametrize("missing", ["_build_winrm_kwargs", "_winrm_connect", "shell_id"])
def test_winrm_without_a_private_name_is_built_from_public_options(missing: str) -> None:
    kept = {"_build_winrm_kwargs": lambda: None, "_winrm_connect": protocol, "shell_id": None}
    del kept[missing]
    connection = Connection("winrm", connection_timeout=50)
    vars(connection).update(kept)
    raw = reach.open_transport(connection, fresh=False)._raw

    assert raw.endpoint == "http://pc1.example:5985/wsman"
    assert (raw.auth_method, raw.username, raw.password) == ("ntlm", "admin", "S3cret!")
    assert raw.message_encryption == "always"
    assert raw.read_timeout_sec == 60


@pytest.mark.parametrize(
    ("options", "endpoint", "method"),
    [
        ({"port": 5986, "transport": None, "_extras": {}}, "https://pc1.example:5986/wsman", "ssl"),
        ({"transport": [None], "_extras": {}}, "http://pc1.example:5985/wsman", "plaintext"),
        ({"remote_addr": "fe80::1", "scheme": "https", "path": "x"}, "https://[fe80::1]:5985/x", "ntlm"),
        (
            {"transport": None, "remote_user": "a@EXAMPLE", "kerberos_mode": "manual"},
            "http://pc1.example:5985/wsman",
            "kerberos",
        ),
    ],
)
def test_public_winrm_options_mean_what_the_plugin_makes_of_them(options: dict, endpoint: str, method: str) -> None:
    raw = reach.open_transport(Connection("winrm", **options), fresh=False)._raw

    assert (raw.endpoint, raw.auth_method) == (endpoint, method)


def test_tickets_cannot_be_obtained_without_the_plugin() -> None:
    with pytest.raises(UnsupportedConnection, match="run kinit yourself"):
        reach.open_transport(Connection("winrm", transport=["kerberos"]), fresh=False)


def test_psrp_without_its_private_names_is_built_from_public_options() -> None:
    raw = reach.open_transport(Connection("psrp"), fresh=False)._raw

    assert raw.endpoint == "https://pc1.example:5986/wsman"
    assert (raw.username, raw.password, raw.auth) == ("admin", "S3cret!", "negotiate")
    assert (raw.cert_validation, raw.no_proxy) == ("/ca.pem", True)
    assert (raw.connection_timeout, raw.read_timeout) == (31, 32)


@pytest.mark.parametrize(
    ("options", "endpoint", "validation"),
    [
        ({"port": 5985}, "http://pc1.example:5985/wsman", "/ca.pem"),
        ({"protocol": "http", "ca_cert": None}, "http://pc1.example:5985/wsman", True),
        ({"port": "44", "cert_validation": "ignore"}, "https://pc1.example:44/wsman", False),
    ],
)
def test_public_psrp_options_mean_what_the_plugin_makes_of_them(
    options: dict, endpoint: str, validation: object
) -> None:
    raw = reach.open_transport(Connection("psrp", **options), fresh=False)._raw

    assert (raw.endpoint, raw.cert_validation) == (endpoint, validation)
