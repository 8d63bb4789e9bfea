# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
r"""From an address, a name and a password to an open share: connect, negotiate, log on, use the share.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field

from .._channels.words import shown
from .._channels.wsman.codes import Trouble
from .._channels.wsman.troubles import LOGON_ERRORS, no_answer
from .._registry.errors import HostUnreachable, UnsupportedConnection
from . import smb_codes as codes
from .smb_troubles import BROKEN, failure
from .smb_wire import MISSING, GuestSession, StrictConnection

try:
    from smbprotocol.exceptions import SMBAuthenticationError, SMBConnectionClosed, SMBResponseException
    from smbprotocol.session import Session
    from smbprotocol.tree import TreeConnect
except ImportError:  # whoever lacks it is told when a session is opened
    Session = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SmbLogon:
    r"""Who logs on where.

    Attributes:
        host: Address of the host.
        port: Its TCP port.
        username: ``DOMAIN\name``, ``name@realm`` or the name of a local account; None for the Kerberos cache.
        password: The password; None for the Kerberos cache.
        auth_protocol: ``negotiate`` (Kerberos, else NTLM), ``kerberos`` or ``ntlm``.
        kerberos_name: The name in the host's Kerberos principal ``cifs/...``, if ``host`` is not that.
    """

    host: str
    port: int = 445
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    auth_protocol: t.Literal["negotiate", "kerberos", "ntlm"] = "negotiate"
    kerberos_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SmbFacts:
    """What was negotiated.

    Attributes:
        dialect: Such as ``3.1.1``.
        signed: Every message is signed or, where it is encrypted, authenticated by the encryption; never false.
        encrypted: Every message is encrypted, which is so whenever the host offers it.
        auth: How the logon was proved: ``ntlm`` or ``kerberos``.
    """

    dialect: str
    signed: bool
    encrypted: bool
    auth: t.Literal["ntlm", "kerberos"]


class Opening:
    r"""One way to a share.

    Args:
        logon: Who logs on where.
        unc: The share, such as ``\\host\ADMIN$``.
        seconds_left: Returns the longest wait for one answer, in seconds; may raise HostUnreachable.
    """

    def __init__(self, logon: SmbLogon, unc: str, *, seconds_left: t.Callable[[], float]) -> None:
        self._logon = logon
        self._unc = unc
        self._seconds_left = seconds_left
        self._connecting = f"connecting to port {logon.port} of {logon.host}"
        self._logging_on = f"logging on to {logon.host} by SMB"

    def open(self) -> tuple[StrictConnection, t.Any, SmbFacts]:
        """Return the connection, the library's tree of the share, and what was negotiated.

        Raises:
            HostUnreachable: There is no connection, or the logon is refused (``logon_refused``).
            AccessDenied: The account may not use the share.
            HostError: There is no such share.
            UnsupportedConnection: A library is missing.
        """
        if MISSING is not None:
            raise UnsupportedConnection(
                "reaching a host by SMB needs the Python package smbprotocol on the control node: "
                f"pip install 'smbprotocol>=1.17' ({shown(str(MISSING))})"
            )
        seconds = self._seconds_left()
        connection = StrictConnection(self._logon.host, self._logon.port, seconds_left=self._seconds_left)
        opened = False
        try:
            self._negotiate(connection, seconds)
            session = self._log_on(connection)
            tree = self._use_share(session)
            opened = True
        finally:
            if not opened:
                hang_up(connection, politely=False)
        facts = SmbFacts(
            dialect=".".join(f"{connection.dialect:04x}"[1:]),
            signed=bool(connection.require_signing),
            encrypted=bool(session.encrypt_data),
            auth="ntlm" if connection.ntlm else "kerberos",
        )
        return connection, tree, facts

    def _negotiate(self, connection: StrictConnection, seconds: float) -> None:
        try:
            connection.connect(timeout=seconds)
        except HostUnreachable:
            raise
        except TimeoutError:
            raise codes.unreachable(codes.NO_ANSWER, doing=self._connecting) from None
        except (SMBConnectionClosed, SMBResponseException) as error:
            status = getattr(error, "status", None)
            raise codes.unreachable(codes.NOT_SMB, doing=self._connecting, status=status) from None
        except BROKEN as error:
            raise self._not_connected(error) from None

    def _not_connected(self, error: Exception) -> HostUnreachable:
        found = no_answer(error)
        meaning = {
            Trouble.NAME: codes.NAME,
            Trouble.REFUSED: codes.REFUSED,
            Trouble.READ_TIMEOUT: codes.NO_CONNECTION,
            Trouble.LOST: codes.REFUSED,
        }.get(found.trouble, codes.NOT_SMB)
        return codes.unreachable(meaning, doing=self._connecting, detail=found.detail)

    def _log_on(self, connection: StrictConnection) -> t.Any:
        logon, doing = self._logon, self._logging_on
        other_name = {} if logon.kerberos_name is None else {"hostname_override": logon.kerberos_name}
        try:
            session = Session(
                connection,
                logon.username,
                logon.password,
                require_encryption=bool(connection.supports_encryption),
                auth_protocol=logon.auth_protocol,
                **other_name,
            )
            session.connect()
        except HostUnreachable:
            raise
        except SMBResponseException as error:
            raise codes.logon_refused(error.status, doing=doing) from None
        except GuestSession:
            raise codes.unreachable(codes.GUEST, doing=doing, final=True) from None
        except (SMBAuthenticationError, *LOGON_ERRORS) as error:
            cause = error.__cause__ or error
            detail = f"{type(cause).__name__}: {shown(str(cause), longest=160)}"
            raise codes.unreachable(codes.LOCAL_LOGON, doing=doing, detail=detail, final=True) from None
        except ImportError as error:
            raise UnsupportedConnection(
                f"{doing} with Kerberos needs more on the control node: pip install 'smbprotocol[kerberos]' "
                f"({shown(str(error))})"
            ) from None
        except BROKEN as error:
            raise failure(error, codes.FILES, doing=doing) from None
        return session

    def _use_share(self, session: t.Any) -> t.Any:
        tree = TreeConnect(session, self._unc)
        try:
            tree.connect()
        except HostUnreachable:
            raise
        except BROKEN as error:
            raise failure(error, codes.SHARE, doing=f"opening {self._unc}") from None
        return tree


def hang_up(connection: StrictConnection, *, politely: bool) -> None:
    """End a connection; whatever goes wrong with that concerns nobody any more.

    Args:
        connection: The connection.
        politely: Close what is open and log off before.
    """
    with contextlib.suppress(HostUnreachable, *BROKEN):
        if politely:
            connection.disconnect(close=True)
            return
    with contextlib.suppress(HostUnreachable, *BROKEN):
        connection.disconnect(close=False)
