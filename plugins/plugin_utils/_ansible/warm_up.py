# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible itself would make in every worker again, made in the parent of all workers.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import contextlib
import importlib
import typing as t

from ansible.plugins.loader import connection_loader, shell_loader

# Under the names that inventories use: options are kept by the name that was asked for.
_CONNECTIONS: t.Final = ("winrm", "psrp", "ansible.builtin.winrm", "ansible.builtin.psrp")
# Where ansible-core 2.21 keeps how a result of an action is read: 60 type hints, evaluated at first use.
_RESULTS: t.Final = ("ansible._internal._task", "UnifiedTaskResult", "get_result_key_to_resolved_field_mapping")


def warm_up_ansible() -> None:
    """Let Ansible load here what it loads at first use, as far as this release has it; nothing is connected.

    A strategy never loads connection plugins in the parent: each worker imports the plugin and reads its options from
    its documentation.
    """
    for name in _CONNECTIONS:
        connection_loader.get(name, class_only=True)
    shell_loader.get("powershell", class_only=True)
    module, kind, method = _RESULTS
    with contextlib.suppress(ImportError, AttributeError, TypeError, NameError):
        getattr(getattr(importlib.import_module(module), kind), method)(source_is_module=False)
