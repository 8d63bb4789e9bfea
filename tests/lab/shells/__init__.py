# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""The shells of a stand-in host: Windows Remote Shells and runspace pools, on a Wine machine.

The messages are those of MS-WSMV and MS-PSRP, in the form that public recordings of Windows hosts show; lines are run
by Wine's cmd.exe, byte for byte.

What is not faithful:

- There is no PowerShell. Of the scripts that ansible-core ships for ``put_file`` and ``fetch_file`` of its connection
  plugins winrm and psrp (2.18 to 2.21) the effect is imitated; everything else is refused (``powershell``).
- Input is always a pipe, output in the code page of the machine's locale, whatever WINRS_CODEPAGE asks for.
- A signal ends the whole command; no program gets a chance to handle it.
- An idle shell goes when the next message comes, not by the clock.
- Key exchange, nested pipelines and everything else of a runspace pool that those scripts do not need.
"""

from .machine import Machine, Watched
from .shell import Place
from .table import Shells

__all__ = ["Machine", "Place", "Shells", "Watched"]
