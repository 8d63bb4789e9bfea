# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the registry and the local GPO of one host, and plan both.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._channels.enforce import prepare
from .._policy.declaration import Declaration
from .._policy.plan import Plan
from .._policy.words import EVERYTHING
from .local_ended import Ways
from .local_plan import LocalPlan, plan_local

PAUSE: t.Final = 1.0
"""Seconds that another run may take between registry and files."""


def plan_both(ways: Ways, declaration: Declaration) -> tuple[Plan, LocalPlan]:
    """Return what must change in the registry and in the files; raises HostError.

    Args:
        ways: The ways to the host.
        declaration: What the user wants.
    """
    decided, planned = _plan_once(ways, declaration)
    if planned.refusal is None:
        return decided, planned
    # What is not declared may be another run's, half done.
    ways.pause(PAUSE)
    return _plan_once(ways, declaration)


def _plan_once(ways: Ways, declaration: Declaration) -> tuple[Plan, LocalPlan]:
    decided = prepare(ways.registry, declaration)
    return decided, plan_local(declaration, ways.folder.read(), decided, lambda: ways.registry.read(EVERYTHING))
