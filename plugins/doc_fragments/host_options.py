# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a host beside its declaration; made by ``make generate``."""

from __future__ import annotations


class ModuleDocFragment:
    """What host alone has; section READS is what host_info has too."""

    DOCUMENTATION = r"""
options:
  baseline:
    type: str
    choices:
      - all_off
      - cis_l1
      - disa_stig
      - disa_stig_server_2012
      - disa_stig_2008_r2
      - ms_baseline
      - helpdesk_view
      - helpdesk_control
    description:
      - A declaration that this collection ships.
      - 'What is declared beside it counts on top: a whole top-level key replaces that of the baseline.'
      - An empty mapping takes it out.
      - 'V(all_off) is: Everything off: no invitations, no offers, the box in Control Panel cleared. This
        collection; what the playbook disable_ra fixes.'
      - 'V(cis_l1) is: CIS Benchmarks for Windows, Level 1. CIS Microsoft Windows Benchmarks, Level 1,
        Windows 10 and 11, Windows Server 2012 to 2025.'
      - 'V(disa_stig) is: DISA STIG for Windows 10 and Windows 11. DISA Security Technical Implementation
        Guides for Windows 10 and Windows 11. Those for Windows Server 2016 and later have no item on
        Remote Assistance.'
      - 'V(disa_stig_server_2012) is: DISA STIG for Windows Server 2012 and 2012 R2. DISA Security Technical
        Implementation Guides for Windows Server 2012 and 2012 R2, member server and domain controller.'
      - 'V(disa_stig_2008_r2) is: DISA STIG for Windows Server 2008 R2, Windows 7 and Windows 8. DISA
        Security Technical Implementation Guides for Windows Server 2008 R2, Windows 7 and Windows 8.
        They also allow offers with a documented list of helpers: declare offer yourself for that.'
      - 'V(ms_baseline) is: Microsoft security baseline for Windows 10 and Windows 11. Microsoft security
        baselines, Windows 10 2004 to 22H2 and Windows 11 21H2 to 24H2. They say nothing on Offer, and
        those for Windows Server nothing on Remote Assistance.'
      - 'V(helpdesk_view) is: Help desk that may look: invitations and offers, view only, sessions logged.
        This collection. The list of helpers is not managed: declare offer with helpers yourself.'
      - 'V(helpdesk_control) is: Help desk that may act: invitations and offers with full control, sessions
        logged. This collection. The list of helpers is not managed: declare offer with helpers yourself.'
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
  conflicts:
    type: str
    choices:
      - fail
      - warn
      - ignore
    description:
      - 'What becomes of a change that somebody else decides about too: a domain GPO, the local GPO, device
        management (MDM), or the state of the host itself. Looked at only where something changes.'
      - Left out, a change that opens the host against a domain GPO or device management fails before
        anything is written, and everything else is a warning. Windows does not set back what such a change
        opens until that GPO changes or C(gpupdate /force) runs.
      - V(fail) fails for every conflict, V(warn) for none, V(ignore) does not look for any.
  sync_helpers:
    type: bool
    default: true
    description:
      - Start Windows' own scheduled task C(RemoteAssistanceTask) when the list of helpers in the registry
        has changed. It is what copies the list into the local group that may offer help; waits 15 seconds
        at most.
      - Whatever becomes of it is told and never fails the run. What the task does when it is started
        by hand is not documented, and not proven by this collection on a real Windows.
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
