# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Registry.pol as Samba's own code reads it (librpc/idl/preg.idl)."""

from __future__ import annotations

import json
import subprocess

# Samba's modules exist for the system's Python only.
PYTHON = "/usr/bin/python3"

_READ = """
import json, sys
from samba.dcerpc import preg
from samba.ndr import ndr_unpack
shown = lambda data: data.hex() if isinstance(data, bytes) else data
file = ndr_unpack(preg.file, sys.stdin.buffer.read())
json.dump([[e.keyname, e.valuename, e.type, shown(e.data)] for e in file.entries], sys.stdout)
"""


def policy_entries(content: bytes) -> list[tuple[str, str, int, str | int]]:
    """Return key, name, type and data of each entry; binary data as hexadecimal."""
    done = subprocess.run([PYTHON, "-c", _READ], input=content, capture_output=True, check=True)
    return [tuple(entry) for entry in json.loads(done.stdout)]
