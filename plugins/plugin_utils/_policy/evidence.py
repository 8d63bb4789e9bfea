# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the facts of a host say about one managed value: who sends it, and whether that is all there is to know.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from datetime import timedelta

from .._registry.model import KeyState, RegistryKey, RegistryValue
from .._registry.names import fold
from .catalogue import DISABLED, HELPER_KEY, OFFER, POLICIES, POLICY_KEY, STATE, Policy
from .host_facts import LOCAL_GPO, HostFacts, MdmSetting, PolicyRow, Rsop, Unread

# RSoP and the registry each note when the same run ended, one after the other.
_SAME_RUN: t.Final = timedelta(minutes=5)
_SHOWN: t.Final = 3

_EMPTY: t.Final = KeyState()


def applied_rows(facts: HostFacts, key: RegistryKey) -> tuple[PolicyRow, ...]:
    """Return what the winning GPOs sent for one key; none where that is not known."""
    rows = facts.rsop.rows if isinstance(facts.rsop, Rsop) else ()
    return tuple(row for row in rows if row.precedence == 1 and fold(row.key) == fold(key.path))


def applied_row(facts: HostFacts, key: RegistryKey, name: str) -> PolicyRow | None:
    """Return what the winning GPO sent for one value, or None."""
    return next((row for row in applied_rows(facts, key) if fold(row.name) == fold(name)), None)


def policy_of(key: RegistryKey, name: str) -> Policy | None:
    """Return the policy that a value belongs to, or None for what is no policy's."""
    if key == HELPER_KEY:
        return OFFER
    names = {p.name: (p.switch, *(option.value_name for option in p.options)) for p in POLICIES}
    folded = fold(name)
    return next((p for p in POLICIES if key == POLICY_KEY and folded in map(fold, names[p.name])), None)


def is_switch(key: RegistryKey, name: str) -> bool:
    """Return True for the value that enables or disables a policy."""
    policy = policy_of(key, name)
    return policy is not None and key == POLICY_KEY and fold(name) == fold(policy.switch)


def mdm_setting(facts: HostFacts, key: RegistryKey, name: str) -> MdmSetting | None:
    """Return what device management sets for the policy of a value, or None."""
    policy = policy_of(key, name)
    return None if policy is None or isinstance(facts.mdm, Unread) else facts.mdm.settings.get(policy.name)


def may_be_of_mdm(setting: MdmSetting, key: RegistryKey, name: str, value: RegistryValue) -> bool:
    """Return False if a value that stands there cannot be what device management sent.

    MDM's values land in the policy key like everyone's. Its payload tells whether the policy is enabled; a disabled
    policy leaves no other value than its switch.
    """
    if setting.state is None:
        return True
    return STATE.decode(value) == setting.state if is_switch(key, name) else setting.state != DISABLED


def mdm_wins(facts: HostFacts) -> bool:
    """Return True if MDM settings keep Group Policy out."""
    return not isinstance(facts.mdm, Unread) and facts.mdm.wins_over_gpo


def local_value(facts: HostFacts, key: RegistryKey, name: str) -> RegistryValue | None:
    """Return what the file of the local GPO sets, or None where it sets nothing or was not read."""
    return None if isinstance(facts.local_gpo, Unread) else facts.local_gpo.get(key, _EMPTY).get(name)


def is_stale(facts: HostFacts) -> bool:
    """Return True if Group Policy has written the registry since RSoP was logged."""
    if not isinstance(facts.rsop, Rsop) or facts.rsop.processed is None or facts.refreshed is None:
        return False
    return facts.refreshed - facts.rsop.processed > _SAME_RUN


def nothing_hidden(facts: HostFacts) -> bool:
    """Return True if a value that no evidence backs is proven to be nobody's.

    Either the log of the last run is there, whole and not outdated, or the host's own list says that no GPO with
    policies of the registry was applied (beside the local one, where its file was read).
    """
    if isinstance(facts.mdm, Unread):
        return False
    if isinstance(facts.rsop, Rsop) and facts.rsop.processed and not facts.rsop.failed and not is_stale(facts):
        return True
    if isinstance(facts.applied, Unread):
        return False
    local_is_known = not isinstance(facts.local_gpo, Unread)
    return all(one.gpo == LOCAL_GPO and local_is_known for one in facts.applied)


def candidates(facts: HostFacts) -> str | None:
    """Return who may have set a value of unknown source, or None where nobody is known."""
    if isinstance(facts.applied, Unread) or not facts.applied:
        return None
    # The last one is the strongest.
    names = ["the local GPO" if one.gpo == LOCAL_GPO else one.name or one.gpo for one in reversed(facts.applied)]
    more = f" or {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return " or ".join(names[:_SHOWN]) + more
