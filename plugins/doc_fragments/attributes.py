# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every plugin of this collection says of itself."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes: check mode, diff, where the code runs."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and says what it would change, without changing anything.
  diff_mode:
    description: Returns what changed, or would change, in words.
  idempotent:
    description: Changes nothing when run again.
  platform:
    description: Where it acts.
"""

    CHANGES = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    READS = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: Changes nothing in any mode.
  diff_mode:
    support: none
    details: Changes nothing.
  idempotent:
    support: full
"""

    WINDOWS = r"""
options: {}
attributes:
  platform:
    support: full
    platforms: windows
"""

    CONTROLLER = r"""
options: {}
attributes:
  platform:
    support: full
    platforms: posix
    details: Runs on the control node.
"""
