# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile of hypothesis for these tests."""

from __future__ import annotations

from ansible_collections.winfleet.remote_assistance.tests.unit import strategies  # noqa: F401  # pylint: disable=unused-import  # loads it
