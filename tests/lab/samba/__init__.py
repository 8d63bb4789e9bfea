# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
r"""Windows' file sharing by Samba: a share ``ADMIN$`` of a real smbd that nobody here wrote.

What is not faithful (measured with Samba 4.17):

- A file may be renamed over one that another client has open; Windows refuses that with STATUS_ACCESS_DENIED.
- Signing cannot be switched off on the server; what happens to unsigned answers is tried with ``Strip`` and ``Flip``.
- ``ADMIN$`` is refused by a list of users, not by being no administrator.
- smbd needs root: it takes the identity of each user, and in a user namespace it ends itself.
"""

from .policy_files import policy_entries
from .programs import SambaError, samba_available
from .proxy import Act, Call, Drop, Flip, Half, Silence, Stall, Strip
from .server import ADMINISTRATOR, STRANGER, Account, FileServer

__all__ = [
    "ADMINISTRATOR",
    "STRANGER",
    "Account",
    "Act",
    "Call",
    "Drop",
    "FileServer",
    "Flip",
    "Half",
    "SambaError",
    "Silence",
    "Stall",
    "Strip",
    "policy_entries",
    "samba_available",
]
