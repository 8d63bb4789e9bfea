# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to and from a file on the host through Ansible's own file transfer, which wants files on both sides.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import tempfile
import typing as t
from pathlib import Path


def put(connection: t.Any, content: bytes, file: str) -> None:
    """Make a file on the host; exceptions of the plugin pass unchanged."""
    with tempfile.TemporaryDirectory() as here:
        local = Path(here, "sent")
        local.write_bytes(content)
        connection.put_file(str(local), file)


def fetched(connection: t.Any, file: str) -> bytes | None:
    """Return what is in a file on the host, or None if nothing came; exceptions of the plugin pass unchanged."""
    with tempfile.TemporaryDirectory() as here:
        local = Path(here, "fetched")
        connection.fetch_file(file, str(local))
        return local.read_bytes() if local.is_file() else None
