# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the local GPO of a host says, and where the registry of the host does not agree with it.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t

from .._formats import extension_names
from .._policy.access import is_closing
from .._policy.catalogue import CONTROL_PANEL, HELPER_KEY, LIVE_POLICY, LOCAL_GPO, OFFER, POLICIES, POLICY_KEY, STATE
from .._policy.kinds import DELETED_WORD, Kind, shown
from .._policy.plan import same_value
from .._policy.words import helpers_in_words, in_words
from .._registry.model import IF_ABSENT, KeyState, Observed, RegistryValue
from .local_plan import decoded
from .policy_view import overlaid, view
from .ports import LocalGpoFiles

_EMPTY: t.Final = KeyState()


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
        "complete": bool(ini.machine_version) and extension_names.is_sound(ini.machine_extensions),
        "differences": list(_differences(says, live)),
    }


def _differences(says: Observed, live: Observed) -> t.Iterator[dict[str, t.Any]]:
    """Yield every setting that the file decides and of which the registry holds something else."""
    for policy in POLICIES:
        kinds: list[tuple[str, str, Kind]] = [("state", policy.switch, STATE)]
        kinds += [(option.name, option.value_name, option.kind) for option in policy.options]
        for setting, name, kind in kinds:
            in_file = says[POLICY_KEY].get(name)
            after = overlaid(live, {POLICY_KEY: KeyState.of(*([in_file] if in_file else []))})
            then = after.get(POLICY_KEY, _EMPTY).get(name)
            now = live.get(POLICY_KEY, _EMPTY).get(name)
            if in_file is not None and in_file.data is not IF_ABSENT and not same_value(now, then):
                yield {
                    "setting": f"{policy.name}.{setting}",
                    LIVE_POLICY: None if now is None else shown(now, kind),
                    LOCAL_GPO: _in_file(then, kind),
                    "wider": _wider(live, after),
                }
    after = overlaid(live, {HELPER_KEY: says[HELPER_KEY]})
    if helpers_in_words(live) != helpers_in_words(after):
        yield {
            "setting": f"{OFFER.name}.helpers",
            LIVE_POLICY: helpers_in_words(live),
            LOCAL_GPO: helpers_in_words(after),
            "wider": _wider(live, after),
        }


def _in_file(value: RegistryValue | None, kind: Kind) -> t.Any:
    return DELETED_WORD if value is None else shown(value, kind)


def _wider(live: Observed, after: Observed) -> str | None:
    """Return which side allows more, or None where neither does or nobody knows."""
    closes, opens = is_closing(live, after), is_closing(after, live)
    if closes == opens:
        return None
    return LIVE_POLICY if closes else LOCAL_GPO
