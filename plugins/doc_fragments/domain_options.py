# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a GPO beside its policies; made by ``make generate``."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of a GPO beside its policies."""

    DOCUMENTATION = r"""
options:
  name:
    type: str
    description:
      - 'The display name of the GPO. Names are not unique in a domain: if two GPOs have it, nothing is
        done and both GUIDs are listed.'
      - This or O(guid) must be given, but for O(restore_from). O(state=present) makes a GPO of a name
        that is not there.
  guid:
    type: str
    description:
      - The GUID of the GPO, with or without braces.
      - With O(name) beside it the GPO must have that name, and is made with both where it is not there.
  state:
    type: str
    choices:
      - present
      - absent
    default: present
    description:
      - V(absent) removes the links of the GPO in its domain and in the forest's sites, then the GPO.
      - Without O(force) it deletes only a GPO that holds nothing but policies of Remote Assistance.
  status:
    type: str
    choices:
      - all_enabled
      - user_disabled
      - computer_disabled
      - all_disabled
    description:
      - Which side of the GPO is off. Left out, it stays as it is; a new GPO is V(all_enabled).
      - The policies of Remote Assistance are on the computer side.
  description:
    type: str
    description:
      - The comment of the GPO. An empty text removes it; left out, it stays as it is.
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
      - The settings of the Control Panel in a baseline are no policies and stay out of a GPO.
  force:
    type: bool
    default: false
    description:
      - Delete a GPO whatever else it holds, edit one of the domain's two default GPOs, and edit a GPO
        of which the domain controller may not have every file yet.
      - The two default GPOs are never deleted.
  verify_helpers:
    type: bool
    default: false
    description:
      - Look up the names of O(offer.helpers) that are to be on the list in the domain, as account name
        or as user principal name. Unknown names are refused, with similar ones; disabled accounts and
        names of other domains warn.
  lock_timeout:
    type: int
    default: 30
    description:
      - How many seconds to wait for somebody else who is editing the same GPO.
  backup:
    type: bool
    default: true
    description:
      - 'Keep a copy of a GPO that is there on the control node before it is changed or deleted: C(Registry.pol),
        C(gpt.ini) and the attributes of its object, in one zip file.'
  backup_dir:
    type: str
    default: remote-assistance-backups
    description:
      - The folder of the control node for copies, relative to the current one; it is made where needed.
  restore_from:
    type: str
    description:
      - A file that O(backup) made. What it holds takes the place of what is there, as one more edit;
        a GPO that is gone is made again under its GUID.
      - It says itself which GPO that is. Stands beside no policy and none of O(name), O(guid), O(links),
        O(status), O(description).
  links:
    type: dict
    description:
      - Where the GPO is linked. Left out, the links are not managed.
      - An entry may be the distinguished name alone instead of a mapping.
    suboptions:
      set:
        type: list
        elements: dict
        description:
          - Every link of the GPO; all others are removed. An empty list removes every link.
        suboptions:
          target:
            type: str
            required: true
            description: &id001
              - The distinguished name of an OU, of the domain or of a site.
          enabled:
            type: bool
            description: &id002
              - Whether the link is in force. Left out, it stays as it is; a new link is in force.
          enforced:
            type: bool
            description: &id003
              - Whether nothing below can block or override it. Left out, it stays as it is; a new link
                is not enforced.
          order:
            type: int
            description: &id004
              - 'The place among the links of the target: 1 has the highest precedence, and a high number
                is the last one.'
              - Left out, the place stays as it is; a new link gets the lowest precedence.
      add:
        type: list
        elements: dict
        description:
          - Links that must be there.
        suboptions:
          target:
            type: str
            required: true
            description: *id001
          enabled:
            type: bool
            description: *id002
          enforced:
            type: bool
            description: *id003
          order:
            type: int
            description: *id004
      remove:
        type: list
        elements: dict
        description:
          - What the GPO must not be linked to; only O(links.remove[].target) counts.
        suboptions:
          target:
            type: str
            required: true
            description: *id001
          enabled:
            type: bool
            description: *id002
          enforced:
            type: bool
            description: *id003
          order:
            type: int
            description: *id004
"""
