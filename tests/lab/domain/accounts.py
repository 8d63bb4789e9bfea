# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 winfleet contributors
"""Who is in the lab's domain; Samba's own Python reads this file too, so it imports nothing of the lab."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """A user, a computer or a group.

    Attributes:
        name: sAMAccountName.
        password: Password; empty for a group.
        upn: userPrincipalName; empty for none.
    """

    name: str
    password: str = ""
    upn: str = ""

    @property
    def down_level(self) -> str:
        r"""The name as ``DOMAIN\name``."""
        return f"RA\\{self.name}"

    @property
    def principal(self) -> str:
        """The Kerberos principal with its realm."""
        return f"{self.name}@RA.TEST"


ADMINISTRATOR = Account("Administrator", "Lab-Admin-1")
PLAIN = Account("paula", "Lab-Plain-1", "paula@ra.test")
# Member of Group Policy Creator Owners, may create GPOs, and link them to OU=Clients only.
DELEGATE = Account("dana", "Lab-Dele-1", "dana@ra.test")
DISABLED = Account("hanna", "Lab-Disa-1", "hanna@ra.test")
LOCKED = Account("leo", "Lab-Lock-1", "leo@ra.test")
EXPIRED = Account("erik", "Lab-Expi-1", "erik@ra.test")
MUST_CHANGE = Account("mona", "Lab-Must-1", "mona@ra.test")
WORKSTATION = Account("WS1$", "Lab-Work-1")
HELPERS = (
    Account("anna.meyer", "Lab-Help-1", "a.meyer@corp.example"),
    Account("jürgen", "Lab-Help-2", "jürgen@ra.test"),
    Account("o'neil", "Lab-Help-3", "o'neil@ra.test"),
)
GROUPS = (Account("Helpdesk"), Account("Helpdesk Berlin"), Account("Help (night)"))
USERS = (PLAIN, DELEGATE, DISABLED, LOCKED, EXPIRED, MUST_CHANGE, *HELPERS)
