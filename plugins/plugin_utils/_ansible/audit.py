# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check of one host tells a drift report beside its changes.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._policy.baselines import BASELINES, build_of
from .._policy.host_facts import CLIENT, HostFacts, OperatingSystem
from .._reports.drift_facade import managed_settings
from .inputs import Request

AUDITED: t.Final = "audited"
"""The key in a result of ``host``; only a check has it, so that a report never takes a real run for one."""


def audited(request: Request, variables: t.Mapping[str, t.Any], facts: HostFacts | None) -> dict[str, t.Any]:
    """Return what a result of ``host`` says in check mode; see its RETURN section.

    Args:
        request: What was asked for.
        variables: The variables of the host; facts are taken from them where they are, gathered, cached, or named by
            the inventory as they are injected, ``ansible_distribution_version`` and ``ansible_os_product_type``.
        facts: What the check itself learned of the host, or None; it counts before the variables.
    """
    name = request.options.baseline
    replaced = []
    if name is not None:
        shipped = BASELINES[name].declaration
        replaced = [key for key in shipped if request.declared.get(key) != shipped[key]]
    system = None if facts is None else facts.system
    known = isinstance(system, OperatingSystem)
    build, server = (system.build, system.kind != CLIENT) if known else _windows(variables)
    return {
        "managed": managed_settings(request.declared),
        "baseline": name,
        "replaced": replaced,
        "build": build,
        "server": server,
    }


def _windows(variables: t.Mapping[str, t.Any]) -> tuple[int | None, bool | None]:
    """Return build and kind of Windows, as ``ansible.windows.setup`` tells them."""
    gathered = variables.get("ansible_facts")
    facts = gathered if isinstance(gathered, t.Mapping) else {}
    version, kind = (
        facts.get(name, variables.get(f"ansible_{name}")) for name in ("distribution_version", "os_product_type")
    )
    build = build_of(version) if isinstance(version, str) else None
    return build, kind != "workstation" if isinstance(kind, str) else None
