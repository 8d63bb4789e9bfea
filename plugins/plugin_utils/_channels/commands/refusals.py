# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fault means that answers a message to a Windows Remote Shell.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from ..._registry.errors import HostError
from ..words import shown
from ..wsman.answer import Fault
from ..wsman.codes import CODES, DENIED

# Those whose meaning in the table of the registry's channel holds for shells too: quotas, access denied.
_SHARED: t.Final = frozenset({0x803381A5, 0x803381A6, 5, 0x80070005})


def refused(fault: Fault, *, doing: str) -> HostError:
    """Return the error for a fault; codes decide, the host's text is only shown."""
    known = next((code for code in fault.codes if code in _SHARED), None)
    code = known if known is not None else next(iter(fault.codes), None)
    words = f"; the host says: {shown(fault.text)}" if fault.text else ""
    if known is not None or fault.subcode == "AccessDenied":
        meaning = DENIED if known is None else CODES[known]
        return meaning.error(doing=doing, reason=f"{meaning.reason}{words}", code=code, advice=meaning.advice)
    return HostError(
        doing=doing,
        reason=f"the host does not run the command{words}",
        code=code,
        advice="Look whether remote shells are allowed on the host (winrm get winrm/config/winrs)",
    )
