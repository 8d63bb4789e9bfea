# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that every host would otherwise pay for again.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import importlib

try:
    import requests
    import spnego
    from cryptography.hazmat.primitives.ciphers import Cipher
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None


def warm_up() -> None:
    """Let the client libraries make in this process what they make at their first use; nothing is sent.

    Each host is a forked worker, so whatever the parent of all workers has made is there already. Measured with NTLM:
    the first RC4 context loads OpenSSL's legacy provider (5 ms), the first NTLM token and the first HTTP request
    build tables (5 ms); that is 10 of 27 ms that a check costs in a worker.
    """
    if MISSING is not None:
        return
    spnego.client("user", "password", hostname="host", protocol="ntlm").step()
    with requests.Session() as session:
        session.prepare_request(requests.Request("POST", "http://localhost/wsman", data=b"x"))
    with contextlib.suppress(ImportError):  # the module moved there with cryptography 43
        algorithms = importlib.import_module("cryptography.hazmat.decrepit.ciphers.algorithms")
        Cipher(algorithms.ARC4(bytes(16)), mode=None).encryptor().update(b"x")
