# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that only closes does when it met somebody else.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

from dataclasses import replace

from .._channels.enforce import carry_out, prepare
from .._channels.outcome import Outcome
from .._channels.ports import RegistryChannel
from .._policy.declaration import Declaration
from .._policy.plan import Step
from .._registry.errors import HostError


def closed_again(channel: RegistryChannel, declaration: Declaration, registry: Outcome[Step]) -> Outcome[Step]:
    """Close what somebody who edited the files meanwhile has opened in the registry too; the run fails then.

    Args:
        channel: The way to the host's registry.
        declaration: What the user wants.
        registry: What this run did there before.
    """
    if registry.failure is not None:
        return registry
    try:
        still = prepare(channel, declaration)
    except HostError as error:
        return replace(registry, made=(), unknown=registry.made, failure=error)
    if not still.steps:
        return registry
    foreign = tuple(f"{step.setting}: {step.target.word(step.before)}" for step in still.steps)
    reason = f"somebody else changed the host at the same time ({', '.join(foreign)})"
    failure = HostError(doing="reading the registry back", reason=reason)
    again = Outcome(plan=still, left=still.steps)
    if still.closing:
        again = carry_out(channel, declaration, still, interrupted=lambda dummy: None)
    writes = {step.write() for step in still.steps}
    made = (*(step for step in registry.made if step.write() not in writes), *again.made)
    return replace(again, plan=registry.plan, made=made, foreign=foreign, failure=again.failure or failure)
