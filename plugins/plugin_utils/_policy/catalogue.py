# Copyright (c) 2026 winfleet contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue: every setting of Remote Assistance that this collection manages, and nothing else.

This is the single place that knows keys, value names, numbers and words. Argument specifications, JSON Schemas,
option documentation and test tables are generated from it or compared with it.

Facts: RemoteAssistance.admx / .adml as shipped with Windows 10 (2020) and 11 (2025), Microsoft's unattended set-up
reference for Microsoft-Windows-RemoteAssistance-Exe.

FOR INTERNAL COLLECTION USE ONLY. Changes may be made in any release.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._registry.model import RegistryKey
from .kinds import Choice, Flag, Kind, Number, Text, Word

# The key is shared with the policies of Remote Desktop Services: only values named below are ever touched.
POLICY_KEY: t.Final = RegistryKey(path=r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services")
HELPER_KEY: t.Final = RegistryKey(path=POLICY_KEY.path + r"\RAUnsolicit")
PREFERENCE_KEY: t.Final = RegistryKey(path=r"SYSTEM\CurrentControlSet\Control\Remote Assistance")

LIVE_POLICY: t.Final = "live_policy"
CONTROL_PANEL: t.Final = "control_panel"
LOCAL_GPO: t.Final = "local_gpo"
FIREWALL: t.Final = "firewall"

GPT_INI: t.Final = "gpt_ini"
"""The setting that stands for version and extension names of a GPO."""

DELETE_ALL_VALUES: t.Final = "**delvals."
"""In a policy file: every value of the key that the file does not set afterwards is deleted (MS-GPREG 3.2.5.1.2)."""

ENABLED: t.Final = "enabled"
DISABLED: t.Final = "disabled"
NOT_CONFIGURED: t.Final = "not_configured"
STATE: t.Final = Choice(words=((ENABLED, 1), (DISABLED, 0)))
STATES: t.Final = (ENABLED, DISABLED, NOT_CONFIGURED)

VIEW_ONLY: t.Final = "view_only"
FULL_CONTROL: t.Final = "full_control"
CONTROL: t.Final = Choice(words=((VIEW_ONLY, 0), (FULL_CONTROL, 1)))
LIFETIME: t.Final = Number(lowest=1, highest=99)
LIFETIME_UNIT: t.Final = Choice(words=(("minutes", 0), ("hours", 1), ("days", 2)))
MESSAGE: t.Final = Text(longest=32766)

HELPER_LONGEST: t.Final = 256
HELPERS_MOST: t.Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """One value beside a policy's switch, or one preference.

    Attributes:
        name: The user's word.
        value_name: Windows' value name.
        kind: What it may hold.
        required: True if it must be given when the policy is enabled.
        default: What an enabled policy holds where the user gave nothing; None means that the value is absent.
        text: One sentence for the option documentation.
    """

    name: str
    value_name: str
    kind: Kind
    required: bool = False
    default: Word | None = None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One of the six group policies of Remote Assistance.

    Attributes:
        name: The user's word.
        policy_id: The name of the policy in RemoteAssistance.admx.
        display_name: What the policy editor calls it.
        switch: The value that holds 1 for enabled and 0 for disabled; absent for not configured.
        options: The values that exist only while the policy is enabled.
        has_helpers: True for the policy with the list of helpers.
        text: One sentence for the option documentation.
    """

    name: str
    policy_id: str
    display_name: str
    switch: str
    options: tuple[Setting, ...] = ()
    has_helpers: bool = False
    text: str

    @property
    def value_names(self) -> tuple[str, ...]:
        """The names of all its values in the policy key, the switch first."""
        return (self.switch, *(option.value_name for option in self.options))


def _lifetime(value: Word | None, unit: Word | None) -> tuple[Setting, Setting]:
    return (
        Setting(
            name="ticket_lifetime",
            value_name="MaxTicketExpiry",
            kind=LIFETIME,
            default=value,
            text="How long an invitation stays valid, 1 to 99, together with its unit.",
        ),
        Setting(
            name="ticket_lifetime_unit",
            value_name="MaxTicketExpiryUnits",
            kind=LIFETIME_UNIT,
            default=unit,
            text="Unit of the lifetime of an invitation.",
        ),
    )


SOLICITED: t.Final = Policy(
    name="solicited",
    policy_id="RA_Solicit",
    display_name="Configure Solicited Remote Assistance",
    switch="fAllowToGetHelp",
    text="Invited help, the user sends an invitation.",
    options=(
        Setting(
            name="control",
            value_name="fAllowFullControl",
            kind=CONTROL,
            required=True,
            text="How far an invited helper may go.",
        ),
        *_lifetime(1, "hours"),
        Setting(
            name="invitation_method",
            value_name="fUseMailto",
            kind=Choice(words=(("simple_mapi", 0), ("mailto", 1))),
            default="mailto",
            text="How invitations by e-mail are sent.",
        ),
    ),
)

OFFER: t.Final = Policy(
    name="offer",
    policy_id="RA_Unsolicit",
    display_name="Configure Offer Remote Assistance",
    switch="fAllowUnsolicited",
    has_helpers=True,
    text="Uninvited help, a helper offers it.",
    options=(
        Setting(
            name="control",
            value_name="fAllowUnsolicitedFullControl",
            kind=CONTROL,
            required=True,
            text="How far a helper who offers may go.",
        ),
    ),
)

POLICIES: t.Final = (
    SOLICITED,
    OFFER,
    Policy(
        name="session_logging",
        policy_id="RA_Logging",
        display_name="Turn on session logging",
        switch="LoggingEnabled",
        text="Log files of sessions in the user's documents.",
    ),
    Policy(
        name="encrypted_tickets_only",
        policy_id="RA_EncryptedTicketOnly",
        display_name="Allow only Windows Vista or later connections",
        switch="CreateEncryptedOnlyTickets",
        text="Invitations that only helpers on Windows Vista or later can open.",
    ),
    Policy(
        name="bandwidth_optimization",
        policy_id="RA_Optimize_Bandwidth",
        display_name="Turn on bandwidth optimization",
        switch="UseBandwidthOptimization",
        text="What is left out to save bandwidth.",
        options=(
            Setting(
                name="level",
                value_name="OptimizeBandwidth",
                kind=Choice(
                    words=(
                        ("no_optimization", 14),
                        ("no_full_window_drag", 12),
                        ("turn_off_background", 8),
                        ("full_optimization", 0),
                    )
                ),
                text="How much is left out; absent as in the policy editor where it is not given.",
            ),
        ),
    ),
    Policy(
        name="warning_messages",
        policy_id="RA_Options",
        display_name="Customize warning messages",
        switch="UseCustomMessages",
        text="The texts that a user sees before a helper may view or control.",
        options=(
            Setting(
                name="view_message",
                value_name="ViewMessage",
                kind=MESSAGE,
                text="Shown before the helper may view, at most 32,766 characters.",
            ),
            Setting(
                name="control_message",
                value_name="ShareControlMessage",
                kind=MESSAGE,
                text="Shown before the helper may control, at most 32,766 characters.",
            ),
        ),
    ),
)

PREFERENCES: t.Final = (
    Setting(
        name="invitations",
        value_name="fAllowToGetHelp",
        kind=Flag(),
        text="The check box that allows Remote Assistance connections to this computer.",
    ),
    Setting(
        name="control",
        value_name="fAllowFullControl",
        kind=CONTROL,
        text="How far an invited helper may go where no policy decides.",
    ),
    *_lifetime(None, None),
    Setting(
        name="encrypted_tickets_only",
        value_name="CreateEncryptedOnlyTickets",
        kind=Flag(),
        text="Invitations that only helpers on Windows Vista or later can open, where no policy decides.",
    ),
)

ALL_RULES: t.Final = "all_rules"
UNMANAGED: t.Final = "unmanaged"
FIREWALL_STATE: t.Final = Choice(words=((ENABLED, 1), (DISABLED, 0), (ALL_RULES, 2), (UNMANAGED, 3)))
"""What a declaration may say of the firewall's group of rules; the numbers mean nothing to Windows."""

TOP_LEVEL: t.Final = (*(policy.name for policy in POLICIES), CONTROL_PANEL, FIREWALL)
"""The keys of a declaration."""


def policy_named(name: str) -> Policy:
    """Return the policy of this name; raises StopIteration for a name that is none."""
    return next(policy for policy in POLICIES if policy.name == name)
