# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what smbprotocol, sockets and codecs raise to this collection's errors.

The texts of the library are not shown: they are about its own parts, not about the host.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._channels.wsman.codes import Meaning
from .._channels.wsman.troubles import CONFUSED
from .._registry.errors import HostError
from . import smb_codes as codes
from .smb_wire import Untrusted

try:
    from cryptography.exceptions import InvalidTag
    from smbprotocol.exceptions import SMBConnectionClosed, SMBException, SMBResponseException
except ImportError:  # whoever lacks it is told when a session is opened
    BROKEN: tuple[type[Exception], ...] = ()
else:
    BROKEN = (SMBException, Untrusted, InvalidTag, OSError, *CONFUSED)


def failure(error: Exception, table: t.Mapping[int, Meaning], *, doing: str) -> HostError:
    """Return what an exception means.

    Args:
        error: One of BROKEN.
        table: What NT status codes mean for this request.
        doing: What was being done.
    """
    if isinstance(error, SMBResponseException):
        return codes.refused(table, error.status, doing=doing)
    meaning, detail = codes.SENSELESS, type(error).__name__
    if isinstance(error, Untrusted | InvalidTag):
        meaning, detail = codes.UNTRUSTED, str(error)
    elif isinstance(error, TimeoutError | BlockingIOError):
        meaning, detail = codes.NO_ANSWER, ""
    elif isinstance(error, SMBConnectionClosed | OSError):
        meaning, detail = codes.LOST, ""
    return codes.unreachable(meaning, doing=doing, detail=detail)
