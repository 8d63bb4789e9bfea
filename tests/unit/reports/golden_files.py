# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The golden reports: run this file to write them anew, then read the difference."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(__file__).parent / "golden"

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests" / "unit"))
    import conftest  # noqa: F401  # pylint: disable=unused-import  # mounts this checkout

from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_facade import render  # noqa: E402  the checkout is mounted first
from ansible_collections.winfleet.remote_assistance.plugins.plugin_utils._reports.drift_html import page_data  # noqa: E402  the checkout is mounted first
from ansible_collections.winfleet.remote_assistance.tests.unit.reports.fleet import report  # noqa: E402  the checkout is mounted first


def files() -> dict[str, bytes]:
    """Return the golden files by name; of the page its data, one host in a line."""
    found = render(report())
    found["drift.html.json"] = json.dumps(page_data(report()), indent=0).encode() + b"\n"
    del found["drift.html"]
    sarif = json.loads(found["drift.sarif"])
    found["drift.sarif"] = json.dumps(sarif, indent=1).encode() + b"\n"
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
