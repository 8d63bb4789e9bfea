# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data at the border to Ansible: plain types in.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t


def plain(value: t.Any) -> t.Any:
    """Return user data as builtin types.

    Ansible hands over subclasses (tagged types since 2.19, AnsibleUnicode and friends before), vault strings that
    are not str, and anything that a template made.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) or getattr(value, "__ENCRYPTED__", False):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, t.Mapping):
        return {plain(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value


def without_nulls(value: t.Any) -> t.Any:
    """Return plain data without entries that are null: null anywhere means not given."""
    if isinstance(value, dict):
        return {key: without_nulls(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list):
        return [without_nulls(entry) for entry in value if entry is not None]
    return value
