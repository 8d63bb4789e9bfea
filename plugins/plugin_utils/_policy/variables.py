# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables that carry a declaration in an inventory, and those that only the playbooks read.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._registry.errors import Problem
from .catalogue import TOP_LEVEL
from .host_options import HOST_OPTIONS
from .kinds import nearest_word

PREFIX: t.Final = "remote_assistance_"

PLAYBOOK_VARIABLES: t.Final = {
    "hosts": "Host pattern of the playbooks, by -e only, default 'windows'.",
    "serial": "How many hosts at a time, by -e only, default all.",
    "max_fail_percentage": "Part of the hosts that may fail before the run stops, by -e only, default 100.",
    "helpers": "Flat list of names for enable_ra.yml.",
    "control": "How far helpers may go in enable_ra.yml, default view_only.",
}
"""Variables of the playbooks, without the prefix; the action leaves them alone."""

EXTRA_ONLY: t.Final = ("hosts", "serial", "max_fail_percentage")
"""Those that Ansible reads before it knows a host, so that an inventory cannot set them."""


def declared_names(
    prefix: str, names: t.Iterable[str], also: t.Container[str] = ()
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Sort the variables of a host.

    Args:
        prefix: What the variables of this collection start with.
        names: The names of all variables of the host.
        also: More names, without the prefix, that are read.

    Returns:
        The key of the declaration, or the option, by variable name, and a problem for each unknown variable with
        the prefix.
    """
    declared: dict[str, str] = {}
    problems = []
    for name in names:
        if not name.startswith(prefix):
            continue
        key = name[len(prefix) :]
        if key in TOP_LEVEL or key in HOST_OPTIONS or key in also:
            declared[name] = key
        elif key not in PLAYBOOK_VARIABLES:
            nearest = nearest_word(key, (*TOP_LEVEL, *HOST_OPTIONS, *PLAYBOOK_VARIABLES))
            legal = ", ".join(prefix + word for word in TOP_LEVEL)
            problems.append(
                Problem(
                    path=name,
                    expected=f"unknown variable (registered results and facts count too), expected one of {legal}",
                    nearest=prefix + nearest if nearest else "",
                )
            )
    return declared, tuple(problems)
