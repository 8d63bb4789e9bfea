# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mark of tests whose outcome does not depend on ansible-core: they run beside the newest one only."""

from __future__ import annotations

from importlib.metadata import version

import pytest

newest_only = pytest.mark.skipif(
    version("ansible-core").startswith("2.18."), reason="does not depend on ansible-core: judged beside the newest one"
)
