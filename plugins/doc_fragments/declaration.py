# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a declaration; made by ``make generate``."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of a declaration."""

    DOCUMENTATION = r"""
options:
  solicited:
    type: dict
    description:
      - Invited help, the user sends an invitation. Group policy I(Configure Solicited Remote Assistance)
        (C(RA_Solicit)).
      - Values below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services). V(disabled) and
        V(not_configured) delete the options.
    suboptions:
      state:
        type: str
        choices:
          - enabled
          - disabled
          - not_configured
        description:
          - The switch of the policy, the value C(fAllowToGetHelp).
          - Left out, the switch and every option that is not mentioned stay as they are.
          - Options without it act only where the policy is enabled now.
      control:
        type: str
        choices:
          - view_only
          - full_control
        description:
          - How far an invited helper may go. The value C(fAllowFullControl).
          - Required where the policy is V(enabled).
      ticket_lifetime:
        type: int
        description:
          - How long an invitation stays valid, 1 to 99, together with its unit. The value C(MaxTicketExpiry).
          - An enabled policy holds V(1) where nothing is given.
      ticket_lifetime_unit:
        type: str
        choices:
          - minutes
          - hours
          - days
        description:
          - Unit of the lifetime of an invitation. The value C(MaxTicketExpiryUnits).
          - An enabled policy holds V(hours) where nothing is given.
      invitation_method:
        type: str
        choices:
          - simple_mapi
          - mailto
        description:
          - How invitations by e-mail are sent. The value C(fUseMailto).
          - An enabled policy holds V(mailto) where nothing is given.
  offer:
    type: dict
    description:
      - Uninvited help, a helper offers it. Group policy I(Configure Offer Remote Assistance) (C(RA_Unsolicit)).
      - Values below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services). V(disabled) and
        V(not_configured) delete the options.
    suboptions:
      state:
        type: str
        choices:
          - enabled
          - disabled
          - not_configured
        description:
          - The switch of the policy, the value C(fAllowUnsolicited).
          - Left out, the switch and every option that is not mentioned stay as they are.
          - Options without it act only where the policy is enabled now.
      control:
        type: str
        choices:
          - view_only
          - full_control
        description:
          - How far a helper who offers may go. The value C(fAllowUnsolicitedFullControl).
          - Required where the policy is V(enabled).
      helpers:
        type: dict
        description:
          - Who may offer help, the entries below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal
            Services\RAUnsolicit). Left out, the list is not managed.
          - Write names as C(DOMAIN\name); groups are allowed. At most 1,000 names.
        suboptions:
          set:
            type: list
            elements: str
            description:
              - The whole list; everybody else is removed. An empty list means nobody.
          add:
            type: list
            elements: str
            description:
              - Names that must be on the list.
          remove:
            type: list
            elements: str
            description:
              - Names that must not be on the list; acts whatever the state of the policy is.
  session_logging:
    type: dict
    description:
      - Log files of sessions in the user's documents. Group policy I(Turn on session logging) (C(RA_Logging)).
      - Values below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services). V(disabled) and
        V(not_configured) delete the options.
    suboptions:
      state:
        type: str
        choices:
          - enabled
          - disabled
          - not_configured
        description:
          - The switch of the policy, the value C(LoggingEnabled).
          - Left out, the switch and every option that is not mentioned stay as they are.
          - Options without it act only where the policy is enabled now.
  encrypted_tickets_only:
    type: dict
    description:
      - Invitations that only helpers on Windows Vista or later can open. Group policy I(Allow only Windows
        Vista or later connections) (C(RA_EncryptedTicketOnly)).
      - Values below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services). V(disabled) and
        V(not_configured) delete the options.
    suboptions:
      state:
        type: str
        choices:
          - enabled
          - disabled
          - not_configured
        description:
          - The switch of the policy, the value C(CreateEncryptedOnlyTickets).
          - Left out, the switch and every option that is not mentioned stay as they are.
          - Options without it act only where the policy is enabled now.
  bandwidth_optimization:
    type: dict
    description:
      - What is left out to save bandwidth. Group policy I(Turn on bandwidth optimization) (C(RA_Optimize_Bandwidth)).
      - Values below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services). V(disabled) and
        V(not_configured) delete the options.
    suboptions:
      state:
        type: str
        choices:
          - enabled
          - disabled
          - not_configured
        description:
          - The switch of the policy, the value C(UseBandwidthOptimization).
          - Left out, the switch and every option that is not mentioned stay as they are.
          - Options without it act only where the policy is enabled now.
      level:
        type: str
        choices:
          - no_optimization
          - no_full_window_drag
          - turn_off_background
          - full_optimization
        description:
          - How much is left out; absent as in the policy editor where it is not given. The value C(OptimizeBandwidth).
  warning_messages:
    type: dict
    description:
      - The texts that a user sees before a helper may view or control. Group policy I(Customize warning
        messages) (C(RA_Options)).
      - Values below C(HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services). V(disabled) and
        V(not_configured) delete the options.
    suboptions:
      state:
        type: str
        choices:
          - enabled
          - disabled
          - not_configured
        description:
          - The switch of the policy, the value C(UseCustomMessages).
          - Left out, the switch and every option that is not mentioned stay as they are.
          - Options without it act only where the policy is enabled now.
      view_message:
        type: str
        description:
          - Shown before the helper may view, at most 32,766 characters. The value C(ViewMessage).
      control_message:
        type: str
        description:
          - Shown before the helper may control, at most 32,766 characters. The value C(ShareControlMessage).
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
