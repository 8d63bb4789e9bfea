# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of ``host`` with everything that its declaration is about, the firewall too where it is declared.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._channels.enforce import Review, enforce, take_back
from .._channels.firewall.opening import firewall_way
from .._channels.firewall.whole_run import Core, Tell, enforce_with_firewall
from .._channels.outcome import Begin, Outcome, begin_at_once
from .._channels.ports import RegistryChannel
from .._group_policy.local_ended import Copies, Ended, Ways
from .._group_policy.local_run import enforce_both, take_both_back
from .._policy.declaration import Declaration
from .._policy.plan import Step
from .results import Part, firewall_part

CoreEnded = t.TypeVar("CoreEnded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole(t.Generic[CoreEnded]):
    """How a run ended.

    Attributes:
        core: In the registry, or in the registry and the local GPO.
        parts: The firewall's part of the result; none where it is not declared.
        warnings: Why something was left alone.
    """

    core: CoreEnded
    parts: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()


def registry_core(
    channel: RegistryChannel, declaration: Declaration, *, check_mode: bool, review: Review | None = None
) -> Core[Outcome[Step]]:
    """Return the run of the registry alone.

    Args:
        channel: The way to the host's registry.
        declaration: What the user wants.
        check_mode: Stop before the first write.
        review: Looks at the plan before the first write.
    """

    def run(interrupted: Tell, begin: Begin) -> Outcome[Step]:
        def broken_off(outcome: Outcome[t.Any]) -> None:
            interrupted([outcome])

        return enforce(channel, declaration, check_mode=check_mode, interrupted=broken_off, begin=begin, review=review)

    return Core(
        run=run,
        outcomes=lambda ended: (ended,),
        take_back=lambda ended: take_back(channel, declaration, ended.plan),
    )


def both_core(
    ways: Ways, declaration: Declaration, *, check_mode: bool, copies: Copies, review: Review | None = None
) -> Core[Ended]:
    """Return the run of the registry and the local GPO.

    Args:
        ways: The ways to the host.
        declaration: What the user wants.
        check_mode: Stop before the first write.
        copies: What becomes of the files that are replaced.
        review: Looks at the plan before the first write.
    """

    def run(interrupted: Tell, begin: Begin) -> Ended:
        return enforce_both(
            ways, declaration, check_mode=check_mode, copies=copies, interrupted=interrupted, begin=begin, review=review
        )

    return Core(
        run=run,
        outcomes=lambda ended: ended.outcomes,
        take_back=lambda ended: take_both_back(ways, declaration, ended),
    )


def enforce_whole(
    core: Core[CoreEnded],
    channel: RegistryChannel,
    declaration: Declaration,
    *,
    check_mode: bool,
    interrupted: Tell,
) -> Whole[CoreEnded]:
    """Bring a host to the declared state, or say what that would change.

    Args:
        core: The run of everything but the firewall.
        channel: The way to the host's registry, whose connection is used.
        declaration: What the user wants.
        check_mode: Stop before the first write.
        interrupted: Told how the host was left when the run is broken off, just before the interruption goes on.

    Raises:
        HostError: Nothing was written.
    """
    if declaration.firewall is None:
        return Whole(core=core.run(interrupted, begin_at_once))
    way = firewall_way(channel)
    ended = enforce_with_firewall(core, way, declaration.firewall, check_mode=check_mode, interrupted=interrupted)
    return Whole(
        core=ended.core,
        parts=(firewall_part(ended.firewall_plan, ended.firewall),),
        warnings=ended.firewall_plan.warnings,
    )
