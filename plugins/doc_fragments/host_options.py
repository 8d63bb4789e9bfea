# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a host beside its declaration; made by ``make generate``."""

from __future__ import annotations


class ModuleDocFragment:
    """All options, and those of what only reads."""

    DOCUMENTATION = r"""
options:
  temp_dir:
    type: str
    default: C:\Windows\Temp
    description:
      - The folder of the host for files that come and go, used over ssh and for the local GPO. No other
        account should be able to write to it.
      - At most 100 characters, on a drive, without any of C(" % ! ^ & * ? < > |).
  local_gpo:
    type: bool
    default: false
    description:
      - The local GPO of the host too, C(Registry.pol) and C(gpt.ini) below C(System32\GroupPolicy).
      - What stands there is shown by the policy editor and applied again with every change of a group
        policy. A domain policy that sets the same values still wins.
  local_gpo_via:
    type: str
    choices:
      - connection
      - smb
    default: connection
    description:
      - How the files of the local GPO are reached.
      - 'V(connection) takes the connection of the inventory: lines for C(cmd.exe), and Ansible''s own
        file transfer, which over winrm and psrp runs PowerShell.'
      - V(smb) takes the share C(ADMIN$) of the host from the control node, signed, and encrypted where
        the host offers it; no shell and no PowerShell runs. It needs C(pip install 'smbprotocol>=1.17').
  smb_username:
    type: str
    description:
      - The account for V(smb). Left out, user and password of the connection are taken, or the Kerberos
        cache of the control node.
  smb_password:
    type: str
    description:
      - The password of O(smb_username).
  smb_port:
    type: int
    default: 445
    description:
      - The port for V(smb).
  refresh_policy:
    type: bool
    default: false
    description:
      - Run C(gpupdate /target:computer) on the host after a change and return its exit code.
      - 'The change itself does not need it: the live values are written already.'
  backup:
    type: bool
    default: true
    description:
      - Keep a copy of each file of the local GPO before it is replaced, beside it on the host and in
        O(backup_dir) on the control node.
  backup_dir:
    type: str
    default: remote-assistance-backups
    description:
      - The folder of the control node for copies, relative to the current one; it is made where needed.
"""

    READS = r"""
options:
  temp_dir:
    type: str
    default: C:\Windows\Temp
    description:
      - The folder of the host for files that come and go, used over ssh and for the local GPO. No other
        account should be able to write to it.
      - At most 100 characters, on a drive, without any of C(" % ! ^ & * ? < > |).
  local_gpo:
    type: bool
    default: false
    description:
      - The local GPO of the host too, C(Registry.pol) and C(gpt.ini) below C(System32\GroupPolicy).
      - What stands there is shown by the policy editor and applied again with every change of a group
        policy. A domain policy that sets the same values still wins.
  local_gpo_via:
    type: str
    choices:
      - connection
      - smb
    default: connection
    description:
      - How the files of the local GPO are reached.
      - 'V(connection) takes the connection of the inventory: lines for C(cmd.exe), and Ansible''s own
        file transfer, which over winrm and psrp runs PowerShell.'
      - V(smb) takes the share C(ADMIN$) of the host from the control node, signed, and encrypted where
        the host offers it; no shell and no PowerShell runs. It needs C(pip install 'smbprotocol>=1.17').
  smb_username:
    type: str
    description:
      - The account for V(smb). Left out, user and password of the connection are taken, or the Kerberos
        cache of the control node.
  smb_password:
    type: str
    description:
      - The password of O(smb_username).
  smb_port:
    type: int
    default: 445
    description:
      - The port for V(smb).
"""
