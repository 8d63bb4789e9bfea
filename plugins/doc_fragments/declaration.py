# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a declaration beside the policies; made by ``make generate``."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of a declaration beside the policies."""

    DOCUMENTATION = r"""
options:
  control_panel:
    type: dict
    description:
      - The settings of Control Panel > System > Remote, which count where no policy decides.
      - Each is a value below C(HKLM\SYSTEM\CurrentControlSet\Control\Remote Assistance); what is not
        mentioned is not touched.
    suboptions:
      invitations:
        type: bool
        description:
          - The check box that allows Remote Assistance connections to this computer. The value C(fAllowToGetHelp).
      control:
        type: str
        choices:
          - view_only
          - full_control
        description:
          - How far an invited helper may go where no policy decides. The value C(fAllowFullControl).
      ticket_lifetime:
        type: int
        description:
          - How long an invitation stays valid, 1 to 99, together with its unit. The value C(MaxTicketExpiry).
      ticket_lifetime_unit:
        type: str
        choices:
          - minutes
          - hours
          - days
        description:
          - Unit of the lifetime of an invitation. The value C(MaxTicketExpiryUnits).
      encrypted_tickets_only:
        type: bool
        description:
          - Invitations that only helpers on Windows Vista or later can open, where no policy decides.
            The value C(CreateEncryptedOnlyTickets).
  firewall:
    type: str
    choices:
      - enabled
      - disabled
      - all_rules
      - unmanaged
    description:
      - Windows' own firewall rules for Remote Assistance, the group C(@FirewallAPI.dll,-33002) in every
        language.
      - Rules are switched on and off, never edited.
      - V(enabled) is each rule as Windows ships it, V(all_rules) switches on those for public networks
        as well.
      - V(disabled) switches off every rule that lets traffic pass. V(unmanaged) is the same as leaving
        it out.
      - Over ssh netsh switches the whole group or nothing, so that V(enabled) is refused there.
      - Rules that block, and rules that a policy delivers, are reported and left alone.
      - Port 3389 is never touched. It belongs to Remote Desktop; Remote Assistance has not used it since
        Windows Vista.
"""
