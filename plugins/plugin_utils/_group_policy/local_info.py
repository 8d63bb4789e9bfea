# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the local GPO of a host says, and where the registry of the host does not agree with it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._policy.catalogue import CONTROL_PANEL
from .._policy.words import in_words
from .._registry.model import Observed
from .local_differences import differences
from .local_plan import decoded, is_applied
from .policy_view import overlaid, view
from .ports import LocalGpoFiles


def local_info(files: LocalGpoFiles, live: Observed) -> dict[str, t.Any]:
    """Return what ``host_info`` says of the local GPO; see ``schemas/host_info.schema.json``.

    Args:
        files: What the host holds.
        live: The whole catalogue as read from the registry of the same host.

    Raises:
        HostError: One of the files is damaged.
    """
    policy, ini = decoded(files)
    says = view(policy)
    words = in_words(says)
    words.pop(CONTROL_PANEL)
    return {
        "policies": words,
        "machine_version": ini.machine_version,
        "complete": is_applied(ini),
        "differences": list(differences(says, live)),
    }


def local_values(files: LocalGpoFiles) -> Observed:
    """Return the managed values that Windows sets by the local GPO, without what it deletes.

    Args:
        files: What the host holds.

    Raises:
        HostError: One of the files is damaged.
    """
    policy, ini = decoded(files)
    return overlaid({}, view(policy)) if is_applied(ini) else {}
