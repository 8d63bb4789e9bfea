# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""A fleet of light stand-in hosts, and what it costs a control node to work on it."""
