#!/usr/bin/python
# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The documentation stands in drift_verdict.yml, the code in plugins/action/drift_verdict.py.
