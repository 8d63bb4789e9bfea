# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``host_info`` says beside the values themselves: who decided them, what conflicts, and what Windows it is.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import fields

from .._registry.model import Observed
from .._registry.names import fold
from .conflicts import source_conflicts, state_conflicts
from .effective import UNKNOWN, effective
from .host_facts import NOT_ASKED, HelperGroup, HostFacts, Membership, OperatingSystem, Unread
from .sources import answer_sources, last_refresh, setting_sources
from .words import helpers_in_words

INSTALLED: t.Final = "installed"
NOT_INSTALLED: t.Final = "not_installed"
HELPER_GROUP: t.Final = "helper_group"

READ_FACTS: t.Final = tuple(field.name for field in fields(HostFacts) if field.name != "refreshed")
"""The facts that can be unknown, by the words under which a result says why."""


def host_report(observed: Observed, facts: HostFacts, group: HelperGroup | Unread) -> dict[str, t.Any]:
    """Return what a result says of a host; see ``schemas/host_info.schema.json``.

    Args:
        observed: The whole catalogue as read; see ``words.EVERYTHING``.
        facts: What is known of the host.
        group: The local group of helpers.
    """
    by_setting = setting_sources(observed, facts)
    answers = effective(observed)
    sources = answer_sources(answers, by_setting)
    conflicts = (*source_conflicts(observed, facts), *state_conflicts(observed, facts))
    return {
        "effective": {
            name: answer.to_result() | {"source": sources[name].to_result()} for name, answer in answers.items()
        },
        "sources": {setting: source.to_result() for setting, source in by_setting.items()},
        "conflicts": [one.to_result() for one in conflicts],
        "windows": _windows(facts),
        HELPER_GROUP: _group(group, helpers_in_words(observed)),
        "as_of": last_refresh(facts),
        "unknown": _unknown(facts, group),
    }


def _windows(facts: HostFacts) -> dict[str, t.Any]:
    system = facts.system if isinstance(facts.system, OperatingSystem) else None
    member = facts.membership if isinstance(facts.membership, Membership) else None
    feature = UNKNOWN
    if not isinstance(facts.feature, Unread):
        feature = INSTALLED if facts.feature else NOT_INSTALLED
    return {
        "caption": system.caption if system else None,
        "build": system.build if system else None,
        "edition": (system.edition or None) if system else None,
        "kind": system.kind if system else UNKNOWN,
        "server_core": system.is_core if system else None,
        "domain_member": member.is_member if member else None,
        "domain": (member.domain or None) if member else None,
        "feature": feature,
    }


def _group(group: HelperGroup | Unread, listed: t.Sequence[str]) -> dict[str, t.Any] | None:
    """Return who is in the group, and who is in only one of group and list, by name in any letter case."""
    if isinstance(group, Unread):
        return None
    in_group, on_list = set(map(fold, group.members)), set(map(fold, listed))
    return {
        "exists": group.exists,
        "members": list(group.members),
        "only_in_group": [name for name in group.members if fold(name) not in on_list],
        "only_on_list": [name for name in listed if fold(name) not in in_group],
    }


def _unknown(facts: HostFacts, group: HelperGroup | Unread) -> dict[str, str]:
    """Return why facts are not known, by fact; what was not asked for is not among them."""
    found = {name: getattr(facts, name) for name in READ_FACTS} | {HELPER_GROUP: group}
    return {name: fact.why for name, fact in found.items() if isinstance(fact, Unread) and fact != NOT_ASKED}
